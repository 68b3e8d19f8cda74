"""Reports in their formats."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy

from tapegrad.symbolic import Verdict, render, verify, verify_gradient
from tapegrad.symbolic.facts import Facts
from tapegrad.symbolic.picture import picture

NASTY = "<script>alert('&')</script> | `$x_1$` \\input{a} {b}"


def quadratic(x):
    return ((x + 2) ** 2).mean()


@pytest.fixture(scope="module")
def proved():
    return verify(quadratic, np.ones((2, 2)), name="quadratic")


@pytest.fixture(scope="module")
def refuted():
    return verify_gradient(quadratic, lambda x: x, np.ones((2, 2)), name=NASTY)


@pytest.fixture(scope="module")
def kinked():
    return verify(lambda x, y: x.relu() * y, 0.0, 3.0, name=NASTY)


def test_text(proved, refuted, kinked):
    text = render(proved, names=["x"])
    assert "quadratic: PROVED" in text
    assert re.search(r"5 rows on the tape, references of 50 digits, \d+\.\d\d s", text)
    assert re.search(r"worst error 0\.5 ULP at 8 points", text)
    assert "df/dx = [[x_0_0/2 + 1, x_0_1/2 + 1], [x_1_0/2 + 1, x_1_1/2 + 1]]" in text
    text = render(refuted, names=["x"])
    assert "expected: 1.5" in text
    assert "got: 1.0" in text
    assert "element: df/dx[0][0]" in text
    assert re.search(r"kink: %\d relu at 0", render(kinked))


def test_json_has_a_stable_schema(proved, refuted):
    found = json.loads(render(proved, "json", names=["x"]))
    assert found["schema"] == "tapegrad.verification/1"
    assert set(found) == {
        "schema", "name", "verdict", "seconds", "digits", "inputs", "outputs", "findings", "kinks",
        "notes", "tape",
    }  # fmt: skip
    assert found["verdict"] == "PROVED"
    assert found["inputs"] == [
        {"name": "x", "shape": [2, 2], "dtype": "float64", "value": [[1.0, 1.0], [1.0, 1.0]]}
    ]
    finding = found["findings"][0]
    assert set(finding) == {
        "output", "input", "verdict", "how", "worst_ulp", "points", "closed_form", "counterexample",
    }  # fmt: skip
    assert finding["points"] == 8
    assert finding["counterexample"] is None
    assert found["tape"][0]["adjoint"] == "[[1.5, 1.5], [1.5, 1.5]]"
    wrong = json.loads(render(refuted, "json", names=["x"]))
    counterexample = wrong["findings"][0]["counterexample"]
    assert (counterexample["expected"], counterexample["got"]) == (1.5, 1.0)
    assert wrong["name"] == NASTY


def test_json_holds_what_json_has_no_number_for():
    report = verify_gradient(quadratic, lambda x: np.full((2, 2), np.nan), np.ones((2, 2)))
    found = json.loads(render(report, "json"), parse_constant=pytest.fail)
    assert found["findings"][0]["counterexample"]["got"] == "nan"
    assert found["findings"][0]["worst_ulp"] == "inf"


class Page(HTMLParser):
    """What is open, what was seen and what a browser would fetch."""

    void = ("meta", "br", "hr", "img", "link")

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.fetched, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.void:
            self.open.append(tag)
        self.fetched += [v for k, v in attrs if k in ("src", "href", "data", "action", "srcset")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html_is_one_safe_file(proved, refuted, kinked):
    for report in (proved, refuted, kinked):
        made = render(report, "html")
        page = Page(made)
        assert page.open == []
        assert page.fetched == []
        assert "script" not in page.tags
        assert "url(" not in made
        assert "@import" not in made
        assert "default-src 'none'" in made
        assert "prefers-color-scheme:dark" in made
        assert report.verdict.value in page.text
        assert report.name in page.text
        assert {"math", "svg", "table"} <= set(page.tags)
    assert "Counterexample" in Page(render(refuted, "html")).text
    assert "relu at 0" in Page(render(kinked, "html")).text


def test_formulas_are_mathml(proved):
    made = render(proved, "html", names=["x"])
    drawn = re.findall(r"<math.*?</math>", made, re.DOTALL)
    assert len(drawn) == 2  # the function and its gradient
    for formula in drawn:
        tree = ElementTree.fromstring(formula)
        assert tree.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert "<mfrac>" in drawn[0]
    assert "<mtable>" in drawn[1]


def test_picture_has_primal_and_adjoint_on_each_edge(proved):
    tree = ElementTree.fromstring(picture(Facts.of(proved, ["x"])))
    space = "{http://www.w3.org/2000/svg}"

    def texts(kind):
        return [t.text for t in tree.iter(f"{space}text") if t.get("class") == kind]

    # x -> add, 2 -> add, add -> square, square -> mean
    assert texts("primal") == [
        "[[1, 1], [1, 1]]", "2", "[[3, 3], [3, 3]]", "[[9, 9], [9, 9]]",
    ]  # fmt: skip
    # The constant has no adjoint.
    assert texts("adjoint") == [
        "[[1.5, 1.5], [1.5, 1.5]]", "[[1.5, 1.5], [1.5, 1.5]]", "[[0.25, 0.25], [0.25, 0.25]]",
    ]  # fmt: skip


def test_picture_is_laid_out_without_overlaps():
    def program(x, y):
        a = x * y + x.sin()
        b = (a * x).exp() - y
        return (a * b + b / y).sum() * (x + y).prod()

    report = verify(program, np.array([0.3, 0.4]), np.array([1.5, 0.7]), points=1)
    tree = ElementTree.fromstring(picture(Facts.of(report)))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [
        tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
        for r in tree.iter(f"{space}rect")
    ]
    assert len(boxes) == len(report.trace)
    width, height = float(tree.get("width")), float(tree.get("height"))
    for k, (x, y, w, h) in enumerate(boxes):
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
        for u, v, s, t in boxes[:k]:
            assert x + w <= u or u + s <= x or y + h <= v or v + t <= y
    # Edges go from left to right.
    for place, step in enumerate(report.trace.instructions):
        for source in step.sources:
            assert source < 0 or boxes[source][0] < boxes[place][0]


def test_markdown(refuted):
    made = render(refuted, "markdown", names=["x"])
    assert made.startswith("# \\<script\\>alert('\\&')\\</script\\> \\| \\`\\$x\\_1\\$\\`")
    rows = [line for line in made.splitlines() if line.startswith("| ")]
    # No cell ends early.
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5, 7}
    assert "$$\\frac{\\partial f}{\\partial x} =" in made


def test_latex_braces_and_escapes(refuted, kinked):
    for report in (refuted, kinked):
        made = render(report, "latex")
        assert made.startswith(r"\documentclass{article}")
        assert made.rstrip().endswith(r"\end{document}")
        assert r"\textbackslash{}input\{a\}" in made
        plain = re.sub(r"\\.", "", made)
        assert plain.count("{") == plain.count("}")
        for name in ("document", "description", "longtable"):
            assert made.count(rf"\begin{{{name}}}") == made.count(rf"\end{{{name}}}")


def test_unknown_format(proved):
    with pytest.raises(ValueError, match="format must be one of text, json, markdown, html, latex"):
        render(proved, "pdf")


def test_long_formulas_and_large_arrays_are_left_out():
    report = verify(
        lambda x: (x[:, None] * x[None]).softmax(1).sum(), np.linspace(0, 1, 6), points=1
    )
    assert len(render(report)) < 5_000
    large = verify(lambda x: x.sum(), np.ones(500), points=1)
    found = json.loads(render(large, "json"))
    assert found["inputs"][0]["value"] is None
    assert large.verdict in (Verdict.PROVED, Verdict.VERIFIED)
    assert len(render(large, "html")) < 20_000


def test_closed_forms_are_in_the_names_given():
    report = verify(lambda x, y: x * y.sin(), 2.0, 3.0)
    facts = Facts.of(report, ["mass", "angle"])
    mass, angle = sympy.symbols("mass angle", real=True)
    assert {f.title: f.expression for f in facts.formulas} == {
        "f": mass * sympy.sin(angle),
        "df/dmass": sympy.sin(angle),
        "df/dangle": mass * sympy.cos(angle),
    }

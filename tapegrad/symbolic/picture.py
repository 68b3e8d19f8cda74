"""The tape as a picture: its rows in layers from left to right, drawn as SVG."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from tapegrad.symbolic.facts import Facts, row_type

#: Rows of a tape that is still drawn.
MOST_ROWS: Final = 160
_NODE: Final = (112, 42)
_GAP: Final = (200, 34)
_THIN: Final = 18
_MARGIN: Final = 16
_LETTER: Final = 6.4

STYLE: Final = """
.tape{--ink:#1c2430;--soft:#6b7686;--paper:#fff;--edge:#9aa5b4;--leaf:#d9f2df;--const:#eceff3;
--out:#dfe8fb;--primal:#1d5fbf;--adjoint:#b3261e;background:var(--paper);
font-family:ui-monospace,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){.tape{--ink:#e6eaf0;--soft:#9aa5b4;--paper:#1c222b;
--edge:#5b6777;--leaf:#1f4230;--const:#2c333d;--out:#27385a;--primal:#8ab4f8;--adjoint:#f2a29b}}
.tape rect{fill:var(--paper);stroke:var(--edge)}
.tape .leaf rect{fill:var(--leaf)}
.tape .const rect{fill:var(--const)}
.tape .out rect{fill:var(--out)}
.tape text{fill:var(--ink);font-size:12px;text-anchor:middle}
.tape .type{fill:var(--soft);font-size:10px}
.tape path{fill:none;stroke:var(--edge);stroke-width:1.3}
.tape .head{fill:var(--edge);stroke:none}
.tape .primal,.tape .adjoint{font-size:10.5px;stroke:var(--paper);stroke-width:3px;
paint-order:stroke}
.tape .primal{fill:var(--primal)}
.tape .adjoint{fill:var(--adjoint)}
"""


@dataclass
class _Box:
    """A row, or the place where an edge passes a layer."""

    place: int
    layer: int
    height: int
    is_row: bool
    x: float = 0.0
    y: float = 0.0


def picture(facts: Facts) -> str:
    """Draw a tape as SVG, with primal (above) and adjoint (below) on each edge.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    str
        An element ``<svg>`` that needs nothing else; empty if the tape is too long to be drawn.
    """
    if len(facts.report.trace) > MOST_ROWS:
        return ""
    return _Picture(facts).svg()


class _Picture:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.trace = facts.report.trace
        self.boxes: list[_Box] = []
        #: The boxes that an edge runs through, by the row that uses it and the operand.
        self.routes: dict[tuple[int, int], list[_Box]] = {}
        self.labels: list[tuple[float, float, float]] = []
        self._place()

    def _place(self) -> None:
        steps = self.trace.instructions
        layers: list[int] = []
        for step in steps:
            layers.append(1 + max((layers[k] for k in step.sources if k >= 0), default=-1))
        # What is used only once stands right before its use.
        for place in reversed(range(len(steps))):
            users = [layers[k] for k, s in enumerate(steps) if place in s.sources]
            if users and not [k for k in steps[place].sources if k >= 0]:
                layers[place] = min(users) - 1
        rows = [_Box(k, layers[k], _NODE[1], True) for k in range(len(steps))]
        self.boxes = [*rows]
        passing: dict[tuple[int, int], _Box] = {}
        for place, step in enumerate(steps):
            for j, source in enumerate(step.sources):
                if source < 0:
                    continue
                route = [rows[source]]
                for layer in range(layers[source] + 1, layers[place]):
                    if (source, layer) not in passing:
                        passing[source, layer] = _Box(source, layer, _THIN, False)
                        self.boxes.append(passing[source, layer])
                    route.append(passing[source, layer])
                self.routes[place, j] = [*route, rows[place]]
        self._order(self._columns())

    def _columns(self) -> list[list[_Box]]:
        columns: dict[int, list[_Box]] = defaultdict(list)
        for box in self.boxes:
            columns[box.layer].append(box)
        return [columns[k] for k in sorted(columns)]

    def _order(self, columns: list[list[_Box]]) -> None:
        """Sort each layer by the mean height of its neighbours, a few times in both directions."""
        before: dict[int, list[_Box]] = defaultdict(list)
        after: dict[int, list[_Box]] = defaultdict(list)
        for route in self.routes.values():
            for a, b in itertools.pairwise(route):
                before[id(b)].append(a)
                after[id(a)].append(b)
        for column in columns:
            _stack(column)
        for turn in range(6):
            near = before if turn % 2 == 0 else after
            for column in columns if turn % 2 == 0 else columns[::-1]:
                wish = {id(b): _mean(near[id(b)], b) for b in column}
                column.sort(key=lambda b: wish[id(b)])
                _stack(column, [wish[id(b)] for b in column])
        top = min(b.y - b.height / 2 for b in self.boxes)
        left = min(b.layer for b in self.boxes)
        for box in self.boxes:
            box.y += _MARGIN - top
            box.x = _MARGIN + (box.layer - left) * (_NODE[0] + _GAP[0]) + _NODE[0] / 2

    def svg(self) -> str:
        """The picture."""
        edges = "".join(self._edge(place, j) for place, j in self.routes)
        rows = "".join(self._row(box) for box in self.boxes if box.is_row)
        width = max(b.x for b in self.boxes) + _NODE[0] / 2 + _MARGIN
        lowest = [b.y + b.height / 2 for b in self.boxes] + [y + 20 for _, y, _ in self.labels]
        height = max(lowest) + _MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tape" role="img" width="{width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
            f"<title>{escape(self.facts.report.name)}</title><style>{STYLE}</style>{edges}{rows}</svg>"
        )

    def _row(self, box: _Box) -> str:
        step = self.trace.instructions[box.place]
        names = dict(zip(self.trace.inputs, self.facts.names, strict=True))
        kind, name = "", f"%{box.place} {step.name}"
        if box.place in names:
            kind, name = "leaf", names[box.place]
        elif step.value is not None:
            kind, name = "const", self.facts.rows[box.place]["value"] or name
        elif box.place in self.trace.outputs:
            kind = "out"
        facts = self.facts.rows[box.place]
        tip = "\n".join(
            [f"%{box.place} {facts['op']} {facts['type']}", facts["value"], facts["adjoint"]]
        )
        left, top = box.x - _NODE[0] / 2, box.y - _NODE[1] / 2
        return (
            f'<g class="{kind}"><title>{escape(tip)}</title>'
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{_NODE[0]}" height="{_NODE[1]}" rx="8"/>'
            f'<text x="{box.x:.1f}" y="{box.y - 3:.1f}">{escape(_cut(name, 16))}</text>'
            f'<text class="type" x="{box.x:.1f}" y="{box.y + 13:.1f}">'
            f"{escape(_cut(row_type(step), 18))}</text></g>"
        )

    def _edge(self, place: int, j: int) -> str:
        route = self.routes[place, j]
        points = [(route[0].x + _NODE[0] / 2, route[0].y)]
        for box in route[1:-1]:
            points += [(box.x - _NODE[0] / 2, box.y), (box.x + _NODE[0] / 2, box.y)]
        end = route[-1]
        used = [k for k in self.trace.instructions[place].sources if k >= 0]
        mine = sum(k >= 0 for k in self.trace.instructions[place].sources[:j])
        # Edges into one row end beside each other.
        into = end.y + (mine - (len(used) - 1) / 2) * min(12, 30 / len(used))
        points.append((end.x - _NODE[0] / 2, into))
        path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            middle = (x0 + x1) / 2
            path += f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        x, y = points[-1]
        head = f'<path class="head" d="M{x:.1f} {y:.1f}l-7 -3.5v7z"/>'
        return f'<path d="{path}"/>{head}{self._label(place, j, points[-2], points[-1])}'

    def _label(
        self, place: int, j: int, start: tuple[float, float], end: tuple[float, float]
    ) -> str:
        primal, adjoint = self.facts.edges.get((place, j), ("", ""))
        lines = [("primal", primal, -4), ("adjoint", adjoint, 12)]
        width = max(len(_cut(text, 30)) for _, text, _ in lines) * _LETTER / 2
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        while any(abs(x - a) < width + w and abs(y - b) < 31 for a, b, w in self.labels):
            y += 4
        self.labels.append((x, y, width))
        return "".join(
            f'<text class="{kind}" x="{x:.1f}" y="{y + shift:.1f}">{escape(_cut(text, 30))}</text>'
            for kind, text, shift in lines
            if text
        )


def _stack(column: Sequence[_Box], wishes: Sequence[float] | None = None) -> None:
    """Give the boxes of a layer their heights, near to what they wish and without overlap."""
    bottom = None
    for k, box in enumerate(column):
        least = 0.0 if bottom is None else bottom + _GAP[1] + box.height / 2
        wish = wishes[k] if wishes is not None else least
        box.y = wish if bottom is None else max(wish, least)
        bottom = box.y + box.height / 2
    if wishes:
        # What was pushed down is shared by the whole layer.
        shift = sum(b.y - w for b, w in zip(column, wishes, strict=True)) / len(column)
        for box in column:
            box.y -= shift


def _mean(near: Sequence[_Box], box: _Box) -> float:
    return sum(b.y for b in near) / len(near) if near else box.y


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"

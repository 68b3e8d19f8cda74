"""Imports go down the layers, never up, and importing tapegrad stays light."""

import ast
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOTS = (ROOT, ROOT / "kernels")
#: Layers from the top down. The longest prefix of a module's name decides; a module may import its
#: own layer and lower ones. Only the statements that run at import count: an import inside a
#: function breaks a cycle at run time, e.g. between the tensor and its methods.
LAYERS = [
    [
        "tapegrad.cli",
        "tapegrad.__main__",
        "tapegrad.demo",
        "tapegrad.pytest_plugin",
        "tapegrad.testing",
        "tapegrad.warmup",
    ],
    ["tapegrad.symbolic"],
    ["tapegrad"],  # the facade itself
    ["tapegrad.nn"],
    ["tapegrad_kernels"],
]
FACADE = 2
ROOMS = FACADE + 1.5  # behind the facade: above the kernels, below nn


def module_files():
    for folder in (ROOT / "tapegrad", ROOT / "kernels" / "tapegrad_kernels"):
        for file in sorted(folder.rglob("*.py")):
            base = folder.parent
            parts = file.relative_to(base).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


FILES = dict(module_files())


def is_type_checking(node):
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def statements(body, everywhere):
    """Import statements that run when the module is imported, or all of them."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if everywhere:
                yield from statements(node.body, everywhere)
        elif is_type_checking(node):
            yield from statements(node.orelse, everywhere)
        else:
            for name in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, name, []) or [], everywhere)
            for handler in getattr(node, "handlers", []):
                yield from statements(handler.body, everywhere)


def imported(module, everywhere=False):
    """Modules that a module names in its import statements."""
    file = FILES[module]
    found = set()
    for node in statements(ast.parse(file.read_text("utf-8")).body, everywhere):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
            continue
        assert node.level == 0, f"{module} imports relatively; write the full name"
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            found.add(full if full in FILES else node.module)
    return found


def ours(names):
    return {n for n in names if n in FILES}


def layer_of(module):
    if module == "tapegrad":
        return FACADE
    best, found = "", ROOMS
    for number, names in enumerate(LAYERS):
        for name in names:
            inside = module == name or module.startswith(name + ".")
            if name != "tapegrad" and inside and len(name) > len(best):
                best, found = name, number
    return found


def test_every_file_is_seen():
    some = {"tapegrad", "tapegrad._tensor", "tapegrad.ops.structured", "tapegrad_kernels.abi"}
    assert some <= set(FILES)
    assert "tapegrad_kernels.binding" in imported("tapegrad.engine")
    assert "tapegrad._tensor" not in imported("tapegrad.engine")  # it imports it in functions
    assert "tapegrad._tensor" in imported("tapegrad.engine", everywhere=True)


@pytest.mark.parametrize("module", [m for m in FILES if m.startswith("tapegrad_kernels")])
def test_kernels_never_import_tapegrad(module):
    names = imported(module, everywhere=True)
    assert not {n for n in names if n.split(".")[0] == "tapegrad"}


@pytest.mark.parametrize("module", FILES)
def test_imports_go_down(module):
    mine = layer_of(module)
    up = {n for n in ours(imported(module)) if layer_of(n) < mine}
    # Compiled engines, tensors and ops must not need the facade; `import tapegrad` binds the names
    # of the package itself while they load.
    assert not up, f"{module} imports {sorted(up)}, which lie above it"


def test_imports_have_no_cycle():
    graph = {m: ours(imported(m)) - {m} for m in FILES}
    for module, names in graph.items():
        # "from package import submodule" runs the package's __init__ first; where the importer is
        # inside that package, it runs already.
        graph[module] = {n for n in names if not module.startswith(n + ".")}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail("import cycle: " + " -> ".join(error.args[1]))
    assert order.index("tapegrad_kernels.abi") < order.index("tapegrad._tensor")


@pytest.mark.parametrize("module", FILES)
def test_heavy_libraries_are_imported_late(module):
    heavy = {"sympy", "scipy", "torch", "mpmath", "rich", "click"}
    late = (
        "tapegrad.cli",
        "tapegrad.demo",
        "tapegrad.ops.codegen",
        "tapegrad.pytest_plugin",
        "tapegrad.symbolic",
        "tapegrad.testing",
    )
    if not module.startswith(late):
        assert not heavy & {name.split(".")[0] for name in imported(module)}


def test_importing_tapegrad_is_light():
    # Numba itself loads scipy.linalg, to see whether there is a BLAS.
    heavy = ["sympy", "torch", "scipy.special", "rich", "click", "mpmath", "numba.cuda"]
    code = f"import sys, tapegrad; print([m for m in {heavy} if m in sys.modules])"
    path = os.pathsep.join([*map(str, ROOTS), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"

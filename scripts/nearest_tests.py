"""The tests that could see a change of a module, nearest first: for scripts/break_places.py."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

# What needs a browser, and what tests these scripts.
LEFT_OUT = ("tests/browser", "tests/scripts")
FAR = 99  # imports away: no chain of imports leads there


def order_tests(root: Path, path: Path) -> list[list[str]]:
    """Return the test files, nearest to a module first: those near or of its room, and all others.

    Args:
        root: of the tree.
        path: the module's, relative to it.
    """
    away = count_imports(root, as_module(path))
    own = "app" if path.parts[0] == "app" else path.parts[1]

    def distance(test: Path) -> tuple[bool, bool, bool, int]:
        steps = away.get(as_module(test), FAR)
        return not is_mirror(test, path), steps > 1, own not in test.parts, steps

    tests = [file.relative_to(root) for file in sorted((root / "tests").rglob("test_*.py"))]
    tests = [file for file in tests if not file.as_posix().startswith(LEFT_OUT)]
    tests.sort(key=distance)
    others = [file for file in tests if distance(file)[:3] == (True, True, True)]
    near = [file for file in tests if file not in others]
    return [[str(file) for file in group] for group in (near, others) if group]


def is_mirror(test: Path, path: Path) -> bool:
    """Whether a test file has a module's name, or that of the page's tab that it belongs to."""
    if path.parts[0] == "app":
        names = {path.stem, f"{path.stem}_tab", f"{path.parent.name}_tab"}
        return test.parent.name == "app" and test.stem.removeprefix("test_") in names
    return Path("vaegmm", *test.parts[1:-1], test.name.removeprefix("test_")) == path


def as_module(path: Path) -> str:
    """Return a file's name as Python imports it."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@cache
def import_graph(root: Path) -> dict[str, set[str]]:
    """Return what each module of a tree imports, names in modules included."""
    graph: dict[str, set[str]] = {}
    for path in [
        file for room in ("vaegmm", "app", "tests") for file in (root / room).rglob("*.py")
    ]:
        names = graph.setdefault(as_module(path.relative_to(root)), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return graph


def count_imports(root: Path, module: str) -> dict[str, int]:
    """Return how many imports each module that reaches this one is away from it."""
    graph = import_graph(root)
    away = {module: 0}
    for step in range(1, len(graph)):
        last = {name for name, steps in away.items() if steps == step - 1}
        reached = {name for name, imported in graph.items() if imported & last} - {*away}
        away |= dict.fromkeys(reached, step)
    return away

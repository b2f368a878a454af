"""The tests that could see a change of a module, nearest first: for scripts/break_places.py."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

# What needs a browser, and what tests these scripts.
LEFT_OUT = ("tests/browser", "tests/scripts")
# What looks at the whole tree, and takes its time: last.
WHOLE = (
    "tests/documents",
    "tests/benchmarks",
    "tests/test_package.py",
    "tests/test_wheel.py",
    "tests/test_space.py",
)
RULES = Path("tests/test_architecture.py")  # looks at every file, and is done soon
FAR = 99  # imports away: no chain of imports leads there


def order_tests(root: Path, path: Path) -> list[list[str]]:
    """Return the test files, nearest to a module first: those near or of its room, and all others.

    The others begin with the rules of the house, which every module is to keep.
    Of two that are as near, the one that needs less of the code comes first.

    Args:
        root: of the tree.
        path: the module's, relative to it.
    """
    away = count_imports(root, as_module(path))
    own = "app" if path.parts[0] == "app" else path.parts[1]

    def distance(test: Path) -> tuple[bool, bool, bool, bool, int, int]:
        steps = away.get(as_module(test), FAR)
        is_last = test.as_posix().startswith(WHOLE)
        is_other = not is_mirror(test, path), steps > 1, own not in test.parts
        return is_last, *is_other, steps, len(find_imported(root, as_module(test)))

    tests = [file.relative_to(root) for file in sorted((root / "tests").rglob("test_*.py"))]
    tests = [file for file in tests if not file.as_posix().startswith(LEFT_OUT)]
    tests.sort(key=distance)
    others = [file for file in tests if distance(file)[0] or all(distance(file)[1:4])]
    near = [file for file in tests if file not in others]
    others.sort(key=lambda file: file != RULES)
    return [[str(file) for file in group] for group in (near, others) if group]


def is_mirror(test: Path, path: Path) -> bool:
    """Whether a test file has a module's name, its beginning, or that of the module's tab."""
    if path.parts[0] == "app":
        names = {path.stem, f"{path.stem}_tab", f"{path.parent.name}_tab"}
        return test.parent.name == "app" and test.stem.removeprefix("test_") in names
    stem = test.stem.removeprefix("test_")
    is_named = path.stem == stem or path.stem.startswith(f"{stem}_")
    return is_named and path.parts[1:-1] == test.parts[1:-1]


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


@cache
def find_imported(root: Path, module: str) -> frozenset[str]:
    """Return every module that one needs, by way of whatever imports."""
    graph = import_graph(root)
    found: set[str] = set()
    new = {module}
    while new:
        found |= new
        new = {name for old in new for name in graph.get(old, ()) if name in graph} - found
    return frozenset(found)

"""The house's rules that can be read off its sources; each tells what is wrong with one file.

Who imports whom, files and functions of a size that can be read, nothing unpickled. A rule takes a
source, so that a test can plant a break.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

# Top floor first; a room imports only from itself and from rooms below it.
ROOMS = {
    "vaegmm": (
        "__main__", "cli", "evaluation", "operations", "training", "model", "model_config", "hub",
        "latents", "sheet", "media", "gif", "networks", "mixture", "data", "outliers", "tensors",
        "settings", "config", "runtime", "files",
    ),
    "app": (
        "__main__", "serve", "build", "tabs", "explore", "about", "em", "generate", "morph",
        "muddle", "reading", "pad", "supply", "controls", "theme", "gate",
        "shared",
    ),
}  # fmt: skip
HOUSES = {"vaegmm", "app", "benchmarks", "scripts", "tests", "train", "evaluate", "space"}
# What each house may know of the others; of itself it may.
KNOWN = {
    "vaegmm": set(),
    "app": {"vaegmm"},
    "benchmarks": {"vaegmm", "app", "tests"},
    "scripts": {"vaegmm", "app", "tests"},
    "train": {"vaegmm"},
    "evaluate": {"vaegmm"},
    "space": {"app"},
}
PROGRAMS = {"vaegmm.__main__": {"vaegmm"}, "app.__main__": {"app", "space"}}  # whose they are
UNKNOWN = {
    "vaegmm": {"gradio"},
    "app": {"torch", "vaegmm.networks", "vaegmm.latents", "vaegmm.tensors", "vaegmm.outliers"},
    "benchmarks": {"gradio"},
    "scripts": {"gradio"},
}
DRAWN = {
    "vaegmm/evaluation/charts.py",
    "vaegmm/evaluation/plots.py",
    "vaegmm/evaluation/snapshots.py",
    "benchmarks/clusters/pictures.py",
}
# Pictures of people; and our own drawings, which become the frames of a film.
OPENED = {"vaegmm/data/images.py", "vaegmm/evaluation/snapshots.py"}
PICKLERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNPICKLING = {"torch.load", "torch.save"}
CHANGING = {"vaegmm/training/checkpoint.py": "State"}  # dataclasses whose fields training changes
MAX_LINES, MAX_BODY = 250, 39


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the repository's folder, its text, and what it imports."""

    path: PurePosixPath
    text: str

    @property
    def house(self) -> str:
        """The folder at the top, or the door's own name."""
        return self.path.parts[0].removesuffix(".py")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the syntax tree."""
        return [*ast.walk(ast.parse(self.text))]

    @cached_property
    def imports(self) -> set[str]:
        """Every module that is imported, at the top or inside a function, and names in them."""
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
        return names

    def imports_any(self, modules: set[str]) -> list[str]:
        """Those imports that are one of the modules, or lie in one."""
        return sorted(
            name
            for name in self.imports
            if any(f"{name}.".startswith(f"{module}.") for module in modules)
        )


def imports_from_above(source: Source) -> list[str]:
    """A room imports only from itself and from rooms below; a tab from no other tab."""
    rooms = ROOMS.get(source.house, ())
    own = source.path.parts[1].removesuffix(".py") if rooms else ""
    if own not in rooms:  # __init__.py, which only re-exports
        return []
    faults = []
    for name in source.imports_any({source.house}):
        room, *inner = name.split(".")[1:] or [own]
        if room not in rooms or rooms.index(room) < rooms.index(own):
            faults.append(f"{name} lies above {own}")
        elif own == room == "tabs" and inner[:1] not in ([], [source.path.stem]):
            faults.append(f"{name} is another tab")
    return faults


def imports_what_it_may_not_know(source: Source) -> list[str]:
    """Doors, benchmarks, scripts and tests are leaves; no gradio below, no torch above."""
    unknown = HOUSES - {source.house} - KNOWN[source.house] | UNKNOWN.get(source.house, set())
    programs = {name for name, doors in PROGRAMS.items() if source.house not in doors}
    return [f"{name} is unknown here" for name in source.imports_any(unknown | programs)]


def imports_into_the_mixture(source: Source) -> list[str]:
    """The mixture imports nothing else of ours: anyone can lift it out."""
    if source.path.parts[:2] != ("vaegmm", "mixture"):
        return []
    ours = source.imports_any({"vaegmm"})
    return [
        f"{name} is none of the mixture"
        for name in ours
        if name != "vaegmm.mixture" and not name.startswith("vaegmm.mixture.")
    ]


def draws_elsewhere(source: Source) -> list[str]:
    """Matplotlib is imported where it draws, without pyplot and what that keeps."""
    where = {"matplotlib.pyplot"} if str(source.path) in DRAWN else {"matplotlib"}
    return [f"{name} is imported where nothing is drawn" for name in source.imports_any(where)]


def imports_relatively(source: Source) -> list[str]:
    """Imports are absolute."""
    froms = (node for node in source.nodes if isinstance(node, ast.ImportFrom))
    return [f"line {node.lineno}: relative import" for node in froms if node.level]


def unpickles(source: Source) -> list[str]:
    """Nothing is ever pickled or unpickled."""
    faults = [f"{name} unpickles" for name in source.imports_any(PICKLERS)]
    for node in source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in UNPICKLING:
            faults.append(f"line {node.lineno}: {ast.unparse(node.func)}")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            is_refused = isinstance(node.value, ast.Constant) and node.value.value is False
            faults += [] if is_refused else [f"line {node.value.lineno}: allow_pickle"]
    return faults


def opens_pictures_elsewhere(source: Source) -> list[str]:
    """What people give becomes pixels in data/images.py, and nowhere else."""
    if source.house not in ROOMS or str(source.path) in OPENED:
        return []
    calls = (node for node in source.nodes if isinstance(node, ast.Call))
    return [f"line {n.lineno}: Image.open" for n in calls if ast.unparse(n.func) == "Image.open"]


def keeps_state_of_visitors(source: Source) -> list[str]:
    """A model is passed on, and never copied for each visitor."""
    named = (node for node in source.nodes if isinstance(node, ast.Attribute))
    return [f"line {n.lineno}: gr.State" for n in named if ast.unparse(n) == "gr.State"]


def has_fields_that_change(source: Source) -> list[str]:
    """A dataclass is frozen."""
    faults = []
    for node in source.nodes:
        if not isinstance(node, ast.ClassDef) or node.name == CHANGING.get(str(source.path)):
            continue
        for decorator in map(ast.unparse, node.decorator_list):
            if "dataclass" in decorator and "frozen=True" not in decorator:
                faults.append(f"{node.name} is not frozen")
    return faults


def has_a_name_that_says_nothing(source: Source) -> list[str]:
    """No module is called utils."""
    parts = (part.removesuffix(".py") for part in source.path.parts)
    return [f"{part} says nothing" for part in parts if part in {"util", "utils"}]


def is_long(source: Source) -> list[str]:
    """A file has 250 lines at most, a function less than 40 below its docstring."""
    n = len(source.text.splitlines())
    faults = [f"{n} lines"] if n > MAX_LINES else []
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None and len(node.body) > 1
            first = node.body[1 if has_docstring else 0]
            n = (node.end_lineno or 0) - first.lineno + 1
            faults += [f"{node.name} has {n} lines"] if n > MAX_BODY else []
    return faults


def does_something_when_imported(source: Source) -> list[str]:
    """Importing a door, a script or a benchmark does nothing."""
    if source.house in ROOMS:
        return []
    imports, assigns = (ast.Import, ast.ImportFrom), (ast.Assign, ast.AnnAssign, ast.AugAssign)
    quiet = (*imports, *assigns, ast.FunctionDef, ast.ClassDef)
    faults = []
    for node in ast.parse(source.text).body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_guard = isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
        if not (isinstance(node, quiet) or is_docstring or is_guard):
            faults.append(f"line {node.lineno} runs when it is imported")
    return faults


RULES: tuple[Callable[[Source], list[str]], ...] = (
    imports_from_above,
    imports_what_it_may_not_know,
    imports_into_the_mixture,
    draws_elsewhere,
    imports_relatively,
    unpickles,
    opens_pictures_elsewhere,
    keeps_state_of_visitors,
    has_fields_that_change,
    has_a_name_that_says_nothing,
    is_long,
    does_something_when_imported,
)

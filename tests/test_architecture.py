"""The house's import rules: one direction, no gradio below, no torch above."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Top floor first; a room imports only from itself and from rooms below it.
ROOMS = (
    "__main__",
    "cli",
    "evaluation",
    "operations",
    "sheet",
    "media",
    "gif",
    "training",
    "model",
    "model_config",
    "hub",
    "latents",
    "networks",
    "mixture",
    "data",
    "outliers",
    "tensors",
    "settings",
    "config",
    "runtime",
    "files",
)
MODULES = sorted((ROOT / "vaegmm").rglob("*.py"))
PAGE = sorted((ROOT / "app").rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """Return every module that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def room(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_from_rooms_below(path: Path) -> None:
    own = path.relative_to(ROOT / "vaegmm").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for module in imported_modules(path):
        if module.startswith("vaegmm."):
            assert ROOMS.index(room(module)) >= ROOMS.index(own), f"{own} imports {module}"
        assert module.split(".")[0] not in {"gradio", "app", "train", "evaluate", "benchmarks"}


def test_every_room_is_on_the_plan() -> None:
    rooms = {path.relative_to(ROOT / "vaegmm").parts[0].removesuffix(".py") for path in MODULES}
    assert rooms - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize("path", PAGE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_page_never_imports_torch(path: Path) -> None:
    assert not {name for name in imported_modules(path) if name.split(".")[0] == "torch"}


def test_the_mixture_can_be_lifted_out() -> None:
    for path in (ROOT / "vaegmm" / "mixture").glob("*.py"):
        ours = {name for name in imported_modules(path) if name.startswith("vaegmm")}
        assert all(name.startswith("vaegmm.mixture") for name in ours), path


def test_no_source_file_grows_past_250_lines() -> None:
    sources = [*MODULES, *(ROOT / "app").rglob("*.*")]
    texts = [path for path in sources if path.suffix in {".py", ".js", ".css", ".html"}]
    long = [path for path in texts if len(path.read_text().splitlines()) > 250]
    assert not long


def test_the_command_line_parses_without_torch_or_plots() -> None:
    code = (
        "import sys, vaegmm, vaegmm.cli.train, vaegmm.cli.evaluate, vaegmm.cli.classify\n"
        "import vaegmm.cli.generate, vaegmm.cli.grid, vaegmm.cli.morph, vaegmm.cli.muddle\n"
        "heavy = {'torch', 'gradio', 'matplotlib', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(f'imported at parse time: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)

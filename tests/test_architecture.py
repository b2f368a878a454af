"""The house's rules hold in every file, and a break of each would be seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from tests.house_rules import (
    MAX_LINES,
    ROOMS,
    RULES,
    Source,
    does_something_when_imported,
    draws_elsewhere,
    has_a_name_that_says_nothing,
    has_fields_that_change,
    imports_from_above,
    imports_into_the_mixture,
    imports_relatively,
    imports_what_it_may_not_know,
    is_long,
    keeps_state_of_visitors,
    opens_pictures_elsewhere,
    unpickles,
)

ROOT = Path(__file__).parents[1]
FOLDERS = ("vaegmm", "app", "benchmarks", "scripts")
MODULES = sorted((ROOT / "vaegmm").rglob("*.py"))
PAGE = sorted((ROOT / "app").rglob("*.py"))
SOURCES = [*ROOT.glob("*.py"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
LONG_LIST = "".join(f"x = {i}\n" for i in range(MAX_LINES + 1))
LONG_FUNCTION = 'def f():\n    """Say."""\n' + "    x = 1\n" * 40
PLANTED = [
    (imports_from_above, "vaegmm/latents.py", "from vaegmm.operations.morph import morph"),
    (imports_from_above, "vaegmm/data/npz.py", "def f():\n    import vaegmm.model"),
    (imports_from_above, "vaegmm/networks/vae.py", "from vaegmm import model"),
    (imports_from_above, "vaegmm/networks/vae.py", "from vaegmm import VAEGMM"),
    (imports_from_above, "app/shared/turns.py", "from app.tabs.morph import build_morph_tab"),
    (imports_from_above, "app/pad/pad.py", "from app.explore.explorer import Explorer"),
    (imports_from_above, "app/morph/morph.py", "import app.explore.explorer"),
    (imports_from_above, "app/tabs/muddle.py", "from app.tabs.morph import build_morph_tab"),
    (imports_from_above, "app/tabs/muddle.py", "from app.tabs import morph"),
    (imports_what_it_may_not_know, "vaegmm/media.py", "import gradio as gr"),
    (imports_what_it_may_not_know, "vaegmm/cli/grid.py", "from app.pad.pad import build_pad"),
    (imports_what_it_may_not_know, "vaegmm/cli/grid.py", "from train import main"),
    (imports_what_it_may_not_know, "vaegmm/model.py", "from benchmarks import pad"),
    (imports_what_it_may_not_know, "vaegmm/model.py", "from scripts.film import write_gif"),
    (imports_what_it_may_not_know, "vaegmm/model.py", "from tests.conftest import TINY"),
    (imports_from_above, "vaegmm/cli/grid.py", "from vaegmm.__main__ import main"),
    (imports_what_it_may_not_know, "app/pad/pad.py", "def f():\n    from torch import nn"),
    (imports_from_above, "app/build.py", "from app.__main__ import main"),
    (imports_what_it_may_not_know, "scripts/film.py", "from app.__main__ import main"),
    (imports_what_it_may_not_know, "app/build.py", "from vaegmm.__main__ import main"),
    (imports_what_it_may_not_know, "app/build.py", "import space"),
    (imports_what_it_may_not_know, "app/build.py", "from vaegmm.networks.vae import VAE"),
    (imports_what_it_may_not_know, "scripts/film.py", "from gradio import Blocks"),
    (imports_what_it_may_not_know, "scripts/film.py", "from benchmarks.pad import summary"),
    (imports_what_it_may_not_know, "benchmarks/pad.py", "from scripts.film import write_gif"),
    (imports_what_it_may_not_know, "benchmarks/pad.py", "import gradio.routes"),
    (imports_what_it_may_not_know, "train.py", "from app.build import build_page"),
    (imports_what_it_may_not_know, "evaluate.py", "from train import main"),
    (imports_into_the_mixture, "vaegmm/mixture/em.py", "from vaegmm.runtime import evaluating"),
    (imports_into_the_mixture, "vaegmm/mixture/em.py", "import vaegmm"),
    (draws_elsewhere, "vaegmm/operations/plane.py", "def f():\n    import matplotlib"),
    (draws_elsewhere, "app/em/em.py", "from matplotlib.figure import Figure"),
    (draws_elsewhere, "benchmarks/pad.py", "from matplotlib.figure import Figure"),
    (draws_elsewhere, "vaegmm/evaluation/plots.py", "from matplotlib import pyplot"),
    (imports_relatively, "vaegmm/data/npz.py", "from . import images"),
    (imports_relatively, "app/tabs/morph.py", "from ..morph.morph import Morpher"),
    (unpickles, "vaegmm/tensors.py", "import pickle"),
    (unpickles, "benchmarks/runs.py", "from joblib import load"),
    (unpickles, "vaegmm/tensors.py", "torch.load('model.pt', weights_only=True)"),
    (unpickles, "vaegmm/tensors.py", "torch.save({}, 'model.pt')"),
    (unpickles, "scripts/make_sample.py", "x = np.load('a.npz', allow_pickle=True)"),
    (unpickles, "vaegmm/data/npz.py", "np.load('a.npz', allow_pickle=is_trusted)"),
    (opens_pictures_elsewhere, "app/pad/pictures.py", "Image.open(path)"),
    (opens_pictures_elsewhere, "vaegmm/cli/classify.py", "Image.open(path)"),
    (keeps_state_of_visitors, "app/tabs/morph.py", "model = gr.State(model)"),
    (has_fields_that_change, "vaegmm/config.py", "@dataclass\nclass A:\n    a: int"),
    (has_fields_that_change, "app/supply.py", "@dataclass(slots=True)\nclass A:\n    a: int"),
    (has_a_name_that_says_nothing, "vaegmm/utils.py", ""),
    (has_a_name_that_says_nothing, "app/utils/text.py", ""),
    (is_long, "scripts/film.py", LONG_LIST),
    (is_long, "benchmarks/pad.py", LONG_FUNCTION),
    (is_long, "vaegmm/model.py", LONG_FUNCTION.replace("def", "async def")),
    (does_something_when_imported, "train.py", "main()"),
    (does_something_when_imported, "benchmarks/pad.py", "for x in (1, 2):\n    print(x)"),
]


def read(path: Path) -> Source:
    relative = PurePosixPath(path.relative_to(ROOT).as_posix())
    return Source(relative, path.read_text(encoding="utf-8"))


def imported_modules(path: Path) -> set[str]:
    """Return every module that a file imports, at its top or inside a function."""
    return read(path).imports


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_rule_holds(path: Path) -> None:
    source = read(path)
    faults = [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(source)]
    assert not faults


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_break_is_seen_by_its_rule_alone(rule: object, path: str, text: str) -> None:
    source = Source(PurePosixPath(path), text)
    assert [broken for broken in RULES if broken(source)] == [rule]


def test_every_rule_was_broken_once() -> None:
    assert {rule for rule, _, _ in PLANTED} == {*RULES}


@pytest.mark.parametrize("house", ROOMS)
def test_every_room_is_on_the_plan(house: str) -> None:
    parts = [path.relative_to(ROOT / house).parts[0] for path in (ROOT / house).rglob("*.py")]
    assert {part.removesuffix(".py") for part in parts} - {"__init__"} == {*ROOMS[house]}


def test_no_file_of_the_page_or_of_tests_grows_past_what_can_be_read() -> None:
    texts = [path for path in (ROOT / "app").rglob("*") if path.suffix in {".js", ".css", ".html"}]
    texts += (ROOT / "tests").rglob("*.py")
    assert texts
    n_lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in texts}
    assert not [path for path, n in n_lines.items() if n > MAX_LINES]


def test_the_command_line_parses_without_torch_or_plots() -> None:
    code = (
        "import sys, vaegmm, vaegmm.cli.train, vaegmm.cli.evaluate, vaegmm.cli.classify\n"
        "import vaegmm.cli.generate, vaegmm.cli.grid, vaegmm.cli.morph, vaegmm.cli.muddle\n"
        "heavy = {'torch', 'gradio', 'matplotlib', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(f'imported at parse time: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)

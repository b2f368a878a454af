"""The package: its public names, what it needs, its wheel, and what works where only that is."""

from __future__ import annotations

import ast
import dataclasses
import doctest
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import vaegmm
from tests.conftest import TINY
from tests.documents.fences import all_fences
from tests.test_architecture import MODULES, PAGE, ROOT, imported_modules
from vaegmm import VAEGMM, LabelledImages, classify, encode_handwriting, generate
from vaegmm.hub.repository import DEFAULT
from vaegmm.model_config import FORMAT_VERSION, ModelConfig
from vaegmm.outliers import OutlierRule

LARGEST_WHEEL = LARGEST_SOURCES = 1_000_000  # bytes
INFO = f"vaegmm-{vaegmm.__version__}.dist-info"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = {Requirement(line) for line in PROJECT["dependencies"]}
NEEDED_BY_PAGE = {Requirement(line) for line in PROJECT["optional-dependencies"]["app"]}
OTHERWISE_NAMED = {"PIL": "pillow", "sklearn": "scikit-learn"}
# The five lines of each operation, as the package's docstring shows them.
EXAMPLE = textwrap.dedent(vaegmm.__doc__.partition("asked for:\n\n")[2])
REPORT = """
import json, sys, vaegmm

def fail(call, *arguments):
    try:
        call(*arguments)
    except ValueError as error:
        return str(error)

print(json.dumps({
    "file": vaegmm.__file__,
    "images": [list(digits.images.shape), str(digits.images.dtype)],
    "muddles": [list(muddles.x.shape), list(muddles.probabilities.shape)],
    "frames": list(frames.shape),
    "no weights": fail(VAEGMM.from_pretrained),
    "no sample": fail(vaegmm.load_dataset, "sample"),
    "has gradio": "gradio" in sys.modules,
}))
"""
MISTAKES = """
from vaegmm import VAEGMM, encode_handwriting, generate, muddle, nonsense

model = VAEGMM.from_pretrained("weights/digits")
hand = encode_handwriting(model, generate(model, 1000))
muddle(model, hand, ["4"])
muddle(model, hand, [4]).y
"""


@pytest.fixture(scope="module")
def small() -> VAEGMM:
    """An untrained network with a mixture at random places, one component for every digit."""
    digits = tuple(range(10))
    network = dataclasses.replace(TINY, latent_dim=10)
    rule = OutlierRule(0, 1, 0, 1, threshold=100)
    config = ModelConfig(FORMAT_VERSION, network, digits, digits, 1.0, rule, "none", "none")
    generator = torch.Generator().manual_seed(0)
    model = VAEGMM(config)
    model.means.copy_(torch.randn(model.means.shape, generator=generator))
    return model.eval()


# ---- Names ----


def test_what_is_offered_is_there_at_run_time_and_for_type_checkers() -> None:
    offered = {name: home for home, names in vaegmm._HOMES.items() for name in names}
    tree = ast.parse(Path(vaegmm.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert {alias.name: node.module for node in typed for alias in node.names} == offered
    assert sorted([*offered, "__version__"]) == sorted(vaegmm.__all__) == dir(vaegmm)
    for name, home in offered.items():
        assert getattr(vaegmm, name) is getattr(import_module(home), name)


def test_no_public_name_stands_in_the_way_of_a_submodule() -> None:
    submodules = {module.name for module in pkgutil.iter_modules(vaegmm.__path__)}
    assert {"mixture", "hub", "media"} <= submodules
    assert not submodules & {*vaegmm.__all__}
    code = "from vaegmm import mixture, hub; import vaegmm.files; print(mixture, hub, vaegmm.files)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_a_name_that_is_not_there_is_none() -> None:
    with pytest.raises(AttributeError, match="module 'vaegmm' has no attribute 'nonsense'"):
        _ = vaegmm.nonsense
    assert not hasattr(vaegmm, "__path")


def test_the_examples_in_docstrings_hold(small: VAEGMM) -> None:
    names = {name: getattr(vaegmm, name) for name in vaegmm.__all__}
    hand = encode_handwriting(small, generate(small, 100))
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    shown = []
    for name, thing in names.items():
        for examples in finder.find(thing, name, globs={**names, "model": small, "hand": hand}):
            assert runner.run(examples).failed == 0
            shown += [name] if examples.examples else []
    operations = ["encode_handwriting", "generate", "load_dataset", "morph", "muddle"]
    assert shown == [*operations, "write_number"]


# ---- What it needs ----


def find_distributions(files: list[Path]) -> set[str]:
    """Return the distributions that files import from, Python's own and ours left out."""
    modules = {name.partition(".")[0] for path in files for name in imported_modules(path)}
    others = modules - {*sys.stdlib_module_names, "_typeshed", "vaegmm", "app"}
    return {canonicalize_name(OTHERWISE_NAMED.get(module, module)) for module in others}


def test_a_space_installs_what_package_and_page_need() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    installed = [Requirement(line) for line in lines if line[:1] not in "#"]
    assert len(installed) == len({*installed})
    assert {*installed} == NEEDED | NEEDED_BY_PAGE


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    package, page = ({one.name for one in needed} for needed in (NEEDED, NEEDED_BY_PAGE))
    assert find_distributions(MODULES) == package
    assert find_distributions(PAGE) - package == page


# ---- The wheel ----


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that is in the repository: what a build leaves there is in nobody's way."""
    left_out = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/", "").split()
    folder = tmp_path_factory.mktemp("source") / "repository"
    ignore = shutil.ignore_patterns(".*", *left_out)
    return Path(shutil.copytree(ROOT, folder, symlinks=True, ignore=ignore))


@pytest.fixture(scope="module")
def wheel(repository: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "one"]
    subprocess.run(command, check=True, cwd=repository, capture_output=True)
    (wheel,) = (repository / "one").iterdir()
    return wheel


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds, and nothing else."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def list_contents() -> set[str]:
    """Return the names of all that the wheel is to hold."""
    modules = {path.relative_to(ROOT).as_posix() for path in MODULES}
    configs = {f"vaegmm/configs/{path.name}" for path in (ROOT / "configs").glob("*.toml")}
    words = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt")
    return {*modules, *configs, "vaegmm/py.typed", *(f"{INFO}/{name}" for name in words)}


def test_the_wheel_is_small_and_holds_the_package_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(archive.namelist()) == sorted(list_contents())
    assert wheel.stat().st_size <= LARGEST_WHEEL


def test_the_wheel_says_what_it_is(wheel: Path, unpacked: Path) -> None:
    assert wheel.name == f"vaegmm-{vaegmm.__version__}-py3-none-any.whl"
    found = PathDistribution(unpacked / INFO)
    assert (found.name, found.version) == ("vaegmm", vaegmm.__version__)
    assert found.metadata["License-Expression"] == "MIT"
    assert found.metadata["Requires-Python"] == ">=3.11"
    assert found.metadata.get_all("Provides-Extra") == ["app"]
    needed = {Requirement(line) for line in found.requires or ()}
    assert needed == NEEDED | {Requirement(f'{one}; extra == "app"') for one in NEEDED_BY_PAGE}
    (command,) = found.entry_points
    assert (command.group, command.name) == ("console_scripts", "vaegmm")
    assert command.load() is import_module("vaegmm.__main__").main


def test_no_path_of_this_machine_is_in_it(unpacked: Path, repository: Path) -> None:
    paths = [str(path).encode() for path in (ROOT, repository, sys.prefix)]
    for file in (path for path in unpacked.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert not [path for path in paths if path in content], file


# ---- Where only the wheel is ----


@pytest.fixture
def place(sample: LabelledImages, tmp_path: Path) -> Path:
    """A folder with what a person has: weights, and a picture of an 8."""
    shutil.copytree(DEFAULT, tmp_path / "weights" / "digits")
    eight = sample.images[sample.labels == 8][0].numpy()
    Image.fromarray(255 - eight).resize((280, 280)).save(tmp_path / "digit.png")
    return tmp_path


@dataclass(frozen=True)
class Home:
    """Where the package is, and how a person works with it.

    Attributes:
        package: the folder that holds vaegmm.
        python: the interpreter.
        variables: of the environment.
    """

    package: Path
    python: Path
    variables: dict[str, str]

    def run(self, place: Path, *arguments: str) -> str:
        """Run Python in a folder; return what it prints."""
        run = subprocess.run(
            [self.python, *arguments], cwd=place, env=self.variables, text=True, capture_output=True
        )
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout

    def check_example(self, place: Path, expected: int = 8) -> None:
        """Run the docstring's example, which reads the picture, and see what came of it."""
        label, report = self.run(place, "-c", EXAMPLE + REPORT).splitlines()
        said = json.loads(report)
        assert int(label) == expected
        assert Path(said["file"]) == self.package / "vaegmm" / "__init__.py"
        assert said["images"] == [[1000, 28, 28], "uint8"]
        assert said["muddles"] == [[10, 28, 28], [10, 10]]
        assert said["frames"] == [60, 28, 56]
        assert not said["has gradio"]
        with Image.open(place / "morph.gif") as film:
            assert (film.size, film.n_frames) == ((560, 280), 118)  # there and back again
        one_sentence = re.compile(r"[^.]*installed without [^.]*; give [^.]*(\.npz [^.]*)?")
        assert one_sentence.fullmatch(said["no weights"])
        assert "give a folder (a clone of the program has weights/digits), or" in said["no weights"]
        assert one_sentence.fullmatch(said["no sample"])
        assert "give mnist, the path of an .npz file, or digits that a" in said["no sample"]


@pytest.fixture
def home(unpacked: Path) -> Home:
    """The wheel, unpacked; what it needs is this environment's."""
    return Home(unpacked, Path(sys.executable), {**os.environ, "PYTHONPATH": str(unpacked)})


def test_the_example_works_with_the_wheel_and_weights_alone(
    home: Home, place: Path, small: VAEGMM
) -> None:
    small.save_pretrained(place / "weights" / "digits")  # which costs nothing
    home.check_example(place, classify(small, Image.open(place / "digit.png")).label)


def test_the_command_works_with_the_wheel_and_weights_alone(home: Home, place: Path) -> None:
    assert "classify" in home.run(place, "-m", "vaegmm", "--help")
    command = ("-m", "vaegmm", "classify", "digit.png", "--weights", "weights/digits", "--json")
    assert json.loads(home.run(place, *command))["label"] == 8


# ---- From nothing, as a person does it ----


@pytest.fixture(scope="module")
def built(repository: Path) -> Path:
    """A folder with the archive of sources and the wheel that was made from it."""
    subprocess.run([sys.executable, "-m", "build", "--outdir", "both"], check=True, cwd=repository)
    return repository / "both"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An environment with the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    python = folder / "venv/bin/python"
    try:
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", wheel], check=True)
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        found = subprocess.run([python, "-c", code], text=True, capture_output=True, check=True)
        variables = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        yield Home(Path(found.stdout.strip()), python, variables)
    finally:
        shutil.rmtree(folder)  # six gigabytes


@pytest.mark.slow
def test_the_sources_make_the_same_wheel_and_are_as_small(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (wheel,), (sources,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(archive.namelist()) == sorted(list_contents())
    with tarfile.open(sources) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    made = {name.partition("/")[0] for name in names} - {"", "PKG-INFO", "setup.cfg"}
    assert made == {
        *("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml"),
        *("configs", "vaegmm", "vaegmm.egg-info"),
    }
    with capsys.disabled():
        print(f"\nwheel {wheel.stat().st_size:,} bytes, sources {sources.stat().st_size:,} bytes")
    assert sources.stat().st_size <= LARGEST_SOURCES


@pytest.mark.slow
def test_the_example_works_in_a_new_environment(installed: Home, place: Path) -> None:
    installed.check_example(place)
    assert installed.run(place, "-m", "pip", "check") == "No broken requirements found.\n"


@pytest.mark.slow
def test_the_readmes_examples_work_in_a_new_environment(installed: Home, place: Path) -> None:
    blocks = [fence.text for fence in all_fences() if fence.file == "README.md"]
    examples = [text for text in blocks if "from vaegmm" in text]
    assert len(examples) == 5
    for example in examples:
        installed.run(place, "-c", example)


@pytest.mark.slow
def test_the_command_works_in_a_new_environment(installed: Home, place: Path) -> None:
    command = [installed.python.parent / "vaegmm", "classify", "digit.png", "--json"]
    command += ["--weights", "weights/digits"]
    answer = subprocess.check_output(command, cwd=place, env=installed.variables)
    assert json.loads(answer)["label"] == 8


@pytest.mark.slow
def test_type_checkers_know_what_is_installed(installed: Home, tmp_path: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", installed.python]
    answers = {}
    for name, code in (("right", EXAMPLE), ("wrong", MISTAKES)):
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        run = subprocess.run([*mypy, f"{name}.py"], cwd=tmp_path, text=True, capture_output=True)
        answers[name] = run.stdout
    assert answers["right"] == "Success: no issues found in 1 source file\n"
    lines = answers["wrong"].splitlines()
    assert [
        re.findall(r"^wrong.py:(\d+): error: .*\[([a-z-]+)\]$", line) for line in lines[:-1]
    ] == [
        [("2", "attr-defined")],
        [("6", "list-item")],
        [("7", "attr-defined")],
    ]

"""The wheel and the sources: what is in them, and what works where only they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

import vaegmm
from tests.documents.fences import all_fences
from tests.home import EXAMPLE, Home
from tests.test_architecture import MODULES, ROOT
from tests.test_package import NEEDED, NEEDED_BY_PAGE, small
from vaegmm import VAEGMM, LabelledImages, classify
from vaegmm.hub.repository import DEFAULT

__all__ = ["small"]  # a fixture

LARGEST_WHEEL = LARGEST_SOURCES = 1_000_000  # bytes
INFO = f"vaegmm-{vaegmm.__version__}.dist-info"
MISTAKES = """
from vaegmm import VAEGMM, encode_handwriting, generate, muddle, nonsense

model = VAEGMM.from_pretrained("weights/digits")
hand = encode_handwriting(model, generate(model, 1000))
muddle(model, hand, ["4"])
muddle(model, hand, [4]).y
"""


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


@pytest.fixture
def place(sample: LabelledImages, tmp_path: Path) -> Path:
    """A folder with what a person has: weights, and a picture of an 8."""
    shutil.copytree(DEFAULT, tmp_path / "weights" / "digits")
    eight = sample.images[sample.labels == 8][0].numpy()
    Image.fromarray(255 - eight).resize((280, 280)).save(tmp_path / "digit.png")
    return tmp_path


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

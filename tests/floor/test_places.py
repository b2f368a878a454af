"""Where nothing can be written, no home, no hub, few signs and odd names: done, or one sentence."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.floor.programs import TRAIN, finish, refuses, run, start, wait
from vaegmm.hub.repository import WEIGHTS

pytestmark = pytest.mark.slow
SMALL = ["--weights", "weights/digits148"]
SHORT = [*TRAIN, "--epochs", "1"]
EVALUATE = ["evaluate.py", "--dataset", "sample", "--tasks", "classification", *SMALL]
VAEGMM = ["-m", "vaegmm"]
WRITERS = {
    "run": SHORT,
    "report": EVALUATE,
    "digits.npz": [*VAEGMM, "generate", "--n", "300", *SMALL],
    "digits": [*VAEGMM, "generate", "--n", "300", *SMALL],
    "muddles.npz": [*VAEGMM, "muddle", "--n", "3", "--dataset", "sample", *SMALL],
    "morph.gif": [*VAEGMM, "morph", "1", "4", *SMALL],
    "grid.png": [*VAEGMM, "grid", "--step", "3", *SMALL],
}
LIMIT_AND_RUN = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
sys.argv = sys.argv[1:]
if sys.argv[0] == "-m":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def mount(folder: Path, options: str) -> None:
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A folder of half a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount(folder, "size=512k")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_only_read(name: str, mounted: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    refuses(run([*WRITERS[name], "-o", str(mounted / name)]), "Read-only file system")


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_full(name: str, mounted: Path) -> None:
    room = 0 if name in ("muddles.npz", "grid.png") else 8 << 10  # these are smaller than that
    (mounted / "mine").write_bytes(bytes((512 << 10) - room))
    ended = run([*WRITERS[name], "-o", str(mounted / name)])
    refuses(ended, "No space left on device")
    left = [path for path in mounted.rglob("*") if path.name.startswith(".")]
    assert not left
    assert name == "run" or not (mounted / name).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("name", ["digits.npz", "digits", "morph.gif", "grid.png"])
def test_files_that_may_not_grow(name: str, tmp_path: Path) -> None:
    ended = run(["-c", LIMIT_AND_RUN, *WRITERS[name], "-o", str(tmp_path / name)])
    refuses(ended, "File too large")
    assert not list(tmp_path.iterdir())


def serve(arguments: Sequence[str], environment: dict[str, str]) -> None:
    """Open the page, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = start(["-m", "app", "--port", str(port), *arguments], environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    ended = wait(process)
    assert line.startswith("Ready on "), ended
    assert ended.code == 0
    assert "Traceback" not in ended.error


def test_a_home_that_is_not_there_and_no_hub(tmp_path: Path) -> None:
    nowhere = {"HOME": "/nonexistent", "XDG_CACHE_HOME": "", "HF_HOME": ""}
    nowhere |= {"HF_ENDPOINT": "http://127.0.0.1:9"}
    finish([*SHORT, "-o", str(tmp_path / "run")], nowhere)
    for name in ("report", "digits.npz"):
        finish([*WRITERS[name], "-o", str(tmp_path / name)], nowhere)
    of_hub = ["--weights", "user/digits"]
    for arguments in (
        ["evaluate.py", "--dataset", "sample", *of_hub],
        [*VAEGMM, "grid", *of_hub, "-o", str(tmp_path / "grid.png")],
        [*VAEGMM, "push", str(tmp_path / "run"), "user/digits"],
    ):
        refuses(run(arguments, nowhere), "user/digits: 127.0.0.1:9 cannot be reached")
    serve(of_hub, nowhere)


def test_a_terminal_of_few_signs_and_names_of_many(tmp_path: Path) -> None:
    folder = tmp_path / "Ordner für 数字"
    folder.mkdir()
    finish([*SHORT, "-o", str(folder / "läuft")], C_LOCALE)
    report = ["evaluate.py", "--dataset", "sample", "--digits", "1", "4", "8"]
    of_run = ["--tasks", "classification", "--weights", str(folder / "läuft")]
    finish([*report, *of_run, "-o", str(folder / "Bericht ü")], C_LOCALE)
    for name in ("digits.npz", "digits", "muddles.npz", "morph.gif", "grid.png"):
        finish([*WRITERS[name], "-o", str(folder / f"ä {name}")], C_LOCALE)
    picture = folder / "é.png"
    shutil.copy(WEIGHTS / "digits148" / "reconstructions.png", picture)
    finish([*VAEGMM, "classify", str(picture)], C_LOCALE)
    missing = run([*VAEGMM, "classify", str(folder / "数.png")], C_LOCALE)
    refuses(missing, "There is no image file")
    serve(["--weights", str(folder / "läuft")], C_LOCALE)


def test_names_that_begin_with_a_dash(tmp_path: Path) -> None:
    here = {"PYTHONPATH": str(Path(__file__).parents[2])}
    code = "import os, runpy, sys; os.chdir(sys.argv.pop(1)); " + (
        "runpy.run_module('vaegmm', run_name='__main__', alter_sys=True)"
    )
    for arguments in (
        ["train", *SHORT[1:], "--output-dir=-run"],
        ["train", "--output-dir=-run", "--resume", "--epochs", "2"],
        ["evaluate", *EVALUATE[1:-2], "--weights=-run", "--output-dir=-report"],
        ["generate", "--n", "5", "--weights=-run", "--output=-digits.npz"],
        ["morph", "1", "4", "--weights=-run", "--output=-morph.gif"],
        ["classify", "--weights=-run", "--", "-run/reconstructions.png"],
    ):
        finish(["-c", code, str(tmp_path), *arguments], here)
    assert {"-run", "-report", "-digits.npz", "-morph.gif"} <= set(os.listdir(tmp_path))

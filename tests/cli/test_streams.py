"""Real processes whose output nobody reads, cannot be written, or is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from vaegmm.cli import outputs
from vaegmm.cli.outputs import check_output
from vaegmm.cli.parse import run
from vaegmm.data.datasets import LabelledImages

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
GRID = f"{sys.executable} -m vaegmm grid --weights weights/digits148 --step 3 -o"


@pytest.fixture(scope="module")
def picture(sample: LabelledImages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "digit.png"
    Image.fromarray(sample.images[0].numpy()).save(path)
    return path


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_reader_that_leaves_after_the_first_line_stops_nothing(picture: Path) -> None:
    done = shell(
        f"{sys.executable} -m vaegmm classify --json {' '.join([str(picture)] * 20)} | head -1"
    )
    assert done.stdout.count("\n") == 1
    assert (done.returncode, done.stderr) == (0, "")


def test_streams_that_are_closed_are_no_reason_not_to_work(tmp_path: Path) -> None:
    path, digits = tmp_path / "grid.png", tmp_path / "digits.npz"
    generate = f"{sys.executable} -m vaegmm generate --n 5 -o {digits}"
    done = shell(f"{GRID} {path} --json >&- && {generate} 2>&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"5 images with labels in {digits}")
    with Image.open(path) as picture:
        assert picture.size == (168, 168)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's own")
def test_a_stdout_that_is_full_is_said_in_a_line(tmp_path: Path) -> None:
    done = shell(f"{GRID} {tmp_path / 'grid.png'} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "python -m vaegmm grid: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's own")
def test_a_stderr_that_is_full_changes_no_exit_code() -> None:
    code = (
        "from vaegmm.cli.parse import run\n"
        "def fail(): raise {error}\n"
        "raise SystemExit(run(fail, 'some'))"
    )
    for error, expected in (("ValueError", 2), ("OSError(28)", 2), ("KeyboardInterrupt", 130)):
        done = shell(f'{sys.executable} -c "{code.format(error=error)}" 2> /dev/full')
        assert done.returncode == expected


def test_ctrl_c_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    arguments = ["--n", "100000000", "-o", str(tmp_path / "some.npz")]
    process = subprocess.Popen(
        [sys.executable, "-m", "vaegmm", "generate", *arguments],
        cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "python -m vaegmm generate: stopped\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "locale",
    ["LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0", "PYTHONIOENCODING=latin-1"],
)
def test_a_terminal_that_knows_few_signs_spoils_nothing(locale: str, tmp_path: Path) -> None:
    path = tmp_path / "数字 12.png"
    done = shell(f"{locale} {GRID} '{path}' && {locale} {sys.executable} train.py --help")
    assert (done.returncode, done.stderr) == (0, "")
    assert path.exists()
    assert "Train a variational autoencoder" in done.stdout


def test_sigterm_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    arguments = ["--n", "100000000", "-o", str(tmp_path / "some.npz")]
    process = subprocess.Popen(
        [sys.executable, "-m", "vaegmm", "generate", *arguments],
        cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (143, "python -m vaegmm generate: stopped\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [ValueError("Can't close the ZIP file"), OSError(28, "full")])
def test_what_cannot_be_closed_when_it_is_stopped_was_stopped(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        finally:
            raise error

    assert run(work, "some") == 143
    assert capsys.readouterr().err == "some: stopped\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_has_its_code_also_in_the_middle_of_an_import(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    """There dataclasses run texts, and Python forgets by what such a text was stopped."""
    text = f"import os, time; os.kill(os.getpid(), {int(number)}); time.sleep(60)"
    (tmp_path / "some.py").write_text(
        f"from vaegmm.cli.parse import run\nraise SystemExit(run(lambda: exec({text!r}), 'some'))"
    )
    done = subprocess.run(
        [sys.executable, "-m", "some"],
        env={**ENVIRONMENT, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (code, "some: stopped\n")


def test_where_nothing_can_be_written_is_known_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_output(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match=r"there is no folder .*; make it first"):
        check_output(tmp_path / "nowhere" / "a.png")
    with pytest.raises(ValueError, match="which is a folder; give another output"):
        check_output(tmp_path)

    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied", str(dir / "x"))

    monkeypatch.setattr(outputs.tempfile, "TemporaryFile", refuse)
    with pytest.raises(ValueError, match=r"cannot be written into .* \(Permission denied\); give"):
        check_output(tmp_path / "a.png")

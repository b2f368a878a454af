"""Data sets on disk are whole or not there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.data.exporting import IMAGES, LABELS, Bytes, cut, export, place
from vaegmm.data.export import FORMATS, Format, check_export, exporting, measure

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("format", FORMATS)
def test_an_error_leaves_nothing(format: Format, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), exporting(place(tmp_path, format), format, 70) as write:
        write(IMAGES[:32], LABELS[:32])
        raise RuntimeError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("n", [60, 80])
def test_more_or_fewer_digits_than_were_said_are_refused(
    n: int, format: Format, tmp_path: Path
) -> None:
    message = f"n was said to be {n}, but 70 digits came"
    with (
        pytest.raises(ValueError, match=message),
        exporting(place(tmp_path, format), format, n) as write,
    ):
        for images, labels in cut(IMAGES, LABELS):
            write(images, labels)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (IMAGES[:5], LABELS[:4]),
        (IMAGES[:5] / 255, LABELS[:5]),
        (IMAGES[:5], LABELS[:5].astype(np.int64)),
        (IMAGES[:5, :27], LABELS[:5]),
        (IMAGES[:5], LABELS[:5, None]),
    ],
)
def test_a_part_that_is_none_is_refused(images: Bytes, labels: Bytes, tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"images \(M, 28, 28\) and labels \(M,\), both uint8, got"),
        exporting(tmp_path / "digits.npz", "npz", 5) as write,
    ):
        write(images, labels)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_an_old_file_or_an_empty_folder_is_replaced(format: Format, tmp_path: Path) -> None:
    path = place(tmp_path, format)
    if format == "npz":
        path.write_text("old")
    else:
        path.mkdir()
    export(path, format)
    assert measure(path) > 4000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


# Dies in the middle, as by kill -9, or finds that its files may not grow: a full disk, as far as it
# can tell. The pictures are noise, so that the single PNG file is too large as well.
BROKEN = """
import os, resource, signal, sys
from pathlib import Path
import numpy as np
from vaegmm.data.export import exporting

images = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
with exporting(Path(sys.argv[1]), sys.argv[2], 1000) as write:
    for turn in range(20):
        if turn == 10 and sys.argv[3] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if turn == 10:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
        write(images, np.full(50, turn % 10, np.uint8))
"""


def break_export(path: Path, format: Format, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BROKEN, str(path), format, how]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_an_error_and_leaves_nothing(format: Format, tmp_path: Path) -> None:
    done = break_export(place(tmp_path, format), format, "full")
    assert "OSError: [Errno 27] File too large" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_killed_process_left_is_swept_by_the_next(format: Format, tmp_path: Path) -> None:
    path = place(tmp_path, format)
    done = break_export(path, format, "killed")
    assert done.returncode == -signal.SIGKILL
    assert not path.exists()
    assert len(list(tmp_path.glob(".digits.*"))) == 1
    for name in (".digits.old", ".digits.v2.abcdefgh.unfinished"):  # others' own
        (tmp_path / name).mkdir()
    export(path, format)
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == [".digits.old", ".digits.v2.abcdefgh.unfinished", path.name]


@pytest.mark.parametrize(
    ("name", "format", "n", "n_test", "message"),
    [
        ("a.npz", "npz", 0, None, "n must be at least 1 and below 2,147,483,648, got 0"),
        ("a", "tar", 5, None, "format must be one of npz, png, idx, got 'tar'"),
        ("a", "npz", 5, None, "the output of format npz must be a file that ends in .npz, got"),
        ("a.npz", "png", 5, None, "format png must be a folder, as by -o FOLDER, got"),
        ("no/a.npz", "npz", 5, None, "there is no folder .*no for the output; make it first"),
        ("folder.npz", "npz", 5, None, "folder.npz is a folder; give another name"),
        ("file", "png", 5, None, "file is a file; give the name of a new folder"),
        ("full", "idx", 5, None, "the folder .*full is not empty; give the name of a new one"),
        ("a", "png", 5, 2, "n_test divides format idx only, not png; leave it out"),
        ("a", "idx", 1, None, "format idx has two parts and needs at least 2 digits, got n 1"),
        ("a", "idx", 5, 5, "n_test must be from 1 to 4, below n, got 5"),
        ("a", "idx", 5, 0, "n_test must be from 1 to 4, below n, got 0"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    name: str, format: Format, n: int, n_test: int | None, message: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=message):
        check_export(tmp_path / name, format, n, n_test)
    with (
        pytest.raises(ValueError, match=message),
        exporting(tmp_path / name, format, n, n_test),
    ):
        pass
    assert sorted(tmp_path.rglob("*")) == before


EMPTY_MOUNTS = [p for p in map(Path, ("/dev/shm", "/mnt")) if p.is_mount() and not [*p.iterdir()]]


@pytest.mark.skipif(not EMPTY_MOUNTS, reason="this machine has no empty mount point")
def test_a_mount_point_is_refused() -> None:
    """Nothing can be moved into its place; better known before a million digits are made."""
    with pytest.raises(ValueError, match="is a mount point; give the name of a new folder in it"):
        check_export(EMPTY_MOUNTS[0], "png", 5)

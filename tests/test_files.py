"""Writes are whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from vaegmm.files import (
    holding,
    readable_name,
    refuse_company,
    remove_leftovers,
    replacing,
    replacing_folder,
    temporary_folder,
    write_json,
)

has_locks = pytest.mark.skipif(sys.platform == "win32", reason="the system has no such locks")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"a": 1})
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == '{\n  "a": 1\n}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("make", "function"),
    [(replacing, "touch"), (replacing_folder, "mkdir"), (temporary_folder, "mkdir")],
)
def test_what_is_stopped_while_it_is_made_leaves_nothing(
    make: Callable[..., AbstractContextManager[Path]],
    function: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really = getattr(Path, function)

    def stop_after_it_is_made(path: Path, *args: object, **options: object) -> None:
        really(path, *args, **options)
        if path.parent == tmp_path:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, function, stop_after_it_is_made)
    words = (tmp_path, "page-") if make is temporary_folder else (tmp_path / "a.npz",)
    with pytest.raises(KeyboardInterrupt), make(*words):
        pass
    assert not list(tmp_path.iterdir())


def test_a_name_that_the_locale_could_not_read_can_be_written_down() -> None:
    as_read_in_c = "läuft".encode().decode("ascii", "surrogateescape")
    assert readable_name(Path("runs") / as_read_in_c) == "läuft"
    assert readable_name(Path("l\udcffuft")) == "l\ufffduft"
    assert readable_name(Path("digits")) == "digits"


def test_only_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    for name in (".a.npz.x1y2z3w4.npz", ".a.npz.backup.npz", ".a.npz.npz"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "a.npz")
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [".a.npz.backup.npz", ".a.npz.npz"]


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", float("nan"))
    assert not list(tmp_path.iterdir())


def test_the_folder_is_made_and_the_file_is_readable_by_others(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "a.json", 1)
    assert (tmp_path / "new" / "a.json").stat().st_mode & 0o044 == 0o044


def test_a_folder_that_failed_leaves_nothing_but_what_others_have(tmp_path: Path) -> None:
    target = tmp_path / "some[1]"
    (tmp_path / ".some[1].abcdefgh.unfinished").mkdir()  # left by a process that was killed
    (tmp_path / ".some1.abcdefgh.unfinished").mkdir()  # of another target
    with pytest.raises(RuntimeError), replacing_folder(target) as temporary:
        (temporary / "half").touch()
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == [".some1.abcdefgh.unfinished"]


def test_a_folder_that_holds_something_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(OSError, match="not empty"), replacing_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@has_locks
def test_only_one_holds_a_folder_and_whoever_comes_later_is_told(tmp_path: Path) -> None:
    with holding(tmp_path) as is_first:
        with holding(tmp_path) as is_second:
            assert (is_first, is_second) == (True, False)
        with holding(tmp_path) as is_third:  # to ask is not to let go
            assert not is_third
    with holding(tmp_path) as is_free:
        assert is_free
    assert not list(tmp_path.iterdir())


@has_locks
def test_what_another_is_writing_is_neither_swept_nor_written_over(tmp_path: Path) -> None:
    path, folder = tmp_path / "a.npz", tmp_path / "folder"
    with replacing(path) as mine, replacing_folder(folder) as also_mine:
        mine.write_text("half")
        remove_leftovers(path)
        with pytest.raises(ValueError, match=r"a\.npz is being written by another process; wait"):
            refuse_company(path)
        with (
            pytest.raises(ValueError, match=r"folder is being written by another process; wait"),
            replacing_folder(folder),
        ):
            pass
        assert mine.exists()
        assert also_mine.exists()
        mine.write_text("whole")
    assert path.read_text() == "whole"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "folder"]


def test_the_next_write_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / ".a.json.x1y2z3w4.json").touch()
    write_json(tmp_path / "a.json", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_temporary_folder_is_gone_in_the_end_and_so_are_those_of_the_dead(
    tmp_path: Path,
) -> None:
    (tmp_path / "page-abcdefgh").mkdir()
    (tmp_path / "page-abcdefgh" / "picture").touch()
    (tmp_path / "page-of-mine").mkdir()
    with temporary_folder(tmp_path, "page-") as first, temporary_folder(tmp_path, "page-") as other:
        (first / "picture").touch()
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {first.name, other.name, "page-of-mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["page-of-mine"]

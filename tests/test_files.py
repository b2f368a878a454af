"""Writes are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaegmm.files import remove_leftovers, replacing, replacing_folder, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"a": 1})
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == '{\n  "a": 1\n}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


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

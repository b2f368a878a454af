"""Writes are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaegmm.files import replacing, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"a": 1})
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == '{\n  "a": 1\n}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", float("nan"))
    assert not list(tmp_path.iterdir())


def test_the_folder_is_made_and_the_file_is_readable_by_others(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "a.json", 1)
    assert (tmp_path / "new" / "a.json").stat().st_mode & 0o044 == 0o044

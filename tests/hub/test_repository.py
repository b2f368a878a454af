"""What names weights: folders, repositories, and slips of the pen."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaegmm.hub.repository import DEFAULT, Repository, check_name, parse_weights


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a model's folder in it."""
    (tmp_path / "weights" / "mine").mkdir(parents=True)
    (tmp_path / "user@v1").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (None, DEFAULT),
        ("weights/mine", Path("weights/mine")),
        ("weights/nothing", Path("weights/nothing")),  # a slip: its folder is there
        ("./user/name", Path("user/name")),
        ("/user/name", Path("/user/name")),
        ("runs/a/b", Path("runs/a/b")),
        ("user", Path("user")),
        ("user@v1", Path("user@v1")),
        (Path("user/name"), Path("user/name")),
        ("user/name", Repository("user/name")),
        ("user/name@v1.0", Repository("user/name", "v1.0")),
        ("user/name@refs/pr/1", Repository("user/name", "refs/pr/1")),
        ("weights/nothing@main", Repository("weights/nothing", "main")),
        ("user/n\u00e4me", Path("user/n\u00e4me")),
        ("", Path()),
    ],
)
def test_a_folder_is_told_from_a_repository(
    weights: str | Path | None, expected: Path | Repository
) -> None:
    assert parse_weights(weights) == expected


def test_a_revision_may_stand_apart_and_only_once() -> None:
    assert parse_weights("user/name", "v1") == Repository("user/name", "v1")
    assert parse_weights("weights/nothing", "v1") == Repository("weights/nothing", "v1")
    with pytest.raises(ValueError, match="revision must be given once, got 'v2' with user/name@v1"):
        parse_weights("user/name@v1", "v2")
    with pytest.raises(ValueError, match=r"revision must belong to a repository .* got 'v1' with"):
        parse_weights("weights/mine", "v1")
    with pytest.raises(ValueError, match="revision must belong to a repository"):
        parse_weights(None, "v1")


@pytest.mark.parametrize(
    "weights",
    [
        *("https://huggingface.co/user/name", "huggingface.co/user/name", "hf.co/user/name"),
        *("hf://user/name", "user/name/", "user/name@"),
    ],
)
def test_what_was_meant_as_a_repository_is_told_from_a_folder(weights: str) -> None:
    with pytest.raises(ValueError, match="a repository as user/name or user/name@revision, got"):
        parse_weights(weights)


@pytest.mark.parametrize("weights", ["a" * 300, "user/name@" + "a" * 5000])
def test_a_name_that_no_folder_can_have_is_refused(weights: str) -> None:
    with pytest.raises(ValueError, match=r"weights cannot be '.{70,90}\.\.\.: File name too long"):
        parse_weights(weights)


def test_only_a_whole_hash_pins() -> None:
    assert Repository("user/name", "0123456789" * 4).is_pinned
    for revision in (None, "main", "0123456", "g123456789" * 4):
        assert not Repository("user/name", revision).is_pinned
    assert str(Repository("user/name", "v1")) == "user/name@v1"
    assert str(Repository("user/name")) == "user/name"
    assert Repository("user/name", "0123456789" * 4).title == "user/name@0123456"
    assert Repository("user/name", "v1").title == "user/name@v1"


@pytest.mark.parametrize("name", ["", "name", "user/name@v1", "a/b/c", "user/na me", "../name/x"])
def test_what_names_no_repository_cannot_be_written_to(name: str) -> None:
    check_name("user/name")
    with pytest.raises(ValueError, match="must be named user/name, got"):
        check_name(name)


@pytest.mark.parametrize(
    "name", ["user/a--b", "user/a.git", "user/-a", "user/a..b", "u/" + 97 * "a"]
)
def test_what_the_hub_takes_for_no_name_is_refused_before_anything_else(name: str) -> None:
    with pytest.raises(ValueError, match="the hub takes no repository of the name"):
        check_name(name)

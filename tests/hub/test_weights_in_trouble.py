"""Fetching from the hub, by the client's real code over HTTP, in bad days."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hub.conftest import NAME
from tests.local_hub import LocalHub
from vaegmm.hub import repository, weights
from vaegmm.hub.errors import HubError, HubWarning
from vaegmm.hub.repository import DEFAULT, WEIGHTS, Repository
from vaegmm.hub.weights import describe_folder, fetch, find_cached, find_weights
from vaegmm.model import VAEGMM


def fail_with(hub: LocalHub, trouble: str, seconds: float, deadline_s: float = 60) -> str:
    """What is said of a fetch that fails, within some seconds."""
    hub.trouble = trouble  # type: ignore[assignment]
    begun = time.monotonic()
    with pytest.raises(HubError) as raised:
        fetch(Repository(NAME), deadline_s)
    assert time.monotonic() - begun < seconds
    assert find_cached(Repository(NAME)) is None  # no half of a model is taken for one
    words = str(raised.value)
    assert words.startswith(f"{NAME}: ")
    assert "\n" not in words
    return words


def test_a_hub_that_hangs_is_left_at_the_deadline(online: LocalHub) -> None:
    assert fail_with(online, "stall", 3, 0.5).endswith("took more than 0.5 seconds")


def test_a_hub_that_gives_no_first_answer_is_not_waited_for(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "FIRST_ANSWER_S", 0.3)
    assert fail_with(online, "stall", 5).endswith("does not answer")


@pytest.mark.parametrize("trouble", ["stall half way", "trickle"])
def test_a_download_that_drags_on_is_left_at_the_deadline(online: LocalHub, trouble: str) -> None:
    assert fail_with(online, trouble, 3, 0.7).endswith("took more than 0.7 seconds")


def test_half_a_download_is_none_and_the_rest_comes_later(online: LocalHub) -> None:
    assert fail_with(online, "cut off", 15).endswith("broke off")
    online.trouble = ""
    assert VAEGMM.from_pretrained(NAME).labels == (1, 4, 8)


def test_a_hub_that_is_broken_is_known_at_once(online: LocalHub) -> None:
    assert fail_with(online, "broken", 3).endswith("answered 500 Internal Server Error")


def test_a_hub_that_is_not_there_is_known_at_once() -> None:
    """In a process of its own: the client keeps to the hub that it began with."""
    code = "from vaegmm.model import VAEGMM\nVAEGMM.from_pretrained('user/small')"
    environment = {"HF_ENDPOINT": "http://127.0.0.1:9", "PATH": "", "HF_HOME": "/nonexistent"}
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=WEIGHTS.parent, text=True,
        stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    assert time.monotonic() - begun < 20  # torch, on a busy machine; the client's retries take 23
    assert "HubError: user/small: 127.0.0.1:9 cannot be reached" in ended.stderr


def test_an_update_that_breaks_off_leaves_the_earlier_model(online: LocalHub) -> None:
    earlier = find_weights(NAME)
    online.add(NAME, WEIGHTS / "digits148")
    for _ in range(2):  # the second time, too
        online.trouble = "stall half way"
        with pytest.warns(HubWarning, match="seconds; what was fetched earlier is used"):
            assert find_weights(NAME, deadline_s=0.7) == earlier
    online.trouble = ""
    online.add(NAME, {"config.json": b"{}", "model.safetensors": b"another program's"})
    with pytest.raises(HubError, match="no format_version"):
        find_weights(NAME)
    assert find_cached(Repository(NAME)) == earlier


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Welcome to our hotel</html>",
        b"[]",
        b"{}",
        b'{"id": "user/small"}',
        b'{"id": "user/small", "sha": "../../evil", "siblings": []}',
        b'{"id": "user/small", "lastModified": "never"}',
    ],
)
def test_what_is_no_hub_is_told_from_one(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(online, "reply", answer)
    assert fail_with(online, "", 3).endswith("does not answer as a hub does")


def test_what_is_too_large_is_not_fetched(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "LARGEST", 2000)
    assert fail_with(online, "", 3).endswith("model.safetensors is larger than 2,000 bytes")
    assert not any("resolve" in path for _, path in online.requests)


def test_a_cache_that_cannot_be_written_serves_what_it_has(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = find_weights(NAME)

    def refuse(*_: object) -> Path:
        raise OSError(30, "Read-only file system", "somewhere")

    monkeypatch.setattr(weights, "_fetch", refuse)
    with pytest.warns(HubWarning, match="the cache cannot be written: Read-only file system; what"):
        assert find_weights(NAME) == earlier


def test_what_is_not_there_is_said(online: LocalHub) -> None:
    for name, words in {
        "user/other": "user/other: .* knows no such repository, or it is private; check the name",
        f"{NAME}@v9": f"{NAME}@v9: there is no such revision; give a branch, a tag or a commit",
        f"{NAME}@{'0' * 40}": "there is no such revision",
        "-user/..": "Repo id must use alphanumeric",
    }.items():
        with pytest.raises(HubError, match=words) as raised:
            find_weights(name)
        assert not raised.value.is_temporary
    with pytest.raises(HubError, match=r"\(nor is there a folder user/other here\)"):
        find_weights("user/other")


def test_a_gated_repository_says_how_to_get_in(online: LocalHub) -> None:
    online.repositories[f"model:{NAME}"].is_gated = True
    assert "access is gated; ask for it on the repository's page" in fail_with(online, "", 3)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": b"hello"}, "it holds no config.json, so it is no model of this program"),
        ({"config.json": b"{}"}, "it holds no model.safetensors"),
        ({"config.json": b'{"architectures": ["Bert"]}', "model.safetensors": b"x"}, "no format_v"),
        ({"config.json": b"[1]", "model.safetensors": b"x"}, "no format_version"),
        ({"config.json": b"\xff{", "model.safetensors": b"x"}, "no format_version"),
        ({"config.json": b"[" * 200_000, "model.safetensors": b"x"}, "no format_version"),
    ],
)
def test_another_program_s_model_is_none_of_ours_and_its_weights_are_not_fetched(
    online: LocalHub, files: dict[str, bytes], words: str
) -> None:
    online.add(NAME, files)
    assert words in fail_with(online, "", 3)
    assert ("GET", "model.safetensors") not in [
        (command, path.rpartition("/")[2]) for command, path in online.requests
    ]


def test_a_program_without_its_weights_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "weights" / "digits"
    monkeypatch.setattr(repository, "DEFAULT", gone)
    monkeypatch.setattr(weights, "EMBEDDED", (gone,))
    with pytest.raises(ValueError, match="embedded model 'digits' is not here, since the program"):
        VAEGMM.from_pretrained()


def test_a_folder_that_is_none_is_said_as_before() -> None:
    with pytest.raises(ValueError, match="no model in nowhere"):
        VAEGMM.from_pretrained("nowhere")
    assert describe_folder(DEFAULT).folder == DEFAULT

"""What the page runs on: what is here at once, what the hub brings later, and what it fails at."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import constants

from app.build import name_models
from app.supply import Supply
from tests.hub.test_weights import NAME, folder, online
from tests.local_hub import LocalHub
from vaegmm.files import write_json
from vaegmm.hub.repository import EMBEDDED, WEIGHTS, Repository
from vaegmm.hub.weights import fetch
from vaegmm.model import VAEGMM

__all__ = ["folder", "online"]  # fixtures
THREE = str(WEIGHTS / "digits148")


def titles(supply: Supply) -> list[str]:
    return [weights.title for weights in supply.here]


def is_settled(supply: Supply) -> bool:
    return supply.describe() == {"words": [], "isPending": False, "shown": supply.state}


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def run(supply: Supply, show: Callable[[], None] = lambda: None) -> dict[str, object]:
    """Start it, wait until nothing is under way, and return what it says then."""
    supply.start(show)
    wait_until(lambda: not supply.describe()["isPending"])
    return supply.describe()


def test_the_embedded_models_need_no_hub(hub: LocalHub) -> None:
    supply = Supply()
    assert [weights.folder for weights in supply.here] == list(EMBEDDED)
    assert is_settled(supply)
    supply.start(lambda: pytest.fail("nothing is to be shown"))
    assert titles(Supply([THREE])) == ["digits148"]
    (embedded,) = Supply([os.path.relpath(THREE)]).here
    assert embedded.origin == "embedded in the program"
    assert hub.requests == []


@pytest.mark.parametrize("deadline_s", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_deadline_that_is_none_is_refused(deadline_s: float) -> None:
    with pytest.raises(ValueError, match="deadline must be above 0 and at most 86400 seconds"):
        Supply(deadline_s=deadline_s)


def test_a_folder_without_a_model_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no model in nowhere"):
        Supply(["nowhere"])


def test_the_page_starts_before_the_hub_has_answered(online: LocalHub) -> None:
    online.trouble = "stall"
    begun = time.monotonic()
    supply = Supply([NAME], deadline_s=0.5)
    assert time.monotonic() - begun < 0.5  # it has asked nobody
    assert titles(supply) == ["digits", "digits148"]
    host = online.url.removeprefix("http://")
    assert supply.describe()["words"] == [f"{NAME} is being fetched from {host}."]
    assert supply.describe()["isPending"]


def test_what_arrives_takes_the_place_of_the_embedded_models(
    online: LocalHub, capsys: pytest.CaptureFixture[str]
) -> None:
    supply = Supply([NAME])
    shown: list[list[str]] = []
    before = supply.state
    run(supply, lambda: shown.append([*titles(supply), str(supply.describe()["shown"] == before)]))
    assert shown == [[NAME, "True"]]  # whoever comes while the page is built gets the old one
    assert is_settled(supply)
    assert supply.state != before
    line = capsys.readouterr().out
    assert line.startswith(f"{NAME}, from 127.0.0.1:")
    assert line.count("\n") == 1


def test_several_keep_the_operator_s_order_and_wait_for_nobody(
    online: LocalHub, folder: Path
) -> None:
    """One of them does not exist, one is here, one arrives."""
    supply = Supply([NAME, THREE, "user/other", NAME])
    assert titles(supply) == ["digits148"]
    said = run(supply)
    assert titles(supply) == [NAME, "digits148"]
    (words,) = said["words"]  # type: ignore[misc]
    assert words.startswith("user/other: ")
    assert words.endswith("The page runs without it.")


def test_the_cache_is_shown_at_once_and_news_replace_it(online: LocalHub, folder: Path) -> None:
    fetch(Repository(NAME))
    supply = Supply([NAME])
    assert titles(supply) == [NAME]
    assert "is compared with" in supply.describe()["words"][0]  # type: ignore[index]
    run(supply, lambda: pytest.fail("it is the same"))
    assert is_settled(supply)
    online.add(NAME, WEIGHTS / "digits148")
    supply = Supply([NAME])
    assert [model.config.network.latent_dim for model in supply.here.values()] == [2]
    before = supply.state
    run(supply)
    assert is_settled(supply)
    assert supply.state != before  # another commit of the same name
    assert [model.config.network.latent_dim for model in supply.here.values()] == [10]


def test_a_pinned_commit_in_the_cache_is_not_asked_for(online: LocalHub) -> None:
    sha = online.repositories[f"model:{NAME}"].refs["main"]
    fetch(Repository(NAME, sha))
    online.requests.clear()
    supply = Supply([f"{NAME}@{sha}"])
    run(supply)
    assert is_settled(supply)
    assert titles(supply) == [f"{NAME}@{sha[:7]}"]
    assert online.requests == []


def test_offline_the_cache_is_all_there_is(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(Repository(NAME))
    online.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    supply = Supply([NAME, "user/other"])
    (words,) = run(supply)["words"]  # type: ignore[misc]
    assert words.startswith("user/other: it is not in the cache, and HF_HUB_OFFLINE forbids")
    assert titles(supply) == [NAME]
    assert online.requests == []


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("stall", "took more than 1 seconds. The embedded models serve instead."),
        ("stall half way", "took more than 1 seconds"),
        ("trickle", "took more than 1 seconds"),
        ("broken", "answered 500 Internal Server Error. The embedded models serve instead."),
    ],
)
def test_a_failure_is_one_line_and_the_page_goes_on(
    online: LocalHub, trouble: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    online.trouble = trouble  # type: ignore[assignment]
    supply = Supply([NAME], deadline_s=1)
    said = run(supply, lambda: pytest.fail("there is nothing new"))
    (line,) = said["words"]  # type: ignore[misc]
    assert line.startswith(f"{NAME}: 127.0.0.1:")
    assert words in line
    assert titles(supply) == ["digits", "digits148"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_a_failure_that_may_pass_is_tried_again(online: LocalHub) -> None:
    online.trouble = "broken"
    supply = Supply([NAME], retry_s=0.1)
    shown = threading.Event()
    supply.start(shown.set)
    wait_until(lambda: supply.describe()["words"] != [] and online.requests != [])
    assert not shown.is_set()
    online.trouble = ""
    assert shown.wait(20)
    wait_until(lambda: is_settled(supply))


def test_a_failure_that_stays_is_not_tried_again(online: LocalHub) -> None:
    supply = Supply(["user/other"], retry_s=0.05)
    run(supply)
    asked = [path for _, path in online.requests if "user/other" in path]
    assert len(asked) == 1
    time.sleep(0.5)
    assert [path for _, path in online.requests if "user/other" in path] == asked


def test_what_cannot_be_loaded_is_said_without_a_path(
    online: LocalHub, folder: Path, tiny_model: VAEGMM
) -> None:
    import json

    values = json.loads((folder / "config.json").read_text())
    write_json(folder / "config.json", values | {"format_version": 99})
    online.add(NAME, folder)
    said = run(Supply([NAME]), lambda: pytest.fail("it is no model"))
    assert said["words"] == [
        f"{NAME}: config.json: format_version must be 4, got 99; update the program or train the "
        "model again. The embedded models serve instead."
    ]
    write_json(folder / "config.json", values)
    (folder / "model.safetensors").write_bytes(b"hello")
    online.add(NAME, folder)
    (line,) = run(Supply([NAME]))["words"]  # type: ignore[misc]
    assert line.startswith(f"{NAME}: model.safetensors is damaged or no safetensors file")
    assert str(constants.HF_HOME) not in line


def test_what_the_page_refuses_is_taken_back(online: LocalHub) -> None:
    supply = Supply([NAME])

    def refuse() -> None:
        raise ValueError("two models would be called '1' on the page; rename a folder")

    said = run(supply, refuse)
    (line,) = said["words"]  # type: ignore[misc]
    assert line.startswith(f"{NAME}: two models would be called '1' on the page")
    assert titles(supply) == ["digits", "digits148"]
    assert said["shown"] == supply.state


def test_a_damaged_cache_is_no_model_and_is_fetched_anew_when_there_are_news(
    online: LocalHub, folder: Path
) -> None:
    cached = fetch(Repository(NAME)).folder
    (cached / "model.safetensors").resolve().write_bytes(b"hello")
    supply = Supply([NAME])
    assert titles(supply) == ["digits", "digits148"]
    online.add(NAME, WEIGHTS / "digits148")
    run(supply)
    assert titles(supply) == [NAME]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), RuntimeError("x\ny"), MemoryError()]
)
def test_whatever_fails_on_the_way_to_the_page_is_said_and_taken_back(
    online: LocalHub, error: Exception
) -> None:
    supply = Supply([NAME])

    def fail() -> None:
        raise error

    (line,) = run(supply, fail)["words"]  # type: ignore[misc]
    assert line.startswith(f"{NAME}: ")
    assert line.endswith(". The embedded models serve instead.")
    assert "\n" not in line
    assert titles(supply) == ["digits", "digits148"]


def test_a_page_that_cannot_be_made_of_the_cache_begins_with_the_embedded_models(
    online: LocalHub, folder: Path
) -> None:
    """Another start, when what was refused lies in the cache: a damaged map, say."""
    fetch(Repository(NAME))
    supply = Supply([NAME])

    def build() -> list[str]:
        if NAME in titles(supply):
            raise ValueError(f"{next(iter(supply.here)).folder / 'map.safetensors'} is damaged")
        return titles(supply)

    assert supply.open(build) == ["digits", "digits148"]
    assert supply.describe()["shown"] == supply.state
    words = f"{NAME}: map.safetensors is damaged. The embedded models serve instead."
    assert supply.describe()["words"] == [words]
    assert run(supply, lambda: build() and None)["words"] == [words]
    with pytest.raises(ValueError, match="two models"):
        Supply([THREE]).open(lambda: (_ for _ in ()).throw(ValueError("two models")))


def test_two_revisions_are_two_models(online: LocalHub, folder: Path) -> None:
    first = online.repositories[f"model:{NAME}"].refs["main"]
    online.repositories[f"model:{NAME}"].refs["v1"] = first
    supply = Supply([f"{NAME}@v1", f"{NAME}@main"])
    run(supply, lambda: None)
    assert name_models(supply.here) == [f"{NAME}@v1", f"{NAME}@main"]

"""What the page runs on, where the hub or what it brought fails."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from app.build import name_models
from app.supply import Supply
from tests.app.supplying import THREE, is_settled, run, titles, wait_until
from tests.hub.conftest import NAME, folder, online
from tests.local_hub import LocalHub
from vaegmm.files import write_json
from vaegmm.hub.repository import WEIGHTS, Repository
from vaegmm.hub.weights import fetch
from vaegmm.model import VAEGMM

__all__ = ["folder", "online"]  # fixtures


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

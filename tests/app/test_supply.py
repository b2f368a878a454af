"""What the page runs on: what is here at once, and what the hub brings later."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from app.supply import Supply
from tests.app.supplying import THREE, is_settled, run, titles
from tests.hub.conftest import NAME, folder, online
from tests.local_hub import LocalHub
from vaegmm.hub.repository import EMBEDDED, WEIGHTS, Repository
from vaegmm.hub.weights import fetch

__all__ = ["folder", "online"]  # fixtures


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
    found = re.search(r", after (\d+\.\d) s$", line.rstrip())
    assert found is not None
    assert float(found[1]) < 20
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

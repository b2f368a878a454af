"""Fetching from the hub, by the client's real code over HTTP, in good days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants

from tests.hub.conftest import NAME
from tests.local_hub import LocalHub
from vaegmm.hub.errors import HubError, HubWarning
from vaegmm.hub.repository import DEFAULT, WEIGHTS, Repository
from vaegmm.hub.weights import fetch, find_cached, find_weights
from vaegmm.model import VAEGMM


def test_a_model_comes_from_the_hub_as_it_went_there(online: LocalHub, tiny_model: VAEGMM) -> None:
    model = VAEGMM.from_pretrained(NAME)
    assert model.config == tiny_model.config
    theirs = tiny_model.state_dict()
    assert all(torch.equal(one, theirs[name]) for name, one in model.state_dict().items())


def test_only_what_serves_is_fetched(online: LocalHub, folder: Path) -> None:
    files = {"history.json": b"[]", "map.safetensors": b"x", "optimizer.bin": b"x", "a.png": b"x"}
    online.add(NAME, {path.name: path.read_bytes() for path in folder.iterdir()} | files)
    found = fetch(Repository(NAME))
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "config.json", "history.json", "map.safetensors", "model.safetensors",
    ]  # fmt: skip


def test_weights_say_where_they_are_from(online: LocalHub) -> None:
    found = find_weights(NAME)
    sha = online.repositories[f"model:{NAME}"].refs["main"]
    host = online.url.removeprefix("http://")
    assert (found.name, found.title) == ("small", NAME)
    assert found.origin == f"from {host}, commit {sha[:7]}"
    assert find_weights(NAME, sha) == replace(found, title=f"{NAME}@{sha[:7]}")
    assert find_weights().origin == "embedded in the program"
    assert find_weights(DEFAULT.parent / "judge").origin == "a folder on this machine"


def test_a_revision_is_its_own_state(online: LocalHub, digits148: VAEGMM) -> None:
    first = online.repositories[f"model:{NAME}"].refs["main"]
    online.repositories[f"model:{NAME}"].refs["v1"] = first
    online.add(NAME, WEIGHTS / "digits148")
    assert VAEGMM.from_pretrained(NAME).config == digits148.config
    for old in (f"{NAME}@v1", f"{NAME}@{first}"):
        assert VAEGMM.from_pretrained(old).config.network.latent_dim == 2
    assert VAEGMM.from_pretrained(NAME, revision="v1").config.network.latent_dim == 2


def test_a_pinned_revision_in_the_cache_makes_no_request(online: LocalHub) -> None:
    sha = online.repositories[f"model:{NAME}"].refs["main"]
    VAEGMM.from_pretrained(NAME, sha)
    assert online.requests
    online.requests.clear()
    VAEGMM.from_pretrained(NAME, sha)
    VAEGMM.from_pretrained(f"{NAME}@{sha}")
    assert online.requests == []


def test_a_branch_in_the_cache_is_asked_for_news_and_not_fetched_again(online: LocalHub) -> None:
    find_weights(NAME)
    online.requests.clear()
    find_weights(NAME)
    assert {command for command, path in online.requests if "resolve" in path} == {"HEAD"}
    assert len(online.requests) == 2


def test_the_cache_serves_where_the_hub_is_away(online: LocalHub) -> None:
    earlier = find_weights(NAME)
    online.trouble = "broken"
    with pytest.warns(HubWarning, match="answered 500 .*; what was fetched earlier is used"):
        assert find_weights(NAME) == earlier
    online.trouble = ""
    del online.repositories[f"model:{NAME}"]
    with pytest.raises(HubError, match="knows no such repository"):  # that will not pass
        find_weights(NAME)


def test_without_requests_the_cache_is_all_there_is(
    online: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_cached(Repository(NAME)) is None
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match=f"{NAME}: it is not in the cache, and HF_HUB_OFFLINE"):
        find_weights(NAME)
    assert online.requests == []
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    earlier = find_weights(NAME)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    online.requests.clear()
    assert find_weights(NAME) == earlier
    assert online.requests == []

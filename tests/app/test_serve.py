"""One page takes another's place while it is served: what the hub brings, in a real process."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.browser.asking import ask, get_config, list_functions
from tests.browser.browsing import Server, serve_app
from tests.conftest import HUB, clear_hub
from vaegmm.data.datasets import LabelledImages
from vaegmm.hub.repository import WEIGHTS

NAME = "user/three"
SMALL = "1 / 4 / 8"
MISFIT = {"error": "The page and the program do not fit together; reload the page."}

Config = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A server, and its page before and after the change."""

    server: Server
    before: Config
    after: Config


@pytest.fixture(scope="module")
def change() -> Iterator[Change]:
    """A page that began with the embedded models, and has those of the hub now."""
    HUB.add(NAME, WEIGHTS / "digits148")
    HUB.trouble = "hold"
    with serve_app("--weights", NAME) as server:
        before = get_config(server.url)
        assert ask_by(before, server.url, "describe_model", {"model": SMALL}, "early")["exam"]
        HUB.trouble = ""
        while list_weights(after := get_config(server.url)) == list_weights(before):
            time.sleep(0.1)
        yield Change(server, before, after)
    clear_hub()


def test_the_page_begins_with_the_embedded_models_and_takes_what_arrives(change: Change) -> None:
    assert list_weights(change.before) == [
        "digits, embedded in the program",
        "digits148, embedded in the program",
    ]
    (weights,) = list_weights(change.after)
    assert weights.startswith(f"{NAME}, from 127.0.0.1:")


def test_it_is_served_as_if_it_had_been_there_from_the_beginning(change: Change) -> None:
    """As by another process that finds it in the cache, but for what is random or of the moment."""
    with serve_app("--weights", NAME) as server:
        fresh = get_config(server.url)
        apis = [list_endpoints(one) for one in (server, change.server)]
    assert apis[0] == apis[1]
    for config in (fresh, ours := json.loads(json.dumps(change.after))):
        del config["app_id"], config["root"]
        del get_props(config)["supply"]
    assert fresh == ours


def test_switches_stay_as_they_were(change: Change) -> None:
    url = change.server.url
    asked = json.dumps({"data": [SMALL]}).encode()
    past_the_queue = urllib.request.Request(
        f"{url}/gradio_api/run/model", asked, {"Content-Type": "application/json"}
    )
    for request in (f"{url}/monitoring", past_the_queue):
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request)
        assert raised.value.code in (403, 404)
        raised.value.close()


def test_programs_are_answered_by_the_new_model(
    change: Change, sample: LabelledImages, tmp_path: Path
) -> None:
    client = Client(change.server.url, verbose=False)
    facts = client.predict(SMALL, api_name="/model")["facts"]
    assert facts["weights"].startswith(NAME)
    Image.fromarray(sample.images[0].numpy()).save(tmp_path / "digit.png")
    assert client.predict(handle_file(tmp_path / "digit.png"), api_name="/classify")["label"] == 1
    jobs = [client.submit("4", "1", api_name="/morph") for _ in range(3)]
    assert all(Path(job.result()).suffix == ".gif" for job in jobs)
    client.close()


@pytest.mark.parametrize("visitor", ["early", "late"])  # who asked before the change, or only after
def test_who_has_the_old_page_open_is_answered_as_before(change: Change, visitor: str) -> None:
    url, old = change.server.url, change.before
    for name, n_images in (("0-9", 2000), (SMALL, 600)):
        answer = ask_by(old, url, "describe_model", {"model": name}, visitor)
        assert answer["exam"]["n_images"] == n_images
        assert ask_by(old, url, "open_map", {"model": name, "map": "principal"}, visitor)["places"]
    supply = ask_by(old, url, "describe_supply", None, visitor)
    assert supply["shown"] == get_props(change.after)["state"] != get_props(old)["state"]
    numbers = [{one["id"] for one in page["components"]} for page in (old, change.after)]
    assert not numbers[0] & numbers[1]


def test_no_visitor_can_name_a_repository(change: Change) -> None:
    url, page = change.server.url, change.after
    n_requests = len(HUB.requests)
    for name in (NAME, f"{NAME}@main", "user/other", "../weights/digits", str(WEIGHTS / "digits")):
        assert ask_by(page, url, "describe_model", {"model": name}, "bad") == MISFIT
        asked = json.dumps({"data": [name]}).encode()
        request = urllib.request.Request(
            f"{url}/gradio_api/call/model", asked, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            event = json.load(answer)["event_id"]
        with urllib.request.urlopen(f"{url}/gradio_api/call/model/{event}") as answer:
            assert answer.read().decode().startswith("event: error")
    assert len(HUB.requests) == n_requests


def test_what_was_uploaded_is_cleared_away(change: Change) -> None:
    """The last test: it ends the server, which clears away what else goes after an hour."""
    head = b'--X\r\nContent-Disposition: form-data; name="files"; filename="sent.png"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=X"}
    url = f"{change.server.url}/gradio_api/upload"
    request = urllib.request.Request(url, head + b"hello\r\n--X--\r\n", kind)
    with urllib.request.urlopen(request) as answer:
        (path,) = json.load(answer)
    assert Path(path) in [*change.server.folder.rglob("sent.png")]
    change.server.process.send_signal(signal.SIGTERM)
    change.server.process.communicate(timeout=20)
    assert not [path for path in change.server.folder.rglob("*") if path.is_file()]


def get_props(config: Config) -> Config:
    """What the Model tab's component is given."""
    number = list_functions(config)["describe_supply"]
    (found,) = [one for one in config["components"] if one["id"] == number]
    props: Config = found["props"]["props"]
    return props


def list_weights(config: Config) -> list[str]:
    return [dict(one["facts"])["Weights"] for one in get_props(config)["readers"]]


def list_endpoints(server: Server) -> Config:
    """What programs are told of, without the examples, which name the port."""
    with urllib.request.urlopen(f"{server.url}/gradio_api/info") as answer:
        endpoints = json.load(answer)["named_endpoints"]
    return {
        name: {key: value for key, value in one.items() if key != "code_snippets"}
        for name, one in endpoints.items()
    }


def ask_by(config: Config, url: str, function: str, question: object, visitor: str) -> Config:
    """Ask as a page of this config does."""
    number = list_functions(config)[function]
    answer: Config = json.loads(ask(url, number, function, question, visitor))
    return answer

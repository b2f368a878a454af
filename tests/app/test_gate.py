"""The gate before Gradio: what comes through over HTTP, and how all else is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from app.gate.gate import MAX_JSON
from tests.app.gate_page import (
    FILE,
    FORM,
    SMALL,
    Page,
    ask,
    call,
    make_form,
    make_question,
    read_sentence,
    send,
)
from vaegmm.data.datasets import LabelledImages


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/nothing"),
        ("POST", "/login"),
        ("GET", "/gradio_api/deep_link?session_hash=s"),  # writes to disk
        ("GET", "/gradio_api/dev/reload"),  # never ends
        ("GET", "/gradio_api/upload_progress?upload_id=x"),  # takes three seconds to say no
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("GET", "/gradio_api/file=http://127.0.0.1/a.png"),
        ("GET", "/gradio_api/file=HTTPS://example.com/a.png"),
        ("POST", "/gradio_api/process_recording"),  # starts a program
        ("POST", "/gradio_api/vibe-edit"),
        ("POST", "/gradio_api/run/classify"),
        ("POST", "/gradio_api/api/classify"),
        ("POST", "/gradio_api/stream/x"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/static/" + 256 * "x"),  # the system finds no name so long, Gradio answered 500
        ("GET", "/svelte/" + 256 * "x"),
        ("GET", "/assets/" + 999 * "x/"),
        ("GET", "/gradio_api/file=" + 999 * "x"),
    ],
)
def test_what_the_page_has_no_use_for_is_closed(
    page: Page, files: None, method: str, path: str
) -> None:
    body = None if method == "GET" else make_form(("video", "a.mp4", b"hello"))
    answer = send(page, method, path, body, FORM)
    assert read_sentence(answer, 404) == "There is nothing at this address."


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/config", 405),
        ("PATCH", "/gradio_api/queue/join", 405),
        ("GET", "/gradio_api/upload", 405),
        ("GET", "/static/../../etc/passwd", 403),
        ("GET", "/assets/nothing", 404),
        ("GET", "/gradio_api/file=/etc/passwd", 403),
        ("GET", "/gradio_api/queue/data", 422),
    ],
)
def test_what_gradio_refuses_is_one_sentence_too(
    page: Page, method: str, path: str, status: int
) -> None:
    assert len(read_sentence(send(page, method, path), status)) < 250


def test_what_the_page_uses_is_open(page: Page, tmp_path: Path) -> None:
    for path in ("/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/startup-events"):
        assert send(page, "GET", path)[0] == 200
    assert ask(page)[0] == 200
    assert ask(page, data=["x" * (MAX_JSON - 300)])[0] == 200
    question = make_question(page, ("file", "a.png", bytes(8_000_000)))
    assert send(page, "POST", "/gradio_api/component_server", question, FORM)[0] == 200
    Image.new("L", (1800, 1400), 255).save(tmp_path / "a b.bmp")  # 2.5 MB
    client = Client(page.url, verbose=False)
    with pytest.raises(AppError, match="No ink can be told"):
        client.predict(handle_file(tmp_path / "a b.bmp"), api_name="/classify")
    client.close()


def test_programs_without_a_client_are_answered(page: Page, sample: LabelledImages) -> None:
    picture = io.BytesIO()
    Image.fromarray(sample.images[0].numpy()).save(picture, "PNG")
    form = make_form(("files", "a.png", picture.getvalue()))
    (path,) = json.loads(send(page, "POST", "/gradio_api/upload", form, FORM)[1])
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    for route, body in (
        ("classify", {"data": [file, SMALL]}),
        ("v2/classify", {"file": file, "reader": SMALL}),
        ("v2/classify", {"file": file}),
    ):
        assert '"label": 1' in call(page, route, body)


@pytest.mark.parametrize("reader", ["9-0", ["0-9"], {}, 7, "<b>"])
def test_a_wrong_choice_is_refused_by_the_tab(page: Page, reader: object) -> None:
    stream = call(page, "classify", {"data": [None, reader]})
    assert stream.startswith("event: error")
    assert "The image file is missing" in stream
    stream = call(page, "explore", {"data": [[0, 0], "principal", reader]})
    assert "The digits must be one of 0-9, 1 / 4 / 8; got none of them." in stream


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"component_id": 10**9}, "no such component"),
        ({"component_id": -1}, "no such component"),
        ({"component_id": 10**30}, "no such component"),
        ({"component_id": True}, "no such component"),
        ({"component_id": [1]}, "no such component"),
        ({"fn_name": None}, "names no function"),
        ({"fn_name": "render"}, "Function not found."),
        ({"session_hash": 5}, "session_hash must be"),
        ({"session_hash": "x" * 101}, "session_hash must be"),
        ({"data": [0] * 10**5}, "far too many values"),
        ({"data": json.loads("[" * 30 + "]" * 30)}, "far too many values"),
    ],
)
def test_a_question_that_no_page_asks_is_refused(
    page: Page, changes: dict[str, object], said: str
) -> None:
    assert said in read_sentence(ask(page, **changes), 400, 404)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 10**5, b"1" * 9999])
@pytest.mark.parametrize("route", ["component_server/", "queue/join", "call/classify", "cancel"])
def test_what_is_no_json_object_is_said_so(page: Page, route: str, body: bytes) -> None:
    assert "JSON" in read_sentence(send(page, "POST", f"/gradio_api/{route}", body), 400)


JOIN = {"data": [None, SMALL], "fn_index": 0, "session_hash": "s"}


@pytest.mark.parametrize(
    ("route", "body", "said"),
    [
        ("call/nothing", {"data": []}, "no such endpoint"),
        ("call/v2/nothing", {}, "no such endpoint"),
        ("queue/join", {"data": [], "session_hash": "s", "fn_index": 99}, "no such endpoint"),
        ("queue/join", {"data": [], "session_hash": "s", "fn_index": [0]}, "no such endpoint"),
        ("queue/join", {"data": [], "session_hash": "s"}, "no such endpoint"),
        ("queue/join", {"data": [None, SMALL], "fn_index": 0}, "Session hash not found."),
        ("call/classify", {"data": []}, "data must be a list of 2 values"),
        ("call/classify", {"data": "x"}, "data must be a list of 2 values"),
        ("call/classify", {}, "data must be a list of 2 values"),
        ("call/v2/classify", {"reader": SMALL}, "The parameter file is missing"),
        ("call/v2/classify", {"file": None, "data": []}, "a parameter too many"),
        ("call/classify", {"data": ["x", SMALL]}, "file must be a file that was uploaded"),
        ("call/classify", {"data": [{}, SMALL]}, "file must be a file that was uploaded"),
        ("call/v2/classify", {"file": ["x"]}, "file must be a file that was uploaded"),
        ("call/classify", {"data": [FILE, SMALL]}, "A file must have been uploaded"),
        ("call/classify", {"data": [None, FILE | {"path": "https://example.com/a"}]}, "uploaded"),
        ("call/classify", {"data": [None, FILE | {"path": "a\0b"}]}, "uploaded"),
        ("call/classify", {"data": [None, FILE | {"size": "x"}]}, "uploaded"),
        ("queue/join", JOIN | {"trigger_id": "x"}, "trigger_id: Input should be a valid integer"),
        ("cancel", {}, "session_hash: Field required"),
    ],
)
def test_a_call_that_cannot_be_answered_is_refused(
    page: Page, route: str, body: object, said: str
) -> None:
    answer = send(page, "POST", f"/gradio_api/{route}", json.dumps(body).encode())
    assert said in read_sentence(answer, 400, 404, 422)
    assert "etc" not in answer[1]

"""The gate before Gradio: forms that are cut off or too large, and nothing told to others."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import time
from pathlib import Path

import pytest

from app.gate.gate import MAX_BODY, MAX_JSON
from tests.app.gate_page import (
    FILE,
    FORM,
    JSON,
    SMALL,
    Page,
    ask,
    make_form,
    make_question,
    read_sentence,
    send,
)

MB = 2**20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        make_form(),
        make_form(("files", "a.png", b"hello"), end=b""),
        make_form(("files", "a.png", b"hello"), end=b"--XX-"),
        make_form(("other", "a.png", b"hello")),
        make_form(("files", None, b"hello")),
        make_form(("files", "a.png", b"hello"), ("files", None, b"hello")),
        make_form(("files", "..", b"hello")),
        make_form(("files", "a/..", b"hello")),
        make_form(("files", "<..>", b"hello")),
    ],
)
def test_a_form_that_is_damaged_leaves_no_file(page: Page, files: None, body: bytes) -> None:
    for path in ("/gradio_api/upload", "/gradio_api/upload?upload_id=x"):
        read_sentence(send(page, "POST", path, body, FORM), 400)
    assert send(page, "POST", "/gradio_api/component_server", body, FORM)[0] in (400, 404)


@pytest.mark.parametrize("field", ["component_id", "session_hash", "fn_name"])
@pytest.mark.parametrize("text", [None, b"", b"x", b"99999", b"\xff", b"9" * 5000])
def test_a_form_without_what_says_who_is_asked_is_refused(
    page: Page, files: None, field: str, text: bytes | None
) -> None:
    form = make_question(page, ("file", "a.png", b"hello"))
    head = f'name="{field}"\r\n\r\n'.encode()
    before, _, rest = form.partition(head)
    _, _, after = rest.partition(b"\r\n")
    form = before + (b'name="other"\r\n\r\n' if text is None else head + text) + b"\r\n" + after
    status = send(page, "POST", "/gradio_api/component_server", form, FORM)[0]
    is_name = field == "session_hash" and text in (b"", b"x", b"99999", b"\xff")  # of anybody
    assert status in ((200,) if is_name else (400, 404))


def test_a_visitor_who_leaves_while_sending_leaves_no_file(page: Page, files: None) -> None:
    form = make_question(page, ("file", "a.png", bytes(3 * MB)))
    for path in ("component_server", "upload"):
        with socket.create_connection(
            ("127.0.0.1", int(page.url.rpartition(":")[2]))
        ) as connection:
            head = f"POST /gradio_api/{path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(form)}\r\n"
            kind = f"Content-Type: {FORM['Content-Type']}\r\n\r\n"
            connection.sendall((head + kind).encode() + form[: 2 * MB])
    time.sleep(0.3)  # the server sees that nobody is there


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("component_server/", b'{"data": "' + b"x" * 10 * MB + b'"}', JSON),
        ("call/classify", b'{"data": "' + b"x" * MAX_JSON + b'"}', JSON),
        ("upload", make_form(*3 * [("files", "a.png", bytes(4 * MB))]), FORM),
        ("component_server", make_form(("field", None, bytes(MAX_BODY))), FORM),
        ("component_server", bytes(100 * MB), {}),
    ],
)
def test_what_is_too_large_is_refused_at_once(
    page: Page, files: None, path: str, body: bytes, headers: dict[str, str]
) -> None:
    begun = time.perf_counter()
    try:
        answer = send(page, "POST", f"/gradio_api/{path}", body, headers)
    except (BrokenPipeError, ConnectionResetError):
        assert len(body) > 32 * MB  # far beyond: no longer listened to
    else:
        assert "MB can be sent here" in read_sentence(answer, 413)
    assert time.perf_counter() - begun < 5
    assert ask(page)[0] == 200


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "https://127.0.0.1.evil.example"]
)
def test_other_pages_may_not_read_answers(page: Page, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for method, path, headers in (
        ("GET", "/config", {"Origin": origin}),
        ("GET", "/nothing", {"Origin": origin}),
        ("OPTIONS", "/gradio_api/queue/join", asked),
    ):
        connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=10)
        connection.request(method, path, headers=headers)
        with connection.getresponse() as answer:
            assert answer.getheader("Access-Control-Allow-Origin") is None
        connection.close()


@pytest.mark.parametrize(
    "path",
    ["app/serve.py", "weights/digits/config.json", "README.md", "{root}/README.md", "{temp}"],
)
def test_no_file_of_the_program_s_is_served(page: Page, path: str) -> None:
    named = path.format(root=Path(__file__).parents[2], temp=page.folder)
    refusal = read_sentence(send(page, "GET", f"/gradio_api/file={named}"), 403)
    assert refusal == f"File not allowed: {named}."


def test_nothing_is_told_to_others(page: Page) -> None:
    config = json.loads(send(page, "GET", "/config")[1])
    assert config["analytics_enabled"] is False
    assert not config["space_id"]
    assert config["max_file_size"] == 8 * MB


def test_the_server_does_not_fetch_for_others(page: Page) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"
        for one in (FILE | {"path": url}, {"path": url}, FILE | {"url": url}):
            body = json.dumps({"data": [one, SMALL]}).encode()
            read_sentence(send(page, "POST", "/gradio_api/call/classify", body), 400)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_nothing_is_left_where_temporary_files_lie(page: Page) -> None:
    """The last test: it ends the server."""
    form = make_form(("files", "a.png", b"hello"))
    (path,) = json.loads(send(page, "POST", "/gradio_api/upload", form, FORM)[1])
    assert Path(path).is_relative_to(page.folder)
    page.process.send_signal(signal.SIGTERM)
    page.process.communicate(timeout=20)
    assert [*page.folder.iterdir()] == []

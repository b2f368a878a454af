"""The gate before Gradio: what comes through over HTTP, and how all else is refused."""

from __future__ import annotations

import http.client
import io
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from app.gate.gate import MAX_BODY, MAX_JSON
from tests.app.gate_page import (
    FORM,
    JSON,
    Page,
    ask,
    call,
    list_files,
    make_form,
    make_question,
    read_sentence,
    send,
)
from tests.browser.asking import find_functions
from tests.browser.browsing import serve_app
from vaegmm.data.datasets import LabelledImages

SMALL = "1 / 4 / 8"
MB = 2**20


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        with serve_app() as server:
            component = find_functions(server.url)["describe_supply"]
            yield Page(server.url, component, folder, server.process)


@pytest.fixture
def files(page: Page) -> Iterator[None]:
    """No file is there at the end that was not there before."""
    before = list_files(page)
    yield
    assert list_files(page) - before == set()


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
        ("GET", "/gradio_api/file=" + 999 * "x", 403),
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
FILE = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


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

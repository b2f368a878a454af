"""A running page, and what is sent to its gate."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=XX"}
SMALL = "1 / 4 / 8"
FILE = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
Answer = tuple[int, str]


@dataclass(frozen=True)
class Page:
    """A running page, one of its components, where it keeps files, and its process."""

    url: str
    component: int
    folder: Path
    process: subprocess.Popen[str]


def list_files(page: Page) -> set[Path]:
    return {path for path in page.folder.rglob("*") if path.is_file()}


def send(
    page: Page,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] = JSON,
) -> Answer:
    connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body, dict(headers) if body is not None else {})
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, content


def ask(page: Page, **changes: object) -> Answer:
    names = {"session_hash": "s", "component_id": page.component, "fn_name": "describe_supply"}
    return send(
        page,
        "POST",
        "/gradio_api/component_server/",
        json.dumps(names | {"data": 1} | changes).encode(),
    )


def call(page: Page, route: str, body: object) -> str:
    status, content = send(page, "POST", f"/gradio_api/call/{route}", json.dumps(body).encode())
    assert status == 200, content
    return send(page, "GET", f"/gradio_api/call/classify/{json.loads(content)['event_id']}")[1]


def make_form(*parts: tuple[str, str | None, bytes], end: bytes = b"--XX--\r\n") -> bytes:
    body = b""
    for name, file_name, content in parts:
        extra = "" if file_name is None else f'; filename="{file_name}"'
        head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + end


def make_question(page: Page, *parts: tuple[str, str | None, bytes]) -> bytes:
    names = {"component_id": f"{page.component}", "session_hash": "s", "fn_name": "describe_supply"}
    return make_form(*((name, None, text.encode()) for name, text in names.items()), *parts)


def read_sentence(answer: Answer, *statuses: int) -> str:
    """The one sentence that a refusal holds."""
    assert answer[0] in statuses, answer
    content = json.loads(answer[1])
    assert list(content) == ["detail"]
    sentence = str(content["detail"])
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence

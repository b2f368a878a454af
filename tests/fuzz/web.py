"""A server of the page's own, in a process, and what must never be seen of its answers."""

from __future__ import annotations

import atexit
import http.client
import json
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.asking import ask, get_config
from tests.browser.browsing import serve_app
from tests.fuzz.harness import PYTHON_TALK
from tests.fuzz.page import MODELS

API = "/gradio_api"
MAX_FILES_MB = 300  # that the server may keep meanwhile
MAX_LOOSE = 3  # files beside those that are cleared away


@dataclass(frozen=True)
class Request:
    """What is sent, and whether its answer's stream is read, too."""

    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]
    endpoint: str = ""


@dataclass(frozen=True)
class Target:
    """A running server.

    Attributes:
        host: where it is.
        components: the number of the component that each function is of.
        folder: where it keeps files.
        pid: of its process.
        waits: nanoseconds that each of its threads had no processor, ended ones too.
    """

    host: str
    components: dict[str, int]
    folder: Path
    pid: int
    waits: dict[str, int] = field(default_factory=dict)

    def waited_s(self) -> float:
        """Seconds that its threads were ready, but had no processor."""
        for task in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended just now
                self.waits[str(task)] = int(task.read_text().split()[1])
        return sum(self.waits.values()) / 1e9  # with those of threads that have ended


def start() -> Target:
    """Start a server, until the program ends."""
    open_ones = ExitStack()
    atexit.register(open_ones.close)
    server = open_ones.enter_context(serve_app())
    components = {
        name: one["id"]
        for one in get_config(server.url)["components"]
        for name in one["props"].get("server_fns") or ()
    }
    for model in MODELS:  # takes long once
        ask(server.url, components["describe_model"], "describe_model", {"model": model})
    host = server.url.removeprefix("http://")
    return Target(host, components, server.folder, server.process.pid)


def send(target: Target, request: Request) -> tuple[int, str, dict[str, str]]:
    """Send a request; return the status, what came at first, and the headers."""
    connection = http.client.HTTPConnection(target.host, timeout=10)
    try:
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        kind = answer.getheader("Content-Type", "")
        is_stream = kind.startswith("text/event-stream")
        content = answer.read1(10_000) if is_stream else answer.read()
        return answer.status, content.decode("utf-8", "replace"), dict(answer.getheaders())
    finally:
        connection.close()


def check_answer(target: Target, request: Request) -> str | None:
    """Return the refusal; anything that must not be seen is an error."""
    status, text, headers = send(target, request)
    assert status < 500, f"{status}: {text[:500]}"
    assert "evil.example" not in headers.get("access-control-allow-origin", "")
    assert headers.get("Server", "") in ("uvicorn", "")
    for secret in ("root:x:0", "Traceback", "site-packages", *PYTHON_TALK[:2]):
        assert secret not in text, f"{status}: {text[:500]}"
    if status >= 400:
        assert len(text) < 6000, f"{status}: {text[:500]}"
        is_json = text.startswith("{") and "detail" in json.loads(text)
        return str(json.loads(text)["detail"]) if is_json else text or f"{status}."
    if request.endpoint and status == 200:
        event = json.loads(text)["event_id"]
        path = f"{API}/call/{request.endpoint}/{event}"
        status, text, _ = send(target, Request("GET", path, None, {}))
        if text.startswith("event: error"):
            return str(json.loads(text.partition("data: ")[2])["error"])
        assert text.startswith(("event: complete", "event: heartbeat")), text[:500]
    if text.startswith('{"error"'):
        return str(json.loads(text)["error"])
    return None


def check_files(target: Target) -> None:
    """See that the server keeps few files, and none but where they are cleared away."""
    files = [path for path in target.folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    loose = [path for path in files if path.parent.name in ("gradio", target.folder.name)]
    assert size < MAX_FILES_MB * 2**20, f"keeps {size} bytes"
    assert len(loose) <= MAX_LOOSE, f"keeps {loose}"

"""Whose visit a question is: the page's own are all of one, since nothing of a visitor is kept."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.types import Message, Receive, Scope, Send

from app.gate.gate import VISIT, Gate


def pass_through(path: str, body: bytes) -> bytes:
    """Send a body through the gate; what arrives behind it."""
    page = SimpleNamespace(blocks={7: None})
    arrived = b""

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal arrived
        arrived = (await receive())["body"]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(b"content-type", b"application/json")],
        "app": SimpleNamespace(get_blocks=lambda: page),
    }
    with start_blocking_portal() as portal:  # a browser's tests keep a loop here
        portal.call(Gate(behind), scope, receive, send)
    return arrived


@pytest.mark.parametrize("visitor", ["abc", "x" * 100])
@pytest.mark.parametrize("path", ["component_server", "component_server/"])
def test_questions_of_all_visitors_are_of_one_visit(path: str, visitor: str) -> None:
    """Else Gradio writes the page down for each: 30 ms and 130 KB."""
    asked = {"session_hash": visitor, "component_id": 7, "fn_name": "look", "data": [1, "ä"]}
    arrived = pass_through(f"/gradio_api/{path}", json.dumps(asked).encode())
    assert json.loads(arrived) == {**asked, "session_hash": VISIT}

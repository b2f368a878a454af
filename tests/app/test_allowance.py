"""What programs upload is bounded."""

from __future__ import annotations

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.types import Message, Receive, Scope, Send

from app.gate.allowance import BLOCK, Allowance
from app.gate.gate import Gate
from app.gate.refusal import Refusal


def test_what_is_sent_lately_is_bounded_and_what_is_gone_is_forgotten() -> None:
    now = 0.0
    allowance = Allowance(n_bytes=10 * BLOCK, life_s=60, clock=lambda: now)
    allowance.spend(3 * BLOCK, 1)
    now = 50.0
    allowance.spend(5 * BLOCK, 1)
    for _ in range(2):
        with pytest.raises(Refusal, match="Too many files were sent here lately"):
            allowance.spend(1, 1)
    now = 61.0  # what was sent at first is gone
    allowance.spend(3 * BLOCK, 1)
    with pytest.raises(Refusal) as raised:
        allowance.spend(0, 1)
    assert raised.value.status == 503


def test_the_least_of_many_files_takes_a_block() -> None:
    allowance = Allowance(n_bytes=10 * BLOCK, life_s=60)
    with pytest.raises(Refusal):
        allowance.spend(11, 11)


def test_uploads_pass_the_gate_until_there_are_too_many() -> None:
    part = b'Content-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nhello\r\n'
    body = b"--X\r\n" + part + b"--X--\r\n"
    kind = [(b"content-type", b"multipart/form-data; boundary=X")]
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": kind}
    passed: list[bytes] = []
    sent: list[Message] = []

    async def accept(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append((await receive())["body"])

    async def give() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def take(message: Message) -> None:
        sent.append(message)

    gate = Gate(accept, Allowance(n_bytes=2 * BLOCK + 2 * len(body), life_s=60))
    for _ in range(3):
        with start_blocking_portal() as portal:  # a browser's tests keep a loop here
            portal.call(gate, scope, give, take)
    assert passed == [body, body]
    assert sent[0]["status"] == 503

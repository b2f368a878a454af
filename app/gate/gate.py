"""The gate before Gradio: which of its addresses are open, and how much may be sent there.

Gradio serves more than this page needs: a video converter, a proxy, links to states that it writes
to disk, an editor. What passes is read to its end first, so that Gradio's parsers meet no body that
is cut off, whose files they would leave behind.
"""

import json
import re

import gradio as gr
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.gate.allowance import Allowance
from app.gate.events import check_event
from app.gate.forms import check_upload, split_form
from app.gate.refusal import Refusal, answer
from app.gate.values import Body, check_visit, list_objects, read_json

API = "/gradio_api"
# What the page, its scripts and programs read and write.
READ = re.compile(
    r"/|/config/?|/(favicon\.ico|robots\.txt|manifest\.json|theme\.css)|/(static|assets|svelte)/.+"
    rf"|{API}/(info/?|openapi\.json|app_id/?|user/?|login_check/?|token/?|startup-events|theme\.css)"
    rf"|{API}/(queue/(data|status)|heartbeat/[^/]+|call/(v2/)?[^/]+/[^/]+)"
    rf"|{API}/file=(?!\w+://).+"  # else it would fetch what others serve
)
WRITE = re.compile(
    rf"{API}/(queue/join|call/(v2/)?[^/]+/?|cancel|reset/?|upload/?|component_server/?)"
)
LONGEST_NAME, LONGEST_PATH = 255, 2_000  # bytes, signs: no file has a longer one
MAX_BODY = 8 * 2**20 + 2**16  # bytes: the largest file, and what is said of it
MAX_JSON = 2 * 2**20  # bytes: what the longest morph takes as a file, and some more
VISIT = "page"  # under which questions are asked
DRAINED = 4  # times as much is read, unseen: who is cut off while sending hears no answer


class Gate:
    """ASGI middleware that lets through what this page has a use for.

    Args:
        app: who answers what passes.
        uploads: bounds what is kept of files.
    """

    def __init__(self, app: ASGIApp, uploads: Allowance | None = None) -> None:
        self._app = app
        self._uploads = uploads or Allowance()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            receive = await self._check(scope, receive)
        except Refusal as error:
            await answer(error.status, str(error))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _check(self, scope: Scope, receive: Receive) -> Receive:
        """Return what the request is read from after it was looked at.

        Raises:
            Refusal: it shall not pass.
        """
        path = scope["path"]
        if max(map(len, path.encode().split(b"/"))) > LONGEST_NAME or len(path) > LONGEST_PATH:
            raise Refusal(404, "There is nothing at this address.")
        if not (READ.fullmatch(path) or WRITE.fullmatch(path)):
            raise Refusal(404, "There is nothing at this address.")
        if scope["method"] != "POST" or not WRITE.fullmatch(path):
            return receive
        request = Request(scope)
        kind = request.headers.get("content-type", "")
        is_form = kind.startswith("multipart/form-data")
        limit = MAX_BODY if is_form else MAX_JSON
        body = await read_body(receive, limit)
        route = path.removeprefix(API).rstrip("/")
        if route == "/upload":
            parts = split_form(kind, body)
            check_upload(parts)
            self._uploads.spend(len(body), len(parts))
        else:
            asked = check_body(request.app.get_blocks(), route, kind, body)
            if route == "/component_server" and not is_form:
                body = share_visit(asked)
        return replay(body, receive)


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read a request to its end.

    Raises:
        Refusal: it is longer than the limit, or nobody sends any longer.
    """
    chunks, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The request was cut off.")  # which nobody hears
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
        if length > DRAINED * limit or not message.get("more_body"):
            break
    if length > limit:
        raise Refusal(413, f"At most {limit / 2**20:.0f} MB can be sent here; send less.")
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def share_visit(asked: Body) -> bytes:
    """Make a question of any visitor one of the same visit: nothing of a visitor is kept.

    Gradio would write the whole page down for each: 30 ms before the first answer, in which nobody
    else is answered, and 130 KB.
    """
    return json.dumps({**asked, "session_hash": VISIT}).encode()


def check_body(page: gr.Blocks, route: str, kind: str, body: bytes) -> Body:
    """Read a request and check it.

    Args:
        page: that is served.
        route: one of Gradio's that take a body, as "/queue/join".
        kind: of the body, as its header says.
        body: all of it.

    Returns:
        What is asked: the object in JSON, or the fields of a form.

    Raises:
        Refusal: Gradio could not answer it.
    """
    if route == "/component_server" and kind.startswith("multipart/form-data"):
        parts = split_form(kind, body)
        fields = {part.name: part.text for part in parts if part.file_name is None}
        number = fields.get("component_id", "")
        check_component(page, int(number) if re.fullmatch(r"[0-9]{1,18}", number) else None, fields)
        return fields
    asked = read_json(body)
    if route == "/component_server":
        list_objects(asked)
        check_component(page, asked.get("component_id"), asked)
    elif route.startswith(("/call/", "/queue/")):
        check_event(page, route, asked)
    return asked


def check_component(page: gr.Blocks, number: object, asked: Body) -> None:
    """Check a question to a function of a component.

    Raises:
        Refusal: the page has no such component, or it is not said who asks what.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number not in page.blocks:
        raise Refusal(404, "This page has no such component; reload the page.")
    if not (isinstance(asked.get("fn_name"), str) and "session_hash" in asked):
        raise Refusal(400, "The request names no function, or not whose visit it is.")
    check_visit(asked)

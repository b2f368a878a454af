"""Questions to a running app as its page asks them, without a browser."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from PIL import Image

from app.pad.pictures import SIDE, encode_picture

ASK = "/gradio_api/component_server/"


def find_functions(url: str) -> dict[str, int]:
    """Return the id of the first component that has each of the server's functions, by name."""
    return list_functions(get_config(url))


def get_config(url: str) -> dict[str, Any]:
    """Return all that a browser is told of the page."""
    with urllib.request.urlopen(f"{url}/config") as answer:
        config: dict[str, Any] = json.load(answer)
    return config


def list_functions(config: Mapping[str, Any]) -> dict[str, int]:
    """Return the id of the first component that has each of the server's functions, by name."""
    functions: dict[str, int] = {}
    for component in config["components"]:
        for name in component["props"].get("server_fns") or []:
            functions.setdefault(name, component["id"])
    return functions


def make_body(component: int, function: str, question: object, visitor: str = "anyone") -> bytes:
    """Return a question as the page sends it; whose it is does not matter."""
    names = {"session_hash": visitor, "component_id": component, "fn_name": function}
    return json.dumps({**names, "data": question}).encode()


def ask(
    url: str, component: int, function: str, question: object, visitor: str = "anyone"
) -> bytes:
    """Ask one of the server's functions; return its answer, JSON, as it comes."""
    return post(url, make_body(component, function, question, visitor))


def post(url: str, body: bytes) -> bytes:
    """Send a question that is made up already; return its answer."""
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url + ASK, body, headers)) as answer:
        content: bytes = answer.read()
    return content


def make_drawing(picture: Image.Image) -> str:
    """Return a picture as a pad sends it."""
    return encode_picture(picture.convert("RGB").resize((SIDE, SIDE)))

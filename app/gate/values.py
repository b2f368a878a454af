"""Requests in JSON: read, and neither large nor deep."""

import json
from collections.abc import Mapping

from app.gate.refusal import Refusal

LONGEST_NAME = 100  # characters: of whose visit it is, which Gradio remembers
MAX_VALUES, MAX_DEPTH = 10_000, 20  # in a request, and how deep they lie

Body = Mapping[str, object]


def read_json(body: bytes) -> Body:
    """Read a JSON object.

    Raises:
        Refusal: it is anything else.
    """
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The request is no JSON.") from error
    if not isinstance(asked, dict):
        raise Refusal(400, "The request must be a JSON object.")
    return asked


def list_objects(asked: Body) -> list[Body]:
    """Return the objects in a request, itself the first.

    Raises:
        Refusal: it holds very many values, or deep ones: whoever walks through them takes long.
    """
    objects: list[Body] = []
    layer: list[object] = [asked]
    n_values = 0
    for _ in range(MAX_DEPTH):
        objects += [one for one in layer if isinstance(one, dict)]
        lists = [
            one.values() if isinstance(one, dict) else one
            for one in layer
            if isinstance(one, dict | list)
        ]
        n_values += sum(map(len, lists))
        if not lists:
            return objects
        if n_values > MAX_VALUES:
            break
        layer = [value for values in lists for value in values]
    raise Refusal(400, "The request holds far too many values.")


def check_visit(asked: Body) -> None:
    """Check of whose visit a request is.

    Raises:
        Refusal: its name is long, or no text.
    """
    name = asked.get("session_hash", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Refusal(400, f"session_hash must be a text of at most {LONGEST_NAME} characters.")

"""Texts in a question, such as pictures, damaged."""

from __future__ import annotations

import base64
import random

from tests.fuzz.mutate import damage, draw_value


def damage_text(rng: random.Random, question: object) -> object:
    """Return a copy of a question with one of its texts, such as a picture, damaged."""
    texts = list_texts(question)
    if not texts:
        return draw_value(rng)
    chosen = rng.choice(texts)
    head, comma, text = chosen.rpartition(",")
    if len(text) < 100 or rng.random() < 0.5:
        content = damage(rng, text.encode())
    else:  # a picture: what the text stands for
        content = base64.b64encode(damage(rng, base64.b64decode(text)))
    return put_text(question, chosen, head + comma + content.decode("latin-1"))


def list_texts(value: object) -> list[str]:
    """Return the texts in a value as JSON has it; keys are none."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in list_texts(one)]


def put_text(value: object, old: str, new: str) -> object:
    """Return a copy of a value as JSON has it with a text in the place of another one."""
    if isinstance(value, dict):
        return {key: put_text(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [put_text(one, old, new) for one in value]
    return new if value == old else value

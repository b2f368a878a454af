"""How valid things are changed: bytes damaged, values in a tree replaced, words and numbers odd."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

WORDS = (
    "", " ", "\0", "\n", "a\nb", "\x1b[2J\x1b[31mred", "\u202egnp.exe", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "{{7*7}}", "${7*7}", "%s%n",
    "{0}", "../../../etc/passwd", "/etc/passwd", "/dev/zero", "file:///etc/passwd", "~root",
    "$(touch x)", "; touch x", "`id`", "CON", "-", "--", "nan", "inf", "1e999", "٣", "½", "⑦", "é",
    "\ud800", "\U0001f600", "a" * 300, "9" * 5000, "null", "true", "__class__",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 256, 1000, 10**6, 10**9, 10**18, 2**31, 2**32 - 1, 2**32, 2**63, 2**64,
    -(2**63), 10**40, -(10**9), 0.0, -0.0, 0.5, 1.5, -1.5, 1e-9, 1e-320, 1e9, 1e38, 1e39, 1e300,
    float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
KEYS = (
    "__proto__",
    "constructor",
    "class",
    "latent-dim",
    "latent_dims",
    "<b>key</b>",
    "",
    "x" * 99,
)


def draw_value(rng: random.Random) -> object:
    """Return a value of any kind that JSON has."""
    kind = rng.randrange(8)
    if kind < 3:
        return rng.choice(NUMBERS)
    if kind < 5:
        return rng.choice(WORDS)
    if kind == 5:
        return rng.choice((None, True, False))
    if kind == 6:
        return rng.choice(([], {}, [[]], [{}], [None], {"": None}, [0] * 1000))
    deep: object = rng.choice(NUMBERS)
    for _ in range(rng.choice((1, 3, 50))):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    return deep


def mutate_tree(rng: random.Random, tree: object, n: int = 1) -> object:
    """Return a copy of a value as JSON has it, n places in it replaced, removed or added to.

    Args:
        rng: draws the places and what stands there.
        tree: dicts, lists, words, numbers.
        n: number of changes.
    """
    tree = copy.deepcopy(tree)
    for _ in range(n):
        places = list(_list_places(tree))
        if not places:
            return draw_value(rng)
        box, key = rng.choice(places)
        change = rng.randrange(12)
        if change == 0:
            del box[key]
        elif change == 1 and isinstance(box, dict):
            box[rng.choice(KEYS)] = draw_value(rng)
        elif change == 1:
            box.insert(key, draw_value(rng))
        elif change == 2:
            box[key] = [box[key]] if rng.random() < 0.5 else {"a": box[key]}
        elif change == 3 and isinstance(box[key], list):
            box[key] = box[key] * rng.choice((0, 2, 1000))
        elif change == 4:
            other, place = rng.choice(places)
            box[key] = copy.deepcopy(other[place])
        elif isinstance(box[key], bool | str):
            box[key] = draw_value(rng) if rng.random() < 0.5 else rng.choice(WORDS)
        elif isinstance(box[key], int | float) and rng.random() < 0.7:
            box[key] = _near(rng, box[key])
        else:
            box[key] = draw_value(rng)
    return tree


def _near(rng: random.Random, number: int | float) -> object:
    nearby = (number + 1, number - 1, -number, number * 1000, number * 1e-3, float(number))
    return rng.choice((*nearby, *NUMBERS))


def _list_places(tree: object) -> list[tuple[dict | list, object]]:  # type: ignore[type-arg]
    """Return every place in a tree: the dict or list that it is in, and its key there."""
    keys = {dict: lambda box: list(box), list: lambda box: list(range(len(box)))[:50]}
    if type(tree) not in keys:
        return []
    own = [(tree, key) for key in keys[type(tree)](tree)]
    inner = [place for box, key in own for place in _list_places(box[key])]
    return own + inner


def cut(rng: random.Random, content: bytes) -> bytes:
    """Return the beginning of it."""
    return content[: rng.randrange(len(content))] if content else content


def flip_bits(rng: random.Random, content: bytes) -> bytes:
    """Return it with some bits changed, more often at its beginning."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if changed:
            end = len(changed) if rng.random() < 0.5 else min(len(changed), 200)
            changed[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def set_number(rng: random.Random, content: bytes) -> bytes:
    """Return it with an enormous, negative or small number where there may be a size."""
    if len(content) < 16:
        return content
    size = rng.choice((2, 4, 8))
    number = rng.choice((0, 1, 0x7F, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1))
    raw = (number % 256**size).to_bytes(size, rng.choice(("little", "big")))
    at = rng.randrange(min(len(content) - size, 400))
    return content[:at] + raw + content[at + size :]


def remove(rng: random.Random, content: bytes) -> bytes:
    """Return it without a part."""
    begin = rng.randrange(len(content) or 1)
    return content[:begin] + content[begin + rng.choice((1, 2, 4, 100, 5000)) :]


def repeat(rng: random.Random, content: bytes) -> bytes:
    """Return it with a part twice, or many times."""
    begin = rng.randrange(len(content) or 1)
    end = begin + rng.choice((1, 4, 100, 2000))
    return content[:end] + content[begin:end] * rng.choice((1, 3, 100)) + content[end:]


def append(rng: random.Random, content: bytes) -> bytes:
    """Return it with something behind it."""
    return content + rng.choice((b"\0", b"PK\x03\x04", b"<script>alert(1)</script>", bytes(10_000)))


def blank(rng: random.Random, content: bytes) -> bytes:
    """Return it with a part set to 0 or 255."""
    begin = rng.randrange(len(content) or 1)
    part = content[begin : begin + rng.choice((4, 64, 4096))]
    return content[:begin] + rng.choice((b"\0", b"\xff")) * len(part) + content[begin + len(part) :]


DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    cut, flip_bits, set_number, remove, repeat, append, blank,
)  # fmt: skip


def damage(rng: random.Random, content: bytes) -> bytes:
    """Return valid content with one to three damages."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = rng.choice(DAMAGES)(rng, content)
    return content


def draw_noise(rng: random.Random, beginnings: tuple[bytes, ...] = ()) -> bytes:
    """Return what is no valid thing: nothing, noise, text, or noise behind a right beginning."""
    noise = rng.randbytes(rng.choice((0, 1, 3, 8, 30, 1000, 20_000)))
    text = rng.choice(WORDS).encode("utf-8", "replace")
    return rng.choice((b"", noise, text, b"\0" * 1000, *(start + noise for start in beginnings)))

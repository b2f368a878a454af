"""The pad's server side: what its JavaScript calls."""

import itertools

import numpy as np
from PIL import Image

from app.pad.pad import Example, Reader, build_pad
from app.pad.pictures import SIDE, encode_picture

EXAMPLES = [Example(Image.fromarray(np.full((28, 28), i, np.uint8)), f"No. {i}") for i in range(3)]


def test_a_drawing_is_read_by_the_tab_s_reader() -> None:
    readers = [Reader("a", lambda d: {"size": d.size}), Reader("b", lambda d: {"mode": d.mode})]
    pad = build_pad("pad", name="A pad", readers=readers)
    url = encode_picture(Image.new("L", (SIDE, SIDE)))
    assert pad.read_drawing([url, "a"]) == {"size": (SIDE, SIDE)}
    assert pad.read_drawing([url, "b"]) == {"mode": "L"}
    assert pad.props["reader"] == "a"


def test_what_is_no_drawing_is_answered_and_not_raised() -> None:
    pad = build_pad("pad", name="A pad", readers=[Reader("a", lambda drawing: {}, EXAMPLES)])
    answer = pad.read_drawing([{"path": "/etc/passwd"}, "a"])
    assert str(answer["error"]).startswith("A drawing must be")
    strange = ("x", None, {"path": "/etc/passwd"}, [], ["x"], ["x", "b"], ["x", ["a"]], [1] * 9)
    for question in strange:
        for ask in (pad.read_drawing, pad.pick_example):
            assert str(ask(question)["error"]).endswith("reload the page.")


def test_an_example_never_comes_twice_in_a_row() -> None:
    pad = build_pad("pad", name="A pad", readers=[Reader("a", lambda drawing: {}, EXAMPLES)])
    seen = [None]
    for _ in range(50):
        seen.append(pad.pick_example([seen[-1], "a"])["index"])
    assert all(a != b for a, b in itertools.pairwise(seen))
    assert set(seen[1:]) == {0, 1, 2}


def test_an_example_comes_whatever_was_said_to_be_the_last() -> None:
    pad = build_pad("pad", name="A pad", readers=[Reader("a", lambda drawing: {}, EXAMPLES[:1])])
    for previous in (0, -1, "x", None, [], {"a": 1}, 1e99):
        assert pad.pick_example([previous, "a"])["caption"] == "No. 0"


def test_a_reader_without_examples_says_so() -> None:
    readers = [Reader("a", lambda drawing: {}, EXAMPLES), Reader("b", lambda drawing: {})]
    answer = build_pad("pad", name="A pad", readers=readers).pick_example([None, "b"])
    assert answer == {"error": "There are no examples of these digits."}


def test_a_file_that_cannot_be_opened_is_answered_and_not_raised() -> None:
    assert "error" in build_pad("pad", name="A pad").open_file("x")


def test_a_pad_without_reader_and_examples_offers_neither() -> None:
    pad = build_pad("pad", name="A pad")
    assert [function.__name__ for function in pad.server_fns] == ["open_file"]
    assert (pad.props["reader"], pad.props["has_examples"]) == (None, False)


def test_the_pad_s_value_never_reaches_a_template() -> None:
    pad = build_pad("pad", name="A pad")
    assert "value" not in pad.html_template + pad.css_template
    assert "${" not in pad.html_template + pad.css_template


def test_a_wide_pad_reads_wide_drawings_only() -> None:
    pad = build_pad(
        "pad", name="A pad", readers=[Reader("a", lambda d: {"size": d.size})], aspect=2
    )
    wide, square = (encode_picture(Image.new("L", (n * SIDE, SIDE))) for n in (2, 1))
    assert pad.read_drawing([wide, "a"]) == {"size": (2 * SIDE, SIDE)}
    assert "224x112" in pad.read_drawing([square, "a"])["error"]
    assert (pad.props["aspect"], pad.props["upload"]) == (2, "ink")


def test_a_pad_may_have_a_hint_of_its_own() -> None:
    assert build_pad("pad", name="A pad").props["hint"] is None
    assert build_pad("pad", name="A pad", hint="Write.").props["hint"] == "Write."

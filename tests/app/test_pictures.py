"""What a browser sends is checked to the last byte."""

import base64
import io

import numpy as np
import pytest
from gradio.data_classes import DataWithFiles
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.pad.pictures import (
    MAX_URL_LENGTH,
    PNG_PREFIX,
    SIDE,
    decode_drawing,
    encode_picture,
    enlarge_digit,
    open_ink,
    open_upload,
)
from vaegmm.data.datasets import LabelledImages
from vaegmm.data.images import BlankImageError


def as_url(picture: Image.Image, file_format: str = "PNG") -> str:
    buffer = io.BytesIO()
    picture.save(buffer, file_format)
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode("ascii")


def drawing(mode: str = "RGBA", side: int = SIDE) -> Image.Image:
    picture = Image.new("L", (side, side))
    picture.paste(255, (50, 20, 60, 90))
    return picture.convert(mode)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_drawing_arrives_as_grey_pixels(mode: str) -> None:
    decoded = decode_drawing(as_url(drawing(mode)))
    assert decoded.mode == "L"
    assert np.array_equal(np.asarray(decoded), np.asarray(drawing("L")))


def test_the_noisiest_picture_is_short_enough() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    url = as_url(Image.fromarray(levels, "RGBA"))
    assert MAX_URL_LENGTH * 0.9 < len(url) <= MAX_URL_LENGTH
    decode_drawing(url)


@pytest.mark.parametrize(
    ("value", "received"),
    [
        (None, "no text"),
        (7, "no text"),
        ([as_url(drawing())], "no text"),
        ("", "another text of 0 characters"),
        ("data:image/jpeg;base64,AAAA", "another text"),
        (as_url(drawing()).removeprefix("data:"), "another text"),
        (PNG_PREFIX + "A" * MAX_URL_LENGTH, "another text"),
        (PNG_PREFIX + "not base64!", "damaged base64"),
        (PNG_PREFIX + "ÄÖÜ", "damaged base64"),
        (PNG_PREFIX, "another file or size"),
        (as_url(drawing("RGB"), "JPEG"), "another file or size"),
        (as_url(drawing(side=SIDE - 1)), "another file or size"),
        (as_url(drawing(side=4 * SIDE)), "another file or size"),
        (as_url(drawing())[: len(PNG_PREFIX) + 100], "a damaged PNG"),
        (as_url(drawing("1")), "mode 1"),
        (as_url(drawing("P")), "mode P"),
        (as_url(drawing("I;16")), "mode I;16"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(value: object, received: str) -> None:
    with pytest.raises(ValueError, match=rf"^A drawing must be .*, got {received}.*draw again\.$"):
        decode_drawing(value)


@given(st.one_of(st.text(), st.binary().map(lambda b: PNG_PREFIX + base64.b64encode(b).decode())))
def test_garbage_is_never_a_drawing(value: str) -> None:
    with pytest.raises(ValueError, match="A drawing must be"):
        decode_drawing(value)


@given(st.data())
def test_a_damaged_png_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(base64.b64decode(as_url(drawing()).removeprefix(PNG_PREFIX)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(24, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        decoded = decode_drawing(PNG_PREFIX + base64.b64encode(content).decode())
    except ValueError as error:
        assert str(error).startswith("A drawing must be")
    else:
        assert (decoded.size, decoded.mode) == ((SIDE, SIDE), "L")


def upload(content: bytes) -> DataWithFiles:
    return DataWithFiles(data={}, files=[("picture.png", content)])


@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_a_16_bit_picture_keeps_its_ink_whatever_part_of_the_range_it_uses(top: int) -> None:
    levels = np.full((60, 40), top, np.uint16)
    levels[10:50, 18:22] = top // 3
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "PNG")
    opened = np.asarray(open_upload(upload(buffer.getvalue())))
    assert opened.shape == (60, 40)
    assert (opened.min(), opened.max()) == (0, 255)


def test_an_opened_picture_is_made_small() -> None:
    buffer = io.BytesIO()
    Image.new("L", (2000, 1000), 200).save(buffer, "TIFF")
    assert open_upload(upload(buffer.getvalue())).size == (448, 224)


def test_a_file_that_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="image"):
        open_upload(upload(b"hello"))


@pytest.mark.parametrize("value", [None, "x", {}, DataWithFiles(data={}, files=[])])
def test_what_is_not_one_file_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"An upload must be one file; choose a single picture\."):
        open_upload(value)


def test_an_enlarged_digit_is_the_same_digit(sample: LabelledImages) -> None:
    for digit in map(Image.fromarray, sample.images[::60].numpy()):
        reduced = enlarge_digit(digit).resize((28, 28), Image.Resampling.BOX)
        difference = np.abs(np.asarray(reduced, float) - np.asarray(digit, float)) / 255
        assert difference.mean() < 0.03


def test_a_picture_survives_its_data_url() -> None:
    assert np.array_equal(np.asarray(decode_drawing(encode_picture(drawing("L")))), drawing("L"))


def test_a_wide_drawing_is_as_many_times_as_wide() -> None:
    url = encode_picture(Image.new("L", (2 * SIDE, SIDE)))
    assert decode_drawing(url, aspect=2).size == (2 * SIDE, SIDE)
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, 2 * SIDE, 4), np.uint8)
    assert decode_drawing(encode_picture(Image.fromarray(noise)), aspect=2).mode == "L"
    for wrong in (url, encode_picture(Image.new("L", (2 * SIDE, 2 * SIDE)))):
        with pytest.raises(ValueError, match="112x112"):
            decode_drawing(wrong)


@pytest.mark.parametrize(("paper", "ink"), [(230, 40), (20, 210)])
def test_of_a_number_on_paper_the_ink_alone_is_opened(paper: int, ink: int) -> None:
    levels = np.full((1200, 900), paper, np.uint8)
    levels[500:700, 300:320] = levels[500:700, 600:620] = ink
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "PNG")
    opened = np.asarray(open_ink(upload(buffer.getvalue())))
    height, width = opened.shape
    assert width / height == pytest.approx((320 + 40) / (200 + 40), rel=0.1)
    assert (opened[0].max(), opened[:, 0].max(), opened.max()) == (0, 0, 255)


def test_paper_without_ink_is_refused() -> None:
    buffer = io.BytesIO()
    Image.new("L", (300, 200), 220).save(buffer, "PNG")
    with pytest.raises(BlankImageError, match="No ink"):
        open_ink(upload(buffer.getvalue()))
    with pytest.raises(ValueError, match="An upload must be one file"):
        open_ink(None)

"""Pictures on the pad: uploaded, pasted, dropped, or tried from the examples."""

import base64
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.strokes import FOUR, ONE
from tests.browser.visit import Visit
from vaegmm.data.datasets import LabelledImages

Open = Callable[..., Visit]
SEND_FILE = """([kind, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "picture", { type }));
  const target = document.querySelector(kind === "paste" ? "body" : ".pad-canvas");
  const init = { bubbles: true, cancelable: true };
  target.dispatchEvent(kind === "paste"
    ? new ClipboardEvent(kind, { ...init, clipboardData: transfer })
    : new DragEvent(kind, { ...init, dataTransfer: transfer }));
}"""


def four_on_paper(size: tuple[int, int] = (420, 300), mode: str = "RGB") -> Image.Image:
    """A 4 in blue ink on cream paper, off the centre."""
    picture = Image.new("RGB", size, (236, 226, 205))
    pen = ImageDraw.Draw(picture)
    side = min(size)
    for stroke in FOUR:
        points = [(0.1 * size[0] + x * side, y * side) for x, y in stroke]
        pen.line(points, fill=(30, 40, 120), width=side // 22, joint="curve")
    return picture.convert(mode)


def as_file(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **({"format": "PNG"} | options))
    return buffer.getvalue()


def upload(here: Visit, content: bytes, mime: str = "image/png") -> None:
    here.page.locator(".pad-file").set_input_files(
        {"name": "picture", "mimeType": mime, "buffer": content}
    )


def test_an_uploaded_photo_is_shown_as_it_is_and_read(visit: Open) -> None:
    here = visit()
    upload(here, as_file(four_on_paper(), format="JPEG"), "image/jpeg")
    here.expect_reading(4)
    # The strip above a wide picture takes the paper's colour, or its edge would be read as ink.
    assert np.allclose(here.pixels()[12, 12], (236, 226, 205), atol=6)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_pasted_or_dropped_picture_is_read(visit: Open, kind: str) -> None:
    here = visit()
    data = base64.b64encode(as_file(four_on_paper())).decode()
    here.page.evaluate(SEND_FILE, [kind, "image/png", data])
    here.expect_reading(4)


def test_a_picture_copied_elsewhere_is_pasted_by_the_keyboard(visit: Open) -> None:
    here = visit(permissions=["clipboard-read", "clipboard-write"])
    here.page.evaluate(
        """async (data) => {
          const picture = await (await fetch(`data:image/png;base64,${data}`)).blob();
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(as_file(four_on_paper())).decode(),
    )
    here.page.keyboard.press("Control+v")
    here.expect_reading(4)


def test_undo_takes_a_picture_back(visit: Open) -> None:
    here = visit()
    here.draw(FOUR)
    ink = here.ink()
    upload(here, as_file(four_on_paper()))
    here.expect_reading(4)
    assert here.ink() != ink
    here.button("Undo").click()
    assert here.ink() == ink


def test_strokes_on_light_paper_are_dark(visit: Open) -> None:
    here = visit()
    upload(here, as_file(Image.new("RGB", (100, 100), "white")))
    expect(here.note).to_be_visible()
    here.page.wait_for_function("!document.querySelector('.pad').classList.contains('is-blank')")
    paper = here.ink()
    here.draw(FOUR)
    here.expect_reading(4)
    assert here.ink() < paper


def levels_of_a_four() -> NDArray[np.float64]:
    return np.asarray(four_on_paper((300, 300), "L")) / 255


@pytest.mark.parametrize("top", [255, 4095, 65535])
@pytest.mark.parametrize("noise", [0, 0.02])
def test_a_16_bit_picture_is_read(visit: Open, top: int, noise: float) -> None:
    here = visit()
    grain = np.random.default_rng(0).normal(0, noise, (300, 300))
    levels = np.clip(levels_of_a_four() + grain, 0, 1) * top
    upload(here, as_file(Image.fromarray(levels.astype(np.uint16))))
    here.expect_reading(4)


def test_a_format_that_the_browser_does_not_know_is_opened_by_the_server(visit: Open) -> None:
    here = visit()
    upload(here, as_file(four_on_paper(), format="TIFF"), "image/tiff")
    here.expect_reading(4)


def test_ink_on_nothing_is_read(visit: Open) -> None:
    here = visit()
    ink = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    mask = Image.eval(four_on_paper((300, 300), "L"), lambda level: 255 * (level < 150))
    ink.paste((0, 0, 0, 255), mask=mask)
    upload(here, as_file(ink))
    here.expect_reading(4)
    assert here.pixels()[12, 12].tolist() == [255, 255, 255]


def test_a_photo_taken_sideways_stands_upright(visit: Open) -> None:
    here = visit()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show after a quarter turn clockwise
    photo = four_on_paper((300, 300)).transpose(Image.Transpose.ROTATE_90)
    upload(here, as_file(photo, format="JPEG", exif=exif), "image/jpeg")
    here.expect_reading(4)


@pytest.mark.parametrize(
    ("content", "mime", "message"),
    [
        (b"hello", "text/plain", "This is not a picture. Choose a PNG or JPEG file."),
        (b"hello", "image/png", re.compile("image")),
        (b"\0" * 8_000_001, "image/png", "This picture is larger than 8 MB. Choose a smaller one."),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(
    visit: Open, content: bytes, mime: str, message: str | re.Pattern[str]
) -> None:
    here = visit()
    hint = here.note.text_content()
    here.page.set_viewport_size({"width": 390, "height": 844})
    bars = here.page.locator(".reading-bars")
    before = bars.bounding_box()
    upload(here, content, mime)
    expect(here.note).to_have_text(message)
    assert bars.bounding_box() == before  # a second line of the note pushes nothing down
    expect(here.note).not_to_contain_text("/")
    here.expect_blank()
    here.draw(FOUR)
    here.expect_reading(4)
    expect(here.note).to_have_text(str(hint))


def test_examples_are_real_digits_and_differ_each_time(visit: Open) -> None:
    here = visit()
    seen = []
    for _ in range(6):
        here.button("Try an example").click()
        expect(here.note).to_have_text(re.compile(r"^From MNIST's test images, labelled \d\.$"))
        expect(here.page.locator(".is-best")).to_have_count(1)
        here.page.wait_for_timeout(150)
        seen.append(here.pixels())
    assert all((a != b).any() for a, b in itertools.pairwise(seen))


def test_a_small_digit_on_a_large_page_is_read(
    visit: Open, sample: LabelledImages, tmp_path: Path
) -> None:
    here = visit()
    page = np.full((240, 240), 255, np.uint8)
    page[150:178, 40:68] -= sample.images[300].numpy()
    upload(here, as_file(Image.fromarray(page)))
    here.expect_reading(int(sample.labels[300]))


def test_a_picture_that_comes_late_does_not_replace_a_newer_drawing(visit: Open) -> None:
    here = visit()
    here.page.evaluate(
        """() => {
          const fetch = window.fetch;
          window.fetch = async (url, options) => {
            const answer = await fetch(url, options);
            if (options?.body instanceof FormData) await new Promise((r) => setTimeout(r, 1000));
            return answer;
          };
        }"""
    )
    upload(here, as_file(four_on_paper(), format="TIFF"), "image/tiff")
    expect(here.note).to_have_text("Opening the picture…")
    here.draw(ONE)
    here.expect_reading(1)
    here.page.wait_for_timeout(1500)
    here.expect_reading(1)

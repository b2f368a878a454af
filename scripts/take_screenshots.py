"""Take the README's pictures of the page: `python -m scripts.take_screenshots`.

Starts the app, draws on it in a headless Chromium, and writes docs/.
"""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.browsing import ROOT, open_chromium, serve_app
from tests.browser.strokes import FOUR
from tests.browser.visit import Visit
from vaegmm.files import replacing

DOCS = ROOT / "docs"
COLOURS = 128  # a palette is a third of the bytes, and no eye tells the difference


def main() -> None:
    """Write docs/classify.png, a 4, read, muddle.png, between 3 and 5, and morph.png, 32 to 41."""
    with (
        serve_app() as server,
        sync_playwright() as playwright,
        open_chromium(playwright) as browser,
    ):
        page = browser.new_page(viewport={"width": 1080, "height": 740}, device_scale_factor=2)
        here = Visit(page, server.url)
        here.draw(FOUR)
        here.expect_reading(4)
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)  # until the bars have settled
        save(page.screenshot(), "classify.png")
        page.goto(f"{server.url}/#muddle=3&with=5&seed=7&mix=50&method=balanced")
        page.reload()  # the same page with another hash is not loaded anew
        page.get_by_text("The judges are torn").wait_for()
        page.wait_for_timeout(500)
        save(page.screenshot(), "muddle.png")
        page.set_viewport_size({"width": 1080, "height": 960})
        page.goto(f"{server.url}/#morph=32&to=41&style=1&style2=2&path=geodesic")
        page.reload()
        page.locator(".morph[data-state=shown]").wait_for()
        page.locator(".strip .look").nth(4).click()
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)
        save(page.screenshot(), "morph.png")


def save(screenshot: bytes, name: str) -> None:
    """Write a picture to docs/, in few colours."""
    picture = Image.open(io.BytesIO(screenshot))
    with replacing(DOCS / name) as temporary:
        picture.convert("RGB").quantize(COLOURS).save(temporary, "PNG", optimize=True)


if __name__ == "__main__":
    main()

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
    """Write docs/classify.png: a 4, read."""
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
        picture = Image.open(io.BytesIO(page.screenshot()))
    with replacing(DOCS / "classify.png") as temporary:
        picture.convert("RGB").quantize(COLOURS).save(temporary, "PNG", optimize=True)


if __name__ == "__main__":
    main()

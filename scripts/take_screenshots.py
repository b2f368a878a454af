"""Take the README's pictures of the page: `python -m scripts.take_screenshots`.

Starts the app, draws on it in a headless Chromium, and writes docs/.
"""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.browsing import ROOT, open_chromium, serve_app
from tests.browser.strokes import FOUR
from tests.browser.visit import Visit
from vaegmm.files import replacing

DOCS = ROOT / "docs"
COLOURS = 128  # a palette is a third of the bytes, and no eye tells the difference
WIDTH = 1080  # CSS pixels
PATIENCE_MS = 120_000  # of a busy machine


def main() -> None:
    """Write a picture of each tab."""
    with (
        serve_app() as server,
        sync_playwright() as playwright,
        open_chromium(playwright) as browser,
    ):
        page = browser.new_page(viewport={"width": WIDTH, "height": 740}, device_scale_factor=2)
        page.set_default_timeout(PATIENCE_MS)
        take_drawing(Visit(page, server.url))
        for take in (take_muddle, take_morph, take_new_digits, take_map, take_em):
            take(page, server.url)


def take_drawing(here: Visit) -> None:
    """The Classify tab, with a drawing."""
    here.draw(FOUR)
    here.expect_reading(4)
    here.page.mouse.move(0, 0)
    here.page.wait_for_timeout(500)  # until the bars have settled
    save(here.page.screenshot(), "classify.png")


def take_muddle(page: Page, url: str) -> None:
    """The Muddle tab: the judges are torn."""
    page.set_viewport_size({"width": WIDTH, "height": 800})
    open_link(page, url, "#muddle=3&with=5&seed=18&mix=50&method=balanced")
    page.locator(".muddle-verdict", has_text="The judges are torn").wait_for()
    page.wait_for_timeout(500)
    save(page.screenshot(), "muddle.png")


def take_morph(page: Page, url: str) -> None:
    """The Morph tab: 32 on its way to 41."""
    page.set_viewport_size({"width": WIDTH, "height": 960})
    open_link(page, url, "#morph=32&to=41&style=1&style2=2&path=geodesic")
    page.locator(".morph[data-state=shown]").wait_for()
    page.locator(".strip .look").nth(4).click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    save(page.screenshot(), "morph.png")


def open_link(page: Page, url: str, link: str) -> None:
    """Open the tab that a link leads to."""
    page.goto(f"{url}/{link}")
    page.reload()  # the same page with another hash is not loaded anew


def take_new_digits(page: Page, url: str) -> None:
    """The Generate tab, with one of its digits taken further."""
    page.set_viewport_size({"width": WIDTH, "height": 1230})
    open_link(page, url, "#generate=&seed=1")
    page.locator(".generate-digits .tile").nth(30).click()
    page.locator(".further[data-state=shown]").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 0)")
    save(page.screenshot(), "generate.png")


def take_map(page: Page, url: str) -> None:
    """The Explore tab: t-SNE, two pins, and a digit under the pointer."""
    page.set_viewport_size({"width": WIDTH, "height": 1050})
    open_link(page, url, "#explore=t-sne")
    page.wait_for_timeout(2500)  # until the map and its digits are there
    box = page.locator(".explore canvas").first.bounding_box()
    assert box is not None
    for x, y in ((0.28, 0.6), (0.65, 0.7), (0.53, 0.43)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if x != 0.53:
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(1500)
    page.locator(".pins-play:enabled").wait_for()  # the way from pin to pin is there
    page.wait_for_timeout(800)
    save(page.screenshot(), "explore.png")


def take_em(page: Page, url: str) -> None:
    """EM on the Model tab, some iterations after its start."""
    page.set_viewport_size({"width": WIDTH, "height": 790})
    page.emulate_media(reduced_motion="reduce")
    open_link(page, url, "#em=3&start=0&shapes=full")
    slider = page.locator(".em input[type=range]").first
    slider.wait_for()
    page.wait_for_timeout(1500)
    slider.fill("24")
    slider.blur()
    page.wait_for_timeout(500)
    page.locator(".em").evaluate("(em) => scrollBy(0, em.getBoundingClientRect().top - 16)")
    page.wait_for_timeout(300)
    save(page.screenshot(), "model.png")


def save(screenshot: bytes, name: str) -> None:
    """Write a picture to docs/, in few colours."""
    picture = Image.open(io.BytesIO(screenshot))
    with replacing(DOCS / name) as temporary:
        picture.convert("RGB").quantize(COLOURS).save(temporary, "PNG", optimize=True)


if __name__ == "__main__":
    main()

"""Record the page at work for the README: `python -m scripts.record_page` writes docs/page.gif.

Starts the app, uses it in a headless Chromium and films every tab at the page's own speed, by the
page's own clock. Cut out is what lies between the scenes, while the next tab opens. The pointer is
a dot of this script's, since Chromium shows none.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from scripts.film import Camera, Point, write_gif
from scripts.take_screenshots import DOCS, PATIENCE_MS, open_link
from tests.browser.browsing import open_chromium, serve_app
from tests.browser.strokes import EIGHT
from tests.browser.visit import Visit

WIDTH, HEIGHT = 880, 600  # CSS pixels: above what the model sees, below the bars
SCALE = 0.9  # as wide as a README's column, or a little less
POINTER = """addEventListener("DOMContentLoaded", () => {
  const dot = document.createElement("div");
  dot.style = `position: fixed; z-index: 9999; width: 22px; height: 22px; margin: -11px;
    border: 2px solid #fff; border-radius: 50%; background: #ff8a00; pointer-events: none;
    box-sizing: border-box; box-shadow: 0 0 0 1px #0006; display: none`;
  document.documentElement.append(dot);
  const follow = ({ clientX, clientY, buttons }) => {
    Object.assign(dot.style, { display: "block", left: `${clientX}px`, top: `${clientY}px` });
    dot.style.scale = buttons ? 0.7 : 1;
  };
  for (const kind of ["move", "down", "up"]) addEventListener(`pointer${kind}`, follow, true);
})"""


def main() -> None:
    """Write the GIF and say how long and how large it is."""
    print(record_page(DOCS / "page.gif"))


def record_page(path: Path) -> str:
    """Film every tab into one GIF; return a line that says what it has become."""
    with (
        serve_app() as server,
        sync_playwright() as playwright,
        open_chromium(playwright) as browser,
    ):
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE
        )
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(POINTER)
        camera = Camera(page)
        film_drawing(Visit(page, server.url), camera)
        for film in (film_muddle, film_morph, film_new_digits, film_map):
            film(page, server.url, camera)
    return write_gif(camera.pictures, path)


def film_drawing(here: Visit, camera: Camera) -> None:
    """An 8 in one line: on the way the bars take it for a 7 and for a 2."""
    here.expect_blank()
    line = here.points(EIGHT[0])
    camera.begin((line[0][0] + 60, line[0][1] - 60))
    camera.hold(0.4)
    camera.glide(line[:1], 0.24)
    here.page.mouse.down()
    camera.glide(line, 2.4)
    here.page.mouse.up()
    camera.glide([(430, 560)], 0.24)
    camera.hold(0.72)
    camera.cut()


def film_muddle(page: Page, url: str, camera: Camera) -> None:
    """A digit between 3 and 5: the judges are torn, until the slider moves."""
    open_link(page, url, "#muddle=3&with=5&seed=18&mix=50&method=balanced")
    page.locator(".muddle-verdict", has_text="The judges are torn").wait_for()
    scroll_to(page.locator(".muddle-partners"))
    x, y = find_middle(page.locator(".muddle-slider"))
    camera.begin((x + 40, y - 40))
    camera.hold(0.56)
    camera.glide([(x, y)], 0.16)
    page.mouse.down()
    camera.glide([(x + 170, y)], 0.6)
    camera.hold(0.24)
    camera.glide([(x - 170, y)], 0.8)
    page.mouse.up()
    camera.hold(0.56)
    camera.cut()


def film_morph(page: Page, url: str, camera: Camera) -> None:
    """32 turns into 41, once."""
    open_link(page, url, "#morph=32&to=41&style=1&style2=2&path=geodesic")
    page.locator(".morph[data-state=shown]").wait_for()
    page.locator(".strip .look").first.click()  # stands still there
    scroll_to(page.locator(".number-digits").first)
    x, y = find_middle(page.locator(".player-play"))
    camera.begin((x + 40, y - 40))
    camera.glide([(x, y)], 0.3)
    camera.press()
    camera.hold(2.72)  # half a second of it at the start
    camera.cut()


def film_new_digits(page: Page, url: str, camera: Camera) -> None:
    """48 other digits, then one of them in all hands."""
    open_link(page, url, "#generate=&seed=1")
    page.locator(".generate[data-state=shown]").wait_for()
    scroll_to(page.get_by_role("tablist"))
    page.evaluate("Math.random = () => 0.5")  # the same 48 every time
    x, y = find_middle(page.locator(".generate-more"))
    camera.begin((x + 40, y - 40))
    camera.hold(0.24)
    camera.glide([(x, y)], 0.24)
    camera.press()
    camera.hold(0.56)
    camera.glide([find_middle(page.locator(".generate-digits .tile").nth(32))], 0.4)
    camera.press()
    camera.hold(0.08)
    camera.cut()
    page.locator(".further[data-state=shown]").wait_for()
    page.wait_for_timeout(1000)  # the page scrolls there by itself
    scroll_to(page.locator(".further"))
    first, *_, last = (find_middle(tile) for tile in page.locator(".further-hand .tile").all())
    camera.begin(first)
    camera.glide([last], 0.88)
    camera.hold(0.56)
    camera.cut()


def film_map(page: Page, url: str, camera: Camera) -> None:
    """Over the map of t-SNE, from digit to digit."""
    open_link(page, url, "#explore=t-sne")
    page.locator(".explore .is-best").first.wait_for()
    canvas = page.locator(".explore canvas").first
    scroll_to(canvas)
    box = canvas.bounding_box()
    assert box is not None
    way = [(0.51, 0.12), (0.5, 0.42), (0.2, 0.63), (0.46, 0.63), (0.7, 0.72), (0.73, 0.3)]
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    camera.begin(first)
    camera.hold(0.08)
    camera.glide(others, 2.4)
    camera.hold(0.56)
    camera.cut()


def find_middle(target: Locator) -> Point:
    """The middle of what is seen, in CSS pixels."""
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def scroll_to(target: Locator) -> None:
    """Put a part of the page at the upper edge."""
    target.evaluate("(one) => scrollBy(0, one.getBoundingClientRect().top - 8)")


if __name__ == "__main__":
    main()

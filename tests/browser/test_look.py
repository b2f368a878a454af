"""How the page looks and sounds: light and dark, wide and narrow, and to a screen reader."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.strokes import FOUR
from tests.browser.visit import INVITATION, Visit

Open = Callable[..., Visit]
# WCAG contrast of every visible text with the colour behind it.
CONTRASTS = """() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3)
      .map((level) => level / 255)
      .map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isClear = (colour) => colour === "transparent" || /, 0\\)$/.test(colour);
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return isClear(colour) && node.parentElement ? behind(node.parentElement) : colour;
  };
  return [...document.querySelectorAll("h1, p, b, span, button, summary")]
    .filter((node) => node.checkVisibility() && !node.matches(".pad-ghost"))
    .filter((node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
    .map((node) => {
      const shades = [getComputedStyle(node).color, behind(node)].map(luminance);
      const ratio = (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
      return [ratio, node.textContent.trim().slice(0, 40)];
    });
}"""
SHOW = """(answer) => document.dispatchEvent(new CustomEvent("pad:answer", {
  detail: { pad: "classify-pad", answer: { ...answer, reader: "0-9" }, isSettled: false },
}))"""
ANSWERS: list[dict[str, object]] = [
    {"label": 8, "probabilities": {"1": 0.2, "4": 0.3, "8": 0.5}, "is_outlier": True},
    {"label": 1, "probabilities": {"1": 1, "4": 0, "8": 0}, "is_outlier": False},
    {"error": "A drawing must be the data URL of a PNG, got another one; clear and draw again."},
    {"is_blank": True},
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Open, scheme: str) -> None:
    here = visit(color_scheme=scheme)
    background = here.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(250, 250, 250)", "dark": "rgb(15, 18, 24)"}[scheme]
    here.page.mouse.move(0, 0)
    here.draw(FOUR)
    here.expect_reading(4)
    here.page.wait_for_timeout(300)  # until the colours have changed over
    contrasts = here.page.evaluate(CONTRASTS)
    assert len(contrasts) > 15
    assert [text for text in contrasts if text[0] < 4.5] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_overflows_at_any_width(visit: Open, width: int) -> None:
    here = visit(viewport={"width": width, "height": 844})
    here.draw(FOUR)
    here.expect_reading(4)
    for answer in ANSWERS:
        here.page.evaluate(SHOW, answer)
        root = "document.documentElement"
        assert here.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


@pytest.mark.parametrize("width", [390, 801, 880, 960, 961])
def test_captions_are_seen_whole_beside_their_pictures(visit: Open, width: int) -> None:
    here = visit(viewport={"width": width, "height": 844})
    here.draw(FOUR)
    here.expect_reading(4)
    for caption in here.page.locator(".reading-pictures figcaption").all():
        box = caption.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        assert caption.evaluate("(text) => text.scrollWidth <= text.clientWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_answer_moves_the_pad_or_the_bars(visit: Open, width: int) -> None:
    here = visit(viewport={"width": width, "height": 844})
    places = [here.canvas, here.page.locator(".reading-track").last]
    before = [place.bounding_box() for place in places]
    for answer in ANSWERS:
        here.page.evaluate(SHOW, answer)
        assert [place.bounding_box() for place in places] == before


def test_pad_and_answer_are_seen_together_on_a_phone(visit: Open) -> None:
    here = visit(viewport={"width": 390, "height": 844})
    for place in (here.canvas, here.label, here.page.locator(".reading-track").last):
        box = place.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844


def test_a_screen_reader_hears_the_settled_answer_only(visit: Open) -> None:
    here = visit()
    here.page.evaluate(
        """() => {
          window.heard = [];
          const region = document.querySelector(".reading-spoken");
          new MutationObserver(() => heard.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    here.draw(FOUR, lift=False)
    here.expect_reading(4)
    here.page.wait_for_timeout(800)
    assert here.page.evaluate("heard") == []
    here.page.mouse.up()
    expect(here.spoken).to_have_text(f"This is a 4. {here.detail.text_content()}")
    here.button("Clear").click()
    expect(here.spoken).to_contain_text(INVITATION)
    assert len(here.page.evaluate("heard")) == 2
    live = here.page.locator(".reading [aria-live]")
    assert live.count() == 1


def test_text_from_anywhere_is_shown_as_text(visit: Open) -> None:
    here = visit()
    text = "<img src=x onerror='window.hacked = 1'>{{value}}${value}"
    here.page.evaluate(SHOW, {"error": text})
    expect(here.headline).to_have_text(text)
    assert here.page.evaluate("window.hacked") is None


def test_the_page_says_that_drawings_are_not_kept(visit: Open) -> None:
    here = visit()
    expect(here.page.get_by_text("nothing is stored")).to_be_visible()


def test_the_page_shows_how_a_program_calls_it(visit: Open) -> None:
    here = visit()
    here.page.get_by_text("Use it from a program").click()
    code = here.page.locator(".footnote code")
    expect(code).to_be_visible()
    expect(code).to_contain_text(f'Client("{here.address}")')

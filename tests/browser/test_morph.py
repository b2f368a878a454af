"""The Morph tab in a browser: two numbers, the film between them, its strip, files and link."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.strokes import FOUR, ONE, Stroke
from tests.browser.test_connection import LOST
from tests.browser.test_look import CONTRASTS
from tests.browser.visit import Visit

Open = Callable[..., Visit]
QUICK = "#morph={}&to={}&style=1&style2=2&path=linear"


def open_morph(here: Visit, source: str = "3", target: str = "8") -> Page:
    """Open the tab by a link, with the path that costs least."""
    here.page.evaluate(f"location.hash = '{QUICK.format(source, target)}'")
    expect_morph(here.page)
    return here.page


def expect_morph(page: Page, first: str = "", last: str = "") -> None:
    """Wait until a morph is shown, and between which numbers."""
    expect(page.locator(".morph[data-state=shown]")).to_be_visible()
    for look, words in (("first-child", first), ("last-child", last)):
        if words:
            expect(page.locator(f".strip .look:{look} span")).to_have_text(words)


def side(page: Page, name: str) -> Locator:
    return page.locator(f".number.is-{name}")


def look(canvas: Locator) -> str:
    return str(canvas.evaluate("(canvas) => canvas.toDataURL()"))


def frame(page: Page) -> str:
    return str(page.locator(".player-frame").text_content())


def expect_change(page: Page, before: str) -> None:
    expect(page.locator(".player-frame")).not_to_have_text(before)


def number_of(*digits: list[Stroke]) -> list[Stroke]:
    """Digits side by side, each of its share of the pad's width."""
    return [
        [((place + x) / len(digits), y) for x, y in stroke]
        for place, strokes in enumerate(digits)
        for stroke in strokes
    ]


def draw(here: Visit, name: str, strokes: list[Stroke]) -> None:
    here.canvas = side(here.page, name).locator(".pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(strokes)


def choose_pad(page: Page, name: str) -> None:
    side(page, name).locator(".number-ways").get_by_text("Draw").click()
    expect(side(page, name).locator(".pad-canvas")).to_be_visible()


def photo(strokes: list[Stroke]) -> bytes:
    """A photo of blue ink on cream paper, of another shape than the pad."""
    picture = Image.new("RGB", (700, 500), (236, 226, 205))
    for stroke in strokes:
        points = [(100 + 500 * x, 100 + 250 * y) for x, y in stroke]
        ImageDraw.Draw(picture).line(points, fill=(30, 40, 120), width=14, joint="curve")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes, mime: str = "image/jpeg") -> None:
    file = {"name": "number", "mimeType": mime, "buffer": content}
    side(page, name).locator(".pad-file").set_input_files(file)


def test_nothing_is_asked_for_while_a_morph_is_made(visit: Open) -> None:
    page = visit().page

    def take(route: Route) -> None:
        if "make_place" not in (route.request.post_data or ""):  # which stays without an answer
            route.continue_()

    page.route("**/component_server**", take)
    page.evaluate(f"location.hash = '{QUICK.format(3, 8)}'")
    expect(page.locator(".player-progress.is-there")).to_be_visible()
    expect(page.locator(".player-words")).to_be_empty()


def test_it_plays_at_once_there_and_back(visit: Open) -> None:
    page = visit().page
    page.get_by_role("tab", name="Morph").click()
    expect_morph(page, "3", "8")
    expect(page.locator(".strip .look")).to_have_count(9)
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    numbers = "document.querySelector('.player-scrubber').valueAsNumber"
    page.wait_for_function(f"{numbers} > 30")
    page.wait_for_function(f"{numbers} < 20")
    expect(side(page, "from").locator(".number-digits li")).to_have_text(["3"])
    expect(side(page, "from").locator(".number-note")).to_have_text("Read as 3.")


def test_the_scrubber_moves_without_the_server(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    page.context.set_offline(True)
    scrubber = page.get_by_role("slider", name="Frame", exact=True)
    scrubber.focus()
    page.keyboard.press("Home")
    seen = {look(page.locator(".player-picture"))}
    for _ in range(3):
        page.keyboard.press("PageUp")
        seen.add(look(page.locator(".player-picture")))
    assert len(seen) == 4
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile(r"^frame \d+ of 60$"))
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    page.locator(".strip .look").nth(4).click()
    assert frame(page) == "31 / 60"
    expect(page.locator(".strip .look.is-now")).to_have_attribute(
        "aria-label", re.compile("Frame 31 of 60")
    )
    page.get_by_role("button", name="Play").click()
    expect_change(page, "31 / 60")
    for name in ("fps", "size"):
        page.locator(f".setting-{name}").evaluate("(n) => n.dispatchEvent(new Event('input'))")
    expect(page.locator(".player-words")).to_be_empty()
    page.context.set_offline(False)
    here.errors.clear()


def test_a_shorter_number_grows_a_place(visit: Open) -> None:
    page = open_morph(visit(), "7", "32")
    expect_morph(page, "7", "32")
    expect(page.locator(".player-picture")).to_have_js_property("width", 56)
    side(page, "from").locator(".number-text").fill("41")
    expect_morph(page, "41", "32")


def test_only_a_place_that_changed_is_asked_for(visit: Open) -> None:
    page = open_morph(visit(), "41", "32")
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    side(page, "to").locator(".number-text").fill("38")
    expect_morph(page, "41", "38")
    assert sum("make_place" in data for data in asked) == 1
    side(page, "to").locator(".number-text").fill("32")
    expect_morph(page, "41", "32")
    assert sum("make_place" in data for data in asked) == 1


def test_a_surprise_another_handwriting_and_a_swap(visit: Open) -> None:
    page = open_morph(visit())
    tile = side(page, "from").locator(".number-digits canvas").first
    before = look(tile)
    side(page, "from").get_by_role("button", name="Other handwriting").click()
    page.wait_for_function(
        "(old) => document.querySelector('.is-from li canvas').toDataURL() !== old", arg=before
    )
    page.get_by_role("button", name="Swap the two numbers").click()
    expect_morph(page, "8", "3")
    expect(side(page, "from").locator(".number-text")).to_have_value("8")
    side(page, "to").get_by_role("button", name="Surprise me").click()
    expect(side(page, "to").locator(".number-text")).to_have_value(re.compile(r"^\d{1,3}$"))
    expect_morph(page)


def test_a_drawn_number_is_split_before_it_is_used(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "from")
    expect(page.locator(".player-words")).to_have_text("With two numbers, the morph plays here.")
    draw(here, "from", number_of(FOUR, ONE))
    expect(side(page, "from").locator(".number-digits li")).to_have_text(["4", "1"])
    expect_morph(page, "41", "8")
    box = here.canvas.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(2 * box["height"], abs=1)
    assert "#" not in page.url
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".morph-note")).to_have_text("A drawing has no link: it is not stored.")
    page.get_by_role("button", name="Swap the two numbers").click()
    expect_morph(page, "8", "41")
    expect(side(page, "to").locator(".pad-canvas")).to_be_visible()
    side(page, "to").get_by_role("button", name="Clear").click()
    expect(page.locator(".morph[data-state=incomplete]")).to_be_visible()


def test_a_photo_of_a_number_is_shown_as_its_ink(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "to")
    upload(page, "to", photo(number_of(FOUR, ONE)))
    expect(side(page, "to").locator(".number-digits li")).to_have_text(["4", "1"])
    here.canvas = side(page, "to").locator(".pad-canvas")
    assert here.pixels()[2, 2].tolist() == [0, 0, 0]
    expect_morph(page, "3", "41")


@pytest.mark.parametrize(
    ("digits", "said"),
    [(7 * [[[(0.5, 0.2), (0.5, 0.8)]]], "6"), ([[*FOUR, [(0.6, 0.5), (1.5, 0.5)]], ONE], "apart")],
)
def test_what_cannot_be_split_says_what_to_do(
    visit: Open, digits: list[list[Stroke]], said: str
) -> None:
    here = visit()
    page = open_morph(here)
    choose_pad(page, "from")
    draw(here, "from", number_of(*digits))
    note = side(page, "from").locator(".number-note[data-kind=error]")
    expect(note).to_contain_text(said)
    expect(page.locator(".morph[data-state=incomplete]")).to_be_visible()


def test_what_is_no_number_or_picture_is_said(visit: Open) -> None:
    page = open_morph(visit())
    note = side(page, "from").locator(".number-note")
    side(page, "from").locator(".number-text").fill("")
    expect(note).to_have_text("Type a number of up to 6 digits.")
    side(page, "from").locator(".number-text").fill("3x")
    expect(note).to_contain_text("must be 1 to 6 digits")
    side(page, "from").locator(".number-text").fill("1234567")
    expect(note).to_have_text("A number may have at most 6 digits, got 7; leave some out.")
    page.get_by_role("button", name="GIF").click()
    expect(page.locator(".morph-note")).to_have_text("Give two numbers first.")
    choose_pad(page, "to")
    upload(page, "to", b"hello")
    expect(side(page, "to").locator(".pad-note")).to_contain_text("image")
    page.locator(".morph-readers").get_by_text("1 / 4 / 8").click()
    side(page, "from").locator(".number-text").fill("3")
    expect(note).to_contain_text("must be among 1, 4, 8")


PLAYS = """async ([kind, data]) => {
  const type = kind === "video" ? "video/mp4" : "image/gif";
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const node = document.createElement(kind);
  const loaded = new Promise((resolve, reject) => {
    node[kind === "video" ? "onloadeddata" : "onload"] = resolve;
    node.onerror = () => reject(new Error("it does not open"));
  });
  node.src = URL.createObjectURL(new Blob([bytes], { type }));
  await loaded;
  if (kind === "img") return [node.naturalWidth, node.naturalHeight, 0];
  node.muted = true;
  await node.play();
  await new Promise((resolve) => (node.ontimeupdate = () => node.currentTime > 0 && resolve()));
  return [node.videoWidth, node.videoHeight, node.duration];
}"""


def save_as(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as saving:
        page.get_by_role("button", name=name, exact=True).click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    return path


def test_every_file_opens_and_plays(visit: Open, tmp_path: Path) -> None:
    page = open_morph(visit(), "7", "32")
    paths = {
        name: save_as(page, name, tmp_path) for name in ("GIF", "WebP", "MP4", "AVI", "PNG strip")
    }
    endings = [path.name for path in paths.values()]
    assert endings == [f"morph-7-32.{kind}" for kind in ("gif", "webp", "mp4", "avi", "png")]
    for name in ("GIF", "WebP"):
        with Image.open(paths[name]) as film:
            assert film.size == (560, 280)
            assert getattr(film, "n_frames", 1) > 30
    with Image.open(paths["PNG strip"]) as strip:
        assert strip.width == 6 * 560
    for name in ("MP4", "AVI"):
        with av.open(str(paths[name])) as film:
            (video,) = film.streams.video
            assert (video.width, video.height) == (560, 280)
    for name, kind in (("GIF", "img"), ("MP4", "video")):
        data = base64.b64encode(paths[name].read_bytes()).decode()
        width, height, duration = page.evaluate(PLAYS, [kind, data])
        assert (width, height) == (560, 280)
        assert kind == "img" or duration == pytest.approx((118 + 28) / 30, abs=0.2)


def test_a_strip_of_other_colours_is_saved_as_it_is_shown(visit: Open, tmp_path: Path) -> None:
    page = open_morph(visit())
    page.get_by_text("Path and length").click()
    for name, value in (("ink", "#102030"), ("paper", "#f0e0d0"), ("size", "28")):
        page.locator(f".setting-{name}").evaluate(
            "(n, v) => { n.value = v; n.dispatchEvent(new Event('input')); }", value
        )
    page.locator(".strip .look").first.click()
    with Image.open(save_as(page, "PNG strip", tmp_path)) as strip:
        saved = strip.convert("RGB").crop((0, 0, 28, 28))
    content = base64.b64decode(look(page.locator(".player-picture")).partition(",")[2])
    shown = Image.open(io.BytesIO(content)).convert("RGB")
    assert saved.tobytes() == shown.tobytes()
    assert shown.getpixel((0, 0)) == (240, 224, 208)


def test_settings_remake_the_morph(visit: Open) -> None:
    page = open_morph(visit())
    page.get_by_text("Path and length").click()
    page.locator(".setting-frames").fill("5")
    expect(page.locator(".strip .look")).to_have_count(5)
    expect(page.locator(".player-frame")).to_have_text(re.compile("/ 5$"))
    for name, words in (("Arc", "great circle"), ("Straight line", "Straight")):
        page.locator(".settings-path").get_by_text(name).click()
        expect(page.locator(".settings-words")).to_contain_text(words)
        expect_morph(page)
    page.get_by_label("Begin and end slowly").check()
    expect(page).to_have_url(re.compile("frames=5&eases=1$"))


def test_the_three_paths_stand_side_by_side(visit: Open) -> None:
    page = open_morph(visit())
    page.get_by_text("Path and length").click()
    page.locator(".strip .look").nth(4).click()
    page.get_by_role("button", name="Compare paths").click()
    tiles = page.locator(".paths .look")
    expect(tiles).to_have_text(["Geodesic", "Straight line", "Arc"])
    looks = [look(tile.locator("canvas")) for tile in tiles.all()]
    assert (len(set(looks)), looks[1]) == (3, look(page.locator(".player-picture")))
    tiles.first.click()
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".settings-path input:checked")).to_have_value("geodesic")
    assert "path=geodesic" in page.url


def test_who_wants_no_motion_gets_none(visit: Open) -> None:
    page = open_morph(visit(reduced_motion="reduce"))
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    page.wait_for_timeout(1500)
    assert frame(page) == "1 / 60"
    page.get_by_role("button", name="Play").click()
    expect_change(page, "1 / 60")
    page.get_by_role("button", name="Pause").click()
    page.emulate_media(reduced_motion="no-preference")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    page.emulate_media(reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play")).to_be_enabled()


def test_a_link_shows_the_same_morph(visit: Open) -> None:
    page = open_morph(visit(permissions=["clipboard-read", "clipboard-write"]), "7", "32")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".morph-note")).to_have_text("The link is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(QUICK.format("7", "32"))
    page.locator(".strip .look").nth(4).click()
    other = page.context.new_page()
    other.goto(link)
    expect_morph(other, "7", "32")
    other.locator(".strip .look").nth(4).click()
    assert look(other.locator(".player-picture")) == look(page.locator(".player-picture"))
    other.close()
    page.get_by_role("tab", name="Muddle").click()
    expect(page).to_have_url(re.compile("#muddle="))
    page.get_by_role("tab", name="Morph").click()
    expect(page).to_have_url(re.compile("#morph=7"))
    page.evaluate("location.hash = '#morph=1&to=4&model=1+%2F+4+%2F+8&path=slerp&frames=9'")
    expect_morph(page, "1", "4")
    expect(page.locator(".morph-readers input:checked")).to_have_value("1 / 4 / 8")
    expect(page.locator(".player-frame")).to_have_text(re.compile("/ 9$"))


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_morph(here)
    page.context.set_offline(True)
    page.locator(".settings").evaluate("(node) => (node.open = true)")
    page.locator(".settings-path").get_by_text("Arc").click()
    expect(page.locator(".player-words")).to_have_text(LOST)
    side(page, "from").locator(".number-text").fill("5")
    expect(side(page, "from").locator(".number-note")).to_have_text(LOST)
    page.context.set_offline(False)
    expect_morph(page, "5", "8")
    expect(page.locator(".player-words")).to_be_empty()
    here.errors.clear()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows_and_the_picture_stays_where_it_is(visit: Open, width: int) -> None:
    page = open_morph(visit(viewport={"width": width, "height": 844}), "123456", "8")
    sheet = page.locator(".player-sheet")
    place = sheet.bounding_box()
    root = "document.documentElement"
    side(page, "to").locator(".number-text").fill("8")
    side(page, "from").locator(".number-text").fill("7x")
    expect(side(page, "from").locator(".number-note[data-kind=error]")).to_be_visible()
    if width >= 390:
        assert sheet.bounding_box() == place
    page.get_by_text("Path and length").click()
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0
    choose_pad(page, "from")
    choose_pad(page, "to")
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Open, scheme: str) -> None:
    page = open_morph(visit(color_scheme=scheme))
    page.get_by_text("Path and length").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    assert [text for text in contrasts if text[0] < 4.5] == []

"""The Morph tab in a browser: files, settings, the link, and how it looks."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import av
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.morphing import (
    QUICK,
    Open,
    choose_pad,
    expect_change,
    expect_morph,
    frame,
    look,
    open_morph,
    save_as,
    side,
)
from tests.browser.test_connection import LOST
from tests.browser.test_look import CONTRASTS

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

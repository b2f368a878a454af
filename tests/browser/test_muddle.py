"""The Muddle tab in a browser: the picture, the slider, the gallery, the game and what is saved."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.muddling import Open, expect_muddle, look, open_muddle, picture
from tests.browser.strokes import FOUR, SCRIBBLE
from tests.browser.test_look import CONTRASTS
from tests.browser.visit import Visit


def expect_change(canvas: Locator, before: str) -> None:
    node = canvas.element_handle()
    canvas.page.wait_for_function("([node, old]) => node.toDataURL() !== old", arg=[node, before])


def draw(here: Visit, strokes: list[list[tuple[float, float]]]) -> None:
    here.canvas = here.page.locator(".muddle-slot .pad-canvas")
    here.canvas.scroll_into_view_if_needed()
    here.draw(strokes)


def test_everything_is_there_when_the_tab_opens(visit: Open) -> None:
    page = open_muddle(visit())
    looks = [look(page.locator(f".muddle-{name}")) for name in ("a", "picture", "b")]
    assert len(set(looks)) == 3
    ink = "(c) => c.getContext('2d').getImageData(0, 0, 28, 28).data.filter((v) => v > 100).length"
    assert picture(page).evaluate(ink) > 784 + 100  # more than the opaque frame
    for opinion in (".opinion-judges", ".opinion-model"):
        digits = page.locator(f"{opinion} .opinion-digit")
        expect(digits).to_have_text(["4", re.compile(r"\d"), "other"])
        percents = page.locator(f"{opinion} .opinion-percent").all_inner_texts()
        assert 98 <= sum(int(re.sub(r"\D", "", p)) for p in percents if "<" not in p) <= 102


def test_the_slider_moves_without_the_server(visit: Open) -> None:
    here = visit()
    page = open_muddle(here)
    before = look(picture(page))
    page.context.set_offline(True)
    slider = page.get_by_role("slider")
    slider.focus()
    seen = {before}
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        seen.add(look(picture(page)))
    assert len(seen) == 5
    expect(page.locator(".muddle-share-a")).to_have_text("30% 4")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^30% 4, 70% \d$"))
    page.context.set_offline(False)
    here.errors.clear()


def test_another_one_is_another(visit: Open) -> None:
    page = open_muddle(visit())
    before = look(picture(page))
    page.get_by_role("button", name="Another one").click()
    expect_change(picture(page), before)


def test_a_tile_of_the_gallery_comes_to_the_stage(visit: Open) -> None:
    page = open_muddle(visit())
    tiles = page.locator(".gallery .tile")
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    wanted = look(tiles.nth(5).locator("canvas"))
    before = look(picture(page))
    tiles.nth(5).click()
    expect_change(picture(page), before)
    assert look(picture(page)) == wanted
    expect(tiles.nth(5)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".gallery .tile[aria-pressed=true]")).to_have_count(1)


def test_the_three_methods_stand_side_by_side(visit: Open) -> None:
    page = open_muddle(visit())
    toggle = page.get_by_role("button", name="Compare methods")
    tiles = page.locator(".muddle-methods .tile")
    toggle.click()
    expect(tiles).to_have_count(3)
    looks = [look(tile.locator("canvas")) for tile in tiles.all()]
    assert (len(set(looks)), looks[0]) == (3, look(picture(page)))
    tiles.nth(1).click()
    expect_change(picture(page), looks[0])
    assert look(picture(page)) == looks[1]
    assert "method=average" in page.url
    toggle.click()
    expect(page.locator(".muddle-methods")).to_be_hidden()


def test_the_game_goes_to_its_end(visit: Open) -> None:
    page = open_muddle(visit())
    page.get_by_role("button", name="Play").click()
    words = page.locator(".game-words")
    for n in range(1, 6):
        expect(words).to_contain_text(f"Picture {n} of 5")
        page.locator(".game-answers").get_by_role("button", name="4").click()
        expect(words).to_have_text(
            re.compile(r"^You say 4\. The judges .*It was made of \d and \d")
        )
        page.locator(".game-next").click()
    expect(words).to_have_text(re.compile(r"^You sided with the judges [0-5] of 5 times\.$"))
    expect(page.locator(".game-score li")).to_have_count(5)
    page.get_by_role("button", name="Play again").click()
    expect(words).to_contain_text("Picture 1 of 5")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_drawing_is_muddled_and_its_pad_stays_where_it_is(visit: Open, width: int) -> None:
    here = visit(viewport={"width": width, "height": 844})
    page = open_muddle(here)
    page.get_by_text("Draw one").click()
    expect(page.locator(".muddle-verdict")).to_have_text(re.compile("^Draw a digit"))
    pad = page.locator(".muddle-slot .pad-canvas")
    place = pad.bounding_box()
    draw(here, FOUR)
    expect(page.locator(".muddle-share-a")).to_have_text("50% 4")
    expect_muddle(page)
    assert pad.bounding_box() == place
    assert "#" not in page.url
    page.locator(".muddle-slot").get_by_role("button", name="Clear").click()
    expect(page.locator(".muddle-verdict")).to_have_text(re.compile("^Draw a digit"))
    draw(here, SCRIBBLE)
    expect(page.locator(".muddle[data-state=error] .muddle-verdict")).to_contain_text("digit")
    page.locator(".muddle-digits").get_by_text("4", exact=True).click()
    expect_muddle(page)
    expect(pad).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "ending"), [("Save PNG", ".png"), ("Save npz", ".npz"), ("Save these as npz", "")]
)
def test_what_is_saved_opens(visit: Open, tmp_path: Path, button: str, ending: str) -> None:
    page = open_muddle(visit())
    with page.expect_download() as saving:
        page.get_by_role("button", name=button).click()
    name = saving.value.suggested_filename
    saving.value.save_as(tmp_path / name)
    if ending == ".png":
        assert re.fullmatch(r"muddle-4-\d-\d+\.png", name)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
        return
    with np.load(tmp_path / name, allow_pickle=False) as file:
        assert len(file["soft_labels"]) == (1 if ending else 12)


def test_a_lost_connection_is_said_and_mends_itself(visit: Open) -> None:
    here = visit()
    page = open_muddle(here)
    page.context.set_offline(True)
    page.get_by_role("button", name="Another one").click()
    expect(page.locator(".muddle-verdict")).to_have_text("The connection is lost. Trying again…")
    page.context.set_offline(False)
    expect_muddle(page)
    here.errors.clear()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_overflows(visit: Open, width: int) -> None:
    page = open_muddle(visit(viewport={"width": width, "height": 844}))
    page.get_by_role("button", name="Compare methods").click()
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".muddle-methods .tile")).to_have_count(3)
    expect(page.locator(".game-answers button")).to_have_count(10)
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(visit: Open, scheme: str) -> None:
    page = open_muddle(visit(color_scheme=scheme))
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 40
    disabled = {page.locator(".muddle-partners input:disabled + span").inner_text()}
    assert [text for text in contrasts if text[0] < 4.5 and text[1] not in disabled] == []

"""A visitor's view of the page: what is drawn, what is shown, and what went wrong meanwhile."""

import base64
import io
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.browser.strokes import Stroke

INVITATION = "Draw a digit"
REFUSAL = "This does not look like a digit"


class Visit:
    """One open page, ready to be drawn on.

    Attributes:
        errors: what the browser complained of.
        foreign_requests: addresses asked for on any other host.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.foreign_requests: list[str] = []
        self.address = address
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note_request)
        page.goto(address)
        self.canvas = page.locator(".pad-canvas")
        self.label = page.locator(".reading-label")
        self.headline = page.locator(".reading-headline")
        self.detail = page.locator(".reading-detail")
        self.note = page.locator(".pad-note")
        self.spoken = page.locator(".reading-spoken")
        expect(self.note).not_to_be_empty()  # the pad's script has run

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign_requests.append(request.url)

    def button(self, name: str) -> Locator:
        """One of the pad's buttons."""
        return self.page.get_by_role("button", name=name, exact=True)

    def draw(self, strokes: Sequence[Stroke], lift: bool = True) -> None:
        """Draw with the mouse; `lift=False` keeps the button down at the end."""
        mouse = self.page.mouse
        for stroke in strokes:
            first, *others = self.points(stroke)
            mouse.move(*first)
            mouse.down()
            for point in others:
                mouse.move(*point, steps=3)
            if lift or stroke is not strokes[-1]:
                mouse.up()

    def points(self, stroke: Stroke) -> Stroke:
        """A stroke in the page's own pixels."""
        box = self.canvas.bounding_box()
        assert box is not None
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]

    def expect_reading(self, label: int) -> None:
        """Wait until a label is read, with a percentage for each digit."""
        expect(self.label).to_have_text(str(label))
        expect(self.headline).to_have_text(re.compile(rf"^This is an? {label}$"))
        expect(self.page.locator(".is-best .reading-digit")).to_have_text(str(label))
        for percent in self.page.locator(".reading-percent").all():
            expect(percent).to_have_text(re.compile(r"^(<1|>99|\d\d?)%$"))

    def expect_blank(self, invitation: str = INVITATION) -> None:
        """Wait until there is an invitation and no prediction."""
        expect(self.headline).to_have_text(invitation)
        expect(self.label).to_have_text("?")
        expect(self.page.locator(".reading-percent").first).to_be_empty()
        assert self.page.locator(".is-best").count() == 0

    def pixels(self) -> NDArray[np.uint8]:
        """What is on the pad, (side, side, 3)."""
        url = self.canvas.evaluate("(canvas) => canvas.toDataURL()")
        content = base64.b64decode(url.partition(",")[2])
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))

    def ink(self) -> int:
        """The number of light pixels on the pad."""
        return int((self.pixels()[..., 0] > 127).sum())

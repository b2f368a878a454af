"""What visitors ask of a running app: the bodies of their requests, made up once."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from PIL import Image

from app.pad.pictures import encode_levels
from tests.browser.asking import ASK, get_config, list_functions, make_body, make_drawing
from vaegmm.data.datasets import load_dataset

READER = "0-9"  # the embedded model that reads
HEADERS = {"Content-Type": "application/json"}
PATIENCE_S = 60.0  # a client gives up then, and says so
PLACE = {"model": READER, "n_frames": 40, "easing": "none", "keep_ends": True}


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        seconds: until it was there.
        status: of HTTP; 0 where the connection broke or nothing came.
        content: JSON, parsed; None where it is none.
    """

    seconds: float
    status: int
    content: object

    @property
    def is_busy(self) -> bool:
        """Whether it says that there is no place just now."""
        return isinstance(self.content, dict) and bool(self.content.get("busy"))

    @property
    def is_good(self) -> bool:
        """Whether it is what was asked for."""
        return self.status == 200 and isinstance(self.content, dict) and "error" not in self.content


class Client:
    """One visitor's connection, which is kept, as a browser's is."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)

    def ask(self, body: bytes) -> Answer:
        """Send a question; wait for what comes, whatever it is."""
        begun = time.perf_counter()
        try:
            self._connection.request("POST", ASK, body, HEADERS)
            answer = self._connection.getresponse()
            status, raw = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # and opened anew by the next question
            status, raw = 0, b""
        seconds = time.perf_counter() - begun
        try:
            return Answer(seconds, status, json.loads(raw))
        except ValueError:
            return Answer(seconds, status, None)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@dataclass(frozen=True)
class Questions:
    """Bodies of requests, by what is asked.

    Attributes:
        drawings: to be read.
        morphs: places of a morph, along geodesics.
        muddles: nine of a pair each.
        looks: at places of the map.
    """

    drawings: Sequence[bytes]
    morphs: Sequence[bytes]
    muddles: Sequence[bytes]
    looks: Sequence[bytes]

    def mix(self) -> Iterator[bytes]:
        """All kinds, mostly drawings, for ever."""
        rare = itertools.cycle([*self.muddles, *self.looks])
        for i, drawing in enumerate(itertools.cycle(self.drawings)):
            yield next(rare) if i % 5 == 4 else drawing


def make_questions(url: str, visitor: str = "anyone") -> Questions:
    """Make up questions for the app that runs there."""
    numbers = list_functions(get_config(url))

    def make(function: str, question: object) -> bytes:
        return make_body(numbers[function], function, question, visitor)

    images = load_dataset("sample", train=False).images[::100].numpy()
    digits = [encode_levels(image / 255) for image in images]
    pictures = [make_drawing(Image.fromarray(image)) for image in images]
    return Questions(
        [make("read_drawing", [picture, READER]) for picture in pictures],
        [
            make("make_place", {**PLACE, "path": "geodesic", "start": start, "end": end})
            for start, end in itertools.pairwise(digits)
        ],
        [make("make_muddles", make_muddle_question(seed)) for seed in range(10)],
        [
            make("look_at_place", {"model": READER, "map": "principal", "place": [i / 10, -i / 10]})
            for i in range(10)
        ],
    )


def make_muddle_question(seed: int) -> dict[str, object]:
    """Ask for what the Muddle tab shows of a pair: nine mixes."""
    wish = {"digit": 4, "partner": 9, "seed": seed, "method": "balanced"}
    mixes = [mix / 100 for mix in range(30, 75, 5)]
    return {"model": READER, "drawing": None, "wishes": [{**wish, "mix": mix} for mix in mixes]}

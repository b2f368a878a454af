"""What the page does where the hub fails it: `python -m benchmarks.outages`.

Starts `python -m app --weights user/name` once for every cause, against a hub of our own that fails
in that way, and prints when the first drawing was read, when the outcome was known, and what the
page says of it. The hub's real client does the asking, over HTTP.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from tests.browser.asking import ask, find_functions, make_drawing
from tests.browser.browsing import serve_app
from tests.local_hub import Trouble, serve_hub
from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import load_dataset
from vaegmm.hub.repository import WEIGHTS

PROG = "python -m benchmarks.outages"
NAME = "user/name"
FILES = {path.name: path.read_bytes() for path in (WEIGHTS / "digits148").iterdir()}
CONFIG = json.loads(FILES["config.json"])


@dataclass(frozen=True)
class OutagesBenchmark:
    """Let the hub fail in every way, and see what the page does."""

    deadline: float = 60.0
    """Seconds that the page gives the hub; its own default."""


@dataclass(frozen=True)
class Outage:
    """A way to fail.

    Attributes:
        cause: in words.
        files: of the repository, besides those of a model that is right.
        trouble: how the hub behaves.
        weights: what the page is asked for.
        environment: of the page, besides where the hub is.
        is_gated: whether the repository is.
    """

    cause: str
    files: tuple[tuple[str, bytes], ...] = ()
    trouble: Trouble = ""
    weights: str = NAME
    environment: tuple[tuple[str, str], ...] = ()
    is_gated: bool = False


OUTAGES = (
    Outage("none: the model arrives"),
    Outage("unreachable", environment=(("HF_ENDPOINT", "http://127.0.0.1:9"),)),
    Outage("hangs from the first answer on", trouble="stall"),
    Outage("answers 500", trouble="broken"),
    Outage("no such repository", weights="user/other"),
    Outage("no such revision", weights=f"{NAME}@v9"),
    Outage("gated", is_gated=True),
    Outage("breaks off half way", trouble="cut off"),
    Outage("hangs half way", trouble="stall half way"),
    Outage("a byte every 50 ms", trouble="trickle"),
    Outage("another library's model", files=(("config.json", b'{"model_type": "bert"}'),)),
    Outage(
        "a config of another version",
        files=(("config.json", json.dumps(CONFIG | {"format_version": 99}).encode()),),
    ),
    Outage(
        "a config that does not fit its tensors",
        files=(("config.json", json.dumps(CONFIG | {"component_labels": [1, 4, 8]}).encode()),),
    ),
    Outage("damaged tensors", files=(("model.safetensors", FILES["model.safetensors"][:1000]),)),
    Outage("offline, and not in the cache", environment=(("HF_HUB_OFFLINE", "1"),)),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: suffer(parse(OutagesBenchmark, argv, PROG)), PROG)


def suffer(arguments: OutagesBenchmark) -> None:
    """Go through all causes, and print a row for each."""
    image = load_dataset("sample", train=False, digits=(8,)).images[0].numpy()
    drawing = make_drawing(Image.fromarray(image))
    say("cause | first drawing read after | outcome known after asking for | what the page says")
    for outage in OUTAGES:
        with serve_hub() as hub, tempfile.TemporaryDirectory() as home:
            hub.add(NAME, FILES | dict(outage.files))
            hub.repositories[f"model:{NAME}"].is_gated = outage.is_gated
            hub.trouble = outage.trouble
            os.environ.update({"HF_ENDPOINT": hub.url, "HF_HOME": home, "HF_HUB_OFFLINE": "0"})
            os.environ.update(outage.environment)
            say(f"{outage.cause} | {watch(outage, drawing, arguments.deadline)}")


def watch(outage: Outage, drawing: str, deadline_s: float) -> str:
    """Start the page, have a drawing read, and wait until it knows; return the rest of the row."""
    begun = time.perf_counter()
    with serve_app("--weights", outage.weights, "--deadline", str(deadline_s)) as server:
        ready = time.perf_counter()
        functions = find_functions(server.url)

        def answer(name: str, question: object) -> dict[str, object]:
            found: dict[str, object] = json.loads(ask(server.url, functions[name], name, question))
            return found

        def read() -> None:
            assert answer("read_drawing", [drawing, "0-9"])["label"] == 8

        read()
        first = time.perf_counter() - begun
        while (supply := answer("describe_supply", None))["isPending"]:
            time.sleep(0.1)
            read()  # meanwhile, and afterwards
        known = time.perf_counter() - ready
        read()
        words = supply["words"] or [f"runs on {supply['shown']}"]
        assert isinstance(words, list)
        return f"{first:.1f} s | {known:.1f} s | {' '.join(map(str, words))}"


if __name__ == "__main__":
    sys.exit(main())

"""What tests of the supply of models do."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.supply import Supply
from vaegmm.hub.repository import WEIGHTS

THREE = str(WEIGHTS / "digits148")


def titles(supply: Supply) -> list[str]:
    return [weights.title for weights in supply.here]


def is_settled(supply: Supply) -> bool:
    return supply.describe() == {"words": [], "isPending": False, "shown": supply.state}


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def run(supply: Supply, show: Callable[[], None] = lambda: None) -> dict[str, object]:
    """Start it, wait until nothing is under way, and return what it says then."""
    supply.start(show)
    wait_until(lambda: not supply.describe()["isPending"])
    return supply.describe()

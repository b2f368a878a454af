"""What is said of a muddle in plain words, and as JSON for the page and for programs."""

import numpy as np
from numpy.typing import NDArray

from vaegmm.evaluation.judge import LIMIT

SURE, TORN = 0.9, 0.7  # shares of the votes from which on the judges agree, and below which not


def describe_votes(votes: NDArray[np.floating], disagreement: float) -> str:
    """One or two sentences on what the judges say.

    Args:
        votes: (10,), the share that each digit gets.
        disagreement: of the judges, in nats.
    """
    second, first = np.argsort(votes, kind="stable")[-2:].tolist()
    share, rest = (f"{name_share(float(votes[digit]))} say" for digit in (first, second))
    if disagreement > LIMIT:
        return f"The judges do not take this for a digit; the nearest is {first}."
    if votes[first] >= SURE:
        return f"The judges agree: {share} {first}."
    opening = "The judges are torn" if votes[first] < TORN else "The judges lean to one side"
    return f"{opening}: {share} {first}, {rest} {second}."


def name_share(share: float) -> str:
    """Whole percent; never a 0 or a 100 that is not one."""
    if share < 0.005:
        return "<1%"
    return ">99%" if share > 0.995 else f"{100 * share:.0f}%"


def as_shares(shares: NDArray[np.floating]) -> list[float]:
    """Probabilities (10,) as JSON, by digit."""
    return [round(share, 4) for share in shares.tolist()]

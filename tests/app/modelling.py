"""What tests of the Model tab ask."""

from __future__ import annotations

MISFIT = "The page and the program do not fit together; reload the page."


def ask(**changes: object) -> dict[str, object]:
    return {"n_components": 3, "seed": 0, "covariance_type": "full"} | changes

"""Names of models, as visitors choose by them."""

from pathlib import Path

import pytest

from app.build import name_models
from vaegmm.hub.weights import Weights
from vaegmm.model import VAEGMM
from vaegmm.model_config import name_labels


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (range(10), "0-9"),
        ((1, 4, 8), "1 / 4 / 8"),
        ((3, 4), "3 / 4"),
        ((5,), "5"),
        ((1, 2, 2**60), f"1 / 2 / {2**60}"),  # of a forged config, before it is refused
    ],
)
def test_digits_are_named_in_few_signs(labels: tuple[int, ...], name: str) -> None:
    assert name_labels(labels, " / ") == name


def test_models_of_the_same_digits_are_told_apart_by_their_weights(tiny_model: VAEGMM) -> None:
    def name(*weights: tuple[str, str]) -> list[str]:
        found = [Weights(Path(title), name, title, "from somewhere") for name, title in weights]
        return name_models(dict.fromkeys(found, tiny_model))

    assert name(("a", "a")) == ["1 / 4 / 8"]
    assert name(("a", "a"), ("b", "user/b")) == ["a", "b"]
    assert name(("a", "user/a"), ("a", "other/a")) == ["user/a", "other/a"]
    with pytest.raises(ValueError, match="two models would be called 'a' on the page"):
        name_models(
            {Weights(Path(folder), "a", "a", ""): tiny_model for folder in ("/x/a", "/y/a")}
        )

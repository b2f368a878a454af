"""Names of models, as visitors choose by them."""

import pytest

from app.build import name_digits, name_models
from vaegmm.model import VAEGMM


@pytest.mark.parametrize(
    ("labels", "name"),
    [(range(10), "0-9"), ((1, 4, 8), "1 / 4 / 8"), ((3, 4), "3 / 4"), ((5,), "5")],
)
def test_digits_are_named_in_few_signs(labels: tuple[int, ...], name: str) -> None:
    assert name_digits(labels) == name


def test_models_of_the_same_digits_are_told_apart_by_folder(tiny_model: VAEGMM) -> None:
    assert list(name_models({"a": tiny_model})) == ["1 / 4 / 8"]
    assert list(name_models({"/x/a": tiny_model, "/x/b": tiny_model})) == ["a", "b"]
    with pytest.raises(ValueError, match="two models would be called 'a' on the page"):
        name_models({"/x/b": tiny_model, "/x/a": tiny_model, "/y/a": tiny_model})

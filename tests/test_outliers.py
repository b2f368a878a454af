"""The score of surprise and the line drawn through it."""

from __future__ import annotations

import pytest
import torch
from scipy.ndimage import gaussian_filter

from vaegmm.outliers import fit_outlier_rule, misfit

GENERATOR = torch.Generator().manual_seed(0)


def draw(n: int = 5000) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(n, generator=GENERATOR) - 9, torch.randn(n, generator=GENERATOR).exp()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_the_share_asked_for_lies_beyond_the_line(share: float) -> None:
    log_density, error = draw()
    rule = fit_outlier_rule(log_density, error, share)
    found = rule.is_outlier(log_density, error).double().mean().item()
    assert found == pytest.approx(share, abs=1e-3)


def test_one_unit_of_either_surprise_is_the_worst_hundredth() -> None:
    log_density, error = draw()
    rule = fit_outlier_rule(log_density, error, 0.02)
    calm = torch.full_like(error, rule.misfit_median)
    assert (rule.score(log_density, calm) > 1).sum() == 50
    likely = torch.full_like(error, rule.log_density_median)
    assert (rule.score(likely, error) > 1).sum() == 50


def test_surprises_add_up_and_what_is_better_than_usual_makes_up_for_nothing() -> None:
    rule = fit_outlier_rule(*draw(), 0.02)
    log_density = rule.log_density_median + rule.log_density_tail * torch.tensor([-3, -3, 9.0])
    error = rule.misfit_median + rule.misfit_tail * torch.tensor([4, -1, -1.0])
    torch.testing.assert_close(rule.score(log_density, error), torch.tensor([7, 3, 0.0]))


def test_images_that_are_all_alike_give_a_rule_too() -> None:
    rule = fit_outlier_rule(torch.zeros(9), torch.ones(9), 0.1)
    assert rule.is_outlier(torch.tensor([0, -1.0]), torch.ones(2)).tolist() == [False, True]


def test_misfit_is_the_blurred_error_by_the_root_of_the_ink() -> None:
    x, x_hat = torch.rand(2, 3, 1, 28, 28, generator=GENERATOR)
    blurred = gaussian_filter((x - x_hat).numpy(), 0.7, axes=(2, 3), mode="constant", radius=2)
    expected = (torch.from_numpy(blurred) ** 2).sum((1, 2, 3)) / x.sum((1, 2, 3)) ** 0.5
    torch.testing.assert_close(misfit(x, x_hat), expected)
    assert misfit(x, x).abs().max() == 0
    assert misfit(torch.zeros(1, 1, 28, 28), torch.zeros(1, 1, 28, 28)).item() == 0


def test_missing_two_lines_of_two_is_worse_than_one_of_one() -> None:
    blank, one, two = torch.zeros(3, 1, 1, 28, 28)
    one[..., 4:24, 14] = two[..., 4:24, 14] = two[..., 4:24, 20] = 1
    assert misfit(two, blank).item() == pytest.approx(2**0.5 * misfit(one, blank).item())
    assert misfit(two, one) < misfit(one, blank)

"""The shortest curve between two latents, measured in what is seen, where the model knows its way.

Source: Chen et al. 2018, "Metrics for Deep Generative Models", and Arvanitidis et al. 2018, "Latent
Space Oddity": a step dz is as long as the step of the decoded image, |J dz|, the decoder's
pull-back metric. Of images it is known that the shortest way between two is a cross-fade, which
shows no digit. So the metric is scaled, as theirs is by the decoder's uncertainty, by how far what
is seen is from the model's digits: the decoded image, encoded again, must be likely under the
mixture, and of one label.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from vaegmm.model import VAEGMM
from vaegmm.operations.adam import Adam
from vaegmm.operations.border import SOFTNESS, decode
from vaegmm.operations.curves import Spline, spline_basis
from vaegmm.runtime import Precision, autocast, evaluating, resolve_precision

# Settings were chosen on training images, by what the judge says of the frames; no frame is made
# with its help.
SHARPNESS = 2.0  # of decoded images: half-grey strokes become ink or paper
N_KNOTS, N_POINTS = 6, 24  # of the spline; where on it the energy is summed
N_STEPS, STEP_SIZE = 30, 0.1  # of Adam
DOUBT, UNLIKELY, OFF_INK = 2.0, 0.5, 2.0  # weights of the three parts of the strangeness
LOG_DENSITY, SLOPE = -10.0, 3.0  # nats below which an image counts as unlikely, and how abruptly


def find_geodesic(model: VAEGMM, start: Tensor, end: Tensor) -> Spline:
    """Find curves of least energy between latents (B, D), starting from straight lines.

    Of all curves between two points the one of least energy is the shortest, and evenly spaced.
    """
    device = start.device
    precision = resolve_precision("auto", device)
    with evaluating(model), torch.inference_mode(False), torch.enable_grad():
        # Copies: what was made in inference mode cannot be differentiated through.
        first, last = start[:, None].clone(), end[:, None].clone()  # (B, 1, D)
        places = torch.linspace(0, 1, N_KNOTS, device=device)[1:-1, None]
        inner = torch.lerp(first, last, places).requires_grad_()  # (B, K - 2, D)
        basis = spline_basis(torch.linspace(0, 1, N_POINTS, device=device), N_KNOTS)  # (N, K)
        optimizer = Adam(inner, betas=(0.9, 0.95))
        for step in range(N_STEPS):
            z = basis @ torch.cat([first, inner, last], 1)  # (B, N, D)
            energy = measure_energy(model, z, precision).sum()
            (gradient,) = torch.autograd.grad(energy, inner)
            optimizer.step(gradient, STEP_SIZE * _anneal(step))
        return Spline(torch.cat([first, inner.detach(), last], 1))


def measure_energy(model: VAEGMM, z: Tensor, precision: Precision = "float32") -> Tensor:
    """Return the energy (B,) of curves through points z (B, N, D).

    It is (N - 1) sum_i w_i^2 |x_{i+1} - x_i|^2 with x_i the decoded images and w_i = 1 + their
    strangeness; `precision` is that of the networks.
    """
    n_points = z.shape[1]
    x = decode(model, z.flatten(0, 1), precision, SHARPNESS)  # (B N, 1, 28, 28)
    w = 1 + _measure_strangeness(model, x, n_points, precision)
    steps = x.view(-1, n_points, x[0].numel()).diff(dim=1).square().sum(2)  # (B, N - 1)
    return (n_points - 1) * (((w[:, 1:] + w[:, :-1]) / 2).square() * steps).sum(1)


def _measure_strangeness(model: VAEGMM, x: Tensor, n_points: int, precision: Precision) -> Tensor:
    """Return how far images (B N, 1, 28, 28) are from the model's digits, (B, N), from 0."""
    with autocast(x.device, precision):
        z, _ = model.network.encode(x.contiguous(memory_format=torch.channels_last))
    joint = model.log_joint(z.float())
    doubt = 1 - (model.sum_by_label(joint) / SOFTNESS).softmax(1).amax(1)
    unlikely = F.softplus((LOG_DENSITY - joint.logsumexp(1)) / SLOPE)
    ink = x.sum((1, 2, 3)).clamp(min=1).log().view(-1, n_points)
    places = torch.linspace(0, 1, n_points, device=x.device)
    wanted = torch.lerp(ink[:, :1], ink[:, -1:], places)
    strange = (DOUBT * doubt + UNLIKELY * unlikely).view(-1, n_points)
    return strange + OFF_INK * (ink - wanted).abs()


def _anneal(step: int) -> float:
    """Return the share of the step size, from 1 towards 0 by a cosine."""
    return 0.5 * (1 + math.cos(math.pi * step / N_STEPS)) + 0.02

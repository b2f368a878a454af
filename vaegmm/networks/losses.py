"""The two terms of the (beta-)ELBO, and how far a reconstruction is off.

All in nats per image: sums over pixels and dimensions. Nothing here averages over the batch; the
caller does. Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes", appendix B; Higgins
et al. 2017, "beta-VAE".
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def reconstruction_nll(logits: Tensor, x: Tensor) -> Tensor:
    """Return -log p(x | z) under independent Bernoulli pixels (binary cross-entropy).

    Args:
        logits: (N, 1, H, W), the decoder's output before the sigmoid.
        x: (N, 1, H, W) in [0, 1].

    Returns:
        (N,), nats per image.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mu, diag exp(logvar)) || N(0, I)).

    Args:
        mu: (N, D).
        logvar: (N, D), log-variances.

    Returns:
        (N,), nats per image; never negative.
    """
    return 0.5 * (mu.square() + torch.expm1(logvar) - logvar).sum(1)

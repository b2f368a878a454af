"""A Gaussian mixture whose parameters are learned by gradient, beside the network's."""

from __future__ import annotations

import math
from typing import Self

import torch
from torch import Tensor, nn

from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import covariances_of

LOG_2PI = math.log(2 * math.pi)


class MixturePrior(nn.Module):
    """K full Gaussians with free parameters: p(z) of a variational autoencoder (Jiang et al. 2017).

    The precisions' Cholesky factors U are held as the logarithm of their diagonals and what lies
    above, so that every step leads to a mixture.

    Args:
        weights: (K,), sum to 1.
        means: (K, D).
        factors: (K, D, D), upper triangular, as `gaussian.cholesky_precisions` gives them.
    """

    def __init__(self, weights: Tensor, means: Tensor, factors: Tensor) -> None:
        super().__init__()
        weights, means, factors = (values.float() for values in (weights, means, factors))
        self.logits = nn.Parameter(weights.log())
        self.means = nn.Parameter(means.clone())
        self.log_diagonal = nn.Parameter(factors.diagonal(dim1=1, dim2=2).log().contiguous())
        self.above = nn.Parameter(factors.triu(1))

    @classmethod
    def of(cls, mixture: Parameters) -> Self:
        """Start from a mixture that EM fitted, in the latents' own units."""
        return cls(mixture.weights, mixture.means, mixture.factors)

    @property
    def factors(self) -> Tensor:
        """The precisions' Cholesky factors (K, D, D)."""
        return self.above.triu(1) + torch.diag_embed(self.log_diagonal.exp())

    def log_joint(self, z: Tensor) -> Tensor:
        """Return log pi_k + log N(z_n | m_k, S_k), (N, K), of latents z (N, D) in float32."""
        # One product with all factors side by side, instead of K small ones.
        k, d = self.means.shape
        factors = self.factors
        white = (z @ factors.permute(1, 0, 2).reshape(d, k * d)).view(-1, k, d)
        white = white - (self.means[:, None] @ factors).squeeze(1)
        log_det = self.log_diagonal.sum(1)
        normaliser = self.logits.log_softmax(0) + log_det - 0.5 * d * LOG_2PI
        return normaliser - 0.5 * white.square().sum(2)

    def parameters_of_em(self) -> Parameters:
        """Return the mixture as EM takes it: float64, on the CPU."""
        factors = self.factors.detach().cpu().double()
        weights = self.logits.detach().cpu().double().softmax(0)
        means = self.means.detach().cpu().double()
        return Parameters(weights, means, covariances_of(factors, "full"), factors)

"""Gaussian mixtures whose parameters are learned by gradient, beside the network's."""

from __future__ import annotations

import math
from typing import Self

import torch
from torch import Tensor, nn

from vaegmm.mixture.em import Parameters
from vaegmm.mixture.gaussian import covariances_of

LOG_2PI = math.log(2 * math.pi)


class MixturePrior(nn.Module):
    """H mixtures of K full Gaussians each, the heads, with free parameters.

    Each is a p(z) of a variational autoencoder (Jiang et al. 2017); several of them over the same
    latents are the sub-heads of Ji et al. 2019. The precisions' Cholesky factors U are held as the
    logarithm of their diagonals and what lies above, so that every step leads to a mixture.

    Args:
        weights: (H K,), head after head; each head's sum to 1.
        means: (H K, D).
        factors: (H K, D, D), upper triangular, as `gaussian.cholesky_precisions` gives them.
        n_heads: H.
    """

    def __init__(self, weights: Tensor, means: Tensor, factors: Tensor, n_heads: int = 1) -> None:
        super().__init__()
        weights, means, factors = (values.float() for values in (weights, means, factors))
        self.n_heads = n_heads
        self.logits = nn.Parameter(weights.log())
        self.means = nn.Parameter(means.clone())
        self.log_diagonal = nn.Parameter(factors.diagonal(dim1=1, dim2=2).log().contiguous())
        self.above = nn.Parameter(factors.triu(1))

    @classmethod
    def of(cls, *mixtures: Parameters) -> Self:
        """Start from mixtures of as many components each, in the latents' own units."""
        return cls(
            torch.cat([mixture.weights for mixture in mixtures]),
            torch.cat([mixture.means for mixture in mixtures]),
            torch.cat([mixture.factors for mixture in mixtures]),
            len(mixtures),
        )

    @property
    def factors(self) -> Tensor:
        """The precisions' Cholesky factors (H K, D, D)."""
        return self.above.triu(1) + torch.diag_embed(self.log_diagonal.exp())

    @property
    def log_weights(self) -> Tensor:
        """The logarithms of the heads' weights (H, K)."""
        return self.logits.view(self.n_heads, -1).log_softmax(1)

    def log_joint(self, z: Tensor) -> Tensor:
        """Return log pi_k + log N(z_n | m_k, S_k), (N, H, K), of latents z (N, D) in float32."""
        # One product with all factors side by side, instead of H K small ones.
        k, d = self.means.shape
        factors = self.factors
        white = (z @ factors.permute(1, 0, 2).reshape(d, k * d)).view(-1, k, d)
        white = white - (self.means[:, None] @ factors).squeeze(1)
        log_det = self.log_diagonal.sum(1)
        normaliser = self.log_weights.flatten() + log_det - 0.5 * d * LOG_2PI
        return (normaliser - 0.5 * white.square().sum(2)).view(len(z), self.n_heads, -1)

    def parameters_of_em(self) -> list[Parameters]:
        """Return each head as EM takes it: float64, on the CPU."""
        factors = self.factors.detach().cpu().double()
        means = self.means.detach().cpu().double()
        weights = self.logits.detach().cpu().double().view(self.n_heads, -1).softmax(1).flatten()
        whole = (weights, means, covariances_of(factors, "full"), factors)
        heads = zip(*(values.chunk(self.n_heads) for values in whole), strict=True)
        return [Parameters(*head) for head in heads]

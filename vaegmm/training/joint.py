"""What the joint step minimises: the mixture as prior, views that agree, labels where known.

Sources: Jiang et al. 2017, "Variational deep embedding" (the bound with p(z) a mixture); Ji,
Henriques & Vedaldi 2019, "Invariant information clustering" (mutual information of two views).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaegmm.config import RefineConfig, TrainingConfig
from vaegmm.networks.losses import reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import Precision, autocast
from vaegmm.training.prior import LOG_2PI, MixturePrior

TERMS = ("loss", "reconstruction_nll", "kl", "mutual_information", "label_nll")


class JointObjective(nn.Module):
    """A network, mixtures in its latent space, and finer ones that are thrown away afterwards.

    Several heads share everything but their parameters. Each is asked to be the prior, and the mean
    is taken: by Jensen's inequality a bound for the prior that is all of them together.

    Args:
        network: fitted.
        heads: H mixtures of K components.
        overclustering: more components, against solutions in which K agree on something simple.
        is_of_label: (L, K) bool, which components stand for which label.
        training: gives beta and the (resolved) precision.
        config: gives the weights of the other terms.
    """

    is_of_label: Tensor

    def __init__(
        self,
        network: VAE,
        heads: MixturePrior,
        overclustering: MixturePrior,
        is_of_label: Tensor,
        training: TrainingConfig,
        config: RefineConfig,
    ) -> None:
        super().__init__()
        self.network, self.mixture, self.overclustering = network, heads, overclustering
        self.register_buffer("is_of_label", is_of_label)
        assert training.precision != "auto"
        self.precision: Precision = training.precision
        self.beta, self.config = training.beta, config

    def forward(
        self,
        x_in: Tensor,
        target: Tensor,
        eps: Tensor,
        labels: Tensor | None,
        progress: float = 0.0,
    ) -> Tensor:
        """Return the terms (5,) named in `TERMS`, means over the batch, in nats.

        Args:
            x_in: (V N, 1, 28, 28), the images in V views: what is rebuilt first, all have to be
                read rightly, and for the mutual information two have to agree. An unchanged image
                is a view like the others, else the encoder learns to tell it from changed ones and
                to spare itself the reading.
            target: (N, 1, 28, 28), what the decoder is to rebuild.
            eps: (N, D), standard normal noise.
            labels: (N,), index of the label, or -1 where it is not known; None: none is known.
            progress: share of the joint step that is done.
        """
        n = len(target)
        with autocast(x_in.device, self.precision):
            mu, logvar = self.network.encode(x_in)
            mu, logvar = mu.float(), logvar.float()
            z = reparameterize(mu[:n], logvar[:n], eps)
            logits = self.network.decode(z).float()
        nll = reconstruction_nll(logits, target).mean()
        log_joint = self.mixture.log_joint(torch.cat([z, mu]))  # (N + V N, H, K)
        allowed = None if labels is None else allow(labels, self.is_of_label)[:, None]
        log_q = log_posterior(logvar[:n], eps)[:, None]
        kl = (log_q - log_density(log_joint[:n], allowed)).mean()
        label_nll = information = nll.new_zeros(())
        if self.config.mutual_information:
            of_more = self.overclustering.log_joint(mu)
            information = mutual_information(log_joint[n : 2 * n], log_joint[2 * n :]).mean()
            information = information + mutual_information(of_more[:n], of_more[n:]).mean()
        if labels is not None and bool((labels >= 0).any()):
            label_nll = label_nll_of_views(log_joint[n:, 0], labels, self.is_of_label)
        loss = nll + self.beta * kl - weigh_information(self.config, progress) * information
        loss = loss + self.config.label_weight * label_nll
        return torch.stack([loss, nll, kl, information, label_nll])


def weigh_information(config: RefineConfig, progress: float) -> float:
    """Return the weight of the mutual information, by the share of the step that is done."""
    if not config.information_decay:
        return config.mutual_information
    return config.mutual_information * min(1.0, (1 - progress) / config.information_decay)


def log_posterior(logvar: Tensor, eps: Tensor) -> Tensor:
    """Return log q(z | x), (N,), of z = mu + sigma eps."""
    return -0.5 * (logvar + eps.square() + LOG_2PI).sum(1)


def allow(labels: Tensor, is_of_label: Tensor) -> Tensor:
    """Return (N, K) bool: the components that a label allows; all, where it is -1."""
    return is_of_label[labels.clamp(min=0)] | (labels < 0)[:, None]


def log_density(log_joint: Tensor, allowed: Tensor | None) -> Tensor:
    """Return log p(z), or log p(z, label) where components are ruled out, (...) of (..., K)."""
    if allowed is not None:
        log_joint = log_joint.masked_fill(~allowed, -torch.inf)
    return log_joint.logsumexp(-1)


def mutual_information(a: Tensor, b: Tensor) -> Tensor:
    """Return the mutual information () of two views' components, in nats; of heads (H,).

    Args:
        a: (N, K) or (N, H, K), unnormalised log-responsibilities of one view.
        b: as `a`, of the other.
    """
    return information_of_table(torch.einsum("n...j,n...k->...jk", a.softmax(-1), b.softmax(-1)))


def information_of_table(table: Tensor) -> Tensor:
    """Return the mutual information (...), in nats, of two views that are exchangeable.

    Args:
        table: (..., K, K), how often, or with what weight, the views fall into which components.
    """
    shared = table / table.sum((-2, -1), keepdim=True)
    shared = ((shared + shared.mT) / 2).clamp(min=1e-12)
    independent = shared.sum(-2, keepdim=True) * shared.sum(-1, keepdim=True)
    return (shared * (shared.log() - independent.log())).sum((-2, -1))


def label_nll_of_views(log_joint: Tensor, labels: Tensor, is_of_label: Tensor) -> Tensor:
    """Return -log p(label | z), a mean over all views of the images whose label is known.

    Args:
        log_joint: (V N, K), of V views.
        labels: (N,), -1 where unknown.
        is_of_label: (L, K) bool.
    """
    repeated = labels.repeat(len(log_joint) // len(labels))
    known = log_joint[repeated >= 0]
    allowed = is_of_label[repeated[repeated >= 0]]
    return (known.logsumexp(1) - log_density(known, allowed)).mean()

"""What the network does with pixels: rebuilding, inventing, and how likely it finds them."""

from __future__ import annotations

import dataclasses

import torch

from vaegmm.evaluation.autoencoding import (
    describe_autoencoder,
    measure_autoencoder,
    random_latents,
)
from vaegmm.evaluation.likelihood import measure_likelihood
from vaegmm.evaluation.plots import plot_manifold, plot_reconstructions, plot_samples
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import decode_latents

N_SAMPLES = 128


def reconstruct_images(subject: Subject) -> Section:
    """How well images are rebuilt, and what is invented."""
    model, folder = subject.model, subject.folder
    metrics = measure_autoencoder(model, subject.test, subject.seed)
    has_prior = model.network.config.posterior != "point"
    plot_reconstructions(model, subject.test.images, folder / "reconstructions.png")
    samples = decode_latents(model.network, random_latents(model, N_SAMPLES, subject.seed))
    plot_samples(samples, folder / "samples.png")
    generator = torch.Generator().manual_seed(subject.seed)
    from_mixture = decode_latents(model.network, model.sample_latents(N_SAMPLES, generator))
    plot_samples(from_mixture, folder / "mixture_samples.png")
    pictures = {
        "reconstructions.png": "test images over their reconstructions",
        "samples.png": "samples from N(0, I)" if has_prior else "samples",
        "mixture_samples.png": "samples from the mixture",
    }
    if model.network.config.latent_dim == 2:
        plot_manifold(model.network, folder / "manifold.png")
        pictures["manifold.png"] = "what each latent decodes to"
    return Section(
        "Reconstruction",
        "ELBO with N(0, I) as prior and one draw per image; binary cross-entropy (BCE), mean "
        "squared error and structural similarity of the decoded posterior means.",
        ["figure", "value"],
        describe_autoencoder(metrics, model.network.config.latent_dim),
        dataclasses.asdict(metrics),
        pictures,
    )


def bound_likelihood(subject: Subject) -> Section:
    """How likely the model finds images."""
    if subject.model.network.config.posterior == "point":
        note = "A plain autoencoder gives no likelihood."
        return Section("Likelihood", note, ["prior", "nats"], [], None)
    order = torch.randperm(len(subject.test), generator=torch.Generator().manual_seed(subject.seed))
    images = subject.test.images[order[: subject.n_likelihood_images]]
    metrics = measure_likelihood(subject.model, images, subject.n_likelihood_samples, subject.seed)
    return Section(
        "Likelihood",
        f"Lower bound on log p(x) by importance weighting (Burda et al. 2016), "
        f"{metrics.n_samples} draws for each of {metrics.n_images:,} test images, in nats. Grey "
        "levels count as Bernoulli means: it compares with the same bound on the same grey images, "
        "not with figures on binarised MNIST.",
        ["prior", "log p(x) >="],
        [
            ["N(0, I)", f"{metrics.standard_normal:.2f}"],
            ["mixture", f"{metrics.mixture:.2f} ± {metrics.standard_error:.2f}"],
        ],
        dataclasses.asdict(metrics),
    )

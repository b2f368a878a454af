"""The last step of the network: its decoder alone, for the latents that the encoder ends with.

While both halves learn, the decoder sees latents that dropout shakes and that move with every step.
Here they stand still, and of the ELBO only the reconstruction can change.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from vaegmm.config import RefineConfig, TrainingConfig
from vaegmm.data.datasets import shuffle
from vaegmm.latents import encode_posteriors, to_pixels
from vaegmm.networks.losses import reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import autocast
from vaegmm.training.checks import check_losses
from vaegmm.training.refine import count_steps

REMEDY = "--resume with decoder_epochs 0, or with a lower learning_rate"


def settle_decoder(
    network: VAE, images: Tensor, training: TrainingConfig, config: RefineConfig, seed: int
) -> list[float]:
    """Fit a network's decoder, in place, to unchanged images and draws from their posteriors.

    Without dropout, by one cycle of the learning rate, which ends at nothing. The encoder stays as
    it is, and with it every latent, cluster and divergence.

    Args:
        network: fitted.
        images: (N, 28, 28) uint8.
        training: gives the largest learning rate and the (resolved) precision.
        config: gives passes and batch size.
        seed: of order and draws.

    Returns:
        The reconstruction NLL of each pass, a mean over its steps, in nats per image.

    Raises:
        ValueError: the loss is not finite.
    """
    assert training.precision != "auto"
    device = next(network.parameters()).device
    mu, logvar = (values.to(device) for values in encode_posteriors(network, images))
    images, decoder = images.to(device), network.decoder.eval()
    fused = device.type in ("cpu", "cuda")
    optimizer = torch.optim.Adam(decoder.parameters(), training.learning_rate, fused=fused)
    n_steps = count_steps(len(images), config)
    scheduler = OneCycleLR(optimizer, training.learning_rate, config.decoder_epochs * n_steps)
    generator = torch.Generator(device).manual_seed(seed)
    history: list[float] = []
    bar = tqdm(range(config.decoder_epochs), desc="decoder", unit="epoch", disable=None)
    for number in bar:
        nlls: list[Tensor] = []
        for index in shuffle(len(images), seed, number + 1, device).tensor_split(n_steps):
            eps = torch.randn(mu[index].shape, generator=generator, device=device)
            z = reparameterize(mu[index], logvar[index], eps)
            with autocast(device, training.precision):
                logits = network.decode(z)
            nll = reconstruction_nll(logits.float(), to_pixels(images[index])).mean()
            optimizer.zero_grad()
            nll.backward()
            optimizer.step()
            scheduler.step()
            nlls.append(nll.detach())
        check_losses(torch.stack(nlls), number, "decoder's ", REMEDY)
        history.append(float(torch.stack(nlls).mean()))
        bar.set_postfix_str(f"reconstruction {history[-1]:.2f} nats")
    return history

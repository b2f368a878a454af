"""A picture of the network after every epoch, and a GIF of its training made from them."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.plots import draw_manifold, draw_points, draw_tiles, save_figure
from vaegmm.files import replacing
from vaegmm.latents import decode_latents, encode_images
from vaegmm.networks.vae import VAE

N_TILES, N_POINTS = 64, 2000
FRAME_MS, LAST_MS = 300, 2000


def draw_snapshot(network: VAE, epoch: int, validation: LabelledImages, folder: Path) -> None:
    """Write `folder`/epoch-NNNN.png: samples, latents of validation images, and a 2-D manifold.

    Args:
        network: as it is after that epoch.
        epoch: counted from 1.
        validation: its latents are drawn; of more than two dimensions the principal two.
        folder: of the pictures.
    """
    # The same latents in every epoch, so that each sample can be watched.
    noise = torch.randn(
        N_TILES, network.config.latent_dim, generator=torch.Generator().manual_seed(0)
    )
    is_flat = network.config.latent_dim == 2
    figure = Figure(figsize=(15 if is_flat else 10, 5), layout="constrained")
    panels = figure.subplots(1, 3 if is_flat else 2)
    draw_tiles(panels[0], decode_latents(network, noise), 8)
    panels[0].set_title(f"epoch {epoch}: samples")
    z = _flatten(encode_images(network, validation.images[:N_POINTS]))
    draw_points(panels[1], z.double().numpy(), validation.labels[:N_POINTS])
    panels[1].set_title("latents of validation images")
    if is_flat:
        panels[1].set(xlim=(-4.5, 4.5), ylim=(-4.5, 4.5))
        draw_manifold(panels[2], network)
        panels[2].set_title("what each latent decodes to")
    save_figure(figure, folder / f"epoch-{epoch:04}.png")


def _flatten(z: Tensor) -> Tensor:
    """Project latents (N, D) on their two principal directions, (N, 2), if they have more."""
    if z.shape[1] <= 2:
        return torch.nn.functional.pad(z, (0, 2 - z.shape[1]))
    directions = torch.linalg.eigh(z.T.cov()).eigenvectors[:, -2:].flip(1)
    # Of the two signs the one in which the largest entry is positive: the next picture's is alike.
    largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
    flat: Tensor = z @ (directions * largest.sign())
    return flat


def join_snapshots(folder: Path, path: Path) -> None:
    """Write an endless GIF of a folder's pictures, by name; nothing where there are none."""
    frames = [
        Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE)
        for file in sorted(folder.glob("epoch-*.png"))
    ]
    if frames:
        times = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
        with replacing(path) as temporary:
            frames[0].save(
                temporary, save_all=True, append_images=frames[1:], duration=times, loop=0
            )

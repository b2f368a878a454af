"""A picture of the network after every epoch, and a GIF of its training made from them."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.figure import Figure
from PIL import Image

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.plots import draw_manifold, draw_points, draw_tiles, save_figure
from vaegmm.files import replacing
from vaegmm.latents import decode_latents, encode_images
from vaegmm.networks.vae import VAE

N_TILES, N_POINTS = 64, 2000
FRAME_MS, LAST_MS = 300, 2000


def draw_snapshot(network: VAE, epoch: int, validation: LabelledImages, folder: Path) -> None:
    """Write `folder`/epoch-NNN.png: samples, latents of validation images, and a 2-D manifold.

    Args:
        network: as it is after that epoch.
        epoch: counted from 1.
        validation: its latents are drawn; of more than two dimensions the first two.
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
    z = encode_images(network, validation.images[:N_POINTS])
    if z.shape[1] == 1:
        z = torch.cat([z, torch.zeros_like(z)], 1)
    draw_points(panels[1], z[:, :2].double().numpy(), validation.labels[:N_POINTS])
    panels[1].set(xlim=(-4.5, 4.5), ylim=(-4.5, 4.5), title="latents of validation images")
    if is_flat:
        draw_manifold(panels[2], network)
        panels[2].set_title("what each latent decodes to")
    save_figure(figure, folder / f"epoch-{epoch:03}.png")


def join_snapshots(folder: Path, path: Path) -> None:
    """Write an endless GIF of a folder's pictures, by name; nothing where there are none."""
    frames = [
        Image.open(file).convert("P", palette=Image.Palette.ADAPTIVE)
        for file in sorted(folder.glob("*.png"))
    ]
    if frames:
        times = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
        with replacing(path) as temporary:
            frames[0].save(
                temporary, save_all=True, append_images=frames[1:], duration=times, loop=0
            )

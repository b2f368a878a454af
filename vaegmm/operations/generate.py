"""New digits: drawn from the mixture, or from N(0, I), and decoded.

Drawing from a density that is fitted to the latents after the network has been trained, instead of
from the prior, is what Ghosh et al. 2020 ("From variational to deterministic autoencoders") call
ex-post density estimation.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.latents import to_bytes, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.border import decode, pick
from vaegmm.runtime import MAX_SEED, Precision, autocast, evaluating

Source = Literal["mixture", "normal"]
SOURCES: tuple[Source, ...] = get_args(Source)
BATCH = 500
MAX_TEMPERATURE, MAX_SHARPNESS = 2.0, 4.0
# So many candidates at a time for the digits that are still missing, and so many in a row of which
# none is kept until the filter is said to ask for what is not there.
CANDIDATES, PATIENCE = 50, 2000
MOST_LABEL = 255  # of those that are written as bytes


@dataclass(frozen=True)
class GenerateSettings:
    """How new digits are drawn.

    Attributes:
        labels: what they are to show, each as often; none: as often as the mixture has them.
        components: the mixture's components to draw from, each as often, in place of labels.
        temperature: what a draw's distance from its component's mean is multiplied by, 0 to 2.
        sharpness: what the decoder's logits are multiplied by, 1 to 4. It rebuilds strokes with
            grey edges, being unsure where they end: doubled, they are as crisp as real ones.
        keep_sure: the least probability of its label, read again in the picture, for a digit to be
            kept, below 1; 0 keeps all.
        source: "normal" draws from N(0, I), where no label can be asked for.
    """

    labels: tuple[int, ...] = ()
    components: tuple[int, ...] = ()
    temperature: float = 1.0
    sharpness: float = 2.0
    keep_sure: float = 0.0
    source: Source = "mixture"


@dataclass(frozen=True)
class Generated:
    """New digits.

    Attributes:
        images: (N, 28, 28) uint8, ink = 255.
        labels: (N,) uint8, what each was to show; from N(0, I): what the mixture takes it for.
        components: (N,) int64, drawn from; from N(0, I): the most responsible one.
        n_drawn: how many were drawn for them. N / n_drawn is the acceptance rate.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    components: NDArray[np.int64]
    n_drawn: int


def generate(
    model: VAEGMM, n: int, settings: GenerateSettings = GenerateSettings(), seed: int = 0
) -> Generated:
    """Make n new digits.

    Args:
        model: in any mode; its mode is restored.
        n: how many.
        settings: how they are drawn. Asked for several labels or components, all occur as often,
            but for one, in random order.
        seed: the same one gives the same bytes on the same machine.

    Raises:
        ValueError: a setting out of range, or unknown to the model; a filter that nothing passes.

    Example:
        >>> generate(model, 100, GenerateSettings(labels=(3, 8))).images.shape
        (100, 28, 28)
    """
    return join(list(stream(model, n, settings, seed)))


def stream(
    model: VAEGMM,
    n: int,
    settings: GenerateSettings = GenerateSettings(),
    seed: int = 0,
    precision: Precision = "float32",
) -> Iterator[Generated]:
    """Make n new digits as `generate` does, at most `BATCH` at a time, in constant memory.

    Arguments and errors, raised at the first part, are the same; `precision` is the network's.
    """
    check_generate(model, n, settings, seed)
    generator = torch.Generator().manual_seed(seed)
    for start in range(0, n, BATCH):
        size = min(BATCH, n - start)
        wanted = _choose_components(model, start, size, settings, generator)
        yield _make(model, wanted, settings, generator, precision)


def join(parts: list[Generated]) -> Generated:
    """Put parts together, in their order."""
    return Generated(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.components for part in parts]),
        sum(part.n_drawn for part in parts),
    )


def as_npz(made: Generated) -> bytes:
    """Return a file: images (N, 28, 28) uint8, labels (N,) uint8; `load_dataset` reads it."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=made.images, labels=made.labels)
    return buffer.getvalue()


def check_generate(model: VAEGMM, n: int, settings: GenerateSettings, seed: int) -> None:
    """Refuse what no digits can be made of.

    Raises:
        ValueError: the message names the setting.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if settings.labels and settings.components:
        raise ValueError("labels and components cannot both be chosen; leave one of them out")
    if settings.source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}, got {settings.source!r}")
    if settings.source == "normal" and (settings.labels or settings.components):
        raise ValueError(
            "labels and components can only be asked of the mixture; with source normal leave "
            "them out"
        )
    _check_known("labels", settings.labels, model.labels)
    nameless = {*settings.labels} - {*model.drawable_labels}
    if nameless:
        raise ValueError(f"no component of the mixture stands for {min(nameless)}; ask for others")
    if model.labels[-1] > MOST_LABEL:
        raise ValueError(f"labels must be at most {MOST_LABEL}, the model knows {model.labels[-1]}")
    _check_known("components", settings.components, range(len(model.means)))
    limits = (("temperature", 0, MAX_TEMPERATURE), ("sharpness", 1, MAX_SHARPNESS))
    for name, least, most in limits:
        value = getattr(settings, name)
        if not least <= value <= most:
            raise ValueError(f"{name} must be from {least} to {most:g}, got {value}")
    if not 0 <= settings.keep_sure < 1:
        raise ValueError(f"keep_sure must be at least 0 and below 1, got {settings.keep_sure}")
    if not 0 <= seed <= MAX_SEED:
        raise ValueError(f"the seed must be from 0 to {MAX_SEED}, got {seed}")


def _check_known(name: str, asked: tuple[int, ...], known: tuple[int, ...] | range) -> None:
    strangers = sorted({*asked} - {*known})
    if strangers:
        what = f"0 to {known[-1]}" if isinstance(known, range) else ", ".join(map(str, known))
        raise ValueError(f"{name} must be among {what}, got {strangers[0]}")
    if len({*asked}) < len(asked):
        raise ValueError(f"{name} must differ, got {', '.join(map(str, asked))}")


def _choose_components(
    model: VAEGMM, start: int, size: int, settings: GenerateSettings, generator: torch.Generator
) -> Tensor:
    """Return the weights (N, K) with which each digit's component is drawn."""
    weights = model.weights.cpu()
    choices = [
        weights * model.is_of_label[model.labels.index(one)].cpu() for one in settings.labels
    ]
    choices += [torch.eye(len(weights))[one] for one in settings.components]
    choices = choices or [weights]
    turn = (start + torch.randperm(size, generator=generator)) % len(choices)
    return torch.stack(choices)[turn]


def _make(
    model: VAEGMM,
    wanted: Tensor,
    settings: GenerateSettings,
    generator: torch.Generator,
    precision: Precision,
) -> Generated:
    """Make one digit for each row of components' weights (N, K); again, where it is not kept."""
    names = torch.tensor(model.config.component_labels)
    images = torch.empty(len(wanted), 28, 28, dtype=torch.uint8)
    components = torch.empty(len(wanted), dtype=torch.int64)
    missing, n_drawn, n_idle = torch.arange(len(wanted)), 0, 0
    with evaluating(model):
        while len(missing):
            # of few that are missing several candidates each: a network likes company
            times = -(-CANDIDATES // len(missing)) if n_drawn else 1
            z, drawn = _draw(model, wanted[missing.repeat(times)], settings, generator)
            x = decode(model, z.to(model.means.device), precision, settings.sharpness)
            made = to_bytes(x).cpu()
            is_sure = _find_sure(model, made, names[drawn], settings.keep_sure, precision)
            is_sure = is_sure.view(times, -1)  # by try and digit
            is_kept, first = is_sure.any(0), is_sure.int().argmax(0)
            n_drawn += int(torch.where(is_kept, first + 1, times).sum())  # the others do not count
            taken = (first * len(missing) + torch.arange(len(missing)))[is_kept]
            images[missing[is_kept]], components[missing[is_kept]] = made[taken], drawn[taken]
            missing = missing[~is_kept]
            n_idle = 0 if is_kept.any() else n_idle + len(drawn)
            if n_idle >= PATIENCE:
                raise ValueError(
                    f"of {n_drawn} digits drawn the model was sure of "
                    f"{len(wanted) - len(missing)}; lower keep_sure, now {settings.keep_sure:g}, "
                    "or the temperature"
                )
    labels = names[components].to(torch.uint8)
    return Generated(images.numpy(), labels.numpy(), components.numpy(), n_drawn)


def _draw(
    model: VAEGMM, wanted: Tensor, settings: GenerateSettings, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw latents (N, D), on the CPU, and the component (N,) of each."""
    if settings.source == "mixture":
        drawn = torch.multinomial(wanted, 1, generator=generator).squeeze(1)
        return model.sample_components(drawn, generator, settings.temperature), drawn
    z = torch.randn(len(wanted), model.means.shape[1], generator=generator) * settings.temperature
    return z, model.log_joint(z.to(model.means.device)).argmax(1).cpu()


def _find_sure(
    model: VAEGMM, images: Tensor, labels: Tensor, least: float, precision: Precision
) -> Tensor:
    """Return (N,) bool: which pictures the model, seeing them anew, reads as their labels."""
    if least == 0:
        return torch.ones(len(images), dtype=torch.bool)
    device = model.means.device
    own = torch.searchsorted(torch.tensor(model.labels), labels)
    x = to_pixels(images.to(device)).contiguous(memory_format=torch.channels_last)
    with autocast(device, precision):
        z, _ = model.network.encode(x)
    return pick(model.label_probabilities(z.float()).cpu(), own) >= least

"""Our training loop against the textbook's: `python -m benchmarks.training`.

The same network, batch size and threads, in turn in one process: ours (bytes on the device, changed
in batches there, bfloat16 where the processor has it, channels_last, one pass of Adam), and the
loop of a textbook (torchvision's data set with transforms image by image, DataLoader, float32) with
the number of workers that suits it best. Each with and without augmentation.
"""

from __future__ import annotations

import itertools
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from torchvision.datasets import MNIST
from torchvision.transforms import Compose, RandomAffine, ToTensor

from vaegmm.cli.parse import parse, run, say
from vaegmm.config import AugmentationConfig, ExperimentConfig, load_toml
from vaegmm.data.datasets import find_data_dir, load_dataset
from vaegmm.networks.losses import kl_divergence, reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import Precision, autocast, resolve_precision
from vaegmm.training.loop import begin, make_objective, shuffle, train_epoch

PROG = "python -m benchmarks.training"
CPU = torch.device("cpu")
PAUSE = 0.5  # seconds between turns, in which worker processes fetch what they fetch ahead
CHANGES = AugmentationConfig(rotation=12.0, scale=0.1, shear=8.0, shift=1.5)


@dataclass(frozen=True)
class TrainingBenchmark:
    """Time our training loop against the textbook's."""

    config: tuple[str, ...] = ("configs/digits148.toml", "configs/conv148-2d.toml")
    """TOML files whose networks are trained."""
    data_dir: str | None = None
    """Folder with MNIST in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    steps: int = 12
    """Optimiser steps of each turn."""
    repeats: int = 5
    """Turns of each; medians are printed."""
    workers: tuple[int, ...] = (0, 1, 2)
    """Numbers of the textbook's worker processes to choose the best of."""
    threads: int = torch.get_num_threads()
    """Threads of both."""


def ours(
    experiment: ExperimentConfig, precision: Precision, changes: AugmentationConfig, images: Tensor
) -> Callable[[int], None]:
    """Return a function that takes some steps of our loop."""
    config = replace(experiment.training, precision=precision)
    network = VAE(experiment.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = begin(network, config, torch.Generator().manual_seed(0))
    objective = make_objective(network.train(), config)
    epochs = itertools.count(1)

    def steps(n: int) -> None:
        order = shuffle(len(images), 0, next(epochs), CPU)[: n * config.batch_size]
        batches = images[order].split(config.batch_size)
        train_epoch(objective, state.optimizer, batches, changes, state.generator)

    return steps


def textbook(
    experiment: ExperimentConfig, changes: AugmentationConfig, data_dir: str, workers: int
) -> Callable[[int], None]:
    """Return a function that takes some steps of the textbook's loop."""
    transforms: list[object] = [ToTensor()]
    if changes.rotation:
        shift, scale = changes.shift / 28, changes.scale
        affine = RandomAffine(
            changes.rotation, (shift, shift), (1 - scale, 1 + scale), changes.shear
        )
        transforms.insert(0, affine)
    data = MNIST(data_dir, train=True, transform=Compose(transforms))
    batch_size = experiment.training.batch_size
    loader = DataLoader(
        data, batch_size, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    network = VAE(experiment.network).train()
    optimizer = torch.optim.Adam(network.parameters(), experiment.training.learning_rate)

    def endless() -> Iterator[Tensor]:
        while True:
            for x, _ in loader:
                yield x

    batches = endless()

    def steps(n: int) -> None:
        total = 0.0
        for x in itertools.islice(batches, n):
            optimizer.zero_grad()
            mu, logvar = network.encode(x)
            logits = network.decode(reparameterize(mu, logvar, torch.randn_like(mu)))
            loss = reconstruction_nll(logits, x) + kl_divergence(mu, logvar)
            loss.mean().backward()
            optimizer.step()
            total += loss.mean().item()

    return steps


def rates(
    contestants: dict[str, Callable[[int], None]], batch_size: int, steps: int, repeats: int
) -> dict[str, float]:
    """Return each contestant's median images per second, in turn, after one turn to warm up."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(repeats + 1):
        for name, take in contestants.items():
            time.sleep(PAUSE)
            start = time.perf_counter()
            take(steps)
            if turn:
                times[name].append(time.perf_counter() - start)
    return {name: steps * batch_size / statistics.median(t) for name, t in times.items()}


def flops_per_image(network: VAE) -> float:
    """Return the floating point operations of one image's forward and backward pass."""
    x = torch.rand(8, 1, 28, 28)
    with FlopCounterMode(display=False) as counter:
        mu, logvar = network.encode(x)
        (network.decode(mu + logvar).sum()).backward()
    return float(counter.get_total_flops()) / len(x)


def matrix_peak(precision: Precision) -> float:
    """Return the flops per second of a large square matrix product."""
    a = torch.randn(2048, 2048)
    with autocast(CPU, precision):
        times = []
        for _ in range(6):
            start = time.perf_counter()
            a @ a
            times.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(times)


def compare(path: str, arguments: TrainingBenchmark, images: Tensor, data_dir: str) -> None:
    """Print the rows of one network."""
    experiment = load_toml(path)
    best: Precision = resolve_precision("auto", CPU)
    network = VAE(experiment.network)
    flops, peak = flops_per_image(network), matrix_peak(best)
    n_parameters = sum(p.numel() for p in network.parameters())
    say(
        f"\n{Path(path).stem}: {n_parameters:,} parameters, {flops / 1e6:.0f} MFLOP an image, "
        f"batches of {experiment.training.batch_size}; {best} peak {peak / 1e9:.0f} GFLOP/s"
    )
    for title, changes in (("no augmentation", AugmentationConfig()), ("augmentation", CHANGES)):
        contestants = {
            f"ours, {precision}": ours(experiment, precision, changes, images)
            for precision in dict.fromkeys((best, "float32"))
        }
        for workers in arguments.workers:
            name = f"textbook, {workers} workers"
            contestants[name] = textbook(experiment, changes, data_dir, workers)
        found = rates(
            contestants, experiment.training.batch_size, arguments.steps, arguments.repeats
        )
        theirs = max(rate for name, rate in found.items() if name.startswith("textbook"))
        for name, rate in found.items():
            share = f", {rate * flops / peak:.0%} of the peak" if best in name else ""
            say(f"  {title:<16} {name:<20} {rate:>7,.0f} images/s, x {rate / theirs:.2f}{share}")


def print_tables(arguments: TrainingBenchmark) -> None:
    """Print the table of each network, and the memory that all of it took."""
    torch.set_num_threads(arguments.threads)
    data_dir = str(find_data_dir(arguments.data_dir))
    images = load_dataset("mnist", True, (), arguments.data_dir).images
    say(f"{arguments.threads} threads, medians of {arguments.repeats} turns; x: to the textbook's")
    for path in arguments.config:
        compare(path, arguments, images, data_dir)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    say(f"\npeak memory {own:,.0f} MiB, of the largest worker {workers:,.0f} MiB")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: print_tables(parse(TrainingBenchmark, argv, PROG)), PROG)


if __name__ == "__main__":
    raise SystemExit(main())

"""Our training loop against the textbook's: `python -m benchmarks.training`.

The same network, batch size and threads, in turn, each in a process of its own that sleeps while it
is not its turn: ours (bytes on the device, changed in batches there, bfloat16 where the processor
has it, channels_last, one pass of Adam), and the loop of a textbook (torchvision's data set with
transforms image by image, DataLoader, float32) with the number of workers that suits it best. Each
with and without augmentation. Memory is the process's own, workers aside.
"""

from __future__ import annotations

import itertools
import math
import multiprocessing
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from torchvision.datasets import MNIST
from torchvision.transforms import Compose, RandomAffine, ToTensor

from vaegmm.cli.configs import find_config
from vaegmm.cli.parse import parse, run, say
from vaegmm.config import AugmentationConfig, ExperimentConfig
from vaegmm.data.datasets import find_data_dir, load_dataset, shuffle
from vaegmm.networks.losses import kl_divergence, reconstruction_nll
from vaegmm.networks.vae import VAE, reparameterize
from vaegmm.runtime import Precision, autocast, keep_freed_memory, resolve_precision
from vaegmm.settings import load_toml
from vaegmm.training.loop import begin, make_objective, train_epoch

PROG = "python -m benchmarks.training"
Steps = Callable[[int], None]
CPU = torch.device("cpu")
PAUSE = 0.5  # seconds between turns, in which workers fetch what they fetch ahead
CHANGES = AugmentationConfig(rotation=12.0, scale=0.1, shear=8.0, shift=1.5)


@dataclass(frozen=True)
class TrainingBenchmark:
    """Time our training loop against the textbook's."""

    config: tuple[str, ...] = ("configs/digits148.toml", "configs/conv148-2d.toml")
    """TOML files whose networks are trained."""
    data_dir: str | None = None
    """Folder with MNIST in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    steps: int = 8
    """Optimiser steps of each turn."""
    repeats: int = 3
    """Turns of each; medians are printed."""
    workers: tuple[int, ...] = (0, 1, 2)
    """Numbers of the textbook's worker processes to choose the best of."""
    threads: int = torch.get_num_threads()
    """Threads of both."""


def ours(
    experiment: ExperimentConfig, precision: Precision, changes: AugmentationConfig, images: Tensor
) -> Steps:
    """Return a function that takes some steps of our loop."""
    keep_freed_memory()
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
) -> Steps:
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


def serve(pipe: Connection, threads: int, make: Callable[..., Steps], *arguments: object) -> None:
    """Take steps whenever the other end asks for some; answer seconds and memory so far in MiB."""
    torch.set_num_threads(threads)
    steps = make(*arguments)
    while n := pipe.recv():
        start = time.perf_counter()
        steps(n)
        seconds = time.perf_counter() - start
        pipe.send((seconds, peak_memory()))


def peak_memory() -> float:
    """Return this process's largest memory in MiB; NaN where the system does not tell.

    Not `ru_maxrss`, which a process inherits from the one that started it.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return math.nan
    return float(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def race(
    contestants: dict[str, tuple[object, ...]], threads: int, n_steps: int, repeats: int
) -> dict[str, tuple[float, float]]:
    """Return each contestant's median seconds a turn, and its peak memory in MiB."""
    spawn = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for name, make in contestants.items():
        pipes[name], end = spawn.Pipe()
        processes.append(spawn.Process(target=serve, args=(end, threads, *make)))
        processes[-1].start()
    answers: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for turn in range(repeats + 1):  # the first turn is to warm up
        for name, pipe in pipes.items():
            time.sleep(PAUSE)
            pipe.send(n_steps)
            answer = pipe.recv()
            if turn:
                answers[name].append(answer)
    for pipe in pipes.values():
        pipe.send(0)
    for process in processes:
        process.join()
    return {
        name: (statistics.median(seconds for seconds, _ in found), found[-1][1])
        for name, found in answers.items()
    }


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
        for _ in range(30):
            start = time.perf_counter()
            a @ a
            times.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(times)


def compare(path: str, arguments: TrainingBenchmark, images: Tensor, data_dir: str) -> None:
    """Print the rows of one network."""
    experiment = load_toml(find_config(path))
    best: Precision = resolve_precision("auto", CPU)
    network = VAE(experiment.network)
    flops, peak = flops_per_image(network), matrix_peak(best)
    n_parameters = sum(p.numel() for p in network.parameters())
    say(
        f"\n{Path(path).stem}: {n_parameters:,} parameters, {flops / 1e6:.0f} MFLOP an image, "
        f"batches of {experiment.training.batch_size}; {best} peak {peak / 1e9:.0f} GFLOP/s"
    )
    for title, changes in (("no augmentation", AugmentationConfig()), ("augmentation", CHANGES)):
        contestants: dict[str, tuple[object, ...]] = {
            f"ours, {precision}": (ours, experiment, precision, changes, images)
            for precision in dict.fromkeys((best, "float32"))
        }
        for workers in arguments.workers:
            name = f"textbook, {workers} workers"
            contestants[name] = (textbook, experiment, changes, data_dir, workers)
        found = race(contestants, arguments.threads, arguments.steps, arguments.repeats)
        theirs = min(seconds for name, (seconds, _) in found.items() if "textbook" in name)
        for name, (seconds, memory) in found.items():
            rate = arguments.steps * experiment.training.batch_size / seconds
            share = f", {rate * flops / peak:.0%} of the peak" if best in name else ""
            say(
                f"  {title:<16} {name:<20} {rate:>7,.0f} images/s, x {theirs / seconds:.2f}, "
                f"{memory:>5,.0f} MiB{share}"
            )


def print_tables(arguments: TrainingBenchmark) -> None:
    """Print the table of each network."""
    torch.set_num_threads(arguments.threads)
    data_dir = str(find_data_dir(arguments.data_dir))
    images = load_dataset("mnist", True, (), arguments.data_dir).images
    say(f"{arguments.threads} threads, medians of {arguments.repeats} turns; x: to the textbook's")
    for path in arguments.config:
        compare(path, arguments, images, data_dir)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: print_tables(parse(TrainingBenchmark, argv, PROG)), PROG)


if __name__ == "__main__":
    raise SystemExit(main())

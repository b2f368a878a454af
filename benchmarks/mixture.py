"""Our mixture against scikit-learn's: `python -m benchmarks.mixture`.

Both run in turn in one process, on the same points, from the same start, for the same number of
iterations, with equal threads; a time is a whole call of fit over its iterations, conversions,
checks and (there) the last E-step included. A second table is whole fits to tol with
k-means++ starts; a third how time grows with the number of points.
"""

from __future__ import annotations

import math
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

os.environ["SCIPY_ARRAY_API"] = "1"  # before SciPy: lets scikit-learn take tensors

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture as Reference
from threadpoolctl import threadpool_limits

from vaegmm.cli.parse import parse, run, say
from vaegmm.mixture import GaussianMixture
from vaegmm.mixture.gaussian import CovarianceType

PROG = "python -m benchmarks.mixture"
KINDS: tuple[CovarianceType, ...] = ("full", "tied", "diag", "spherical")
PAUSE = 0.1  # seconds between turns: until then the other's threads still spin, and disturb
Points = NDArray[np.floating]


@dataclass(frozen=True)
class MixtureArguments:
    """Time our mixture against scikit-learn's."""

    n_points: int = 60_000
    """Points N of the first two tables."""
    dims: tuple[int, ...] = (2, 10, 16, 32)
    """Dimensions D."""
    components: tuple[int, ...] = (3, 10, 30, 100)
    """Components K."""
    iterations: int = 10
    """EM iterations of each timed fit."""
    repeats: int = 3
    """Runs of each, in turn; medians are printed."""
    threads: int = 2
    """Threads of both."""
    seed: int = 0
    """Of the points and starts."""


def make_points(n: int, dim: int, k: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw n points around k centres, each group with its own shape."""
    means = 4 * random.normal(size=(k, dim))
    shapes = np.eye(dim) + 0.2 * random.normal(size=(k, dim, dim))
    parts = [means[i] + random.normal(size=(n // k, dim)) @ shapes[i] for i in range(k)]
    return random.permutation(np.concatenate(parts))


def start_of(points: Points, k: int, kind: CovarianceType) -> dict[str, object]:
    """Return the same start for both: spread means, the data's own covariance."""
    covariance = np.cov(points.T.astype(float)).reshape(points.shape[1], -1)
    variances = np.diag(covariance)
    precisions = {
        "full": np.tile(np.linalg.inv(covariance), (k, 1, 1)),
        "tied": np.linalg.inv(covariance),
        "diag": np.tile(1 / variances, (k, 1)),
        "spherical": np.full(k, 1 / variances.mean()),
    }
    return {
        "weights_init": np.full(k, 1 / k),
        "means_init": points[:k].astype(float),
        "precisions_init": precisions[kind],
    }


def seconds(fit: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    fit()
    return time.perf_counter() - start


def per_iteration(
    contestants: Sequence[Callable[[], object]], iterations: int, repeats: int
) -> list[float]:
    """Return each contestant's median seconds per iteration, run in turn; NaN where it fails."""
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(repeats):
        for fit, mine in zip(contestants, times, strict=True):
            time.sleep(PAUSE)
            try:
                mine.append(seconds(fit) / iterations)
            except ValueError:  # scikit-learn's float32 may call a covariance ill-defined
                mine.append(math.nan)
    return [statistics.median(mine) for mine in times]


def matrix_peak(dtype: torch.dtype) -> float:
    """Return the flops per second of a large square matrix product."""
    a = torch.randn(2048, 2048, dtype=dtype)
    a @ a
    return 2 * 2048**3 / min(seconds(lambda: a @ a) for _ in range(5))


def rows(arguments: MixtureArguments) -> Iterator[str]:
    """Yield the first table's rows."""
    random = np.random.default_rng(arguments.seed)
    peak = {name: matrix_peak(getattr(torch, name)) for name in ("float32", "float64")}
    for dim in arguments.dims:
        for k in arguments.components:
            double = make_points(arguments.n_points, dim, k, random)
            for kind in KINDS:
                for name in ("float32", "float64"):
                    yield compare(double.astype(name), k, kind, arguments, peak[name])


def compare(
    points: Points, k: int, kind: CovarianceType, arguments: MixtureArguments, peak: float
) -> str:
    """Time both on the same points, and describe it in a row."""
    settings = {"covariance_type": kind, "tol": 0.0, "max_iter": arguments.iterations}
    settings.update(start_of(points, k, kind))
    bounds = {GaussianMixture: math.nan, Reference: math.nan}

    def contestant(cls: type) -> Callable[[], object]:
        def fit() -> None:
            bounds[cls] = cls(k, **settings).fit(points).lower_bound_

        return fit

    ours, theirs = per_iteration(
        [contestant(GaussianMixture), contestant(Reference)],
        arguments.iterations,
        arguments.repeats,
    )
    dim = points.shape[1]
    n_sums = {"full": 1 + dim + dim * (dim + 1) // 2, "tied": 1 + dim, "diag": 1 + 2 * dim}
    flops = 4 * len(points) * k * n_sums.get(kind, 2 + dim)
    gap = bounds[GaussianMixture] - bounds[Reference]
    return (
        f"{dim:>3} {k:>4}  {kind:<9}  {points.dtype.name}  {1000 * ours:>9.2f}  "
        f"{1000 * theirs:>12.2f}  {theirs / ours:>6.1f}  {gap:>+10.1e}  {flops / ours / peak:>6.1%}"
    )


def array_api_row(arguments: MixtureArguments) -> str:
    """Time scikit-learn on torch tensors, by its own array-API path, at D = 16, K = 30."""
    random = np.random.default_rng(arguments.seed)
    points = torch.from_numpy(make_points(arguments.n_points, 16, 30, random)).float()
    settings = {"tol": 0.0, "max_iter": arguments.iterations, "random_state": 0}

    def theirs() -> None:
        with config_context(array_api_dispatch=True):
            Reference(30, init_params="random", **settings).fit(points)

    def ours() -> None:
        GaussianMixture(30, init_params="random", **settings).fit(points)

    mine, other = per_iteration([ours, theirs], arguments.iterations, arguments.repeats)
    return (
        f" 16   30  full on torch tensors, float32: ours {1000 * mine:.2f} ms, scikit-learn's "
        f"array-API path {1000 * other:.2f} ms, ratio {other / mine:.1f}"
    )


def whole_fits(arguments: MixtureArguments) -> Iterator[str]:
    """Yield rows of whole fits to tol, from k-means++ seeds."""
    random = np.random.default_rng(arguments.seed)
    for dim, k in ((10, 10), (16, 30)):
        points = make_points(arguments.n_points, dim, k, random)
        fitted, times = [], []
        for cls in (GaussianMixture, Reference):
            mixture = cls(k, init_params="k-means++", random_state=0, max_iter=300)
            times.append(seconds(partial(mixture.fit, points)))
            fitted.append(mixture)
        gap = fitted[0].lower_bound_ - fitted[1].lower_bound_
        ratio = times[1] / times[0]
        yield (
            f"{dim:>3} {k:>4}  ours {times[0]:.2f} s ({fitted[0].n_iter_} iterations), sklearn "
            f"{times[1]:.2f} s ({fitted[1].n_iter_}), ratio {ratio:.1f}, gap {gap:+.1e}"
        )


def growth(arguments: MixtureArguments) -> Iterator[str]:
    """Yield the time of an iteration for ever more points, D = 16, K = 10, float32."""
    random = np.random.default_rng(arguments.seed)
    points = make_points(1_000_000, 16, 10, random).astype(np.float32)
    mixture = GaussianMixture(10, tol=0.0, max_iter=arguments.iterations)
    mixture.set_params(**start_of(points, 10, "full"))
    for n in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        fit = partial(mixture.fit, points[:n])
        (mine,) = per_iteration([fit], arguments.iterations, arguments.repeats)
        yield f"{n:>9,}  {1000 * mine:>9.2f}  {1e9 * mine / n:>6.0f}"


def print_tables(arguments: MixtureArguments) -> None:
    """Print the tables."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    torch.set_num_threads(arguments.threads)
    with threadpool_limits(arguments.threads):
        say(
            f"N = {arguments.n_points:,}, {arguments.threads} threads, "
            f"medians of {arguments.repeats}\n"
        )
        say("  D    K  kind       dtype    ours (ms)  sklearn (ms)   ratio  bound gap   peak")
        for row in rows(arguments):
            say(row)
        say(array_api_row(arguments))
        say("\nwhole fits to tol 1e-3 from k-means++ seeds, full, float64\n  D    K")
        for row in whole_fits(arguments):
            say(row)
        say("\nD = 16, K = 10, full, float32\n        N  ms per it  ns per point")
        for row in growth(arguments):
            say(row)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: print_tables(parse(MixtureArguments, argv, PROG)), PROG)


if __name__ == "__main__":
    raise SystemExit(main())

"""How hard to tell the model's muddles are, by method, partner and target."""

from __future__ import annotations

import dataclasses
import itertools
import time

import torch

from vaegmm.evaluation.ambiguity import (
    AmbiguityMetrics,
    Yardstick,
    measure_muddles,
    share_by_pair,
)
from vaegmm.evaluation.charts import plot_pairs, plot_pictures
from vaegmm.evaluation.judge import LIMIT
from vaegmm.evaluation.second_opinion import SecondOpinion
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import to_bytes
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.muddle import METHODS, Method, Muddles, join_muddles, muddle

N_DIGITS = 10_000  # real ones to start from
N_SHOWN = 50
BATCH = 200  # muddles made at a time
TARGETS = (0.3, 0.7)  # besides one half
HEAD = [
    "muddles", "N", "good", "two labels", "balanced", "like a digit", "usual ink", "entropy",
    "disagreement", "off target", "greyness", "diversity", "2nd opinion", "2nd off target",
    "images/s",
]  # fmt: skip
NOTE = (
    "Digits made to lie between two labels, at a share of the first: the label drawn at random "
    "and the one nearest to the digit picked, or all pairs in turn. Good: the judge (five "
    "small classifiers, trained apart from the model) gives the two labels 0.9 or more "
    "together, the share is off by 0.15 at most, its members agree to "
    f"{LIMIT} nats, and there is as much ink as in the middle 98 % of test images. Greyness "
    "and diversity are relative to test images. The second opinion is a support-vector "
    "machine's: the share for which no third label wins, and how far its own share is off."
)
PICTURES = {
    "muddles_nearest.png": f"{N_SHOWN} balanced muddles at 50 %, the first made: nearest",
    "muddles_all_pairs.png": f"{N_SHOWN} balanced muddles at 50 %, the first made: pairs",
    "muddle_pairs.png": "share of balanced muddles at 50 % that is good, by pair",
}
# The first label of each muddle, and its partner: None is the nearest.
LabelsAndPartners = tuple[list[int], list[int | None]]


def judge_muddles(subject: Subject) -> Section:
    """Make muddles by each method, and show them to judges that know nothing of the model."""
    model, judge = subject.model, subject.judge
    if judge is None or subject.train is None or len(model.labels) < 2:
        note = "Muddles are judged beside mnist or sample, with all of the model's digits."
        return Section("Muddles", note, HEAD, [], None)
    generator = torch.Generator().manual_seed(subject.seed)
    order = torch.randperm(len(subject.train), generator=generator)
    handwriting = encode_handwriting(model, subject.train.subset(order[:N_DIGITS]))
    yardstick = Yardstick(judge, SecondOpinion(subject.train, subject.seed), subject.test.images)
    choices = _choose_labels(model.labels, subject.n_muddles, generator)
    settings: list[tuple[Method, str, float]] = [
        *((method, partners, 0.5) for partners in choices for method in METHODS),
        *(("balanced", partners, target) for partners in choices for target in TARGETS),
    ]
    metrics: dict[str, AmbiguityMetrics] = {}
    for method, partners, target in settings:
        start = time.perf_counter()
        made = _make(subject, handwriting, choices[partners], target, method)
        seconds = time.perf_counter() - start
        name = f"{method}, {partners}, {target:.0%}"
        metrics[name], is_good = measure_muddles(made, yardstick, seconds)
        if method == "balanced" and target == 0.5:
            suffix = partners.replace(" ", "_")
            _show(made, subject, f"muddles_{suffix}.png")
            if partners == "all pairs":
                shares = share_by_pair(made, is_good, model.labels)
                plot_pairs(shares, model.labels, subject.folder / "muddle_pairs.png")
    return Section(
        "Muddles",
        NOTE,
        HEAD,
        [[name, *_describe(figures)] for name, figures in metrics.items()],
        {name: dataclasses.asdict(figures) for name, figures in metrics.items()},
        PICTURES,
    )


def _choose_labels(
    labels: tuple[int, ...], n: int, generator: torch.Generator
) -> dict[str, LabelsAndPartners]:
    """Return what n muddles are to be of: any label and its nearest, or all pairs in turn."""
    drawn = torch.randint(len(labels), (n,), generator=generator).tolist()
    pairs = list(itertools.islice(itertools.cycle(itertools.combinations(labels, 2)), n))
    return {
        "nearest": ([labels[k] for k in drawn], [None] * n),
        "all pairs": ([a for a, _ in pairs], [b for _, b in pairs]),
    }


def _make(
    subject: Subject,
    handwriting: Handwriting,
    choice: LabelsAndPartners,
    target: float,
    method: Method,
) -> Muddles:
    """Make the muddles of one choice, some at a time; each has a seed of its own."""
    labels, others = choice
    first = subject.seed % 1_000_000 * 1_000_000  # far from those of another seed, never below 0
    parts = []
    for rows in torch.arange(len(labels)).split(BATCH):
        some = slice(int(rows[0]), int(rows[-1]) + 1)
        seeds = [first + k for k in range(some.start, some.stop)]
        asked = [target] * len(rows)
        made = muddle(subject.model, handwriting, labels[some], others[some], asked, seeds, method)
        parts.append(made)
    return join_muddles(parts)


def _show(made: Muddles, subject: Subject, name: str) -> None:
    images = to_bytes(torch.from_numpy(made.x[:N_SHOWN])[:, None])
    captions = [f"{a} or {b}" for a, b in zip(made.a, made.b, strict=True)][:N_SHOWN]
    plot_pictures(images, captions, subject.folder / name)


def _describe(metrics: AmbiguityMetrics) -> list[str]:
    shares = (
        metrics.good, metrics.two_labels, metrics.balanced, metrics.like_a_digit, metrics.usual_ink
    )  # fmt: skip
    return [
        f"{metrics.n_images:,}",
        *(f"{share:.1%}" for share in shares),
        f"{metrics.entropy:.3f}",
        f"{metrics.disagreement:.4f}",
        f"{metrics.off_target:.3f}",
        f"{metrics.greyness:.2f}",
        f"{metrics.diversity:.2f}",
        f"{metrics.second_opinion:.1%}",
        f"{metrics.second_off_target:.3f}",
        f"{metrics.per_second:.0f}",
    ]

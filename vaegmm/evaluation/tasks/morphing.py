"""How smoothly the model turns one digit into another, by path."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.evaluation.charts import plot_pictures
from vaegmm.evaluation.judge import LIMIT
from vaegmm.evaluation.smoothness import (
    Likeness,
    MorphMetrics,
    Morphs,
    measure_lengths,
    measure_likeness,
    measure_morphs,
)
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.latents import to_bytes, to_pixels
from vaegmm.operations.handwriting import encode_handwriting
from vaegmm.operations.morph import PATHS, MorphSettings, Path, ease, find_curve, follow, morph
from vaegmm.operations.writing import read_digits, write_number

BATCH = 25  # pairs at a time
N_FRAMES = 60
N_SHOWN = 10  # frames of a strip, one row of the picture
SHOWN = ((7, 2), (3, 8), (4, 9), (0, 1), (32, 41), (7, 32), (14, 81))
REFERENCE: Path = "linear"
HEAD = [
    "path", "N", "length", "shorter", "unevenness", "digit-like", "members agree", "top label",
    "usual ink", "switches", "one switch", "error at the ends", "frames/s",
]  # fmt: skip
NOTE = (
    f"different labels, drawn at random, {N_FRAMES} frames from "
    "one to the other, spaced evenly on every path. Length: of what is seen, over the straight "
    "line's. Unevenness: the largest change between two frames over the mean one. Digit-like: "
    f"of the frames between the ends, the share on which the judge's members agree to {LIMIT} "
    "nats, with half of the votes or more for one label, and as much ink as in the middle 98 % "
    "of test images. Switches: how often the judge's label changes on the way. Ends rebuilt: "
    "without the users' own pictures at the ends."
)


def judge_morphs(subject: Subject) -> Section:
    """Turn test digits into others along each path, and show the frames to the judge."""
    judge, n = subject.judge, subject.n_morphs
    if judge is None or len(subject.model.labels) < 2:
        note = "Morphs are judged beside mnist or sample, with all of the model's digits."
        return Section("Morphs", note, HEAD, [], None)
    start, end = draw_pairs(subject.test.labels, n, subject.seed)
    _make(subject, start[:2], end[:2], PATHS[0])  # the first call is slow
    made = {}
    for path in PATHS:
        made.update(_make(subject, start, end, path))
    metrics: dict[str, MorphMetrics] = {}
    for (path, keeps_ends), morphs in made.items():
        reference = measure_lengths(made[REFERENCE, keeps_ends].frames)
        name = path if keeps_ends else f"{path}, ends rebuilt"
        metrics[name] = measure_morphs(morphs, reference, judge, subject.test.images)
    pictures = _show(subject)
    images = subject.test.images
    everything = torch.ones(len(images), dtype=torch.bool)
    real = measure_likeness(images, judge.judge(images), images, everything)
    return Section(
        "Morphs",
        f"{n} pairs of test images with {NOTE}",
        HEAD,
        [
            *([name, *_describe(figures)] for name, figures in metrics.items()),
            ["test images themselves", f"{len(images):,}", *_blank(3), *_share(real), *_blank(4)],
        ],
        {
            **{name: dataclasses.asdict(figures) for name, figures in metrics.items()},
            "test images": dataclasses.asdict(real),
        },
        pictures,
    )


def draw_pairs(labels: Tensor, n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw n pairs of images with different labels (N,): indices of the one and of the other."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randint(len(labels), (n,), generator=generator)
    end = torch.empty_like(start)
    for row, label in enumerate(labels[start]):
        others = (labels != label).nonzero().squeeze(1)
        end[row] = others[torch.randint(len(others), (1,), generator=generator)]
    return start, end


def _make(
    subject: Subject, start: Tensor, end: Tensor, path: Path
) -> dict[tuple[Path, bool], Morphs]:
    """Make morphs along one path, with the pictures' own ends and with rebuilt ones."""
    model, images = subject.model, subject.test.images
    fractions = ease(MorphSettings(n_frames=N_FRAMES)).to(model.means.device)
    parts: dict[bool, list[Tensor]] = {True: [], False: []}
    seconds = dict.fromkeys(parts, 0.0)
    for rows in torch.arange(len(start)).split(BATCH):
        x_start, x_end = (
            to_pixels(images[side[rows]].to(model.means.device)) for side in (start, end)
        )
        begun = time.perf_counter()
        curve = find_curve(model, x_start, x_end, path)
        curve(fractions.expand(len(rows), -1)).cpu()  # waits for a GPU
        search = time.perf_counter() - begun
        for keeps_ends, frames in parts.items():
            begun = time.perf_counter()
            x = follow(model, curve, x_start, x_end, fractions, keeps_ends)
            frames.append(to_bytes(x.flatten(0, 1)[:, None]).view(x.shape).cpu())
            seconds[keeps_ends] += search + time.perf_counter() - begun
    ends = torch.stack([images[start], images[end]], 1)
    return {
        (path, keeps_ends): Morphs(torch.cat(frames), ends, seconds[keeps_ends])
        for keeps_ends, frames in parts.items()
    }


def _show(subject: Subject) -> dict[str, str]:
    """Draw a strip for each path of some well-known pairs; return what the pictures show."""
    model = subject.model
    handwriting = encode_handwriting(model, subject.test)
    pictures = {}
    for a, b in SHOWN:
        if not {*map(int, f"{a}{b}")} <= {*model.labels}:
            continue
        source, target = (
            write_number(model, handwriting, str(number), subject.seed) for number in (a, b)
        )
        frames, captions = [], []
        for path in PATHS:
            made = morph(model, source, target, MorphSettings(path, N_FRAMES))
            places = np.linspace(0, N_FRAMES - 1, N_SHOWN).round().astype(int)
            frames.append(torch.from_numpy(made.joined()[places]))
            read = [_read(subject, digits) for digits in made.frames[places]]
            captions += [f"{path}: {read[0]}", *read[1:]]
        name = f"morph_{a}_{b}.png"
        plot_pictures(torch.cat(frames), captions, subject.folder / name)
        pictures[name] = f"{a} turns into {b}: {', '.join(PATHS)}; below each, what the model reads"
    return pictures


def _read(subject: Subject, digits: NDArray[np.uint8]) -> str:
    """What the model reads in the places (P, 28, 28) of a frame."""
    labels = read_digits(subject.model, digits.astype(np.float32) / np.float32(255))
    return "".join("" if label is None else str(label) for label in labels)


def _describe(metrics: MorphMetrics) -> list[str]:
    return [
        f"{metrics.n_pairs:,}",
        f"{metrics.length:.3f}",
        f"{metrics.shorter:.1%}",
        f"{metrics.unevenness:.2f}",
        *_share(metrics.likeness),
        f"{metrics.switches:.2f}",
        f"{metrics.one_switch:.1%}",
        f"{metrics.end_error:.4f}",
        f"{metrics.per_second:.0f}",
    ]


def _share(likeness: Likeness) -> list[str]:
    return [f"{share:.1%}" for share in dataclasses.astuple(likeness)]


def _blank(n: int) -> list[str]:
    return [""] * n

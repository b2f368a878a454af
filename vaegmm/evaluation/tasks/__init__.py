"""The tasks of evaluate.py, by name; each gives a table, pictures and figures."""

from __future__ import annotations

from collections.abc import Callable

from vaegmm.evaluation.tasks.augmenting import find_use
from vaegmm.evaluation.tasks.clustering import cluster_images, find_strangers
from vaegmm.evaluation.tasks.generation import judge_samples
from vaegmm.evaluation.tasks.morphing import judge_morphs
from vaegmm.evaluation.tasks.muddling import judge_muddles
from vaegmm.evaluation.tasks.reading import calibrate_images, classify_images, read_drawings
from vaegmm.evaluation.tasks.rebuilding import bound_likelihood, reconstruct_images
from vaegmm.evaluation.tasks.subject import Section, Subject

__all__ = ["TASKS", "Section", "Subject"]

TASKS: dict[str, Callable[[Subject], Section]] = {
    "classification": classify_images,
    "clustering": cluster_images,
    "reconstruction": reconstruct_images,
    "generation": judge_samples,
    "likelihood": bound_likelihood,
    "calibration": calibrate_images,
    "outliers": find_strangers,
    "drawings": read_drawings,
    "muddle": judge_muddles,
    "morph": judge_morphs,
    "augmentation": find_use,
}

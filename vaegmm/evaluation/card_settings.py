"""The part of a model card that says how the model was trained, as its run wrote it down."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Sequence
from pathlib import Path

from vaegmm.config import AugmentationConfig, ExperimentConfig
from vaegmm.evaluation.markdown import escape
from vaegmm.training.history import HISTORY, REFINE_HISTORY, Epoch, RefineEpoch, read_epochs
from vaegmm.training.run import read_settings

SETTINGS = "run.json"
Rows = list[list[str]]


def list_settings(folder: Path) -> Rows:
    """Return the settings that matter of the run in a folder, and how long it took.

    Of data set and folders nothing is said: a path belongs to the machine.

    Returns:
        Rows of name and value, in Markdown; none where the folder holds no run.json.

    Raises:
        ValueError: a file is damaged.
    """
    if not (folder / SETTINGS).exists():
        return []
    experiment, threads = read_settings(folder)
    history = read_epochs(folder / HISTORY, Epoch)
    joint = read_epochs(folder / REFINE_HISTORY, RefineEpoch)
    return [
        *_list_training(experiment, history),
        *_list_joint_step(experiment, joint),
        ["seed", str(experiment.seed)],
        ["device", f"{escape(experiment.device)}, {experiment.training.precision}"],
        ["machine", f"{escape(_read_machine(folder))}; threads: {threads}"],
        *_list_time(history, joint),
    ]


def _list_training(experiment: ExperimentConfig, history: Sequence[Epoch]) -> Rows:
    training, mixture = experiment.training, experiment.mixture
    epochs = f"at most {training.epochs}"
    best = max((epoch.epoch for epoch in history if epoch.is_best), default=0)
    if best:
        epochs = f"{len(history)} of {epochs}, the best, {best}, kept"
    draws = f"{mixture.posterior_samples} draws per image" if mixture.posterior_samples else "means"
    seen = "those learned from" if experiment.refine.refine_epochs else "all, those held back too"
    return [
        ["held back to steer by", f"{experiment.data.validation_fraction:.0%} of the images"],
        ["epochs", epochs],
        ["batch", f"{training.batch_size} images"],
        ["learning rate", f"{training.learning_rate:g}"],
        ["weight beta of the KL divergence", f"{training.beta:g}"],
        ["dropout", f"{experiment.network.dropout:g}"],
        ["changes of the images", _describe_changes(experiment.augmentation)],
        ["mixture fitted to", f"the posteriors' {draws}; images: {seen}"],
    ]


def _describe_changes(changes: AugmentationConfig) -> str:
    values = dataclasses.asdict(changes)
    named = [f"{name} {value:g}" for name, value in values.items() if isinstance(value, float)]
    made = [change for change in named if not change.endswith(" 0")]
    return f"{', '.join(made)}; rebuilt: {changes.reconstruct}" if made else "none"


def _list_joint_step(experiment: ExperimentConfig, joint: Sequence[RefineEpoch]) -> Rows:
    """Say what the step did in which network and mixture are fitted together."""
    refine = experiment.refine
    if refine.refine_epochs == 0:
        return []
    components = refine.n_prior_components or experiment.mixture.n_components
    labels = "all labels" if refine.labels == "all" else f"{escape(refine.labels)} labels per class"
    learned = f"{labels} (weight {refine.label_weight:g})"
    return [
        ["joint step", f"epochs: {len(joint) or refine.refine_epochs}; components: {components}"],
        ["joint step learns from", "no labels" if refine.labels == "none" else learned],
        ["joint step's mutual information", f"weight {refine.mutual_information:g}"],
    ]


def _list_time(history: Sequence[Epoch], joint: Sequence[RefineEpoch]) -> Rows:
    if not history:
        return []
    seconds = sum(epoch.seconds for epoch in history) + sum(epoch.seconds for epoch in joint)
    took = f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
    rate = statistics.median(epoch.images_per_second for epoch in history)
    return [["time of all epochs", f"{took}, {rate:,.0f} images/s"]]


def _read_machine(folder: Path) -> str:
    values = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    return str(values.get("machine", "unknown"))

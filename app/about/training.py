"""The curves of a training, as its folder holds them."""

from collections.abc import Sequence
from pathlib import Path

from vaegmm.training.history import HISTORY, REFINE_HISTORY, Epoch, RefineEpoch, read_epochs

TERMS = {"loss": "Loss", "reconstruction_nll": "Reconstruction", "kl": "KL divergence"}
JOINT_TERMS = {**TERMS, "mutual_information": "Mutual information", "label_nll": "Labels"}
NOTHING = "This folder holds no record of its training."

Chart = dict[str, object]


def describe_training(folder: Path) -> dict[str, object]:
    """Two groups of charts, first the network's, then those of the joint step; or words."""
    try:
        epochs = read_epochs(folder / HISTORY, Epoch)
        joint = read_epochs(folder / REFINE_HISTORY, RefineEpoch)
    except ValueError:
        # Its message has a path of this machine; the model itself is whole.
        return {"words": "The record of its training is damaged.", "groups": []}
    groups = []
    if epochs:
        kept = max((epoch.epoch for epoch in epochs if epoch.is_best), default=len(epochs))
        title = f"The network: epoch {kept} of {len(epochs)} is kept"
        groups.append({"title": title, "kept": kept, "charts": draw_epochs(epochs)})
    if joint:
        title = f"Then network and mixture together: {len(joint)} epochs"
        groups.append({"title": title, "kept": None, "charts": draw_joint(joint)})
    return {"words": "" if groups else NOTHING, "groups": groups}


def draw_epochs(epochs: Sequence[Epoch]) -> list[Chart]:
    """Training beside validation."""
    return [
        {
            "title": title,
            "series": [
                {"name": name, "values": [getattr(losses, term) for losses in all_losses]}
                for name, all_losses in (
                    ("training", [epoch.train for epoch in epochs]),
                    ("validation", [epoch.validation for epoch in epochs]),
                )
            ],
        }
        for term, title in TERMS.items()
    ]


def draw_joint(epochs: Sequence[RefineEpoch]) -> list[Chart]:
    """The terms that played a part."""
    charts: list[Chart] = []
    for term, title in JOINT_TERMS.items():
        values = [getattr(epoch, term) for epoch in epochs]
        if any(values):
            series = [{"name": "training", "values": values}]
            charts.append({"title": title, "series": series})
    return charts

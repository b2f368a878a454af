"""What train writes into a run's folder while it runs, checkpoints aside."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.parse import say
from vaegmm.config import ExperimentConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.networks.vae import VAE
    from vaegmm.training.heads import Choice
    from vaegmm.training.history import Epoch, RefineEpoch


@dataclass(frozen=True)
class EpochKeeper:
    """What is written after an epoch: the history, and a snapshot where images are given."""

    folder: Path
    experiment: ExperimentConfig
    validation: LabelledImages | None

    def __call__(self, history: list[Epoch], network: VAE) -> None:
        """Write down the history, the last of which has just run."""
        from vaegmm.training.run import adopt_settings, write_history

        adopt_settings(self.folder, self.experiment)
        write_history(self.folder, history)
        if self.validation is not None:
            from vaegmm.evaluation.snapshots import draw_snapshot

            epoch = history[-1].epoch
            draw_snapshot(network, epoch, self.validation, self.folder / "snapshots")


def keep_refinement(folder: Path, history: list[RefineEpoch]) -> None:
    """Write the joint step's history down."""
    from vaegmm.files import write_json

    write_json(folder / "refine.json", [dataclasses.asdict(epoch) for epoch in history])


def keep_choice(folder: Path, before: list[Choice], choice: Choice) -> None:
    """Write down a choice that was made without labels, beside those before, and say it."""
    from vaegmm.files import write_json

    before.append(choice)
    write_json(folder / "choices.json", [dataclasses.asdict(one) for one in before])
    found = ", ".join(f"{value:.4f}" for value in choice.mutual_information)
    of = "near images" if choice.what == "grouping" else "two views"
    say(f"{choice.what} {choice.chosen + 1}: highest mutual information of {of} ({found} nats)")

"""The figures that the document shows, kept beside it: a seed stays when its run is gone.

So machines may share the seeds, and each writes the whole document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.clusters.agreement import Comparison, compare_seeds
from benchmarks.clusters.figures import SeedFigures, read_clusters, read_plain, read_seed
from benchmarks.clusters.plan import DataPlan, Name
from vaegmm.config import ExperimentConfig
from vaegmm.files import write_json
from vaegmm.settings import from_dict


@dataclass(frozen=True)
class Record:
    """What is known of one data set.

    Attributes:
        name: of the data set.
        settings: of every run, but for its seed, its device and the folder of its images.
        figures: of each finished seed, in their order.
        plain_bce: reconstruction's cross-entropy of the plain VAE, in nats; None: not finished.
        comparison: of the most seeds that lay in one folder; None: none did.
    """

    name: Name
    settings: ExperimentConfig
    figures: tuple[SeedFigures, ...]
    plain_bce: float | None
    comparison: Comparison | None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The finished ones."""
        return tuple(one.seed for one in self.figures)


def read_records(path: Path) -> dict[Name, Record]:
    """Read the records of all data sets; none where there is no file yet.

    Raises:
        ValueError: the file is damaged.
    """
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}; remove it to begin anew") from error
    if not isinstance(values, list):
        raise ValueError(f"{path} is damaged: it is no list of data sets; remove it to begin anew")
    records = [from_dict(Record, value, str(path)) for value in values]
    for record in records:
        shown = record.comparison
        if shown is not None and not {*shown.seeds, shown.nearest} <= {*record.seeds}:
            raise ValueError(f"{path} is damaged: {record.name} compares seeds without figures")
    return {record.name: record for record in records}


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write the records of those data sets of which anything is finished."""
    known = [record for record in records if record.figures or record.plain_bce is not None]
    if known:
        write_json(path, [asdict(record) for record in known])


def check_record(record: Record, plan: DataPlan, path: Path) -> None:
    """Refuse to mix runs of other settings.

    Args:
        record: of the data set.
        plan: what is to be trained of it.
        path: of the record, for the message.

    Raises:
        ValueError: the settings differ.
    """
    if record.settings != settings_of(plan):
        raise ValueError(
            f"the figures of {record.name} in {path} were made with other settings; give a "
            "--document in another folder, or remove that file to begin anew"
        )


def settings_of(plan: DataPlan) -> ExperimentConfig:
    """Return what all seeds of a plan have in common."""
    wanted = next(iter(plan.seeds.values())).wanted
    data = replace(wanted.data, data_dir=None)
    return replace(wanted, data=data, seed=0, device="auto")


def find_finished(plan: DataPlan) -> dict[int, Path]:
    """Return the folders of a plan's finished seeds."""
    return {seed: task.folder for seed, task in plan.seeds.items() if task.is_finished}


def renew(record: Record | None, plan: DataPlan) -> Record:
    """Return a record with what is finished of a plan; the rest stays as it was.

    A comparison stays, too, unless as many seeds lie in the folder now.
    """
    old = record or Record(plan.name, settings_of(plan), (), None, None)
    finished, comparison = find_finished(plan), old.comparison
    known = {one.seed: one for one in old.figures}
    known |= {seed: read_seed(folder) for seed, folder in finished.items()}
    if finished and (comparison is None or len(finished) >= len(comparison.seeds)):
        comparison = compare_seeds({s: read_clusters(path) for s, path in finished.items()})
    has_plain = plan.plain.is_finished
    return replace(
        old,
        figures=tuple(known[seed] for seed in sorted(known)),
        plain_bce=read_plain(plan.plain.folder).bce if has_plain else old.plain_bce,
        comparison=comparison,
    )

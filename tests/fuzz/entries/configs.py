"""TOML files of experiments, up to the moment at which a training would begin."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path

from tests.fuzz.guard import ROOT
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import damage, draw_noise, mutate_tree
from tests.fuzz.tiny import write_digits
from vaegmm.cli import one_run
from vaegmm.cli.jobs import check_folder, plan
from vaegmm.cli.train import check_settings, find_start
from vaegmm.config import ExperimentConfig
from vaegmm.data.datasets import TORCHVISION
from vaegmm.training.run import resolve

CONFIGS = sorted((ROOT / "configs").glob("*.toml"))


def write_toml(tree: object) -> str:
    """Return a tree as TOML: its tables under their names, what is not TOML as JSON."""
    assert isinstance(tree, dict)
    lines = [f"{_key(k)} = {_value(v)}" for k, v in tree.items() if not isinstance(v, dict)]
    for name, table in tree.items():
        if isinstance(table, dict):
            lines += [f"[{_key(name)}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines)


def _key(name: object) -> str:
    return json.dumps(str(name), ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float):
        return repr(value)  # nan and inf are TOML, and not JSON
    return json.dumps(value, ensure_ascii=value == "\ud800")


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    images = folder / "images.npz"
    write_digits(images)
    trees = [tomllib.loads(path.read_text(encoding="utf-8")) for path in CONFIGS]
    for tree in trees:
        tree.setdefault("data", {})["dataset"] = str(images)
        tree.setdefault("mixture", {}).setdefault("n_components", 20)

    def make(rng: random.Random) -> Case:
        path = folder / rng.choice(("a.toml", "<b>.toml", "ä ö.toml"))
        text = write_toml(mutate_tree(rng, rng.choice(trees), rng.choice((0, 1, 1, 1, 2, 5))))
        content, is_mutant, what = text.encode("utf-8", "replace"), True, "changed values"
        if rng.random() < 0.2:
            content, what = damage(rng, content), "damaged text"
        elif rng.random() < 0.1:
            content, is_mutant, what = draw_noise(rng, (b"[data]\n",)), False, "no TOML"
        path.write_bytes(content)
        return Case(path, is_mutant, what)

    def put(content: object) -> str | None:
        try:
            jobs = plan(["--config", str(content), "--output-dir", str(folder / "run")])
            for run, arguments in jobs.items():
                check_folder(run, arguments, is_only=True)
                check_settings(arguments.experiment)
                start = find_start(run, arguments)
                if arguments.experiment.data.dataset not in TORCHVISION:  # is downloaded
                    experiment: ExperimentConfig = resolve(arguments.experiment)
                    one_run._begin(run, arguments, experiment, start)
        except ValueError as error:
            return str(error)
        return None

    return (Entry("TOML configs", make, put, weight=3),)

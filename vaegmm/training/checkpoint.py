"""A training between two epochs, as one safetensors file: no pickle, whole or not there at all.

Tensors stand under `network.`, `best.` and `optimizer.`, random states beside them; what is no
tensor lies as JSON in the file's own metadata.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import safetensors
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler

from vaegmm.mixture.processes import gather_over_processes, is_first, n_processes, rank
from vaegmm.settings import from_dict, plain, show
from vaegmm.tensors import write_tensors

FORMAT_VERSION = 1
RATES = {"lr", "initial_lr"}  # of an optimiser's group: no default may stand in for them

E = TypeVar("E")


@dataclass
class State(Generic[E]):
    """Everything that changes while a module is fitted.

    Attributes:
        module: what is fitted.
        optimizer: of its parameters.
        scheduler: of the optimiser's rate.
        generator: what the fitting draws from, besides torch's own generator.
        best_weights: the module's tensors at its best so far; empty where the last are kept.
        history: one entry an epoch.
        epoch_class: of the entries.
    """

    module: nn.Module
    optimizer: torch.optim.Optimizer
    scheduler: LRScheduler
    generator: torch.Generator
    best_weights: dict[str, Tensor]
    history: list[E]
    epoch_class: type[E]


def save_checkpoint(state: State[Any], path: Path) -> None:
    """Write a state; with several processes the first one writes, for all.

    Raises:
        OSError: the disk is full, or the folder cannot be written; an older file stays as it was.
    """
    random = {
        name: gather_over_processes(values)  # (processes, bytes)
        for name, values in _random_states(state.generator).items()
    }
    if not is_first():
        return
    optimizer = state.optimizer.state_dict()
    tensors = {f"network.{k}": v for k, v in state.module.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in state.best_weights.items()}
    for index, values in optimizer["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in values.items()}
    rest = {
        "format_version": FORMAT_VERSION,
        "history": [dataclasses.asdict(epoch) for epoch in state.history],
        "scheduler": state.scheduler.state_dict(),
        "param_groups": optimizer["param_groups"],
    }
    write_tensors(tensors | random, path, {"state": json.dumps(rest)})


def load_checkpoint(state: State[Any], path: Path) -> None:
    """Put a saved state into a fresh one of the same network.

    Raises:
        ValueError: the file is missing, damaged, or belongs to another network or another number
            of processes.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            rest = json.loads((file.metadata() or {})["state"])
        if not isinstance(rest, dict) or rest.get("format_version") != FORMAT_VERSION:
            raise ValueError(f"its format_version is not {FORMAT_VERSION}")
        _check_rest(state, rest)
        _restore(state, tensors, rest)
    except FileNotFoundError as error:
        raise ValueError(f"no checkpoint {path}; train without --resume first") from error
    except KeyError as error:
        raise ValueError(f"cannot resume from {path}: it holds no {error}") from error
    except (OSError, safetensors.SafetensorError, ValueError, RecursionError) as error:
        raise ValueError(f"cannot resume from {path}: {plain(error)}") from error


def _check_rest(state: State[Any], rest: dict[str, Any]) -> None:
    """Refuse what is no tensor where it is of another form than a fresh state's own.

    Raises:
        KeyError: a part is missing.
        ValueError: a part is of another form; it is named.
    """
    _check_form("scheduler", state.scheduler.state_dict(), rest["scheduler"])
    groups = state.optimizer.state_dict()["param_groups"]
    _check_form("param_groups", groups, rest["param_groups"])
    if [own["params"] for own in groups] != [found.get("params") for found in rest["param_groups"]]:
        raise ValueError("param_groups are not those of this network")
    for own, found in zip(groups, rest["param_groups"], strict=True):
        missing = sorted(RATES & own.keys() - found.keys())
        if missing:
            raise KeyError(missing[0])
    if not isinstance(rest["history"], list):
        raise ValueError(f"history must be a list, got {show(rest['history'])}")


def _check_form(name: str, own: object, found: object) -> None:
    """Compare two values as JSON has them: keys, lengths, words and kinds, not the numbers.

    What another version of torch does not know yet may be missing.
    """
    if isinstance(own, dict) and isinstance(found, dict) and own.keys() >= found.keys():
        pairs = [(key, own[key], found[key]) for key in found]
    elif isinstance(own, list | tuple) and isinstance(found, list) and len(own) == len(found):
        pairs = [(index, *pair) for index, pair in enumerate(zip(own, found, strict=True))]
    elif isinstance(own, dict | list | tuple) or not _is_alike(own, found):
        raise ValueError(f"{name} must be like {show(own)}, got {show(found)}")
    else:
        return
    for key, ours, theirs in pairs:
        _check_form(f"{name}.{key}", ours, theirs)


def _is_alike(own: object, found: object) -> bool:
    if isinstance(own, int | float) and not isinstance(own, bool):
        return isinstance(found, int | float) and not isinstance(found, bool)
    return own == found if isinstance(own, str | None) else type(own) is type(found)


def _restore(state: State[Any], tensors: dict[str, Tensor], rest: dict[str, Any]) -> None:
    module, best = _under("network.", tensors), _under("best.", tensors)
    for found, own in ((module, state.module.state_dict()), (best, state.best_weights)):
        if {k: v.shape for k, v in found.items()} != {k: v.shape for k, v in own.items()}:
            raise ValueError("its tensors are not those of this network")
    present = _random_states(state.generator)
    if tensors["generator"].ndim != 2 or len(tensors["generator"]) != n_processes():
        raise ValueError(
            f"it was written by {len(tensors['generator'])} processes, this run has {n_processes()}"
        )
    if any(
        tensors[name].shape[1:] != values.shape or tensors[name].dtype != values.dtype
        for name, values in present.items()
    ):
        raise ValueError("it was written on another kind of device")
    state.module.load_state_dict(module)
    for name, values in state.best_weights.items():
        values.copy_(best[name])
    fresh = state.optimizer.state_dict()["param_groups"]
    groups = [own | found for own, found in zip(fresh, rest["param_groups"], strict=True)]
    moments = _read_moments(state.optimizer, tensors)
    state.optimizer.load_state_dict({"state": moments, "param_groups": groups})
    state.scheduler.load_state_dict(rest["scheduler"])
    state.history[:] = [from_dict(state.epoch_class, epoch, "history") for epoch in rest["history"]]
    # Cloned, because set_state reads a tensor's memory from its very beginning.
    random = {name: tensors[name][rank()].clone() for name in present}
    state.generator.set_state(random["generator"])
    torch.set_rng_state(random["random"])
    if state.generator.device.type == "cuda":
        torch.cuda.set_rng_state(random["random_cuda"], state.generator.device)


def _read_moments(
    optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]
) -> dict[int, dict[str, Tensor]]:
    """Return what an optimiser remembers of each parameter, by the parameters' numbers.

    Moments lie in memory as their parameter does, so that sums go on in the same order.

    Raises:
        ValueError: some are of no parameter of this network.
    """
    moments: dict[int, dict[str, Tensor]] = {}
    for name, values in _under("optimizer.", tensors).items():
        index, key = name.split(".")
        moments.setdefault(int(index), {})[key] = values
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for number, own in moments.items():
        for key, moment in own.items():
            if number >= len(parameters) or moment.shape not in (parameters[number].shape, ()):
                raise ValueError(f"optimizer.{number}.{key} is of no parameter of this network")
            if moment.shape == parameters[number].shape:
                own[key] = torch.empty_like(parameters[number]).copy_(moment)
    return moments


def _random_states(generator: torch.Generator) -> dict[str, Tensor]:
    """Return the states of the run's own generator and of torch's, which dropout draws from."""
    states = {"generator": generator.get_state(), "random": torch.get_rng_state()}
    if generator.device.type == "cuda":
        states["random_cuda"] = torch.cuda.get_rng_state(generator.device)
    return states


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

"""What several processes of torch.distributed share: sums, and what the first one chose."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor

from vaegmm.mixture.starts import nearest


def n_processes() -> int:
    """Return the size of the default process group; 1 without one."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Return this process's number in the default group; 0 without one."""
    return dist.get_rank() if n_processes() > 1 else 0


def is_first() -> bool:
    """Whether this is process 0 of the default group, or the only one."""
    return rank() == 0


def require_processes() -> None:
    """Raise the ValueError that says how several processes are started, if there is no group."""
    if not (dist.is_available() and dist.is_initialized()):
        raise ValueError(
            "distributed must be False without a process group; call "
            "torch.distributed.init_process_group() first, for example under torchrun"
        )


def add_over_processes(values: Tensor) -> Tensor:
    """Return the sum of every process's tensor of this shape."""
    if n_processes() == 1:
        return values
    total = values.clone()
    dist.all_reduce(total)
    return total


def gather_over_processes(values: Tensor) -> Tensor:
    """Return every process's tensor of this shape, (processes, ...), by rank."""
    if n_processes() == 1:
        return values[None]
    own = values.contiguous()
    parts = [torch.empty_like(own) for _ in range(n_processes())]
    dist.all_gather(parts, own)
    return torch.stack(parts)


def take_from_first(values: Tensor) -> Tensor:
    """Return process 0's tensor of this shape."""
    if n_processes() == 1:
        return values
    taken = values.contiguous().clone()
    dist.broadcast(taken, 0)
    return taken


def labels_of_first(x: Tensor, labels: Tensor, n_components: int) -> Tensor:
    """Return labels (N,) for this process's points by what the first process's labels mean.

    Where all of the first's points had one, the nearest of its components' means; where only seeds
    had, its own labels there and none elsewhere.
    """
    is_complete = take_from_first((labels >= 0).all().long()[None])
    if not int(is_complete):
        return labels if is_first() else torch.full_like(labels, -1)
    counts = torch.bincount(labels.clamp(min=0), minlength=n_components)
    centres = x.new_zeros(n_components, x.shape[1]).index_add_(0, labels.clamp(min=0), x)
    centres = take_from_first(centres / counts.clamp(min=1)[:, None])
    return nearest(x, centres)

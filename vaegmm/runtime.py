"""Where and how numbers are computed: device, precision, seeds, evaluation mode.

Nothing here knows what is being computed.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
import torch.distributed as dist
from torch import nn

Precision = Literal["float32", "bfloat16"]
MAX_SEED = 2**31 - 1  # of operations: short enough for a link


def resolve_device(name: str = "auto") -> torch.device:
    """Turn a device name into a device that exists.

    Args:
        name: "auto" takes a GPU when there is one; else a name as torch knows it ("cuda:1"). Under
            torchrun every GPU is this process's own.

    Raises:
        ValueError: the name is unknown, or this machine has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and "LOCAL_RANK" in os.environ:  # torchrun: each process its own
        name = f"cuda:{os.environ['LOCAL_RANK']}"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError, ImportError) as error:
        raise ValueError(f"device {name!r} is not available here; use auto or cpu") from error
    return device


def resolve_precision(
    name: Literal["auto", "float32", "bfloat16"], device: torch.device
) -> Precision:
    """Choose the precision of training once, by what the processor can do.

    "auto" is bfloat16 where it has instructions of its own (AMX or AVX512-BF16 on x86, compute
    capability 8 on GPUs; measured 1.6 to 3 times faster) and float32 elsewhere.
    """
    if name != "auto":
        return name
    if device.type == "cuda":
        has_bfloat16 = torch.cuda.get_device_capability(device) >= (8, 0)
    elif device.type == "cpu":
        has_bfloat16 = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    else:
        has_bfloat16 = False
    return "bfloat16" if has_bfloat16 else "float32"


@contextmanager
def process_group() -> Iterator[None]:
    """Join the processes that torchrun started, if it did: gloo on processors, nccl on GPUs."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    backend = "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(resolve_device("cuda"))
        backend = "cpu:gloo,cuda:nccl"
    dist.init_process_group(backend)
    try:
        yield
    finally:
        dist.destroy_process_group()


def keep_freed_memory() -> None:
    """Let the C library keep what tensors free, up to the end of the process.

    By default glibc gives large blocks back at once and faults them in again, page by page, with
    the next step: a tenth of a training step on two cores. Other C libraries are left alone.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        m_trim_threshold, m_top_pad, m_mmap_threshold = -1, -2, -3  # malloc.h
        libc.mallopt(m_mmap_threshold, 32 << 20)
        libc.mallopt(m_trim_threshold, 2**31 - 1)
        libc.mallopt(m_top_pad, 64 << 20)


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Return the context in which a forward pass runs at `precision`; weights stay float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Put a module into evaluation mode without gradients, and restore its mode afterwards."""
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        module.train(was_training)

"""Adam for one tensor."""

from __future__ import annotations

import subprocess
import sys

import torch

from vaegmm.operations.adam import Adam


def test_it_takes_torch_s_own_steps_to_the_bit() -> None:
    ours = torch.randn(3, 4, 10)
    theirs = ours.clone().requires_grad_()
    betas = (0.9, 0.95)
    adam = Adam(ours, betas)
    oracle = torch.optim.Adam([theirs], betas=betas)
    for step in range(30):
        gradient = torch.randn(3, 4, 10)
        oracle.param_groups[0]["lr"] = 0.1 / (1 + step)
        theirs.grad = gradient.clone()
        oracle.step()
        adam.step(gradient, 0.1 / (1 + step))
        assert torch.equal(ours, theirs)


def test_a_morph_does_not_import_torch_s_compiler() -> None:
    code = (
        "import sys, torch\n"
        "from vaegmm.model import VAEGMM\n"
        "from vaegmm.operations.geodesic import find_geodesic\n"
        "find_geodesic(VAEGMM.from_pretrained(), torch.zeros(1, 10), torch.ones(1, 10))\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

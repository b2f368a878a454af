"""What several files of tests of the operations begin with."""

from __future__ import annotations

import pytest

from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting, encode_handwriting


@pytest.fixture(scope="session")
def handwriting(digits: VAEGMM) -> Handwriting:
    return encode_handwriting(digits, load_dataset("sample", train=False))

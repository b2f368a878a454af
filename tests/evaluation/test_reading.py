"""The pictures of errors: which images, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.metrics import measure
from vaegmm.evaluation.tasks import Subject, reading
from vaegmm.model import VAEGMM


def test_the_least_probable_images_are_shown_with_what_the_model_says(
    digits148: VAEGMM, sample: LabelledImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[Tensor, Sequence[str]]] = []
    monkeypatch.setattr(reading, "plot_pictures", lambda *args: shown.append(args[:2]))
    subject = Subject(digits148, sample, {"own": measure(digits148, sample)}, {}, tmp_path)
    reading.classify_images(subject)
    ((images, captions),) = shown
    answers = digits148.label_probabilities(subject.z)
    right = answers.gather(1, subject.truth[:, None]).squeeze(1)
    worst = right.argsort()[: reading.N_ERRORS]
    assert torch.equal(images, sample.images[worst])
    expected = [
        f"{label}, {p:.0%}" if p > 0.5 else f"{label} → {digits148.labels[int(answer)]}"
        for label, p, answer in zip(
            sample.labels[worst].tolist(),
            right[worst].tolist(),
            answers[worst].argmax(1),
            strict=True,
        )
    ]
    assert list(captions) == expected
    assert any("%" in caption for caption in captions)

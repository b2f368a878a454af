"""Real digits, read and rebuilt one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.evaluation.autoencoding import measure_autoencoder
from vaegmm.evaluation.examination import Examination, examine, rebuild
from vaegmm.evaluation.metrics import measure
from vaegmm.latents import decode_latents
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting, encode_handwriting


@pytest.fixture(scope="module")
def handwriting(digits148: VAEGMM, sample: LabelledImages) -> Handwriting:
    return encode_handwriting(digits148, sample)


@pytest.fixture(scope="module")
def exam(digits148: VAEGMM, handwriting: Handwriting) -> Examination:
    return examine(digits148, handwriting)


def test_its_figures_are_those_of_an_evaluation(
    exam: Examination, digits148: VAEGMM, sample: LabelledImages
) -> None:
    assert exam.metrics == measure(digits148, sample)
    network = measure_autoencoder(digits148, sample)
    assert exam.reconstruction_nll == pytest.approx(network.reconstruction_bce)


def test_cells_hold_the_digits_that_they_count(exam: Examination) -> None:
    labels = exam.metrics.labels
    for row, truth in enumerate(labels):
        for column, answer in enumerate(labels):
            index = exam.find_cell(truth, answer)
            assert len(index) == exam.metrics.confusion[row][column]
            assert set(exam.truth[index]) <= {truth}
            assert set(exam.answers[index]) <= {answer}
            assert (np.diff(exam.confidences[index]) >= 0).all()


def test_errors_come_the_surest_first(digits: VAEGMM) -> None:
    exam = examine(digits, encode_handwriting(digits, load_dataset("sample", train=False)))
    errors = exam.find_errors()
    assert len(errors) == round((1 - exam.metrics.accuracy) * 2000) > 1
    assert (exam.truth[errors] != exam.answers[errors]).all()
    assert (np.diff(exam.confidences[errors]) <= 0).all()
    assert len({*exam.confidences[errors]}) > 1


def test_digits_are_rebuilt_from_their_latents(digits148: VAEGMM, handwriting: Handwriting) -> None:
    index = np.array([5, 3, 599])
    x_hat = decode_latents(digits148.network, handwriting.z[[5, 3, 599]])[:, 0]
    rebuilt = rebuild(digits148, handwriting, index)
    torch.testing.assert_close(torch.from_numpy(rebuilt), x_hat)

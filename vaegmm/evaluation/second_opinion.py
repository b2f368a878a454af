"""A second opinion on ambiguous digits, of another kind than the judge's: a support-vector machine.

It sees bare pixels, through the distances of an RBF kernel (Cortes & Vapnik 1995), and separates
each pair of labels by itself. Like the judge it knows nothing of the autoencoder, and nothing may
be made with its help.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from torch import Tensor

from vaegmm.data.datasets import LabelledImages

C, GAMMA = 10.0, 0.02
N_TRAIN = 8000  # images that the machine is fitted to, at most; a quarter as many set its scale


class SecondOpinion:
    """A support-vector machine whose margins are turned into probabilities (Platt 1999).

    Args:
        data: labelled digits; some are taken by seed.
        seed: of the choice.
    """

    def __init__(self, data: LabelledImages, seed: int) -> None:
        order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
        n_train = min(N_TRAIN, len(data) * 4 // 5)
        train = data.subset(order[:n_train])
        held_back = data.subset(order[n_train : n_train + n_train // 4])
        self._machine = SVC(C=C, gamma=GAMMA, decision_function_shape="ovo")
        self._machine.fit(_flatten(train.images), train.labels.numpy())
        self.labels = tuple(int(label) for label in self._machine.classes_)
        self._pairs = list(itertools.combinations(self.labels, 2))
        margins, truth = self._margins(held_back.images), held_back.labels.numpy()
        self._scales = [
            _fit_scale(margins[:, k], truth, pair) for k, pair in enumerate(self._pairs)
        ]

    def judge_pairs(self, images: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Judge images (N, 28, 28) uint8, each said to lie between two labels.

        Args:
            images: to be judged.
            a: (N,), the first label of each.
            b: (N,), the second.

        Returns:
            The probability of a where it is either a or b, (N,), and whether those two win more
            of the pairwise contests than any other label, (N,) bool.
        """
        margins = self._margins(images)
        probabilities = np.empty(len(images))
        wins = np.zeros((len(images), len(self.labels)))
        for k, pair in enumerate(self._pairs):
            columns = [self.labels.index(label) for label in pair]
            is_first = margins[:, k] > 0
            wins[np.arange(len(images)), np.where(is_first, *columns)] += 1
            of_first = self._scales[k].predict_proba(margins[:, [k]])[:, 1]
            as_is, turned = ((a == i) & (b == j) for i, j in (pair, pair[::-1]))
            probabilities[as_is] = of_first[as_is]
            probabilities[turned] = 1 - of_first[turned]
        both = np.stack([a.numpy(), b.numpy()], 1)
        own = np.searchsorted(self.labels, both)  # (N, 2)
        of_both = np.take_along_axis(wins, own, 1).min(1)
        np.put_along_axis(wins, own, -1, 1)
        return torch.from_numpy(probabilities).float(), torch.from_numpy(of_both > wins.max(1))

    def _margins(self, images: Tensor) -> NDArray[np.float64]:
        margins: NDArray[np.float64] = self._machine.decision_function(_flatten(images))
        return margins.reshape(len(images), -1)  # (N, pairs)


def _flatten(images: Tensor) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = (images.flatten(1).float() / 255).numpy()
    return pixels


def _fit_scale(
    margins: NDArray[np.float64], truth: NDArray[np.int64], pair: tuple[int, int]
) -> LogisticRegression:
    """Fit the slope that makes margins of a pair as sure as they are right."""
    of_pair = np.isin(truth, pair)
    scale = LogisticRegression()
    scale.fit(margins[of_pair, None], truth[of_pair] == pair[0])
    return scale

"""The Model tab's server side: EM step by step."""

from __future__ import annotations

import base64
import json

import gradio as gr
import numpy as np
import pytest

from app.em.em import COLOURS
from app.em.words import count_turncoats
from tests.app.modelling import MISFIT, ask
from vaegmm.operations.em_points import load_points
from vaegmm.operations.em_walk import walk


def test_a_walk_is_sent_whole(em: gr.HTML) -> None:
    answer = json.loads(json.dumps(em.walk_em(ask())))
    n_steps = len(answer["steps"])
    assert n_steps == len(answer["log_likelihood"]) == len(answer["means"]) > 5
    assert np.shape(answer["covariances"]) == (n_steps, 3, 2, 2)
    assert np.diff(answer["log_likelihood"]).min() > -1e-4
    levels = np.frombuffer(base64.b64decode(answer["responsibilities"]), np.uint8)
    shares = levels.reshape(n_steps, len(em.props["labels"]), 3).sum(2)
    assert (abs(shares.astype(int) - 255) <= 2).all()
    exact = walk(load_points().z, 3, 0)
    assert np.allclose(answer["means"], exact.means, atol=1e-4)


def test_the_points_reach_the_page_once(em: gr.HTML) -> None:
    points = np.frombuffer(base64.b64decode(em.props["points"]), "<f4").reshape(-1, 2)
    assert np.array_equal(points, load_points().z.numpy())
    assert len(em.props["labels"]) == len(points)


def test_every_step_is_said_in_words(em: gr.HTML) -> None:
    answer = em.walk_em(ask())
    first, second, *_ = answer["steps"]
    assert first["m"] == "Start: 3 equal round Gaussians, each on a point drawn at random."
    assert "the farthest moved by" in second["m"]
    assert "change sides. The mean log-likelihood rises by" in second["e"]
    assert answer["end"].startswith(f"Settled after {len(answer['steps']) - 1} iterations")
    words = ["none changes sides", "1 changes sides", "2 change sides"]
    assert [count_turncoats(n) for n in (0, 1, 2)] == words


def test_gaussians_are_named_where_they_are_enough(em: gr.HTML) -> None:
    naming = em.walk_em(ask())["naming"]
    assert sorted(naming["names"][-1]) == [1, 4, 8]
    assert 0.85 < naming["accuracy"][-1] <= 1
    assert em.walk_em(ask(n_components=2))["naming"] is None


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("n_components", [2, 8])
def test_every_choice_of_the_page_is_answered(em: gr.HTML, kind: str, n_components: int) -> None:
    answer = em.walk_em(ask(n_components=n_components, covariance_type=kind))
    assert "error" not in answer
    assert len(answer["weights"][0]) == n_components <= len(COLOURS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_components": 1}, "The number of Gaussians must be from 2 to 8, got 1."),
        ({"n_components": 9}, "from 2 to 8"),
        ({"n_components": 10**400}, "from 2 to 8"),
        ({"n_components": 2.5}, "must be a whole number"),
        ({"n_components": None}, "must be a whole number"),
        ({"covariance_type": "round"}, MISFIT),
        ({"covariance_type": ["full"]}, MISFIT),
    ],
)
def test_what_cannot_be_walked_is_said(em: gr.HTML, changes: dict[str, object], said: str) -> None:
    answer = em.walk_em(ask(**changes))
    assert list(answer) == ["error"]
    assert said in answer["error"]
    assert len(answer["error"]) < 120

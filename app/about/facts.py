"""What is said of a model: facts that its folder holds, and figures that were measured."""

from collections import Counter

from vaegmm.evaluation.examination import Examination
from vaegmm.hub.weights import Weights
from vaegmm.mixture.gaussian import n_parameters
from vaegmm.model import VAEGMM

NETWORKS = {
    "conv": "Convolutional",
    "conv64": "Convolutional with a dense end",
    "dense": "Dense",
    "lstm": "Recurrent (LSTM)",
}

Rows = list[list[str]]


def list_facts(weights: Weights, model: VAEGMM) -> Rows:
    """Name and value of each fact."""
    network = model.config.network
    kind = "autoencoder" if network.posterior == "point" else "variational autoencoder"
    k, d = model.means.shape
    n_weights = sum(one.numel() for one in model.network.parameters())
    return [
        ["Weights", f"{weights.title}, {weights.origin}"],
        ["Network", f"{NETWORKS[network.kind]}, {kind}"],
        ["Parameters", f"{n_weights:,}, and {n_parameters(k, d, 'full'):,} of the mixture"],
        ["Latent space", "1 dimension" if d == 1 else f"{d} dimensions"],
        ["Mixture", describe_mixture(model.config.component_labels, model.labels)],
        ["Trained on", model.config.training_images],
        ["Labels", _as_sentence(model.config.label_use)],
    ]


def describe_mixture(component_labels: tuple[int, ...], labels: tuple[int, ...]) -> str:
    """How many Gaussians there are, and how many stand for a digit."""
    of_label = Counter(component_labels)
    counts = sorted(of_label[label] for label in labels)
    k, fewest, most = len(component_labels), counts[0], counts[-1]
    gaussians = "1 Gaussian" if k == 1 else f"{k} Gaussians"
    each = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{gaussians}, {each} for each digit"


def list_figures(exam: Examination) -> Rows:
    """Name, value and explanation of each figure."""
    metrics = exam.metrics
    n_right = int((exam.truth == exam.answers).sum())
    return [
        ["Accuracy", as_percent(metrics.accuracy), f"{n_right:,} of {metrics.n_images:,} right"],
        ["F1", f"{metrics.f1_macro:.4f}", "mean over the digits"],
        ["Rebuilding", f"{exam.reconstruction_nll:.1f} nats", "cross-entropy of a picture"],
        ["Calibration", as_percent(exam.calibration.ece), "mean error of its confidence"],
        ["Unlike", as_percent(metrics.outlier_share), "called unlike any of its digits"],
    ]


def as_percent(share: float) -> str:
    """A share with two digits after the point, where it is not all or nothing."""
    return f"{100 * share:.0f} %" if share in (0, 1) else f"{100 * share:.2f} %"


def _as_sentence(words: str) -> str:
    return words[:1].upper() + words[1:]

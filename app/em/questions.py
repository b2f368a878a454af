"""What a browser asks of EM, read: nothing that arrives here is trusted."""

from dataclasses import dataclass

from app.shared.questions import misfit, read_seed, read_whole, shorten
from vaegmm.mixture.gaussian import CovarianceType

FEWEST, MOST = 2, 8  # Gaussians; as many as there are colours that can be told apart
KINDS: tuple[CovarianceType, ...] = ("full", "tied", "diag", "spherical")


@dataclass(frozen=True)
class WalkQuestion:
    """One run of EM that is asked for; names as in `vaegmm.operations.em_walk.walk`."""

    n_components: int
    seed: int
    covariance_type: CovarianceType


def read_walk_question(question: object) -> WalkQuestion:
    """Read {n_components, seed, covariance_type}.

    Raises:
        ValueError: it is anything else.
    """
    match question:
        case {"n_components": number, "seed": seed, "covariance_type": str(kind)} if kind in KINDS:
            n_components = read_whole(number, "The number of Gaussians")
            if not FEWEST <= n_components <= MOST:
                raise ValueError(
                    f"The number of Gaussians must be from {FEWEST} to {MOST}, "
                    f"got {shorten(number)}."
                )
            return WalkQuestion(n_components, read_seed(seed), kind)
    raise misfit()

"""What each step of EM has done, in plain words."""

from vaegmm.operations.em_walk import TOL, EMWalk


def describe_steps(steps: EMWalk) -> list[dict[str, str]]:
    """One for the start and one for each iteration: what its M-step, and what its E-step did."""
    farthest = steps.means.diff(dim=0).norm(dim=2).amax(1).tolist()  # (T - 1,)
    n_changed = steps.responsibilities.argmax(2).diff(dim=0).ne(0).sum(1).tolist()
    gains = steps.log_likelihood.diff().tolist()
    n_components = steps.weights.shape[1]
    start = {
        "m": f"Start: {n_components} equal round Gaussians, each on a point drawn at random.",
        "e": "Every point is shared out among them: it takes on the mix of their colours.",
    }
    after = [
        {
            "m": f"Each Gaussian takes on the mean and spread of its share; the farthest moved by "
            f"{distance:.2f}.",
            "e": f"The points are shared out anew: {count_turncoats(n)}. The mean log-likelihood "
            f"rises by {gain:.3f}.",
        }
        for distance, n, gain in zip(farthest, n_changed, gains, strict=True)
    ]
    return [start, *after]


def describe_end(steps: EMWalk) -> str:
    """Why it ends where it ends."""
    n_iter = len(steps.weights) - 1
    if steps.has_converged:
        return f"Settled after {n_iter} iterations: the next gain would be below {TOL}."
    return f"Stopped after {n_iter} iterations, before it settled."


def count_turncoats(n: int) -> str:
    """How many points have another likeliest Gaussian than before."""
    if n == 0:
        return "none changes sides"
    return f"{n} changes sides" if n == 1 else f"{n} change sides"

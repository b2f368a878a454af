"""What a fit prints while it runs, in scikit-learn's words."""

from __future__ import annotations

import time

from vaegmm.mixture.em import Run


class Report:
    """Prints the progress of one start.

    Args:
        verbose: 0 prints nothing, 1 iterations, 2 also times and gains.
        interval: iterations between two lines.
        number: of the start, from 0.
    """

    def __init__(self, verbose: int, interval: int, number: int) -> None:
        self.verbose = verbose
        self.interval = interval
        self.begun = self.last = time.perf_counter()
        if verbose:
            print(f"Initialization {number}")

    def step(self, n_iter: int, change: float) -> None:
        """Say that an iteration has been done, and what it gained."""
        if not self.verbose or n_iter % self.interval:
            return
        if self.verbose == 1:
            print(f"  Iteration {n_iter}")
            return
        now = time.perf_counter()
        lapse, self.last = now - self.last, now
        print(f"  Iteration {n_iter}\t time lapse {lapse:.5f}s\t ll change {change:.5f}")

    def end(self, run: Run) -> None:
        """Say how the start ended."""
        state = "converged" if run.has_converged else "did not converge"
        if self.verbose == 1:
            print(f"Initialization {state}.")
        elif self.verbose:
            lapse = time.perf_counter() - self.begun
            print(
                f"Initialization {state}. time lapse {lapse:.5f}s\t lower bound "
                f"{run.lower_bound:.5f}."
            )

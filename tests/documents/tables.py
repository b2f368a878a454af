"""How commands of the documents are run in tests, where not as they stand.

A row is found by the words that a command begins with; the longest wins. What no document uses any
more has to go (`test_no_row_is_left_over`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tiny:
    """A long command made short.

    Attributes:
        replaced: words, and what stands in their place.
        added: options.
        is_slow: whether it still takes seconds.
    """

    replaced: tuple[tuple[str, str], ...] = ()
    added: str = ""
    is_slow: bool = True

    def shorten(self, text: str) -> str:
        """Return the short command.

        Raises:
            ValueError: a word that the command does not have.
        """
        for old, new in self.replaced:
            if old not in text:
                raise ValueError(f"{text!r} has no {old!r} to replace; mend its row in TINY")
            text = text.replace(old, new)
        return f"{text} {self.added}".strip()


# 40 training and 10 test images of each digit (`checkout` makes the file), one epoch, 30 Gaussians
# for ten labels as well as for three.
LEARN = "--dataset small.npz --epochs 1 --n-components 30 --n-init 1 --device cpu"
JOINT = f"{LEARN} --refine-epochs 1 --refine-batch-size 40"

TINY = {
    "python -m vaegmm muddle --n 1000": Tiny(
        (("--n 1000", "--n 4"),), "--dataset small.npz", is_slow=False
    ),
    "python -m vaegmm generate --n 1000000": Tiny((("1000000", "40"),), is_slow=False),
    "python -m vaegmm generate --n 10000 ": Tiny((("--n 10000", "--n 40"),), is_slow=False),
    "python -m vaegmm generate --weights runs/fashion": Tiny(
        (("--labels 5 9", "--labels 4 8"),), is_slow=False
    ),
    "python train.py --config configs/NAME.toml": Tiny((("NAME", "morph-dense"),), LEARN),
    "python train.py --config configs/lstm-*": Tiny((("lstm-*", "lstm-b*"),), LEARN),
    "python train.py --config configs/conv148-2d.toml --betas": Tiny(
        (("0.1 0.25 0.5 1 2 4", "0.1 4"),), LEARN
    ),
    "python train.py --config configs/digits": Tiny((), JOINT),
    "python train.py --config configs/clusters": Tiny((), f"{JOINT} --n-start-components 60"),
    "python train.py --config digits148": Tiny((), JOINT),
    "python train.py --config morph-dense": Tiny((), LEARN),
    "python train.py --init-from weights/digits148 --dataset my.npz": Tiny((), LEARN),
    "python train.py --init-from weights/digits148 --dataset sample": Tiny(
        (("sample", "small.npz"),), "--n-init 1"
    ),
    "python train.py --output-dir runs/digits148 --resume": Tiny((), "--epochs 3"),
    "python evaluate.py": Tiny((), "--dataset small.npz --tasks classification clustering"),
}

# What cannot be run inside a test, and the test that covers it.
ELSEWHERE = {
    "python -m benchmarks.clustering": (
        "tests/benchmarks/test_clustering.py::"
        "test_it_trains_in_several_processes_and_goes_on_with_what_is_missing"
    ),
    "torchrun --nproc-per-node 2 train.py": (
        "tests/cli/test_cannot_lose_work.py::test_two_processes_train_one_model"
    ),
    "python -m pytest -m slow -s tests/test_space.py": (
        "tests/test_space.py::test_a_space_answers_soon_and_takes_little_memory"
    ),
}

# What cannot be run inside a test, and what is asked in its place (`test_commands.py`).
ASKED = {
    "make": "the target is there, and what it would run takes these options",
    "python -m app": "the page takes these options; tests/browser starts it",
    "VAEGMM_WEIGHTS=": "the page takes this variable",
    "hf auth login": "the hub's client has the command",
}

# Blocks of Python that hold one of these are slow: the first encodes 10,000 digits, the second
# looks for two geodesics.
SLOW_BLOCKS = ('load_dataset("sample")', "way = morph(")

# Blocks that are neither commands nor Python, by language.
LANGUAGES = {
    "nginx": (  # by a balancer of our own that does the same
        "tests/browser/test_replicas.py::test_a_visitor_does_not_notice_that_two_processes_answer"
    ),
}


def find_row(table: dict[str, object], text: str) -> str | None:
    """Return the key of the row that a command belongs to, if there is one."""
    keys = [key for key in table if text.startswith(key)]
    return max(keys, key=len, default=None)

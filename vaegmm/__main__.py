"""One command with subcommands: `python -m vaegmm COMMAND ...`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "classify": "tell which digit each picture shows",
    "muddle": "make digits that are hard to tell",
    "generate": "make new digits, as a data set: npz, PNG folders or the files of MNIST",
    "morph": "turn one number into another, as GIF or video",
    "grid": "draw what a plane through latent space decodes to",
    "push": "put a model into a repository of the Hugging Face hub",
    "train": "train a model (the same as train.py)",
    "evaluate": "measure a model (the same as evaluate.py)",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lines = [f"  {name:<10} {text}" for name, text in COMMANDS.items()]
    usage = "\n".join(
        ["usage: python -m vaegmm COMMAND ...   (COMMAND --help explains it)", "", *lines]
    )
    if arguments and arguments[0] in COMMANDS:
        module = importlib.import_module(f"vaegmm.cli.{arguments[0]}")
        code: int = module.main(arguments[1:])
        return code
    if arguments and arguments[0] in ("-h", "--help"):
        print(usage)
        return 0
    if arguments:
        print(f"python -m vaegmm: unknown command {arguments[0]!r}", file=sys.stderr)
    print(usage, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())

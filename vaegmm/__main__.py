"""One command with subcommands: `python -m vaegmm COMMAND ...`, or `vaegmm COMMAND ...`."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence

import vaegmm
from vaegmm.cli.program import program
from vaegmm.cli.stop import end_quietly

if __name__ == "__main__":
    end_quietly()

from vaegmm.cli.parse import run, say

COMMANDS = {
    "classify": "tell which digit each picture shows",
    "muddle": "make digits that are hard to tell, with soft labels",
    "morph": "turn one number into another, as GIF or video",
    "generate": "make new digits, as a data set with labels",
    "grid": "draw what a plane through latent space decodes to",
    "push": "put a model into a repository of the Hugging Face hub",
    "train": "train a model (the same as train.py)",
    "evaluate": "measure a model (the same as evaluate.py)",
}
PAGE = """\
usage: {program} COMMAND ...

  Read, blend and draw handwritten digits. One model does it all: a variational
  autoencoder turns pictures into points and points into pictures, a Gaussian
  mixture tells which points are which digit. One that knows all ten comes with
  the repository; --weights takes others.

Commands:
{commands}

Examples:
{examples}

{program} COMMAND --help explains one of them, {program} --version
tells the version."""
EXAMPLES = (
    "classify digit.png",
    "morph 32 41 -o morph.gif",
    "train --config morph-dense --dataset sample --epochs 30",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    codes: list[int] = []
    wrong = run(lambda: codes.append(_run(arguments)), program())
    return wrong or codes[0]


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in COMMANDS:
        module = importlib.import_module(f"vaegmm.cli.{name}")
        code: int = module.main(arguments[1:])
        return code
    if name in ("-h", "--help"):
        say(explain())
        return 0
    if name == "--version":
        say(f"vaegmm {vaegmm.__version__}")
        return 0
    if not arguments:
        print(explain(), file=sys.stderr)
        return 2
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(COMMANDS)}"
    raise ValueError(f"unknown command {name!r}; {hint}")


def explain() -> str:
    """Return the page that --help shows."""
    commands = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    examples = "\n".join(f"  {program()} {line}" for line in EXAMPLES)
    return PAGE.format(program=program(), commands=commands, examples=examples)


if __name__ == "__main__":
    raise SystemExit(main())

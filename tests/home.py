"""A place where the package is, and the examples of its docstring that are run there."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

import vaegmm

# The five lines of each operation, as the package's docstring shows them.
EXAMPLE = textwrap.dedent(vaegmm.__doc__.partition("asked for:\n\n")[2])
REPORT = """
import json, sys, vaegmm

def fail(call, *arguments):
    try:
        call(*arguments)
    except ValueError as error:
        return str(error)

print(json.dumps({
    "file": vaegmm.__file__,
    "images": [list(digits.images.shape), str(digits.images.dtype)],
    "muddles": [list(muddles.x.shape), list(muddles.probabilities.shape)],
    "frames": list(frames.shape),
    "no weights": fail(VAEGMM.from_pretrained),
    "no sample": fail(vaegmm.load_dataset, "sample"),
    "has gradio": "gradio" in sys.modules,
}))
"""


@dataclass(frozen=True)
class Home:
    """Where the package is, and how a person works with it.

    Attributes:
        package: the folder that holds vaegmm.
        python: the interpreter.
        variables: of the environment.
    """

    package: Path
    python: Path
    variables: dict[str, str]

    def run(self, place: Path, *arguments: str) -> str:
        """Run Python in a folder; return what it prints."""
        run = subprocess.run(
            [self.python, *arguments], cwd=place, env=self.variables, text=True, capture_output=True
        )
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout

    def check_example(self, place: Path, expected: int = 8) -> None:
        """Run the docstring's example, which reads the picture, and see what came of it."""
        label, report = self.run(place, "-c", EXAMPLE + REPORT).splitlines()
        said = json.loads(report)
        assert int(label) == expected
        assert Path(said["file"]) == self.package / "vaegmm" / "__init__.py"
        assert said["images"] == [[1000, 28, 28], "uint8"]
        assert said["muddles"] == [[10, 28, 28], [10, 10]]
        assert said["frames"] == [60, 28, 56]
        assert not said["has gradio"]
        with Image.open(place / "morph.gif") as film:
            assert (film.size, film.n_frames) == ((560, 280), 118)  # there and back again
        one_sentence = re.compile(r"[^.]*installed without [^.]*; give [^.]*(\.npz [^.]*)?")
        assert one_sentence.fullmatch(said["no weights"])
        assert "give a folder (a clone of the program has weights/digits), or" in said["no weights"]
        assert one_sentence.fullmatch(said["no sample"])
        assert "give mnist, the path of an .npz file, or digits that a" in said["no sample"]

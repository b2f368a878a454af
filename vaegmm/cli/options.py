"""The options that several commands have: one type and one text each, the same everywhere.

A command lists them in the order of `SHARED`, after what is its own.
"""

from __future__ import annotations

from typing import Annotated

from tyro.conf import arg

N = Annotated[int, arg(help="Images to make.")]
Digits = Annotated[
    tuple[int, ...],
    arg(
        metavar="[DIGIT ...]",
        help="Labels of the images that are taken; all of them (evaluate: all that the model "
        "knows) when not given.",
    ),
]
Output = Annotated[
    str,
    arg(
        aliases=["-o"],
        metavar="PATH",
        help="What to write, as told above.",
    ),
]
OutputDir = Annotated[
    str | None,
    arg(
        aliases=["-o"],
        metavar="FOLDER",
        help="Folder for all that is written; runs/NAME OF THE CONFIG (train) or reports/NAME OF "
        "THE MODEL (evaluate) when not given. Of several runs, the folder that theirs lie in.",
    ),
]
Weights = Annotated[
    str | None,
    arg(
        metavar="WEIGHTS",
        help="Model folder, or user/name[@revision] of the Hugging Face hub; the embedded "
        "ten-digit model when not given.",
    ),
]
Dataset = Annotated[
    str,
    arg(
        metavar="NAME",
        help="Real images that are used: mnist, fashion-mnist, kmnist, sample (bundled), or the "
        "path of an .npz file.",
    ),
]
DataDir = Annotated[
    str | None,
    arg(
        metavar="FOLDER",
        help="Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache.",
    ),
]
Seed = Annotated[
    int, arg(help="Seed of all that is drawn at random; the same one gives the same results.")
]
Device = Annotated[
    str, arg(metavar="NAME", help="auto (a GPU when there is one), cpu, cuda, cuda:1, mps, ...")
]
Json = Annotated[
    bool,
    arg(
        help="Print JSON alone on stdout, and no progress: one object; of classify and train one "
        "for each picture or run, each on a line of its own."
    ),
]

# Name of the field: its type. `format` is each command's own, and stands between the first two.
SHARED = {
    "output": Output,
    "output_dir": OutputDir,
    "weights": Weights,
    "dataset": Dataset,
    "data_dir": DataDir,
    "seed": Seed,
    "device": Device,
    "json": Json,
}

"""Make new digits, as a data set with labels."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from vaegmm.cli.parse import parse, run, say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.export import Format
    from vaegmm.model import VAEGMM
    from vaegmm.operations.generate import Generated, GenerateSettings

PROG = "python -m vaegmm generate"
N_SHOWN = 100  # in the preview


@dataclass(frozen=True)
class GenerateArguments:
    """Make new digits with labels, and write them as a data set."""

    n: int = 1000
    """How many."""
    labels: tuple[int, ...] = ()
    """Digits that they show, each as often; all that the model knows when not given."""
    components: tuple[int, ...] = ()
    """The mixture's components to draw from, each as often, in place of labels."""
    balanced: bool = True
    """All labels as often, or, with --no-balanced, as often as the mixture has them."""
    temperature: float = 1.0
    """How far from its component's mean a digit is drawn, 0 to 2; at 0 all of them are means."""
    sharpness: float = 2.0
    """How crisp strokes are, 1 to 4; at 1 as grey as the decoder leaves them."""
    keep_sure: float = 0.0
    """Least probability, from 0 and below 1, with which the model, reading a picture again, finds
    its label, for it to be kept; 0 keeps all."""
    source: Literal["mixture", "normal"] = "mixture"
    """mixture draws from the model's own; normal from N(0, I), where no label can be asked for:
    each is what the mixture takes the digit for, and they come in no balance."""
    output: Annotated[str, tyro.conf.arg(aliases=["-o"])] = "digits.npz"
    """File ending in .npz for images (N, 28, 28) and labels (N,), or a new folder; beside it a
    preview, the same name with .png."""
    format: Literal["npz", "png", "idx"] | None = None
    """npz for an output of this ending; png, a folder of pictures per label (torchvision's
    ImageFolder), for any other; idx: the files that torchvision's MNIST opens."""
    n_test: int | None = None
    """Digits in the test part of format idx; one in seven when not given."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    seed: int = 0
    """The same one gives the same digits."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""
    json: bool = False
    """Print one JSON object instead of words, and no progress."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: write_digits(parse(GenerateArguments, argv, PROG)), PROG)


def write_digits(arguments: GenerateArguments) -> None:
    """Make the digits, and write them and their preview.

    Raises:
        ValueError: an argument out of range, or weights that cannot be read.
        OSError: a file that cannot be written.
    """
    import torch

    from vaegmm.data.export import check_export, exporting
    from vaegmm.model import VAEGMM
    from vaegmm.operations.generate import check_generate
    from vaegmm.runtime import keep_freed_memory, resolve_device

    a, path = arguments, Path(arguments.output)
    format = _choose_format(path, a.format)
    check_export(path, format, a.n, a.n_test)
    preview = path.with_suffix(".png") if format == "npz" else path.parent / f"{path.name}.png"
    if preview.is_dir():
        raise ValueError(f"the preview would be {preview}, which is a folder; give another output")
    keep_freed_memory()
    model = VAEGMM.from_pretrained(a.weights).to(resolve_device(a.device))
    settings = _choose_settings(model, a)
    check_generate(model, a.n, settings, a.seed)
    if format == "png":  # a picture takes as long to encode as to make: each has a core
        torch.set_num_threads(max(1, torch.get_num_threads() - 1))
    begun = time.perf_counter()
    shown: list[Generated] = []
    n_drawn = n_made = 0
    with exporting(path, format, a.n, a.n_test) as write:
        for part in _make(model, settings, a):
            write(part.images, part.labels)
            n_drawn += part.n_drawn
            if n_made < N_SHOWN:
                shown.append(part)
            n_made += len(part.labels)
    seconds = time.perf_counter() - begun
    _draw_preview(shown, preview)
    _report(a, path, preview, format, seconds, n_drawn)


def _choose_format(path: Path, asked: Format | None) -> Format:
    """Return what was asked for, or else what the ending says."""
    if asked is not None:
        return asked
    if path.suffix and path.suffix != ".npz":
        raise ValueError(
            f"output must end in .npz or be a folder, got {str(path)!r}; a folder of that name "
            "needs --format png or idx"
        )
    return "npz" if path.suffix else "png"


def _choose_settings(model: VAEGMM, arguments: GenerateArguments) -> GenerateSettings:
    from vaegmm.operations.generate import GenerateSettings

    a, labels = arguments, arguments.labels
    if not a.balanced and (a.labels or a.components):
        raise ValueError(
            "labels and components that are asked for come in balance; leave --no-balanced out"
        )
    if a.balanced and a.source == "mixture" and not a.labels and not a.components:
        labels = model.drawable_labels
    return GenerateSettings(labels, a.components, a.temperature, a.sharpness, a.keep_sure, a.source)


def _make(
    model: VAEGMM, settings: GenerateSettings, arguments: GenerateArguments
) -> Iterator[Generated]:
    """Make the digits part by part, as fast as the processor can, with a bar."""
    from tqdm import tqdm

    from vaegmm.operations.generate import stream
    from vaegmm.runtime import resolve_precision

    a, precision = arguments, resolve_precision("auto", model.means.device)
    with tqdm(total=a.n, unit="image", disable=a.json or None) as bar:
        for part in stream(model, a.n, settings, a.seed, precision):
            yield part
            bar.update(len(part.labels))


def _draw_preview(parts: list[Generated], path: Path) -> None:
    import torch

    from vaegmm.evaluation.charts import plot_pictures
    from vaegmm.operations.generate import join

    made = join(parts)
    captions = [str(label) for label in made.labels[:N_SHOWN].tolist()]
    plot_pictures(torch.from_numpy(made.images[:N_SHOWN]), captions, path)


def _report(
    arguments: GenerateArguments,
    path: Path,
    preview: Path,
    format: Format,
    seconds: float,
    n_drawn: int,
) -> None:
    from vaegmm.data.export import measure

    n, size = arguments.n, measure(path)
    if arguments.json:
        values = {
            "output": str(path), "format": format, "preview": str(preview), "n": n,
            "bytes": size, "seconds": seconds, "n_drawn": n_drawn,
        }  # fmt: skip
        say(json.dumps(values))
        return
    kept = f", {n / n_drawn:.1%} of those drawn kept" if arguments.keep_sure else ""
    say(
        f"{n:,} images with labels in {path} ({size / 1e6:,.1f} MB, {n / seconds:,.0f} images/s"
        f"{kept}), a preview in {preview}"
    )

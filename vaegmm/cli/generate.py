"""Make new digits, as a data set with labels."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from tyro.conf import arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import Device, Json, N, Output, Seed, Weights
from vaegmm.cli.outputs import N_SHOWN, check_place, draw_preview, find_preview, load_model

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.export import Format
    from vaegmm.model import VAEGMM
    from vaegmm.operations.generate import Generated, GenerateSettings


@dataclass(frozen=True)
class GenerateArguments:
    """Make new digits with labels, and write them as a data set.

    The output is a file ending in .npz, of images (N, 28, 28) and labels (N,), or a new folder (see
    --format). Beside it comes a preview, NAME-preview.png.
    """

    EXAMPLES: ClassVar = ("--n 60000 -o digits.npz", "--labels 3 8 --format png -o folder")

    n: N = 1000
    labels: Annotated[tuple[int, ...], arg(metavar="[DIGIT ...]")] = ()
    """Digits that they show, each as often; all that the model knows when not given."""
    components: Annotated[tuple[int, ...], arg(metavar="[COMPONENT ...]")] = ()
    """The mixture's components to draw from, each as often, in place of labels."""
    balanced: bool = True
    """With --no-balanced, labels come as often as the mixture has them, not all as often."""
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
    output: Output = "digits.npz"
    format: Literal["npz", "png", "idx"] | None = None
    """npz for an output of this ending; png, a folder of pictures per label (torchvision's
    ImageFolder), for any other; idx: the files that torchvision's MNIST opens."""
    n_test: int | None = None
    """Digits in the test part of format idx; one in seven when not given."""
    weights: Weights = None
    seed: Seed = 0
    device: Device = "auto"
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("generate", GenerateArguments, write_digits, argv)


def write_digits(arguments: GenerateArguments, answer: Answer) -> None:
    """Make the digits, and write them and their preview.

    Raises:
        ValueError: an argument out of range, or weights that cannot be read.
        OSError: a file that cannot be written.
    """
    import torch

    from vaegmm.data.export import check_export, exporting
    from vaegmm.operations.generate import check_generate
    from vaegmm.runtime import keep_freed_memory

    a, path = arguments, Path(arguments.output)
    format = _choose_format(path, a.format)
    check_export(path, format, a.n, a.n_test)
    check_place(path)
    preview = find_preview(path)
    keep_freed_memory()
    model = load_model(a.weights, a.device)
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
    _report(a, answer, preview, format, seconds, n_drawn)


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
    with tqdm(total=a.n, unit="image", disable=None) as bar:
        for part in stream(model, a.n, settings, a.seed, precision):
            yield part
            bar.update(len(part.labels))


def _draw_preview(parts: list[Generated], path: Path) -> None:
    import torch

    from vaegmm.operations.generate import join

    made = join(parts)
    captions = [str(label) for label in made.labels[:N_SHOWN].tolist()]
    draw_preview(torch.from_numpy(made.images), captions, path)


def _report(
    arguments: GenerateArguments,
    answer: Answer,
    preview: Path,
    format: Format,
    seconds: float,
    n_drawn: int,
) -> None:
    from vaegmm.data.export import measure

    n, path = arguments.n, Path(arguments.output)
    size = measure(path)
    values = {
        "output": str(path), "format": format, "preview": str(preview), "n": n,
        "bytes": size, "seconds": seconds, "n_drawn": n_drawn,
        "settings": settings_of(arguments),
    }  # fmt: skip
    kept = f", {n / n_drawn:.1%} of those drawn kept" if arguments.keep_sure else ""
    words = f"{n:,} images with labels in {path} ({size / 1e6:,.1f} MB, {n / seconds:,.0f} images/s"
    answer(values, f"{words}{kept}), a preview in {preview}")

"""Execute docs/tour.ipynb in place, and keep nothing of it but sources and outputs.

    make tour

No timings and no names of this machine stay in it, so that it changes only where its outputs do.
Pictures get a palette of 256 colours, which makes them a third as large.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

from vaegmm.files import replacing

TOUR = Path(__file__).parents[1] / "docs" / "tour.ipynb"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
TIMEOUT = 300  # seconds for a cell, on a busy machine


def run_notebook(path: Path, folder: Path) -> NotebookNode:
    """Return a notebook as it is after a run in a fresh kernel.

    Args:
        path: the notebook; left as it is.
        folder: where the kernel runs.

    Raises:
        CellExecutionError: a cell failed.
    """
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it warns of its own transport
    ).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", ()):
                output.data["image/png"] = shrink(output.data["image/png"])
    return notebook


def shrink(png: str) -> str:
    """Return a picture, a PNG in base64, with a palette."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    # Maximum coverage: rare colours, as a legend's, stay what they are.
    method = Image.Quantize.MAXCOVERAGE
    buffer = io.BytesIO()
    picture.quantize(256, method, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def main() -> None:
    """Write the notebook anew."""
    notebook = run_notebook(TOUR, TOUR.parent)
    with replacing(TOUR) as temporary:
        nbformat.write(notebook, temporary)
    print(f"{TOUR.name}: {len(notebook.cells)} cells, {TOUR.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

"""Lay the bundled test digits out by t-SNE, once, for the page's map: `python -m scripts.make_map`.

Writes map.safetensors beside the weights of each embedded model: some ten seconds.
"""

from __future__ import annotations

import torch

from vaegmm.data.datasets import load_dataset
from vaegmm.hub.repository import EMBEDDED
from vaegmm.model import VAEGMM
from vaegmm.operations.atlas import FILE, lay_out, save_places
from vaegmm.operations.handwriting import encode_handwriting


def main() -> None:
    """Write the maps."""
    examples = load_dataset("sample", train=False)
    for folder in EMBEDDED:
        model = VAEGMM.from_pretrained(folder)
        z = encode_handwriting(model, examples).z
        places = torch.from_numpy(lay_out(z.double().numpy()))
        words = {
            "images": f"the {len(z)} images of the sample's test part that show {model.labels}",
            "layout": "t-SNE of their posterior means, init pca, random_state 0",
        }
        save_places(places, folder, words)
        print(f"{folder.name}/{FILE}: {(folder / FILE).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

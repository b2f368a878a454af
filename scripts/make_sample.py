"""Cut the bundled sample out of MNIST: 1,000 training and 200 test images of each digit.

    python -m scripts.make_sample --data-dir FOLDER

writes sample/mnist-sample.npz; the same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import os
import zipfile

import numpy as np
import torch

from vaegmm.data.datasets import SAMPLE, LabelledImages, load_dataset

PER_DIGIT = {"train": 1000, "test": 200}


def choose(data: LabelledImages, per_digit: int, seed: int) -> LabelledImages:
    """Draw `per_digit` images of every label, in the data set's own order."""
    generator = torch.Generator().manual_seed(seed)
    chosen = []
    for digit in range(10):
        index = (data.labels == digit).nonzero().squeeze(1)
        chosen.append(index[torch.randperm(len(index), generator=generator)[:per_digit]])
    return data.subset(torch.cat(chosen).sort().values)


def main() -> None:
    """Write the sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="folder that holds MNIST in torchvision's layout")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    SAMPLE.parent.mkdir(exist_ok=True)
    temporary = SAMPLE.with_suffix(".tmp")
    # np.savez writes the clock into the archive; a fixed date keeps the bytes equal.
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for part, per_digit in PER_DIGIT.items():
            data = load_dataset("mnist", train=part == "train", data_dir=args.data_dir)
            data = choose(data, per_digit, args.seed)
            arrays = {"x": data.images.numpy(), "y": data.labels.numpy().astype(np.uint8)}
            for key, array in arrays.items():
                buffer = io.BytesIO()
                np.save(buffer, array)
                info = zipfile.ZipInfo(f"{key}_{part}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, buffer.getvalue())
    os.replace(temporary, SAMPLE)
    print(f"{SAMPLE.name}: {SAMPLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

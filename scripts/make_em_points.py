"""Lay digits out in the plane, for the page to show EM on.

    python train.py --config configs/digits148-2d.toml --output-dir runs/digits148-2d
    python -m scripts.make_em_points --weights runs/digits148-2d

writes weights/em/points.safetensors: the latents of the sample's 600 test images of 1, 4 and 8, and
of the first 100 training images of each.
"""

from __future__ import annotations

import argparse

import torch

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.model import VAEGMM
from vaegmm.operations.em_points import EM_POINTS, encode_points, save_points

N_TRAIN = 100  # of each label


def choose_images(labels: tuple[int, ...]) -> LabelledImages:
    """The sample's images with these labels: all of its test part, some of its training part."""
    test, train = (load_dataset("sample", train=part, digits=labels) for part in (False, True))
    index = [(train.labels == label).nonzero().squeeze(1)[:N_TRAIN] for label in labels]
    some = train.subset(torch.cat(index))
    return LabelledImages(
        torch.cat([test.images, some.images]), torch.cat([test.labels, some.labels])
    )


def main() -> None:
    """Write the points."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True, help="folder of a model with two latents")
    model = VAEGMM.from_pretrained(parser.parse_args().weights)
    points = encode_points(model, choose_images(model.labels))
    save_points(points)
    print(f"{EM_POINTS.name}: {len(points.labels)} points, {EM_POINTS.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

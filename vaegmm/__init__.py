"""A convolutional VAE and a Gaussian mixture that read, blend and draw digits.

What a program needs stands here by name, and is imported when it is asked for:

    from PIL import Image
    from vaegmm import (
        VAEGMM, MediaSettings, classify, encode_handwriting, encode_media, generate, morph, muddle,
        write_number,
    )

    model = VAEGMM.from_pretrained("weights/digits")  # a folder, or user/name of the hub
    print(classify(model, Image.open("digit.png")).label)
    digits = generate(model, 1000)  # .images (1000, 28, 28) uint8, .labels (1000,)
    hand = encode_handwriting(model, digits)  # or load_dataset("mnist"), or ("my.npz")
    muddles = muddle(model, hand, [4] * 10, [9] * 10)  # .x (10, 28, 28), .probabilities (10, 10)
    source, target = (write_number(model, hand, text) for text in ("32", "41"))
    frames = morph(model, source, target).joined()  # (60, 28, 56) uint8
    with open("morph.gif", "wb") as file:
        file.write(encode_media(frames, MediaSettings(), "gif"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = [
    "VAEGMM",
    "BlankImageError",
    "Classification",
    "GaussianMixture",
    "GenerateSettings",
    "Generated",
    "Handwriting",
    "LabelledImages",
    "MediaSettings",
    "Morph",
    "MorphSettings",
    "Muddles",
    "__version__",
    "classify",
    "encode_handwriting",
    "encode_media",
    "generate",
    "load_dataset",
    "morph",
    "muddle",
    "open_image",
    "split_number",
    "write_number",
]
__version__ = "0.1.0"

if TYPE_CHECKING:
    from vaegmm.data.datasets import LabelledImages, load_dataset
    from vaegmm.data.images import BlankImageError, open_image
    from vaegmm.data.numbers import split_number
    from vaegmm.media import MediaSettings, encode_media
    from vaegmm.mixture import GaussianMixture
    from vaegmm.model import VAEGMM
    from vaegmm.operations.classify import Classification, classify
    from vaegmm.operations.generate import Generated, GenerateSettings, generate
    from vaegmm.operations.handwriting import Handwriting, encode_handwriting
    from vaegmm.operations.morph import Morph, MorphSettings, morph
    from vaegmm.operations.muddle import Muddles, muddle
    from vaegmm.operations.writing import write_number
else:  # out of a type checker's sight: it would take any name for one that is here
    from importlib import import_module

    _HOMES = {
        "vaegmm.data.datasets": ("LabelledImages", "load_dataset"),
        "vaegmm.data.images": ("BlankImageError", "open_image"),
        "vaegmm.data.numbers": ("split_number",),
        "vaegmm.media": ("MediaSettings", "encode_media"),
        "vaegmm.mixture": ("GaussianMixture",),
        "vaegmm.model": ("VAEGMM",),
        "vaegmm.operations.classify": ("Classification", "classify"),
        "vaegmm.operations.generate": ("GenerateSettings", "Generated", "generate"),
        "vaegmm.operations.handwriting": ("Handwriting", "encode_handwriting"),
        "vaegmm.operations.morph": ("Morph", "MorphSettings", "morph"),
        "vaegmm.operations.muddle": ("Muddles", "muddle"),
        "vaegmm.operations.writing": ("write_number",),
    }

    def __getattr__(name: str) -> object:
        """Import what is asked for: torch, which most of it needs, takes seconds (PEP 562)."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted(__all__)

"""What the page shows of a model's latent space, as JSON: its maps, a place of them, a latent.

What lies behind a place of a map stands in `vaegmm.operations.atlas`, what a dimension does in
`vaegmm.operations.dimensions`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.morph.morph import Morpher
from app.pad.pictures import encode_levels, encode_picture
from app.reading.reading import BLANK_ANSWER
from app.shared.answers import Answer
from vaegmm.data.images import BlankImageError
from vaegmm.model import VAEGMM
from vaegmm.operations.atlas import (
    Atlas,
    PrincipalAtlas,
    enclose,
    find_latent,
    find_place,
    map_entropy,
)
from vaegmm.operations.classify import classify
from vaegmm.operations.dimensions import rank_dimensions, traverse
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.plane import components_on, outline
from vaegmm.operations.sight import look_at
from vaegmm.sheet import tile

N_CELLS = 144  # of the shading, to either side
AROUND = 1.5  # sides of the map that are shaded: a wide canvas shows more than the map
N_COLUMNS = 50  # of the sheet of digits
ELLIPSE_STD = 2.0


@dataclass(frozen=True)
class Chart:
    """A map of a model's latent space, and all that is drawn on it but the digits' pictures."""

    model: VAEGMM
    handwriting: Handwriting
    atlas: Atlas

    def describe(self) -> Answer:
        """The JSON that the scripts draw."""
        square = enclose(self.atlas.places)
        return {
            "square": [square.x, square.y, square.side],
            "places": self.atlas.places.numpy().astype(float).round(4).tolist(),
            "labels": self.handwriting.labels.tolist(),
            "ellipses": self._list_ellipses(),
        }

    @cached_property
    def shading(self) -> Answer:
        """The JSON of how unsure the model is: a byte a cell; 255 is all labels alike."""
        square = enclose(self.atlas.places).grow(AROUND)
        entropy = map_entropy(self.model, self.atlas, square, N_CELLS).numpy()
        most = max(math.log(len(self.model.labels)), 1e-9)
        return {
            "levels": encode_levels((entropy / most).astype(np.float32)),
            "square": [square.x, square.y, square.side],
        }

    def _list_ellipses(self) -> list[Answer]:
        if not isinstance(self.atlas, PrincipalAtlas):
            return []
        seen = components_on(self.model, self.atlas.plane)
        weights = self.model.weights.cpu() / self.model.weights.max().cpu()
        ellipses = outline(seen, ELLIPSE_STD)
        return [
            {
                "label": label,
                "weight": weight,  # of the heaviest
                "centre": mean,
                "radii": radii,
                "angle": angle,
            }
            for label, weight, mean, radii, angle in zip(
                self.model.config.component_labels,
                weights.tolist(),
                seen.means.tolist(),
                ellipses.radii.tolist(),
                ellipses.angles.tolist(),
                strict=True,
            )
        ]


@dataclass(frozen=True)
class Explorer:
    """Who answers for a model: its maps, and who makes morphs of it."""

    morpher: Morpher
    charts: Mapping[str, Chart]

    @property
    def model(self) -> VAEGMM:
        """The model itself."""
        return self.morpher.model

    @cached_property
    def sheet(self) -> str:
        """All digits of the maps side by side, in their order, as a PNG data URL."""
        images = self.morpher.handwriting.images.numpy()
        return encode_picture(Image.fromarray(tile(images, N_COLUMNS)))

    @property
    def latent_dim(self) -> int:
        """Dimensions of the latent space."""
        return self.model.config.network.latent_dim

    def describe_latent(self, z: NDArray[np.float32]) -> Answer:
        """The JSON that the scripts show of a latent (D,)."""
        sight = look_at(self.model, z)
        return {
            "label": sight.label,
            "probabilities": {str(label): p for label, p in sight.probabilities.items()},
            "picture": encode_levels(sight.x_hat),
            "z": z.tolist(),
        }

    def describe_dimensions(self, z: NDArray[np.float32]) -> list[Answer]:
        """The JSON of a slider per dimension, those that matter most first, and of its strip."""
        ranked = rank_dimensions(self.morpher.handwriting)
        strips = traverse(self.model, z, ranked)
        return [
            {
                "index": one.index,
                "mean": one.mean,
                "std": one.std,
                "looks": [encode_levels(x) for x in strip],
            }
            for one, strip in zip(ranked, strips, strict=True)
        ]

    def find_places(self, z: NDArray[np.float32]) -> Answer:
        """Where a latent (D,) is on each of the maps."""
        return {name: find_place(chart.atlas, z) for name, chart in self.charts.items()}

    def read_drawing(self, drawing: Image.Image) -> Answer:
        """What the scripts show of a drawing."""
        try:
            reading = classify(self.model, drawing)
        except BlankImageError:
            return BLANK_ANSWER
        return {
            **self.describe_latent(reading.z),
            "is_outlier": reading.is_outlier,
            "places": self.find_places(reading.z),
        }

    def warm_up(self) -> None:
        """Look at one place of each map and forget it: the first call is slow."""
        for chart in self.charts.values():
            self.describe_latent(find_latent(chart.atlas, np.zeros(2, np.float32)))

"""K-means where the points are colours: a picture in K colours, and a plate of coloured dots. Lesson 08 uses it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from kmeans_teach.inputs import check_k
from kmeans_teach.kmeans import assign_points, inertia, update_centroids
from kmeans_teach.lessons.bounds import best_quickly
from kmeans_teach.pixels import letter_path

SAMPLE = 2_000  # pixels that are clustered; all of them are assigned afterwards
STARTS = 8  # the best of so many runs is taken


def landscape() -> np.ndarray:
    """An evening by a lake: an image (128, 128, 3) of uint8. It is the course's own, drawn by a program."""
    with Image.open(Path(__file__).parents[1] / "assets" / "landscape.png") as image:
        return np.array(image)


@dataclass(frozen=True)
class Reduced:
    """An image in K colours."""

    image: np.ndarray  # (height, width, 3) uint8
    palette: np.ndarray  # (K, 3) float64, dark to light
    labels: np.ndarray  # (height * width,)
    inertia: float

    @property
    def bytes(self) -> int:
        """The size of labels and palette: whole bits for each label, three bytes for each colour."""
        k = len(self.palette)
        return (len(self.labels) * (k - 1).bit_length() + 7) // 8 + 3 * k


def reduced(image, k: int) -> Reduced:
    """An image (height, width, 3) of uint8 in K colours: found in a sample, then each moved to the mean of all its pixels."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"image must have shape (height, width, 3) and be uint8, got {image.shape} of {image.dtype}")
    points = image.reshape(-1, 3).astype(np.float64)  # (M, 3): uint8 would wrap around
    sample = points[np.random.default_rng(0).permutation(len(points))[:SAMPLE]]
    check_k(k, len(np.unique(sample, axis=0)))
    palette = best_quickly(sample, k, STARTS, np.random.default_rng(1)).centroids
    palette = palette[np.argsort(palette.sum(axis=1))]
    labels = assign_points(points, palette)
    palette = update_centroids(points, labels, palette)
    shown = palette.round().astype(np.uint8)[labels].reshape(image.shape)
    return Reduced(shown, palette, labels, inertia(points, labels, palette))


@dataclass(frozen=True)
class Plate:
    """Dots of many sizes in a disc, with colours from 0 to 1. `inside` says which dots lie in the figure."""

    centres: np.ndarray  # (M, 2)
    radii: np.ndarray  # (M,)
    colours: np.ndarray  # (M, 3)
    inside: np.ndarray  # (M,) bool


def plate(figure: str = "7", *, rng: np.random.Generator) -> Plate:
    """A plate like those of a colour-vision test: the dots of the figure have another hue, and all dots differ in brightness.

    Each dot is put where it touches no dot before it. Ishihara's plates (1917) follow an idea of Stilling's; this one is ours.
    """
    centres, radii = np.empty((0, 2)), np.empty(0)
    for radius in (0.045, 0.034, 0.025, 0.018):  # the large dots first, because the small ones fit between them
        tries = rng.uniform(-1, 1, size=(5_000, 2))
        for centre in tries[np.hypot(*tries.T) < 1 - radius]:
            if (np.hypot(*(centres - centre).T) > radii + radius + 0.006).all():
                centres, radii = np.vstack([centres, centre]), np.append(radii, radius)
    outline = letter_path(figure, prop={"weight": "bold"})
    inside = outline.contains_points(centres * np.ptp(outline.vertices, axis=0).max() / 1.3)
    hue = np.where(inside[:, None], (0.86, 0.50, 0.34), (0.53, 0.64, 0.36))
    light = rng.uniform(0.55, 1.15, size=(len(radii), 1))  # brightness differs much more than hue
    colours = np.clip(hue * light + rng.normal(0, 0.012, size=hue.shape), 0, 1)
    return Plate(centres, radii, colours, inside)


def hues(colours) -> np.ndarray:
    """The shares of red and green in each colour (M, 2). A colour that is twice as bright has the same shares."""
    colours = np.asarray(colours, dtype=np.float64)
    return colours[:, :2] / np.maximum(colours.sum(axis=1, keepdims=True), np.finfo(float).tiny)

"""K-means where the points are colours: a picture in K colours, and a plate of coloured dots. Lesson 08 uses it."""

from dataclasses import dataclass

import numpy as np

from kmeans_teach.inputs import check_k
from kmeans_teach.kmeans import assign_points, inertia, update_centroids
from kmeans_teach.lessons.bounds import best_quickly
from kmeans_teach.pixels import letter_path

SAMPLE = 2_000  # pixels that are clustered; all of them are assigned afterwards
STARTS = 8  # the best of so many runs is taken


def landscape(size: int = 128) -> np.ndarray:
    """An evening by a lake, drawn by arithmetic: an image (size, size, 3) of uint8."""
    y, x = np.mgrid[0:size, 0:size] / size
    rng = np.random.default_rng(7)
    sky = _blend(y / 0.55, (38, 60, 120), (255, 176, 106))
    lake = _blend((y - 0.55) / 0.45, (232, 150, 110), (18, 40, 84))
    image = np.where((y < 0.55)[..., None], sky, lake)
    sun = np.hypot(x - 0.66, y - 0.42)
    image = image + (255 - image) * np.clip(0.9 * np.exp(-((sun / 0.16) ** 2)), 0, 1)[..., None] * (y < 0.55)[..., None]
    image[sun < 0.065] = (255, 240, 190)
    glitter = np.exp(-(((x - 0.66) / 0.05) ** 2)) * (0.5 + 0.5 * np.sin(230 * y + 4 * np.sin(40 * x))) * (y > 0.55)
    image += glitter[..., None] * (np.array([255, 214, 150]) - image) * 0.8
    for height, swing, colour in ((0.47, 0.05, (92, 84, 128)), (0.52, 0.035, (54, 62, 88))):  # two ranges of hills
        ridge = height - swing * (np.sin(7 * x + 9 * height) + 0.5 * np.sin(17 * x + 3) + 0.2 * np.sin(41 * x))
        image[(y > ridge) & (y < 0.55)] = colour
    image[(np.abs(x - 0.27) < 0.8 * (y - 0.38)) & (y < 0.62) & (x > 0.27)] = (200, 34, 44)  # a sail
    image[(np.abs(x - 0.265) < 0.5 * (y - 0.44)) & (y < 0.62) & (x < 0.265)] = (236, 228, 214)
    image[(y > 0.63) & (y < 0.665) & (np.abs(x - 0.29) < 0.19 - 2 * (y - 0.63))] = (58, 34, 24)  # and its boat
    shore = 0.93 - 0.05 * np.sin(5 * x + 1) - 0.01 * np.sin(60 * x)
    image[y > shore] = (34, 74, 38)
    return np.clip(image + rng.normal(0, 1, size=image.shape), 0, 255).astype(np.uint8)


def _blend(share, first, last):
    share = np.clip(share, 0, 1)[..., None]
    return np.array(first) * (1 - share) + np.array(last) * share


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


class Colours:
    """The colours of an image (height, width, 3) of uint8. They can be reduced to K colours again and again, quickly."""

    def __init__(self, image):
        image = np.asarray(image)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
            raise ValueError(f"image must have shape (height, width, 3) and be uint8, got {image.shape} of {image.dtype}")
        self.image = image
        self.points = image.reshape(-1, 3).astype(np.float64)  # (M, 3): uint8 would wrap around
        rows = np.random.default_rng(0).permutation(len(self.points))[:SAMPLE]
        self.sample = self.points[rows]

    def reduce(self, k: int) -> Reduced:
        """Run K-means on a sample of the pixels, assign all pixels, and move each colour to the mean of its pixels."""
        check_k(k, len(np.unique(self.sample, axis=0)))
        palette = best_quickly(self.sample, k, STARTS, np.random.default_rng(1)).centroids
        palette = palette[np.argsort(palette.sum(axis=1))]
        labels = assign_points(self.points, palette)
        palette = update_centroids(self.points, labels, palette)
        shown = palette.round().astype(np.uint8)[labels].reshape(self.image.shape)
        return Reduced(shown, palette, labels, inertia(self.points, labels, palette))


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

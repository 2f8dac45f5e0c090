"""The colours and shapes of clusters, many points drawn as pixels, a background that is drawn only once, and PNG files."""

import re
import struct
import zlib
from functools import cache, partial
from io import BytesIO
from types import SimpleNamespace

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from PIL import Image

# The first three are Petroff's (arXiv:2107.02270). The others were searched for: first twelve, then all twenty are as far
# apart as possible, also for eyes with one of the three kinds of colour blindness. With twelve shapes, a pair (colour,
# shape) repeats only after sixty clusters.
COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#73408c", "#4dd980", "#8c8c73", "#b3bff2", "#ff734d", "#4d40cc", "#b36699",
    "#993333", "#d9bfbf", "#26b34d", "#bf7300", "#8066f2", "#407366", "#f266f2", "#d999bf", "#664db3", "#804073",
)  # fmt: skip
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "d")


# the colours of all that is no cluster, and how much of its colour a point keeps where other points matter more
LIGHT = SimpleNamespace(page="white", ink="black", soft="#5f6368", grid="#e3e6e8", faded=0.3)
DARK = SimpleNamespace(page="#111111", ink="white", soft="#a4adb5", grid="#2b3036", faded=0.4)

# `with own_look():`, or as a decorator: draw and save with matplotlib's defaults, whatever style a person uses. On a dark
# style's black, trails would not be seen. A person's fonts stay, because the names of the features may need them.
_THEIRS = re.compile(r"backend|figure\.dpi|axes\.unicode_minus|font\.(family|serif|sans-serif|monospace|cursive|fantasy)")
own_look = partial(rc_context, {name: value for name, value in rcParamsDefault.items() if not _THEIRS.match(name)})


def colour(k: int) -> str:
    return COLOURS[k % len(COLOURS)]


def shape(k: int) -> str:
    return SHAPES[k % len(SHAPES)]


def luminance(name) -> float:
    """WCAG's relative luminance, from 0 for black to 1 for white, of a colour or of many in an array (..., 3)."""
    rgb = np.array(to_rgb(name) if isinstance(name, str) else name)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


def ink(background: str) -> str:
    """Black or white: the one that is easier to read on this colour."""
    return "black" if luminance(background) > 0.179 else "white"


@cache
def edges(page: str) -> list:
    """Each of the COLOURS, as much darker or lighter as gives it a contrast of 3 on this page (what WCAG asks of a mark), and
    whether it had to be changed.
    """
    end, far = np.array(to_rgb(ink(page))), luminance(page) + 0.05
    own = np.array([to_rgb(name) for name in COLOURS])[:, None]
    mixed = own + np.linspace(0, 1, 51)[:, None] * (end - own)  # (20, 51, 3)
    near = luminance(mixed) + 0.05
    enough = (np.maximum(near, far) >= 3 * np.minimum(near, far)).argmax(axis=1)
    return [(tuple(row[i]), i > 0) for row, i in zip(mixed, enough.tolist(), strict=True)]


def edge(k: int, page: str) -> tuple:
    """The colour of cluster k with enough contrast on this page."""
    return edges(page)[k % len(COLOURS)][0]


def apart(m):
    """Heights from -0.5 to 0.5 for m dots on a line, only to keep them apart: by the golden ratio, neighbours differ most."""
    return (np.arange(m) * 0.6180339887498949) % 1 - 0.5


def letter_path(name: str, **font):
    """The outline of a letter, with its centre at the origin, to use as a marker."""
    outline = TextPath((0, 0), name, size=10, **font)
    low, high = outline.vertices.min(axis=0), outline.vertices.max(axis=0)
    return Path(outline.vertices - (low + high) / 2, outline.codes)


class Raster(Artist):
    """Draws many points as squares of a few pixels, in an image made with NumPy. Markers would be too slow."""

    def __init__(self):
        super().__init__()
        self.set_zorder(2)
        self._view, self._cells, self._inside, self.page = None, None, None, LIGHT.page
        self.xy, self.labels, self._pale = np.empty((0, 2)), np.empty(0, dtype=np.intp), None

    def show(self, xy, labels, pale=None, alpha=1.0):
        """Draw points at xy (rows, 2) in the colours of their labels. Those that are `pale` keep a share alpha of it."""
        if xy is not self.xy:
            self._view = None
        self.xy, self.labels, self._pale, self._alpha = xy, labels, pale, alpha
        self.stale = True

    def _pixels(self, box, width, height, dot):
        """The index of each point's pixel in the flat image, computed again only when the view or the points change."""
        view = (tuple(box.bounds), tuple(self.axes.viewLim.bounds), dot)
        if view != self._view:
            across = self.axes.transData.transform(self.xy) - (box.x0, box.y0)
            inside = ((across >= 0) & (across <= (width, height))).all(axis=1)  # some points may lie outside a zoomed view
            self._inside = slice(None) if inside.all() else inside
            column = across[self._inside, 0].astype(np.intp).clip(0, width - dot)
            row = (height - across[self._inside, 1]).astype(np.intp).clip(0, height - dot)
            self._view, self._cells = view, row * width + column
        return self._cells

    @allow_rasterization
    def draw(self, renderer):
        if not self.get_visible() or len(self.xy) == 0:
            return
        box = self.axes.get_window_extent(renderer)
        width, height = int(box.width), int(box.height)
        dot = max(1, round(renderer.points_to_pixels(1.4)))
        cells = self._pixels(box, width, height, dot)
        clusters = int(self.labels.max()) + 1
        values = self.labels[self._inside] + 1
        if self._pale is not None:
            values += clusters * self._pale[self._inside]
        image = np.zeros(height * width, dtype=np.uint16)  # for each pixel its label + 1, or 0 for no point; then the pale ones
        for down in range(dot):
            for along in range(dot):
                image[cells + (down * width + along)] = values
        colours = [[255 * c for c in edge(k, self.page)] for k in range(clusters)]
        table = [(0, 0, 0, 0), *((*rgb, 255) for rgb in colours), *((*rgb, 255 * self._alpha) for rgb in colours)]
        table = np.array(table, dtype=np.uint8).view(np.uint32).ravel()  # each pixel as one number: quicker to look up
        pixels = table[image].view(np.uint8).reshape(height, width, 4)
        gc = renderer.new_gc()
        renderer.draw_image(gc, round(box.x0), round(box.y0), pixels[::-1])
        gc.restore()
        self.stale = False


class KeptText(Text):
    """Text that keeps its pixels: matplotlib takes as long for a line of text as for all the points."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept = {}  # for each look its pixels, and where they begin

    @allow_rasterization
    def draw(self, renderer):
        if not isinstance(renderer, RendererAgg) or not self.get_visible():
            return super().draw(renderer)
        at = self.get_transform().transform(self.get_position())
        look = self.get_text(), self.get_color(), self.get_fontsize(), *at, renderer.dpi, renderer.width, renderer.height
        if look not in self._kept:
            alone = RendererAgg(renderer.width, renderer.height, renderer.dpi)
            super().draw(alone)
            left, down, right, up = np.maximum(self.get_window_extent(renderer).padded(2).extents, 0).astype(int)
            if len(self._kept) > 100:
                self._kept.clear()
            from_below = np.asarray(alone.buffer_rgba())[::-1]
            self._kept[look] = from_below[down : up + 1, left : right + 1].copy(), left, down
        pixels, x, y = self._kept[look]
        if pixels.size:
            gc = renderer.new_gc()
            renderer.draw_image(gc, x, y, pixels)
            gc.restore()
        self.stale = False


class KeptBackground:
    """Draws a figure quickly when only some artists move: axes, ticks and text are drawn once and kept as a background.

    `moving()` returns the artists that move, in drawing order; the canvas must be one of matplotlib's Agg canvases.
    """

    def __init__(self, canvas, moving):
        self._canvas, self._moving = canvas, moving
        self._kept = self._version = None
        canvas.mpl_connect("draw_event", self._keep)

    def draw(self, version=None):
        """Draw one frame. `version` must change when the background changes. Then everything is drawn again."""
        figure = self._canvas.figure
        version = (version, tuple(figure.bbox.bounds), figure.dpi)
        for artist in self._moving():
            artist.set_animated(True)  # when everything is drawn, these artists are skipped
        if self._kept is None or version != self._version:
            self._version = version
            with own_look():
                FigureCanvasAgg.draw(self._canvas)  # calls _keep
        else:
            self._canvas.restore_region(self._kept)
            self._draw_moving()

    def _keep(self, event):
        if not self._canvas.is_saving():
            self._kept = self._canvas.copy_from_bbox(self._canvas.figure.bbox)
            self._draw_moving()

    def _draw_moving(self):
        renderer = self._canvas.get_renderer()
        for artist in self._moving():
            artist.draw(renderer)


def small_png(shown, dpi="figure", colours=64) -> bytes:
    """A PNG of a figure, or of an array of uint8 pixels (height, width, 3 or 4), in 64 colours (or None: in its own).

    It takes ten times as long as `png` for less than half the bytes.
    """
    file = BytesIO()
    if isinstance(shown, Figure):
        with own_look():
            shown.savefig(file, format="png", dpi=dpi)
        shown = np.asarray(Image.open(file))
        file = BytesIO()
    image = Image.fromarray(shown).convert("RGB")
    (image.quantize(colours) if colours else image).save(file, format="png", optimize=True)
    return file.getvalue()


def png(pixels) -> bytes:
    """A PNG of an array of uint8 pixels (height, width, 3 or 4), written quickly, because without line filters.

    Pillow always filters: mostly empty pictures do not become smaller, and the writing takes 8.3 ms instead of 2.6 (at
    860 x 430).
    """
    height, width, channels = pixels.shape
    lines = np.zeros((height, 1 + channels * width), dtype=np.uint8)  # the first byte of a line names its filter: 0 is none
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)  # 8 bits; colour type: RGB or RGBA
    packer = zlib.compressobj(1, memLevel=7)  # the usual 8 takes longer, for as many bytes
    chunks = (b"IHDR", header), (b"IDAT", packer.compress(lines) + packer.flush()), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )

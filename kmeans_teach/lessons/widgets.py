"""Small widgets: drag a centroid, choose a start on a surface, pick a run from a strip, add noise, change a picture's K.
And two functions of lesson 05.

Each has a picture and a few controls. The pictures are plain images, so they need no live canvas. clickable.js sends the
clicks to the kernel. A slider can do everything that a click can do.
"""

from pathlib import Path

import anywidget
import numpy as np
import traitlets
from ipywidgets import HTML, FloatSlider, HBox, IntSlider, Layout, VBox
from matplotlib.figure import Figure

from kmeans_teach.ask import Stored
from kmeans_teach.kmeans import assign_points
from kmeans_teach.lessons.charts import curves, ranks, triptych
from kmeans_teach.lessons.drawings import parabola
from kmeans_teach.lessons.images import reduced
from kmeans_teach.lessons.moving_charts import Strip, Surface
from kmeans_teach.lessons.starts import best_of
from kmeans_teach.narrate import number, plural
from kmeans_teach.panel.access import Access
from kmeans_teach.panel.controls import STYLE
from kmeans_teach.panel.main_thread import MainThread, take_over
from kmeans_teach.pixels import png, small_png


class Clickable(anywidget.AnyWidget):
    """A PNG with an alternative text. `position` is the last click: fractions of its width and height, from the top left."""

    # the text of the file and not its path: anywidget keeps every widget alive whose code comes from a path
    _esm = (Path(__file__).parent / "clickable.js").read_text(encoding="utf-8")
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    clickable = traitlets.Bool(False).tag(sync=True)
    position = traitlets.List(traitlets.Float()).tag(sync=True)


class PictureBox(Stored, VBox):
    """Controls, a picture and a sentence that describes it. What is stored is the picture and the sentence.

    A subclass has `draw()`, which shows what the controls say by `put`. If it has a `chart`, a click on the picture calls
    `click(x, y)` with the pixels of its figure, from the lower left.
    """

    chart = None

    def __init__(self, *controls, below=()):
        self.image, self.line = Clickable(clickable=self.chart is not None), Access(inertias=[])
        style = HTML(STYLE, layout=Layout(display="none"))
        self.row = HBox(controls, layout=Layout(flex_flow="row wrap"))
        picture = VBox([style, self.row, self.image, self.line]).add_class("kmeans-panel")
        super().__init__([picture, *below])
        MainThread().watch(picture)  # matplotlib is not thread-safe
        for control in controls:
            control.observe(lambda _: self.draw(), "value")
        self.image.observe(self._clicked, "position")
        self.draw()
        take_over(self)

    def _clicked(self, change):
        (x, y), (width, height) = change.new, self.chart.figure.canvas.get_width_height()
        self.click(x * width, (1 - y) * height)

    def put(self, picture, sentence):
        """Show a figure or an array of pixels, and the sentence that describes it."""
        if isinstance(picture, Figure):
            picture.canvas.draw()
            picture = np.array(picture.canvas.buffer_rgba())
        self.sentence, self.pixels = sentence, picture
        self.image.alt, self.image.png = sentence, png(picture)  # the text first: the page draws when the picture changes
        self.line.sentence = sentence

    def __repr__(self):
        return self.sentence

    def stored(self):
        return {"text/plain": repr(self), "image/png": small_png(self.pixels)}


class NoiseSlider(PictureBox):
    """Columns of noise beside the points (M, N), on a slider: what K-means still finds, and how alike all distances become.

    groups : (M,) the groups to find; the ARI says how well the labels agree with them.
    """

    def __init__(self, points, groups, k, most=100, seed=2):
        self.points, self.groups, self.clusters, self.seen = points, groups, k, {}
        self.noise = np.random.default_rng(seed).normal(size=(len(points), most))
        for n in (*(n for n in (0, 2, 5, 10, 20, 50) if n < most), most):
            self.measure(n)
        self.columns = IntSlider(value=0, min=0, max=most, description="noise")
        super().__init__(self.columns)

    def measure(self, n):
        """Labels with n columns of noise. Keeps the ARI, and farthest / nearest: the median over the points."""
        from sklearn.metrics import adjusted_rand_score, pairwise_distances

        wide = np.hstack([self.points, self.noise[:, :n]])
        labels = assign_points(wide, best_of(wide, self.clusters, 10, np.random.default_rng(0))[0])
        ordered = np.sort(pairwise_distances(wide), axis=1)  # the first is the point itself
        self.seen[n] = adjusted_rand_score(self.groups, labels), float(np.median(ordered[:, -1] / ordered[:, 1]))
        return labels

    def draw(self):
        n = self.columns.value
        labels = self.measure(n)
        ari, ratio = self.seen[n]
        said = f"{plural(n, 'column')} of noise: ARI {ari:.2f}; the farthest point is {ratio:.1f} times as far as the nearest."
        self.put(curves(self.points[:, [0, 2]], labels, self.seen, n), said)


class Parabola(PictureBox):
    """The sum of squares of one cluster on a line, over the place of its centroid, which a slider moves."""

    def __init__(self, points, place):
        self.points = np.asarray(points, float)
        self.figure, self.star = parabola(self.points)
        low, high = self.points.min() - 2, self.points.max() + 1
        self.slider = FloatSlider(place, min=low, max=high, step=0.1, description="c", readout_format=".1f")
        super().__init__(self.slider)

    def draw(self):
        squares = (self.points - self.slider.value) ** 2
        self.star.set_data([self.slider.value], [squares.sum()])
        terms = " + ".join(f"{square:.2f}" for square in squares)
        said = f"c = {self.slider.value:.1f}: {terms} = {squares.sum():.2f}"
        self.put(self.figure, said)


class Shown(Stored, VBox):
    """Widgets in a column, the last of which is an `Image`: this is what a page without a kernel shows of them."""

    def __init__(self, children):
        super().__init__(children, layout={"align_items": "flex-start"})  # else the image is stretched
        for row in (child for child in children if isinstance(child, HBox)):
            row.layout.flex_flow, row.layout.max_width = "row wrap", "100%"  # in a narrow page
        MainThread().watch(self)  # matplotlib is not thread-safe

    def __repr__(self):
        return " ".join(type(one).__name__ for one in self.children)

    def stored(self):
        return {"text/plain": repr(self), "image/png": bytes(self.children[-1].value)}


class StartChooser(PictureBox):
    """Choose a start (c1, c2) by two sliders, or by a click on the surface, and see the run that it begins."""

    def __init__(self, points, places, start):
        self.chart = self.surface = Surface(points, places)
        low, high = float(places[0]), float(places[-1])
        options = {"min": low, "max": high, "step": 0.05, "readout_format": ".2f"}
        self.c1 = FloatSlider(value=start[0], description="c1", **options)
        self.c2 = FloatSlider(value=start[1], description="c2", **options)
        self._ready = True
        super().__init__(self.c1, self.c2)

    def choose(self, c1, c2):
        """Set both sliders to the nearest values that they can have, and draw once."""
        low, step = self.c1.min, self.c1.step
        c1, c2 = (low + step * round((c - low) / step) for c in (c1, c2))
        self._ready, self.c1.value, self.c2.value, self._ready = False, c1, c2, True
        self.draw()

    def draw(self):
        if not self._ready:
            return
        first, *_, last = self.chart.show(self.c1.value, self.c2.value)
        times = last.inertia / self.chart.least
        worth = "the best there is" if times < 1.0005 else f"{number(times)} times the best"
        path = f"inertia from {number(first.inertia)} to {number(last.inertia)} in {plural(last.iteration, 'update')}"
        self.put(self.chart.pixels(), f"From ({self.c1.value:.2f}, {self.c2.value:.2f}): {path}, {worth}.")

    def click(self, x, y):
        for ax in self.chart.plane, self.chart.map:
            if ax.bbox.contains(x, y):
                self.choose(*map(float, ax.transData.inverted().transform((x, y))))


class StripPicker(PictureBox):
    """Pick a run from a strip of final inertias, by rank or by a click on its dot.

    A panel below it then stands at the end of that run.
    """

    def __init__(self, results, panel=None):
        self.chart, self.panel, self._picked = Strip(results), panel, None
        self.order = np.argsort(self.chart.values, kind="stable")
        n = len(self.order)
        self.rank = IntSlider(value=n, min=1, max=n, description="rank", tooltip="1 is the best run")
        super().__init__(self.rank, below=[] if panel is None else [panel])

    @property
    def replay(self):
        """The replay string of the run that is picked."""
        return self.chart.results[self.order[self.rank.value - 1]].replay

    def draw(self):
        i = int(self.order[self.rank.value - 1])
        replay = self.chart.show(i)
        names = [name for name, row in ranks(self.chart.results).items() if row == i]
        which = f"Rank {self.rank.value} of {len(self.order)}" + (f" ({names[0]})" if names else "")
        self.put(self.chart.pixels(), f"{which}: inertia {number(self.chart.values[i])}; replay string: {replay}")
        if self.panel is not None and self._picked != replay:
            self.panel.replay(replay)
            self.panel.do(self.panel.go, self.panel.run.player.last)
        self._picked = replay

    def click(self, x, y):
        i = self.chart.run_near(x, y)
        if i is not None:
            self.rank.value = int(np.flatnonzero(self.order == i)[0]) + 1


class ColourSlider(PictureBox):
    """A picture, the same in K colours, and its palette, with a slider for K."""

    def __init__(self, image, k=4, most=16):
        self.original = image
        self.k = IntSlider(value=k, min=2, max=most, description="K")
        super().__init__(self.k)

    def draw(self):
        now = self.reduced = reduced(self.original, self.k.value)
        size = f"{now.bytes:,} bytes instead of {now.image.nbytes:,}; inertia {now.inertia / 1e6:.1f} million"
        self.put(triptych(self.original, now), f"Original, K = {self.k.value}, palette: {size}.")

    def stored(self):
        return {"text/plain": repr(self), "image/png": small_png(self.pixels, colours=None)}  # fewer colours are the lesson


def moved_cursor(cursor, by, last):
    """Where a cursor over the half-steps 0 to `last` is after a move by `by`."""
    return min(max(cursor + by, 0), last)


def count_changed(before, after):
    """How many points changed their cluster, from their labels before and after."""
    return np.count_nonzero(before != after)

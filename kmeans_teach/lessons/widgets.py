"""Three small widgets: choose a start on a surface, pick a run from a strip, and change K of a picture in K colours.

Each has a picture and a few controls. The pictures are plain images, so they need no live canvas. clickable.js sends the
clicks to the kernel. A slider can do everything that a click can do.
"""

from pathlib import Path

import anywidget
import numpy as np
import traitlets
from ipywidgets import HTML, FloatSlider, HBox, IntSlider, Layout, VBox

from kmeans_teach.ask import Stored
from kmeans_teach.lessons.charts import ranks, triptych
from kmeans_teach.lessons.images import Colours
from kmeans_teach.lessons.moving_charts import Strip, Surface
from kmeans_teach.narrate import number, plural
from kmeans_teach.panel.access import Access
from kmeans_teach.panel.controls import STYLE
from kmeans_teach.panel.main_thread import MainThread, take_over
from kmeans_teach.pixels import png


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

    A subclass has `draw()`, which shows what the controls say by `put`, and `click(x, y)` if a click does something.
    """

    def __init__(self, *controls, below=(), clickable=False):
        self.image, self.line = Clickable(clickable=clickable), Access()
        style = HTML(STYLE, layout=Layout(display="none"))
        super().__init__([VBox([style, *controls, self.image, self.line]).add_class("kmeans-panel"), *below])
        MainThread().watch(self.children[0])  # matplotlib is not thread-safe
        if clickable:
            self.image.observe(lambda change: self.click(*change.new), "position")
        self.draw()
        take_over(self)

    def put(self, image, sentence):
        """Show an array of pixels, and the sentence that describes it."""
        self.sentence, self.pixels = sentence, image
        self.image.alt, self.image.png = sentence, png(image)  # the text first: the page draws when the picture changes
        self.line.sentence = sentence

    def __repr__(self):
        return self.sentence

    def stored(self):
        return {"text/plain": repr(self), "image/png": png(self.pixels, small=True)}


class StartChooser(PictureBox):
    """Choose a start (c1, c2) by two sliders, or by a click on the surface, and see the run that it begins."""

    def __init__(self, points, places, start):
        self.surface = Surface(points, places)
        low, high = float(places[0]), float(places[-1])
        options = {"min": low, "max": high, "step": (high - low) / 200, "readout_format": ".2f"}
        self.c1 = FloatSlider(value=start[0], description="c1", **options)
        self.c2 = FloatSlider(value=start[1], description="c2", **options)
        self._ready = True
        super().__init__(HBox([self.c1, self.c2]), clickable=True)
        for slider in self.c1, self.c2:
            slider.observe(lambda _: self.draw(), "value")

    def choose(self, c1, c2):
        """Set both sliders to the nearest values that they can have, and draw once."""
        low, step = self.c1.min, self.c1.step
        c1, c2 = (low + step * round((c - low) / step) for c in (c1, c2))
        self._ready, self.c1.value, self.c2.value, self._ready = False, c1, c2, True
        self.draw()

    def draw(self):
        if not self._ready:
            return
        first, *_, last = self.surface.show(self.c1.value, self.c2.value)
        times = last.inertia / self.surface.least
        worth = "the best there is" if times < 1.0005 else f"{number(times)} times the best"
        path = f"inertia {number(first.inertia)} -> {number(last.inertia)} in {plural(last.iteration, 'update')}"
        self.put(self.surface.pixels(), f"From ({self.c1.value:.2f}, {self.c2.value:.2f}): {path}, {worth}.")

    def click(self, x, y):
        x, y = figure_pixel(self.surface.figure, x, y)
        for ax in self.surface.plane, self.surface.map:
            if ax.bbox.contains(x, y):
                self.choose(*map(float, ax.transData.inverted().transform((x, y))))


class StripPicker(PictureBox):
    """Pick a run from a strip of final inertias, by rank or by a click on its dot. Each new choice calls `on_pick(replay)`."""

    def __init__(self, results, on_pick=None, below=()):
        self.strip, self.on_pick, self._picked = Strip(results), on_pick, None
        self.order = np.argsort([one.inertia for one in self.strip.results], kind="stable")
        n = len(self.order)
        self.rank = IntSlider(value=n, min=1, max=n, description="rank", tooltip="1 is the best run")
        super().__init__(self.rank, below=below, clickable=True)
        self._picked = self.replay  # the run shown first was picked by nobody
        self.rank.observe(lambda _: self.draw(), "value")

    @property
    def replay(self):
        """The replay string of the run that is picked."""
        return self.strip.results[self.order[self.rank.value - 1]].replay

    def draw(self):
        i = int(self.order[self.rank.value - 1])
        replay = self.strip.show(i)
        names = [name for name, row in ranks(self.strip.results).items() if row == i]
        which = f"Rank {self.rank.value} of {len(self.order)}" + (f" ({names[0]})" if names else "")
        self.put(self.strip.pixels(), f"{which}: inertia {number(self.strip.values[i])}; replay string: {replay}")
        if self.on_pick is not None and self._picked not in (None, replay):
            self._picked = replay
            self.on_pick(replay)

    def click(self, x, y):
        i = self.strip.run_near(*figure_pixel(self.strip.figure, x, y))
        if i is not None:
            self.rank.value = int(np.flatnonzero(self.order == i)[0]) + 1


class ColourSlider(PictureBox):
    """A picture, the same in K colours, and its palette, with a slider for K."""

    def __init__(self, image, k=4, most=16):
        self.colours = Colours(image)
        self.k = IntSlider(value=k, min=2, max=most, description="K")
        super().__init__(self.k)
        self.k.observe(lambda _: self.draw(), "value")

    def draw(self):
        now = self.reduced = self.colours.reduce(self.k.value)
        size = f"{now.bytes:,} bytes instead of {now.image.nbytes:,}; inertia {now.inertia / 1e6:.1f} million"
        self.put(triptych(self.colours.image, now), f"Original, K = {self.k.value}, palette: {size}.")


def figure_pixel(figure, x, y):
    """A position in fractions from the top left, as pixels of the figure from the bottom left."""
    width, height = figure.canvas.get_width_height()
    return x * width, (1 - y) * height

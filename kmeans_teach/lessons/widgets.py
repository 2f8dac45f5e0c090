"""Three small widgets: choose a start on the surface, pick a run from a strip, slide through a picture in K colours.

Each is a picture and a few controls. The pictures are plain images, so they need no live canvas; a click on one is told to
the kernel by a few lines of JavaScript. Sliders do all that clicks do.
"""

import asyncio
import threading

import anywidget
import numpy as np
import traitlets
from ipywidgets import HTML, FloatSlider, HBox, IntSlider, Layout, VBox

from kmeans_teach.lessons.charts import ranks, triptych
from kmeans_teach.lessons.images import Colours
from kmeans_teach.lessons.moving_charts import Strip, Surface
from kmeans_teach.narrate import number, plural
from kmeans_teach.panel.access import Access
from kmeans_teach.panel.controls import STYLE
from kmeans_teach.pixels import png


class Clickable(anywidget.AnyWidget):
    """A PNG with an alternative text; `place` is where it was clicked: fractions of its width and height, from the top left."""

    _esm = """
    function render({ model, el }) {
      const image = document.createElement("img");
      image.style.maxWidth = "100%";
      const draw = () => {
        URL.revokeObjectURL(image.src);
        image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
        image.alt = model.get("alt");
        image.style.cursor = model.get("aim") ? "crosshair" : "auto";
      };
      image.addEventListener("click", (event) => {
        const box = image.getBoundingClientRect();
        model.set("place", [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
        model.save_changes();
      });
      model.on("change:png", draw);
      draw();
      el.append(image);
      return () => URL.revokeObjectURL(image.src);
    }
    export default { render };
    """
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    aim = traitlets.Bool(False).tag(sync=True)  # does a click do something?
    place = traitlets.List(traitlets.Float()).tag(sync=True)


class Shown(VBox):
    """A box of controls whose stored output, for a reader without a kernel, is its picture and its sentence."""

    def __init__(self, *controls, below=(), aim=False):
        self.image, self.say, self._waiting = Clickable(aim=aim), Access(), False
        self._thread = threading.get_ident()
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # not in a notebook: nothing comes on another thread
            self._loop = None
        style = HTML(STYLE, layout=Layout(display="none"))
        super().__init__([VBox([style, *controls, self.image, self.say]).add_class("kmeans-panel"), *below])
        self.image.observe(self._clicked, "place")
        self.draw()

    def _changed(self, _=None):
        """Draw what is set now. JupyterLab's messages may come on another thread, and matplotlib is not thread-safe."""
        if threading.get_ident() == self._thread or self._loop is None:
            self.draw()
        elif not self._waiting:  # one drawing to come is enough: it shows the newest value
            self._waiting = True
            self._loop.call_soon_threadsafe(self._draw_soon)

    def _draw_soon(self):
        self._waiting = False
        self.draw()

    def _clicked(self, change):
        """A picture that is only looked at."""

    def put(self, image, sentence):
        """Show an array of pixels, and say what it shows."""
        self.sentence, self.shown = sentence, image
        self.image.alt, self.image.png = sentence, png(image)  # the text first: the page draws when the picture changes
        self.say.sentence = sentence

    def __repr__(self):
        return self.sentence

    def _repr_mimebundle_(self, **kwargs):
        texts = {"text/plain": repr(self), "image/png": png(self.shown, small=True)}
        return {**super()._repr_mimebundle_(**kwargs), **texts}


class StartChooser(Shown):
    """Choose a start (c1, c2) by two sliders, or by a click on the surface, and see the run that it begins."""

    def __init__(self, points, places, start):
        self.surface = Surface(points, places)
        low, high = float(places[0]), float(places[-1])
        options = {"min": low, "max": high, "step": (high - low) / 200, "readout_format": ".2f"}
        self.c1 = FloatSlider(value=start[0], description="c1", **options)
        self.c2 = FloatSlider(value=start[1], description="c2", **options)
        self._ready = True
        super().__init__(HBox([self.c1, self.c2]), aim=True)
        for slider in self.c1, self.c2:
            slider.observe(self._changed, "value")

    def choose(self, c1, c2):
        """Put both sliders, and draw once."""
        self._ready, self.c1.value, self.c2.value, self._ready = False, c1, c2, True
        self._changed()

    def draw(self):
        if not self._ready:
            return
        first, *_, last = self.surface.show(self.c1.value, self.c2.value)
        times = last.inertia / self.surface.least
        worth = "the best there is" if times < 1.0005 else f"{number(times)} times the best"
        path = f"inertia {number(first.inertia)} -> {number(last.inertia)} in {plural(last.iteration, 'update')}"
        self.put(self.surface.pixels(), f"From ({self.c1.value:.2f}, {self.c2.value:.2f}): {path}, {worth}.")

    def _clicked(self, change):
        x, y = pixel(self.surface.figure, change.new)
        for ax in self.surface.plane, self.surface.map:
            if ax.bbox.contains(x, y):
                self.choose(*map(float, ax.transData.inverted().transform((x, y))))


class StripPicker(Shown):
    """Pick a run from a strip of final inertias, by rank or by a click on its dot; `on_pick(replay)` is told which."""

    def __init__(self, results, on_pick=None, below=()):
        self.strip, self.on_pick, self._told = Strip(results), on_pick, None
        self.order = np.argsort([one.inertia for one in self.strip.results], kind="stable")
        n = len(self.order)
        self.rank = IntSlider(value=n, min=1, max=n, description="rank", tooltip="1 is the best run")
        super().__init__(self.rank, below=below, aim=True)
        self._told = self.replay  # what is shown at the beginning nobody has picked
        self.rank.observe(self._changed, "value")

    @property
    def replay(self):
        """The replay string of the run that is picked."""
        return self.strip.results[self.order[self.rank.value - 1]].replay

    def draw(self):
        i = int(self.order[self.rank.value - 1])
        replay = self.strip.show(i)
        names = [name for name, place in ranks(self.strip.results).items() if place == i]
        which = f"Rank {self.rank.value} of {len(self.order)}" + (f" ({names[0]})" if names else "")
        self.put(self.strip.pixels(), f"{which}: inertia {number(self.strip.values[i])}; replay string: {replay}")
        if self.on_pick is not None and self._told not in (None, replay):
            self._told = replay
            self.on_pick(replay)

    def _clicked(self, change):
        i = self.strip.near(*pixel(self.strip.figure, change.new))
        if i is not None:
            self.rank.value = int(np.flatnonzero(self.order == i)[0]) + 1


class ColourSlider(Shown):
    """A picture, the same in K colours, and its palette, with a slider for K."""

    def __init__(self, image, k=4, most=16):
        self.colours = Colours(image)
        self.k = IntSlider(value=k, min=2, max=most, description="K")
        super().__init__(self.k)
        self.k.observe(self._changed, "value")

    def draw(self):
        now = self.reduced = self.colours.reduce(self.k.value)
        sentence = (
            f"Original, K = {self.k.value}, palette: {now.bytes:,} bytes in the place of {now.image.nbytes:,}; "
            f"inertia {now.inertia / 1e6:.1f} million."
        )
        self.put(triptych(self.colours.image, now), sentence)


def pixel(figure, place):
    """The place of a click, as fractions from the top left, in the pixels of a figure, from the bottom left."""
    width, height = figure.canvas.get_width_height()
    return place[0] * width, (1 - place[1]) * height

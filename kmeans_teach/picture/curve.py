"""The inertia of a run as a strip below its picture, for a file: the panel's own strip is drawn by the page."""

import numpy as np

from kmeans_teach.narrate import number
from kmeans_teach.pixels import LIGHT

HIGH = 0.7  # inches that the strip adds to the height of a picture
ACCENT, MOST_DOTS = "#1976d2", 90


class Curve:
    """A dot for each half-step, filled after an update and hollow after an assign. `show(i)` moves the mark to half-step i.

    The strip is at the lower edge of the figure, as wide as `picture`, which moves up.
    """

    def __init__(self, picture, inertias):
        figure, share = picture.figure, HIGH / picture.figure.get_figheight()
        (left, low, width, height), self.inertias = picture.ax.get_position().bounds, inertias
        picture.arrange((left, share + low * (1 - share), width, height * (1 - share)), ((0, share), (1, 1)))
        self.ax = ax = figure.add_axes((left, 0.15 * share, width, 0.5 * share))
        ax.set_axis_off()
        ax.set(xlim=(-0.02 * len(inertias), 1.02 * len(inertias) - 1), ymargin=0.2)
        at, look = np.arange(len(inertias)), {"color": LIGHT.soft, "lw": 1, "ms": 4}
        ax.plot(at, inertias, "-", **look)
        if len(inertias) <= MOST_DOTS:
            ax.plot(at[1::2], inertias[1::2], "o", **look)
            ax.plot(at[::2], inertias[::2], "o", mfc="white", **look)
        self.now = ax.plot([], [], "o", color=ACCENT, ms=9, mec="white", clip_on=False)[0]
        put = {"transform": ax.transAxes, "va": "bottom", "color": LIGHT.soft, "fontsize": 9}
        self.texts = ax.text(0, 1.05, "", **put), ax.text(1, 1.05, "", ha="right", **put)

    def show(self, i):
        self.now.set_data([i], [self.inertias[i]])
        value, place = self.texts
        value.set_text(f"inertia {number(self.inertias[i])}")
        place.set_text(f"{i} of {len(self.inertias) - 1}")

"""The picture as a control: drag a centroid, or choose it by its letter and move it with the arrow keys; click a point."""

import numpy as np

from kmeans_teach.narrate import letter, number

GRAB, PICK = 14, 10  # CSS pixels (at zoom 1) around a centroid and around a point that count as on it
KEYS = {"left": (-1, 0), "right": (1, 0), "down": (0, -1), "up": (0, 1)}


def distances(points, centroids, i):
    """The K distances of point i, in all features, as a sentence."""
    away = np.sqrt(((centroids - points[i]) ** 2).sum(axis=1))
    told = ", ".join(f"{letter(k)} {number(d)}" for k, d in enumerate(away))
    return f"Point {i}: distance to {told}; nearest {letter(int(away.argmin()))}."


class Hand:
    """Mouse and keys on the stage. `chosen` is the centroid that the arrow keys move, or None."""

    def __init__(self, panel):
        self.panel, self.stage, self.dragged, self.chosen = panel, panel.stage, None, None
        connect = self.stage.canvas.mpl_connect
        connect("button_press_event", lambda event: panel.do(self.press, event))
        # a mouse that only passes does nothing, which must not count as the success that takes an error's message away
        connect("motion_notify_event", lambda event: self.dragged is None or panel.do(self.drag, event))
        connect("button_release_event", self.release)
        connect("key_press_event", lambda event: panel.do(self.key, event))

    def choose(self, k):
        """Choose centroid k for the arrow keys, or none."""
        self.chosen = self.stage.picture.selected = k
        if k is not None:
            x, y = self.stage.picture.flat(self.panel.run.player.step.centroids)[k]
            self.panel.show(f"{letter(k)} chosen, at ({number(x)}, {number(y)}); arrow keys move it.")

    def place(self, k, xy):
        """Put centroid k of the present step at xy; the run begins anew from there."""
        self.panel.change(self.panel.run.place, k, xy)

    def look_closer(self, i):
        """Ring point i and tell its K distances, or let go of it."""
        run = self.panel.run
        self.panel.mark(i)
        self.panel.show(None if i is None else distances(run.model.points, run.player.step.centroids, i))

    def near(self, event, xy):
        """The row of xy nearest to the mouse, and how far it is."""
        away = self.stage.away(xy, event)
        return int(away.argmin()), away.min()

    def press(self, event):
        picture = self.stage.picture
        if event.inaxes is not picture.ax or event.button != 1:
            return
        k, away = self.near(event, picture.flat(self.panel.run.player.step.centroids))
        if away <= GRAB:
            self.dragged = k
            self.choose(k)
            return
        i, away = self.near(event, picture.xy)
        self.look_closer(i if away <= PICK else None)

    def drag(self, event):
        if event.inaxes is self.stage.picture.ax:
            self.place(self.dragged, (event.xdata, event.ydata))

    def release(self, event):
        self.dragged = None

    def key(self, event):
        key = (event.key or "").lower()
        fast, key = key.startswith("shift+"), key.removeprefix("shift+")
        ax, k = self.stage.picture.ax, self.chosen
        if len(key) == 1 and "a" <= key <= "z" and ord(key) - ord("a") < len(self.panel.run.player.step.centroids):
            self.choose(ord(key) - ord("a"))
        elif key in KEYS and k is not None:
            far = 0.05 if fast else 0.01  # of the view
            x, y = self.stage.picture.flat(self.panel.run.player.step.centroids)[k]
            dx, dy = KEYS[key]
            self.place(k, (x + dx * far * np.ptp(ax.get_xlim()), y + dy * far * np.ptp(ax.get_ylim())))

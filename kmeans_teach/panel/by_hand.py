"""The picture as a control: drag a centroid, or choose it by its letter and move it with the arrow keys; click a point."""

import numpy as np

from kmeans_teach.narrate import describe_point, letter, number

GRAB, PICK = 14, 10  # CSS pixels (at zoom 1): a click this near to a centroid, or to a point, counts as on it
KEYS = {"left": (-1, 0), "right": (1, 0), "down": (0, -1), "up": (0, 1)}


class ByHand:
    """Mouse and keys on the stage. The arrow keys move the centroid `stage.picture.selected`, or none.

    `do(action, event)` runs an action of a person, `move(k, xy, kind)` starts a run with centroid k at xy (moves of one `kind`
    are one act), `show(sentence)` shows the present step with a sentence, or with its own if the sentence is None. `keys` has
    actions for other keys, used while no centroid is chosen.
    """

    def __init__(self, stage, player, do, move, show):
        self.stage, self.player, self.move, self.show, self.keys = stage, player, move, show, {}
        self.pinned = None  # the point that stays ringed while the run goes on
        self.dragged, self.presses = None, 0  # the centroid that follows the mouse; how often its button was pressed
        connect = stage.canvas.mpl_connect
        connect("button_press_event", lambda event: do(self.press, event))
        # a mouse that only passes over must not call `do`, which would remove an error's message
        connect("motion_notify_event", lambda event: self.look(event) if self.dragged is None else do(self.drag, event))
        connect("figure_leave_event", self.look)
        connect("button_release_event", self.release)
        connect("key_press_event", lambda event: do(self.key, event))

    def xy(self):
        """The drawn coordinates (K, 2) of the present centroids."""
        return self.stage.picture.flat(self.player.step.centroids)

    def choose(self, k):
        """Choose centroid k for the arrow keys; None lets go of it."""
        self.stage.picture.selected = k
        if k is None:
            return self.show()
        x, y = self.xy()[k]
        self.show(f"{letter(k)} chosen, at ({number(x)}, {number(y)}); arrow keys move it.")

    def show_point(self, i):
        """Ring point i from now on, and show its K distances. None removes the ring."""
        self.pinned = self.stage.picture.ringed_point = self.stage.picture.looked_at = i
        self.show(None if i is None else describe_point(self.player.model.points, self.player.step, i))

    def look(self, event):
        """Draw the distances of the point under the mouse, or else of the pinned one; none while a question is about them."""
        picture, i = self.stage.picture, self.pinned
        if event.inaxes is picture.ax and not self.stage.playing:
            away = self.stage.pixels_to(event, picture.xy)
            i = int(away.argmin()) if away.min() <= PICK else i
        if picture.ringed_point != self.pinned:
            i = None
        if i != picture.looked_at:
            picture.looked_at = i
            self.stage.show(self.player)

    def press(self, event):
        picture = self.stage.picture
        if event.inaxes is not picture.ax or event.button != 1:
            return
        self.presses += 1
        to_centroids, to_points = self.stage.pixels_to(event, self.xy()), self.stage.pixels_to(event, picture.xy)
        if to_centroids.min() <= GRAB:
            self.dragged, picture.looked_at = int(to_centroids.argmin()), self.pinned
            self.choose(self.dragged)
        else:
            self.show_point(int(to_points.argmin()) if to_points.min() <= PICK else None)

    def drag(self, event):
        if not getattr(event, "buttons", True):  # it was released outside the window; matplotlib 3.9 does not tell
            self.dragged = None
        elif event.inaxes is self.stage.picture.ax:
            self.move(self.dragged, (event.xdata, event.ydata), kind=self.presses)

    def release(self, event):
        self.dragged = None

    def key(self, event):
        key = (event.key or "").lower()
        fast, key = key.startswith("shift+"), key.removeprefix("shift+")
        ax, k, xy = self.stage.picture.ax, self.stage.picture.selected, self.xy()
        if len(key) == 1 and "a" <= key <= "z" and ord(key) - ord("a") < len(xy):
            self.choose(ord(key) - ord("a") if k != ord(key) - ord("a") else None)
        elif key in KEYS and k is not None:
            far = (0.05 if fast else 0.01) * np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1)  # a share of the view
            self.move(k, xy[k] + far * KEYS[key], kind=-1 - k)
        elif key in self.keys:
            self.keys[key]()

"""The picture as a control: by mouse, finger or keys, centroids and points are added, moved, removed."""

import re
from types import SimpleNamespace

import numpy as np
from matplotlib.backend_tools import Cursors

from kmeans_teach.inputs import short
from kmeans_teach.narrate import describe_point, letter, number, plural
from kmeans_teach.panel.paint import WRITTEN, check_plane

GRAB, PICK = 14, 10  # CSS pixels (at zoom 1): a click this near to a centroid, or to a point, counts as on it
NEAR = 0.03  # how far around its middle a heap is sprayed, as a share of the view
WHAT, CURSORS = ("centroids", "points"), {"move": Cursors.MOVE, "add": Cursors.SELECT_REGION, "remove": Cursors.HAND}
AT_FIRST = "centroids", "move"
# what a click does: what is changed and how, the sentence that says it, and all that mouse and keys do then
TOOLS = {AT_FIRST: (None, """Hold the mouse over a point to see how far it is from each centroid; click it, and its ring and
lines stay. Drag a centroid with the mouse or a finger. Or press Tab until the picture has a frame, then a letter to choose
a centroid and the arrow keys to move it (with Shift: farther); the letter again, or Step, lets it go. A new run begins from
where you put them. While none is chosen, the left and right arrow keys step; Space plays.""")}  # fmt: skip
for *tool, says, keys in (
    ("centroids", "add", "Click, and a centroid is added there.", "adds one at the cross"),
    ("centroids", "remove", "Click a centroid to remove it.", "removes the one at the cross"),
    ("points", "add", "Click to add a point; press and move to spray a heap.", "adds one at the cross, H a heap"),
    ("points", "move", "Drag a point.", "takes the one at the cross, which carries it, and lets it go"),
    ("points", "remove", "Click a point to remove it; press and move to remove more.", "removes the one at the cross"),
):
    arrows = "Or press Tab until the picture has a frame: the arrow keys move a cross (with Shift: farther), Enter"
    TOOLS[*tool] = says, f"{says} {arrows} {keys}. A new run begins after each change. Undo (Ctrl+Z) takes it back."
KEYS = {name: np.array(way) for name, way in {"left": (-1, 0), "right": (1, 0), "down": (0, -1), "up": (0, 1)}.items()}


class ByHand:
    """Mouse and keys on the stage. A click does what `TOOLS[what, how]` says. The arrow keys move a cross, which does the same;
    or, if a click would move centroids, they move the centroid `stage.picture.selected`, or none.

    `do(action, event)` runs an action of a person, `change(action, *args, kind)` changes the run by one of its methods (changes
    of one `kind` are one act), and `show(sentence)` shows the present step with a sentence, or with its own if the sentence is
    None. `keys` has actions for other keys, used while no centroid is chosen.
    """

    def __init__(self, stage, run, page, do, change, show):
        self.stage, self.run, self.player, self.page, self.change, self.show = stage, run, run.player, page, change, show
        self.tool, self.keys, self.rng = AT_FIRST, {}, np.random.default_rng()
        self.pinned = None  # the point that stays ringed while the run goes on
        # the centroid or point that follows the mouse; has it moved? how often was the button pressed?
        self.dragged, self.moved, self.presses = None, False, 0
        self.cross, self.carried = None, None  # where the keys have put the cross (x, y); the point that follows it
        self.edited = None  # the model that was made by hand last
        connect = stage.canvas.mpl_connect
        connect("button_press_event", lambda event: do(self.press, event))
        # a mouse that only passes over must not call `do`, which would remove an error's message
        connect("motion_notify_event", lambda event: self.look(event) if self.dragged is None else do(self.drag, event))
        connect("figure_leave_event", self.look)
        connect("button_release_event", self.release)
        connect("key_press_event", lambda event: do(self.key, event))

    def use(self, tool):
        """From now on a click does this."""
        if tool != self.tool:
            self.tool, self.stage.picture.selected = tool, None
            self.put_cross(None)
            if tool[0] == "points":
                check_plane(self.player.model.points)
            self.show(TOOLS[tool][0])

    def put_cross(self, xy):
        """Put the cross there, or nowhere. What follows it comes later."""
        self.cross, self.carried = xy, None if xy is None else self.carried
        self.stage.picture.cross.set_data(*([], []) if xy is None else xy[:, None])

    def xy(self):
        """The drawn coordinates (K, 2) of the present centroids."""
        return self.stage.picture.flat(self.player.step.centroids)

    def near(self, event, what):
        """The centroid, or the point, at the place of an event, or None."""
        xy, reach = (self.xy(), GRAB) if what == "centroids" else (self.stage.picture.xy, PICK)
        away = self.stage.pixels_to(event, xy)
        return int(away.argmin()) if away.min() <= reach else None

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

    def show_written(self, text):
        """Ring the point whose number is written there, or none where nothing is."""
        text, last = text.strip(), len(self.player.model.points) - 1
        if text and not (re.fullmatch("[0-9]{1,9}", text) and int(text) <= last):
            raise ValueError(f"the point to ring must be a row from 0 to {last}, or empty for no ring, got {short(text)}")
        self.show_point(int(text) if text else None)

    def look(self, event):
        """Draw the distances of the point under the mouse, or else of the pinned one; none while a question is about them."""
        picture, i = self.stage.picture, self.pinned
        if event.inaxes is picture.ax:
            what, how = self.tool
            free = how != "add" and self.near(event, what) is None
            self.stage.canvas.set_cursor(Cursors.POINTER if free else CURSORS[how])
            near = None if self.stage.playing or how == "add" else self.near(event, "points")
            i = i if near is None else near
        if picture.ringed_point != self.pinned:
            i = None
        if i != picture.looked_at:
            picture.looked_at = i
            self.stage.show(self.player)

    def press(self, event):
        # a page tells of the second click of a double click twice
        if event.inaxes is self.stage.picture.ax and event.button == 1 and not event.dblclick:
            self.put_cross(None)
            taken, self.dragged, self.moved = None, -1, False  # from now on the view stays
            try:
                taken = self.act(event)
            finally:
                self.dragged = taken

    def act(self, event):
        """Do what a click there does. Returns the centroid or point that follows from now on, -1 for a brush, or None."""
        self.presses, self.edited, (what, how) = self.presses + 1, self.player.model, self.tool
        i = self.near(event, what)
        if how == "add":
            self.edit([(event.xdata, event.ydata)])
            return len(self.xy()) - 1 if what == "centroids" else -1
        if how == "remove":
            self.remove(i)
            return -1
        self.stage.picture.looked_at = self.pinned
        if what == "points":
            self.show("There is no point." if i is None else f"Point {i} taken.")
        elif i is None:
            self.stage.picture.selected = None
            self.show_point(self.near(event, "points"))
        else:
            self.choose(i)
        return i

    def remove(self, i):
        if i is not None:
            self.edit([], i)

    def spray(self, at, many):
        """Add points around a place."""
        ax = self.stage.picture.ax
        wide = NEAR * np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1)
        self.edit(self.rng.normal(at, wide, (many, 2)).tolist())

    def edit(self, places, i=None, kind=None):
        """Add at the places, put i at the one place, or remove it. What one press does is one act; meanwhile the view stays."""
        points, picture = self.tool[0] == "points", self.stage.picture
        picture.hold_view = self.dragged is not None
        try:
            put = self.run.paint if points else self.run.put_centroid
            self.change(put, places, i, kind=self.presses if kind is None else kind)
        finally:
            picture.hold_view, self.edited = False, self.player.model
        now, many = len(self.run.model.points if points else self.xy()), len(self.run.setting.painted)
        start = "the same start" if points else "there"
        said = f"{plural(now, 'point' if points else 'centroid')} now. A new run begins from {start}."
        if many > WRITTEN:
            said += f" {many} changes are too many for a replay string: Save keeps them, as points (.csv)."
        if self.tool != AT_FIRST:
            self.page.sentence = said

    def drag(self, event):
        # released outside the window (matplotlib 3.9 does not tell), or it is another run
        if not getattr(event, "buttons", True) or self.player.model is not self.edited:
            self.release(event)
        else:
            ax, at = self.stage.picture.ax, (event.xdata, event.ydata)
            if self.tool[1] != "remove" and self.tool != ("points", "add"):
                if event.inaxes is not ax:  # it follows at the border: of moves that wait, only the newest comes here
                    at = ax.transData.inverted().transform((event.x, event.y))
                    at = tuple(np.clip(at, *np.transpose([ax.get_xlim(), ax.get_ylim()])))
                self.moved = True
                self.edit([at], self.dragged)
            elif event.inaxes is ax and self.tool[1] == "remove":
                self.remove(self.near(event, self.tool[0]))
            elif event.inaxes is ax:
                self.spray(at, 2)

    def release(self, event):
        if self.dragged is not None:
            self.dragged = None
            if self.moved:  # a centroid that was dragged is not chosen for the arrow keys
                self.stage.picture.selected = None
            self.stage.picture.set_view()
            self.show(self.page.sentence)

    def key(self, event):
        key = (event.key or "").lower()
        fast, key = key.startswith("shift+"), key.removeprefix("shift+")
        ax, k, xy = self.stage.picture.ax, self.stage.picture.selected, self.xy()
        limits = np.array([ax.get_xlim(), ax.get_ylim()])
        away = (0.05 if fast else 0.01) * np.ptp(limits, axis=1) * KEYS.get(key, 0)  # a share of the view
        if self.tool != AT_FIRST and key in (*KEYS, "enter", "h"):
            self.put_cross(np.clip((limits.mean(axis=1) if self.cross is None else self.cross) + away, *limits.T))
            self.cross_key(key)
        elif len(key) == 1 and "a" <= key <= "z" and ord(key) - ord("a") < len(xy) and self.tool == AT_FIRST:
            self.choose(ord(key) - ord("a") if k != ord(key) - ord("a") else None)
        elif key in KEYS and k is not None:
            self.edit([xy[k] + away], k, kind=-1 - k)
        elif key in self.keys:
            self.keys[key]()

    def cross_key(self, key):
        """What a key does at the cross."""
        ax, (x, y), carried = self.stage.picture.ax, self.cross, self.carried if self.player.model is self.edited else None
        pixels = ax.transData.transform((x, y))
        event = SimpleNamespace(x=pixels[0], y=pixels[1], xdata=x, ydata=y, inaxes=ax)
        if key == "enter":
            taken = self.act(event) if carried is None else self.show()
            self.carried = taken if self.tool[1] == "move" else None
        elif carried is not None:
            self.edit([self.cross], carried)
        elif key == "h" and self.tool == ("points", "add"):
            self.presses += 1
            self.spray(self.cross, 10)
        else:
            self.look(event)
            self.stage.show(self.player)

"""The limits of a picture, and labels that fit beside it."""

from itertools import cycle
from textwrap import fill

import numpy as np
from matplotlib.transforms import Bbox, BboxTransformFrom, BboxTransformTo

from kmeans_teach.pixels import edges, own_look

PAD = 0.05  # empty space around the points, as a share of their range; the original post has the same
MOST_UNLIKE = 10  # if one range is more than this many times the other, equal scales would show a line instead of a plane


class View:
    """The part of `Picture` that chooses its limits, makes room for its labels, and draws each point with enough contrast."""

    def resize(self, scale):
        """Scale the markers and the title; 1 is for the default figure size."""
        self.scale, m = scale, len(self.points)
        self._size = scale * (7 if m <= 150 else 5.5 if m <= 600 else 4.5 if m <= 2000 else 3)
        self.set_marks()
        room = self.ax.get_position()  # a narrow picture has no room for a title but over its labels, too
        x, y = (0.01, 1.02) if scale == 1 else (0.02 - room.x0 / room.width, 1 + 0.07 * self.figure.dpi / self.ax.bbox.height)
        self.title.set(fontsize=11 * (scale + 1) / 2, x=x, y=y)
        self._key.set_visible(self.ax.bbox.width > 5 * self.figure.dpi)  # else it meets the title

    def set_marks(self):
        """Set the size of the points, and an edge where the colour of a cluster alone is too near to that of the page."""
        self._raster.page = self._changed.page = self.theme.page
        self._ringed.set_markersize(self._size + 3 * self.scale)
        self._marks.scale = self.scale
        for members, (line, needed) in zip(self._members, cycle(edges(self.theme.page)), strict=False):
            members.set(ms=self._size, mec=line, mew=0.7 * self.scale * needed)

    hold_view = False  # does the view stay as it is for now?
    round_limits = False  # are the limits round numbers? Then they seldom move when the points move a little
    _measured = None  # the drawn points whose ends are known

    def arrange(self, wanted, room=((0, 0), (1, 1))):
        """Put the Axes at `wanted` (left, bottom, width, height: shares of the figure). They become smaller if the labels and
        the note would leave the `room`, which is given by two of its corners.
        """
        self._wanted, self._room = tuple(wanted), tuple(map(tuple, room))
        self.set_view()

    def set_view(self):
        """Set the limits to the range of the points and 5 % more, and make room for the labels."""
        if self.hold_view:
            return
        if self._measured is not self.xy:
            self._measured = self.xy
            self._ends = [np.array([[end(x) for x in self.xy.T]]) for end in (np.min, np.max)]  # with an axis it is slower
        low = np.vstack([self._ends[0], self._include]).min(axis=0)
        high = np.vstack([self._ends[1], self._include]).max(axis=0)
        if len(self.columns) == 1:
            low[1], high[1] = -1.5, 1.5
        wide = np.where(high > low, high - low, 1.0)
        self.equal = self._same_unit and ((high == low).any() or wide.max() <= MOST_UNLIKE * wide.min())
        low, high = low - PAD * wide, high + PAD * wide
        if self.round_limits:
            step = 2.0 ** np.floor(np.log2(wide) - 4)
            low, high = np.floor(low / step) * step, np.ceil(high / step) * step
        notes = self._notes + ["the axes have different scales"] * (len(self.columns) == 2 and not self.equal)
        figure = self.figure.bbox.bounds, self.figure.dpi, self._wanted, self._room
        view = (*low, *high, self.equal, self._names, notes, figure)
        if view == self._view:  # to find the sizes of labels takes time
            return
        self._view = view
        self.ax.set_aspect("equal" if self.equal else "auto")
        self.ax.set_position(self._wanted)
        for first in True, False:  # the limits twice, because the labels may make the Axes smaller
            wide, box, extra = high - low, self.ax.bbox.size, 0
            if self.equal:  # widen the narrower side instead of shrinking the Axes
                extra = np.maximum(wide, wide[::-1] * box / box[::-1]) - wide
            (left, bottom), (right, top) = low - extra / 2, high + extra / 2
            self.ax.set(xlim=(left, right), ylim=(bottom, top))
            if first:
                with own_look():
                    fit_labels(self.ax, self.note, self._names, notes, self._room)

    @property
    def background(self):
        """This value changes whenever something in the background changes."""
        labels = self.ax.get_xlabel(), self.ax.get_ylabel(), self.note.get_text()
        return (self.ax.get_xlim(), self.ax.get_ylim(), *labels, self.ax.get_position().bounds, self.theme.page)


def fit_labels(ax, note, names, notes, room):
    """Shorten the names of both axes, break the notes into lines, and move the sides of the Axes until all lies in the room."""
    now, figure = ax.bbox.frozen(), ax.figure
    renderer = getattr(figure.canvas, "get_renderer", lambda: None)()  # matplotlib 3.9 would use one of another dpi
    for label, name, most in zip((ax.xaxis.label, ax.yaxis.label), names, now.size, strict=True):
        label.set_text(name)
        while (size := max(label.get_window_extent(renderer).size)) > most and len(label.get_text()) > 3:
            kept = int(len(label.get_text()) * min(most / size, 0.99)) - 1  # letters, and in the middle three dots
            label.set_text(f"{name[: kept - kept // 3]}…{name[len(name) - kept // 3 :]}")
    letters = max(20, int(now.width / (4 * figure.dpi / 72)))  # a letter of 8 points is about 4 points wide
    note.set_text(fill("; ".join(notes), letters))
    boxes = [axis.get_tightbbox(renderer) for axis in (ax.xaxis, ax.yaxis) if axis.get_visible()]
    low = note.get_window_extent(renderer).y0 if notes else now.y0
    labels = Bbox.union([*boxes, Bbox([(now.x0, low), now.max])])
    room = Bbox(room).transformed(BboxTransformTo(figure.bbox)).padded(-figure.dpi / 36)
    left = np.clip(now.x0 + room.x0 - labels.x0, now.x0, now.x0 + 0.4 * now.width)
    right = np.clip(now.x1 + room.x1 - labels.x1, now.x1 - 0.4 * now.width, now.x1)
    bottom = np.clip(now.y0 + room.y0 - labels.y0, now.y0, now.y0 + 0.6 * now.height)
    if (left, bottom, right) != (now.x0, now.y0, now.x1):
        moved = Bbox([(left, bottom), (right, now.y1)])
        ax.set_position(moved.transformed(BboxTransformFrom(figure.bbox)))

"""Inertia against half-steps, small, beside the picture, with a mark at the cursor."""

import numpy as np
from matplotlib.ticker import MaxNLocator

BLOCK = 40  # the axis grows by so many half-steps at a time: between, nothing of it must be drawn anew


class InertiaCurve:
    """`show(steps, cursor)` draws the inertia of the recorded steps, as a share of the start's (it never rises)."""

    def __init__(self, ax):
        self.ax = ax
        ax.set(xlim=(-0.8, BLOCK), ylim=(-5, 112))
        ax.set_title("inertia, % of the start", fontsize=9, loc="left")
        ax.set_xlabel("half-step", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.spines[["top", "right"]].set_visible(False)
        self._line = ax.plot([], [], "-", color="0.45", linewidth=1.2)[0]
        self._updates = ax.plot([], [], "o", ms=3.5, color="0.15")[0]
        self._mark = ax.plot([], [], "o", ms=9, mfc="none", mec="#bd1f01", mew=2)[0]

    @property
    def artists(self):
        return [self._line, self._updates, self._mark]

    @property
    def background(self):
        return self.ax.get_xlim()

    def show(self, steps, cursor):
        inertias = np.array([step.inertia for step in steps])
        share = 100 * inertias / inertias[0] if inertias[0] > 0 else np.full(len(steps), 100.0)
        at = np.arange(len(steps))
        wide = BLOCK * -(-len(steps) // BLOCK)
        if self.ax.get_xlim() != (-0.8, wide):
            self.ax.set_xlim(-0.8, wide)
        self._line.set_data(at, share)
        updates = [i for i, step in enumerate(steps) if step.phase == "update"]
        self._updates.set_data(at[updates], share[updates])
        self._mark.set_data([cursor], [share[cursor]])

"""A cursor over the steps of a run, which are recorded as they are asked for."""

from contextlib import suppress
from dataclasses import replace
from itertools import islice

import numpy as np

from kmeans_teach.inputs import read_only
from kmeans_teach.inputs.learners import Stopped, TookTooLong, limit
from kmeans_teach.kmeans import KMeansND, Step

UNASKED = 0.5  # seconds that a half-step may take if nobody has asked for it
MOST_RECORDED = 500_000_000  # bytes; the largest named data set fills 300 MB with 300 updates


class Player:
    """Walks back and forth over the steps of a model; `farthest` is the largest number that `cursor` has had.

    `step` is the half-step under the cursor. `steps` is the record, in little memory: a label takes one byte up to K = 256,
    neighbours share what did not change between them, and `before` is None. `step` and `peek()` are as the model yields them.
    `second`, or None, is the player of a run beside this one: it goes along, and the run that is over first waits at its end.
    `lead` is the step of a run that is not over.
    An error in a learner's function leaves the cursor where it is, and the next attempt runs that function again.
    """

    def __init__(self, model: KMeansND):
        self._late, self.second = None, None  # late: the functions that did not come back once
        self.load(model)

    def load(self, model: KMeansND):
        """Use another model and stand at the start of its run. If the first step fails, the run before stays."""
        stream = model.steps()
        first = next(stream)
        self.model, self.step, self.steps, self._stream = model, first, [first], stream
        self.cursor, self.farthest, self._size = 0, 0, 0  # the size of the record, in bytes
        self.lead = first
        self.failed = None

    def stand_in(self, model, error):
        """Stay at the start that is shown, until `model`, which failed with the error at its own start, runs."""
        self.model, self._stream, self.failed = model, None, error

    def _unpacked(self, i):
        step, before = (_with_labels(self.steps[j], np.intp) if j >= 0 else None for j in (i, i - 1))
        return replace(step, before=before)

    @property
    def recorded_all(self) -> bool:
        return self.steps[-1].stop is not None

    @property
    def at_end(self) -> bool:
        return self.lead.stop is not None

    def record(self) -> bool:
        """Add one more step to the record; False if the run is over. ValueError if the record is full."""
        if self.recorded_all:
            return False
        if self.failed is not None:
            self.load(self.model)
        if self._size > MOST_RECORDED:
            shown = f"half-steps 0 to {len(self.steps) - 1} of {len(self.model.points)} points"
            raise ValueError(f"a record must be at most {MOST_RECORDED // 1_000_000} MB, and {shown} fill it; use fewer points")
        if self._stream is None:  # it failed before: run again, up to the step that failed
            self._stream = islice(self.model.steps(), len(self.steps), None)
        try:
            step = next(self._stream)
        except BaseException:
            self._stream = None  # a generator that has raised an error gives no more steps
            raise
        if len(self.steps) == 1:
            self.steps = [_packed(self.step)]
        step = _packed(step, self.steps[-1])
        self.steps.append(step)
        self._size += (step.centroids if step.phase == "update" else step.labels).nbytes + 500  # and a Step with two arrays
        return True

    def record_unasked(self) -> bool:
        """`record` for work that nobody has asked for. False also if a function failed, or once did not come back in time."""
        functions = self.model.assign, self.model.update
        if self._stream is None or functions == self._late:
            return False
        before = limit.set(UNASKED)
        try:
            return self.record()
        except (TookTooLong, Stopped):
            self._late = functions
            raise
        finally:
            limit.reset(before)

    def recorded(self, most) -> list[Step]:
        """The recorded steps, at most this many from the start. The cursor does not move."""
        return [self._unpacked(i) for i in range(min(most, len(self.steps)))]

    def peek(self) -> Step | None:
        """The step after the cursor, or None if there is none, or if it takes long. The cursor does not move."""
        with suppress(TookTooLong):
            if self.cursor + 1 < len(self.steps) or self.record_unasked():
                return self._unpacked(self.cursor + 1)
        return None

    def seek(self, cursor: int) -> Step:
        """Put the cursor on the step with this number, or on the nearest that the run has."""
        for player in filter(None, (self, self.second)):  # if a function fails, neither has moved
            while len(player.steps) <= cursor and player.record():
                pass
        self.cursor = int(max(0, min(cursor, len(self.steps) - 1)))
        self.step = self.lead = self._unpacked(self.cursor)
        if self.second is not None:
            self.second.seek(cursor)
            self.cursor = max(self.cursor, self.second.cursor)
            if self.step.stop is not None:
                self.lead = self.second.step
        self.farthest = max(self.farthest, self.cursor)
        return self.step

    def forward(self) -> bool:
        """Move the cursor one step on. Returns False at the end."""
        moves = not self.at_end
        self.seek(self.cursor + 1)
        return moves

    def back(self) -> bool:
        """Move the cursor one step back. Returns False at the start."""
        moves = self.cursor > 0
        self.seek(self.cursor - 1)
        return moves

    def first(self) -> Step:
        return self.seek(0)

    def last(self) -> Step:
        return self.seek(np.inf)


def _with_labels(step, dtype):
    return replace(step, labels=read_only(step.labels.astype(dtype)))


def _packed(step, last=None):
    """The step for the record. An update has the labels of the step before it, and an assign has its centroids."""
    if step.phase == "update":
        return replace(step, labels=last.labels, before=None)
    small = replace(_with_labels(step, np.min_scalar_type(len(step.centroids) - 1)), before=None)
    return small if last is None else replace(small, centroids=last.centroids)

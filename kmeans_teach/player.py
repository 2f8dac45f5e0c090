"""A cursor over a run: it records the steps as they are asked for. No widgets, no matplotlib."""

from itertools import islice

from kmeans_teach.lloyd import KMeansND, Step


class Player:
    """Walks back and forth over the steps of a model; `step` is the one under the cursor, `farthest` the last one looked at.

    An error in a learner's function leaves the cursor where it is, and the next attempt runs that function again.
    """

    def __init__(self, model: KMeansND):
        self.load(model)

    def load(self, model: KMeansND):
        """Take another run and stand at its start. If its first step fails, the run before stays."""
        stream = model.steps()
        first = next(stream)
        self.model, self.steps, self.cursor, self.farthest, self._stream = model, [first], 0, 0, stream

    @property
    def step(self) -> Step:
        return self.steps[self.cursor]

    @property
    def recorded_all(self) -> bool:
        return self.steps[-1].stop is not None

    @property
    def at_end(self) -> bool:
        return self.step.stop is not None

    def record(self) -> bool:
        """Add one more step to the record; False if the run is over."""
        if self.recorded_all:
            return False
        if self._stream is None:  # it failed before: run again up to where it failed
            self._stream = islice(self.model.steps(), len(self.steps), None)
        try:
            self.steps.append(next(self._stream))
        except BaseException:
            self._stream = None  # a generator that has raised is used up
            raise
        return True

    def peek(self) -> Step | None:
        """The step after the cursor, or None at the end; the cursor stays."""
        if self.at_end or (self.cursor + 1 == len(self.steps) and not self.record()):
            return None
        return self.steps[self.cursor + 1]

    def seek(self, cursor: int) -> Step:
        """Put the cursor on a step by its number, as near as the run allows."""
        while len(self.steps) <= cursor and self.record():
            pass
        self.cursor = max(0, min(int(cursor), len(self.steps) - 1))
        self.farthest = max(self.farthest, self.cursor)
        return self.step

    def forward(self) -> bool:
        """One step on; False, and no move, at the end."""
        if self.at_end:
            return False
        self.seek(self.cursor + 1)
        return True

    def back(self) -> bool:
        """One step back; False, and no move, at the start."""
        if self.cursor == 0:
            return False
        self.cursor -= 1
        return True

    def first(self) -> Step:
        return self.seek(0)

    def last(self) -> Step:
        while self.record():
            pass
        return self.seek(len(self.steps) - 1)

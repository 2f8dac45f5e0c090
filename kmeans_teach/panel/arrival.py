"""What a page shows of a panel when it cannot show the panel itself: no kernel, no widgets, or no widgets yet."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from kmeans_teach.animation import saving
from kmeans_teach.ask import Stored, as_page
from kmeans_teach.panel.main_thread import in_slices, stop

WAIT = 2.0  # seconds in which the kernel is free and no page answers
MOST = 60  # half-steps in the player: each takes about 10 kB of the notebook
MOST_LABELS = 5_000_000  # in memory, for the time in which the player is made
ALONE = "This page shows no Jupyter widgets, or is still loading them, so the run of the panel is played here without them."


class Arrival(Stored):
    """A panel that leaves its picture to a page without a kernel, and a player of its run to a page without widgets."""

    def stored(self):
        return {"text/plain": repr(self), "image/png": self.stage.still()}

    def _ipython_display_(self):
        handle, canvas = super()._ipython_display_(), self.stage.canvas
        if handle is not None and canvas.main_thread.loop is not None and not canvas.connected:
            self._arriving = canvas.main_thread.loop.create_task(self._arrive(handle))

    async def _arrive(self, handle):
        """Wait for the page, and if it does not answer show why, and the player; if it answers then, take them away again."""
        canvas, playing = self.stage.canvas, []
        for _ in range(20):  # while the kernel runs cells, the page's answers wait too, and this counts few turns of the loop
            await asyncio.sleep(WAIT / 20)
            if canvas.connected or self.stage.closed:
                return

        def answered(*_):
            canvas.on_msg(answered, remove=True)
            stop(making)
            handle.update(as_page(self.stored()), raw=True)

        canvas.on_msg(answered)
        handle.update(notice(""), raw=True)
        making = in_slices(player(self.run, playing))
        await making
        if playing and not (canvas.connected or self.stage.closed):
            handle.update(notice(*playing), raw=True)


def notice(player):
    return {"text/plain": ALONE, "text/html": f'<div class="kmeans-stored"><p>{ALONE}</p>{player}</div>'}


def player(run, pages):
    """Add a page that plays the steps recorded so far to `pages`, a frame at a time. It runs none of a learner's functions."""
    points = run.model.points
    steps = run.player.recorded(min(MOST, 1 + MOST_LABELS // len(points)))
    recorded = SimpleNamespace(points=points, centroids=steps[0].centroids, steps=lambda: iter(steps))
    cut = "" if steps[-1].stop else f"<p>These are its first {len(steps)} half-steps.</p>"
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.html")
        yield from saving(recorded, path, dpi=70, **run.axes_options)
        pages.append(cut + path.read_text(encoding="utf-8"))

"""The panel: widgets that set up a run and walk through it, and one animation that plays it."""

from html import escape

import ipywidgets as w

from kmeans_teach.narrate import describe
from kmeans_teach.panel import Player
from kmeans_teach.panel.access import Access
from kmeans_teach.panel.by_hand import Hand
from kmeans_teach.panel.controls import SETTERS, follow, lay_out, make_controls
from kmeans_teach.panel.folds import Quiz, Saver, Score
from kmeans_teach.panel.main_thread import cancel, close_inside, in_slices, take_over
from kmeans_teach.panel.run import Run
from kmeans_teach.panel.stage import WIDEST, Stage
from kmeans_teach.pixels import png

__all__ = ["Panel", "Player"]


class Panel(w.VBox):
    """A panel to set up a K-means run and play it: the last line of a cell shows it.

    Parameters
    ----------
    replay : str, optional
        A replay string, such as "blobs k=4 seed=7 start=12".
    points : (M, N) array_like, or str or Path of a CSV, optional
        Points of your own; they become the data set "my own". A DataFrame's column names become the axes' names. Of a CSV,
        the columns of numbers are taken, or those in `names`.
    columns : (int, int), optional
        Which two features are drawn, where there are more than two.
    names : sequence of str, optional
        N names for the features of `points`.
    assign, update : callable, optional
        Functions of your own, as `KMeansND` takes them. They can be replaced later: `panel.update = my_update`.
    max_iter : int, optional
        As in `KMeansND`.
    folder : str or Path, optional
        Where saved runs go.
    widest : int, optional
        CSS pixels up to which the picture, and the type in it, grows with the page.

    Raises
    ------
    ValueError, TypeError
        On a replay string or points that cannot be used, naming the rule and the value.

    Notes
    -----
    `run` holds the truth (`run.setting`, whose str is the replay string, and `run.player`, a cursor over the steps); the
    controls and the `stage` follow it. `last_error` is the error now shown, or None. Lesson 05 reads this code.
    """

    stage = None  # of a panel whose making failed: it is closed all the same

    def __init__(self, replay=None, *, folder=".", widest=WIDEST, **options):
        self.run = Run(replay, **options)
        self.folder, self.last_error, self._task = folder, None, None
        self._following = False  # True while the controls follow the truth, and not a person
        self.stage = Stage(self.run.model, lambda: self.do(self._tick), widest, **self.run.look)
        self.controls, self.access, self.message = make_controls(own_data=self.run.own is not None), Access(), w.HTML()
        self.hand, self.quiz, self.saver, self.score = Hand(self), Quiz(self), Saver(self), Score(self)
        super().__init__(children=lay_out(self))
        self.add_class("kmeans-panel")
        self.stage.canvas.main_thread.watch(self)
        self._wire()
        self._begin()
        self._follow()
        take_over(self)

    def _wire(self):
        c, run = self.controls, self.run
        for name in SETTERS:
            self._on(getattr(c, name), self._take_controls)
        self._on(c.play, lambda: self.play() if c.play.value else self.stage.pause())
        self._on(c.scrubber, lambda: self.go(lambda: run.player.seek(c.scrubber.value)))
        self._on(c.speed, lambda: self.stage.pace(c.speed.value))
        self._on(c.regions, self._see)
        self._on(c.spokes, self._see)
        self._on(c.point, lambda: self.hand.look_closer(c.point.value))
        self._on(c.replay, lambda: self.change(run.set, c.replay.value))
        self.access.observe(lambda _: self.stage.fit(self.access.width), "width")  # not a person's doing
        for button, action in {
            c.first: lambda: self.go(run.player.first),
            c.back: lambda: self.go(run.player.back),
            c.step: lambda: self.go(run.player.forward),
            c.last: lambda: self.go(run.player.last),
            c.new_data: lambda: self.change(run.bump, "seed"),
            c.new_centroids: lambda: self.change(run.bump, "start"),
        }.items():
            button.on_click(lambda _, action=action: self.do(action))
        self.stage.pace(c.speed.value)

    def _on(self, widget, action):
        # what arrives is only the news that something changed: the action reads the newest value, so a drag queues up nothing
        widget.observe(lambda _: self._following or self.do(action), "value")

    # ---- everything a person does goes through here

    def do(self, action, *args):
        """Do it on the main thread. An error is shown once, pauses, and stays in `last_error` until something succeeds."""
        self.stage.canvas.main_thread.call(self._safely, action, *args)

    def _safely(self, action, *args):
        if self.stage.closed:
            return
        self.last_error = None
        try:
            action(*args)
        except Exception as error:
            self.fail(error)
        if self.last_error is None:
            self.message.value = ""
        self._follow()

    def fail(self, error):
        """Pause and show an error."""
        self.stage.pause()
        self.last_error = error
        notes = getattr(error, "__notes__", [])
        said = str(error) if isinstance(error, ValueError) and not notes else f"{type(error).__name__}: {error}"
        if notes:
            said += f"\n{', '.join(notes)}, in the half-step after number {self.run.player.cursor}"
        self.message.value = f'<div class="kmeans-error" role="alert">{escape(said)}</div>'

    # ---- time

    def _tick(self):
        if self.run.player.forward():
            self.show()
        if self.run.player.at_end:
            self.stage.pause()

    def play(self):
        """Play on from the cursor, or again from the start where the run has ended."""
        if self.run.player.at_end:
            self.go(self.run.player.first)
        self.mark(None)
        self.stage.play()

    def go(self, move):
        """Move the cursor by hand: who does that wants to look at where it is, so playing pauses."""
        self.stage.pause()
        move()
        self.mark(None)
        self.show()
        self.quiz.ask()

    # ---- another run

    def change(self, action, *args):
        """Change the run by one of its methods, and show it from its start."""
        self.stage.pause()
        before = self.run.setting
        try:
            action(*args)
        finally:  # also where a learner's function failed on the way
            if self.run.setting.but(hand=None) != before.but(hand=None):
                self.hand.choose(None)
            self._begin()

    def replay(self, setting):
        """Show another run, given by its replay string or `Setting`."""
        self.do(self.change, self.run.set, setting)

    def _begin(self):
        self.stage.look_at(self.run.model, **self.run.look)
        self.mark(None)
        self.show()
        self.quiz.ask()
        self.score.reset()
        cancel(self._task)
        # recorded once nothing changes for a moment, so that the scrubber spans the whole run
        self._task = in_slices(self._recording(), after=0.3) if self.stage.live else None

    def _recording(self):
        yield from self.run.recording()
        self._follow()

    def _take_controls(self):
        values = {name: getattr(self.controls, name).value for name in SETTERS}
        values["spread"] = round(values["spread"], 4)  # a slider's 0.28 comes as 0.27999999999999997
        if any(values[name] != self.run.values[name] for name in SETTERS):  # sliders report when they are first shown
            self.change(self.run.take, values)

    @property
    def assign(self):
        return self.run.options["assign"]

    @assign.setter
    def assign(self, function):
        self.do(lambda: self.change(lambda: self.run.replace(assign=function)))

    @property
    def update(self):
        return self.run.options["update"]

    @update.setter
    def update(self, function):
        self.do(lambda: self.change(lambda: self.run.replace(update=function)))

    # ---- the picture, the sentence and the controls follow

    def mark(self, i):
        """Ring point i, or none."""
        if self.stage.picture.ringed_point != i:
            self.stage.picture.ringed_point = i
            self.stage.show(self.run.player)

    def _see(self):
        self.stage.picture.regions, self.stage.picture.spokes = self.controls.regions.value, self.controls.spokes.value
        self.show()

    def show(self, sentence=None):
        """Show the step under the cursor, with its own sentence or another."""
        self.stage.show(self.run.player)
        self.access.sentence = sentence or describe(self.run.player.step)

    def _follow(self):
        if self.stage.closed:
            return
        self._following = True
        try:
            follow(self.controls, self.run, self.stage.playing)
            if self.last_error is None:  # else a replay string that could not be read stays, to be mended
                self.controls.replay.value = str(self.run.setting)
        finally:
            self._following = False

    def __repr__(self):
        return f'Panel("{self.run.setting}")'

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for a page without a kernel the picture as it stands."""
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": repr(self), "image/png": png(self.stage.figure)}

    def close(self):
        """Stop the animation, free the figure and all widgets. Twice is fine."""
        if self.stage is not None and not self.stage.closed:
            cancel(self._task, self.saver.task, self.score.task)
            self.stage.close()
            close_inside(self)
            self.layout.close()
        super().close()

"""The panel: widgets that set up a run and walk through it, and one animation that plays it."""

from collections import deque
from functools import partial

import ipywidgets as w

from kmeans_teach.narrate import at_level, table
from kmeans_teach.panel.access import Access
from kmeans_teach.panel.arrival import Arrival
from kmeans_teach.panel.by_hand import ByHand
from kmeans_teach.panel.controls import CHOICES, follow, lay_out, make_controls
from kmeans_teach.panel.folds import Quiz, Saver
from kmeans_teach.panel.lanes import Lanes
from kmeans_teach.panel.main_thread import in_slices, stop, take_over
from kmeans_teach.panel.message import in_words
from kmeans_teach.panel.run import PanelRun
from kmeans_teach.panel.runs import Runs
from kmeans_teach.panel.score import StartScore
from kmeans_teach.panel.stage import WIDEST, Stage
from kmeans_teach.panel.wiring import wire


class Panel(Runs, Lanes, Arrival, w.VBox):
    """A panel to set up a K-means run and play it: the last line of a cell shows it.

    Parameters
    ----------
    replay : str, optional
        A replay string, such as "blobs k=4 seed=7 start=12".
    points : (M, N) array_like, or str or Path of a CSV, optional
        Your own points, the data set "my own". A DataFrame's column names become the names of the axes. In a CSV, the columns
        of numbers are used, or those in `names`. One line in the panel says what is left out; with `without_missing=True`
        also the rows in which a value is missing.
    columns : (int, int), optional
        Which two features of the first data set are drawn, if there are more than two: by default two that tell much.
    names : sequence of str, optional
        N names for the features of `points`.
    assign, update : callable, optional
        Your own functions, as for `KMeansND`. You can replace them later: `panel.update = my_update`.
    max_iter : int, optional
        As in `KMeansND`.
    folder : str or Path, optional
        Where saved runs go.
    widest : int, optional
        The largest width of the picture in CSS pixels: up to there it grows with the page, and the letters in it do.

    Raises
    ------
    ValueError, TypeError
        If the replay string or the points cannot be used; the message names the rule and the value.

    Notes
    -----
    `run.setting` (its str is the replay string) and `run.player` (a cursor over the steps) say what is shown; the controls and
    the `stage` follow them. `last_error` is the error that is shown now, or None. Lesson 05 reads this code.
    """

    stage = None  # a panel whose making failed has no stage, and is closed all the same

    def __init__(self, replay=None, *, folder=".", widest=WIDEST, **options):
        self.run = run = PanelRun(replay, **options)
        self.last_error, self._task, self.following = None, None, False  # following: the panel, not a person, sets controls
        self._points_of = run.points_of  # all that the points depend on that are shown
        self.past, self.kind = deque(maxlen=100), None  # the settings and cursors before; the kind of the last change
        self.stage = Stage(run.model, lambda: self.do(self._tick), widest, **run.axes_options)
        self.controls, self.message = make_controls(own_data=run.own is not None), w.HTML(run.note)
        self.access = Access(canvas=self.stage.canvas)
        self.by_hand = ByHand(self.stage, run, self.access, self.do, self.change, self.show)
        self.quiz = Quiz(run.player, self.do, self.ring_point, partial(self.go, run.player.forward))
        self.start_score = StartScore(run, self.do, self.fail, partial(self.access.set_trait, "best"), self.show_end)
        self.saver = Saver(run, self.stage.picture, self.controls.speed, folder, self.do, self.fail)
        super().__init__(children=lay_out(self))
        self.add_class("kmeans-panel")
        self.stage.canvas.main_thread.watch(self)
        self.stage.canvas.main_thread.held = self.access, self.controls.replay, self.controls.table
        wire(self)
        self._begin()
        self._follow()
        if run.player.failed is not None:
            self.tell(run.player.failed)
        take_over(self)

    # ---- everything that a person does goes through here

    def on(self, widget, action):
        """Run an action when a person, and not the panel itself, has set a widget to another value."""
        # the message says only that something changed; the action reads the newest value, so a drag queues up no work
        widget.observe(lambda change: self.following or change.old == change.new or self.do(action), "value")

    def do(self, action, *args):
        """Run an action on the main thread. An error pauses, and is shown until the next action succeeds.

        Interrupt in a cell is shown, too, and ends the cell; between two cells it is an error like others: see `call_learners`.
        """
        self.stage.canvas.main_thread.call(self._safely, action, *args)

    def _safely(self, action, *args):
        if self.stage.closed:
            return
        self.last_error = None
        try:
            action(*args)
        except BaseException as error:
            self.fail(error)
            if not isinstance(error, Exception):
                raise
        if self.last_error is None:
            self.message.value = self.run.note
        self._follow()

    def fail(self, error):
        """Pause, and show an error."""
        self.stage.pause()
        self.tell(error)

    def tell(self, error):
        """Show an error until the next action succeeds."""
        self.last_error = error
        self.message.value = in_words(error, self.run.player)
        self._follow()

    # ---- time

    def _tick(self):
        if self.run.player.forward():
            self.show(glide=True)
        if self.run.player.at_end:
            self.pause()

    def play(self):
        """Play on from the cursor, or again from the start if the run has ended."""
        if self.run.player.at_end:
            self.go(self.run.player.first)
        self.ring_point(self.by_hand.pinned)
        self.stage.play()
        self.quiz.ask(self.stage.playing)

    def pause(self):
        """Stop playing; the quiz asks about the half-step that comes next."""
        self.stage.pause()
        self.quiz.ask(playing=False)

    def go(self, move, *args, **options):
        """Pause, move to another step by a method of the player or of the stage, and show that step."""
        self.stage.pause()
        move(*args, **options)
        self.stage.picture.ringed_point = self.stage.picture.looked_at = self.by_hand.pinned
        self.stage.picture.selected = None if self.run.player.cursor else self.stage.picture.selected  # arrow keys step now
        self.show(glide=move == self.run.player.forward)
        if self.quiz.on.value:
            self.quiz.ask(playing=False)

    # ---- another run

    def change(self, action, *args, kind=None):
        """Change the run by one of its methods, and show it from its start. Changes of one `kind` are undone at once."""
        before, cursor = self.run.setting, self.run.player.cursor
        try:
            action(*args)
        finally:  # also after a learner's function failed
            if self.run.setting != before:
                if kind is None or kind != self.kind or cursor > 0:
                    self.past.append((before, cursor))
                self.kind = kind
            if vars(self.run.setting) | {"hand": None} != vars(before) | {"hand": None}:
                self.stage.picture.selected = None  # the letters belong to other centroids now
            self._begin()

    def _begin(self):
        if self._points_of != self.run.points_of:
            self._points_of, self.by_hand.pinned = self.run.points_of, None
        if self.second is not None or self.run.player.second is not None:
            self.follow_lanes()
        self.go(self.stage.set_model, self.run.player.model, **self.run.axes_options)
        self.start_score.reset()
        if self._task is not None:
            stop(self._task)
        # record the run when nothing has changed for a moment, so that the scrubber spans the whole run
        self._task = in_slices(self._recording(), after=0.3) if self.stage.canvas.main_thread.loop else None

    def _recording(self):
        error = yield from self.run.recording()
        if error is not None:
            self.tell(error)
        self._follow()

    def take(self, name):
        """Take the value of the one control that a person moved."""
        if (value := getattr(self.controls, name).value) != self.run.values[name]:
            self.change(self.run.change, name, value, kind=None if name in CHOICES else name)

    # ---- the picture, the sentence and the controls follow

    def ring_point(self, i):
        """Draw a ring around point i, or around none."""
        if self.stage.picture.ringed_point != i:
            self.stage.picture.ringed_point = i
            self.stage.show(self.run.player)

    def see(self):
        self.stage.picture.regions, self.stage.picture.spokes = self.controls.regions.value, self.controls.spokes.value
        self.show()

    def show(self, sentence=None, glide=False):
        """Show the step under the cursor, with its own sentence or another; with `glide`, glide there from the one before."""
        page, player = self.access, self.run.player
        places = self.stage.show(player, glide and player.cursor < len(player.steps))
        other = self.show_lane(glide) if self.second is not None else ""
        sentence = sentence or at_level(player, self.controls.words.value, self.by_hand.pinned)
        with page.hold_sync():  # one message to the page: each takes as long as a small picture
            page.places, page.sentence, page.other_sentence = places, sentence, other
            self._fill_strip()
        if self.controls.folds["Table"].value:
            self.controls.table.value = table(self.run.model.points, player.step, self.run.axes_options["names"])

    def _fill_strip(self):
        page, player, second = self.access, self.run.player, self.run.player.second
        page.inertias, page.cursor = [step.inertia for step in player.steps], player.cursor
        page.other_inertias = [step.inertia for step in second.steps] if second else []
        page.over = player.steps[-1].stop is not None and (second is None or second.steps[-1].stop is not None)

    def _follow(self):
        if self.stage.closed:
            return
        self.following = True
        try:
            self._fill_strip()
            follow(self.controls, self.run, self.stage.playing)
            self.controls.undo.disabled = not self.past
            ended = self.run.player.lead.stop is not None and not self.stage.playing
            if ended != self.start_score.ended:
                self.start_score.rest(ended)
            if self.last_error is None:  # otherwise the text that could not be read stays, so that it can be corrected
                self.controls.replay.value = self.run.values["replay"]
                self.controls.point.value = "" if self.by_hand.pinned is None else str(self.by_hand.pinned)
        finally:
            self.following = False

    def __repr__(self):
        return f'Panel("{self.run.setting}")'

    def close(self):
        """Stop the animation and the work; free the figure and all widgets. A second call does nothing."""
        if self.stage is not None and not self.stage.closed:
            stop(self._task, self.saver.task, self.start_score.task)
            self.stage.close()
            self.close_lane()
        super().close()

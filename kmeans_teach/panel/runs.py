"""What is asked of a panel from outside: another run, other functions, and the run before."""

from functools import partial

from kmeans_teach.panel.by_hand import AT_FIRST, TOOLS


def _learners(name):
    """A property of the panel: the learner's function of this name. Another function can be put in its place."""
    return property(
        lambda panel: panel.run.options[name],
        lambda panel, function: panel.do(panel.change, partial(panel.run.use_functions, **{name: function})),
    )


class Runs:
    """A panel that shows another run when it is asked for one. `past` holds the settings and cursors for `undo`."""

    assign, update = _learners("assign"), _learners("update")

    def replay(self, setting):
        """Show another run, given by its replay string or `Setting`."""
        self.do(self.change, self.run.set, setting)

    def draw_columns(self):
        """Draw the two features that the controls name; the half-step stays."""
        self.run.draw_columns(self.controls.x.value, self.controls.y.value)
        self.stage.set_model(self.run.player.model, **self.run.axes_options)
        self.follow_lanes()
        self.show()

    def use_tool(self):
        """From now on, let the mouse and the keys do what the controls name; a closed fold lets go of all tools."""
        c = self.controls
        if not c.folds["By hand"].value:
            c.what.value, c.how.value = AT_FIRST
        tool = c.what.value, c.how.value
        c.tool.value, self.access.brush = TOOLS[tool][1], tool != AT_FIRST
        self.by_hand.use(tool)

    def show_end(self, setting):
        """Show the end of another run."""
        self.change(self.run.set, setting)
        self.go(self.run.player.last)

    def undo(self):
        """Show the run and the half-step that were shown before the last change of the run."""
        if self.past:
            setting, cursor = self.past.pop()
            self.run.set(setting)
            self.kind = self.stage.picture.selected = None
            self._begin()
            self.go(self.run.player.seek, cursor)

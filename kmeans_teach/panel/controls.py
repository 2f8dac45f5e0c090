"""The panel's widgets and how they are laid out: labels, ranges and positions, no behaviour."""

from pathlib import Path
from types import SimpleNamespace

import ipywidgets as w
import traitlets

from kmeans_teach.data import DATA_SETS, SPREAD
from kmeans_teach.narrate import LEVELS
from kmeans_teach.panel.by_hand import AT_FIRST, CURSORS, TOOLS, WHAT
from kmeans_teach.panel.run import COURSE

STYLE = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("strip.css", "panel.css"))
STYLE = f"<style>{STYLE}</style>"
# where controls end; a browser's Python could not send a seed near 2**53
MOST = {"k": 20, "spread": 1.5, "size": 1000, "clusters": 20, "seed": 10**15, "start": 10**15}
GAP = "0 10px"
LANES = ("another start", "start"), ("another K", "k"), ("another way of starting", "way")
# controls named like the fields of Setting
SETTERS = "data", "k", "spread", "size", "clusters", "way", "seed", "start", "standardise"
CHOICES = "data", "way", "standardise"  # Undo takes back one of them at a time, but all values of a slider that was dragged
COMPARE = """The same points, two runs: they go together, and the one that is over first waits at its end. Dragging, Predict,
Table, the score and Save are about the first."""
BY_EYE = "<b>By eye</b>: before the first step, put each centroid where you think a cluster is, then press <i>Score my eye</i>."
REPLAY = "The same text gives the same run on any machine. Change it and press Enter."


def row(*widgets, width="100%", **layout):
    """Widgets side by side. With width=None they stay together in the row around them."""
    return w.Box(list(widgets), layout=w.Layout(flex_flow="row wrap", align_items="center", width=width, **layout))


def at_most(width, **layout):
    """The layout of a widget that is narrower where the page is."""
    return w.Layout(width=width, max_width="100%", **layout)


def button(label, tip, width="auto", **more):
    return w.Button(description=label, tooltip=tip, layout=w.Layout(width=width), **more)


def slider(kind, label, value, low, high, step=1, **more):
    layout = at_most("300px", min_width="220px")  # on a narrow page it must stay long enough to hit a value
    return kind(value=value, min=low, max=high, step=step, description=label, layout=layout, **more)


class TwoDigits(traitlets.HasTraits):
    """A value of two digits, as on the page: when the page reports 0.27999999999999997 for 0.28, nothing changes."""

    @traitlets.validate("value")
    def _validate_value(self, proposal):
        return round(super()._validate_value(proposal), 2)


class FloatSlider(TwoDigits, w.FloatSlider):
    pass


class FloatLogSlider(TwoDigits, w.FloatLogSlider):
    pass


def make_controls(own_data=False):
    """All widgets of a panel, by name."""
    c, number = SimpleNamespace(), at_most("170px")
    # what a run depends on
    names = [(data.label, name) for name, data in DATA_SETS.items()]
    c.data = w.Dropdown(
        options=[*names, ("my own", "mine")] if own_data else names, description="Data", layout=at_most("240px")
    )
    c.k = slider(w.IntSlider, "K", DATA_SETS["blobs"].k, 1, MOST["k"])
    c.spread = slider(FloatSlider, "Spread", SPREAD, 0.0, MOST["spread"], 0.01)
    c.size = slider(w.IntSlider, "Points each", 100, 1, MOST["size"])
    c.clusters = slider(w.IntSlider, "Heaps", 12, 1, MOST["clusters"])
    ways = [("random points", "random"), ("k-means++", "plusplus"), ("by hand", "hand")]
    c.way = w.Dropdown(options=ways, description="Start from", layout=at_most("285px"))
    c.seed = w.BoundedIntText(value=0, min=0, max=MOST["seed"], description="Data seed", layout=number)
    c.start = w.BoundedIntText(value=0, min=0, max=MOST["start"], description="Start seed", layout=number)
    tip = "Each feature with mean 0 and standard deviation 1"
    c.standardise = w.Checkbox(description="Standardise", indent=False, tooltip=tip, layout=number)
    c.new_data = button("New data", "Draw new points")
    c.new_centroids = button("New centroids", "Keep the points, draw a new start")
    c.undo = button("Undo", "Back to the run before (Ctrl+Z)").add_class("kmeans-undo")
    # time
    c.first = button("First", "To the start of the run")
    c.back = button("Back", "One half-step back")
    c.play = w.ToggleButton(description="Play", tooltip="Play or pause; at the end, play again", layout=w.Layout(width="5.2em"))
    c.play.add_class("kmeans-play")
    c.step = button("", "One half-step on", "19.4em", button_style="primary").add_class("kmeans-step")
    c.last = button("Last", "To the end of the run")
    speed = {"readout_format": ".1f", "tooltip": "Half-steps a second"}
    c.speed = slider(FloatLogSlider, "Speed", 10**0.3, 0, 1.5, 0.05, **speed)
    # what is shown
    c.regions = w.Checkbox(description="Regions", indent=False, tooltip="Colour the plane by nearest centroid", layout=number)
    c.spokes = w.Checkbox(description="Lines to centroids", indent=False, layout=w.Layout(width="200px"))
    tip = "The number of a point: it is ringed, and its distances are told. Empty: none"
    c.point = w.Text(placeholder="none", description="Ring point", tooltip=tip, continuous_update=False, layout=number)
    c.words = w.Dropdown(options=LEVELS, description="In words", tooltip="How much the sentence tells", layout=at_most("260px"))
    c.x, c.y = (w.Dropdown(description=name, layout=at_most("300px")) for name in "XY")
    c.table = w.HTML()
    c.differs = w.Dropdown(options=LANES, description="Against", layout=at_most("320px"))
    own = at_most("170px")  # it is hidden at times, and the others are not
    c.other = w.BoundedIntText(min=0, max=MOST["start"], description="Other seed", layout=own)
    c.what, c.how = (w.ToggleButtons(options=[*names], style={"button_width": "auto"}) for names in (WHAT, CURSORS))
    c.tool = w.HTML(TOOLS[AT_FIRST][1])
    c.replay = w.Text(description="Replay", continuous_update=False, layout=at_most("560px"))
    for control in c.data, c.k, c.speed:
        control.style.description_width = "initial"  # otherwise ipywidgets gives each label 80 pixels
    return c


def lay_out(panel):
    """The panel's children, from top to bottom: about ten controls in view, the rest in folds."""
    c = panel.controls
    c.room = row(panel.stage.canvas).add_class("kmeans-room")
    folds = {
        "Compare": [w.HTML(COMPARE), row(c.differs, c.other)],
        "More settings": [row(c.spread, c.size, c.clusters, c.way), row(c.seed, c.start, c.standardise, grid_gap=GAP)],
        "See more": [row(c.regions, c.spokes, c.point, c.words), row(c.x, c.y)],
        "Table": [c.table],
        "Predict": [panel.quiz.box],
        "By hand": [row(c.how, c.what, grid_gap=GAP), c.tool, w.HTML(BY_EYE), panel.start_score.box],
        "Replay": [w.HTML(REPLAY), row(c.replay)],
        "Save": [panel.saver.box],
    }
    c.folds, boxes, auto = {}, [], w.Layout(width="auto")
    for title, inside in folds.items():
        hidden = w.Layout(display="none", width="100%", padding="4px 0 8px 10px")
        box = w.VBox(inside, layout=hidden, _dom_classes=["kmeans-fold"])  # to add a class later is one more message
        c.folds[title] = opener = w.ToggleButton(
            description=title, tooltip="Show or hide", layout=auto, _dom_classes=["kmeans-opener"]
        )
        opener.observe(lambda change, box=box: setattr(box.layout, "display", "flex" if change["new"] else "none"), "value")
        boxes.append(box)
    new = row(c.new_data, c.new_centroids, c.undo, width=None).add_class("kmeans-pair")
    return [
        w.HTML(STYLE, layout=w.Layout(display="none")),
        row(row(c.first, c.back, c.play, c.step, c.last, width=None), c.speed, grid_gap=GAP).add_class("kmeans-bar"),
        c.room,
        panel.access,
        panel.start_score.card,
        panel.message,
        row(c.data, c.k, new, grid_gap=GAP).add_class("kmeans-bar"),
        row(*c.folds.values()).add_class("kmeans-bar"),
        *boxes,
    ]


NEXT = {"start": "Update: move to the means", "update": "Assign: join the nearest", "assign": "Update: move to the means"}


def follow(c, run, playing):
    """Set every control to the state of the run."""
    player, values = run.player, run.values
    for name, usual in MOST.items():
        control, value = getattr(c, name), values[name]
        # a replay string may ask for more than the usual range, and a person who moves the control keeps that range
        most = max(usual, control.max) if control.value == value else usual
        most = max(value, min(most, len(player.model.points)) if name == "k" else most)
        if (control.max, control.value) != (most, value):
            with control.hold_sync():
                control.max, control.value = most, value
                # in one message, the range first: else a page brings the old value, or the new one, into the wrong range,
                # and sends it back
                control.send_state(["max", "value"])
    for name in {*SETTERS} - MOST.keys():
        getattr(c, name).value = values[name]
    uses = DATA_SETS[values["data"]].uses if values["data"] in DATA_SETS else ()
    for name in "spread", "size", "clusters", "seed":
        getattr(c, name).disabled = name not in uses
    c.new_data.disabled = "seed" not in uses
    names, (x, *y) = run.axes_options["names"], run.axes_options["columns"]
    n = player.model.points.shape[1]
    for control, column in (c.x, x), (c.y, y[0] if y else None):
        control.layout.display = None if n > 2 else "none"
        if n > 2:
            control.options = tuple(zip(names or [f"feature {i}" for i in range(n)], range(n), strict=True))
            control.value = column
    against = c.folds["Compare"].value = values["against"] is not None
    own = values["against"] == "course" or run.options | COURSE != run.options
    if len(c.differs.options) != len(LANES) + own:
        c.differs.options = [*LANES, ("the course's functions", "course")] if own else LANES
    if against:
        kind, _, other = values["against"].partition(":")
        c.differs.value, c.other.layout.display = kind, None if kind in ("k", "start") else "none"
        c.other.description = "Other K" if kind == "k" else "Other seed"
        if other.isdecimal():
            c.other.max, c.other.value = max(MOST["start"], int(other)), int(other)
    ended = player.lead.stop is not None
    c.first.disabled = c.back.disabled = player.cursor == 0
    c.step.disabled = c.last.disabled = ended
    if not playing:  # there it would change with every picture
        c.step.description = "The run is over" if ended else NEXT[player.lead.phase]
    c.play.value = playing
    c.play.description = "Pause" if playing else "Play"

"""Two lanes: a second run of the same points beside the first, which goes along with it and is drawn by a stage of its own."""

import ipywidgets as w

from kmeans_teach.narrate import at_level
from kmeans_teach.panel.stage import BESIDES, Stage

SIDE_BY_SIDE = 720  # CSS pixels: on a narrower page one picture lies below the other
MORE = 100  # CSS pixels: there, that much more of the window is needed for all else
WAYS = {"random": "Random points", "plusplus": "k-means++", "hand": "By hand"}


def lane_names(setting):
    """What the two runs of a setting are called: by that in which they differ."""
    if setting.against == "course":
        return ["Your functions", "The course's functions"]
    kind, rival = setting.against.partition(":")[0], setting.rival()
    if kind == "k":
        return [f"K = {setting.k}", f"K = {rival.k}"]
    if kind == "start" and setting.hand is None:
        return [f"Start seed {setting.start}", f"Start seed {rival.start}"]
    return [WAYS["hand" if each.hand else each.way] for each in (setting, rival)]


class Lanes:
    """The part of a panel that shows one run or two. `second` is the stage of the second one, or None."""

    second = None

    def compare(self, against):
        """Show a second run beside this one, that differs in `against`: "start:7", "k:5", "way:plusplus", or "course" for the
        course's own functions in place of yours. None shows one run again.
        """
        self.do(self.change, self.run.change, "against", against)

    def choose_lane(self, number=None):
        """Compare with what the controls say. Without a number, another K or start is the next one."""
        kind, now = self.controls.differs.value, self.run.setting
        if not self.controls.folds["Compare"].value:
            against = None
        elif kind == "course":
            against = kind
        elif kind == "way":
            against = "way:random" if now.way == "plusplus" and now.hand is None else "way:plusplus"
        else:
            against = f"{kind}:{getattr(now, kind) + 1 if number is None else number}"
        self.change(self.run.change, "against", against)

    def follow_lanes(self):
        """Make or close the second stage, as the run asks for it, and let it draw the points and K of its run."""
        player, page, old = self.run.player.second, self.access, self.second
        if player is None:
            self.second = None
        elif old is None:
            self.second = Stage(player.model, list, self.stage.widest, **self.run.axes_options)
            self.second.set_speed(1 / self.stage.pace)
            self.second.canvas.mpl_connect("key_press_event", lambda event: self.do(self.by_hand.key, event))
            self.stage.canvas.main_thread.watch(self.second.canvas)
        else:
            old.set_model(player.model, **self.run.axes_options)
        page.names = lane_names(self.run.setting) if player else []
        stages = [self.stage, self.second] if self.second else [self.stage]
        for stage, name in zip(stages, page.names or [""], strict=True):
            stage.picture.name = name
        if self.second is not old:
            (self.add_class if self.second else self.remove_class)("kmeans-two")
            page.second_canvas = self.second and self.second.canvas
            # in a box: a page takes that away, and never ipympl's canvas alone
            box = [w.Box([self.second.canvas]).add_class("kmeans-second")] if self.second else []
            room, (_, *gone) = self.controls.room, self.controls.room.children
            room.children = [self.stage.canvas, *box]
            for widget in [old, *(part for box in gone for part in (box.layout, box))] if old else []:
                widget.close()
            if page.width:
                self.fit_page()

    def show_lane(self, glide):
        """Draw the half-step of the second run, with the same things to see as in the first. Returns its sentence."""
        theirs, player = self.second.picture, self.run.player
        for name in "regions", "spokes", "fades":
            setattr(theirs, name, getattr(self.stage.picture, name))
        theirs.ringed_point = self.by_hand.pinned
        self.second.show(player.second, glide and player.cursor < len(player.second.steps))
        return at_level(player.second, self.controls.words.value, self.by_hand.pinned)

    def fit_page(self):
        """Fit the pictures to the page: side by side or, on a narrow one, below each other and both in view."""
        page = self.access
        width, height = page.width, page.height
        if self.second and width >= SIDE_BY_SIDE:
            width //= 2
        elif self.second and height:
            height = (height + BESIDES - MORE) // 2
        for stage in filter(None, (self.second, self.stage)):
            page.places = stage.fit_page(width, page.ratio, height, page.dark, page.still)

    def close_lane(self):
        if self.second is not None:
            self.second.close()
            self.second = None

"""What each control of the panel does when a person moves it."""

from functools import partial

from kmeans_teach.panel.controls import SETTERS

TOLD = "width", "ratio", "height", "dark", "still"  # what a page tells of itself


def wire(panel):
    """Let each control act on the panel."""
    c, run, player, page, stage, on = panel.controls, panel.run, panel.run.player, panel.access, panel.stage, panel.on
    for name in SETTERS:
        on(getattr(c, name), partial(panel.take, name))
    on(c.play, lambda: panel.play() if c.play.value else panel.pause())
    on(c.speed, lambda: [each.set_speed(c.speed.value) for each in (stage, panel.second) if each])
    on(c.folds["Compare"], panel.choose_lane)
    on(c.differs, panel.choose_lane)
    on(c.other, lambda: panel.choose_lane(c.other.value))
    for control in c.regions, c.spokes:
        on(control, panel.see)
    on(c.words, panel.show)
    for control in c.what, c.how, c.folds["By hand"]:
        on(control, panel.use_tool)
    for control in c.x, c.y:
        on(control, panel.draw_columns)
    on(c.point, lambda: panel.by_hand.show_written(c.point.value))
    on(c.replay, lambda: panel.change(run.set, c.replay.value))
    on(panel.quiz.on, lambda: (panel.ring_point(panel.by_hand.pinned), panel.quiz.ask(stage.playing)))
    page.observe(lambda _: page.cursor == player.cursor or panel.do(panel.go, player.seek, page.cursor), "cursor")
    page.observe(lambda _: panel.fit_page(), TOLD)
    for button, move in (c.first, player.first), (c.back, player.back), (c.step, player.forward), (c.last, player.last):
        button.on_click(lambda _, move=move: panel.do(panel.go, move))
    for button, seed in (c.new_data, "seed"), (c.new_centroids, "start"):
        button.on_click(lambda _, seed=seed: panel.do(panel.change, run.next_seed, seed))
    on(c.folds["Table"], panel.show)
    c.undo.on_click(lambda _: panel.do(panel.undo))
    stage.set_speed(c.speed.value)
    panel.by_hand.keys = {
        " ": lambda: panel.pause() if stage.playing else panel.play(),
        "left": partial(panel.go, player.back),
        "right": partial(panel.go, player.forward),
    }

"""What a picture costs: one frame in the kernel, a saved run, and the import of the package."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ipympl.backend_nbagg import Canvas, FigureManager
from matplotlib.figure import Figure

from kmeans_teach import KMeansND, animation, make_clusters
from kmeans_teach.panel.stage import Stage
from kmeans_teach.picture import Picture

SIZES = (1_200, 12_000, 100_000)
K = 12
STEPS = 30


def a_run(m, steps=12):
    points = make_clusters(K, -(-m // K), rng=np.random.default_rng(0))[:m]
    model = KMeansND(points, points[np.random.default_rng(1).choice(m, K, replace=False)])
    return model, [step for step, _ in zip(model.steps(), range(steps), strict=False)]


# ---- the cost of a frame: each makes a function that draws one step, up to the PNG that would travel to the browser


def blank(size=(9.2, 4.9)):
    figure = Figure(figsize=size)
    canvas = Canvas(figure)
    FigureManager(canvas, 0)  # sets itself as canvas.manager
    return figure, canvas, figure.add_subplot()


def post_frame(model):
    """The post's way: a line of markers for each cluster, moved by set_data, and a redraw of the whole canvas."""
    _, canvas, ax = blank()
    low, high = model.points.min(axis=0), model.points.max(axis=0)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    members = [ax.plot([], [], ls="none", marker="x")[0] for _ in range(K)]
    middles = [ax.plot([], [], ls="none", marker="o")[0] for _ in range(K)]

    def draw(step):
        for k in range(K):
            members[k].set_data(*model.points[step.labels == k].T)
            middles[k].set_data(*step.centroids[k : k + 1].T)
        canvas.draw()  # ipympl makes the PNG by itself
        return canvas

    return draw


def vanderplas_frame(model):
    """J. VanderPlas, Python Data Science Handbook (2016), in-depth k-means: a slider that draws everything again."""
    figure, canvas, _ = blank()

    def draw(step):
        figure.clear()
        ax = figure.add_subplot()
        ax.scatter(*model.points.T, c=step.labels, s=50, cmap="viridis")
        ax.scatter(*step.centroids.T, c="black", s=200, alpha=0.5)
        canvas.draw()  # ipympl makes the PNG by itself
        return canvas

    return draw


def our_frame(model):
    """The panel's stage: the picture on a live canvas."""
    stage = Stage(model, lambda: None)

    def draw(step):
        stage.picture.show(step)
        stage.canvas.draw()
        assert stage.canvas.get_diff_image()  # ours waits for a browser, so it is asked for the PNG
        return stage.canvas

    return draw


FRAMES = {"the post's drawing": post_frame, "VanderPlas' redraw": vanderplas_frame, "ours": our_frame}


def cost_of_a_frame(m, repeats):
    """Name -> median seconds of a frame, over the steps of a run."""
    model, steps = a_run(m)
    draws = {name: make(model) for name, make in FRAMES.items()}
    seconds = {name: [] for name in draws}
    for _ in range(repeats):
        for name, draw in draws.items():
            draw(steps[0])
            for step in steps[1:]:
                begin = time.perf_counter()
                draw(step)
                seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in seconds.items()}


# ---- a saved run


def savefig_per_frame(model, folder):
    picture = Picture(model.points, K)
    for i, step in enumerate(model.steps()):
        picture.show(step)
        picture.figure.savefig(folder / f"{i:03}.png", dpi=100)


def cost_of_saving(repeats):
    """Name -> median seconds to save a run of about 30 steps."""
    model, _ = a_run(1_200)
    model.max_iter = STEPS // 2 - 1
    ways = {
        "a savefig per frame": lambda folder: savefig_per_frame(model, folder),
        "save as MP4": lambda folder: animation.save(model, folder / "run.mp4"),
        "save as GIF": lambda folder: animation.save(model, folder / "run.gif"),
    }
    seconds = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                begin = time.perf_counter()
                way(Path(folder))
                seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in seconds.items()}


# ---- imports


def cost_of_importing(repeats):
    """Name -> median seconds of a fresh Python that does only this."""
    lines = {
        "import numpy": "import numpy",
        "import kmeans_teach": "import kmeans_teach",
        "import kmeans_teach.kmeans": "import kmeans_teach.kmeans",
        "import kmeans_teach.lessons.fast": "import kmeans_teach.lessons.fast",
        "import kmeans_teach.panel": "from kmeans_teach.panel import Panel",  # the package alone loads nothing
    }
    seconds = {name: [] for name in lines}
    for _ in range(repeats):
        for name, line in lines.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", line], check=True)
            seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in seconds.items()}

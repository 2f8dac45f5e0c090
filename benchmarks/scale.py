"""`python -m benchmarks.scale`: K-means over Dask, on two workers of 600 MB each, beside dask.delayed by hand and dask-ml.

Writes its section of benchmarks/RESULTS.md. `--quick` measures a tenth of the points, and writes nothing.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
import warnings
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from benchmarks import section
from benchmarks.peak import highest
from kmeans_teach.lessons import many_machines

HEADING = "## Many machines"
K, ROWS, LIMIT = 12, 250_000, 600e6  # a block of 4 MB
SIZES = (5_000_000, 50_000_000)
SEED = 5


def make(b, rows=ROWS):
    """Block b of the points: normal heaps around twelve centres, the same in all blocks."""
    centres = np.random.default_rng(SEED).uniform(-20, 20, size=(K, 2))
    rng = np.random.default_rng([SEED, b])
    return centres[rng.integers(K, size=rows)] + 2 * rng.normal(size=(rows, 2))


def many(m):
    """M points as a Dask array; they are never all in memory at the same time."""
    chunks = ((ROWS,) * (m // ROWS), (2,))
    return da.map_blocks(lambda block_id: make(block_id[0]), chunks=chunks, dtype=float, meta=np.empty((0, 0)))


def start():
    return make(0)[:K].copy()


# ---- the same pass by hand


def visit(b, centroids):
    return many_machines.summarise(make(b), centroids=centroids)[1]


def pass_by_hand(blocks, centroids):
    """An iteration in hand-written dask.delayed: it keeps no labels and compares none."""
    parts = [dask.delayed(visit)(b, centroids) for b in range(blocks)]
    while len(parts) > 1:
        parts = [dask.delayed(many_machines.merge)(parts[i : i + 4]) for i in range(0, len(parts), 4)]
    return parts[0].compute()


# ---- measuring


@dataclass
class DaskRun:
    m: int
    passes: list  # for each pass: seconds (ours, by hand), then CPU seconds of the workers (ours, by hand)
    stop: str
    peaks: dict  # worker -> the most memory that it had, in megabytes
    spilled: float  # megabytes that Dask wrote to the disk
    killed: int  # workers of the beginning that are no longer there

    @property
    def seconds(self):
        return statistics.median(ours for ours, *_ in self.passes)

    @property
    def ratio(self):
        return statistics.median(ours / by_hand for ours, by_hand, *_ in self.passes)

    @property
    def work_ratio(self):
        """The same for CPU time, which does not depend on what else the machine does."""
        return sum(ours for *_, ours, _ in self.passes) / sum(by_hand for *_, by_hand in self.passes)


def two_workers(folder, **options):
    quiet = {"dashboard_address": "127.0.0.1:0", "host": "127.0.0.1", "silence_logs": "CRITICAL", "local_directory": folder}
    return LocalCluster(n_workers=2, threads_per_worker=1, **quiet, **options)


def worked(client):
    """CPU seconds of all workers so far."""
    return sum(client.run(time.process_time).values())


def timed(client, function):
    """What a function returns, the seconds it took, and the CPU seconds of the workers."""
    work, begin = worked(client), time.perf_counter()
    returned = function()
    seconds = time.perf_counter() - begin
    return returned, seconds, worked(client) - work


def measure(m, max_iter, say=print):
    """A run in which each pass is followed by the same pass by hand: so other load on the machine slows both."""
    passes = []
    with tempfile.TemporaryDirectory() as folder, two_workers(folder, memory_limit=LIMIT) as cluster, Client(cluster) as client:
        before = set(client.run(os.getpid).values())
        steps = many_machines.KMeansDask(many(m), start(), max_iter=max_iter).steps()
        last = None
        while last is None or last.stop is None:
            last, ours, our_work = timed(client, lambda: next(steps))
            if last.phase != "update":  # an update needs no pass
                by_hand = partial(pass_by_hand, m // ROWS, last.centroids)
                summary, theirs, their_work = timed(client, by_hand)
                assert np.isclose(summary.inertia(last.centroids), last.inertia)
                passes.append((ours, theirs, our_work, their_work))
                say(f"{m:,} points, pass {len(passes)}: {ours:.3g} s, by hand {theirs:.3g} s")
        peaks = client.run(highest)
        killed = len(before - set(client.run(os.getpid).values()))
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        spilled = sum(worker["metrics"]["spilled_bytes"]["disk"] for worker in workers)
    return DaskRun(m, passes, last.stop, peaks, spilled / 1e6, killed)


def growth(few, many):
    """The exponent e with which the time of a pass grows, as M^e."""
    return np.log(many.seconds / few.seconds) / np.log(many.m / few.m)


def against_dask_ml(m, say=print, passes=(2, 8)):
    """Seconds of an iteration (ours, theirs), with the points in the workers' memory; or the error that ended theirs."""
    try:
        from dask_ml.cluster import KMeans
    except Exception as error:
        return f"dask-ml could not be imported ({type(error).__name__}: {error})"

    def ours(points, passes):
        many_machines.KMeansDask(points, start(), max_iter=passes).fit()

    def theirs(points, passes):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            KMeans(K, init=start(), max_iter=passes, tol=0, n_jobs=1).fit(points)

    with tempfile.TemporaryDirectory() as folder, two_workers(folder) as cluster, Client(cluster):
        points = many(m).persist()
        points.sum().compute()
        each = {ours: [], theirs: []}
        for repeat in range(4):  # the first is a warm-up
            for run, times in each.items():
                seconds = []
                for n in passes:
                    begin = time.perf_counter()
                    try:
                        run(points, n)
                    except Exception as error:
                        return f"dask-ml did not run ({type(error).__name__}: {error})"
                    seconds.append(time.perf_counter() - begin)
                if repeat:  # the difference, so that work done once per run does not count
                    times.append((seconds[1] - seconds[0]) / (passes[1] - passes[0]))
                say(f"{m:,} points in memory, {run.__name__}: {passes} iterations in {seconds[0]:.3g} and {seconds[1]:.3g} s")
    return tuple(statistics.median(times) for times in each.values())


# ---- the section


def row(run):
    cells = (
        *(f"{run.m:,}", f"{len(run.passes)}, {run.stop}", f"{run.ratio:.2f}", f"{run.work_ratio:.2f}"),
        *(f"{max(run.peaks.values()):.0f}", f"{run.spilled:.0f}", f"{run.killed}"),
    )
    return f"| {' | '.join(cells)} |"


def body(runs, rival):
    few, most = runs
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "dask", "distributed"))
    load = f", load average {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    head = "| points | passes, stop | by hand (1.3) | in processor time | peak memory (600) | spilled | workers killed (0) |"
    if isinstance(rival, tuple):
        beside_dask_ml = (
            f"Beside dask-ml {version('dask-ml')}, {few.m:,} points in the workers' memory, from the same start: an iteration "
            f"takes {rival[0] / rival[1]:.2f} of its time (at most 1)."
        )
    else:
        beside_dask_ml = f"No comparison with dask-ml: {rival}."
    return "\n\n".join(
        [
            f"Written by `python -m benchmarks.scale` on {date.today()}. {os.cpu_count()} cores, {platform.machine()}, "
            f"{platform.system()}{load}; Python {platform.python_version()}, {versions}.",
            f"`KMeansDask` over points in 2-D, K = {K}, in blocks of {ROWS:,} that are made again in every pass, on two "
            f"workers with one thread and {LIMIT / 1e6:.0f} MB each. By hand: the median ratio of a pass to the same by "
            "hand-written `dask.delayed`, which keeps no labels, each right after the other. Memory is the most that a worker "
            "had, in megabytes. The limits are in brackets.",
            "\n".join([head, "|---|---|---|---|---|---|---|", *map(row, runs)]),
            f"A pass of {most.m:,} points takes {most.seconds:.3g} s. From {few.m:,} points on, it grows as M to the power of "
            f"{growth(few, most):.2f} (at most 1.1).",
            beside_dask_ml,
        ]
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points, and write nothing")
    parser.add_argument("--iterations", type=int, default=8, help="updates of each run at most (8)")
    options = parser.parse_args()
    sizes = [m // 10 for m in SIZES] if options.quick else SIZES
    runs = [measure(m, options.iterations) for m in sizes]
    text = body(runs, against_dask_ml(sizes[0]))
    print(text)
    if not options.quick:
        section.write(HEADING, text)


if __name__ == "__main__":
    main()

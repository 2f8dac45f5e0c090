"""Peak memory of a run, in a separate process: what the run adds to its points, as the operating system reports it."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import runs

ROWS = [runs.ROWS[2], runs.ROWS[3], runs.ROWS[5], runs.Row(10_000_000, 2, 12)]
SLOW_FROM = 10_000_000  # points from which only fast.fit runs
ITERATIONS = 5  # the peak comes early


def peaks(row):
    """Name -> megabytes in addition to the points."""
    names = [name for name in runs.contenders(row, ITERATIONS, patient=True) if row.m < SLOW_FROM or name == "fast.fit"]
    with tempfile.TemporaryDirectory() as folder:
        for name, array in zip(("points", "start"), row.make(), strict=True):
            np.save(Path(folder) / name, array)
        return {name: peak_of(name, folder) for name in names}


def peak_of(name, folder):
    done = subprocess.run([sys.executable, "-m", __spec__.name, name, folder], capture_output=True, text=True, check=True)
    return float(done.stdout)


def highest():
    """The most memory that this process has had so far, in megabytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # not ru_maxrss: on Linux a new process inherits that of its parent
        (peak,) = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(peak) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    name, folder = sys.argv[1:]
    points, start = np.load(Path(folder) / "points.npy"), np.load(Path(folder) / "start.npy")
    runs.MAX_ITER = ITERATIONS
    run = runs.contenders(runs.Row(*points.shape, len(start)), ITERATIONS, patient=True)[name]
    run(points[: max(2_000, len(start))].copy(), start)  # imports and threads do not belong to the run
    before = highest()
    run(points, start)
    print(highest() - before)

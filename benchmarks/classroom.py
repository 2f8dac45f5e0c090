"""What a class costs: `python -m benchmarks.classroom`.

A real JupyterHub on this machine; each learner signs in, opens the panel in a kernel, and for a minute steps, plays, drags the
K slider, moves a centroid by keys and draws new centroids, one act every two seconds. Prints memory and CPU per learner, the
time from a click to the data of the new picture, and what went wrong; writes a section of benchmarks/RESULTS.md.

It needs JupyterHub (`python -m pip install -e '.[bench]'`) and its proxy, configurable-http-proxy: the one on the path, or one
that npm installs for the occasion. Linux only: it reads how memory is shared from /proc.
"""

import argparse
import asyncio
import importlib.util
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.__main__ import machine, table
from benchmarks.hub import Hub
from benchmarks.learner import ACTS, PACE, STEPS, Learner
from benchmarks.lessons import peaks
from benchmarks.section import write

HEADING = "## A classroom"
PACKAGES = ("jupyterhub", "jupyterlab", "jupyter-server", "ipykernel", "matplotlib", "ipympl")
LEARNERS, SECONDS = 20, 60
AT_ONCE = 4  # learners who sign in at the same time: a class does not arrive within one second
MOST_MB, MOST_SECONDS = 250, 1.0  # what a learner may take, and the 95th percentile from click to picture


# ---- what it costs


@dataclass
class Cost:
    """Means over the learners, unless it says otherwise; memory in MB."""

    server: float = 0.0
    kernel: float = 0.0
    most: float = 0.0  # of the learner who takes most
    resident: float = 0.0  # of that learner, with what is shared counted in full
    hub: float = 0.0  # the hub and its proxy
    seconds: float = 0.0  # of CPU that a learner has used so far


def cost(processes):
    """What has been taken until now. Memory as PSS: what a process has alone, and its share of what it has with others."""
    learners = {name: each for name, each in processes.items() if name != "hub"}
    full = {name: [process.memory_full_info() for process in each] for name, each in learners.items()}
    pss = {name: [info.pss / 1e6 for info in each] for name, each in full.items()}
    return Cost(
        server=float(np.mean([each[0] for each in pss.values()])),
        kernel=float(np.mean([sum(each[1:]) for each in pss.values()])),
        most=max(map(sum, pss.values())),
        resident=max(sum(info.rss for info in each) / 1e6 for each in full.values()),
        hub=sum(process.memory_full_info().pss for process in processes["hub"]) / 1e6,
        seconds=cpu(processes)[0],
    )


def cpu(processes):
    """Seconds of CPU so far: of a learner, on average, and of the hub with its proxy."""
    spent = {name: sum(sum(process.cpu_times()[:2]) for process in each) for name, each in processes.items()}
    hub = spent.pop("hub")
    return np.array([np.mean(list(spent.values())), hub])


def percentiles(seconds):
    """The 50th and the 95th percentile."""
    return tuple(float(each) for each in np.percentile(seconds, [50, 95]))


async def phase(hub, doing):
    """Per cent of one core while something is done: a learner's, and the hub's."""
    before, begun = cpu(hub.processes()), time.perf_counter()
    await doing
    return 100 * (cpu(hub.processes()) - before) / (time.perf_counter() - begun)


async def everyone(things):
    async with asyncio.TaskGroup() as group:  # where one fails, the others are stopped
        for thing in things:
            group.create_task(thing)


async def lesson(hub, count, seconds):
    """Everything that is measured: learners, memory by moment, CPU by what they do, the seconds of each act, errors."""
    learners = [Learner(f"learner{i + 1:02}") for i in range(count)]
    rngs = [random.Random(i) for i in range(count)]
    gate, errors, costs, cores = asyncio.Semaphore(AT_ONCE), [], {}, {}
    try:
        await everyone(each.open(hub, gate) for each in learners)
        say(f"{count} learners have their panel")
        await asyncio.sleep(3)  # what a panel does once it is shown is over
        short = max(5, seconds / 4)
        costs["panel opened"] = cost(hub.processes())
        cores["idle"] = await phase(hub, asyncio.sleep(short))
        pairs = list(zip(learners, rngs, strict=True))
        cores["stepping"] = await phase(hub, everyone(each.be_busy(short, rng, STEPS) for each, rng in pairs))
        cores["playing"] = await phase(hub, everyone(each.keep_playing(short) for each in learners))
        say("idle, stepping and playing are measured; now all of it")
        for each in learners:
            each.took.clear()
        cores["all of it"] = await phase(hub, everyone(each.be_busy(seconds, rng, ACTS) for each, rng in pairs))
        costs["at the end"] = cost(hub.processes())
        await everyone(each.compare() for each in learners)
        for each in learners:
            if (kernels := await asyncio.to_thread(hub.kernels, each.name, each.token)) != 1:
                errors.append(f"{each.name} has {kernels} kernels")
    finally:
        for each in learners:
            errors += [f"{each.name}: {error}" for error in each.page.errors]
            each.page.close()
    return learners, costs, cores, errors


# ---- what it says


def claims(costs, took, errors):
    """What was asked, beside what came out: rows of a table, and whether all hold."""
    most = max(cost.most for cost in costs.values())
    late = percentiles([seconds for _, seconds in took])[1] if took else float("inf")
    rows = [
        ["errors, lost kernels included", "0", str(len(errors))],
        ["MB of the learner who takes most", str(MOST_MB), f"{most:.0f}"],
        ["s from click to picture, 95th percentile", f"{MOST_SECONDS:g}", f"{late:.2f}"],
    ]
    return rows, not errors and most <= MOST_MB and late <= MOST_SECONDS


def latencies(took):
    """A row for each act, and one for all."""
    rows = []
    for name in [*ACTS, "all"]:
        seconds = [each for act, each in took if name in (act, "all")]
        if seconds:
            rows.append([name, str(len(seconds)), *(f"{1e3 * each:.0f} ms" for each in (*percentiles(seconds), max(seconds)))])
    return rows


def report(learners, costs, cores, errors, seconds, about, largest):
    took = [each for learner in learners for each in learner.took]
    pictures = [len(png) for learner in learners for _, png in learner.page.pictures]
    opened = [learner.opened for learner in learners]
    asked, held = claims(costs, took, errors)
    parts = [
        f"Written by `python -m benchmarks.classroom` on {date.today()}: {len(learners)} learners of a JupyterHub on one "
        f"machine, each with a server, a kernel and the panel, for {seconds:g} s one act every {PACE:g} s or so. {about}.",
        table(["", "at most", "measured"], asked),
        "Memory in MB, as PSS (what a process has alone, and its share of what it has in common with others); server and "
        "kernel are means. Resident counts in full what is shared, which a container's limit may see. The last column is "
        "the CPU time that a learner has used, starting and opening included.",
        table(
            ["", "server", "kernel", "learner", "who takes most", "the same, resident", "hub and proxy, for all", "CPU so far"],
            [
                [
                    name,
                    *(f"{mb:.0f}" for mb in (c.server, c.kernel, c.server + c.kernel, c.most, c.resident, c.hub)),
                    f"{c.seconds:.1f} s",
                ]
                for name, c in costs.items()
            ],
        ),
        "CPU of one learner (server and kernel) in per cent of one core, and of the hub and its proxy for all.",
        table(["", "a learner", "hub and proxy"], [[name, f"{one:.2f}", f"{hub:.2f}"] for name, (one, hub) in cores.items()]),
        "From a click, or the last movement of a drag, to the data of the picture it brings. Play waits for its first beat, "
        f"half a second, by design. A picture has {np.mean(pictures) / 1e3:.1f} kB.",
        table(["", "acts", "50th percentile", "95th", "slowest"], latencies(took)),
        f"From signing in to the first picture, {AT_ONCE} learners at a time: median {np.median(opened):.0f} s, "
        f"slowest {max(opened):.0f} s.",
    ]
    if largest:
        parts.append("MB at most, resident, of the kernel that runs a lesson from top to bottom, and of what it starts.")
        parts.append(table(["lesson", "MB"], [[name, f"{mb:.0f}"] for name, mb in largest.items()]))
    if errors:
        parts.append("Errors:\n\n" + "\n".join(f"- {error}" for error in errors[:50]))
    return "\n\n".join(parts), held


def say(sentence):
    print(sentence, flush=True)


async def main(options):
    about = machine(PACKAGES)  # with the load before the run
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    for name in signal.SIGTERM, signal.SIGINT:
        loop.add_signal_handler(name, me.cancel)  # so that the hub is stopped
    with Hub() as hub:
        say(f"JupyterHub runs at {hub.address}")
        async with asyncio.timeout(120 + 30 * options.learners + 2 * options.seconds):
            found = await lesson(hub, options.learners, options.seconds)
    found[3].extend(hub.left)
    official = (options.learners, options.seconds) == (LEARNERS, SECONDS)
    text, held = report(*found, options.seconds, about, await peaks() if official else {})
    say(text)
    if official:
        write(HEADING, text)
    return 0 if held else 1


def between(low, high):
    def read(text):
        if not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be between {low} and {high}, got {text}")
        return int(text)

    return read


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classroom", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    other = "; with another number nothing is written"
    parser.add_argument("--learners", type=between(1, 50), default=LEARNERS, help=f"how many ({LEARNERS}){other}")
    parser.add_argument("--seconds", type=between(4, 600), default=SECONDS, help=f"how long ({SECONDS}){other}")
    options = parser.parse_args()
    if importlib.util.find_spec("jupyterhub") is None:
        parser.exit(2, "JupyterHub is not installed: python -m pip install -e '.[bench]'\n")
    if not os.path.exists("/proc/self/smaps"):
        parser.exit(2, "memory is read from /proc, which this system does not have\n")
    try:
        sys.exit(asyncio.run(main(options)))
    except asyncio.CancelledError:
        parser.exit(130, "stopped\n")

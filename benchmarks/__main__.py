"""`python -m benchmarks`: measure everything and write benchmarks/RESULTS.md. `--quick` skips the large rows."""

import argparse
import os
import platform
from datetime import date
from importlib.metadata import version

from benchmarks import frames, peak, runs, section

RESULTS = section.RESULTS
COLUMNS = ("fast.fit", "KMeansND.fit", "sklearn lloyd", "sklearn elkan", "scipy kmeans2", "double loop")
PACKAGES = ("numpy", "scipy", "scikit-learn", "matplotlib", "ipympl")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(packages=PACKAGES):
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load = f"; load average before the run {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}{load}; Python {python}, {versions}"


def time_cell(timing, name):
    if name not in timing.seconds:
        return ""
    low, high = timing.spread(name)
    once = "" if len(timing.seconds[name]) > 1 else ", once"
    other = "" if timing.same[name] else " *"
    return f"{timing.ratio(name):.3g} ({low:.2g}-{high:.2g}{once}){other}"


def time_table(timings):
    rows = [
        [str(t.row), str(t.iterations), *(time_cell(t, name) for name in COLUMNS), f"{1e3 * t.median(t.reference):.3g} ms"]
        for t in timings
    ]
    return table(["(M, N, K)", "iterations", *COLUMNS, "1 is"], rows)


def claims(timings):
    """What is required, beside what was measured."""
    by_row = {t.row: t for t in timings}
    half = (runs.ROWS[3], runs.ROWS[4])  # where half of its time is required
    rows = [
        [f"fast.fit / scikit-learn, {t.row}", f"{0.5 if t.row in half else 1.0}", f"{t.ratio('fast.fit'):.2f}"]
        for t in timings
        if t.row.m >= 12_000
    ]
    if small := by_row.get(runs.ROWS[0]):
        for name, limit in (("fast.fit", 500), ("KMeansND.fit", 100)):
            rows.append([f"{name} / double loop, {small.row}", f"1/{limit}", f"1/{1 / small.ratio(name, 'double loop'):.0f}"])
    if set(runs.GROWTH) <= set(by_row):
        whole, each = runs.growth(timings)
        rows.append(["fast.fit grows as M to the power of", "1.1", f"{whole:.2f} (an iteration: {each:.2f})"])
    return table(["", "at most", "measured"], rows)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only rows up to 120,000 points, and write nothing")
    parser.add_argument("--repeats", type=int, default=7, help="interleaved repeats of a row (7)")
    patience = "seconds; where KMeansND and scipy need longer, they run once only (20)"
    parser.add_argument("--patience", type=float, default=20, help=patience)
    parser.add_argument("--rows", type=int, nargs="*", help="which rows, counted from 0; write nothing")
    options = parser.parse_args()
    about = machine()
    chosen = runs.ROWS[:3] if options.quick else [runs.ROWS[i] for i in options.rows] if options.rows else runs.ROWS
    timings = [runs.measure(row, options.repeats, options.patience) for row in chosen]
    parts = [
        f"# Results of {date.today()}",
        "Written by `python -m benchmarks`. " + about + ".",
        "## Time of a whole run",
        f"Median over {options.repeats} interleaved repeats, "
        "as a ratio to the faster of scikit-learn's two methods (lower is faster); "
        "in brackets the smallest and largest repeat. All begin at the same centroids; scikit-learn runs with `tol=0`, "
        "`n_init=1` and its default threads; "
        f"a repeat of less than {runs.QUICK * 1e3:.0f} ms is the mean of as many runs as fill them; "
        "scipy, which does not stop by itself, gets the number of iterations. "
        f"KMeansND and scipy run once only where they need more than {options.patience:g} s. "
        "A star: labels or iterations differ from ours "
        "(scikit-learn moves a centroid without members elsewhere, and in a long run its last bits may differ).",
        time_table(timings),
        "## Required and measured",
        claims(timings),
    ]
    print("\n\n".join(parts))
    if options.quick or options.rows:
        return
    parts += ["## Peak memory", f"Megabytes that {peak.ITERATIONS} iterations add to the points, in a fresh process each."]
    found = {row: peak.peaks(row) for row in peak.ROWS}
    parts.append(
        table(
            ["(M, N, K)", "the points", *COLUMNS[:-1]],
            [
                [str(row), f"{row.m * row.n * 8e-6:.0f}", *(f"{got[c]:.0f}" if c in got else "" for c in COLUMNS[:-1])]
                for row, got in found.items()
            ],
        )
    )
    parts += ["## A frame", "Median in milliseconds, in the kernel, from a step to the PNG that travels to the browser."]
    costs = {m: frames.cost_of_a_frame(m, options.repeats) for m in frames.SIZES}
    parts.append(
        table(["M", *frames.FRAMES], [[f"{m:,}", *(f"{1e3 * s:.0f}" for s in cost.values())] for m, cost in costs.items()])
    )
    for title, cost in [
        ("A saved run", frames.cost_of_saving(options.repeats)),
        ("Imports in a fresh Python", frames.cost_of_importing(options.repeats)),
    ]:
        first = next(iter(cost.values()))
        rows = [[name, f"{seconds:.2f} s", f"{seconds / first:.2f}"] for name, seconds in cost.items()]
        parts += [f"## {title}", table(["", "median", "ratio to the first"], rows)]
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    RESULTS.write_text(section.keep(old, "\n\n".join(parts)), encoding="utf-8")
    print("\n\n".join(parts[7:]))


if __name__ == "__main__":
    main()

"""`python -m benchmarks`: measure everything and write benchmarks/RESULTS.md. `--quick` skips the large rows."""

import argparse
import os
import platform
from datetime import date
from importlib.metadata import version

from benchmarks import frames, peak, runs, section

RESULTS = section.RESULTS
COLUMNS = ("fast.fit", "KMeansND.fit", "sklearn lloyd", "sklearn elkan", "scipy kmeans2", "double loop")
LIMITS = dict(zip(runs.ROWS[1:], (0.80, 0.35, 0.25, 0.27, 0.50, 0.40), strict=True))
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
    work = timing.work[name] / timing.work["fast.fit"]
    count = timing.distances.get(name)
    measured = f"{count / (timing.row.m * timing.row.k):.3g}" if count else "?"
    share = timing.same[name]
    other = "" if share == 1 else " * bits" if share > 0.999 else f" * {share:.0%}"
    return f"{timing.ratio(name):.3g} ({low:.2g}-{high:.2g}{once}); {work:.2g}; {measured}{other}"


def time_table(timings):
    names = dict.fromkeys([*COLUMNS, *(name for t in timings for name in t.seconds)])
    rows = [[name, *(time_cell(t, name) for t in timings)] for name in names]
    rows.append(["iterations", *(str(t.iterations) for t in timings)])
    rows.append(["1 is", *(f"{1e3 * t.median(t.reference):.3g} ms" for t in timings)])
    return table(["(M, N, K)", *(str(t.row) for t in timings)], rows)


def who_is_ahead(timings):
    """Two honest sentences: who measures fewer distances than fast.fit, and who takes less time."""
    fewer, quicker = [], []
    for t in timings:
        ours = t.distances["fast.fit"]
        counts = {name: count for name, count in t.distances.items() if name in t.seconds and t.same[name] > 0.999}
        fewer += [f"{t.row}: {', '.join(better)}" for better in [[n for n, count in counts.items() if count < ours]] if better]
        times = {name: t.median(name) for name in t.seconds}
        quicker += [f"{t.row}: {', '.join(b)}" for b in [[n for n, s in times.items() if s < times["fast.fit"]]] if b]
    missing = sorted({name for t in timings for name in t.missing})
    return (
        f"Fewer distances than fast.fit, with the same end: {'; '.join(fewer) or 'none'}. "
        f"Less time than fast.fit: {'; '.join(quicker) or 'none'}. faiss computes in float32 and has no test for the end, and "
        "geokmeans rounds its bounds to float32, so their ends can differ; fast.fit has the bits of KMeansND. In 2-D a "
        "distance costs so little that fast.fit measures all of them where the choice would take longer."
        + (f" Not installed here: {', '.join(missing)}." if missing else "")
    )


def claims(timings):
    """What is required, beside what was measured."""
    by_row = {t.row: t for t in timings}
    rows = [
        [f"fast.fit / scikit-learn, {t.row}", f"{LIMITS[t.row]}", f"{t.ratio('fast.fit'):.2f}"]
        for t in timings
        if t.row in LIMITS
    ]
    for t in timings:
        if "faiss, float32" in t.seconds and t.row.n >= 16:
            rows.append([f"fast.fit / faiss float32, {t.row}", "1.3", f"{t.ratio('fast.fit', 'faiss, float32'):.2f}"])
    counts = [t.distances for t in timings if "geokmeans annulus" in t.distances]
    if counts:
        ahead = sum(count["fast.fit"] <= count["geokmeans annulus"] for count in counts)
        rows.append(["distances at most those of Annulus, data sets", "5 at least", f"{ahead} of {len(counts)}"])
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
    parser.add_argument("--repeats", type=int, default=5, help="interleaved repeats of a row (5)")
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
        "After the semicolons: the processor time as a ratio to that of fast.fit, and the distances measured, in units of "
        "M x K (geokmeans counts its own; those between centroids are in both counts). Other programs run once where they need "
        f"more than {runs.SHORT:g} s. A star: labels or iterations differ from ours, by the last bits of a few points or with "
        "that share of equal labels (the others treat a centroid without members otherwise, and rounding can lead elsewhere).",
        time_table(timings),
        who_is_ahead(timings),
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
    print("\n\n".join(parts[8:]))


if __name__ == "__main__":
    main()

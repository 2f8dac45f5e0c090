"""Each number and each claim of lessons 08 to 10, computed again from the points alone by other code than the lesson's.

A number is compared with what the lesson says or prints. A claim that is general is tried on other seeds, eight with LONG=1.
"""

import os
import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, confusion_matrix, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from kmeans_teach import assign_points, make_clusters, random_points
from kmeans_teach.lessons import fast
from kmeans_teach.lessons.bounds import hamerly
from kmeans_teach.lessons.images import landscape, plate
from kmeans_teach.lessons.many_machines import summarise

ROOT = Path(__file__).parent.parent.parent
LONG = bool(os.environ.get("LONG"))
SEEDS = range(8) if LONG else range(1)
COLUMNS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


@cache
def said(stem):
    """All that a lesson says and prints, on one line."""
    cells = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4).cells
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    printed = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    return " ".join(" ".join([*(cell.source for cell in cells), *printed]).split())


def says(stem, *texts):
    missing = [text for text in texts if text not in said(stem)]
    assert not missing


def best(points, k, n=20, seed=0):
    return KMeans(k, n_init=n, random_state=seed, tol=0).fit(points)


def halves_agree(points, k, seed):
    """The ARI of the labels that all points get from either half."""
    halves = np.array_split(np.random.default_rng(seed).permutation(len(points)), 2)
    return adjusted_rand_score(*(best(points[half], k, 5).predict(points) for half in halves))


def agree(one, other):
    """How many rows agree, at most, if each label of one is matched with another label of the other."""
    table = confusion_matrix(*(np.unique(labels, return_inverse=True)[1] for labels in (one, other)))
    return int(table[linear_sum_assignment(-table)].sum())


# ---- 08: the penguins


@cache
def penguins():
    table = pd.read_csv(ROOT / "kmeans_teach" / "data" / "penguins.csv", comment="#")
    measured = table[COLUMNS].to_numpy(dtype=float)
    return measured, StandardScaler().fit_transform(measured), table["species"].to_numpy()


def test_08_grams_kilograms_and_standardised_each_move_penguins_and_the_species_agree():
    points, scaled, species = penguins()
    raw, kilograms, labels = (best(table, 3).labels_ for table in (points, points / [1, 1, 1, 1000], scaled))
    moved = [342 - agree(raw, other) for other in (kilograms, labels)]
    found = [
        agree(species, labels) for labels in (raw, labels, GaussianMixture(3, n_init=5, random_state=1).fit_predict(scaled))
    ]
    share = points.var(axis=0) / points.var(axis=0).sum()
    left = sum(((scaled[labels == k] - scaled[labels == k].mean(axis=0)) ** 2).sum(axis=0) for k in range(3)) / 342
    assert left.argmin() == 2, "flipper length pays least"
    between = [scaled[labels == k].mean(axis=0) for k in range(3)]
    assert np.ptp(between, axis=0).argmax() == 2, "and decides most"
    says(
        "08_many_dimensions",
        f"moves {moved[0]} of the 342",
        f"Standardising moves {moved[1]}.",
        f"makes {share[3]:.2%}".replace("%", " %"),
        *(f"'{name}': '{part:.0%}'" for name, part in zip(("bill length", "flipper length"), left[[0, 2]], strict=True)),
    )
    says(
        "08_many_dimensions",
        f"agrees for {found[0]} penguins as measured, and for {found[1]} standardised",
        f"cluster: {found[2]} agree",
    )
    assert adjusted_rand_score(raw, best(points, 3, 20, 1).labels_) == 1  # not one of several ends


def test_08_three_is_said_by_the_mixture_alone_and_agrees_best_with_the_species():
    _, scaled, species = penguins()
    found = {k: best(scaled, k).labels_ for k in range(2, 6)}
    widths = {k: silhouette_score(scaled, labels) for k, labels in found.items()}
    rand = {k: adjusted_rand_score(species, labels) for k, labels in found.items()}
    assert max(widths, key=widths.get) == 2
    assert max(rand, key=rand.get) == 3
    says("08_many_dimensions", *(f"K = {k}: silhouette {widths[k]:.2f}, ARI with the species {rand[k]:.2f}" for k in found))
    says("08_many_dimensions", f"at 3, too: ARI {rand[3]:.2f}, against {rand[2]:.2f} and {rand[5]:.2f}.")
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    chosen = []
    for seed in SEEDS:
        rng, ks, n = np.random.default_rng(100 + seed), range(1, 7), 20 if LONG else 5
        boxes = [rng.uniform(low, high, scaled.shape) for _ in range(n)]
        even = np.log([[best(box, k, 3).inertia_ for k in ks] for box in boxes])
        gaps = even.mean(axis=0) - np.log([best(scaled, k, 10).inertia_ for k in ks])
        errors = even.std(axis=0) * np.sqrt(1 + 1 / n)
        chosen.append(next(k for k in ks if k == 6 or gaps[k - 1] >= gaps[k] - errors[k]))
    assert np.median(chosen) == 5
    assert set(chosen) <= {5, 6}  # "now and then"
    agreed = [np.mean([halves_agree(scaled, k, seed) for seed in range(10)]) for k in (2, 3, 5)]
    assert agreed == pytest.approx([1, 0.88, 0.86], abs=0.06)
    said_agreed = re.search(r"two halves agree: {2: (\S+), 3: (\S+), 4: \S+, 5: (\S+)}", said("08_many_dimensions")).groups()
    said_agreed = [f"{float(one):.2f}" for one in said_agreed]
    says("08_many_dimensions", "agree at 2 ({}), less at 3 ({}) and at 5 ({})".format(*said_agreed))
    for seed in range(5) if LONG else [1]:
        bic = [GaussianMixture(k, n_init=3, random_state=seed).fit(scaled).bic(scaled) for k in range(1, 7)]
        assert np.argmin(bic) == 2
    says("08_many_dimensions", "the mixture's BIC chooses 3", "the BIC of the mixture above is least at 3.")


def test_08_dice_agree_with_the_species_for_a_third_and_a_little_more():
    species, rng = penguins()[2], np.random.default_rng(0)
    by_dice = np.mean([agree(species, rng.integers(3, size=342)) for _ in range(200)])
    assert by_dice == pytest.approx(126, abs=1)
    says("08_many_dimensions", "about 126, after matching")


def test_08_the_best_plane_keeps_most_and_no_shadow_adds_distance():
    _, scaled, _ = penguins()
    labels, centroids = (run := best(scaled, 3)).labels_, run.cluster_centers_
    pca = PCA(2).fit(scaled)
    kept = pca.explained_variance_ratio_.sum()
    says("08_many_dimensions", f"the best plane {kept:.0%}")
    whole = cdist(scaled, scaled, "sqeuclidean")
    shadow = cdist(pca.transform(scaled), pca.transform(scaled), "sqeuclidean")
    assert shadow.sum() / whole.sum() == pytest.approx(kept)
    assert (shadow <= whole + 1e-9).all()
    for seed in range(200 if LONG else 20):  # and any other plane keeps less
        other = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 2)))[0]
        assert (scaled @ other).var(axis=0).sum() / 4 <= kept
    pairs = [list(pair) for pair in combinations(range(4), 2)]
    nearest = [cdist(scaled[:, pair], centroids[:, pair]).argmin(axis=1) for pair in pairs]
    in_plane = cdist(pca.transform(scaled), pca.transform(centroids)).argmin(axis=1)
    wrong = [int((one != labels).sum()) for one in (*nearest, in_plane)]
    says("08_many_dimensions", f"six pairs: {sorted(wrong[:6])} by the best plane: {wrong[6]}")
    squared = (scaled[:, None] - centroids) ** 2
    some = np.flatnonzero(nearest[4] != labels)  # bill depth and body mass
    shown = squared[:, :, [1, 3]].sum(axis=2)
    row = some[(shown[some, labels[some]] - shown[some].min(axis=1)).argmax()]
    own, other = squared[row, [labels[row], shown[row].argmin()]]
    says(
        "08_many_dimensions", f"Penguin {row} is ringed", f"{other[1]:.2f} + {other[3]:.2f} against {own[1]:.2f} + {own[3]:.2f}"
    )
    says("08_many_dimensions", f"({own[0]:.2f})", f"({other[0]:.2f})", f"{own.sum():.2f} to {other.sum():.2f}")


def test_08_noise_hides_the_groups_and_makes_all_distances_alike():
    _, scaled, species = penguins()
    for seed in (2, *SEEDS):
        noise = np.random.default_rng(seed).normal(size=(342, 100))
        rand, ratio, alike = {}, {}, {}
        for n in (0, 20, 100):
            table = np.hstack([scaled, noise[:, :n]])
            rand[n] = adjusted_rand_score(species, best(table, 3, 10).labels_)
            distances = cdist(table, table)
            ordered = np.sort(distances, axis=1)
            np.fill_diagonal(distances, np.inf)
            alike[n] = (species[distances.argmin(axis=1)] == species).mean()
            ratio[n] = np.median(ordered[:, -1] / ordered[:, 1])
        assert [round(value, 1) for value in ratio.values()] == [
            17.3,
            pytest.approx(2.2, abs=0.11),
            pytest.approx(1.4, abs=0.11),
        ]
        assert rand[0] == pytest.approx(0.79, abs=0.005)
        assert 0.5 < rand[20] < 0.7
        assert rand[100] < rand[20] + 0.02
        pairs = np.triu_indices(342, 1)
        same = (species[:, None] == species)[pairs]
        good, more = (cdist(part, part, "sqeuclidean")[pairs] for part in (scaled, noise[:, :20]))
        assert more.mean() == pytest.approx(40, abs=1.5)
        assert more.std() == pytest.approx(13, abs=1)
        assert good[~same].mean() - good[same].mean() == pytest.approx(9, abs=0.2)
        assert rand[100] > 0.4, "one species stays apart"
        if seed == 2:
            says(
                "08_many_dimensions",
                "about 40 to the squared distance of two penguins, give or take 13.",
                "In all columns, two of different species are on average only 9 farther (squared) than two of one.",
                f"same species for {alike[0]:.0%} of the penguins".replace("%", " %"),
                f"for {alike[20]:.0%} with it".replace("%", " %"),
            )
            says("08_many_dimensions", f"the farthest point is {ratio[20]:.1f} times")
            found = re.search(r"20 columns of noise: ARI ([\d.]+);", said("08_many_dimensions"))[1]
            assert float(found) == pytest.approx(rand[20], abs=0.02)


def test_08_noise_changes_no_label_but_what_has_the_least_inertia_and_many_points_mend_it():
    _, scaled, species = penguins()
    labels, centroids = (run := best(scaled, 3)).labels_, run.cluster_centers_
    for seed in (2, *SEEDS) if LONG else [2]:
        for n in (20, 100) if LONG else [20]:
            wide = np.hstack([scaled, np.random.default_rng(seed).normal(size=(342, 100))[:, :n]])
            clean = np.hstack([centroids, np.zeros((3, n))])
            assert (cdist(wide, clean).argmin(axis=1) == labels).all()
            near, least = KMeans(3, init=clean, n_init=1, tol=0).fit(wide), best(wide, 3, 50)
            assert least.inertia_ < near.inertia_
            rand = [adjusted_rand_score(species, found.labels_) for found in (near, least)]
            assert 0.6 < rand[0] < 0.8 > rand[0] - 0.05 > rand[1]
            if (seed, n) == (2, 20):
                says("08_many_dimensions", f"ends at inertia {near.inertia_:.0f}, ARI {rand[0]:.2f}", "labels that change: 0")
                printed = re.search(r"starts of its own at (\d+), ARI ([\d.]+)", said("08_many_dimensions")).groups()
                assert float(printed[0]) == pytest.approx(least.inertia_, abs=4)
                assert float(printed[1]) == pytest.approx(rand[1], abs=0.04)
    kinds = np.unique(species, return_inverse=True)[1]
    for seed in SEEDS:
        rng, many = np.random.default_rng(seed), np.sort(np.tile(kinds, 50))
        groups = [scaled[kinds == kind] for kind in range(3)]
        drawn = [rng.multivariate_normal(group.mean(axis=0), np.cov(group.T), 50 * len(group)) for group in groups]
        drawn = np.vstack(drawn)
        noisy = np.hstack([drawn, rng.normal(size=(len(drawn), 20))])
        rand = [adjusted_rand_score(many, best(points, 3, 3).labels_) for points in (drawn, noisy)]
        assert rand == pytest.approx([0.87, 0.86], abs=0.02)
        if seed == 0:
            says("08_many_dimensions", f"of {len(drawn):,}, drawn", "(ARI {:.2f} without it, {:.2f} with it)".format(*rand))


def test_08_a_file_runs_no_formula(tmp_path):
    (tmp_path / "file.csv").write_text("a,b,c\n=1+1,1.5,True\n2+2,2,False\n", encoding="utf-8")
    table = pd.read_csv(tmp_path / "file.csv")
    assert table.to_numpy().tolist() == [["=1+1", 1.5, True], ["2+2", 2.0, False]]
    says("08_many_dimensions", "runs no formula: values are numbers, texts or True/False.")


# ---- 08: pictures, dots and digits


def test_08_at_four_colours_the_red_is_gone_and_to_keep_it_costs_more():
    pixels = landscape().reshape(-1, 3).astype(float)
    says("08_many_dimensions", f"{len(pixels):,} points", "128 x 128 pixels")
    four = best(pixels, 4, 5)
    red = np.abs(pixels - (200, 34, 44)).max(axis=1) < 30
    assert cdist(four.cluster_centers_, [(200, 34, 44)]).min() > 40
    bill = ((pixels - four.cluster_centers_[four.labels_]) ** 2).sum(axis=1)
    assert bill[red].sum() / bill.sum() > 5 * red.mean()
    with_red = KMeans(4, init=np.vstack([[(200, 34, 44)], best(pixels, 3, 5).cluster_centers_]), n_init=1, tol=0).fit(pixels)
    assert cdist(with_red.cluster_centers_, [(200, 34, 44)]).min() < 10
    assert with_red.inertia_ > 1.05 * four.inertia_


def test_08_a_plate_is_read_by_hue_and_not_by_colour():
    for seed in (3, *SEEDS):
        test = plate("7", rng=np.random.default_rng(seed))
        hue = test.colours / test.colours.sum(axis=1, keepdims=True)
        ways = test.colours, StandardScaler().fit_transform(test.colours), hue[:, :2]
        right = [agree(test.inside, best(way, 2, 10).labels_) / len(test.inside) for way in ways]
        ground = 1 - test.inside.mean()
        assert max(right[:2]) < ground < right[2] == 1
        light, run = test.colours.sum(axis=1), best(test.colours, 2, 10)
        left = (test.colours - run.cluster_centers_[run.labels_]).sum(axis=1)
        centred = test.colours - test.colours.mean(axis=0)
        assert centred.sum(axis=1).var() / 3 > 0.55 * (centred**2).sum(axis=1).mean(), "most of the squared distances"
        assert (left**2).mean() / 3 < 0.45 * run.inertia_ / len(left), "and not of what is left: it was cut there"
        assert agree(light > np.median(light), best(test.colours, 2, 10).labels_) / len(light) > 0.9
        if seed == 3:
            names = ("colour", "standardised colour", "hue")
            says("08_many_dimensions", *(f"'by {name}: {share:.0%} right'" for name, share in zip(names, right, strict=True)))
            says("08_many_dimensions", f"all called ground: {ground:.0%} right")


def test_08_twenty_labels_by_hand_are_worth_more_where_clusters_choose_the_pictures():
    digits = load_digits()
    for seed in SEEDS:
        run = best(digits.data, 20, 5, seed)
        chosen = cdist(run.cluster_centers_, digits.data).argmin(axis=1)
        right = (digits.target[chosen][run.labels_] == digits.target).mean()
        assert 0.88 < right < 0.95
        rows = [np.random.default_rng(1000 * seed + i).choice(1797, 20, replace=False) for i in range(20)]
        others = [
            (digits.target[some][cdist(digits.data, digits.data[some]).argmin(axis=1)] == digits.target).mean() for some in rows
        ]
        assert np.mean(others) == pytest.approx(0.66, abs=0.04)
        nearest = (digits.target[chosen][cdist(digits.data, digits.data[chosen]).argmin(axis=1)] == digits.target).mean()
        assert right - 0.06 < nearest < right
    printed = re.search(
        r"labelled: (\d+)% are right .* nearest named picture: (\d+)%; if 20 are drawn at random: (\d+)%",
        said("08_many_dimensions"),
    )
    said_right, nearest, by_chance = map(int, printed.groups())
    assert said_right in range(88, 96)
    assert nearest in range(85, said_right)
    assert by_chance in range(62, 70)
    says("08_many_dimensions", f"{nearest} % instead of {by_chance} %")


# ---- 09: fewer distances


def lloyd(points, centroids):
    """The stream of (centroids, moves, labels) of a run, by scipy's distances alone. The first has no moves."""
    labels = cdist(points, centroids).argmin(axis=1)
    yield centroids, None, labels
    while True:
        moved = np.array([points[labels == k].mean(axis=0) for k in range(len(centroids))])
        moves = np.linalg.norm(moved - centroids, axis=1)
        if not moves.any():
            return
        centroids, labels = moved, cdist(points, moved).argmin(axis=1)
        yield centroids, moves, labels


def distances_measured(points, start, method):
    """How many distances each iteration of a method measures; that no skipped point changes is asserted on the way.

    The centroids come from a plain run. So each method is told here by its bounds alone.
    """
    rows, k, counts = np.arange(len(points)), len(start), []
    for centroids, moves, new in lloyd(points, start):
        table = cdist(points, centroids)
        ordered = np.sort(table, axis=1)
        if moves is None:
            labels, upper, lower, second, each = new, ordered[:, 0], ordered[:, 1], table.argsort(axis=1)[:, 1], table
            continue
        others = np.array([np.delete(moves, j).max() for j in range(k)])
        between = cdist(centroids, centroids) + np.diag(np.full(k, np.inf))
        count = k * (k - 1) // 2
        if method == "skipping":
            upper, lower, count = upper + moves[labels], lower - moves.max(), 0
            again = np.flatnonzero(upper >= lower)
            count += k * len(again)
        elif method == "Elkan":
            upper, each = upper + moves[labels], np.maximum(each - moves, 0)
            half, measured = between / 2, np.zeros((len(points), k), dtype=bool)
            active = upper > half.min(axis=1)[labels]
            now = labels.copy()
            for j in range(k):
                some = np.flatnonzero(active & (now != j) & (upper > each[:, j]) & (upper > half[now, j]))
                stale = some[~measured[some, now[some]]]
                upper[stale] = each[stale, now[stale]] = table[stale, now[stale]]
                measured[stale, now[stale]] = True
                some = some[(upper[some] > each[some, j]) | (upper[some] > half[now[some], j])]  # as in the paper
                each[some, j], measured[some, j] = table[some, j], True
                nearer = some[table[some, j] < upper[some]]
                now[nearer], upper[nearer] = j, table[nearer, j]
            counts.append(count + int(measured.sum()))
            assert (now == new).all()
            labels = new
            continue
        else:
            upper, lower = upper + moves[labels], lower - (others[labels] if method == "Hamerly" else moves.max())
            safe = np.maximum(lower, between.min(axis=1)[labels] / 2)
            some = np.flatnonzero(upper >= safe)
            upper[some] = table[some, labels[some]]
            again = some[upper[some] >= safe[some]]
            count += len(some)
            if method == "Hamerly":
                count += (k - 1) * len(again)
            else:  # Annulus: only centroids whose distance from the origin is near enough to the point's
                radius = np.maximum(upper[again], table[again, second[again]])
                norms = [np.linalg.norm(table, axis=1) for table in (points[again], centroids)]
                near = abs(norms[1] - norms[0][:, None]) <= radius[:, None] + 1e-9
                near[np.arange(len(again)), labels[again]] = near[np.arange(len(again)), second[again]] = True
                count += k + int(near.sum()) - len(again)  # the norms; and the own distance is known
        kept = np.setdiff1d(rows, again)
        assert (labels[kept] == new[kept]).all()
        upper[again], lower[again] = ordered[again, 0], ordered[again, 1]
        second[again] = table[again].argsort(axis=1)[:, 1]
        labels = new
        counts.append(count)
    return counts


def heaps(seed, size=1000):
    rng = np.random.default_rng(seed)
    points = make_clusters(12, size, rng=rng)
    return points, random_points(points, 12, rng)


def test_09_each_bound_measures_fewer_distances_than_the_one_before():
    for seed in (1, *(SEEDS if LONG else ())):
        points, start = heaps(seed + (seed == 0))
        share, tenth = {}, {}
        for method in ("skipping", "Hamerly", "Annulus", "Elkan"):
            counts = distances_measured(points, start, method)
            share[method], tenth[method] = sum(counts) / (len(counts) * 144_000), counts[min(9, len(counts) - 1)]
        assert share["skipping"] > share["Hamerly"] > share["Annulus"] > share["Elkan"]
        if seed == 1:
            says(
                "09_fast",
                f"first look, one slack measures {100 * share['skipping']:.1f} % of",
                f"iteration 10: {tenth['skipping']}",
            )
            says("09_fast", f"two bounds {100 * share['Hamerly']:.1f} %. Others measure fewer still: - The **Annulus**")
            says("09_fast", *(f"share after the first look: {share[name]:.1%}" for name in ("Hamerly", "skipping")))
            found = hamerly(points, start)
            assert sum(found[2]) == pytest.approx(144_000 * len(found[2]) * share["Hamerly"])
            run = list(lloyd(points, start))
            assert (found[0] == run[-1][2]).all()
            changed = [int((one[2] != two[2]).sum()) for one, two in pairwise(run)]
            says("09_fast", f"In the tenth iteration of {len(run)}", str(changed), f"{changed[9]} points do change")
            assert changed[9] < 1000
            assert (len(changed), changed[7], max(changed[7:]), changed.index(max(changed[7:]))) == (26, 92, 331, 12)


@pytest.mark.skipif(not LONG, reason="sixteen runs: LONG=1")
def test_09_longer_runs_usually_save_a_larger_share():
    """Usually: there are exceptions."""
    found = []
    for seed in range(16):
        counts = distances_measured(*heaps(seed), "skipping")
        found.append((len(counts), np.mean(counts)))
    assert spearmanr(*zip(*found, strict=True))[0] < -0.3
    says("09_fast", "Longer runs usually save a larger share")


def test_09_with_more_columns_bounds_save_fewer_distances():
    for seed in SEEDS:
        share, moved, slack = {}, {}, {}
        for n in (2, 8, 32, 128) if LONG else (2, 32):
            points = np.random.default_rng(seed).normal(size=(2000, n))
            counts = distances_measured(points, points[:12], "Hamerly")
            share[n] = sum(counts) / (len(counts) * 12 * 2000)
            *_, (middle, _, _) = run = list(lloyd(points, points[:12]))
            moved[n] = np.mean([moves.mean() + moves.max() for _, moves, _ in run[1:]])
            near, next_to_it = np.partition(cdist(points, middle), 1, axis=1)[:, :2].T
            slack[n] = np.median(next_to_it - near)
        assert all(few < many for few, many in pairwise(share.values()))
        assert moved[2] < moved[32], "centroids move farther"
        assert slack[2] > slack[32], "the distances to two differ less"
        assert share[2] == pytest.approx(1 / 8, abs=0.05)
        assert share[32] == pytest.approx(0.5, abs=0.07)
    says("09_fast", "fewer are saved, since centroids move farther and the distances to two differ less")
    says("09_fast", "Hamerly's bounds measure about an eighth of the distances with 2 columns, and about half with 32.")


def test_09_estimates_decide_what_is_clear_and_half_the_digits_serve_a_large_run(monkeypatch):
    asked = []
    monkeypatch.setattr(fast, "assign_points", lambda some, centroids: asked.extend(some) or assign_points(some, centroids))
    points = make_clusters(12, 4000, rng=np.random.default_rng(2))
    found = fast.fit(points, points[:12] + 1)
    *_, (centroids, _, labels) = lloyd(points, points[:12] + 1)
    assert not asked, "no close call here: all labels come from estimates"
    assert (found.labels == labels).all()
    np.testing.assert_allclose(found.centroids, centroids)
    halves = {}
    for m, k, n in (4000, 12, 2), (60_000, 12, 2), (4000, 64, 2), (4000, 64, 64):
        points = np.random.default_rng(0).normal(size=(m, n))
        halves[m, k, n] = fast.choose(points, points[:k]).half is np.float32
    assert list(halves.values()) == [False, True, True, True]
    says("09_fast", "Estimates decide only what is clear; they never decide a close call.")
    says("09_fast", "in a large run it is measured with half the digits first")


def test_09_far_from_zero_the_shortcut_is_wrong_and_differences_are_not():
    points, start = heaps(1)
    right, (points, start) = cdist(points, start).argmin(axis=1), (points + 1e8, start + 1e8)
    assert (cdist(points, start).argmin(axis=1) != right).sum() < 3
    assert (((start**2).sum(axis=1) - 2 * points @ start.T).argmin(axis=1) != right).sum() > 1000


def test_09_the_start_decides_the_error_and_a_sample_finds_a_good_one():
    for seed in (5, *(range(1, 9) if LONG else ())):
        points, one = heaps(seed, 5000)
        rng = np.random.default_rng(seed)
        some = points[rng.choice(len(points), 2000, replace=False)]
        sample, small = best(some, 12, 10, seed), best(some[:1200], 12, 10, seed)  # 167 and 100 points per cluster
        ends = {
            "one": KMeans(12, init=one, n_init=1, tol=0).fit(points).inertia_,
            "sample": (cdist(points, sample.cluster_centers_, "sqeuclidean").min(axis=1)).sum(),
            "after": KMeans(12, init=sample.cluster_centers_, n_init=1, tol=0).fit(points).inertia_,
            "ten": best(points, 12, 10).inertia_ if LONG else np.inf,
        }
        error = {name: value / min(ends.values()) - 1 for name, value in ends.items()}
        assert error["after"] < (0.001 if seed == 5 else 0.01)
        assert error["sample"] < 0.02
        assert cdist(points, small.cluster_centers_, "sqeuclidean").min(axis=1).sum() < 1.04 * min(ends.values())
        if seed == 5:
            says("09_fast", f"the exact ones: {{'{error['one']:.0%}'}}")
            assert error["sample"] == pytest.approx(0.005, abs=0.003)


def test_09_an_iteration_grows_as_the_lesson_says():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    whole, power = re.search(r"grows as M to the power of \| [\d.]+ \| ([\d.]+) \(an iteration: ([\d.]+)\)", results).groups()
    says(
        "09_fast",
        f"from 12,000 to 1,200,000 points, the time of one iteration of `fast.fit` grows as M to the power of {power}. But",
        f"grows as M to the power of {whole}.",
    )


def test_09_elkan_takes_longer_than_the_plain_method_in_the_results():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").split("## Required")[0]
    rows = {name.strip(): cells for _, name, *cells, _ in (line.split("|") for line in results.splitlines() if "|" in line)}
    plain, elkan = ([float(cell.split()[0]) for cell in rows[f"sklearn {name}"]] for name in ("lloyd", "elkan"))
    ratios = np.divide(elkan, plain)
    assert len(ratios) == 7
    says(
        "09_fast",
        f"Elkan takes {ratios.min():.1f} to {ratios.max():.1f} times as long as its plain method",
        "on seven data sets",
    )
    columns = [int(row.split(",")[-2]) for row in rows["(M, N, K)"]]
    says("09_fast", f"of {min(columns)} to {max(columns)} columns")


# ---- 10: many machines


def blocks():
    centres = np.array([[-6, -3], [-5, 4], [1, -1], [5, 3]])
    for block in range(4):
        rng = np.random.default_rng([19, block])
        yield centres[rng.integers(4, size=125_000)] + 1.5 * rng.normal(size=(125_000, 2))


def test_10_a_start_on_a_sample_saves_half_of_the_passes_and_the_sample_alone_is_nearly_as_good():
    points = np.vstack(list(blocks()))
    updates, ends = {}, {}
    for name, start in ("rows", points[:4]), ("sample", best(points[::250], 4, 5).cluster_centers_):
        run = KMeans(4, init=start, n_init=1, tol=0).fit(points)
        updates[name], ends[name] = run.n_iter_, run.inertia_
    skips = fast.choose(points, start)  # from the sample
    skips.last_step(300)
    assert sum(skips.measured) / (4 * len(points) * updates["sample"]) == pytest.approx(0.5, abs=0.15)
    says("10_many_machines", "needs no messages, and here half the distances.")
    says(
        "10_many_machines",
        f"the first four rows happen to need {updates['rows']}",
        f"This run takes {updates['sample']} updates, and",
        "saves about half of the passes, and not more",
    )
    says("10_many_machines", "mostly 10 to 16 updates here, now and then more than 30;", "5 to 9 from other samples")
    says("10_many_machines", "all starts that we tried end at the best")
    assert ends["rows"] == pytest.approx(ends["sample"], rel=1e-9)
    said_error = re.search(r"'the sample': '([\d.]+)%'", said("10_many_machines"))[1]
    needed = []
    for seed in range(80 if LONG else 3):
        four = points[np.random.default_rng(seed).choice(len(points), 4, replace=False)]
        run = KMeans(4, init=four, n_init=1, tol=0).fit(points)
        needed.append(run.n_iter_)
        assert run.inertia_ == pytest.approx(ends["rows"], rel=1e-6)
    assert np.mean([10 <= n <= 16 for n in needed]) > 0.5
    assert not LONG or 0 < np.mean(np.array(needed) > 30) < 0.2
    assert 10 <= np.median(needed) <= 16
    assert 0.35 * np.median(needed) < updates["sample"] < 0.65 * np.median(needed)
    for seed in SEEDS:
        some = points[np.random.default_rng(seed).choice(len(points), 2000, replace=False)]
        if LONG:
            assert 5 <= KMeans(4, init=best(some, 4, 5).cluster_centers_, n_init=1, tol=0).fit(points).n_iter_ <= 9
        error = cdist(points, best(some, 4, 5).cluster_centers_, "sqeuclidean").min(axis=1).sum() / ends["rows"] - 1
        assert 0 <= error < 0.005  # "a fraction of a per cent"
        assert float(said_error) == pytest.approx(100 * error, abs=0.5)


def test_10_each_block_is_made_once_for_the_sample_and_once_in_each_pass():
    passes, made = re.search(r"passes over the points: (\d+) each block was made: \{(\d+)\}", said("10_many_machines")).groups()
    says("10_many_machines", f"made once more, and no block again: {{{int(made) + 1}}}")
    assert int(made) == int(passes) + 1


def test_10_a_pass_sends_fourteen_numbers_from_each_block():
    found = summarise(next(blocks())[:1000], centroids=np.array([[-6, -3], [-5, 4], [1, -1], [5, 3.0]]))[1]
    assert found.counts.size + found.sums.size + np.size(found.within) + np.size(found.changed) == 14
    says("10_many_machines", "4 x 14 numbers leave the blocks (12 sums and counts")


def test_10_what_the_results_say_of_dask_is_what_the_lesson_says():
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    memory = re.search(r"^\| 50,000,000 \|.*\| (\d+) \| 0 \| 0 \|$", results, re.MULTILINE)[1]
    seconds = re.search(r"A pass of 50,000,000 points takes ([\d.]+) s", results)[1]
    says("10_many_machines", f"hold {memory} megabytes each at most, in {seconds} seconds a pass")
    assert 50_000_000 * 2 * 8 == 800e6


def test_10_the_mean_of_two_means_forgets_the_counts():
    assert np.mean([2] * 10 + [6] * 30) == 5
    assert len({(k, n) for k in range(4) for n in range(2)}) + 4 == 12


# ---- the solutions


def solutions(stem):
    """The functions that the solutions of a lesson define."""
    cells = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4).cells
    sources = [cell.source for cell in cells if "solution" in cell.metadata.get("tags", [])]
    exec("\n".join(re.findall(r"```python\n(.*?)```", "\n".join(sources), re.DOTALL)), found := {"np": np})
    return found


def test_the_solution_of_a_column_of_equal_values_gives_zeros_also_where_rounding_leaves_a_spread():
    for value in (5, 0.1, 1.1, 38.1):
        for rows in (3, 6, 7, 10, 342):
            table = np.column_stack([np.full(rows, value), np.arange(rows)])
            np.testing.assert_allclose(solutions("08_many_dimensions")["my_standardise"](table)[:, 0], 0, atol=1e-9)


def test_the_solution_counts_starts_exactly():
    """Compared with whole numbers: the chance of a miss is ((100 - P) / 100) ** n, and it may be at most (100 - S) / 100."""
    mine = solutions("06_bad_starts")["my_restarts"]
    for p in range(5, 100, 1 if LONG else 5):
        for sure in [*range(5, 100, 1 if LONG else 5), 10, 19]:
            n = next(n for n in range(1, 999) if (100 - p) ** n <= (100 - sure) * 100 ** (n - 1))
            assert mine(p / 100, sure / 100) == n, (p, sure)
    assert (mine(0.1, 0.1), mine(0.1, 0.271)) == (1, 3)

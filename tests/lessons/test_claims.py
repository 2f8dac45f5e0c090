"""Each number and each claim of lessons 08 to 10, computed again from the points alone by other code than the lesson's.

A number is compared with what the lesson says or prints. A claim that is general is tried on other seeds, eight with LONG=1.
"""

import os
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, confusion_matrix, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from kmeans_teach.lessons.images import landscape, plate

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
    offsets = points - np.array([points[raw == k].mean(axis=0) for k in raw])
    share = (offsets**2).sum(axis=0) / (offsets**2).sum()
    says(
        "08_many_dimensions",
        f"moves {moved[0]} of the 342",
        f"Standardising moves {moved[1]}.",
        f"pays {share[3]:.1%}".replace("%", " %"),
    )
    says(
        "08_many_dimensions",
        f"agrees for {found[0]} penguins as measured, and for {found[1]} standardised",
        f"cluster: {found[2]} agree",
    )
    assert adjusted_rand_score(raw, best(points, 3, 20, 1).labels_) == 1  # not one of several ends


def test_08_no_tool_says_three_and_three_agrees_best_with_the_species():
    _, scaled, species = penguins()
    found = {k: best(scaled, k).labels_ for k in range(2, 6)}
    widths = {k: silhouette_score(scaled, labels) for k, labels in found.items()}
    rand = {k: adjusted_rand_score(species, labels) for k, labels in found.items()}
    assert max(widths, key=widths.get) == 2
    assert max(rand, key=rand.get) == 3
    says("08_many_dimensions", *(f"K = {k}: silhouette {widths[k]:.2f}, ARI with the species {rand[k]:.2f}" for k in found))
    says("08_many_dimensions", f"(ARI {rand[3]:.2f}, against {rand[2]:.2f} and {rand[5]:.2f})")
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
        rand, ratio = {}, {}
        for n in (0, 20, 100):
            table = np.hstack([scaled, noise[:, :n]])
            rand[n] = adjusted_rand_score(species, best(table, 3, 10).labels_)
            ordered = np.sort(cdist(table, table), axis=1)
            ratio[n] = np.median(ordered[:, -1] / ordered[:, 1])
        assert [round(value, 1) for value in ratio.values()] == [
            17.3,
            pytest.approx(2.2, abs=0.11),
            pytest.approx(1.4, abs=0.11),
        ]
        assert rand[0] == pytest.approx(0.79, abs=0.005)
        assert 0.5 < rand[20] < 0.68
        assert rand[100] < rand[20] + 0.02
        if seed == 2:
            says("08_many_dimensions", f"the farthest point is {ratio[20]:.1f} times")
            found = re.search(r"20 columns of noise: ARI ([\d.]+);", said("08_many_dimensions"))[1]
            assert float(found) == pytest.approx(rand[20], abs=0.02)


# ---- 08: pictures, dots and digits


def test_08_at_four_colours_the_red_is_gone_and_to_keep_it_costs_more():
    pixels = landscape().reshape(-1, 3).astype(float)
    says("08_many_dimensions", f"{len(pixels):,} points", "128 x 128 pixels")
    four = best(pixels, 4, 5)
    red = np.abs(pixels - (200, 34, 44)).max(axis=1) < 30
    assert cdist(four.cluster_centers_, [(200, 34, 44)]).min() > 40
    bill = ((pixels - four.cluster_centers_[four.labels_]) ** 2).sum(axis=1)
    shares = red.mean(), bill[red].sum() / bill.sum()
    says("08_many_dimensions", f"The sail is {100 * shares[0]:.0f} % of the pixels, and", f"pays {100 * shares[1]:.0f} % of")
    with_red = KMeans(4, init=np.vstack([[(200, 34, 44)], best(pixels, 3, 5).cluster_centers_]), n_init=1, tol=0).fit(pixels)
    assert cdist(with_red.cluster_centers_, [(200, 34, 44)]).min() < 10
    says("08_many_dimensions", f"{with_red.inertia_ / 1e6:.1f} million against {four.inertia_ / 1e6:.1f}")


def test_08_a_plate_is_read_by_hue_and_not_by_colour():
    for seed in (3, *SEEDS):
        test = plate("7", rng=np.random.default_rng(seed))
        hue = test.colours / test.colours.sum(axis=1, keepdims=True)
        ways = test.colours, StandardScaler().fit_transform(test.colours), hue[:, :2]
        right = [agree(test.inside, best(way, 2, 10).labels_) / len(test.inside) for way in ways]
        ground = 1 - test.inside.mean()
        assert max(right[:2]) < ground < right[2] == 1
        light = test.colours.sum(axis=1)
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
    said_right, by_chance = map(
        int, re.search(r"labelled: (\d+)% are right .* name: (\d+)%", said("08_many_dimensions")).groups()
    )
    assert said_right in range(88, 96)
    assert by_chance in range(62, 70)

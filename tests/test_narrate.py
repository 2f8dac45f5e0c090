"""A run in words. Each sentence here is worked out from a step put together by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from kmeans_teach.kmeans import KMeansND, Step
from kmeans_teach.narrate import LEVELS, NO_POINT, at_level, describe, describe_clusters, describe_point, letter, number, title


def step(phase, iteration, centroids, labels, inertia, **more):
    centroids = np.array(centroids, dtype=float)
    return Step(iteration, phase, centroids, np.array(labels), inertia, **{"changed": 0, "shift": 0.0, **more})


PLACES = [[0, 0], [1, 1], [5, 5]]
ASSIGNED = step("assign", 2, PLACES, [0, 1, 2, 2], 81.2, changed=7)
MOVED_B = [[0, 0], [1, 1.42], [5, 5]]
MOVED_ALL = [[0, 0.5], [1, 1.25], [5, 2]]
SENTENCES = {
    "start": (
        step("start", 0, PLACES, [0, 1, 2, 2], 12.3456),
        "Start: 3 centroids, and each of 4 points joins the nearest; inertia 12.3.",
    ),
    "start of one": (
        step("start", 0, [[0]], [0], 0.0),
        "Start: 1 centroid, and each of 1 point joins the nearest; inertia 0.",
    ),
    # the example of the issue on the course
    "one moved": (
        step("update", 3, MOVED_B, [0, 1, 2, 2], 66.0, shift=0.42, before=ASSIGNED),
        "Update 3: B moved 0.42; 7 points had changed; inertia from 81.2 to 66.",
    ),
    "all moved": (
        step("update", 3, MOVED_ALL, [0, 1, 2, 2], 66.04, shift=3.0, before=ASSIGNED),
        "Update 3: 3 centroids moved, C farthest (3); 7 points had changed; inertia from 81.2 to 66.",
    ),
    "the first update has no assign before it": (
        step("update", 1, MOVED_B, [0, 1, 2, 2], 66.0, shift=0.42, before=step("start", 0, PLACES, [0, 1, 2, 2], 81.2)),
        "Update 1: B moved 0.42; inertia from 81.2 to 66.",
    ),
    "a move alone": (
        step("update", 1, MOVED_B, [0, 1, 2, 2], 66.0, shift=0.42),
        "Update 1: the farthest move was 0.42; inertia 66.",
    ),
    "assign": (
        step("assign", 3, PLACES, [0, 1, 2, 2], 60, changed=1, before=step("update", 3, PLACES, [0, 1, 1, 2], 66)),
        "Assign 3: 1 point changed cluster; inertia from 66 to 60.",
    ),
    "nobody changed": (
        step("assign", 3, PLACES, [0, 1, 2, 2], 66, before=step("update", 3, PLACES, [0, 1, 2, 2], 66)),
        "Assign 3: 0 points changed cluster; inertia 66.",
    ),
    "converged": (
        step(
            "update", 4, PLACES, [0, 1, 2, 2], 2317.2282, stop="converged",
            before=step("assign", 3, PLACES, [0, 1, 2, 2], 2317.2282, changed=0),
        ),
        "Update 4: no centroid moved; 0 points had changed; inertia 2317; converged after 4 updates.",
    ),
    "converged at once": (
        step("update", 1, PLACES, [0, 1, 2, 2], 4, stop="converged", before=step("start", 0, PLACES, [0, 1, 2, 2], 4)),
        "Update 1: no centroid moved; inertia 4; converged after 1 update.",
    ),
    "max_iter": (
        step("assign", 300, PLACES, [0, 1, 2, 2], 5, changed=2, stop="max_iter"),
        "Assign 300: 2 points changed cluster; inertia 5; stopped after 300 updates, the most allowed, before it converged.",
    ),
    "cycle": (
        step("assign", 2, PLACES, [0, 1, 2, 2], 5, changed=2, stop="cycle"),
        "Assign 2: 2 points changed cluster; inertia 5; stopped after 2 updates: a cycle, the centroids were here before.",
    ),
    "an empty cluster": (
        step("start", 0, PLACES, [0, 0, 2, 2], 5),
        "Start: 3 centroids, and each of 4 points joins the nearest; inertia 5; B has no points and stays in place.",
    ),
    "two empty clusters": (
        step("start", 0, PLACES, [1, 1, 1, 1], 5),
        "Start: 3 centroids, and each of 4 points joins the nearest; inertia 5; A and C have no points and stay in place.",
    ),
    "three empty clusters": (
        step("start", 0, [[0]] * 4, [3, 3], 5),
        "Start: 4 centroids, and each of 2 points joins the nearest; inertia 5; A, B and C have no points and stay in place.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_of(name):
    made, sentence = SENTENCES[name]
    assert describe(made) == sentence


def test_every_phase_and_every_stop_has_its_sentence():
    told = [made for made, _ in SENTENCES.values()]
    assert {s.phase for s in told} == {"start", "update", "assign"}
    assert {s.stop for s in told} == {None, "converged", "max_iter", "cycle"}


def test_every_step_of_a_run_is_one_sentence():
    points = np.random.default_rng(0).normal(size=(50, 2))
    sentences = [describe(s) for s in KMeansND(points, points[:3]).steps()]
    assert len(sentences) > 5
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "\n" not in sentence
        assert "nan" not in sentence
    assert len(set(sentences)) == len(sentences)


UPDATE_3 = SENTENCES["all moved"][0]
CLUSTERS = {
    "start": (
        SENTENCES["an empty cluster"][0],
        "Start, inertia 5.|A: 2 points, centroid at (0, 0).|B: 0 points, centroid at (1, 1).|C: 2 points, centroid at (5, 5).",
    ),
    "update": (
        SENTENCES["one moved"][0],
        "Update 3, inertia 66.|A: 1 point, centroid at (0, 0), not moved.|B: 1 point, centroid at (1, 1.42), moved 0.42."
        "|C: 2 points, centroid at (5, 5), not moved.",
    ),
    "assign": (
        step("assign", 3, PLACES, [0, 1, 2, 2], 60, changed=1, before=step("update", 3, PLACES, [0, 1, 1, 2], 66)),
        "Assign 3, inertia 60.|A: 1 point, 0 joined and 0 left.|B: 1 point, 0 joined and 1 left."
        "|C: 2 points, 1 joined and 0 left.",
    ),
    "many features": (step("start", 0, [[0.0] * 64], [0], 2), "Start, inertia 2.|A: 1 point."),
}  # fmt: skip


@pytest.mark.parametrize("name", CLUSTERS)
def test_each_cluster_has_a_sentence_of_its_own(name):
    made, lines = CLUSTERS[name]
    assert describe_clusters(made).split("\n") == lines.split("|")


def test_three_levels_of_detail():
    points = np.array([[0.0, 0], [1, 1], [5, 1], [5, 5]])
    assert list(LEVELS.values()) == ["step", "clusters", "point"]

    def told(level, i=None, labels=()):
        steps = [SimpleNamespace(labels={i: label}) for label in labels]
        return at_level(SimpleNamespace(model=SimpleNamespace(points=points), step=UPDATE_3, steps=steps, cursor=4), level, i)

    assert told("step") == describe(UPDATE_3)
    assert told("clusters") == describe_clusters(UPDATE_3)
    assert told("point") == f"{describe(UPDATE_3)} {NO_POINT}"
    # the centroids are at (0, 0.5), (1, 1.25), (5, 2): point 2 is at (5, 1)
    distances = "Point 2: distance to A 5.02, B 4.01, C 1; nearest C."
    assert describe_point(points, UPDATE_3, 2) == distances
    assert told("point", 2, [0, 0, 2, 2, 1, 0]) == f"{distances} Point 2: A, then C, then B."
    assert told("step", 2, [1]) == f"{describe(UPDATE_3)} Point 2: B."


@pytest.mark.parametrize(
    ("k", "name"), [(0, "A"), (1, "B"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_letters(k, name):
    assert letter(k) == name


@pytest.mark.parametrize(
    ("x", "told"),
    [
        (0, "0"), (0.42, "0.42"), (0.4249, "0.425"), (66.04, "66"), (81.2, "81.2"), (999.4, "999"), (999.6, "1000"),
        (1000, "1000"), (2317.2282, "2317"), (123456.7, "123457"), (1.234e6, "1,230,000"), (-3.14159, "-3.14"), (1e-9, "1e-09"),
        (-7.1412e7, "-71,400,000"), (999_499, "999499"), (999_500, "1,000,000"), (3e15, "3e+15"),
    ],
)  # fmt: skip
def test_numbers(x, told):
    assert number(x) == told


@pytest.mark.parametrize(
    ("phase", "stop", "words"),
    [
        ("start", None, "Start: points join the nearest"),
        ("update", None, "Update 3: centroids move"),
        ("update", "converged", "Update 3: nothing moves"),
        ("assign", None, "Assign 3: points choose"),
        ("assign", "max_iter", "Assign 3: stopped (max_iter)"),
    ],
)
def test_the_title_of_a_picture_names_the_half_step_and_the_stop(phase, stop, words):
    assert title(step(phase, 3, PLACES, [0, 1, 2, 2], 66, stop=stop)) == words

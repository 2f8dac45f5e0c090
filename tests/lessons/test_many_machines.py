"""The run over blocks is the run over points: for any cut into blocks, on threads and on processes, also when one dies."""

import os
import pickle
import re
import signal
import tracemalloc
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import chain, pairwise

import dask
import dask.array as da
import numpy as np
import psutil
import pytest
from dask.callbacks import Callback

from kmeans_teach import KMeansND, make_clusters
from kmeans_teach.kmeans import Step
from kmeans_teach.lessons import many_machines
from kmeans_teach.lessons.many_machines import KMeansDask
from kmeans_teach.narrate import describe
from tests import test_kmeans

LONG = bool(os.environ.get("LONG"))  # the weekly run: more of the same
CASES = 200 if LONG else 40


@pytest.fixture(autouse=True)
def one_thread():
    """Dask's own scheduler without threads: these runs are small. A `Client` goes before it."""
    with dask.config.set(scheduler="synchronous"):
        yield


def cut(points, *at):
    """A Dask array of blocks that end at these rows."""
    points = points if np.ma.isMaskedArray(points) else np.asarray(points)
    rows = tuple(int(n) for n in np.diff([0, *at, len(points)]))
    return da.from_array(points, chunks=(rows, *((n,) for n in points.shape[1:])))


def random_case(seed):
    """Points, where to cut them, a start, and the updates allowed. All is drawn, so no two distances are equal."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 150)), int(rng.integers(1, 5))
    k = int(rng.choice([1, m, *rng.integers(1, min(m, 9) + 1, size=8)]))
    points = rng.normal(size=(m, n)) + 3 * rng.integers(0, 3, size=(m, n))
    if rng.random() < 0.2:
        points = points[rng.integers(m, size=m)]  # duplicates
    points = (points + 10.0 ** rng.integers(0, 4) * rng.integers(0, 2)) * 10.0 ** rng.integers(-6, 7)
    start = (
        points[rng.choice(m, k, replace=False)]
        if rng.random() < 0.7
        else points.mean(axis=0) + rng.normal(size=(k, n)) * points.std(axis=0)
    )
    cuts = np.sort(rng.integers(0, m + 1, size=rng.integers(0, 6)))  # blocks of any size, some of them empty
    return points, cuts, start, 300 if rng.random() < 0.8 else int(rng.integers(1, 5))


def assert_same(got, expected, spread, digits=1e-9):
    """One step of each run, but for the last digits."""
    for name in "iteration", "phase", "changed", "stop":
        assert getattr(got, name) == getattr(expected, name), name
    assert got.labels.compute().tolist() == expected.labels.tolist()
    assert np.abs(got.centroids - expected.centroids).max() <= digits * spread
    assert got.shift == pytest.approx(expected.shift, abs=digits * spread)
    assert got.inertia == pytest.approx(expected.inertia, rel=digits, abs=digits * spread**2)


# ---- the same run


@pytest.mark.long
def test_random_cases_in_blocks_of_any_size_equal_the_plain_run():
    kinds = Counter()
    for seed in range(CASES):
        points, cuts, start, max_iter = random_case(seed)
        spread = max(np.ptp(points, axis=0).max(), np.abs(start - points.mean(axis=0)).max())
        got, expected = KMeansDask(cut(points, *cuts), start, max_iter=max_iter), KMeansND(points, start, max_iter=max_iter)
        if seed % 4:
            assert_same(got.fit(), expected.fit(), spread)
        else:
            for one, other in zip(got.steps(), expected.steps(), strict=True):
                assert_same(one, other, spread)
        last = expected.fit()
        blocks = np.diff([0, *cuts, len(points)])
        kinds.update([last.stop, "one block"] if len(blocks) == 1 else [last.stop])
        kinds.update(
            name
            for name, there in {
                "an empty block": (blocks == 0).any(),
                "an empty cluster": (np.bincount(last.labels, minlength=len(start)) == 0).any(),
                "K = M": len(start) == len(points),
                "many iterations": last.iteration > 8,
            }.items()
            if there
        )
    wanted = {"converged", "max_iter", "one block", "an empty block", "an empty cluster", "K = M", "many iterations"}
    assert wanted == {kind for kind, times in kinds.items() if times >= (10 if LONG else 3)}


@pytest.mark.long
def test_whole_numbers_have_exact_sums_so_ties_and_cuts_change_nothing_not_even_the_last_bit():
    ties = 0
    for seed in range(CASES if LONG else 12):
        rng = np.random.default_rng([seed, 15])
        points = rng.integers(-2, 3, size=(rng.integers(4, 60), rng.integers(1, 6))).astype(float)
        start = points[rng.integers(len(points), size=rng.integers(2, 5))]
        cuts = np.sort(rng.integers(0, len(points) + 1, size=rng.integers(1, 5)))
        for got, expected in zip(KMeansDask(cut(points, *cuts), start).steps(), KMeansND(points, start).steps(), strict=True):
            assert got.centroids.tobytes() == expected.centroids.tobytes()
            assert got.labels.compute().tolist() == expected.labels.tolist()
            assert (got.iteration, got.phase, got.changed, got.stop) == (
                *(expected.iteration, expected.phase, expected.changed, expected.stop),
            )
        squared = np.sort(((points[:, None] - start) ** 2).sum(axis=2), axis=1)
        ties += bool((squared[:, 0] == squared[:, 1]).any())
    assert ties > (20 if LONG else 5)


def test_where_rounding_decides_a_tie_the_cut_can_decide_the_run():
    """Seven times 0.1: the sum of all seven is rounded in another way than the sum of three plus that of four."""
    points = np.full((7, 1), 0.1)
    plain, cut_in_two = KMeansND(points, points[:2]).fit(), KMeansDask(cut(points, 3), points[:2]).fit()
    assert (plain.iteration, cut_in_two.iteration) == (3, 1)


@pytest.mark.parametrize("name", test_kmeans.HAND)
def test_runs_worked_out_by_hand_in_blocks_of_two_rows(name):
    row = test_kmeans.HAND[name]
    last = KMeansDask(cut(row["points"], *range(2, len(row["points"]), 2)), row["start"]).fit()
    np.testing.assert_allclose(last.centroids, row["centroids"], atol=1e-14)
    assert last.labels.compute().tolist() == row["labels"]
    assert last.inertia == pytest.approx(row["inertia"], abs=1e-12)
    assert (last.iteration, last.stop, last.shift) == (row["n"], "converged", 0)


@pytest.mark.parametrize("name", test_kmeans.CYCLERS)
@pytest.mark.parametrize("cuts", [[], [1], [1, 2]])
def test_the_endless_examples_end_and_the_reason_is_true(name, cuts):
    points, rows = test_kmeans.CYCLERS[name]
    steps = list(KMeansDask(cut(points, *cuts), points[rows]).steps())
    assert len(steps) <= 10
    assert steps[-1].stop in {"converged", "cycle"}
    test_kmeans.honest([replace(step, labels=step.labels.compute()) for step in steps], points)


def test_the_steps_are_those_of_the_design():
    points = make_clusters(3, 40, rng=np.random.default_rng(1))
    model = KMeansDask(cut(points, 50, 90), points[:3])
    steps = list(model.steps())
    assert [step.phase for step in steps[:3]] == ["start", "update", "assign"]
    for before, step in zip([None, *steps], steps, strict=False):
        assert type(step) is Step
        assert isinstance(step.labels, da.Array)
        assert (step.labels.shape, step.labels.dtype, step.centroids.dtype) == ((120,), np.intp, np.float64)
        assert not step.centroids.flags.writeable
        assert type(step.inertia) is type(step.shift) is float
        assert type(step.changed) is int
        if before:
            assert step.before.centroids is before.centroids
            assert step.before.before is None
    plain = KMeansND(points, points[:3])
    assert [describe(step) for step in steps] == [describe(step) for step in plain.steps()]
    assert model.steps.__doc__ is None  # so help() shows that of KMeansND, which it means


def test_two_runs_of_one_model_may_take_turns():
    points = make_clusters(3, 30, rng=np.random.default_rng(2))
    model = KMeansDask(cut(points, 20), points[:3])
    one, other = model.steps(), model.steps()
    next(one)
    next(one)
    assert [step.inertia for step in other][2:] == [step.inertia for step in one]
    assert not {"home", "labels", "total"} & vars(model).keys()  # what a run finds is not kept by the model


def test_inertia_never_rises_even_from_a_start_so_far_away_that_large_sums_would_cancel():
    points = make_clusters(4, 50, rng=np.random.default_rng(3))
    for start in points[:4] + 1e9, points[:4] * 1e6, points[:4]:
        inertias = [step.inertia for step in KMeansDask(cut(points, 30, 130), start).steps()]
        plain = [step.inertia for step in KMeansND(points, start).steps()]
        np.testing.assert_allclose(inertias, plain, rtol=1e-9)
        assert all(after <= before * (1 + 1e-12) for before, after in pairwise(inertias))


# ---- one pass


def counted(points, visits):
    def visit(block, block_id):
        visits[block_id[0]] += 1
        return block

    return points.map_blocks(visit, dtype=float, meta=np.empty((0, 0)))


@pytest.mark.parametrize("source", ["made block by block", "sliced", "unknown lengths"])
def test_each_iteration_visits_each_block_once(source):
    table, visits = np.random.default_rng(4).normal(size=(240, 2)), Counter()
    points = counted(cut(table, 7, 100, 201), visits)
    if source == "sliced":
        points = points[3:200]
    if source == "unknown lengths":
        points = points[da.from_array(np.arange(240) % 7 > 0, chunks=(points.chunks[0],))]
    passes, blocks = 0, points.numblocks[0]
    for step in KMeansDask(points, table[:4]).steps():
        passes += step.phase != "update"
        step.labels.compute()  # they are there
        assert sorted(visits.values()) == [passes] * blocks
    assert passes == step.iteration > 5


def test_what_leaves_a_block_is_k_times_n_sums_k_counts_and_a_few_numbers():
    k, n, sizes = 5, 3, {}

    def note(key, result, *_):
        if not str(key[0]).startswith(("summarise", "labels", "astype")):  # these stay: points go in, labels come out
            sizes.setdefault(str(key[0]).split("-")[0], []).append(len(pickle.dumps(result)))

    for m in 4_000, 40_000:
        points = make_clusters(k, m // k, n, rng=np.random.default_rng(5))
        with Callback(posttask=note):
            KMeansDask(da.from_array(points, chunks=(m // 8, n)), points[:k], max_iter=2).fit()
    assert {"compare", "reduce"} <= sizes.keys()
    assert len(sizes["compare"]) >= 2 * 8 * 3
    assert max(map(max, sizes.values())) < 8 * (k * n + k) + 700  # 700 for names and a few numbers: a block has 12,000 and more
    labels, summary = many_machines.summarise(points, centroids=points[:k])
    assert (len(labels), labels.dtype) == (m, np.uint8)
    assert (summary.sums.shape, summary.counts.shape, summary.counts.sum()) == ((k, n), (k,), m)


# ---- what comes in


@cache
def runs_of_numbers(largest):
    """A table of whole numbers below `largest`, a start, and each step of its run."""
    table = np.random.default_rng(6).integers(0, largest, size=(60, 2)).astype(float)
    start = [[0.5, 0.25], [1, 1], [40, 60]]
    return table, start, [(step, step.labels.compute()) for step in KMeansDask(cut(table, 20, 45), start).steps()]


@pytest.mark.parametrize("form", ["float32", "int64", "uint8", "bool", "Fortran", "masked, nothing masked", "longdouble"])
def test_every_form_gives_the_same_bits(form):
    table, start, run = runs_of_numbers(2 if form == "bool" else 100)
    given = {"Fortran": np.asfortranarray, "masked, nothing masked": np.ma.masked_array}.get(form, lambda t: t.astype(form))
    for one, (other, labels) in zip(KMeansDask(cut(given(table), 20, 45), start).steps(), run, strict=True):
        assert (one.inertia, one.shift, one.stop) == (other.inertia, other.shift, other.stop)
        assert one.centroids.tobytes() == other.centroids.tobytes()
        assert one.labels.compute().tolist() == labels.tolist()


def test_blocks_of_unknown_length_are_counted_in_the_first_pass():
    table = make_clusters(3, 50, rng=np.random.default_rng(7))
    wanted = table[:, 0] > np.median(table[:, 0])
    points = cut(table, 10, 70)[da.from_array(wanted, chunks=((10, 60, 80),))]
    assert np.isnan(points.shape[0])
    plain = KMeansND(table[wanted], table[:3])
    for got, expected in zip(KMeansDask(points, table[:3]).steps(), plain.steps(), strict=True):
        assert_same(got, expected, np.ptp(table))
        assert got.labels.shape == (75,)
    none = cut(table, 10, 70)[da.from_array(np.zeros(150, bool), chunks=((10, 60, 80),))]
    with pytest.raises(ValueError, match=r"^k must be between 1 and the number of points \(0\), got 3$"):
        next(KMeansDask(none, table[:3]).steps())


def test_a_block_of_many_rows_is_found_in_slices(monkeypatch):
    points = make_clusters(4, 100, rng=np.random.default_rng(8))
    expected = KMeansND(points, points[:4]).fit()
    for rows in 1, 7, 399, 400:
        monkeypatch.setattr(many_machines, "ROWS", rows)
        assert_same(KMeansDask(cut(points, 150), points[:4]).fit(), expected, np.ptp(points))


def test_more_clusters_than_a_byte_can_name():
    points = np.random.default_rng(9).normal(size=(700, 2))
    assert_same(KMeansDask(cut(points, 333), points[:300]).fit(), KMeansND(points, points[:300]).fit(), 8)
    assert many_machines.summarise(points, centroids=points[:256])[0].dtype == np.uint8
    assert many_machines.summarise(points, centroids=points[:257])[0].dtype == np.uint16


# ---- bad input

BAD = {
    name: row for name, row in test_kmeans.BAD_TABLES.items() if isinstance(row[0], (list, np.ndarray)) and "ragged" not in name
}


# Dask knows the dtype of a table and not its values, and a table of numpy has lost the masks of single rows
DECLARED = [
    bad for bad in BAD if bad != "masked rows" and (np.ma.isMaskedArray(BAD[bad][0]) or np.asarray(BAD[bad][0]).dtype != object)
]


@pytest.mark.parametrize("bad", DECLARED)
def test_bad_points_are_refused_in_the_words_of_the_plain_class(bad):
    table, kind, message = BAD[bad]
    table = table if np.ma.isMaskedArray(table) else np.asarray(table)
    wide = np.zeros((1, max(table.shape[-1], 1)))
    with pytest.raises(kind) as caught:
        KMeansDask(da.from_array(table, chunks=(1, *table.shape[1:])), wide).fit()
    assert str(caught.value) == message.format("points", "points")


def test_a_table_of_objects_is_refused_by_its_dtype():
    assert len(DECLARED) > 8
    with pytest.raises(TypeError, match="points must be real numbers, got dtype object"):
        KMeansDask(da.from_array(np.array([[1, "2"]], dtype=object), chunks=(1, 2)), [[0, 0]])


@pytest.mark.parametrize("bad", BAD)
def test_bad_centroids_are_refused_in_the_words_of_the_plain_class(bad):
    table, kind, message = BAD[bad]
    with pytest.raises(kind) as caught:
        KMeansDask(cut(test_kmeans.TWO), table)
    assert str(caught.value) == message.format("centroids", "centroids")


@pytest.mark.parametrize(
    ("points", "start", "options", "kind", "message"),
    [
        (
            da.zeros((5, 3), chunks=(2, 3)),
            np.zeros((2, 2)),
            {},
            ValueError,
            "points and centroids must have the same number of features, got shapes (5, 3) and (2, 2)",
        ),
        (da.zeros((2, 1)), [[0], [1], [2]], {}, ValueError, "k must be between 1 and the number of points (2), got 3"),
        (da.zeros((2, 1)), [[0]], {"max_iter": 0}, ValueError, "max_iter must be at least 1, got 0"),
        (da.zeros((2, 1)), [[0]], {"max_iter": True}, TypeError, "max_iter must be an int, got True"),
        (
            da.zeros((4, 3), chunks=(2, 1)),
            [[0, 0, 0]],
            {},
            ValueError,
            "points must be in blocks of whole rows, got 3 across a row; use points.rechunk({1: -1})",
        ),
        (np.zeros((2, 1)), [[0]], {}, TypeError, "points must be a Dask array (dask.array.from_array makes one), got ndarray"),
        ([[0]], [[0]], {}, TypeError, "points must be a Dask array (dask.array.from_array makes one), got list"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_is_computed(points, start, options, kind, message):
    with pytest.raises(kind) as caught:
        KMeansDask(points, start, **options)
    assert str(caught.value) == message


def test_the_advice_on_rechunking_works():
    points = np.random.default_rng(10).normal(size=(40, 3))
    across = da.from_array(points, chunks=(10, 2))
    with pytest.raises(ValueError, match="rechunk"):
        KMeansDask(across, points[:2])
    assert_same(KMeansDask(across.rechunk({1: -1}), points[:2]).fit(), KMeansND(points, points[:2]).fit(), 8)


@pytest.mark.parametrize("known", [True, False])
def test_the_first_of_several_bad_rows_is_named_by_its_place_in_the_whole(monkeypatch, known):
    monkeypatch.setattr(many_machines, "ROWS", 6)  # rows 20 and 33 lie in slices and blocks that do not begin there
    points = np.ones((50, 2))
    points[33], points[20, 1], points[41, 0] = np.nan, np.inf, 1e200
    array = cut(points, 5, 5, 30)
    if not known:
        array = array[da.from_array(np.arange(50) >= 0, chunks=(array.chunks[0],))]
    model = KMeansDask(array, points[:2])  # only a pass can tell
    with pytest.raises(ValueError, match=r"^points must be finite, got inf in row 21, column 2 \(counted from 1\)$"):
        next(model.steps())


def made(shapes, make=np.zeros):
    """A Dask array that declares blocks of 10 rows and 2 columns, and makes blocks of these shapes."""
    return da.map_blocks(
        lambda block_id: make(shapes[block_id[0]]), chunks=((10,) * len(shapes), (2,)), dtype=float, meta=np.empty((0, 0))
    )


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([(10, 2), (7, 2), (10, 2)], "the blocks of points must have the 30 rows that they declare, got 27"),
        ([(10, 2), (11, 2)], "the blocks of points must have the 20 rows that they declare, got 21"),
        ([(10, 3), (10, 2)], "each block of points must have 2 features, as declared, got one of shape (10, 3)"),
        ([(10, 2), (10, 1)], "each block of points must have 2 features, as declared, got one of shape (10, 1)"),
        ([(10, 2), (10,)], "each block of points must have 2 features, as declared, got one of shape (10,)"),
    ],
)
def test_a_block_that_is_not_as_declared_is_named_in_the_first_pass(shapes, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        next(KMeansDask(made(shapes), [[0, 0], [1, 1]]).steps())


def test_points_that_change_from_pass_to_pass_are_noticed():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        model = KMeansDask(made([(10, 2)] * 3, lambda shape, rng=rng: rng.normal(size=shape)), [[0, 0], [1, 1]])
        with pytest.raises(ValueError, match=r"^points must be the same in each pass .* but inertia rose from \d.* in iter"):
            model.fit()
    lengths = iter([10, 10, 10, 9])
    points = made([(10, 2)] * 2, lambda shape: np.ones((next(lengths), 2)))
    points._chunks = ((np.nan, np.nan), (2,))
    with pytest.raises(ValueError, match=r"^a block of points must have as many rows in each pass, got 9 after 10$"):
        KMeansDask(points, [[0, 0], [3, 3]]).fit()


class Lost:
    """A client whose scheduler was closed."""

    status = "connecting"


def test_a_run_whose_scheduler_was_closed_says_so(monkeypatch):
    steps = KMeansDask(made([(10, 2)]), [[0, 0], [1, 1]]).steps
    for kept in many_machines.client(), Lost:
        monkeypatch.setattr(many_machines, "client", lambda kept=kept: kept)
        if kept is None:
            assert len(list(steps())) == 2
        else:
            with pytest.raises(RuntimeError, match=r"^the Dask scheduler of this run was closed: make a new Client, and"):
                next(steps())


# ---- machines


def many(folder=None, blocks=8, size=500):
    """Points that no process ever has at once: a block is made where it is looked at.

    In its second pass one block takes its process with it, once; the folder remembers.
    """

    def made(block_id):  # a function in a function travels by value: a worker need not import this file
        if folder and block_id[0] == 5:
            first, second = folder / "first", folder / "second"
            if first.exists() and not second.exists():
                second.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            first.touch()
        return make_clusters(4, size // 4, rng=np.random.default_rng(7)) + 0.01 * block_id[0]

    return da.map_blocks(made, chunks=((size,) * blocks, (2,)), dtype=float, meta=np.empty((0, 0)))


def moved_between_workers(dask_worker):
    return [key for entry in dask_worker.transfer_incoming_log for key in entry["keys"]]


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.skipif(not LONG, reason="a cluster of processes takes many seconds: LONG=1")
def test_a_worker_killed_in_the_middle_of_an_iteration_changes_nothing_and_nothing_is_left_behind(tmp_path):
    from distributed import Client, LocalCluster  # here, because each process of the tests reads this file

    start = many().blocks[0].compute()[[0, 1, 200, 300]]
    expected = KMeansDask(many(), start).fit()
    labels = expected.labels.compute()
    children = set(psutil.Process().children(recursive=True))
    with (
        dask.config.set({"distributed.worker.multiprocessing-method": "spawn"}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            local_directory=str(tmp_path / "scratch"),
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):
        workers = set(client.scheduler_info()["workers"])
        last = KMeansDask(many(tmp_path), start).fit()
        assert (tmp_path / "second").exists()  # it was killed
        assert client.run_on_scheduler(lambda dask_scheduler: set(dask_scheduler.workers)) != workers
        assert last.centroids.tobytes() == expected.centroids.tobytes()
        assert (last.iteration, last.stop, last.inertia) == (expected.iteration, expected.stop, expected.inertia)
        assert (last.labels.compute() == labels).all()
        keys = [*chain(*client.run(moved_between_workers).values())]
        assert not [key for key in keys if str(key).startswith(("made", "summarise"))]
        spawned = set(psutil.Process().children(recursive=True)) - children
        assert len(spawned) >= 2
        del last
    assert not [
        process for process in spawned if process.is_running() and "resource_tracker" not in " ".join(process.cmdline())
    ]
    assert not list((tmp_path / "scratch").rglob("worker-*"))


# ---- files


def test_points_in_files_are_read_row_by_row_and_give_the_same_run(tmp_path):
    points = np.random.default_rng(0).normal(size=(300_000, 2)) + np.random.default_rng(1).integers(0, 9, size=(300_000, 1))
    names = [tmp_path / f"part-{i}.npy" for i in range(3)]
    for name, part in zip(names, np.split(points, [50_000, 250_000]), strict=True):
        np.save(name, part)
    plain, stored = KMeansND(points, points[:3], max_iter=3).fit(), many_machines.from_files(names)
    assert (stored.shape, stored.numblocks) == ((300_000, 2), (3, 1))
    tracemalloc.start()
    step = KMeansDask(stored, points[:3], max_iter=3).fit()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_same(step, plain, np.ptp(points))
    assert most < points.nbytes / 2  # the labels of two passes, and a few thousand rows

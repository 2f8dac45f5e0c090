"""The tests of the stream can fail: each of these mistakes, put into a copy of the sources, turns one of them red."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kmeans_teach import inputs, kmeans
from kmeans_teach.inputs import learners
from tests import test_kmeans as t

# the three files as one, so that a mistake can be put into either
FILES = [Path(module.__file__).read_text(encoding="utf-8") for module in (inputs, learners, kmeans)]
SOURCE = "\n".join(
    re.sub(r"^from kmeans_teach\.inputs(?:\.learners)? import (?:\(.*?^\)|[^(\n]*)$", "", text, flags=re.DOTALL | re.MULTILINE)
    for text in FILES
)

# name -> (text that is in the files exactly once, what stands there instead)
MUTANTS = {
    "a tie goes to the higher index": ("squared < nearest", "squared <= nearest"),
    "the nearest so far is not remembered": ("nearest = np.minimum(nearest, squared)", "pass"),
    "Manhattan distance": ("(points[:, n] - coordinate) ** 2", "abs(points[:, n] - coordinate)"),
    "only the last feature counts": ("squared += (points", "squared = (points"),
    "sum for mean": ("members.mean(axis=0)", "members.sum(axis=0)"),
    "median for mean": ("members.mean(axis=0)", "np.median(members, axis=0)"),
    "the mean of nothing": ("if len(members) > 0:", "if True:"),
    "an empty cluster goes to zero": ("moved = centroids.copy()", "moved = 0 * centroids"),
    "update writes into its argument": ("moved = centroids.copy()", "moved = centroids"),
    "inertia without the square": ("float((offsets**2).sum())", "float(abs(offsets).sum())"),
    "inertia by the first feature": ("centroids[:, n][labels]", "centroids[:, 0][labels]"),
    "update shows the labels that come next": ('"update", moved, step.labels,', '"update", moved, self._assign(i, moved),'),
    "no start": ("        yield step\n        seen =", "        seen ="),
    "nearly still is still": ("np.array_equal(moved, centroids)", "np.allclose(moved, centroids)"),
    "a cycle is not noticed": ('"cycle" if key in seen', '"cycle" if False'),
    "a cycle is called converged": ('"cycle" if key in seen', '"converged" if key in seen'),
    "the start is not remembered": ("seen = {fingerprint(centroids)}", "seen = set()"),
    "one update too many": ("i == self.max_iter", "i > self.max_iter"),
    "max_iter ends before the last labels": (
        'moved, step.labels, "converged" if still else None)',
        'moved, step.labels, "converged" if still else "max_iter" if i == self.max_iter else None)',
    ),
    "a step keeps the whole run alive": ("before and replace(before, before=None)", "before"),
    "steps share their centroids": ("read_only(centroids.copy())", "read_only(centroids)"),
    "steps share their labels": ("read_only(labels.copy())", "read_only(labels)"),
    "a learner's array is kept": ("moved.astype(np.float64, copy=False)", "np.asarray(moved)"),
    "steps can be written into": ("array.setflags(write=False)", "pass"),
    "changed counts those that stayed": ("labels != before.labels", "labels == before.labels"),
    "shift is the shortest move": ("centroids).max())", "centroids).min())"),
    "unsigned bytes wrap": ("dtype=np.float64, order", "dtype=table.dtype, order"),
    "memory order shows": ('order="C")', 'order="K")'),
    "the caller's array is used": ('np.array(table, dtype=np.float64, order="C")', 'np.asarray(table, np.float64, order="C")'),
    "inf is let in": ("~np.isfinite(table)", "np.isnan(table)"),
    "more centroids than points": ("    check_k(len(centroids), len(points))\n", ""),
    "a label too many": ("labels.max() >= k", "labels.max() > k"),
}


def cases():
    """The tests that are fast and need no fixture: (name, a call without arguments)."""
    tests = [
        *((t.test_a_run_worked_out_by_hand, (name,)) for name in t.HAND),
        *((t.test_the_endless_examples_stop_as_a_cycle_within_ten_steps, (name,)) for name in t.CYCLERS),
        *((t.test_every_form_gives_the_same_bits_and_stays_as_it_was, (form,)) for form in ("Fortran order", "read-only")),
        *((t.test_a_bad_table_is_refused_in_one_clear_sentence, (bad, "points")) for bad in ("NaN", "inf")),
        *((t.test_what_a_learners_assign_returns_is_checked_and_the_error_names_it, (bad,)) for bad in t.BAD_LABELS),
        (t.test_max_iter_is_the_number_of_updates_and_is_carried_by_an_assign, (2,)),
        (t.test_the_unit_of_the_numbers_does_not_matter, (-40,)),
    ]
    tests += [
        (test, ())
        for test in (
            t.test_the_eleven_points_half_step_by_half_step,
            t.test_a_tie_goes_to_the_lower_index,
            t.test_update_leaves_its_arguments_alone_and_keeps_an_empty_cluster,
            t.test_the_phases_take_turns_and_update_keeps_the_labels_of_before,
            t.test_a_step_knows_the_one_before_and_that_one_knows_none,
            t.test_a_step_cannot_be_changed,
            t.test_no_two_steps_share_memory_nor_any_with_the_input,
            t.test_a_learners_function_that_returns_one_buffer_again_and_again_does_no_harm,
            t.test_a_cycle_is_noticed_at_the_first_return_also_to_the_start,
            t.test_integer_centroids_and_small_integer_labels_of_a_learner_are_taken,
            t.test_unsigned_bytes_do_not_wrap_around,
            t.test_what_the_caller_does_to_the_arrays_later_does_not_matter,
            t.test_more_centroids_than_points,
        )
    ]
    return [(" ".join([test.__name__, *map(str, arguments)]), test, arguments) for test, arguments in tests]


def killed_by(source, monkeypatch):
    """The first of the tests that spoilt sources turn red, or None."""
    spoilt = ModuleType("spoilt_kmeans")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "spoilt_kmeans", spoilt)  # dataclass looks there
        exec(compile(source, "spoilt_kmeans.py", "exec"), vars(spoilt))
        patch.setattr(t, "kmeans", spoilt)
        patch.setattr(t, "inputs", spoilt)
        for name, test, arguments in cases():
            try:
                test(*arguments)
            except (Exception, pytest.fail.Exception):
                return name
    return None


def test_the_tests_pass_on_the_source_as_it_is(monkeypatch):
    assert len(cases()) > 25
    assert killed_by(SOURCE, monkeypatch) is None


def test_every_mutant_is_killed_and_here_is_by_what(monkeypatch, record_property):
    assert len(MUTANTS) >= 30  # docs/promises.md says thirty
    wrong = [name for name, (old, new) in MUTANTS.items() if SOURCE.count(old) != 1 or old == new]
    assert wrong == []
    killers = {name: killed_by(SOURCE.replace(old, new), monkeypatch) for name, (old, new) in MUTANTS.items()}
    lines = [f"  {name:42} {killer or 'NONE'}" for name, killer in killers.items()]
    record_property(
        "at the end", "\n".join([f"{len(killers)} mutants of kmeans.py and inputs/, and the test that turned red:", *lines])
    )
    assert [name for name, killer in killers.items() if killer is None] == []

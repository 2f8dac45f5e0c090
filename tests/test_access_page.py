"""docs/access.md: all fifty questions, no critical one fails, and the panel's words are as easy as it says."""

import re
from pathlib import Path

from kmeans_teach.kmeans import KMeansND
from kmeans_teach.narrate import NO_POINT, describe, describe_clusters
from kmeans_teach.panel.by_hand import TOOLS
from kmeans_teach.panel.controls import BY_EYE, COMPARE, REPLAY

PAGE = (Path(__file__).parents[1] / "docs" / "access.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| (pass|fails|not applicable) \| (.+) \|$", PAGE, re.MULTILINE)


def test_fifty_questions_are_answered_and_of_fourteen_critical_ones_none_fails():
    assert len(ROWS) == len({fault for fault, _, _ in ROWS}) == 50
    critical = [here for fault, here, _ in ROWS if fault.endswith("**critical**")]
    assert critical == ["pass"] * 14
    counts = [sum(here == kind for _, here, _ in ROWS) for kind in ("pass", "not applicable", "fails")]
    assert [
        int(n) for n in re.search(r"out: (\d+) are\s+passed, (\d+) do not apply, and (\d+) fail\.", PAGE).groups()
    ] == counts


def test_every_critical_pass_names_a_test_that_is_there():
    for fault, _, words in ROWS:
        named = re.findall(r"`(tests/\S+\.py)::(\w+)`", words)
        assert named or not fault.endswith("**critical**"), fault
        for file, name in named:
            assert f"def {name}(" in (Path(__file__).parents[1] / file).read_text(encoding="utf-8"), name


def grade(text):
    """The grade of Flesch and Kincaid. A group of vowels counts as a syllable, but not an e at the end."""
    sentences, words = re.findall(r"[.;:!?](?:\s|$)", text), re.findall(r"[A-Za-z]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub("e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / len(words) - 15.59


def test_the_panels_words_are_below_grade_nine():
    assert (
        grade("The cat sat on the mat. It was a fat cat.")
        < 2
        < 9
        < grade("Considerable multidimensional heterogeneity predominates.")
    )
    points = [[3, 3], [4, 3], [4, 2], [9, 2], [5, 1], [6, 2], [9, 4], [5, 2], [5, 4], [7, 4], [6, 5]]
    steps = list(KMeansND(points, points[:3]).steps())
    told = " ".join(describe(step) for step in steps), " ".join(describe_clusters(step) for step in steps)
    for text in BY_EYE, COMPARE, REPLAY, NO_POINT, *(text for _, text in TOOLS.values()), *told:
        assert grade(re.sub("<[^>]+>", "", text)) < 9, text

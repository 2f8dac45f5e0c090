"""Predict, then reveal: the checking, the widget driven, and what a reader without a kernel sees."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kmeans_teach.ask as module
from kmeans_teach.ask import Asked, Question, ask
from tests.open_widgets import ipywidgets_8, open_widgets

ROOT = Path(__file__).parent.parent
CHOICE = {"answer": "A", "options": ["A", "B", "neither"], "because": "4 is 1 from A and 5 from B."}


@pytest.fixture
def asked(monkeypatch):
    """ask(), with the widgets it shows collected in a list, and a score that starts empty."""
    monkeypatch.setattr(module, "first_replies", {})
    monkeypatch.setattr(module, "shown", {})
    shown = []
    monkeypatch.setattr(module, "display", shown.append)

    def one(*args, **kwargs):
        assert ask(*args, **kwargs) is None  # a cell that ends in ask(...) shows no stray repr
        return shown[-1]

    return one


def answer(widget, reply):
    """Reply as a person does: press the option's button, or type and press Check."""
    if widget.question.options:
        [button] = [button for button in widget.buttons if button.description == reply]
    else:
        widget.box.value = reply
        [button] = widget.buttons
    button.click()
    return widget.result.value


def says(widget, reply):
    [said] = re.findall(r'^<div role="status" style="line-height: 1.5">(.*)</div>$', answer(widget, reply))
    return said


@pytest.mark.parametrize("reply", ["7", " 7 ", "7.0", "14/2", "7e0"])
def test_a_number_may_be_written_in_any_way(reply):
    assert Question("How many?", 7, "Count.").check(reply)


def test_a_number_is_exact_unless_a_tolerance_is_given():
    assert not Question("How far?", 0.5, "Look.").check("0.51")
    assert Question("How far?", 0.5, "Look.", tolerance=0.02).check("0.51")
    assert not Question("How far?", 0.5, "Look.", tolerance=0.02).check("0.53")
    assert Question("How far?", 0.1 + 0.2, "Look.").check("0.3")  # rounding is not the learner's error


@pytest.mark.parametrize("reply", ["an alias", "They are ALIASES", "it is the  Same-Array twice", "same array"])
def test_any_of_the_words_will_do_whatever_is_around_them(reply):
    assert Question("What?", ("alias", "same array"), "Because.").check(reply)


@pytest.mark.parametrize("reply", ["a copy", "the same", "malias"])
def test_other_words_will_not_do(reply):
    assert not Question("What?", ("alias", "same array"), "Because.").check(reply)


@pytest.mark.parametrize(
    ("question", "reply", "says"),
    [
        (Question("?", 7, "Count."), "", "Type an answer first"),
        (Question("?", 7, "Count."), "seven", "'seven'"),
        (Question("?", 7, "Count."), "1/0", "'1/0'"),
        (Question("?", 7, "Count."), "nan", "'nan'"),
        (Question("?", 7, "Count."), "1e999", "'1e999'"),
        (Question("?", 7, "Count."), "1e9999999", "'1e9999999'"),  # as a fraction it has ten million digits
        (Question("?", 7, "Count."), "1/2/3", "'1/2/3'"),
        (Question("?", 7, "Count."), "1,000", "'1,000'"),
        (Question("?", ("word",), "So."), "  ", "Type an answer first"),
    ],
)
def test_a_reply_that_cannot_be_read_says_so(question, reply, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        question.check(reply)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"answer": "C", "options": ["A", "B"]}, ValueError, "answer must be one of the options ['B', 'A'], got 'C'"),
        ({"answer": "A", "options": ["A"]}, ValueError, "options must be two or more different answers, got ['A']"),
        ({"answer": "A", "options": ["A", "A"]}, ValueError, "different"),
        ({"answer": "A", "options": "AB"}, TypeError, "options must be a list"),
        ({"answer": True}, TypeError, "answer must be a number, text or a list of texts"),
        ({"answer": []}, TypeError, "got ()"),
        ({"answer": ["word", " "]}, TypeError, "list of texts"),
        ({"answer": None}, TypeError, "got None"),
        ({"answer": float("nan")}, ValueError, "finite"),
        ({"answer": 7, "tolerance": -1}, ValueError, "tolerance must be a finite number of at least 0, got -1"),
        ({"answer": 7, "tolerance": True}, TypeError, "tolerance must be a number, got True"),
        ({"answer": "word", "tolerance": 1}, ValueError, "tolerance is for an answer that is a number"),
        ({"answer": 7, "because": ""}, ValueError, "because must be a sentence"),
        ({"answer": "A", "options": {"B": "", "C": "No."}}, ValueError, "a reply must be a sentence, got ''"),
        ({"answer": "A", "options": {"A": "Yes."}}, ValueError, "options must be two or more different answers, got ['A']"),
        ({"answer": "A", "options": ["A", "B"], "replies": {"C": "No."}}, ValueError, "answer must be one of the options"),
        ({"answer": 7, "replies": {None: "Count."}}, TypeError, "got None"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(asked, arguments, error, says):
    with pytest.raises(error, match=re.escape(says)):
        asked("Which?", **{"because": "So.", **arguments})


def test_the_widget_checks_explains_and_counts(asked):
    choice = asked("Which centroid?", **CHOICE)
    number = asked("How many?", answer=7, because="Count them.")
    words = asked("What?", answer=["alias", "same array"], because="Both names mean one array.")
    assert says(choice, "B") == "<b>B: not this time.</b> <i>Try again, or press Show me.</i>"
    assert says(choice, "A") == "<b>Right:</b> A. 4 is 1 from A and 5 from B. <i>(0 of 1 right at the first try)</i>"
    assert says(number, "7") == "<b>Right:</b> 7. Count them. <i>(1 of 2 right at the first try)</i>"
    assert "<b>Right:</b> alias. Both names" in says(words, "an alias")
    assert "(2 of 3 right at the first try)" in words.result.value


REPLIES = {"answer": "B", "options": {"A": "*Is* anything nearer?", "neither": "Every point joins one."}, "because": "2 < 3."}


@pytest.mark.parametrize(
    ("arguments", "replies"),
    [
        (REPLIES, {"A": "<em>Is</em> anything nearer?", "neither": "Every point joins one."}),
        ({"answer": 5, "replies": {25: "Take the `root`."}, "because": "So."}, {"25": "Take the <code>root</code>.", "6": ""}),
        ({"answer": "alias", "replies": {"copy": "Was it?"}, "because": "So."}, {"a copy": "Was it?", "x": ""}),
    ],
    ids=["options", "number", "words"],
)
def test_each_wrong_answer_has_its_reply_and_one_may_try_again_or_be_shown(asked, arguments, replies):
    question = asked("Which?", **arguments)
    assert question.show_me.layout.display == "none"
    for wrong, reply in replies.items():
        assert says(question, wrong) == f"<b>{wrong}: not this time.</b> {reply} <i>Try again, or press Show me.</i>".replace(
            "  ", " "
        )
        assert question.show_me.layout.display is None
    question.show_me.click()
    assert question.result.value.count("<b>The answer:</b>") == question.result.value.count("0 of 1") == 1
    assert "<b>Right:</b>" in says(question, str(arguments["answer"]))


def test_the_order_of_the_options_depends_on_the_question_alone(asked):
    names = ["one", "two", "three", "four"]
    for form in names, names[::-1], dict.fromkeys(names[1:], "No."):
        assert asked("How many?", answer="one", options=form, because="So.").question.options == ("four", "two", "one", "three")
    first = [
        asked(f"Question {i}?", answer="one", options=names, because="So.").question.options.index("one") for i in range(200)
    ]
    assert all(30 < first.count(place) < 70 for place in range(4))


def test_a_long_explanation_has_paragraphs(asked):
    question = asked("How many?", answer=7, because="Count *them*, by `M*K*N`.\n\n2 * 3 * 4 is not 7.")
    assert "Count <em>them</em>, by <code>M*K*N</code>.<br><br>2 * 3 * 4 is not 7." in says(question, "7")


def test_only_the_first_reply_to_a_question_counts(asked):
    question = asked("How many?", answer=7, because="Count.")
    assert "not this time" in answer(question, "6")
    assert "Right" in answer(question, "7")
    assert "0 of 1" in question.result.value
    again = asked("How many?", answer=7, because="Count.")  # the cell run again
    assert "0 of 1" in answer(again, "7")


def test_a_reply_that_cannot_be_read_reveals_nothing_and_does_not_count(asked):
    question = asked("How many?", answer=7, because="Count.")
    for reply in "", "<b>", "seven":
        assert "Count." not in answer(question, reply)
        assert "<b>" not in question.result.value
    assert "1 of 1" in answer(question, "7")


def test_enter_in_the_box_checks_as_the_button_does(asked):
    question = asked("How many?", answer=7, because="Count.")
    question.box.value = "6"  # the box is left
    assert "Count." not in question.result.value
    question.box._handle_custom_msg({"event": "submit"}, [])  # what the front end sends for Enter, before the value
    question.box.value = "7"
    assert "Right" in question.result.value


def test_a_value_that_comes_long_after_enter_was_not_entered(asked, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    question = asked("How many?", answer=7, because="Count.")
    for _ in range(2):  # the second Enter changes nothing, so the browser sends no value after it
        question.box._handle_custom_msg({"event": "submit"}, [])
        question.box.value = "6"
    assert "6: not this time" in question.result.value
    now[0] += 2
    question.box.value = "7"  # typed, and the box was left
    assert "6: not this time" in question.result.value
    question.box._handle_custom_msg({"event": "submit"}, [])
    question.box.value = "8"
    assert "8: not this time" in question.result.value


@pytest.mark.parametrize("arguments", [CHOICE, {"answer": 7, "because": "Count."}], ids=["options", "number"])
def test_a_cell_that_runs_again_leaves_no_widgets_behind(asked, arguments):
    others = len(open_widgets)
    asked("Which centroid?", **arguments)
    once = len(open_widgets)
    assert once > others + 10
    for _ in range(10):
        question = asked("Which centroid?", **arguments)
    assert len(open_widgets) == once
    assert answer(question, "A" if question.question.options else "7").count("Right") == 1


def test_a_learners_reply_is_never_read_as_html(asked):
    question = asked("What?", answer="alias", because="So.")
    assert "<b>&lt;img&gt;: not this time" in answer(question, "<img>")


@ipywidgets_8
def test_every_control_has_a_name_and_nothing_is_chosen_before_the_learner_chooses(asked):
    choice = asked("Which & why?", **CHOICE)
    assert {button.description for button in choice.buttons} == {"A", "B", "neither"}
    assert choice.show_me.description == "Show me"
    for arguments in {"answer": 7, "because": "Count."}, {"answer": "word", "because": "So."}:
        question = asked("Which & why?", **arguments)
        assert question.box.description == "Your answer:"
        assert question.box.tooltip == "Which & why?"
        assert [button.description for button in question.buttons] == ["Check"]
        assert question.box.value == ""


def test_without_a_kernel_the_question_is_read_and_the_answer_is_folded_away():
    bundle = Asked(Question("Is `a < b` & why?", "a <i>", "`<` says so.", ("a <i>", "b"))).stored()
    assert bundle["text/plain"] == "Predict: Is `a < b` & why? (a <i> / b)"
    assert bundle["text/html"] == (
        "<div><b>Predict:</b> Is <code>a &lt; b</code> &amp; why? (a &lt;i&gt; / b)"
        "<details><summary>Answer</summary>a &lt;i&gt;. <code>&lt;</code> says so.</details></div>"
    )
    assert set(bundle) == {"text/plain", "text/html"}


def test_without_a_kernel_each_option_that_has_a_reply_opens(asked):
    bundle = asked("Which?", **REPLIES).stored()
    assert bundle["text/plain"] == "Predict: Which? (B / neither / A)"
    assert re.findall("<summary>(.*?)</summary>(.*?)</details>", bundle["text/html"]) == [
        ("B", "Right: B. 2 &lt; 3."),
        ("neither", "Not this one. Every point joins one. "),
        ("A", "Not this one. <em>Is</em> anything nearer? "),
    ]
    assert re.sub("<details>.*</details>", "", bundle["text/html"]) == "<div><b>Predict:</b> Which?</div>"


def run(*command, **kwargs):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, timeout=120, **kwargs)


def test_outside_a_notebook_the_question_is_printed():
    code = "from kmeans_teach.ask import ask; ask('How many?', answer=7, because='Count.')"
    assert run("-c", code).stdout == "Predict: How many?\n"

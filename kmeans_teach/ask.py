"""Predict, then reveal: a lesson asks a question, and the output of the next cell shows the answer.

    ask("Which centroid does the point 4 join?", answer="A", options=["A", "B", "neither"], because="4 is 1 from A, 5 from B.")
    ask("How many points change cluster?", answer=7, because="...")  # a number; tolerance=0.1 if it does not have to be exact
    ask("In a few words: what goes wrong?", answer=["alias", "same array"], because="...")  # one of these words is enough

Text between backticks is shown as code. Without a kernel, a reader sees the question and can open the hidden answer.
"""

import math
import re
import sys
import time
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from numbers import Real

from IPython import get_ipython
from IPython.display import display
from ipywidgets import HTML, Button, HBox, Layout, Text, VBox

from kmeans_teach.inputs import check_number, cut, short


@dataclass(frozen=True)
class Question:
    """A question and its answer. The answer is one of the `options`; without options it is a number or a tuple of words."""

    text: str
    answer: str | float | tuple[str, ...]
    because: str
    options: tuple[str, ...] = ()
    tolerance: float = 0.0

    def __post_init__(self):
        for name, value in {"text": self.text, "because": self.because}.items():
            if not _is_text(value):
                raise ValueError(f"{name} must be a sentence, got {short(value)}")
        if self.options:
            if len(set(self.options)) != len(self.options) or len(self.options) < 2:
                raise ValueError(f"options must be two or more different answers, got {short(list(self.options))}")
            if self.answer not in self.options:
                raise ValueError(f"answer must be one of the options {short(list(self.options))}, got {short(self.answer)}")
        elif self.is_number:
            if not math.isfinite(self.answer):
                raise ValueError(f"answer must be a finite number, got {self.answer}")
        elif not isinstance(self.answer, tuple) or not self.answer or not all(_is_text(word) for word in self.answer):
            raise TypeError(f"answer must be a number, text or a list of texts (or give options), got {short(self.answer)}")
        if check_number(self.tolerance, "tolerance") > 0 and (self.options or not self.is_number):
            raise ValueError(f"tolerance is for an answer that is a number, got {self.tolerance} with {short(self.answer)}")

    @property
    def is_number(self) -> bool:
        return not self.options and isinstance(self.answer, Real) and not isinstance(self.answer, bool)

    def check(self, reply: str) -> bool:
        """True if the reply is right. ValueError, with a sentence for the learner, if it cannot be read as an answer."""
        if not reply or not reply.strip():
            raise ValueError("Type an answer first.")
        if self.options:
            return reply == self.answer
        if self.is_number:
            return math.isclose(_number(reply), self.answer, rel_tol=1e-9, abs_tol=self.tolerance)
        words = _plain(reply)
        return any(re.search(rf"(?<!\w){re.escape(_plain(word))}", words) for word in self.answer)


class Stored:
    """A widget that leaves `stored()`, a bundle of MIME types, to a page without a kernel or without widgets.

    JupyterLab says "model not found" for a lost widget, whatever else is in its output (ipympl issue 473): so there are two. A
    program that runs a notebook has nobody who could answer input(), and gets one output, always the same.
    """

    def _ipython_display_(self):
        stored, shell = self.stored(), get_ipython()
        view = {"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}
        cell = shell.get_parent() if hasattr(shell, "get_parent") else {}
        if not (cell.get("content", {}).get("allow_stdin") or sys.platform == "emscripten"):
            return display(stored | view, raw=True)
        self.add_class("kmeans-live")
        handle = display(as_page(stored), raw=True, display_id=True)
        display(view | {"text/plain": ""}, raw=True)
        return handle

    def close(self):
        """Close this widget and every widget inside it."""
        close_inside(self)
        super().close()


def as_page(stored):
    """What is stored of a widget as text and as a part of a page, where a picture has its text as the alternative."""
    text, png = stored["text/plain"], b64encode(stored.get("image/png", b"")).decode()
    html = stored.get("text/html", f'<img alt="{escape(text)}" src="data:image/png;base64,{png}">')
    page = (files("kmeans_teach") / "assets" / "stored.html").read_text(encoding="utf-8")
    return {"text/plain": text, "text/html": page.replace("@shown@", html)}


class Asked(Stored, VBox):
    """The widget of one question. What is stored of it is the question as text, and as HTML where a click shows the answer."""

    def __init__(self, question: Question):
        self.question = question
        self.choice = f" ({' / '.join(question.options)})" if question.options else ""
        answer = question.answer[0] if isinstance(question.answer, tuple) else str(question.answer)
        self.heading = f"<b>Predict:</b> {_code(question.text)}"
        self.explanation = f"{_code(answer)}. {_code(question.because)}"
        self.buttons = tuple(  # and no dropdown list: there, JupyterLab's arrow keys go to the next cell
            Button(description=name, tooltip=f"{name}: {question.text}", layout=Layout(width="auto", min_width="6em"))
            for name in question.options or ["Check"]
        )
        for button in self.buttons:
            button.on_click(self._pressed)
        controls = self.buttons if question.options else (self._make_box(), *self.buttons)
        row = HBox(controls, layout=Layout(flex_flow="row wrap"))
        self.result = HTML()
        self._say("")
        super().__init__([HTML(f'<div style="line-height: 1.5">{self.heading}</div>'), row, self.result])

    def _make_box(self):
        self.box = Text(
            description="Your answer:",
            placeholder="a number" if self.question.is_number else "a few words",
            tooltip=self.question.text,
            style={"description_width": "initial"},
            continuous_update=False,  # the browser sends the value when the learner leaves the box, before a click
        )
        self._entered_at = -math.inf  # when Enter was pressed last; the browser sends the new value after it
        self.box.on_msg(self._message)
        self.box.observe(self._changed, "value")
        return self.box

    def reveal(self, reply: str):
        """Check the reply, explain the answer, and count only the first reply to each question."""
        self._entered_at = -math.inf
        try:
            right = self.question.check(reply)
        except ValueError as error:
            self._say(escape(str(error)))
            return
        except Exception as error:  # a widget hides the errors of its callbacks, so show it first
            self._say(escape(f"{type(error).__name__}: {error}"))
            raise
        first_replies.setdefault(self.question, right)
        verdict = "Right:" if right else f"{escape(cut(reply))}: not this time. The answer:"
        score = f"{sum(first_replies.values())} of {len(first_replies)} right so far"
        self._say(f"<b>{verdict}</b> {self.explanation} <i>({score})</i>")

    def _pressed(self, button):
        self.reveal(button.description if self.question.options else self.box.value)

    def _message(self, _, content, __):
        if content.get("event") == "submit":
            self._entered_at = time.monotonic()

    def _changed(self, _):
        # Enter on an unchanged value sends no value, so if a value comes much later than Enter, the learner left the box
        if time.monotonic() - self._entered_at < ENTER_LASTS:
            self.reveal(self.box.value)

    def _say(self, html):
        """Show HTML below the question. It is a status: a screen reader reads it aloud when it changes."""
        self.result.value = f'<div role="status" style="line-height: 1.5">{html}</div>'

    def __repr__(self):
        return f"Predict: {self.question.text}{self.choice}"

    def stored(self):
        folded = f"<details><summary>Answer</summary>{self.explanation}</details>"
        return {"text/plain": repr(self), "text/html": f"<div>{self.heading}{_code(self.choice)}{folded}</div>"}


ENTER_LASTS = 0.5  # seconds: a value that comes later does not belong to that Enter
first_replies: dict[Question, bool] = {}  # since the kernel started: was the first reply right?
shown: dict[str, Asked] = {}  # the widget of each question text


def ask(question: str, *, answer, because: str, options=(), tolerance: float = 0.0) -> None:
    """Ask a learner to predict; then check the reply, show the answer and explain it.

    The answer is in the source of the cell. To hide it, give the cell the metadata `{"jupyter": {"source_hidden": true}}` (for
    Colab, `"cellView": "form"`), and write only `ask(` on its first line, because JupyterLab still shows that line.

    Parameters
    ----------
    question, because : str
        The question, and the sentence that explains the answer. Text between `backticks` is code.
    answer : str, number or list of str
        One of the `options`, if there are any. If not, a number, or words; a reply with any of these words is right.
    options : list, optional
        Two or more answers to choose from.
    tolerance : float, optional
        How much a number may differ from the answer.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong. The message has the rule and the value.
    """
    if isinstance(options, str):
        raise TypeError(f"options must be a list of answers, got {short(options)}")
    options = tuple(str(option) for option in options)
    if options:
        answer = str(answer)
    elif isinstance(answer, (str, list)):
        answer = (answer,) if isinstance(answer, str) else tuple(answer)
    widget = Asked(Question(question, answer, because, options, tolerance))
    if question in shown:
        shown[question].close()  # the cell runs again: without this, each run would leave its widgets in memory
    shown[question] = widget
    display(widget)


def close_inside(box):
    """Close all widgets in a box, and the layouts and styles of these and of the box."""
    for widget in getattr(box, "children", ()):
        widget.close()
        widget.unobserve_all()
        close_inside(widget)
    for name in "layout", "style":
        if hasattr(box, name):
            getattr(box, name).close()


def _number(reply):
    """Convert a reply such as 7, 0.5, 1e3 or 1/3 to a number."""
    try:
        parts = [float(part) for part in reply.split("/", 1)]  # Fraction(reply) would compute all digits of 1e9999999
        value = parts[0] / parts[1] if len(parts) == 2 else parts[0]
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"Type a number, such as 7, 0.5 or 1/3: {short(reply)} is not a number that can be used.")
    return value


def _is_text(word):
    return isinstance(word, str) and bool(word.strip())


def _plain(text):
    """The same words in lower case, with single spaces instead of hyphens and longer gaps."""
    return " ".join(text.casefold().replace("-", " ").split())


def _code(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))

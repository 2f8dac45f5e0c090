"""Predict, then reveal: a lesson asks a question, and the output of the next cell shows the answer.

    ask(
        "A is at 1 and B at 2. Which centroid does the point 4 join?",
        answer="B",
        options={"A": "A is 3 away. Is anything nearer?", "neither": "Every point joins a centroid."},  # the wrong ones
        because="4 is 3 away from A and 2 away from B.",  # shown after the right answer, or after *Show me*
    )
    ask("How far is it?", answer=5, replies={25: "Take the root."}, because="...")  # tolerance=0.1 if it may be off
    ask("In a few words: what goes wrong?", answer=["alias", "same array"], because="...")  # one of these words is enough

The order of the options depends on the question alone. Who is wrong gets the reply to that answer, and tries again. So a lesson
needs no paragraph that gives the answer away: it goes into `because`. Text between backticks is shown as code, text between
asterisks as emphasis, and an empty line begins a paragraph. Without a kernel, a reader can open each answer.
"""

import math
import time
from hashlib import sha256
from html import escape

from IPython.display import display
from ipywidgets import HTML, Button, HBox, Layout, Text, VBox

from kmeans_teach.ask.question import Question, as_html
from kmeans_teach.ask.stored import Stored, as_page, close_inside
from kmeans_teach.inputs import cut, short

__all__ = ["Asked", "Question", "Stored", "as_page", "ask", "close_inside"]


class Asked(Stored, VBox):
    """The widget of one question. What is stored of it is the question as text, and as HTML where a click shows an answer."""

    def __init__(self, question: Question):
        self.question = question
        self.choice = f" ({' / '.join(question.options)})" if question.options else ""
        answer = question.answer[0] if isinstance(question.answer, tuple) else str(question.answer)
        self.heading = f"<b>Predict:</b> {as_html(question.text)}"
        self.explanation = f"{as_html(answer)}. {question.told(answer)}{as_html(question.because)}"
        self.buttons = tuple(  # and no dropdown list: there, JupyterLab's arrow keys go to the next cell
            Button(description=name, tooltip=f"{name}: {question.text}", layout=Layout(width="auto", min_width="6em"))
            for name in question.options or ["Check"]
        )
        for button in self.buttons:
            button.on_click(lambda pressed: self.reveal(pressed.description if question.options else self.box.value))
        hidden = Layout(width="auto", margin="2px 2px 2px 16px", display="none")
        self.show_me = Button(description="Show me", tooltip=f"Show me: {question.text}", layout=hidden)
        self.show_me.on_click(lambda _: self._explain("The answer:"))
        controls = () if question.options else (self._make_box(),)
        row = HBox((*controls, *self.buttons, self.show_me), layout=Layout(flex_flow="row wrap"))
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
        """Check the reply, explain the answer if it is right, and count only the first reply to each question."""
        self._entered_at = -math.inf
        try:
            right = self.question.check(reply)
        except ValueError as error:
            self._say(escape(str(error)))
            return
        first_replies.setdefault(self.question, right)
        if right:
            self._explain("Right:")
            return
        self.show_me.layout.display = None  # from now on it can be seen
        told = self.question.told(reply)
        self._say(f"<b>{escape(cut(reply))}: not this time.</b> {told}<i>Try again, or press Show me.</i>")

    def _explain(self, verdict):
        score = f"{sum(first_replies.values())} of {len(first_replies)} right at the first try"
        self._say(f"<b>{verdict}</b> {self.explanation} <i>({score})</i>")

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
        question, folds = self.question, {"Answer": self.explanation}
        if question.options and question.replies:  # each option opens, and says what it would say to a click
            folds = {name: f"Not this one. {question.told(name)}" for name in question.options}
            folds[question.answer] = f"Right: {self.explanation}"
        opens = "".join(f"<details><summary>{as_html(name)}</summary>{said}</details>" for name, said in folds.items())
        choice = self.choice if len(folds) == 1 else ""
        return {"text/plain": repr(self), "text/html": f"<div>{self.heading}{as_html(choice)}{opens}</div>"}


ENTER_LASTS = 0.5  # seconds: a value that comes later does not belong to that Enter
first_replies: dict[Question, bool] = {}  # since the kernel started: was the first reply right?
shown: dict[str, Asked] = {}  # the widget of each question text


def ask(question: str, *, answer, because: str, options=(), tolerance: float = 0.0, replies=None) -> None:
    """Ask a learner to predict; then check the reply, and explain the answer to who found it or wants to see it.

    The answer is in the source of the cell. To hide it, give the cell the metadata `{"jupyter": {"source_hidden": true}}` (for
    Colab, `"cellView": "form"`), and write only `ask(` on its first line, because JupyterLab still shows that line.

    Parameters
    ----------
    question, because : str
        The question, and what explains the answer: a sentence or a few paragraphs.
    answer : str, number or list of str
        One of the `options`, if there are any. If not, a number, or words; a reply with any of these words is right.
    options : dict or list, optional
        Two or more answers to choose from. A dict has a reply for each wrong one; the answer is added to it.
    tolerance : float, optional
        How much a number may differ from the answer.
    replies : dict, optional
        Replies to other numbers or words, as {25: "Take the root."}.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong. The message has the rule and the value.
    """
    if isinstance(options, str):
        raise TypeError(f"options must be a list or a dict of answers, got {short(options)}")
    replies = dict(options if isinstance(options, dict) else replies or {})
    options = [str(option) for option in options]
    if options:
        known = dict.fromkeys([*options, str(answer)]) if replies else options
        options = sorted(known, key=lambda option: sha256(f"{question} {option}".encode()).digest())
    said = tuple((_given(wrong, options), text) for wrong, text in replies.items())
    widget = Asked(Question(question, _given(answer, options), because, tuple(options), tolerance, said))
    if question in shown:
        shown[question].close()  # the cell runs again: without this, each run would leave its widgets in memory
    shown[question] = widget
    display(widget)


def _given(answer, options):
    """An answer as `Question` has it: one of the options, a number, or a tuple of words."""
    if options:
        return str(answer)
    return (answer,) if isinstance(answer, str) else tuple(answer) if isinstance(answer, list) else answer

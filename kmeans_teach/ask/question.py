"""A question, its answer and its replies, apart from the widget that asks it."""

import math
import re
from dataclasses import dataclass, replace
from html import escape
from numbers import Real

from kmeans_teach.inputs import check_number, short


@dataclass(frozen=True)
class Question:
    """A question and its answer. The answer is one of the `options`; without options it is a number or a tuple of words.

    `replies` are pairs of an answer and what is said to who gives it.
    """

    text: str
    answer: str | float | tuple[str, ...]
    because: str
    options: tuple[str, ...] = ()
    tolerance: float = 0.0
    replies: tuple[tuple[str | float | tuple[str, ...], str], ...] = ()

    def __post_init__(self):
        for name, value in ("text", self.text), ("because", self.because), *(("a reply", said) for _, said in self.replies):
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
        for answer, _ in self.replies:
            replace(self, answer=answer, replies=())  # raises, if it is no possible answer

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

    def told(self, reply: str) -> str:
        """What the question has to say to this reply alone, as HTML: often nothing."""
        replies = (said for answer, said in self.replies if replace(self, answer=answer, replies=()).check(reply))
        return next((f"{as_html(said)} " for said in replies), "")


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


def as_html(text):
    """`code`, *emphasis* and empty lines as HTML."""
    parts = re.split(r"`([^`]+)`", escape(text))
    for i, part in enumerate(parts):
        words = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*", r"<em>\1</em>", part).replace("\n\n", "<br><br>")
        parts[i] = f"<code>{part}</code>" if i % 2 else words
    return "".join(parts)

"""Write docs/mistakes.md, the page of all mistakes that the checks name: `python tools/mistakes.py`.

What it says comes from kmeans_teach/check/catalogue/. What a learner wrote comes from the answers in tests/check/answers/
where one of them makes this mistake, and the case is the one that the check shows for it.
"""

import re
import sys
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from kmeans_teach.check import mistakes, trial  # noqa: E402
from tests.check.test_answers import TABLES, bodies, function, verdict_on  # noqa: E402

PAGE = ROOT / mistakes.PAGE
BEGIN = """# Mistakes, and what to ask yourself

<!-- tools/mistakes.py writes this page: change kmeans_teach/check/catalogue/ instead -->

A check that finds a mistake calls it by its name. Here is each name: what was written, the case that shows it, why one
believes it, and a question to ask yourself. Nobody writes such a function for the first time without one of these.

In the code, `points` is (M, N), `centroids` is (K, N), and `labels` is (M,). Where the code uses a name that it does not
make, the lines at the top of its section make it.
"""
BY_CHANCE = {"ties at random", "own random numbers", "not the same each time", "drawn at random"}  # another case each time
ERROR = """
<a id="raises-an-error"></a>

### raises an error

The name of the error follows: `raises IndexError`. The check shows the line of yours in which it was raised.

- Ask yourself: {}
"""


def written():
    """(exercise, name) -> an answer that makes this mistake."""
    found = {}
    for exercise, names, body in bodies("wrong"):
        for name in names.split(" / ")[:1]:
            found.setdefault((exercise, name), body)
            found.setdefault(("any", name), body)
            found.setdefault(("any exercise", name), exercise)
    return found


def case_of(exercise, f, name):
    """The lines of the case that the check shows; of an error only its type, since its words differ between versions."""
    verdict = verdict_on(exercise, f)
    if verdict.mistake != name or name in BY_CHANCE:
        return ""
    lines = [line for line in verdict.text.splitlines() if line.startswith("    ")]
    return "\n".join(re.sub(r"(  \w+(Error|Exit))\b.*", r"\1", line) for line in lines)


def entries(check, table, answers):
    for kind in mistakes.KINDS:
        for name, entry in table.get(kind, {}).items():
            exercise = answers.get(("any exercise", name), "assign") if check == "any" else check
            body, wrote = answers.get((check, name)), entry.get("wrote", [""])[0].strip("\n")
            f = function(TABLES[exercise][0], body) if body and exercise in TABLES else None
            case = case_of(exercise, f, name) if f else ""
            yield name, entry, body or wrote, case


def page():
    answers, parts, seen = written(), [BEGIN], set()
    tables = sorted(mistakes.catalogue().items(), key=lambda item: (item[0] == "any", item[1]["lesson"]))
    for check, table in tables:
        found = list(entries(check, table, answers))
        if not found:
            continue
        lesson = "" if check == "any" else f"Lesson {table['lesson']}.\n"
        parts.append(f"\n## {table['title']}\n\n{lesson}")
        if table.get("prelude"):
            parts.append(f"\n```python\n{table['prelude'].strip()}\n```\n")
        for name, entry, code, case in found:
            anchor = "" if name in seen else f'<a id="{mistakes.link(name).partition("#")[2]}"></a>\n\n'
            seen.add(name)
            parts.append(f"\n{anchor}### {name}\n")
            if code:
                parts.append(f"\n```python\n{dedent(code)}\n```\n")
            if case:
                parts.append(f"\n```text\n{dedent(case)}\n```\n")
            parts.append(f"\n- Why one believes it: {entry['why']}\n- Ask yourself: {entry['ask']}\n")
            if "again" in entry:
                parts.append(f"- If it comes back: {entry['again']}\n")
    return "".join(parts) + ERROR.format(mistakes.RAISES)


if __name__ == "__main__":
    trial.SECONDS = 0.2
    PAGE.write_text(page(), encoding="utf-8")

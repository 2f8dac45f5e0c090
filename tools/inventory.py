"""Write the concept inventory on paper and as a notebook: `python tools/inventory.py`.

kmeans_teach/assets/inventory.json holds its questions, the right answers, and the misconception behind each wrong one.
"""

import json
from pathlib import Path

import nbformat

from kmeans_teach.commands.inventory import SOURCE, TITLE

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "docs" / "inventory.md"
NOTEBOOK = ROOT / "docs" / "inventory.ipynb"

ABOUT = """# What do they believe about K-means? A concept inventory

Twelve questions with one right answer each. Give them before the course and again after it: what changes shows what
the course did, and the wrong answers show what to talk about. Each wrong answer is a belief that has been
described, and [the key](#the-key) names it.

**It has not been validated yet.** We have found no published inventory on K-means, so we wrote this one. Nobody has
measured how well it tells those who understand from those who do not. If you use it with a class, please tell us
the counts: how many chose A, B, C and D, before and after.

- On paper: print [the questions](#the-questions) without the key. Fifteen minutes, no notes, no computer.
- In Jupyter: hand out [inventory.ipynb](inventory.ipynb). Learners write a letter for each question.
- Do not discuss the answers between the two times, and do not use them for grades: who fears for a grade does not
  say what they believe.
- The gain of a question is the share of those who were wrong before and are right after. Put the notebooks of before in one
  folder and those of after in another, each learner's with the same name, and `kmeans-teach check before after` prints it,
  with the beliefs that are left. From paper, count by hand.
"""
INTRO = f"""{TITLE}

Twelve questions, one right answer each. Write the letter between the quotation marks below a question: `q1 = "B"`. If
you do not know, leave it empty. There is no need to run anything. You have fifteen minutes. This is not for a mark: it
shows what the course has to explain."""


def question(asked):
    options = "\n".join(f"- **{option['letter']}** {option['text']}" for option in asked["options"])
    return f"{asked['text']}\n\n{options}"


def paper(inventory):
    """The page to print: what it is, the questions, and the key."""
    lines = [ABOUT, "## The questions\n"]
    for number, asked in enumerate(inventory["questions"], 1):
        lines.append(f"**{number}.** {question(asked)}\n")
    lines.append("## The key\n\n| question | right | A | B | C | D |\n|---|---|---|---|---|---|")
    for number, asked in enumerate(inventory["questions"], 1):
        beliefs = [option["misconception"] or "right" for option in asked["options"]]
        lines.append(f"| {number} | {asked['answer']} | {' | '.join(beliefs)} |")
    lines.append("\n| name | the belief | described by |\n|---|---|---|")
    lines += [f"| {each['name']} | {each['belief']} | {each['source']} |" for each in inventory["misconceptions"]]
    return "\n".join(lines) + "\n"


def notebook(inventory):
    """The notebook to hand out: a question, and a cell for its letter."""
    cells = [nbformat.v4.new_markdown_cell(INTRO, id="inventory-intro")]
    for number, asked in enumerate(inventory["questions"], 1):
        text = f"## Question {number}\n\n{question(asked)}"
        cells.append(nbformat.v4.new_markdown_cell(text, id=f"text-{asked['id']}"))
        cell = nbformat.v4.new_code_cell(f'q{number} = ""', id=f"answer-{asked['id']}", metadata={"tags": ["inventory"]})
        cells.append(cell)
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def main():
    inventory = json.loads(SOURCE.read_text(encoding="utf-8"))
    PAPER.write_text(paper(inventory), encoding="utf-8")
    nbformat.write(notebook(inventory), NOTEBOOK)


if __name__ == "__main__":
    main()

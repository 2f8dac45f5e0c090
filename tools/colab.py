"""Write the lessons for Google Colab: `python tools/colab.py` copies them into the folder colab/, which the badges open.

A copy is the lesson as a learner gets it, after one more cell, which installs the course.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]  # so that it runs with any Python, and nothing installed

from kmeans_teach.commands.copy_course import LESSONS, handed_out  # noqa: E402

COPIES = ROOT / "colab"
COURSE = "git+https://github.com/OWNER/kmeans_teach"
MORE = {"10_many_machines": ["distributed"]}  # what a lesson needs, and Colab does not have


def words(lesson, course=COURSE):
    """What pip installs for a lesson, given without its ending. Nothing that Colab runs on is among it, or needs to change."""
    return ["--quiet", course, *MORE.get(lesson, [])]


def copied(path):
    """The text of a lesson's copy."""
    notebook = json.loads(handed_out(path.read_bytes()))
    title = "#@title Run this cell first: it installs the course, in about half a minute\n"
    source = [title, f"%pip install {' '.join(words(path.stem))}"]
    metadata = {"cellView": "form"}  # Colab shows the title, and hides the rest
    cell = {"cell_type": "code", "execution_count": None, "id": "install-colab", "metadata": metadata, "outputs": []}
    notebook["cells"].insert(0, cell | {"source": source})
    return f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    COPIES.mkdir(exist_ok=True)
    for old in COPIES.glob("*.ipynb"):
        old.unlink()
    for path in sorted((ROOT / "notebooks").glob(LESSONS)):
        (COPIES / path.name).write_text(copied(path), encoding="utf-8")

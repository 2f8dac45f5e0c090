"""Two programs write RESULTS.md: each replaces its own sections and keeps the others."""

import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
SECTION = re.compile(r"^## ", re.MULTILINE)


def split(text):
    """The text before the first section, and {heading: section with its heading}."""
    start, *sections = (part.strip() for part in SECTION.split(text))
    return start, {f"## {section.splitlines()[0]}": f"## {section}" for section in sections}


def join(start, sections):
    return "\n\n".join(part for part in (start, *sections.values()) if part) + "\n"


def put(text, heading, body):
    """The text with one section replaced, or added at the end."""
    start, sections = split(text)
    return join(start, sections | {heading: f"{heading}\n\n{body.strip()}"})


def keep(old, new):
    """The new text, followed by those sections of the old text that it does not have."""
    start, sections = split(new)
    others = {heading: section for heading, section in split(old)[1].items() if heading not in sections}
    return join(start, sections | others)


def write(heading, body):
    """Write a section into the file."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    RESULTS.write_text(put(old, heading, body), encoding="utf-8")

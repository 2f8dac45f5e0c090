"""What Sphinx leaves to do: words for each picture, no answer in view before its question, nothing from another host.

A picture of a lesson is described by its lesson: the sentences printed by the cell that drew it, and the caption, which is
the paragraph after it. They stand beside the picture already, and become its alternative text as well.
"""

import inspect
import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.logging import getLogger
from traitlets import HasTraits

MOST = 400  # characters of an alternative text: a screen reader cannot skim
log = getLogger(__name__)


def one_line(text):
    return " ".join(text.split())


def is_sentence(text):
    """Words that a person would read: no repr, such as <Figure size 640x480>, and no table of numbers."""
    return not re.search(r"[<{\[]", text) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 4


def printed(cell):
    """The sentences that a cell printed, or that stand for its picture where pictures cannot be shown."""
    blocks = [node.astext() for node in cell.findall(nodes.literal_block) if "output" in " ".join(node["classes"])]
    lines = [one_line(line) for text in blocks for line in text.splitlines()]
    return [line if line[-1] in ".:!?" else f"{line}." for line in lines if is_sentence(line)]


def after(cell):
    """The paragraph after a cell, if one comes before the next heading or cell."""
    following = cell.parent[cell.parent.index(cell) + 1 :]
    node = next((node for node in following if not isinstance(node, nodes.Invisible)), None)
    return node if isinstance(node, nodes.paragraph) else None


def describe(cell):
    """What the cell printed and the caption, words in italics right below; if there are neither, the sentence below."""
    below, said = after(cell), printed(cell)
    if below and isinstance(below[0], nodes.emphasis):
        said.append(one_line(below[0].astext()))
    elif below and not said:
        said.append(re.split(r"(?<=[.:?!])\s", one_line(below.astext()))[0])
    return shorten(said)


def shorten(sentences):
    """As many whole sentences as there is room for, and one at least."""
    text = ""
    for sentence in sentences:
        if text and len(text) + len(sentence) >= MOST:
            break
        text = f"{text} {sentence}".strip()
    return text


class Pictures(SphinxTransform):
    """Each picture that a cell drew gets its alternative text; one from another host becomes its words."""

    default_priority = 300

    def apply(self):
        for image in list(self.document.findall(nodes.image)):
            cell = image.parent
            while cell is not None and cell.get("nb_element") != "cell_code":
                cell = cell.parent
            if cell is not None:
                image["alt"] = describe(cell)
            if not image.get("alt"):
                where = f"in cell {cell['cell_index']}" if cell is not None else image["uri"]
                cure = "let the cell print a sentence, or put a caption in italics right below it"
                log.warning("a picture without words, %s: %s", where, cure, location=image, type="words")
            if "://" in image["uri"]:
                image.replace_self(nodes.inline("", image.get("alt", "picture")))


class Questions(SphinxTransform):
    """The code of a question holds its answer: as in JupyterLab, it is not shown."""

    default_priority = 300

    def apply(self):
        for cell in list(self.document.findall(lambda node: isinstance(node, nodes.container))):
            if cell.get("nb_element") != "cell_code":
                continue
            hidden = cell.get("cell_metadata", {}).get("jupyter", {}).get("source_hidden")
            for source in [node for node in cell if "cell_input" in node.get("classes", [])]:
                if hidden or re.match(r"ask\(", source.astext()):
                    cell.remove(source)


def number(app, doctree):
    """A lesson has its number wherever its title is listed."""
    lesson = re.match(r"notebooks/(\d\d)_", app.env.docname)
    if lesson:
        (entry, *_) = app.env.tocs[app.env.docname].findall(nodes.reference)
        for title in app.env.titles[app.env.docname], entry:
            title.insert(0, nodes.Text(f"{lesson[1]} "))


def own_arguments(app, what, name, thing, options, signature, returns):
    """Sphinx shows what every widget takes, (*args, **kwargs), in the place of what this one takes."""
    if what == "class" and issubclass(thing, HasTraits):
        taken = list(inspect.signature(thing.__init__).parameters.values())
        return str(inspect.Signature(taken[1:])), returns  # without self
    return None


def setup(app):
    app.add_transform(Pictures)
    app.add_transform(Questions)
    app.connect("doctree-read", number, priority=900)  # after Sphinx has collected the titles
    app.connect("autodoc-process-signature", own_arguments)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

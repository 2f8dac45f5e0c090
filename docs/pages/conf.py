"""How Sphinx reads the pages. `tools/pages.py` runs it, in a copy of the repository with this folder's files on top."""

import inspect
import re
import sys
from pathlib import Path

from docutils import nodes
from traitlets import HasTraits

sys.path[:0] = [str(Path(__file__).parent)]  # so that the API is that of this copy

from kmeans_teach import __version__  # noqa: E402

project = "kmeans_teach"
author = "The kmeans_teach authors"
release = version = __version__
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
include_patterns = [
    "index.md",
    "api.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-words.md",
    "SECURITY.md",
    "docs/*.md",
    "benchmarks/*.md",
    "notebooks/README.md",
    "notebooks/*.ipynb",
]

# the pages show what is stored, which the tests compare with a fresh run; nothing is run here
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # from the network otherwise, and of no use without a kernel
nb_merge_streams = True
myst_heading_anchors = 3

default_role = "code"
add_module_names = False
autodoc_preserve_defaults = True  # as they are written: assign_points, not <function assign_points>
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_param = False  # types such as "(M, N) array_like" are words here, not names to look up
napoleon_use_rtype = False
# names of Python, NumPy and matplotlib: their pages would have to be fetched
nitpick_ignore_regex = [("py:.*", r"(np|numpy|matplotlib|ipywidgets|collections|pathlib|traitlets)\..*|Path|Iterator|Callable")]

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"top_of_page_buttons": []}
html_show_copyright = False
html_show_search_summary = False  # a page opened from a folder may not fetch another
html_copy_source = False
html_show_sourcelink = False


def number_lesson(app, doctree):
    """A lesson has its number wherever its title is listed."""
    lesson = re.match(r"notebooks/(\d\d)_", app.env.docname)
    if lesson:
        (entry, *_) = app.env.tocs[app.env.docname].findall(nodes.reference)
        for title in app.env.titles[app.env.docname], entry:
            title.insert(0, nodes.Text(f"{lesson[1]} "))


def link_to_the_browser(app, doctree):
    """A lesson begins with a link to the same lesson in the site of `make lite`, which is published beside these pages."""
    if re.match(r"notebooks/\d\d_", app.env.docname) and not app.env.docname.endswith("many_machines"):
        place = f"../lite/lab/index.html?path={app.env.docname.removeprefix('notebooks/')}.ipynb"
        link = nodes.reference("", "Open this lesson in your browser", refuri=place)
        title = next(doctree.findall(nodes.title))
        title.parent.insert(1, nodes.paragraph("", "", link, nodes.Text(": nothing to install.")))


def replace_remote_pictures(app, doctree):
    """A picture on another host becomes its alternative text, because a page loads nothing from the network."""
    for image in list(doctree.findall(nodes.image)):
        if "://" in image["uri"]:
            image.replace_self(nodes.inline("", image.get("alt", "picture")))


def own_arguments(app, what, name, thing, options, signature, returns):
    """Sphinx would show (*args, **kwargs), which every widget takes, instead of the arguments of this one."""
    if what == "class" and issubclass(thing, HasTraits):
        _self, *taken = inspect.signature(thing.__init__).parameters.values()
        return str(inspect.Signature(taken)), returns
    return None


def setup(app):
    app.connect("doctree-read", replace_remote_pictures)
    app.connect("doctree-read", link_to_the_browser)
    app.connect("doctree-read", number_lesson, priority=900)  # after Sphinx has collected the titles
    app.connect("autodoc-process-signature", own_arguments)

"""How Sphinx reads the pages. `tools/pages.py` runs it, in a copy of the repository with this folder's files on top."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]  # for `words` below, and so that the API is that of this copy

from kmeans_teach import __version__  # noqa: E402

project = "kmeans_teach"
author = "The kmeans_teach authors"
release = version = __version__
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "words"]
root_doc = "index"
include_patterns = [
    "index.md",
    "api.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
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

"""Build the web pages: `python tools/pages.py [FOLDER]` writes FOLDER/html, or site/html without FOLDER.

Sphinx reads one folder, but the pages lie in several. So the repository is copied to FOLDER/source, and the files of
docs/pages/ are copied to the top of it. Each other page keeps its path, so the links between pages still work.
"""

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

# MyST-NB loads an optional checker of addresses, which reads 38 grammars for two seconds: here it counts as not installed
sys.modules.setdefault("rfc3987_syntax", None)
ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
# hidden files, and what the commands make
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "test-results", SITE.name)


def build(folder):
    """Run Sphinx and return its exit code: 0 if there was no error and no warning."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "docs" / "pages", source, dirs_exist_ok=True)
    strict = ["-W", "--keep-going", "-n", "-q"]
    return sphinx([*strict, "-d", str(folder / "doctrees"), str(source), str(folder / "html")])


def main(folder=SITE):
    folder = Path(folder).resolve()
    if folder == SITE:
        shutil.rmtree(SITE, ignore_errors=True)
    elif folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: name a folder that is, or none")
    if code := build(folder):
        sys.exit(code)
    print(f"The site is at {folder / 'html' / 'index.html'}")


if __name__ == "__main__":
    main(*sys.argv[1:2])

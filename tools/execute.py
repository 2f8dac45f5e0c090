"""Run notebooks top to bottom in a fresh kernel and store their outputs: `python tools/execute.py [NOTEBOOK ...]`.

The tests compare the stored outputs with new ones. So whatever differs from run to run (widget ids, timings) is left out.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"  # without a kernel it shows an error; text and HTML remain
KEPT = "cellView", "jupyter", "mystnb", "tags"  # of a cell's metadata
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def clean(notebook):
    """Keep the metadata and the outputs that are the same on every machine."""
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": language})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in KEPT})
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def joined(outputs):
    """Join the pieces of printed text: a kernel cuts it at random places."""
    whole = []
    for output in outputs:
        if whole and output.output_type == "stream" == whole[-1].output_type and output.name == whole[-1].name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def execute(path):
    """Run one notebook and write it back with its new outputs."""
    os.environ["KMEANS_TEACH_FOLDER"] = "temporary"  # a lesson leaves no file behind
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    whole = path.with_name(f".{path.name}.part")  # on a full disk the notebook stays as it was
    try:
        nbformat.write(clean(notebook), whole)
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)


if __name__ == "__main__":
    for path in [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb")):
        execute(path)
        print(f"executed {path.name}")

"""What a lesson takes at most: each notebook run top to bottom in a kernel of its own, its memory looked at all the while."""

import asyncio
import contextlib
import subprocess
import tempfile
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LOOK = 0.05  # seconds


def resident(process):
    """MB of a process and of all that it started."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
    return total / 1e6


async def peak(path, folder):
    """MB at most, resident, of the kernel that runs a notebook in a folder and of the processes it starts."""
    most = 0.0
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}})
    async with client.async_setup_kernel(stderr=subprocess.DEVNULL):
        kernel = psutil.Process(client.km.provisioner.pid)
        cells = asyncio.create_task(run(client, notebook))
        while not cells.done():
            most = max(most, resident(kernel))
            await asyncio.wait([cells], timeout=LOOK)
        await cells
    return most


async def run(client, notebook):
    for i, cell in enumerate(notebook.cells):
        await client.async_execute_cell(cell, i)


async def peaks():
    """Name of the notebook -> MB."""
    with tempfile.TemporaryDirectory() as folder:  # for what a lesson saves
        return {path.stem: await peak(path, folder) for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}

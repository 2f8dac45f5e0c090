"""One panel for each notebook cell: running the cell again closes the one before."""

import sys

from IPython import get_ipython

_open = {}  # the panel of each cell


def cell_of_caller(depth: int):
    """What names the notebook cell that is running: the front end's id of it, or else the line of code `depth` calls up."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    caller = sys._getframe(depth + 1)
    return parent.get("metadata", {}).get("cellId") or (caller.f_code.co_filename, caller.f_lineno)


def take_over(cell, panel):
    """Let `panel` be the cell's own, and close the one before."""
    if cell in _open:
        _open[cell].close()
    _open[cell] = panel


def let_go(panel):
    """Forget a panel that closes."""
    for cell in [cell for cell, other in _open.items() if other is panel]:
        del _open[cell]

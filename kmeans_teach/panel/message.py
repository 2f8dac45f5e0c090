"""An error as the panel's message."""

from html import escape

from kmeans_teach.inputs.learners import Stopped, TookTooLong

MOST = 1000  # characters of an error's own text


def in_words(error, player):
    """What happened and, for an error in a learner's function, where: as HTML."""
    said, notes = str(error)[:MOST], [str(note)[:MOST] for note in getattr(error, "__notes__", [])]
    if notes or not isinstance(error, ValueError):
        kind = "" if isinstance(error, (Stopped, TookTooLong)) else type(error).__name__
        said = ": ".join(filter(None, (kind, said)))
    if isinstance(error, TookTooLong):
        notes.append("The panel does not run ahead any more. Step waits for as long as the function takes; Interrupt ends it.")
    if player.failed is not None:
        notes.append("Until the function runs, the picture shows the start as the course's own assign_points labels it.")
    return f'<div class="kmeans-error" role="alert">{escape(chr(10).join([said, *notes]))}</div>'

"""Learn K-means clustering by building it, then playing it."""

from importlib import import_module

__version__ = "0.1.0"
# for each public name the module that has it; a module is loaded on first use, so that the import stays fast
_HOME = {
    "assign_points": "kmeans",
    "update_centroids": "kmeans",
    "inertia": "kmeans",
    "Step": "kmeans",
    "KMeansND": "kmeans",
    "make_clusters": "data",
    "random_points": "data",
    "plus_plus": "data",
    "load": "data",
    "Setting": "panel.setting",
    "describe": "narrate",
    "Picture": "picture",
    "animate": "animation",
    "player_page": "animation",
    "save": "animation",
    "check_assign": "check",
    "check_update": "check",
    "check_steps": "check",
    "Player": "panel.run",
    "Panel": "panel.panel",
}
__all__ = [*_HOME]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__():
    return sorted([*globals(), *__all__])

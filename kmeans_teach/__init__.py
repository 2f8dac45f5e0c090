"""Learn K-means clustering by building it, then playing it."""

from importlib import import_module

__version__ = "0.1.0"
# for each module its public names; a module is loaded on first use, so that the import stays fast
_NAMES = {
    "kmeans": ["assign_points", "update_centroids", "inertia", "Step", "KMeansND"],
    "data": ["make_clusters", "random_points", "plus_plus", "load"],
    "panel.setting": ["Setting"],
    "narrate": ["describe"],
    "picture": ["Picture"],
    "animation": ["animate", "player_page", "save"],
    "check": ["check_assign", "check_update", "check_steps"],
    "panel.player": ["Player"],
    "panel.panel": ["Panel"],
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}
__all__ = [*_HOME]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__():
    return sorted([*globals(), *__all__])

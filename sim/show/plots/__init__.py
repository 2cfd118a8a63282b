"""Figures of results, drawn without a screen and without pyplot's global state.

Every ``draw_*`` function takes a result and a :class:`~sim.show.plots.style.Page` and returns a
matplotlib ``Figure``; :func:`save_figure` writes it as PNG and SVG, :func:`save_figures` writes the
standard set. :func:`plot` draws any kind in a notebook and returns its axes; :data:`KINDS` is the
table of them all. Titles say what was found, the line at the foot says from which runs.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.show.plots.comembership import draw_comembership
    from sim.show.plots.kinds import KINDS, plot
    from sim.show.plots.network import draw_network
    from sim.show.plots.standard import draw_figures, save_figures
    from sim.show.plots.style import save_figure
    from sim.show.plots.trajectories import draw_trajectories

__all__ = [
    "KINDS",
    "draw_comembership",
    "draw_figures",
    "draw_network",
    "draw_trajectories",
    "load_drawing",
    "plot",
    "save_figure",
    "save_figures",
]

_HOMES = {
    "KINDS": "kinds",
    "draw_comembership": "comembership",
    "draw_figures": "standard",
    "draw_network": "network",
    "draw_trajectories": "trajectories",
    "plot": "kinds",
    "save_figure": "style",
    "save_figures": "standard",
}


def load_drawing() -> None:
    """Import the libraries that figures need, for a thread beside a simulation: half a second.

    What cannot be imported is told where a figure is drawn.
    """
    with suppress(OSError):
        for name in ("figure", "backends.backend_agg", "backends.backend_svg", "textpath"):
            import_module(f"matplotlib.{name}")
        import_module("networkx")
        import_module("sim.show.plots.standard")


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use: the table of kinds costs nothing."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

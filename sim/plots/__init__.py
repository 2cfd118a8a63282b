"""Figures of results, drawn without a screen and without pyplot's global state.

Every ``draw_*`` function takes results and returns a matplotlib ``Figure``; :func:`save_figure`
writes it as PNG and SVG, and :func:`save_figures` writes the standard set. Titles say what was
found, the line at the foot says from which runs.
"""

from importlib import import_module

from sim.plots.comembership import draw_comembership
from sim.plots.network import draw_network
from sim.plots.standard import draw_figures, save_figures
from sim.plots.style import save_figure
from sim.plots.trajectories import draw_trajectories

__all__ = [
    "draw_comembership",
    "draw_figures",
    "draw_network",
    "draw_trajectories",
    "load_drawing",
    "save_figure",
    "save_figures",
]


def load_drawing() -> None:
    """Import the libraries that figures need, for a thread beside a simulation: half a second."""
    for name in ("figure", "backends.backend_agg", "backends.backend_svg"):
        import_module(f"matplotlib.{name}")
    import_module("networkx")

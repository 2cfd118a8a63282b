"""Interactive figures as plain dictionaries in plotly's schema, made without importing plotly.

Every function takes plain arrays, so that a saved result and a model that is being stepped are
drawn by the same code, and returns ``{"data": [...], "layout": {...}}`` of JSON's types. A state is
known by its code in ``customdata``, for hovering and clicking; ``layout["meta"]["alt"]`` says in a
sentence what is to be seen, for those who cannot see it.
"""

from sim.show.plots.interactive.alignment_plane import plane
from sim.show.plots.interactive.base import Figure
from sim.show.plots.interactive.comembership import comembership, order_by_bloc
from sim.show.plots.interactive.lines import Band, bands, lines
from sim.show.plots.interactive.network import network, place_states
from sim.show.plots.interactive.worldmap import can_map, world_map
from sim.show.plots.style import core_colours

__all__ = [
    "Band",
    "Figure",
    "bands",
    "can_map",
    "comembership",
    "core_colours",
    "lines",
    "network",
    "order_by_bloc",
    "place_states",
    "plane",
    "world_map",
]

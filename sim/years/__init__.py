"""Worlds of a year from yearly tables of states and of pairs of states.

:func:`world_from` gives the world of a year as a checked scenario, :func:`make_world` the tables
and the mapping that it is made of, which :func:`save_world` writes as files.
"""

from sim.years.save import save_world
from sim.years.world import Made, make_world, world_from

__all__ = ["Made", "make_world", "save_world", "world_from"]

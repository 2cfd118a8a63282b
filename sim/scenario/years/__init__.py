"""Worlds of a year from yearly tables of states and of pairs of states.

:func:`world_from` gives the world of a year as a checked scenario, :func:`make_world` the tables
and the mapping that it is made of, which :func:`save_world` writes as files.
"""

from sim.scenario.years.made_world import Made, make_world, world_from
from sim.scenario.years.save import save_world

__all__ = ["Made", "make_world", "save_world", "world_from"]

"""Multipolar: an agent-based simulator of international relations.

The public interface is a few names, loaded when they are first used, so that ``import sim`` costs
nothing:

- ``load_scenario(path)``: a scenario file as a checked, frozen ``ScenarioSpec``
- ``world_from(states, dyads, year=1975)``: the world of a year from yearly tables, likewise
- ``run(spec)``: the scenario's ensemble of runs
- ``Results``: what a run left, in memory or on disk
- ``results_html(results)``: results as a notebook shows them
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["Results", "__version__", "load_scenario", "results_html", "run", "world_from"]

_HOMES = {
    "load_scenario": "sim.scenario",
    "run": "sim.experiments",
    "Results": "sim.results",
    "results_html": "sim.notebook",
    "world_from": "sim.years",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

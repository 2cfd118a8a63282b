"""Multipolar: an agent-based simulator of international relations.

The public interface is a few names, loaded when they are first used, so that ``import sim`` costs
nothing:

- ``load_scenario(path)``: a scenario file as a checked, frozen ``ScenarioSpec``
- ``world_from(states, dyads, year=1975)``: the world of a year from yearly tables, likewise
- ``run(spec)``: the scenario's ensemble of runs
- ``use_rules(file)``: rules of your own, before the first scenario is loaded
- ``Results``: what a run left, in memory or on disk
- ``results_html(results)``: results as a notebook shows them
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from os import PathLike
from typing import Any

from sim.former import answer_to_former_names

__version__ = "0.1.0"
__all__ = [
    "Results",
    "__version__",
    "load_scenario",
    "results_html",
    "run",
    "use_rules",
    "world_from",
]

_HOMES = {
    "load_scenario": "sim.scenario",
    "Results": "sim.record.results",
    "results_html": "sim.show.notebook",
    "use_rules": "sim.rules.outside",
    "world_from": "sim.scenario.years",
}

answer_to_former_names()


def run(
    scenario: Any,
    *,
    rules: Sequence[str | PathLike[str]] = (),
    trust: bool = False,
    **options: Any,
) -> Any:
    """Run a scenario and return its results.

    Args:
        scenario: a loaded scenario, a path, the name of a shipped scenario, a text or a mapping.
        rules: files of rules from outside the package, to be known before the model is first used.
        trust: run the files of rules that the scenario names, too.
        options: of :func:`sim.study.run.run`: ``arm``, ``set``, ``runs``, ``seed``,
            ``quarters``, ``jobs`` and others.

    Raises:
        ScenarioError: the scenario is not valid; the message names file, line and column.
        UserError: a file of rules is not valid, or comes too late.
    """
    import_module("sim.rules.outside").use_rules(*rules, trust=trust)
    if trust and isinstance(scenario, str | PathLike) and "\n" not in str(scenario):
        import_module("sim.scenario.finding").take_rules(scenario)
    return import_module("sim.study.run").run(scenario, **options)


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

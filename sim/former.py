"""Names of modules that have moved: files of rules and notebooks that have them still run.

The module of the new name is found, not a copy of it, so that what it declares is declared once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

MOVED: Final = {
    "sim.blocs.history": "sim.blocs.through_time",
    "sim.collectives": "sim.rules.participation",
    "sim.columns": "sim.record.columns",
    "sim.decisions": "sim.rules.decisions",
    "sim.decisions.learnt": "sim.rules.decisions.weight_correlations",
    "sim.decisions.moves": "sim.rules.moves",
    "sim.decisions.observe": "sim.rules.observation",
    "sim.decisions.terms": "sim.rules.terms",
    "sim.dyads": "sim.rules.pair_variables",
    "sim.ensemble": "sim.drivers.ensemble",
    "sim.exchange": "sim.record.exports",
    "sim.experiments": "sim.study",
    "sim.experiments.bloc_quantities": "sim.measure.bloc_quantities",
    "sim.experiments.claims": "sim.study.claim_tests",
    "sim.experiments.forms": "sim.measure.forms",
    "sim.experiments.language": "sim.measure.language",
    "sim.experiments.metrics_page": "sim.measure.reference",
    "sim.experiments.observed": "sim.measure.observed",
    "sim.experiments.paired": "sim.statistics.paired",
    "sim.experiments.phrases": "sim.words.of_metrics",
    "sim.experiments.prose": "sim.words.of_decisions",
    "sim.experiments.quantities": "sim.measure.quantities",
    "sim.experiments.replay": "sim.drivers.replay",
    "sim.experiments.saved": "sim.record.saved",
    "sim.experiments.store": "sim.record.table_folders",
    "sim.experiments.syntax": "sim.measure.syntax",
    "sim.experiments.warm": "sim.kernel.warm",
    "sim.fields": "sim.rules.state_variables",
    "sim.history": "sim.scenario.history",
    "sim.history.history": "sim.scenario.history.known",
    "sim.history.tables": "sim.scenario.history.yearly_tables",
    "sim.jit": "sim.compiled.jit",
    "sim.mathx": "sim.compiled.mathx",
    "sim.mechanisms": "sim.rules.mechanisms",
    "sim.metrics": "sim.blocs.indices",
    "sim.model": "sim.drivers.model",
    "sim.notebook": "sim.show.notebook",
    "sim.outside": "sim.rules.outside",
    "sim.plots": "sim.show.plots",
    "sim.plots.plane": "sim.show.plots.alignment_plane",
    "sim.plots.world": "sim.show.plots.projection",
    "sim.records": "sim.record.arrays",
    "sim.registry": "sim.rules.declarations",
    "sim.report": "sim.show.report",
    "sim.report.answer": "sim.show.report.answer_text",
    "sim.report.findings": "sim.show.report.middle",
    "sim.report.influence": "sim.show.report.ranges",
    "sim.report.inputs": "sim.show.report.sourced_numbers",
    "sim.report.page": "sim.show.report.html_page",
    "sim.report.parts": "sim.show.report.pieces",
    "sim.report.saved": "sim.show.report.sensitivity_section",
    "sim.report.words": "sim.words.of_effects",
    "sim.results": "sim.record.results",
    "sim.sheets": "sim.rules.sheet_algebra",
    "sim.streams": "sim.rules.streams",
    "sim.summary": "sim.measure.summary",
    "sim.summary.blocs": "sim.measure.summary.bloc_report",
    "sim.summary.coalitions": "sim.measure.summary.coalition_report",
    "sim.summary.numbers": "sim.words.of_numbers",
    "sim.summary.tables": "sim.measure.summary.coalition_tables",
    "sim.vocabulary": "sim.rules.catalogue",
    "sim.world": "sim.scenario.world",
    "sim.years": "sim.scenario.years",
    "sim.years.figures": "sim.scenario.years.variables",
    "sim.years.world": "sim.scenario.years.made_world",
}
"""Former name of a module or package, and the present one; the longest that fits counts."""


def present(name: str) -> str | None:
    """Return what a module is called now, or None if it has not moved.

    >>> present("sim.mechanisms.order.regimes"), present("sim.kernel")
    ('sim.rules.mechanisms.order.regimes', None)
    """
    head, tail = name, ""
    while head not in MOVED:
        head, dot, last = head.rpartition(".")
        if not dot:
            return None
        tail = f".{last}{tail}"
    return MOVED[head] + tail


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("sim.") or present(name) is None:
            return None
        return ModuleSpec(name, self)

    def exec_module(self, module: ModuleType) -> None:
        now = present(module.__name__) or ""
        sys.modules[module.__name__] = import_module(now)
        said = f"{module.__name__} is called {now}; the former name goes in version 1"
        warnings.warn(said, DeprecationWarning, stacklevel=2)


def answer_to_former_names() -> None:
    """Let this process find modules by their former names."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())

"""History as tables: states and pairs of states by year, read, checked and asked by year.

:func:`read_history` reads a folder; :class:`History` answers what was known in a year: states and
their figures, pairs, matrices, what was signed and what ended, and the treaties of many members.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.history.known import AGES, TARGETS, History, history_of, read_history
    from sim.scenario.history.treaties import Treaty

__all__ = ["AGES", "TARGETS", "History", "Treaty", "history_of", "read_history"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use: codes of states are read without tables and graphs."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "treaties" if name == "Treaty" else "known"
    return getattr(import_module(f"sim.scenario.history.{home}"), name)

"""History as tables: states and pairs of states by year, read, checked and asked by year.

:func:`read_history` reads a folder; :class:`History` answers what was known in a year: states and
their figures, pairs, matrices, what was signed and what ended, and the treaties of many members.
"""

from sim.history.history import AGES, TARGETS, History, history_of, read_history
from sim.history.treaties import Treaty

__all__ = ["AGES", "TARGETS", "History", "Treaty", "history_of", "read_history"]

"""Files of the field as they are published, as one history.

Each module reads one of them: ``COLUMNS`` are those by which it is known, ``UNIT`` says whether it
speaks of states or of dyads, and ``tidy`` gives the columns of
:data:`sim.scenario.history.yearly_tables.STATES` or ``DYADS``. A file of any name is read by the
first module whose columns it has.
"""

from sim.scenario.history.formats.compose import read_folder, read_published

__all__ = ["read_folder", "read_published"]

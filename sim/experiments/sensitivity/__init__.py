"""What findings depend on, whether they survive, where outcomes turn, and which region gives them.

:func:`sensitivity` ranks the numbers of a scenario for named findings, parts luck from what is not
known and says whether each finding survives; :func:`phase_diagram` draws two parameters against an
outcome; :func:`discover` finds the region of a sweep that gives it. The parts work on any function
of points: :mod:`~sim.experiments.sensitivity.designs`, :mod:`~sim.experiments.sensitivity.luck`,
:mod:`~sim.experiments.sensitivity.phase`, :mod:`~sim.experiments.sensitivity.discovery`.
"""

from sim.experiments.sensitivity.analysis import Effort, sensitivity
from sim.experiments.sensitivity.discovery import Discovery, discover
from sim.experiments.sensitivity.phase import Axis, Phase, explore, from_table
from sim.experiments.sensitivity.report import SensitivityReport

__all__ = [
    "Axis",
    "Discovery",
    "Effort",
    "Phase",
    "SensitivityReport",
    "discover",
    "explore",
    "from_table",
    "sensitivity",
]

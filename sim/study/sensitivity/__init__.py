"""What findings depend on, whether they survive, where outcomes turn, and which region gives them.

:func:`sensitivity` ranks the numbers of a scenario for named findings, parts luck from what is not
known and says whether each finding survives; :func:`phase_diagram` draws two parameters against an
outcome; :func:`discover` finds the region of a sweep that gives it. The parts work on any function
of points: :mod:`~sim.study.sensitivity.designs`, :mod:`~sim.study.sensitivity.luck`,
:mod:`~sim.study.sensitivity.phase_diagram`, :mod:`~sim.study.sensitivity.discovery`.
"""

from sim.study.sensitivity.analysis import Effort, sensitivity
from sim.study.sensitivity.discovery import Discovery, discover
from sim.study.sensitivity.phase_diagram import Axis, Phase, explore, from_table
from sim.study.sensitivity.result import SensitivityReport

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

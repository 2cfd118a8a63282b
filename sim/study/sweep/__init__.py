"""Sweeps: many points of a scenario's parameter space, many runs of each.

:class:`~sim.study.sweep.evaluator.Evaluator` is the function that everything here, and the
phase diagrams, call: points and run numbers in, values of metrics out.
:func:`~sim.study.sweep.drive.sweep` has the laboratory (:mod:`sim.study.laboratory`) call it for
all points of a design, on this machine or on a cluster, and keep what comes out in a folder that
can be resumed.
"""

from sim.study.sweep.design import Axis, Design, combinations, grid, parse_axis, sample
from sim.study.sweep.drive import Stopped, Unfinished, resume, sweep
from sim.study.sweep.evaluator import Evaluator, Overlay
from sim.study.sweep.factors import Factor, parse_factor
from sim.study.sweep.result import Sweep

__all__ = [
    "Axis",
    "Design",
    "Evaluator",
    "Factor",
    "Overlay",
    "Stopped",
    "Sweep",
    "Unfinished",
    "combinations",
    "grid",
    "parse_axis",
    "parse_factor",
    "resume",
    "sample",
    "sweep",
]

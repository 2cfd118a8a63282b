"""Sweeps: many points of a scenario's parameter space, many runs of each.

:class:`~sim.study.sweep.evaluator.Evaluator` is the function that everything here, and the
analyses of sensitivity and calibration, call: points and run numbers in, values of metrics out.
:func:`~sim.study.sweep.drive.sweep` calls it for all points of a design, on this machine or
on a cluster, and keeps what comes out in a folder that can be resumed.
"""

from sim.study.sweep.design import Axis, Design, combinations, grid, parse_axis, sample
from sim.study.sweep.drive import Stopped, Unfinished, resume, sweep
from sim.study.sweep.evaluator import Evaluator, Failure, Overlay
from sim.study.sweep.factors import Factor, parse_factor
from sim.study.sweep.result import Sweep

__all__ = [
    "Axis",
    "Design",
    "Evaluator",
    "Factor",
    "Failure",
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

"""Sweeps: many points of a scenario's parameter space, many runs of each.

:class:`~sim.experiments.sweep.evaluator.Evaluator` is the function that everything here, and the
analyses of sensitivity and calibration, call: points and run numbers in, values of metrics out.
"""

from sim.experiments.sweep.evaluator import Evaluator, Failure, Overlay
from sim.experiments.sweep.factors import Factor, parse_factor

__all__ = ["Evaluator", "Factor", "Failure", "Overlay", "parse_factor"]

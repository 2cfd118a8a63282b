"""Calibration: parameters from base rates and stylised facts, never from claims.

Targets are data (:mod:`~sim.experiments.calibrate.targets`); the method is approximate Bayesian
computation by sequential Monte Carlo (:mod:`~sim.experiments.calibrate.smc`); what comes out is a
file of parameters that scenarios extend (:mod:`~sim.experiments.calibrate.posterior`).
"""

from sim.experiments.calibrate.evaluator import Evaluator
from sim.experiments.calibrate.posterior import Calibration, Estimate, Fit, judge
from sim.experiments.calibrate.recovery import Recovery, recover
from sim.experiments.calibrate.smc import Posterior, Settings, calibrate
from sim.experiments.calibrate.statistics import STATISTICS
from sim.experiments.calibrate.targets import (
    Prior,
    Target,
    Targets,
    read_targets,
    shipped_targets,
)

__all__ = [
    "STATISTICS",
    "Calibration",
    "Estimate",
    "Evaluator",
    "Fit",
    "Posterior",
    "Prior",
    "Recovery",
    "Settings",
    "Target",
    "Targets",
    "calibrate",
    "judge",
    "read_targets",
    "recover",
    "shipped_targets",
]

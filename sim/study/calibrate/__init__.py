"""Calibration: parameters from base rates and stylised facts, never from claims.

Targets are data (:mod:`~sim.study.calibrate.targets`); the method is approximate Bayesian
computation by sequential Monte Carlo (:mod:`~sim.study.calibrate.smc`); what comes out is a
file of parameters that scenarios extend (:mod:`~sim.study.calibrate.posterior`).
"""

from sim.study.calibrate.evaluator import Evaluator
from sim.study.calibrate.posterior import Calibration, Estimate, Fit, judge
from sim.study.calibrate.recovery import Recovery, recover
from sim.study.calibrate.smc import Posterior, Settings, calibrate
from sim.study.calibrate.statistics import STATISTICS
from sim.study.calibrate.targets import (
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

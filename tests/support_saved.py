"""One saved folder of each kind, and what readers do with it; made small."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from sim.record.saved import load_saved, saved_kind
from sim.study.claim_tests import evaluate_claims
from sim.study.compare import compare
from sim.study.sensitivity import Effort, sensitivity
from sim.study.sensitivity.phase_diagram import Axis, explore
from sim.study.sweep import resume, sweep
from tests.inline_scenario import TEXT
from tests.support import synthetic_results

CLAIMS = """
claims:
  T1: {text: Calm is calmer., metric: 'tension(CCC, DDD)', arms: [calm, base], direction: lower}
  T2: {text: Nobody knows., arms: [calm, base], direction: lower, pending: no such mechanism yet}
"""
TARGETS = """
format: 1
title: two rates
ensemble: {runs: 2, seed: 1}
parameters:
  moves.create: {}
targets:
  new_pacts:
    {title: New pacts, scenario: six.yaml, quarters: 2, statistic: new_pacts, value: 0.5,
     interval: [0.0001, 0.9], source: made up}
"""


def save_each(root: Path) -> dict[str, Path]:
    """Save a small result of each kind under a folder; return the folders by kind."""
    (root / "six.yaml").write_text(TEXT, "utf-8")
    claims = root / "claims.yaml"
    claims.write_text(f"format: 1\nextends: six.yaml\n{CLAIMS}", "utf-8")
    x, y = Axis("security.weight", 2.0, 8.0), Axis("trust.prior", 0.6, 0.8)
    phase = explore(lambda p: np.repeat(p[:, :1], 2, 1), x, y, metric="m", level=5.0, coarse=3)
    effort = Effort(trajectories=2, base=4, lucks=1, draws=12, draw_lucks=2, kept=1)
    asked = [{"metric": "poles() @ start", "direction": "not_higher", "name": "poles"}]
    analysis = sensitivity(
        root / "six.yaml",
        findings=asked,
        over=["trust.prior", "security.weight"],
        effort=effort,
        quarters=2,
        folder=root / "evaluated",
    )
    sweep(
        root / "six.yaml",
        root / "sweep",
        vary=["security.weight=2,8", "mechanisms.trust=on,off"],
        metrics=["poles()"],
        runs=2,
        quarters=2,
        batch=4,
    )
    places = {
        "run": synthetic_results(runs=3).save(root / "run"),
        "comparison": compare(
            root / "six.yaml", metrics=("poles()",), arms=("calm",), runs=4, quarters=2
        ).save(root / "comparison"),
        "claims": evaluate_claims([claims], runs=4).save(root / "claims"),
        "phase": phase.save(root / "phase"),
        "sensitivity": analysis.save(root / "sensitivity"),
        "sweep": root / "sweep",
    }
    if importlib.util.find_spec("pyabc"):
        places["calibration"] = calibrated(root)
    return places


def calibrated(root: Path) -> Path:
    """Save a small calibration."""
    from sim.study.calibrate import Settings, calibrate, judge, read_targets

    (root / "targets.yaml").write_text(TARGETS, "utf-8")
    targets = read_targets(root / "targets.yaml")
    settings = Settings(population=10, generations=1)
    posterior = calibrate(targets, root / "calibration", settings=settings)
    judge(targets, settings, posterior, seeds=(8, 9)).save(root / "calibration")
    return root / "calibration"


def use(folder: Path) -> None:
    """Read a saved folder as the commands do, and look at all that it holds."""
    kind = saved_kind(folder)
    found: Any = load_saved(folder)
    if kind == "run":
        found.summary()
        str(found)
    elif kind == "sweep":
        if found.finished:
            str(found.table())
        found.failures  # noqa: B018  (it is read then)
        found.to_dict()
    else:
        found.to_dict()


def go_on(folder: Path) -> None:
    """Continue a sweep."""
    resume(folder)

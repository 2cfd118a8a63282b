"""A finished calibration on disk: its manifest has all that its report and figures show."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.record.folders import look
from sim.record.manifests import (
    MANIFEST,
    NUMBER,
    Maybe,
    Shape,
    Whole,
    manifest_text,
    read_manifest,
    reading,
    shape_of,
)
from sim.record.table_folders import defined
from sim.study.calibrate.posterior import Calibration, Fit, parameter_file
from sim.study.calibrate.smc import KIND, PARAMETERS, Posterior, Settings, is_begun
from sim.study.calibrate.targets import Prior, Target, Targets
from sim.study.comparison import plain
from sim.system.files import alone, write_text, writing
from sim.types import Floats

_PATIENCE: Final = 30.0
_ROUNDED: Final = 1e-6
_NUMBERS: Final[Shape] = [Maybe(NUMBER)]
_FIT: Final[Shape] = dict.fromkeys(("before", "after", "noise", "low", "high"), Maybe(NUMBER))
_SHAPE: Final[Shape] = {
    "settings": shape_of(Settings),
    "date": str,
    "data": {
        "path": str,
        "title": str,
        "seed": Whole(),
        "priors": [shape_of(Prior)],
        "targets": [shape_of(Target)],
        "posterior": {
            "parameters": [str],
            "points": [_NUMBERS],
            **dict.fromkeys(("weights", "distances", "epsilons"), _NUMBERS),
            "figures": {str: _NUMBERS},
            "evaluations": Whole(),
            "complete": bool,
        },
        "fits": [{"target": str, **_FIT}],
        **dict.fromkeys(("before", "after", "apart_before", "apart_after"), _NUMBERS),
    },
}
"""What a manifest has to have."""


def save(calibration: Calibration, folder: Path | str) -> Path:
    """Write the manifest and the file of parameters into a folder; return the latter.

    Raises:
        UserError: the folder cannot be written.
    """
    place = Path(folder)
    text = parameter_file(calibration)
    digest = hashlib.sha256(text.encode()).hexdigest()
    facts = {
        **calibration.to_dict(),
        "data": _data(calibration),
        "files": {PARAMETERS: {"sha256": digest}},
    }
    if not is_begun(place):
        look(place, KIND)
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
    with alone(place, patience=_PATIENCE):
        write_text(place / PARAMETERS, text)
        write_text(place / MANIFEST, manifest_text(KIND, plain(facts)))
    return place / PARAMETERS


def load(folder: Path | str) -> Calibration:
    """Read a finished calibration; its scenarios are not loaded, so it can be shown only.

    Raises:
        UserError: there is none, or it is damaged or of another version.
    """
    manifest = read_manifest(folder, KIND, _SHAPE)
    data = manifest["data"]
    targets = tuple(Target(**row) for row in data["targets"])
    of = {target.name: target for target in targets}
    with reading(folder):
        return Calibration(
            targets=Targets(
                path=data["path"],
                title=data["title"],
                seed=data["seed"],
                priors=tuple(Prior(**row) for row in data["priors"]),
                targets=targets,
                specs={},
                metrics={},
            ),
            settings=Settings(**manifest["settings"]),
            posterior=_posterior(data["posterior"], [row["name"] for row in data["priors"]]),
            fits=tuple(
                Fit(**{**defined(row), "target": of[row["target"]]}) for row in data["fits"]
            ),
            **_seeds(data),
            date=dt.date.fromisoformat(manifest["date"]),
        )


def _posterior(data: Mapping[str, Any], parameters: list[str]) -> Posterior:
    """The last generation of a saved calibration.

    Raises:
        ValueError: its parts are not of one length.
    """
    if data["parameters"] != parameters:
        raise ValueError("data.posterior.parameters: they are not those of data.priors")
    weights = np.array(data["weights"], np.float64)
    points = np.array(data["points"], np.float64)
    figures = {name: np.array(x, np.float64) for name, x in data["figures"].items()}
    distances = np.array(data["distances"], np.float64)
    count = len(weights)
    parts = {"points": points, "distances": distances, **figures}
    for name, part in parts.items():
        if not count or part.shape != ((count, len(parameters)) if part is points else (count,)):
            raise ValueError(f"data.posterior: {name} is not of the length of weights, {count}")
    if not (weights >= 0.0).all() or abs(weights.sum() - 1.0) > _ROUNDED:
        raise ValueError("data.posterior.weights: they are not shares that sum to 1")
    return Posterior(
        parameters=tuple(parameters),
        points=points,
        weights=weights,
        figures=figures,
        distances=distances,
        epsilons=tuple(math.inf if x is None else float(x) for x in data["epsilons"]),
        evaluations=data["evaluations"],
        complete=data["complete"],
    )


_SEEDS = ("before", "after", "apart_before", "apart_after")


def _seeds(data: Mapping[str, Any]) -> dict[str, Floats]:
    """The distances under the fresh seeds.

    Raises:
        ValueError: they are not of one length.
    """
    found = {name: np.array(data[name], np.float64) for name in _SEEDS}
    if len({len(values) for values in found.values()}) > 1:
        raise ValueError(f"data: {', '.join(_SEEDS)} are not of one length")
    return found


def _data(calibration: Calibration) -> dict[str, Any]:
    targets, posterior = calibration.targets, calibration.posterior
    return {
        "path": targets.path,
        "title": targets.title,
        "seed": targets.seed,
        "priors": [asdict(prior) for prior in targets.priors],
        "targets": [asdict(target) for target in targets.targets],
        "posterior": {
            "parameters": list(posterior.parameters),
            "points": posterior.points.tolist(),
            "weights": posterior.weights.tolist(),
            "figures": {name: values.tolist() for name, values in posterior.figures.items()},
            "distances": posterior.distances.tolist(),
            "epsilons": [float(x) if np.isfinite(x) else None for x in posterior.epsilons],
            "evaluations": posterior.evaluations,
            "complete": posterior.complete,
        },
        "fits": [{**asdict(fit), "target": fit.target.name} for fit in calibration.fits],
        **{name: getattr(calibration, name).tolist() for name in _SEEDS},
    }

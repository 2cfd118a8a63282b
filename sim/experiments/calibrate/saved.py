"""A finished calibration on disk: its manifest has all that its report and figures show."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import UserError
from sim.experiments.calibrate.posterior import Calibration, Fit, parameter_file
from sim.experiments.calibrate.smc import Posterior, Settings
from sim.experiments.calibrate.targets import Prior, Target, Targets
from sim.results import FORMAT, MANIFEST, read_manifest

KIND = "calibration"
PARAMETERS = "parameters.yaml"


def save(calibration: Calibration, folder: Path | str) -> Path:
    """Write the manifest and the file of parameters into a folder; return the latter.

    Raises:
        UserError: the folder cannot be written.
    """
    place = Path(folder)
    manifest = {
        "format": FORMAT,
        "kind": KIND,
        **calibration.to_dict(),
        "data": _data(calibration),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / PARAMETERS).write_text(parameter_file(calibration), "utf-8")
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        (place / MANIFEST).write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"cannot write {place}: {error.strerror or error}") from error
    return place / PARAMETERS


def load(folder: Path | str) -> Calibration:
    """Read a finished calibration; its scenarios are not loaded, so it can be shown only.

    Raises:
        UserError: there is none, or it is damaged or of another version.
    """
    manifest = read_manifest(folder)
    if (found := manifest.get("kind", "run")) != KIND:
        raise UserError(f"{folder} holds a {found}, not a {KIND}")
    try:
        data = manifest["data"]
        targets = tuple(Target(**row) for row in data["targets"])
        of = {target.name: target for target in targets}
        posterior = data["posterior"]
        epsilons = (np.inf if x is None else float(x) for x in posterior["epsilons"])
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
            posterior=Posterior(
                parameters=tuple(posterior["parameters"]),
                points=np.array(posterior["points"]),
                weights=np.array(posterior["weights"]),
                figures={name: np.array(x) for name, x in posterior["figures"].items()},
                distances=np.array(posterior["distances"]),
                epsilons=tuple(epsilons),
                evaluations=posterior["evaluations"],
                complete=posterior["complete"],
            ),
            fits=tuple(Fit(**{**row, "target": of[row["target"]]}) for row in data["fits"]),
            **{name: np.array(data[name]) for name in _SEEDS},
            date=dt.date.fromisoformat(manifest["date"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{folder} is damaged: {error}") from error


_SEEDS = ("before", "after", "apart_before", "apart_after")


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

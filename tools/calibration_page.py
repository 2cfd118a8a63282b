"""Write the tables of a finished calibration into docs/calibration.md, its figures beside.

.venv/bin/python -m tools.calibration_page results/calibration/base_rates

Without a folder, in a minute: how the shipped parameters fit with targets, worlds and rules as they
are now, where these have changed since.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
from pathlib import Path

import numpy as np
import yaml

from sim.kernel.identity import source_hash
from sim.study.calibrate import Calibration, Targets, read_targets
from sim.study.calibrate.evaluator import Evaluator
from sim.study.calibrate.posterior import SEEDS
from sim.system.files import write_bytes, write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "calibration.md"
TARGETS = "base_rates"
PARAMETERS = ROOT / "scenarios" / "parameters" / f"{TARGETS}.yaml"


def lines_of(calibration: Calibration) -> list[str]:
    """The tables as Markdown."""
    posterior, settings = calibration.posterior, calibration.settings
    gain, error = calibration.gain
    lines = [
        f"Made on {calibration.date} by `multipolar calibrate base_rates --population "
        f"{settings.population} --generations {settings.generations}`: "
        f"{posterior.evaluations} evaluations, {len(posterior.points)} points worth "
        f"{posterior.effective:.0f}, last threshold {posterior.epsilons[-1]:.2f}.",
        "",
        "| parameter | by hand | prior, middle 90 % | posterior, median (middle 90 %) | width |",
        "|---|---|---|---|---|",
    ]
    for row in calibration.estimates:
        told = "" if row.identified else ", not told"
        lines.append(
            f"| `{row.name}` | {row.default:g} | {row.prior_low:.3g} to {row.prior_high:.3g} "
            f"| {row.median:.3g} ({row.low:.3g} to {row.high:.3g}) | {row.width:.0%}{told} |"
        )
    lines += [
        "",
        "| target | should be (90 %) | by hand | calibrated | points of the posterior | |",
        "|---|---|---|---|---|---|",
    ]
    for fit in calibration.fits:
        target = fit.target
        marks = [
            "held in" if target.held_in else "held out",
            *(["seen by hand"] if target.by_hand else []),
            *([] if target.inside(fit.after) else ["**outside**"]),
        ]
        lines.append(
            f"| {target.title} | {target.value:.3g} ({target.low:.3g} to {target.high:.3g}) "
            f"| {fit.before:.3g} | {fit.after:.3g} | {fit.low:.3g} to {fit.high:.3g} "
            f"| {', '.join(marks)} |"
        )
    lines += [
        "",
        f"Distance from the targets held in, over {len(calibration.before)} fresh seeds: "
        f"{calibration.before.mean():.2f} by hand, {calibration.after.mean():.2f} calibrated, a "
        f"fall of {gain:.2f} (± {2 * error:.2f}). Held out: {calibration.apart_before.mean():.2f} "
        f"and {calibration.apart_after.mean():.2f}.",
        "",
        "![Posterior and prior of each parameter](explanation/posterior.png)",
        "",
        "![Distance from each target](explanation/fit.png)",
    ]
    return lines


def now(targets: Targets) -> list[str]:
    """How the shipped parameters fit as things are now, beside what is declared now."""
    text = PARAMETERS.read_text("utf-8")
    (made_from,) = re.findall(r"hash (\w+)", text)
    made_by = re.findall(r"rules (\w+)", text)[0]
    if (made_from, made_by) == (targets.digest[:12], source_hash()):
        return ["Targets, worlds and rules are those of the calibration."]
    numbers = yaml.safe_load(text)["parameters"]
    shipped = {
        name: (row["range"][0], row["value"], row["range"][1])
        for name, row in numbers.items()
        if name != "defaults"
    }
    points = ({}, shipped)
    found = [[Evaluator(targets, seed=seed)(point) for seed in SEEDS] for point in points]
    means = [{name: np.mean([row[name] for row in rows]) for name in rows[0]} for rows in found]
    lines = [
        f"Targets, worlds and rules have changed since: the file is of targets with the hash {made_from}, "
        f"these are {targets.digest[:12]}. Measured on {dt.datetime.now(dt.UTC).date()} with rules "
        f"{source_hash()}, over {len(SEEDS)} fresh seeds:",
        "",
        "| target | should be (90 %) | as declared now | with the file | |",
        "|---|---|---|---|---|",
    ]
    for target in targets.targets:
        declared, with_file = (row[target.name] for row in means)
        sides = [
            *([] if target.inside(declared) else ["as declared"]),
            *([] if target.inside(with_file) else ["with the file"]),
        ]
        held = "held in" if target.held_in else "held out"
        outside = f", **outside** {' and '.join(sides)}" if sides else ""
        lines.append(
            f"| {target.title} | {target.value:.3g} ({target.low:.3g} to {target.high:.3g}) "
            f"| {declared:.3g} | {with_file:.3g} | {held}{outside} |"
        )
    before, after = (np.array([targets.distance(row) for row in rows]) for rows in found)
    fall = before - after
    error = 2 * fall.std(ddof=1) / np.sqrt(fall.size)
    return [
        *lines,
        "",
        f"Distance from the targets held in: {before.mean():.2f} as declared, {after.mean():.2f} with the "
        f"file, a fall of {fall.mean():.2f} (± {error:.2f}).",
    ]


def put(name: str, lines: list[str]) -> None:
    """Replace what stands between two marks of the page."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = PAGE.read_text("utf-8").split(begin)
    after = rest.split(end)[1]
    write_text(PAGE, before + "\n".join([begin, "", *lines, "", end]) + after)


def main() -> None:
    """Write tables, figures and the file of parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    if folder is not None:
        put("calibrated", lines_of(Calibration.load(folder)))
        for name in ("posterior", "fit"):
            drawn = (folder / "figures" / f"{name}.png").read_bytes()
            write_bytes(PAGE.parent / "explanation" / f"{name}.png", drawn)
        write_bytes(PARAMETERS, (folder / "parameters.yaml").read_bytes())
    put("now", now(read_targets(TARGETS)))


if __name__ == "__main__":
    main()

"""Write the tables of a finished calibration into docs/calibration.md, its figures beside.

.venv/bin/python -m tools.calibration_page results/calibration/base_rates
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.experiments.calibrate import Calibration
from sim.files import write_bytes, write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "calibration.md"
BEGIN, END = "<!-- calibrated -->", "<!-- end of calibrated -->"


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


def main() -> None:
    """Write tables, figures and the file of parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    calibration = Calibration.load(folder)
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    text = "\n".join([BEGIN, "", *lines_of(calibration), "", END])
    write_text(PAGE, before + text + after)
    for name in ("posterior", "fit"):
        drawn = (folder / "figures" / f"{name}.png").read_bytes()
        write_bytes(PAGE.parent / "explanation" / f"{name}.png", drawn)
    stem = Path(calibration.targets.path).stem
    target = ROOT / "scenarios" / "parameters" / f"{stem}.yaml"
    write_bytes(target, (folder / "parameters.yaml").read_bytes())


if __name__ == "__main__":
    main()

"""Write a picture and the generated block of the page of every shipped scenario, and their index.

    .venv/bin/python -m tools.scenario_pages [NAME...] [--render]

For each scenario docs/scenarios/NAME.png and, in docs/scenarios/NAME.md, what stands between two
comments; text around them is kept by hand. docs/README.md lists the pages. ``--render`` draws
nothing: what a picture shows in words is kept in results/reference/pictures.json.
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.measure.language import Scope, parse_metric
from sim.measure.summary import summarise
from sim.scenario import (
    BASE_ARM,
    ScenarioSpec,
    explain_sources,
    find_scenario,
    format_quarter,
    load_arms,
    load_scenario,
    shipped_scenarios,
)
from sim.study.arm_store import series_of
from sim.study.arms import simulate_arms
from sim.study.register import claims_of
from sim.study.run import run
from sim.system.files import write_text, written
from tools.marked import cell, markers, replaced
from tools.scenario_picture import Trace, describe, draw_overview

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "scenarios"
INDEX = ROOT / "docs" / "README.md"
CLAIMS = ROOT / "results" / "reference" / "claims.json"
PICTURES = ROOT / "results" / "reference" / "pictures.json"
BLOCK, LIST = "at a glance", "scenarios"

RUNS: Final = 100
SHOWN_TRACES: Final = 4
DPI: Final = 100
COLOURS: Final = 256
LARGEST: Final = 120_000
"""Bytes of a picture."""

FROM: Final = """\
*{runs} runs of the base from seed {seed}, result `{result}`. Frequencies within the model, not
predictions.*"""


def known_pictures() -> dict[str, dict[str, Any]]:
    """Return what is kept of the pictures, by scenario."""
    if not PICTURES.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(PICTURES.read_text("utf-8"))
    return found


def verdicts() -> dict[tuple[str, str], str]:
    """Return the verdict of each claim that was evaluated, by scenario and id."""
    if not CLAIMS.is_file():
        return {}
    found = json.loads(CLAIMS.read_text("utf-8"))["claims"]
    return {(e["claim"]["scenario"], e["claim"]["id"]): e["verdict"] for e in found}


# --- pictures ------------------------------------------------------------------------------------
def draw(name: str, runs: int = RUNS) -> dict[str, Any]:
    """Draw the picture of a scenario; return what is kept of it."""
    results = run(load_scenario(find_scenario(name)), runs=runs)
    report = summarise(results)
    traces = tested(name, runs)
    save(draw_overview(results, traces, report), PAGES / f"{name}.png")
    return {
        "alt": describe(results, traces, report),
        "result": results.run_id,
        "runs": runs,
        "seed": results.meta.seed,
    }


def tested(name: str, runs: int) -> list[Trace]:
    """Return the metrics of claims that their arms move most, of different metrics."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for claim in claims_of(name):
        if claim.pending is None and claim.metric is not None and claim.arms:
            found.setdefault(str(claim.metric), (claim.id, tuple(claim.arms[:2])))
    if not found:
        return []
    arms = dict.fromkeys(arm for _, held in found.values() for arm in held)
    specs = load_arms(find_scenario(name), arms=tuple(arms))
    specs = {arm: specs[arm] for arm in arms}
    spec = next(iter(specs.values()))
    bound = {text: parse_metric(text).bind(Scope.of(spec)) for text in found}

    measures = {text: series_of(metric) for text, metric in bound.items()}
    wanted = {
        arm: [measures[text] for text, (_, held) in found.items() if arm in held] for arm in specs
    }
    found_arms = simulate_arms(specs, wanted, runs=runs, seed=spec.ensemble.seed)
    kept = dict(zip(specs, found_arms, strict=True))
    traces = [
        Trace(name, text, {arm: kept[arm][measures[text]] for arm in sorted(held, key=_after_base)})
        for text, (name, held) in found.items()
    ]
    traces = [trace for trace in traces if _varies(trace)]
    most = sorted(traces, key=_apart, reverse=True)[:SHOWN_TRACES]
    return [trace for trace in traces if trace in most]


def _after_base(arm: str) -> bool:
    """Sort the base before every other arm."""
    return arm != BASE_ARM


def _varies(trace: Trace) -> bool:
    """Whether the metric has a course in time, and is not one number of the whole run."""
    values = next(iter(trace.lines.values()))
    return not np.array_equal(values, np.broadcast_to(values[:, :1], values.shape), equal_nan=True)


def _apart(trace: Trace) -> float:
    """The largest difference of the arms in standard deviations of the runs; 0 for one arm."""
    lines = [*trace.lines.values()]
    if len(lines) == 1:
        return 0.0
    spread = np.nanstd(np.concatenate(lines), axis=0)
    apart = np.abs(np.nanmean(lines[0] - lines[1], axis=0))
    return float(np.nanmax(np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 1e-9)))


def save(figure: Figure, path: Path) -> None:
    """Write a picture with few colours, which makes it a third of the size."""
    from PIL import Image

    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=DPI, metadata={"Software": None})
    picture = Image.open(held).convert("RGB")
    method = Image.Quantize.MAXCOVERAGE
    few = picture.quantize(COLOURS, method=method, dither=Image.Dither.NONE)
    with written(path) as scratch:
        few.save(scratch, "png", optimize=True)


# --- pages ---------------------------------------------------------------------------------------
def block(name: str, picture: dict[str, Any] | None) -> str:
    """Return the generated part of a scenario's page."""
    spec = load_scenario(find_scenario(name))
    end = format_quarter(spec.start + spec.quarters)
    lines = [spec.question.strip(), "", " ".join(spec.description.split()), ""]
    if picture is not None:
        lines += [
            f"![{picture['alt']}]({name}.png)",
            "",
            FROM.format(**picture),
            "",
        ]
    lines += [
        f"{len(spec.states)} states, {format_quarter(spec.start)} to {end}. {_provenance(spec)}",
        "",
        "```sh",
        f"multipolar run {name}            # which blocs come out, how surely",
        f"multipolar compare {name}        # what each arm changes",
        *([f"multipolar claims {name}         # the claims below"] if spec.claims else []),
        "```",
        "",
        "| arm | what differs from the base |",
        "|---|---|",
        *(f"| `{arm.name}` | {cell(arm.title)} |" for arm in spec.arms.values()),
        "",
    ]
    return "\n" + "\n".join([*lines, *_claims(name)]) + "\n"


def _provenance(spec: ScenarioSpec) -> str:
    """How many numbers there are, and where they are from."""
    numbers = [number for _, number in explain_sources(spec)]
    judged = sum(number.source == "judgement" for number in numbers)
    sources = len({number.source for number in numbers} - {"judgement"})
    return (
        f"{len(numbers)} numbers, each with its range: {len(numbers) - judged} from {sources} "
        f"sources, {judged} judgements with their reasons."
    )


def _claims(name: str) -> list[str]:
    claims = claims_of(name)
    if not claims:
        return []
    found = verdicts()
    lines = ["| claim | says | expected | verdict |", "|---|---|---|---|"]
    for claim in claims:
        said = found.get((name, claim.id)) or ("pending" if claim.pending else "not evaluated yet")
        way = claim.direction.replace("_", " ")
        lines.append(f"| {claim.id} | {cell(claim.text)} | {way} | {said} |")
    return lines


def page(name: str, old: str | None, picture: dict[str, Any] | None) -> str:
    """Return the page of a scenario with its block renewed; a new page where there is none."""
    begin, end = markers(BLOCK)
    if old is None:
        spec = load_scenario(find_scenario(name))
        old = f"# {spec.title}\n\nFile: `scenarios/{name}.yaml`.\n\n{begin}{end}\n"
    elif begin not in old:
        head, gap, rest = old.partition("\n## ")
        old = f"{head.rstrip()}\n\n{begin}{end}\n{gap}{rest}"
    return replaced(old, BLOCK, block(name, picture))


def index(old: str) -> str:
    """Return docs/README.md with its list of scenarios renewed."""
    lines = []
    for name in shipped_scenarios():
        spec = load_scenario(find_scenario(name))
        lines.append(f"- [{spec.title}](scenarios/{name}.md): {' '.join(spec.question.split())}")
    return replaced(old, LIST, "\n" + "\n".join(lines) + "\n\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="scenarios (default: all that are shipped)")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--render", action="store_true", help="write the pages only")
    chosen = parser.parse_args()
    shipped = shipped_scenarios()
    pictures = {name: kept for name, kept in known_pictures().items() if name in shipped}
    names = chosen.names or list(shipped)
    if not chosen.render:
        for name in names:
            pictures[name] = draw(name, chosen.runs)
        ordered = {name: pictures[name] for name in sorted(pictures)}
        PICTURES.parent.mkdir(parents=True, exist_ok=True)
        write_text(PICTURES, json.dumps(ordered, indent=1) + "\n")
    for name in names:
        path = PAGES / f"{name}.md"
        old = path.read_text("utf-8") if path.is_file() else None
        write_text(path, page(name, old, pictures.get(name)))
    write_text(INDEX, index(INDEX.read_text("utf-8")))


if __name__ == "__main__":
    main()

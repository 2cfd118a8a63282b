"""Score the models on years that they do not know and write docs/validation.md, figures beside.

    .venv/bin/python -m tools.validation_page DATA [--train 1950:1975] [--origin 1975,1980,1985]

DATA holds the tables of states and of pairs of states (docs/how-to/hindcast.md).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.commands.estimate import HELD, told
from sim.scenario.history import History, read_history
from sim.study.estimate import Estimates, estimate
from sim.study.hindcast import find_models, hindcast, model_names
from sim.study.hindcast.result import TARGET_NAMES, Hindcast
from sim.study.hindcast.trial import SLOW
from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "validation.md"
TIES = ROOT / "results" / "reference" / "ties.json"
"""What the joint fit says of the parts of weights that scenarios decide by."""
HORIZONS = (5, 10)
_BINS = (0.0, 0.1, 500.0, 1000.0, 2000.0, 4000.0, 20_000.0)


def number(value: Any, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}".replace("0.", ".", 1)


def score_lines(found: Hindcast, horizon: int, target: str) -> Iterator[str]:
    """A table of all models, origins pooled."""
    place = {"origin": "all", "horizon": horizon, "target": target}
    yield (
        "| model | onset AUC (90 %) | AP | AUC by event | AP by event | expected / actual "
        "| ending AUC | AP | expected / actual | Brier x 1,000 | slope | ARI |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for model in found.models:
        rows = {
            (part, weight): row
            for part in ("onset", "ending", "all")
            for weight in ("pair", "event")
            for row in found.find("scores", **place, model=model, part=part, weight=weight)
        }
        if not rows:
            continue
        on, by, end, every = (
            rows[key]
            for key in (("onset", "pair"), ("onset", "event"), ("ending", "pair"), ("all", "pair"))
        )
        (bloc,) = found.find("blocs", **place, model=model)
        yield (
            f"| {model} | {number(on['auc'])} ({number(on['auc_low'], 2)} to "
            f"{number(on['auc_high'], 2)}) | {number(on['ap'])} | {number(by['auc'])} "
            f"| {number(by['ap'])} | {on['expected']:.0f} / {on['actual']:.0f} "
            f"| {number(end['auc'])} | {number(end['ap'])} "
            f"| {end['expected']:.0f} / {end['actual']:.0f} | {1000 * every['brier']:.2f} "
            f"| {number(every['slope'], 2)} | {number(bloc['ari'])} |"
        )


def membership_lines(found: Hindcast, horizon: int, target: str) -> Iterator[str]:
    yield "| model | accession AUC | AP | expected / actual | exit AUC | expected / actual |"
    yield "|---|---|---|---|---|---|"
    place = {"origin": "all", "horizon": horizon, "target": target}
    for model in found.models:
        rows = [
            next(iter(found.find("memberships", **place, model=model, part=part)), None)
            for part in ("accession", "exit")
        ]
        if rows[0] is None or rows[1] is None:
            continue
        come, go = rows
        yield (
            f"| {model} | {number(come['auc'])} | {number(come['ap'])} "
            f"| {come['expected']:.1f} / {come['actual']:.0f} | {number(go['auc'])} "
            f"| {go['expected']:.1f} / {go['actual']:.0f} |"
        )


def estimate_lines(found: Estimates) -> Iterator[str]:
    for name, one in found.processes.items():
        yield f"**{name}**: {one.events} events in {one.rows:,} rows\n"
        yield "| weight | estimate | error | by hand | |"
        yield "|---|---|---|---|---|"
        for weight, value, error in zip(one.weights, one.value, one.error, strict=True):
            held = weight.sign != 0 and abs(value) < HELD
            said = "of the wrong sign, or nothing to tell: left out" if held else told(value, error)
            shown = "0" if held else f"{value:.3g}"
            yield (
                f"| `{weight.name}` | {shown} | {'' if held else f'{error:.2g}'} "
                f"| {found.by_hand(weight.name)} | {said} |"
            )
        yield ""


def distance_lines(found: Hindcast, history: History, models: dict[str, Any]) -> Iterator[str]:
    """How ties thin out with distance, and how many a state has: said and true."""
    yield "| defence pacts in 5 years, km | pairs | actual | engine |"
    yield "|---|---|---|---|"
    km, said, true, degrees = [], [], [], []
    for origin in found.origins(5):
        known = history.until(origin)
        codes, later = history.codes(origin), history.codes(origin + 5)
        stay = np.isin(codes, later)
        at = np.flatnonzero(stay)
        place = np.searchsorted(later, codes[stay])
        actual = history.matrix(origin + 5, "defense")[np.ix_(place, place)]
        ties = models["engine"].predict(known, origin, 5).ties["defence"][np.ix_(at, at)]
        apart = np.where(known.matrix(origin, "cont") == 1, 0.0, known.matrix(origin, "mindist"))
        i, j = np.triu_indices(len(at), 1)
        km.append(apart[np.ix_(at, at)][i, j])
        said.append(ties[i, j])
        true.append(actual[i, j])
        degrees.append(np.stack([np.nansum(actual, 1), ties.sum(1)]))
    distance, chance, tied = (np.concatenate(part) for part in (km, said, true))
    for low, high in pairwise(_BINS):
        rows = (distance >= low) & (distance < high) & np.isfinite(tied)
        name = "neighbours by land" if high < 1.0 else f"{low:,.0f} to {high:,.0f}"
        yield (
            f"| {name} | {rows.sum():,} | {number(tied[rows].mean())} "
            f"| {number(chance[rows].mean())} |"
        )
    both = np.concatenate(degrees, axis=1)
    yield ""
    yield "| pacts of a state | 10 % | 25 % | median | 75 % | 90 % |"
    yield "|---|---|---|---|---|---|"
    for name, values in zip(("actual", "engine"), both, strict=True):
        parts = " | ".join(f"{x:.1f}" for x in np.quantile(values, (0.1, 0.25, 0.5, 0.75, 0.9)))
        yield f"| {name} | {parts} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--train", default="1950:1975")
    parser.add_argument("--origin", default="1975,1980,1985")
    parser.add_argument("--out", type=Path, default=PAGE)
    args = parser.parse_args()
    first, last = (int(word) for word in args.train.split(":"))
    origins = [int(word) for word in args.origin.split(",")]
    history = read_history(args.data)
    makers = find_models((*model_names(), *SLOW))
    found = hindcast(history, origins, HORIZONS, train=(first, last), models=makers)
    known = history.until(last)
    engine = makers["engine"]()
    engine.fit(known, (first, last))
    weights = [
        estimate(known, first, last, target, jointly=target == history.targets[0])
        for target in history.targets
    ]
    learnt = {"train": [first, last], "parameters": weights[0].to_dict()["parameters"]}
    write_text(TIES, json.dumps(learnt, indent=1) + "\n")
    begin, end = "<!-- made by tools/validation_page.py -->", "<!-- end -->"
    lines = [begin, f"Learnt from {first} to {last}; origins {args.origin} pooled.", ""]
    for target in history.targets:
        for horizon in HORIZONS:
            lines += [f"### {TARGET_NAMES[target]} after {horizon} years", ""]
            lines += [*score_lines(found, horizon, target), ""]
            lines += [*membership_lines(found, horizon, target), ""]
    lines += ["### Distance and degrees", "", *distance_lines(found, history, {"engine": engine})]
    for one in weights:
        lines += ["", f"### Weights: {TARGET_NAMES[one.target].lower()}", "", *estimate_lines(one)]
    text = args.out.read_text("utf-8")
    head, tail = text.split(begin)[0], text.split(end)[-1]
    write_text(args.out, head + "\n".join([*lines, end]) + tail)


if __name__ == "__main__":
    main()

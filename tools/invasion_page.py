"""Score what the invasion alone brings about against what happened; write docs/explanation/invasion.md.

    .venv/bin/python -m tools.invasion_page [--runs 1000] [--render]

For each state the share of runs in which it imposes sanctions on Russia, aids Ukraine, applies to the
alliance, and has more of Russia's trade, by the end of 2023, beside simple baselines, random choice
and the arm with the West's reaction put in. ``--render`` writes the page from
results/reference/invasion.json, without a run. The text around the tables is kept by hand.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.drivers.ensemble import run_ensemble
from sim.record.arrays import EnsembleRecord
from sim.rules.catalogue import MOVE_KINDS
from sim.scenario import BASE_ARM, ScenarioSpec, find_scenario, load_arms, parse_quarter
from sim.study.arms import simulate_arms
from sim.study.null.models import RANDOM, apply_null
from sim.study.null.rates import COUNTS, Counts, count, matched, shifted
from sim.system.files import write_text
from tools.marked import replaced

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "invasion.md"
FACTS = ROOT / "scenarios" / "tables" / "invasion_2022_facts.csv"
FOUND = ROOT / "results" / "reference" / "invasion.json"
SCENARIO: Final = "invasion_2022"
ATTACKER, ATTACKED, ALLIANCE = "RUS", "UKR", "NATO"
UNTIL: Final = "2023Q4"
RUNS: Final = 1000
"""So many because the moves are rare: of a hundred runs hardly any state would have more than one."""

MATCHED: Final = 100
"""Runs from which the rates of random choice are set."""

RESAMPLES: Final = 2000
SHOWN: Final = 0.01
REACTION: Final = "reaction_put_in"

type Floats = npt.NDArray[np.float64]
type Scores = dict[str, float]


@dataclass(frozen=True)
class Asked:
    """What is asked of every state.

    ``far`` says whether those far from the attacker are expected to do it, ``kind`` which move does
    it (None: a change of trade), ``towards`` the state, or else the organisation.
    """

    title: str
    far: bool
    kind: str | None
    towards: str


ASKED: Final = {
    "sanctions": Asked("imposes sanctions on Russia", True, "sanction", ATTACKER),
    "arms": Asked("sends arms or aid to Ukraine", True, "aid", ATTACKED),
    "applies": Asked("applies to NATO", True, "apply", ALLIANCE),
    "trade": Asked("gains Russian trade", False, None, ATTACKER),
}
BASELINES: Final = {
    "ideal points": "distance of UNGA ideal points of 2021 to Russia",
    "membership": "member of NATO in 2021",
    "nearness": "near to Russia on the map",
    "trade share": "Russia's share of its trade",
}


# --- scores --------------------------------------------------------------------------------------
def auc(score: Sequence[float], true: Sequence[bool]) -> float:
    """Return the chance that one that did it has the higher score than one that did not.

    A tie counts half; not a number where all or none did it.
    """
    values, done = np.asarray(score, np.float64), np.asarray(true, bool)
    gap = values[done][:, None] - values[~done][None, :]
    return float(((gap > 0) + 0.5 * (gap == 0)).mean()) if gap.size else float("nan")


def average_precision(score: Sequence[float], true: Sequence[bool]) -> float:
    """Return the mean over those that did it of the share that did among all ranked as high.

    States of one score share a rank, so that no order within a tie is counted.
    """
    values, done = np.asarray(score, np.float64), np.asarray(true, bool)
    if not done.any():
        return float("nan")
    return float(np.mean([done[values >= one].mean() for one in values[done]]))


def interval(score: Sequence[float], true: Sequence[bool]) -> tuple[float, float]:
    """Return the 90% interval of the AUC, by a bootstrap over the states."""
    values, done = np.asarray(score, np.float64), np.asarray(true, bool)
    rng = np.random.default_rng(1)
    drawn = [
        auc(values[rows], done[rows])
        for rows in rng.integers(len(values), size=(RESAMPLES, len(values)))
    ]
    low, high = np.nanquantile(drawn, (0.05, 0.95))
    return float(low), float(high)


# --- what happened, and what baselines say ---------------------------------------------------------
def facts() -> dict[str, dict[str, bool]]:
    """What each state did, by question; states of which it is not known or not asked are left out."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: {row["state"]: row[name] == "1" for row in rows if row[name]} for name in ASKED}


def baselines(spec: ScenarioSpec, asked: Asked) -> dict[str, Scores]:
    """Scores of every state by the start alone, the higher the likelier."""
    side = 1.0 if asked.far else -1.0
    point = {code: state.values["ideal_point"].value for code, state in spec.states.items()}
    members = spec.organisations[ALLIANCE].members
    flows = spec.channels["trade_flow"]
    found: dict[str, Scores] = {name: {} for name in BASELINES}
    for code in spec.states:
        if code == ATTACKER:
            continue
        trade = {pair: flow.value for pair, flow in flows.items() if code in pair}
        mutual = sum(flow for pair, flow in trade.items() if ATTACKER in pair)
        found["ideal points"][code] = side * abs(point[code] - point[ATTACKER])
        found["membership"][code] = side * (code in members)
        found["nearness"][code] = -spec.relations["distance"][ATTACKER, code].value
        found["trade share"][code] = -side * mutual / max(sum(trade.values()), 1e-9)
    return found


# --- what the model says ---------------------------------------------------------------------------
def told(record: EnsembleRecord, asked: Asked) -> tuple[Scores, Scores]:
    """Share of the runs in which each state does it, and the score by which states are ranked."""
    last = parse_quarter(UNTIL) - record.start
    done: Floats = np.zeros((record.runs, len(record.states)))
    if asked.kind is None:
        change = np.zeros_like(done)
        for at, code in enumerate(record.states):
            if code != asked.towards:
                series = record.dyad("trade", asked.towards, code)
                change[:, at] = series[:, last] - series[:, 0]
        rank = change.mean(axis=0)
        done = (change > 0).astype(np.float64)
    else:
        moves = record.moves
        wanted = (moves["kind"] == MOVE_KINDS.index(asked.kind)) & (moves["accepted"] != 0)
        wanted &= moves["tick"] <= last
        if asked.towards in record.states:
            wanted &= moves["partner"] == record.index(asked.towards)
        else:
            wanted &= moves["collective"] == record.collectives.index(asked.towards)
        done[moves["run"][wanted], moves["mover"][wanted]] = 1.0
        rank = done.mean(axis=0)
    share = done.mean(axis=0)
    both = (
        {code: float(x) for code, x in zip(record.states, values, strict=True)}
        for values in (share, rank)
    )
    chances, ranks = both
    return chances, ranks


def measure(runs: int) -> dict[str, Any]:
    """Simulate the arms and random choice, and score everything."""
    specs = load_arms(find_scenario(SCENARIO), arms=(BASE_ARM, REACTION))
    spec = specs[BASE_ARM]
    pairs = [(ATTACKER, code) for code in spec.states if code != ATTACKER]

    def counted(one: ScenarioSpec) -> Counts:
        (arm,) = simulate_arms(
            {RANDOM: one}, {RANDOM: [COUNTS]}, runs=min(runs, MATCHED), seed=one.ensemble.seed
        )
        return count(arm)

    random = apply_null(spec, RANDOM, seed=spec.ensemble.seed)
    shift = matched(random, counted(spec), counted)
    specs[RANDOM] = shifted(random, shift)
    said: dict[str, dict[str, tuple[Scores, Scores]]] = {name: {} for name in ASKED}
    for by, one in specs.items():  # one record at a time: they are large
        record = run_ensemble(one, runs=runs, extra_pairs=pairs)
        for name, asked in ASKED.items():
            said[name][by] = told(record, asked)
    names = {code: state.name for code, state in spec.states.items()}
    return {
        "runs": runs,
        "seed": spec.ensemble.seed,
        "names": names,
        "questions": {
            name: _question(spec, asked, facts()[name], said[name]) for name, asked in ASKED.items()
        },
    }


def _question(
    spec: ScenarioSpec,
    asked: Asked,
    known: Mapping[str, bool],
    said: Mapping[str, tuple[Scores, Scores]],
) -> dict[str, Any]:
    chances, ranks = {}, dict(baselines(spec, asked))
    for name, (shares, rank) in said.items():
        chances[name], ranks[name] = shares, rank
    true = list(known.values())
    scores = {}
    for name, rank in ranks.items():
        score = [rank[code] for code in known]
        low, high = interval(score, true)
        scores[name] = {
            "auc": auc(score, true), "low": low, "high": high,
            "ap": average_precision(score, true),
        }  # fmt: skip
    return {
        "did": dict(known),
        "chances": {name: {code: found[code] for code in known} for name, found in chances.items()},
        "rank": {code: ranks[BASE_ARM][code] for code in known},
        "scores": scores,
    }


# --- the page --------------------------------------------------------------------------------------
MODELS: Final = {
    BASE_ARM: "the model, the invasion alone",
    RANDOM: "random choice at the same rates of moves",
    REACTION: "the model, the West's reaction put in",
}


def render(found: Mapping[str, Any]) -> str:
    """The tables."""
    return "\n".join(["", *_lines(found), ""]) + "\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"*{found['runs']} runs from seed {found['seed']}; what happened by the end of 2023.*"
    for name, question in found["questions"].items():
        did = question["did"]
        yield ""
        yield f"### Who {ASKED[name].title}"
        yield ""
        yield f"{sum(did.values())} of {len(did)} states did."
        yield ""
        yield "| by | AUC (90 %) | average precision |"
        yield "|---|--:|--:|"
        for by, score in question["scores"].items():
            title = MODELS.get(by) or BASELINES[by]
            bounds = f"{score['low']:.2f} to {score['high']:.2f}"
            yield f"| {title} | {score['auc']:.3f} ({bounds}) | {score['ap']:.3f} |"
        yield ""
        yield from _misses(found["names"], question)
        yield ""
        yield "| state | did | the invasion alone | random choice | reaction put in |"
        yield "|---|---|--:|--:|--:|"
        chances = question["chances"]
        for code in _ranked(question):
            if not did[code] and chances[BASE_ARM][code] < SHOWN:
                continue
            shares = " | ".join(f"{chances[by][code]:.1%}" for by in MODELS)
            yield f"| {found['names'][code]} | {'yes' if did[code] else ''} | {shares} |"
        left = sum(not did[c] and chances[BASE_ARM][c] < SHOWN for c in did)
        if left:
            yield ""
            yield f"Not shown: {left} states that did not, each below {SHOWN:.0%} in the model."


def _ranked(question: Mapping[str, Any]) -> list[str]:
    rank: Callable[[str], float] = question["rank"].__getitem__
    return sorted(question["did"], key=lambda code: (-rank(code), code))


def _misses(names: Mapping[str, str], question: Mapping[str, Any]) -> Iterator[str]:
    """As many states as did it are taken, from the top; who is wrong in or out of these."""
    ranked, did = _ranked(question), question["did"]
    top = ranked[: sum(did.values())]
    lists = {
        "ranked among them and did not": [code for code in top if not did[code]],
        "did and is ranked lower": [code for code in ranked if did[code] and code not in top],
    }
    yield f"Of the {len(top)} ranked highest {sum(did[code] for code in top)} did. Misses:"
    yield ""
    for what, codes in lists.items():
        yield f"- {what}: {', '.join(names[code] for code in codes) or 'none'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--render", action="store_true", help="write the page only")
    chosen = parser.parse_args()
    if not chosen.render:
        write_text(FOUND, json.dumps(measure(chosen.runs), indent=1) + "\n")
    found = json.loads(FOUND.read_text("utf-8"))
    write_text(PAGE, replaced(PAGE.read_text("utf-8"), "scores", render(found)))


if __name__ == "__main__":
    main()

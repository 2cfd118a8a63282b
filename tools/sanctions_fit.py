"""Estimate who imposes sanctions on whom, and write the table in docs/validation.md.

    .venv/bin/python -m tools.sanctions_fit DATA

DATA holds ``sanctions_dyads_active_2021.csv`` (GSDB v4, split by channel). Rows are who decides and on
whom, where no sanctions stood: states of the base worlds, and in the place of its members the body
whose trade policy they share, with the means of what they see; an event is a year of 2014 to 2021
in which they began. What states see is that of the base world of the time, with the breach of 2014 as the world of 2016 and
the event of the time have it. Nothing of 2022 or later is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim import kernel
from sim.drivers import starts
from sim.drivers.ensemble import run_ensemble
from sim.rules import catalogue as names
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.moves import ANEW
from sim.rules.pair_variables import COMMITMENT, HOSTILITY, TRADE, TRUST
from sim.rules.participation import FULL
from sim.rules.state_variables import (
    CAPABILITY,
    GOVERNANCE,
    MARKET,
    OPENNESS,
    VIOLATION,
)
from sim.scenario import load_scenario
from sim.scenario.world import World
from sim.study.estimate import Fitted, LogLinear, Weight, fit
from tools.marked import from_data

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "validation.md"
MARK: Final = "sanctions"
WORLDS: Final = {2014: (2014, 2015), 2016: (2016, 2017, 2018, 2019), 2020: (2020,), 2021: (2021,)}
"""Years of events by the base world in which they are seen."""
BREACH: Final = {2014: {"RUS": 0.4}}
"""The breach of norms that is not in a base world, for it came after it: midway between that of the
world of 2016 (.22) and that at the outbreak of a war (.6)."""

#: What is weighed, and the engine's parameter of the same thing.
WEIGHED: Final = (
    ("constant", ""),
    ("denial", "sanctioning.denial"),
    ("reproach", "sanctioning.expression"),
    ("trade", "sanctioning.cost"),
    ("following", "sanctioning.following"),
    ("attention", "moves.sanction_attention"),
    ("regime", "moves.sanction_regime"),
    ("strength", "moves.sanction_strength"),
    ("trust", "moves.sanction_trust"),
    ("body", "moves.sanction_body"),
)
FORWARD: Final = (
    ("counter_sanctions_2014.yaml", "no_sanctions", (2014, 2015)),
    ("world/2016.yaml", "base", (2016, 2017, 2018, 2019)),
    ("world/2020.yaml", "base", (2020,)),
    ("world/2021.yaml", "base", (2021,)),
)
"""Where the whole model starts, and the years that it plays."""
RUNS: Final = 200
_OWN: Final = {"denial": (0.8, 0.3, 1.5), "reproach": (5.0, 3.0, 7.0), "trade": (6.0, 3.0, 9.0)}
"""Weights with a prior, as they were judged before this fit; the others have a wide one."""
_SPREAD: Final = 3.29
_THROUGH: Final = "via_EU"
"""Said in the data of sanctions that the body of the deepest market decided on."""


def rows(data: Path) -> Iterator[pd.DataFrame]:
    """A row for each that decides, target and year."""
    known = pd.read_csv(data / "sanctions_dyads_active_2021.csv")
    for world_of, years in WORLDS.items():
        spec = load_scenario(ROOT / "scenarios" / "world" / f"{world_of}.yaml")
        world = World(replace(spec, ensemble=replace(spec.ensemble, draws=False)))
        blocks, _ = starts.start(world, 0, 0)
        kernel.entries().begin(blocks, world.keys)
        n, codes = world.n, list(spec.states)
        place = {code: world.index(code) for code in codes}
        members = blocks.B[int(blocks.G[MARKET].argmax())] > FULL
        breach = blocks.V[VIOLATION].copy()
        for code, value in BREACH.get(world_of, {}).items():
            breach[place[code]] = value
        inside = known[known.sender_iso3.isin(codes) & known.target_iso3.isin(codes)]
        for year in years:
            begun, case, before, together = (np.zeros((n, n)) for _ in range(4))
            for row in inside.itertuples():
                at = place[row.sender_iso3], place[row.target_iso3]
                if row.begin == year:
                    begun[at], case[at] = 1.0, row.case_id
                    together[at] = max(together[at], row.via == _THROUGH)
                elif row.begin < year:
                    before[at] = 1.0
            hostile, capability = blocks.M[HOSTILITY], blocks.V[CAPABILITY]
            heard = blocks.M[COMMITMENT] * np.maximum(0.0, 2.0 * blocks.M[TRUST] - 1.0)
            of_outsiders = heard @ (begun * ~members[:, None])
            heard_of = np.where(members[:, None], of_outsiders, heard @ begun)
            columns = {
                "constant": np.ones((n, n)),
                "denial": hostile,
                "reproach": hostile * breach,
                "trade": -blocks.M[TRADE] * blocks.V[OPENNESS][:, None],
                "following": 1.0 - np.exp(-heard_of),
                "attention": blocks.M[RELEVANCE],
                "regime": np.broadcast_to(blocks.V[GOVERNANCE][:, None], (n, n)),
                "strength": -capability / (capability[:, None] + capability),
                "trust": -blocks.M[TRUST],
                "body": np.zeros((n, n)),
                "begun": begun,
                "case": case,
            }
            free = (before == 0.0) & ~np.eye(n, dtype=bool) & ~members[:, None]
            yield pd.DataFrame({name: values[free] for name, values in columns.items()})
            outside = ~members & (before[members].mean(axis=0) < 0.5)
            joint = {name: x[np.ix_(members, outside)].mean(axis=0) for name, x in columns.items()}
            joint["body"] = np.ones(outside.sum())
            joint["begun"] = together[np.ix_(members, outside)].max(axis=0)
            joint["case"] = case[np.ix_(members, outside)].max(axis=0)
            yield pd.DataFrame(joint)


def fitted(table: pd.DataFrame) -> Fitted:
    """The fit, errors clustered by case."""
    weights = []
    for name, _ in WEIGHED:
        if name == "constant":
            weights.append(Weight(name, -6.0, 10.0, scaled=False))
        elif name == "body":
            weights.append(Weight(name, 0.0, 5.0, scaled=False))
        elif name in _OWN:
            middle, low, high = _OWN[name]
            weights.append(Weight(name, middle, (high - low) / _SPREAD, 1, scaled=False))
        else:
            weights.append(Weight(name, 0.0, 5.0, 1, scaled=False))
    begun = table["begun"].to_numpy()
    alone = -1.0 - np.arange(len(table))  # a pair at which nothing began is a cluster of its own
    cluster = np.unique(np.where(begun > 0, table["case"], alone), return_inverse=True)[1]
    z = table[[name for name, _ in WEIGHED]].to_numpy()
    return fit(LogLinear(z), weights, begun, cluster)


def lines(found: Fitted, table: pd.DataFrame) -> Iterator[str]:
    z = table[[name for name, _ in WEIGHED]].to_numpy()
    rate = LogLinear(z).rate(found.value)[0]
    y = table["begun"].to_numpy() > 0
    auc = (rate[y][:, None] > rate[~y]).mean()
    bodies = table["body"].to_numpy() > 0
    yield (
        f"{found.events} decisions in {found.rows:,} rows, expected {found.expected:.0f}; of bodies "
        f"{(y & bodies).sum()}, expected {rate[bodies].sum():.1f}; AUC in sample {auc:.2f}."
    )
    yield ""
    yield "| weight | estimate | error | in the engine |"
    yield "|---|--:|--:|---|"
    rate_of_moves = names.PARAMS["moves.rate"].default
    for (name, key), value, error in zip(WEIGHED, found.value, found.error, strict=True):
        if name == "constant":
            row = names.PARAMS["moves.sanction"]
            said = f"`moves.sanction` {row.default:g}; here {np.log(rate_of_moves) - value:.1f}"
        else:
            said = f"`{key}` {names.PARAMS[key].default:g}"
        yield f"| {name} | {value:.2f} | {error:.2f} | {said} |"


def simulated(data: Path) -> Iterator[str]:
    """New sanctions a year, in the world and in the whole model from its start."""
    known = pd.read_csv(data / "sanctions_dyads_active_2021.csv")
    yield "| from | sanctions begun a year, world | model | on the most sanctioned, world | model |"
    yield "|---|--:|--:|--:|--:|"
    for name, arm, years in FORWARD:
        spec = load_scenario(ROOT / "scenarios" / name, arm=arm, quarters=4 * len(years))
        record = run_ensemble(spec, runs=RUNS, seed=1)
        moves = record.moves
        new = (np.asarray(moves["kind"]) == names.MOVES["sanction"].code) & (
            np.asarray(moves["before"]) <= ANEW
        )
        there = known[known.begin.isin(years)]
        there = there[there.sender_iso3.isin(record.states) & there.target_iso3.isin(record.states)]
        there = there.drop_duplicates(["sender_iso3", "target_iso3"])
        most = there.target_iso3.value_counts()
        at = record.index(most.index[0])
        on_it = new & (np.asarray(moves["partner"]) == at)
        figures = (len(there), new.sum() / RUNS, most.iloc[0], on_it.sum() / RUNS)
        cells = (f"{x / len(years):.1f}" for x in figures)
        yield f"| `{name}`, {years[0]} to {years[-1]} | {' | '.join(cells)} |"


def told(data: Path) -> Iterator[str]:
    """The tables of the page."""
    table = pd.concat(rows(data), ignore_index=True)
    yield from lines(fitted(table), table)
    yield ""
    yield from simulated(data)


def main() -> None:
    from_data(__doc__, PAGE, MARK, told)


if __name__ == "__main__":
    main()

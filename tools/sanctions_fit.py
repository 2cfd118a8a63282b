"""Estimate who imposes sanctions on whom, and write the table in docs/validation.md.

    .venv/bin/python -m tools.sanctions_fit DATA

DATA holds ``sanctions_dyads_active_2021.csv`` (GSDB v4, split by channel). Pairs of the states of the
base worlds at which no sanctions stood; an event is a year of 2014 to 2021 in which they began. What
states see is that of the base world of the time, with the breach of 2014 as the world of 2016 and
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
from sim.rules import catalogue as names
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.pair_variables import COMMITMENT, HOSTILITY, TRADE, TRUST
from sim.rules.participation import FULL
from sim.rules.state_variables import (
    CAPABILITY,
    GOVERNANCE,
    IDEAL_POINT,
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
    ("distance", "moves.sanction_distance"),
)
_OWN: Final = {"denial": (0.8, 0.3, 1.5), "reproach": (5.0, 3.0, 7.0), "trade": (6.0, 3.0, 9.0)}
"""Weights with a prior, as they were judged before this fit; the others have a wide one."""
_SPREAD: Final = 3.29


def rows(data: Path) -> Iterator[pd.DataFrame]:
    """A row a pair and year."""
    known = pd.read_csv(data / "sanctions_dyads_active_2021.csv")
    for world_of, years in WORLDS.items():
        spec = load_scenario(ROOT / "scenarios" / "world" / f"{world_of}.yaml")
        world = World(replace(spec, ensemble=replace(spec.ensemble, draws=False)))
        blocks, _ = starts.start(world, 0, 0)
        kernel.entries().begin(blocks, world.keys)
        n, codes = world.n, list(spec.states)
        place = {code: world.index(code) for code in codes}
        free_trade = np.ones((n, n))
        for inside, depth in zip(blocks.B > FULL, blocks.G[MARKET], strict=True):
            free_trade[np.outer(inside, inside)] *= 1.0 - depth
        breach = blocks.V[VIOLATION].copy()
        for code, value in BREACH.get(world_of, {}).items():
            breach[place[code]] = value
        inside = known[known.sender_iso3.isin(codes) & known.target_iso3.isin(codes)]
        for year in years:
            begun, case, before = (np.zeros((n, n)) for _ in range(3))
            for row in inside.itertuples():
                at = place[row.sender_iso3], place[row.target_iso3]
                if row.begin == year:
                    begun[at], case[at] = 1.0, row.case_id
                elif row.begin < year:
                    before[at] = 1.0
            hostile, capability = blocks.M[HOSTILITY], blocks.V[CAPABILITY]
            heard = blocks.M[COMMITMENT] * np.maximum(0.0, 2.0 * blocks.M[TRUST] - 1.0)
            position = blocks.V[IDEAL_POINT]
            columns = {
                "constant": np.ones((n, n)),
                "denial": hostile,
                "reproach": hostile * breach,
                "trade": -blocks.M[TRADE] * blocks.V[OPENNESS][:, None],
                "following": free_trade * (1.0 - np.exp(-(heard @ begun))),
                "attention": blocks.M[RELEVANCE],
                "regime": np.broadcast_to(blocks.V[GOVERNANCE][:, None], (n, n)),
                "strength": -capability / (capability[:, None] + capability),
                "distance": np.abs(position[:, None] - position),
                "begun": begun,
                "case": case,
            }
            free = (before == 0.0) & ~np.eye(n, dtype=bool)
            yield pd.DataFrame({name: values[free] for name, values in columns.items()})


def fitted(table: pd.DataFrame) -> Fitted:
    """The fit, errors clustered by case."""
    weights = []
    for name, _ in WEIGHED:
        if name == "constant":
            weights.append(Weight(name, -6.0, 10.0, scaled=False))
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
    yield (
        f"{found.events} sanctions begun in {found.rows:,} pairs and years, expected "
        f"{found.expected:.0f}; AUC in sample {auc:.2f}."
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


def told(data: Path) -> Iterator[str]:
    """The table of the page."""
    table = pd.concat(rows(data), ignore_index=True)
    return lines(fitted(table), table)


def main() -> None:
    from_data(__doc__, PAGE, MARK, told)


if __name__ == "__main__":
    main()

"""A small world where nothing happens, to raise one thing in it and see what follows.

All states are alike and indifferent to each other; a test makes some of them rivals, partners or
customers before the start, changes one thing after it, and compares with the world where that thing
was left alone, with a rule on and off.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.rules import catalogue as names
from sim.rules.declarations import COLLECTIVES
from tests.support_world import Case, random_case, symmetric

Change = Callable[[Case], None]
Measure = Callable[[Case], float]

ALIKE = {
    "capability": 0.1,
    "economy": 0.1,
    "arms_supply": 0.1,
    "munitions_supply": 0.0,
    "reach": 4.0,
    "openness": 0.4,
    "ideal_point": 0.0,
    "revisionism": 0.1,
    "arms_effort": 1.0,
    "arms_import_need": 0.5,
}
TOWARDS_ALL = {"distance": 1.0, "contact": 0.3, "trust": 0.6, "trade_flow": 100.0}


def quiet_world(n: int = 6) -> Case:
    """The world before its start, with parameters at their defaults and no noise."""
    case = random_case(n, 0, settled=False, wars=False)
    for known in names.PARAMS.values():
        case.P[known.row] = known.default
    case.set_p(alignment_pull__noise=0.0)
    for field in names.STATE_FIELDS.values():
        case.V[field.row] = ALIKE.get(field.name, field.default)
    for field in names.DYAD_FIELDS.values():
        case.M[field.row] = TOWARDS_ALL.get(field.name, field.default)
        np.fill_diagonal(case.M[field.row], 0.0)
    case.B[:] = 0.0
    for field in names.COLLECTIVE_FIELDS.values():
        if field.name != "collective_kind":
            mine = case.collectives("collective_kind") == COLLECTIVES.index(field.kind)
            case.G[field.row, mine] = field.default
    return case


#: What small differences do not make sense of: yes or no.
PLAIN = {"nuclear", "veto", "pole", "war", "sanctions", "secondary_sanctions", "aid"}
#: What strangers have a little of, so that no channel is empty.
FAINT = ("identity", "connectivity", "energy", "arms", "arms_stock", "finance", "currency")


def unlike(case: Case, seed: int) -> Case:
    """The world with no two states, and no two pairs, alike: all that a scenario sets is varied.

    Numbers vary by a fifth up or down, each order of a pair by itself; positions by a tenth of a
    unit; and everybody has a little of every channel.
    """
    rng, n = np.random.default_rng(seed), case.n
    for field in names.STATE_FIELDS.values():
        if field.initial and field.name not in PLAIN:
            row = case.V[field.row] * rng.uniform(0.8, 1.2, n)
            row += rng.uniform(-0.1, 0.1, n) if field.name == "ideal_point" else 0.0
            case.V[field.row] = row.clip(*field.bounds)
    for field in names.DYAD_FIELDS.values():
        if field.initial and field.name not in PLAIN:
            sheet = case.M[field.row] * rng.uniform(0.8, 1.2, (n, n))
            sheet += rng.uniform(0.0, 0.05, (n, n)) if field.name in FAINT else 0.0
            sheet = symmetric(sheet) if field.symmetric else sheet
            case.M[field.row] = sheet.clip(*field.bounds)
            np.fill_diagonal(case.M[field.row], 0.0)
    for name in ("energy", "arms", "arms_stock", "finance", "currency"):
        case.dyads(name)[:] /= np.maximum(1.0, case.dyads(name).sum(axis=1, keepdims=True))
    return case


def both(case: Case, name: str, i: int, j: int, value: float) -> None:
    """Set a dyadic variable in both orders."""
    case.dyads(name)[i, j] = case.dyads(name)[j, i] = value


def play(case: Case, change: Change | None, quarters: int, *off: str) -> Case:
    """The world some quarters after a change, without moves, with rules or terms off."""
    played = case.copy()
    for rule in off:
        if rule in names.TERMS:
            played.P[names.TERMS[rule].weight] = 0.0
            continue
        played.P[names.SWITCHES[rule]] = 0.0
        for parameter, value in names.MECHANISMS[rule].neutral:
            played.P[names.PARAMS[parameter].row] = value
    played.call("begin")
    if change is not None:
        change(played)
    for tick in range(1, quarters + 1):
        played.call("settle", tick=tick, seed=1, run=0)
    played.call("finish")
    return played


def effect(case: Case, change: Change, measure: Measure, quarters: int, *off: str) -> float:
    """What a change does to a measure."""
    treated = measure(play(case, change, quarters, *off))
    return treated - measure(play(case, None, quarters, *off))

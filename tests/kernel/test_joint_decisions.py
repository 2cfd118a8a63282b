"""Members of a body with a trade policy of its own impose sanctions together, or not at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim import kernel
from tests import reference
from tests.kernel.test_choice import eager
from tests.reference.decisions import Move
from tests.support_world import Case, turns

BODY = 1
MEMBERS = [0, 1, 2]
OUTSIDER = 4
TURNS = 4000


def world(depth: float = 1.0) -> Case:
    """Three states in a market of some depth; nobody has sanctions, and all but those are dear."""
    case = eager(3)
    for cost in ("create", "break", "aid", "court", "provoke", "arm", "reconcile"):
        case.set_p(**{f"moves__{cost}": 40.0})
    case.set_p(moves__sanction=2.0, moves__sanction_trust=0.0)
    case.dyads("sanctions")[:] = 0.0
    case.collectives("market")[:] = 0.0
    case.collectives("market")[BODY] = depth
    case.B[1:4] = 0.0
    case.B[BODY, MEMBERS] = 1.0
    return case


def moves(case: Case, i: int, run: int) -> list[tuple[int, int, int]]:
    """Who moved towards whom, and how, at one opportunity of i."""
    log = np.zeros((case.n, kernel.LOG_COLUMNS))
    given = {"i": i, "k": 0, "position": 0, "logged": 0, "counts": np.zeros(2, dtype=np.int64)}
    logged = case.copy().call("turn", **given, tick=1, seed=1, run=run, **turns(log))
    return [(int(row[2]), int(row[3]), int(row[4])) for row in log[:logged]]


def sanctions(case: Case, i: int) -> list[list[tuple[int, int, int]]]:
    played = (moves(case, i, run) for run in range(TURNS))
    return [made for made in played if any(kind == Move.SANCTION for *_, kind in made)]


def test_all_members_or_none() -> None:
    case = world()
    for made in sanctions(case, 0):
        (target,) = {j for _, j, _ in made}
        movers = [i for i, *_ in made]
        assert movers == ([0] if target in MEMBERS else MEMBERS)


@pytest.mark.parametrize(("i", "depth"), [(3, 1.0), (0, 0.5)], ids=["outsider", "shallow"])
def test_others_act_alone(i: int, depth: float) -> None:
    made = sanctions(world(depth), i)
    assert made
    assert all([mover for mover, *_ in one] == [i] for one in made)


@pytest.mark.parametrize("readiness", [-1.0, 0.5])
def test_the_body_acts_as_often_as_its_members_mean_says(readiness: float) -> None:
    """Over all members, decisions come at the rate exp(body + mean of the logs of the weights)."""
    case = world()
    case.set_p(moves__sanction_body=readiness)
    w = reference.World(case)
    seen = reference.assess(w)
    logs = []
    for i in MEMBERS:
        options = list(reference.alternatives(w, seen, i))
        (one,) = [x for x in options if x.kind == Move.SANCTION and x.partner == OUTSIDER]
        rest = 1.0 + sum(math.exp(x.value) for x in options)
        logs.append((one.value, rest))
    weights = [math.exp(value) for value, _ in logs]
    chance = min(1.0, math.exp(readiness) * math.prod(weights) ** (1.0 / 3.0) / sum(weights))
    due = sum(weight / rest * chance for weight, (_, rest) in zip(weights, logs, strict=True))
    count = sum(
        any(j == OUTSIDER for _, j, _ in made) for i in MEMBERS for made in sanctions(case, i)
    )
    assert chance > 0.0
    assert abs(count - due * TURNS) < 4.0 * math.sqrt(due * TURNS)


def test_lifted_together() -> None:
    case = world()
    case.dyads("sanctions")[MEMBERS, OUTSIDER] = 1.0
    case.set_p(moves__sanction=40.0, moves__lift=0.5)
    played = [moves(case, 0, run) for run in range(500)]
    lifted = [made for made in played if any(kind == Move.LIFT for *_, kind in made)]
    assert lifted
    assert all([i for i, *_ in made] == MEMBERS for made in lifted)

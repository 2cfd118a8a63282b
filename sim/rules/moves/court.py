"""A courting visit: attention from both sides, and recognition from the attention of others."""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.rules.decisions.assessment import ROOT
from sim.rules.declarations import param
from sim.rules.moves import Act, Change, Said
from sim.rules.pair_variables import CONTACT, HOSTILITY, WAR
from sim.rules.state_variables import RECOGNITION
from sim.types import Blocks

COST = param(
    "moves.court",
    3.4,
    (2.9, 3.9),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of a courting visit",
    source="judgement: about one exceptional visit per state and two years",
)
COURT_STEP = 0.25
COURT_ANSWER = 0.15


@inline
def now(w: Blocks, i: int, j: int) -> float:
    """Attention that j pays to i: the answer is what i comes for."""
    return w.M[CONTACT, j, i]


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where there is no war."""
    return w.M[WAR, i, j] <= 0.0


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """The attention of j after its answer."""
    return now + COURT_ANSWER * (1.0 - now)


@njit
def make(w: Blocks, i: int, j: int, to: float) -> None:
    """A visit raises the contact of both sides."""
    for order in range(2):
        a, b = (i, j) if order == 0 else (j, i)
        step = COURT_STEP if order == 0 else COURT_ANSWER
        rise = step * (1.0 - w.M[CONTACT, a, b])
        w.M[CONTACT, a, b] += rise
        w.V[RECOGNITION, b] += rise * w.V[ROOT, a] * (1.0 - w.M[HOSTILITY, b, a])


MOVE = Act(
    name="court",
    code=8,
    act="court",
    said=Said("courted {x}", "court {x}"),
    change=Change("court", now, make),
    cost=COST,
    is_open=is_open,
    target=target,
)

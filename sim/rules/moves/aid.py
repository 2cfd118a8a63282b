"""Aid in full to a state that has little of it."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import AID_GIVEN
from sim.rules.decisions.assessment import FOUGHT, RELEVANCE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.types import Blocks

COST = param(
    "moves.aid",
    4.8,
    (4.2, 5.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of starting aid",
    source="judgement: aid is begun as rarely as sanctions are lifted",
)

ATTENTION = param(
    "moves.aid_attention",
    0.4,
    (0.2, 0.6),
    bounds=(0.0, 10.0),
    unit="logits per log share",
    meaning="weight of attention in aiding who fights an adversary; other aid has 1",
    source="judgement: that of sanctions, which are estimated (`moves.sanction_attention`)",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """Where less than half of it is given."""
    return now < 0.5


@inline
def ease(w: Blocks, i: int, j: int) -> float:
    """Whoever fights an adversary is looked at, as far as the two are enemies."""
    return (w.P[ATTENTION] - 1.0) * w.M[FOUGHT, i, j] * w.M[RELEVANCE, i, j]


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """All of it at once."""
    return 1.0


MOVE = Act(
    name="aid",
    code=4,
    act="give aid",
    said=Said("began to aid {x}", "begin to aid {x}"),
    more=Said("raised its aid to {x}", "raise its aid to {x}"),
    change=AID_GIVEN,
    cost=COST,
    is_open=is_open,
    target=target,
    ease=ease,
)

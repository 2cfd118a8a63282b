"""Sanctions in full, or what is missing to them."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import SANCTION
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.rules.state_variables import GOVERNANCE
from sim.types import Blocks

COST = param(
    "moves.sanction",
    7.2,
    (6.0, 8.4),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of imposing sanctions",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md)",
)
ATTENTION = param(
    "moves.sanction_attention",
    0.4,
    (0.2, 0.6),
    bounds=(0.0, 10.0),
    unit="logits per log share",
    meaning="weight of attention in imposing sanctions; other moves have 1",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md)",
)
REGIME = param(
    "moves.sanction_regime",
    1.6,
    (0.5, 2.7),
    bounds=(0.0, 50.0),
    unit="logits per unit governance",
    meaning="how much readier liberal governments are to impose sanctions",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md); "
    "Lektzian and Souva 2003, Cox and Drury 2006",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """While they are not all but complete."""
    return now < 0.9


@inline
def ease(w: Blocks, i: int, j: int) -> float:
    """Liberal governments are readier, and it takes less attention than other moves."""
    return w.P[REGIME] * w.V[GOVERNANCE, i] + (w.P[ATTENTION] - 1.0) * w.M[RELEVANCE, i, j]


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    """All of them at once."""
    return 1.0


MOVE = Act(
    name="sanction",
    code=2,
    act="impose sanctions",
    said=Said("imposed sanctions on {x}", "impose sanctions on {x}"),
    more=Said("tightened its sanctions on {x}", "tighten its sanctions on {x}"),
    change=SANCTION,
    cost=COST,
    is_open=is_open,
    target=target,
    ease=ease,
)

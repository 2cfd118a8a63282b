"""Sanctions in full, or what is missing to them."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import SANCTION
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.rules.state_variables import CAPABILITY, GOVERNANCE, IDEAL_POINT
from sim.types import Blocks

COST = param(
    "moves.sanction",
    6.6,
    (5.2, 8.0),
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
    1.3,
    (0.2, 2.4),
    bounds=(0.0, 50.0),
    unit="logits per unit governance",
    meaning="how much readier liberal governments are to impose sanctions",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md); "
    "Lektzian and Souva 2003, Cox and Drury 2006",
)
STRENGTH = param(
    "moves.sanction_strength",
    0.9,
    (0.2, 1.5),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="how much less ready states are to impose sanctions on one stronger than they are",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md); "
    "Hufbauer et al. 2007: senders outweigh their targets",
)
DISTANCE = param(
    "moves.sanction_distance",
    0.35,
    (0.05, 0.65),
    bounds=(0.0, 10.0),
    unit="logits per UNGA unit",
    meaning="how much readier states are to impose sanctions on one far from their positions",
    source="estimated on 92 sanctions begun 2014-2021 among 48 states (docs/validation.md)",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """While they are not all but complete."""
    return now < 0.9


@inline
def ease(w: Blocks, i: int, j: int) -> float:
    """Liberal governments are readier, on the weaker and the distant; it takes less attention.

    regime v_i - strength C_j / (C_i + C_j) + distance |x_i - x_j| + (attention - 1) ln a_ij
    """
    stronger = w.V[CAPABILITY, j] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-9)
    return (
        w.P[REGIME] * w.V[GOVERNANCE, i]
        - w.P[STRENGTH] * stronger
        + w.P[DISTANCE] * abs(w.V[IDEAL_POINT, i] - w.V[IDEAL_POINT, j])
        + (w.P[ATTENTION] - 1.0) * w.M[RELEVANCE, i, j]
    )


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

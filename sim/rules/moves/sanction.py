"""Sanctions in full, or what is missing to them."""

from __future__ import annotations

from sim.compiled.jit import inline
from sim.rules.decisions.acts import SANCTION
from sim.rules.decisions.assessment import RELEVANCE
from sim.rules.declarations import param
from sim.rules.moves import Act, Said
from sim.rules.pair_variables import TRUST
from sim.rules.state_variables import CAPABILITY, GOVERNANCE
from sim.types import Blocks

COST = param(
    "moves.sanction",
    4.0,
    (2.1, 5.9),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="cost of imposing sanctions",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md)",
)
ATTENTION = param(
    "moves.sanction_attention",
    0.45,
    (0.2, 0.7),
    bounds=(0.0, 10.0),
    unit="logits per log share",
    meaning="weight of attention in imposing sanctions; other moves have 1",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md)",
)
REGIME = param(
    "moves.sanction_regime",
    2.7,
    (1.3, 4.1),
    bounds=(0.0, 50.0),
    unit="logits per unit governance",
    meaning="how much readier liberal governments are to impose sanctions",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md); "
    "Lektzian and Souva 2003, Cox and Drury 2006",
)
STRENGTH = param(
    "moves.sanction_strength",
    1.9,
    (1.1, 2.7),
    bounds=(0.0, 50.0),
    unit="logits",
    meaning="how much less ready states are to impose sanctions on one stronger than they are",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md); "
    "Hufbauer et al. 2007: senders outweigh their targets",
)
BY_TRUST = param(
    "moves.sanction_trust",
    4.5,
    (2.6, 6.4),
    bounds=(0.0, 50.0),
    unit="logits per unit trust",
    meaning="how much less ready states are to impose sanctions on one whom they trust",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md)",
)
BODY = param(
    "moves.sanction_body",
    1.7,
    (0.8, 2.6),
    bounds=(-20.0, 20.0),
    unit="logits",
    meaning="how much readier than a state a body with its own trade policy is to impose or lift",
    source="estimated on decisions of 2014-2021 among 48 states (docs/validation.md); Martin 1992; "
    "to lift them: judgement, as ready as to impose them",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    """While they are not all but complete."""
    return now < 0.9


@inline
def ease(w: Blocks, i: int, j: int) -> float:
    """Liberal governments are readier, on the weaker and the distrusted; it takes less attention.

    regime v_i - strength C_j / (C_i + C_j) - trust tau_ij + (attention - 1) ln a_ij
    """
    stronger = w.V[CAPABILITY, j] / (w.V[CAPABILITY, i] + w.V[CAPABILITY, j] + 1e-9)
    return (
        w.P[REGIME] * w.V[GOVERNANCE, i]
        - w.P[STRENGTH] * stronger
        - w.P[BY_TRUST] * w.M[TRUST, i, j]
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
    jointly=BODY,
)

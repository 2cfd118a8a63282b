"""The dependent and the isolated look for further partners.

Claim: a state that comes to lean one-sidedly on one large partner, or whose trade is barred, turns
to others: to those that are not hostile, more to old acquaintances with a shared history, and more
to those that are under sanctions themselves and have little to lose by it.

Equations (per quarter; V vulnerability, S sanctions, X trade share, I shared identity, c contact)::

    lean_i = max_j (V_ij - V_ji)+ / sum_j V_ij          barred_i = sum_j (S_ji - S0_ji)+ X0_ij
    push_ik = dependence (lean_i - lean0_i)+ (1 - V_ik / max_j V_ij) + isolation barred_i
    c_ik += push_ik (1 - H_ik)(1 - max(S_ik, S_ki))(1 + history I_ik + outcast x_k) c_ik (1 - c_ik)

with x_k the sanctions on k weighted by the senders' economies. Contact grows from contact: who was
never met is not met first. Sources: Hirschman 1945 and Keohane and Nye 1977 (dependence), Early
2015 (sanctions-busting partners), Head and Mayer 2014 (historical ties about double trade);
register M06, M16, M61, M67.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param, state_field
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import CONTACT, HOSTILITY, IDENTITY, SANCTIONS, VULNERABILITY
from sim.rules.sheet_algebra import SCRATCH, STRIP
from sim.rules.state_variables import ECONOMY
from sim.types import Blocks

SANCTIONS_START = baseline(
    "sanctions",
    why="open: bodies and alliances measure contact; what old bars drove it to is not known",
)
TRADE_START = baseline(
    "trade",
    why="weight: a bar is felt by the trade that was there before it",
)
DEPENDENCE = param(
    "second_partners.dependence",
    0.15,
    (0.05, 0.3),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="growth of contact with others when a state comes to depend wholly on one partner",
    source="judgement: contact with a friendly second partner up by about half at the extreme",
)
ISOLATION = param(
    "second_partners.isolation",
    0.12,
    (0.05, 0.25),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="growth of contact with others when all trade is barred",
    source="judgement: with half of its trade barred a state's visits elsewhere grow by a third",
)
HISTORY = param(
    "second_partners.history",
    1.0,
    (0.3, 2.0),
    bounds=(0.0, 20.0),
    meaning="how much more outreach goes to partners of a full shared history",
    source="Head and Mayer 2014: historical ties about double trade",
)
OUTCAST = param(
    "second_partners.outcast",
    1.0,
    (0.3, 2.0),
    bounds=(0.0, 20.0),
    meaning="how much more outreach goes to partners that everybody sanctions",
    source="judgement after Early 2015",
)
LEAN = state_field("lean", bounds=(0.0, 1.0), meaning="one-sided dependence on one partner")
LEAN_START = baseline(
    "lean",
    why="open: bodies and alliances measure contact; what old leaning drove it to is not known",
)
LARGEST = state_field("largest_dependence", meaning="the largest of i's vulnerabilities")
OUTLAWED = state_field(
    "outlawed", bounds=(0.0, 1.0), meaning="sanctions on the state, weighted by senders' economies"
)


@njit
def leans(w: Blocks) -> None:
    """One-sided dependence of all states."""
    for i in range(w.n):
        w.V[LEAN, i] = 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                over = w.M[VULNERABILITY, i, j] - w.M[VULNERABILITY, j, i]
                w.V[LEAN, i] = max(w.V[LEAN, i], over)
    for i in range(w.n):
        total = 0.0
        largest = 0.0
        for j in range(w.n):
            if i != j:
                total += w.M[VULNERABILITY, i, j]
                largest = max(largest, w.M[VULNERABILITY, i, j])
        w.V[LARGEST, i] = largest
        w.V[LEAN, i] = w.V[LEAN, i] / total if total > 0.0 else 0.0


@njit
def start(w: Blocks) -> None:
    """Dependence with which the contacts at the start have come to terms."""
    leans(w)


@njit
def update(w: Blocks) -> None:
    """Raise contact of dependent and of isolated states with others."""
    leans(w)
    for k in range(w.n):
        w.V[OUTLAWED, k] = 0.0
        w.M[SCRATCH, 0, k] = 0.0
    for m in range(w.n):
        for k in range(w.n):
            w.V[OUTLAWED, k] += w.M[SANCTIONS, m, k] * w.V[ECONOMY, m] if m != k else 0.0
    for k in range(w.n):
        total = 0.0
        for m in range(w.n):
            total += w.V[ECONOMY, m] if m != k else 0.0
        w.V[OUTLAWED, k] = w.V[OUTLAWED, k] / total if total > 0.0 else 0.0
    for first in range(0, w.n, STRIP):
        for i in range(w.n):
            for j in range(first, min(first + STRIP, w.n)):
                new = w.M[SANCTIONS, j, i] - w.M[SANCTIONS_START, j, i]
                w.M[SCRATCH, 0, i] += max(0.0, new) * w.M[TRADE_START, i, j]
    for i in range(w.n):
        barred = w.M[SCRATCH, 0, i]
        rise = max(0.0, w.V[LEAN, i] - w.V[LEAN_START, i])
        if barred <= 0.0 and rise <= 0.0:
            continue
        for k in range(w.n):
            if k == i:
                continue
            apart = (
                1.0 - w.M[VULNERABILITY, i, k] / w.V[LARGEST, i] if w.V[LARGEST, i] > 0.0 else 1.0
            )
            push = w.P[DEPENDENCE] * rise * apart + w.P[ISOLATION] * barred
            push *= (1.0 - w.M[HOSTILITY, i, k]) * (
                1.0 - max(w.M[SANCTIONS, i, k], w.M[SANCTIONS, k, i])
            )
            push *= 1.0 + w.P[HISTORY] * w.M[IDENTITY, i, k] + w.P[OUTCAST] * w.V[OUTLAWED, k]
            c = w.M[CONTACT, i, k]
            w.M[CONTACT, i, k] = clip(c + push * c * (1.0 - c), 0.0, 1.0)


MECHANISM = Mechanism(
    name="second_partners",
    stage="courting",
    claim="dependence on one partner and isolation by sanctions drive states to further partners",
    reads=("vulnerability", "sanctions", "trade", "economy", "hostility", "identity", "contact"),
    writes=("contact",),
    update=update,
    start=start,
    source="Hirschman 1945; Early 2015; register M06, M67",
)

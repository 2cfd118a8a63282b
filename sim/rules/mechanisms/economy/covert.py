"""What is punished in the open and still needed goes on in hiding.

Claim: where the threat of a third power deters a purchase that the buyer cannot well do without,
for its arsenal is of that make or a war or sanctions leave it in need, part of the exchange turns
covert; more of it with a trusted seller. A channel that has to be hidden ties the two together.

Equations (per quarter, kappa_ij 0..1 of buyer i and seller j; fear as in the rule arms_flow)::

    risk_ij = fear sum_k trade_ik (SS_kj - SS0_kj)+
    want_ij = 1 - (1 - a_i stock_ij)(1 - need_i)
    kappa_ij += turn ((1 - exp(-risk_ij)) want_ij tau_ij (1 - max(S_ij, S_ji)) - kappa_ij)
    c_ij += bond kappa_ij (1 - c_ij),   and c_ji likewise

with a_i the arms that i cannot make itself, stock_ij the part of its arsenal that is of j's make. A
state does not hide from itself: the two's own sanctions bar the channel. Part of the deterrence is
escaped (parameter arms_flow.covert). Sources: Early 2015 and Andreas 2005 (sanctions and
clandestine trade); register M20, M59.
"""

from __future__ import annotations

from sim.compiled.jit import njit
from sim.compiled.mathx import clip, exp
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import ARMS_STOCK, CONTACT, COVERT, SANCTIONS, SECONDARY, TRADE, TRUST
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import ARMS_IMPORT_NEED, NEED, SECONDARY_FEAR
from sim.types import Blocks

SECONDARY_START = baseline(
    "secondary_sanctions",
    why="open: how much of the trade of the start is hidden no data say",
)
TURN = param(
    "covert.turn",
    0.15,
    (0.08, 0.3),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="speed at which hidden channels are built and given up",
    source="judgement: a joint firm or a chain of go-betweens takes about a year",
)
BOND = param(
    "covert.bond",
    0.02,
    (0.0, 0.05),
    bounds=(0.0, 1.0),
    unit="per quarter",
    meaning="contact that a wholly covert exchange adds",
    source="judgement: a tenth of a visit a quarter (register M59)",
)


@njit
def exposure(w: Blocks, i: int, j: int) -> float:
    """Trade of i with states that newly threaten those who buy from j."""
    exposed = 0.0
    for k in range(w.n):
        rise = w.M[SECONDARY, k, j] - w.M[SECONDARY_START, k, j]
        if rise > 0.0:
            exposed += w.M[TRADE, i, k] * rise
    return exposed


@njit
def update(w: Blocks) -> None:
    """Advance hidden channels, and the contact that they need, by a quarter."""
    # of each supplier 2 if somebody threatens its buyers, 1 if it has a hidden channel, else 0
    for j in range(w.n):
        w.M[SCRATCH, 0, j] = 0.0
    for k in range(w.n):
        for j in range(w.n):
            known = 1.0 if w.M[COVERT, k, j] > 0.0 else 0.0
            news = 2.0 if w.M[SECONDARY, k, j] > w.M[SECONDARY_START, k, j] else known
            w.M[SCRATCH, 0, j] = max(w.M[SCRATCH, 0, j], news)
    for j in range(w.n):
        if w.M[SCRATCH, 0, j] == 0.0:
            continue
        threatened = w.M[SCRATCH, 0, j] > 1.0
        for i in range(w.n):
            if i == j or not (threatened or w.M[COVERT, i, j] > 0.0):
                continue
            risk = w.P[SECONDARY_FEAR] * exposure(w, i, j)
            locked = w.V[ARMS_IMPORT_NEED, i] * w.M[ARMS_STOCK, i, j]
            want = 1.0 - (1.0 - locked) * (1.0 - w.V[NEED, i])
            bar = max(w.M[SANCTIONS, i, j], w.M[SANCTIONS, j, i])
            target = (1.0 - exp(-risk)) * want * w.M[TRUST, i, j] * (1.0 - bar)
            w.M[COVERT, i, j] = clip(
                w.M[COVERT, i, j] + w.P[TURN] * (target - w.M[COVERT, i, j]), 0.0, 1.0
            )
            tie = w.P[BOND] * w.M[COVERT, i, j]
            w.M[CONTACT, i, j] = clip(
                w.M[CONTACT, i, j] + tie * (1.0 - w.M[CONTACT, i, j]), 0.0, 1.0
            )
            w.M[CONTACT, j, i] = clip(
                w.M[CONTACT, j, i] + tie * (1.0 - w.M[CONTACT, j, i]), 0.0, 1.0
            )


MECHANISM = Mechanism(
    name="covert",
    stage="supplies",
    claim="purchases that third powers punish and the buyer needs turn covert",
    reads=(
        "secondary_sanctions",
        "secondary_sanctions_start",
        "trade",
        "arms_stock",
        "arms_import_need",
        "need",
        "trust",
        "sanctions",
        "contact",
    ),
    writes=("covert", "contact"),
    update=update,
    source="Early 2015; Andreas 2005; register M20, M59",
)

"""What members of a body decide together: a common market has one trade policy.

A state that would impose sanctions on an outsider brings it before the body whose trade policy it
shares, and either all members impose them or none does. The body decides as a state would whose
weight e is the geometric mean of its members', times a factor that is estimated::

    policy_b = clip(2 depth_b - 1, 0, 1)            whether the matter is the body's
    chance   = min(1, exp(body) (prod_m e_m)^(1 / n) / sum_m e_m)

so that the whole body acts at the rate exp(body + mean_m ln e_m) of its opportunities, whoever
brings the matter up. Markets of less than half the depth of a single market have no policy of their
own (judgement: free trade areas have none, customs unions a common tariff). Sources: Treaty on the
Functioning of the European Union, art. 207 and 215, for the institution; Martin 1992 (Coercive
Cooperation) for institutions that carry sanctions; of the sanctions between states of 2014 to 2021
more than half were decided so (GSDB).
"""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import njit
from sim.compiled.mathx import exp, log
from sim.kernel.execution import make
from sim.kernel.layout import rules
from sim.rules.mirrored_sheets import Mover, Partner, seen
from sim.rules.participation import is_member
from sim.rules.state_variables import COLLECTIVE_KIND, MARKET, ORGANISATION, PRESENT
from sim.rules.streams import JOINT, keyed, unit
from sim.types import Blocks, Luck


@njit
def policy(w: Blocks, c: int) -> float:
    """How far collective c has a trade policy of its own."""
    if w.G[COLLECTIVE_KIND, c] != ORGANISATION:
        return 0.0
    return min(1.0, max(0.0, 2.0 * w.G[MARKET, c] - 1.0))


@njit
def decides(w: Blocks, i: int, j: int) -> int:
    """The body that decides for i towards the outsider j: the one with most of a policy; or -1."""
    best, most = -1, 0.0
    for c in range(w.G.shape[1]):
        if policy(w, c) > most and is_member(w, c, i) and not is_member(w, c, j):
            best, most = c, policy(w, c)
    return best


@njit
def weighs(w: Blocks, c: int, m: int, j: int, kind: int) -> float:
    """Weight of the move towards j for member m of body c; 0 for others, and if it is not open."""
    if not is_member(w, c, m) or w.V[PRESENT, m] < 0.5:
        return 0.0
    weight: float = rules.joint_weight(seen(w), Mover(m), Partner(j), kind)
    return weight


@njit
def carry_out(
    w: Blocks,
    luck: Luck,
    i: int,
    j: int,
    kind: int,
    to: float,
    k: int,
    position: int,
    rows: np.ndarray,
    logged: int,
) -> int:
    """Make i's move, or let its body decide on it for all members; returns the rows of the log."""
    readiness = rules.jointly(kind)
    body = decides(w, i, j) if readiness >= 0 else -1
    if body < 0:
        return make(w, luck, i, j, kind, to, k, position, rows, logged)
    matter, agreed, _, _ = keyed(luck, JOINT, k, luck.keys[i], luck.keys[j], kind)
    if unit(matter) >= policy(w, body):
        return make(w, luck, i, j, kind, to, k, position, rows, logged)
    total = 0.0
    logs = 0.0
    count = 0
    for m in range(w.n):
        one = weighs(w, body, m, j, kind)
        if one > 0.0:
            total += one
            logs += log(one)
            count += 1
    if unit(agreed) * total >= exp(w.P[readiness] + logs / count):
        return logged
    for m in range(w.n):
        if weighs(w, body, m, j, kind) > 0.0:
            logged = make(w, luck, m, j, kind, to, k, position, rows, logged)
    return logged

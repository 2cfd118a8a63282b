"""Security: the log of the odds to hold against all threats.

ln S_i = -ln(1 + T_i / O_i), with T the threat perceived and O own plus expected allied force
(Tullock contest, Hirshleifer 1989). The logarithm matters: with S itself a
state that is already outgunned would want fewer allies as the threat grows.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import log
from sim.rules.decisions.assessment import help_share, threat_change
from sim.rules.pair_variables import HOSTILITY, PROJECTED
from sim.rules.state_variables import BY_TENSION, CAPABILITY, PROTECTION, THREAT_TOTAL
from sim.rules.terms import Tie, Ties, Together, term
from sim.types import Blocks


@inline
def log_security(threat: float, protection: float) -> float:
    """-ln(1 + T/O), at most 0."""
    return -log(1.0 + max(0.0, threat) / max(protection, 1e-9))


@inline
def log_security_change(w: Blocks, i: int, threat: float, protection: float) -> float:
    """ln S at the given threat and protection, less ln S now: one logarithm, one division."""
    now = 1.0 + max(0.0, w.V[THREAT_TOTAL, i]) / max(w.V[PROTECTION, i], 1e-9)
    own = max(protection, 1e-9)
    return log(now * own / (own + max(0.0, threat)))


@njit
def value(w: Blocks, i: int) -> float:
    """ln S of i."""
    return log_security(w.V[THREAT_TOTAL, i], w.V[PROTECTION, i])


@inline
def pact(w: Blocks, i: int, j: int, a: Tie, b: Tie) -> float:
    """A tie adds j's help, calms j and loosens j's coalitions."""
    threat = w.V[THREAT_TOTAL, i] + threat_change(w, i, j, a.g, b.g, a.h, b.h)
    gain = (help_share(w, i, j, b.g, b.h) - help_share(w, i, j, a.g, a.h)) * w.M[PROJECTED, i, j]
    return log_security_change(w, i, threat, w.V[PROTECTION, i] + gain)


@inline
def together(w: Blocks, i: int, s: Together) -> float:
    """All members help, calm down and leave coalitions at once."""
    return log_security_change(
        w, i, w.V[THREAT_TOTAL, i] + s.threat, w.V[PROTECTION, i] + s.protection
    )


@inline
def third(
    w: Blocks, m: int, i: int, j: int, threat: float, patron_i: float, patron_j: float
) -> float:
    """Effect on m of the change of its threat that a tie of i and j causes."""
    return log_security_change(w, m, w.V[THREAT_TOTAL, m] + threat, w.V[PROTECTION, m])


@inline
def arm(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """More effort is more own force."""
    own = w.V[PROTECTION, i] + w.V[CAPABILITY, i] * (x1 - x0)
    return log_security_change(w, i, w.V[THREAT_TOTAL, i], own)


@inline
def tension(w: Blocks, i: int, j: int, x0: float, x1: float) -> float:
    """Calmer acts are expected to be answered: half the change, to first order in hostility."""
    h = w.M[HOSTILITY, i, j]
    change = 0.5 * (x1 - x0) * w.P[BY_TENSION] * h * (1.0 - h) * w.M[PROJECTED, i, j]
    return log_security_change(w, i, w.V[THREAT_TOTAL, i] + change, w.V[PROTECTION, i])


TERM = term(
    "security",
    10.0,
    (4.0, 20.0),
    sign=1,
    claim="security against threats",
    source="judgement, set on the odds of a defence pact against a shared rival (ATOP 1951-2008)",
    value=value,
    ties=Ties(0.01, (0.0, 0.025), "pressed to nothing"),
)

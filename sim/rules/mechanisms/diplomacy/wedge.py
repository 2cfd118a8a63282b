"""A state hemmed in by the friends of a rival works to loosen them from it.

Claim: where the threat of a rival and its friends has grown, a state courts those friends that are
least hostile to it and sows doubt about the rival; who feels threatened by it is not to be won. Who
is bound to the rival itself has no wedge to drive, and many who say the same are heard as the one
who says it loudest.

Equations (per quarter; f_ir threat that i feels from r and its friends, f0 at the start)::

    pressed_ir = (1 - g_ir) (f_ir - f0_ir)+ / f_i,     open_im = (1 - H_im) tau_im
    c_im += court pressed_ir g_rm open_im (1 - c_im)
    b_mr += doubt max_i (pressed_ir g_rm open_im)

for every friend m of r (g commitment). Sources: Crawford 2011, Izumikawa 2013 and Yoo 2015 (wedge
strategies: of a state outside the alliance); register M14.
"""

from __future__ import annotations

from sim.compiled.jit import inline, njit
from sim.compiled.mathx import clip
from sim.rules.declarations import baseline, param
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import COMMITMENT, CONTACT, HOSTILITY, THREAT, TRUST, TRUST_BAD
from sim.rules.sheet_algebra import SCRATCH
from sim.rules.state_variables import THREAT_TOTAL
from sim.types import Blocks

COURT = param(
    "wedge.court",
    0.2,
    (0.1, 0.4),
    bounds=(0.0, 5.0),
    unit="per quarter",
    meaning="attention to a rival's friend when all threat is new",
    source="judgement: visits to a rival's allies in a crisis",
)
DOUBT = param(
    "wedge.doubt",
    0.2,
    (0.0, 0.5),
    bounds=(0.0, 100.0),
    unit="counts per quarter",
    meaning="doubt of a friend about the rival that it brings",
    source="judgement: success is rare (Crawford 2011; register M14)",
)
THREAT_START = baseline(
    "threat_from",
    why="data: trust stated for the start holds the doubt sown until then",
)


@inline
def _pressed(w: Blocks, r: int) -> bool:
    """How far each state is newly pressed by r, into the working space; whether anybody is."""
    found = False
    for i in range(w.n):
        rise = w.M[THREAT, i, r] - w.M[THREAT_START, i, r]
        pressed = 0.0
        if i != r and rise > 1e-9:
            pressed = (1.0 - w.M[COMMITMENT, i, r]) * rise / (w.V[THREAT_TOTAL, i] + 1e-9)
        w.M[SCRATCH, 0, i] = pressed
        found |= pressed >= 1e-3
    return found


@njit
def update(w: Blocks) -> None:
    """Court the friends of those who have come to threaten."""
    for r in range(w.n):
        if not _pressed(w, r):
            continue
        for m in range(w.n):
            tied = w.M[COMMITMENT, r, m]
            if m == r or tied <= 0.0:
                continue
            loudest = 0.0
            for i in range(w.n):
                pressed = w.M[SCRATCH, 0, i]
                if i == m or pressed < 1e-3:
                    continue
                ready = pressed * tied * (1.0 - w.M[HOSTILITY, i, m]) * w.M[TRUST, i, m]
                c = w.M[CONTACT, i, m]
                w.M[CONTACT, i, m] = clip(c + w.P[COURT] * ready * (1.0 - c), 0.0, 1.0)
                loudest = max(loudest, ready)
            w.M[TRUST_BAD, m, r] += w.P[DOUBT] * loudest


MECHANISM = Mechanism(
    name="wedge",
    stage="contact",
    claim="states threatened by a rival's camp court its friends and sow doubt about it",
    reads=("threat_from", "threat", "commitment", "hostility", "trust", "contact", "trust_bad"),
    writes=("contact", "trust_bad"),
    update=update,
    source="Crawford 2011; Izumikawa 2013; register M14",
)

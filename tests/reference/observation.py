"""What a quarter looks like from outside: alignment, ties, expected pacts, utility."""

from __future__ import annotations

import numpy as np

from tests.reference.decisions import Assessment, commitment, utility
from tests.reference.world import Changes, Floats, World


def alignment(w: World) -> Floats:
    """wx max(-1, 1 - |dx| / 1.5) + wt (2 tau - 1) + wg g - wn max(t_ij, t_ji), in [-1, 1].

    The sign of each part: closeness, trust and pacts align, acts of hostility of
    either side do not. A state is aligned with itself.
    """
    n, x = w.n, w["ideal_point"]
    out = np.eye(n)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            close = max(-1.0, 1.0 - abs(x[i] - x[j]) / 1.5)
            acts = max(w["tension"][i, j], w["tension"][j, i])
            value = w.p("alignment.position") * close
            value += w.p("alignment.trust") * (2.0 * w["trust"][i, j] - 1.0)
            value += w.p("alignment.commitment") * w["commitment"][i, j]
            value -= w.p("alignment.tension") * acts
            out[i, j] = min(1.0, max(-1.0, value))
    return out


def tie(w: World) -> Floats:
    """What binds above a threshold less what divides above another one; 0 between strangers.

    (g + mean trust - 1/2 - resolution)+ - (mean hostility - suspicion)+: the signed network of the
    as docs/literature.md says (a_ij = g_ij + trust - H_ij), with a dead zone on both sides.
    """
    n = w.n
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i != j:
                trust = (w["trust"][i, j] + w["trust"][j, i]) / 2.0
                hostility = (w["hostility"][i, j] + w["hostility"][j, i]) / 2.0
                bond = w["commitment"][i, j] + trust - 0.5 - w.p("blocs.resolution")
                quarrel = hostility - w.p("blocs.suspicion")
                out[i, j] = max(0.0, bond) - max(0.0, quarrel)
    return out


def observe(w: World, seen: Assessment) -> Changes:
    """All that is observed at the end of a quarter.

    Expected pacts are those that either of the pair brings about, so the two add up.
    """
    assert np.allclose(w["commitment"], commitment(w) * (1.0 - np.eye(w.n)))
    pacts = {f"intensity_{x}": w[f"intensity_{x}"] + w[f"intensity_{x}"].T for x in (1, 2, 3)}
    return {"alignment": alignment(w), "tie": tie(w), "utility": utility(w, seen), **pacts}

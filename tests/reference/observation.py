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
    """What binds, never less than nothing, less the hostility that is not ordinary.

    g + wx max(0, 1 - |dx| / 1.5) + wt (mean trust - 1/2) + wa arms + ws (fuel + finance)
    + wd trade, the larger share of the two in the other's; hostility is the mean of both above
    suspicion.
    """
    n, x = w.n, w["ideal_point"]
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            share = {
                name: max(w[name][i, j], w[name][j, i])
                for name in ("arms_stock", "energy", "finance", "trade")
            }
            trust = (w["trust"][i, j] + w["trust"][j, i]) / 2.0
            binds = w["commitment"][i, j] + w.p("blocs.trust") * (trust - 0.5)
            binds += w.p("blocs.position") * max(0.0, 1.0 - abs(x[i] - x[j]) / 1.5)
            binds += w.p("blocs.arms") * share["arms_stock"]
            binds += w.p("blocs.supply") * (share["energy"] + share["finance"])
            binds += w.p("blocs.trade") * share["trade"]
            enmity = (w["hostility"][i, j] + w["hostility"][j, i]) / 2.0 - w.p("blocs.suspicion")
            out[i, j] = max(0.0, binds) - w.p("blocs.hostility") * max(0.0, enmity)
    return out


def observe(w: World, seen: Assessment) -> Changes:
    """All that is observed at the end of a quarter.

    Expected pacts are those that either of the pair brings about, so the two add up.
    """
    assert np.allclose(w["commitment"], commitment(w) * (1.0 - np.eye(w.n)))
    pacts = {f"intensity_{x}": w[f"intensity_{x}"] + w[f"intensity_{x}"].T for x in (1, 2, 3)}
    return {"alignment": alignment(w), "tie": tie(w), "utility": utility(w, seen), **pacts}

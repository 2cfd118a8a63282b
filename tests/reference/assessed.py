"""What states know when a quarter begins, and the start of a run, in whole matrices."""

from __future__ import annotations

import numpy as np

from sim.rules import catalogue as names
from tests.reference import STARTS, moves
from tests.reference.decisions import (
    Assessment,
    aid_received,
    arms_access,
    assess,
    bilateral,
    commitment,
    feared,
    market_access,
    patronage,
    protection,
    size,
    threat_total,
)
from tests.reference.world import Changes, World, no_self


def running(w: World, seen: Assessment) -> Changes:
    """What follows every pact at once: portfolios, and how third states see the tie."""
    mutual = (seen.H + seen.H.T) / 2.0
    return {
        "threat": threat_total(w, seen),
        "protection": protection(w, seen),
        "market_access": market_access(w),
        "arms_access": arms_access(w),
        "munitions_access": arms_access(w, "munitions_supply"),
        "portfolio": bilateral(w).sum(axis=1),
        "ties": no_self((w["pact_level"] > 0.5).astype(float)).sum(axis=1),
        "patronage": patronage(w),
        "coalition_weight": feared(w),
        "enemy_load": seen.H @ feared(w).T,
        "opposition_load": (commitment(w) * size(w["capability"])) @ mutual,
    }


def assessed(w: World) -> tuple[Changes, Assessment]:
    """Everything that states know when a quarter begins."""
    seen, n = assess(w), w.n
    reach = np.minimum(1.0, seen.b / w["capability"][:, None])
    exposed = (seen.V + 0.25 * reach) * (1.0 - seen.g) * size(w["capability"])
    root = np.sqrt(w["capability"])
    attention = np.where(np.eye(n, dtype=bool), 1.0, seen.attention)
    changes = {
        "hostility": seen.H,
        "projected": seen.b,
        "vulnerability": seen.V,
        "market": no_self(w["economy"] * np.exp(-w["distance"] / 6.0)),
        "threat_from": seen.T,
        "threat_share": seen.share,
        "shared_enemies": seen.shared,
        "entrapment_load": ((1.0 - seen.H) * reach) @ seen.H.T,
        "retaliation_load": exposed @ np.maximum(seen.H, seen.H.T),
        "closure": 1.0 - np.exp(-0.7 * seen.g @ seen.g),
        "relevance": np.log(attention),
        "partners_ahead": seen.ahead,
        "fought": no_self(seen.fought),
        "odds": seen.odds,
        "capability_root": root,
        "hhi_arms": no_self(w["arms"] ** 2).sum(axis=1),
        "hhi_trade": no_self(w["trade"] ** 2).sum(axis=1),
        "recognition": no_self(w["contact"].T * root * (1.0 - seen.H)).sum(axis=1),
        "recognition_scale": np.full(n, root.sum()),
        "aid_received": aid_received(w),
    }
    return {**changes, **running(w, seen)}, seen


def begun(w: World) -> tuple[World, Assessment]:
    """The start of a run: commitments, then levels at the start and assessments, twice over.

    Hostility at the start needs trust only, but threats need hostility and some levels need
    threats: the second round starts from settled ones.
    """
    w = w.changed({"stream_key": w.keys.astype(float)})
    w = moves.tied(w.changed(moves.taught(w)))
    for _ in range(2):
        for name in names.MECHANISMS:
            if name in STARTS:
                w = w.changed(STARTS[name](w))
        changes, seen = assessed(w)
        w = w.changed(changes)
    return w, seen

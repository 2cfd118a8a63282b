"""Where states stand between the poles: hedging, similarity of pacts, leverage, isolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.metrics import DOMAINS, Hedging, closeness, hedging
from sim.records import EnsembleRecord

type Floats = npt.NDArray[np.float64]


def ideal_point_spread(record: EnsembleRecord) -> float:
    """Return the widest distance between two states' ideal points at the start of any run."""
    return float(np.ptp(record.state("ideal_point")[:, 0, :], axis=-1).max()) or 1.0


def hedging_parts(
    record: EnsembleRecord, state: str, domains: Sequence[str] = DOMAINS
) -> Hedging | None:
    """Return the hedging of a state between the other poles and its parts, each ``(R, T+1)``.

    None if fewer than two other poles or no domain were recorded. Closeness of ideal points is
    measured against the widest distance between two states at the start of any run.
    """
    poles = [pole for pole in record.poles if pole != state and (state, pole) in record.dyads]
    known = [name for name in domains if name in record.dyad_fields]
    if "closeness" in domains and "ideal_point" in record.state_fields:
        known.append("closeness")
    if len(poles) < 2 or not known or "capability" not in record.state_fields:
        return None
    at = [record.index(pole) for pole in poles]
    ties = []
    for name in known:
        if name == "closeness":
            points = record.state("ideal_point")
            own, others = points[:, :, record.index(state)], points[:, :, at]
            ties.append(closeness(own, others, ideal_point_spread(record)))
        else:
            ties.append(np.stack([record.dyad(name, state, pole) for pole in poles], axis=-1))
    return hedging(np.stack(ties, axis=-2), record.state("capability")[:, :, at])


def hedging_series(
    record: EnsembleRecord, state: str, domains: Sequence[str] = DOMAINS
) -> Floats | None:
    """Return the hedging index of :func:`hedging_parts`, ``(R, T+1)``, or None."""
    parts = hedging_parts(record, state, domains)
    return None if parts is None else parts.index

"""Where states stand between the poles: hedging, similarity of pacts, leverage, isolation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.blocs import DEFENCE_FLOOR
from sim.blocs.indices import DOMAINS, SECURITY_DOMAINS, Hedging, closeness, hedging, s_score
from sim.record.arrays import PACT_LEVELS, EnsembleRecord
from sim.types import Floats
from sim.words.of_numbers import Change, change_of

_HIGHEST: Final = float(len(PACT_LEVELS) - 1)


def ideal_point_spread(record: EnsembleRecord) -> float:
    """Return the widest distance between two states' ideal points at the start of any run."""
    return float(np.ptp(record.state("ideal_point")[:, 0, :], axis=-1).max()) or 1.0


def hedging_parts(
    record: EnsembleRecord, state: str, domains: Sequence[str] = DOMAINS
) -> Hedging | None:
    """Return the hedging of a state between the other poles and its parts, each ``(R, T+1)``.

    None if fewer than two other poles or no domain were recorded. Closeness of ideal points is
    measured against the widest distance between two states at the start of the run, so that the
    hedging of a run does not depend on the other runs.
    """
    poles = [pole for pole in record.poles_of(state) if pole != state]
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
            widest = np.ptp(points[:, 0, :], axis=-1)[:, None, None]
            ties.append(closeness(own, others, np.where(widest > 0.0, widest, 1.0)))
        else:
            ties.append(np.stack([record.dyad(name, state, pole) for pole in poles], axis=-1))
    return hedging(np.stack(ties, axis=-2), record.state("capability")[:, :, at])


def hedging_series(
    record: EnsembleRecord, state: str, domains: Sequence[str] = DOMAINS
) -> Floats | None:
    """Return the hedging index of :func:`hedging_parts`, ``(R, T+1)``, or None."""
    parts = hedging_parts(record, state, domains)
    return None if parts is None else parts.index


@dataclass(frozen=True, slots=True)
class Position:
    """Where one state stands at the start and at the end; None or absent where not recorded.

    ``similarity``, ``asymmetry`` and ``leverage`` are by pole: likeness of pacts (S-score, -1 to
    1), dependence of the state on the pole less the reverse, and the part of the pole's hold on the
    state that the reverse does not balance. ``isolation`` needs contact recorded from all states.
    """

    state: str
    hedging: Change | None
    security_hedging: Change | None
    equidistance: Change | None
    intensity: Change | None
    mixing: Change | None
    similarity: dict[str, Change]
    asymmetry: dict[str, Change]
    leverage: dict[str, Change]
    isolation: Change | None


def position(record: EnsembleRecord, state: str) -> Position:
    """Describe where a state stands between the other poles, at the first and last kept tick."""
    ends = record.network_ticks[0], record.network_ticks[-1]

    def change(series: Floats | None) -> Change | None:
        return None if series is None else change_of(*(series[:, tick] for tick in ends))

    parts = hedging_parts(record, state)
    others = [pole for pole in record.poles if pole != state]
    asymmetry = {
        pole: record.dyad("vulnerability", state, pole) - record.dyad("vulnerability", pole, state)
        for pole in others
        if {(state, pole), (pole, state)} <= set(record.dyads)
        and "vulnerability" in record.dyad_fields
    }
    similar = {pole: similarity(record, state, pole)[:, [0, -1]].T for pole in others}
    return Position(
        state=state,
        hedging=change(hedging_series(record, state)),
        security_hedging=change(hedging_series(record, state, SECURITY_DOMAINS)),
        equidistance=change(None if parts is None else parts.equidistance),
        intensity=change(None if parts is None else parts.intensity),
        mixing=change(None if parts is None else parts.mixing),
        similarity={pole: change_of(*both) for pole, both in similar.items()},
        asymmetry={
            pole: change_of(*(series[:, tick] for tick in ends))
            for pole, series in asymmetry.items()
        },
        leverage={
            pole: change_of(*(np.maximum(0.0, series[:, tick]) for tick in ends))
            for pole, series in asymmetry.items()
        },
        isolation=change(_isolation(record, state)),
    )


def similarity(record: EnsembleRecord, i: str, j: str) -> Floats:
    """Return the S-score of the pacts of two states at the kept ticks, ``(R, L)`` in [-1, 1].

    A portfolio is the level of the pact with every state, 0 to 3, with oneself 3; an organisation
    with a duty to defend counts as such a pact (:data:`sim.blocs.DEFENCE_FLOOR`). States are
    weighted by capability (Signorino & Ritter 1999).
    """
    at = [record.index(i), record.index(j)]
    portfolios = record.level[:, :, at, :].astype(np.float64)
    portfolios[record.floor[:, :, at, :] >= DEFENCE_FLOOR] = _HIGHEST
    portfolios[:, :, [0, 1], at] = _HIGHEST
    weights = record.state("capability")[:, list(record.network_ticks), :]
    found: Floats = s_score(portfolios, weights, spread=_HIGHEST)[:, :, 0, 1]
    return found


def isolation_of(record: EnsembleRecord, state: str) -> Floats:
    """Return the isolation of a state, ``(R, T+1)``: 1 less the contact that it receives.

    The contact of all others with it is weighted by their capability.

    Raises:
        KeyError: contact of some state with it was not recorded.
    """
    others = [j for j in record.states if j != state]
    weight = record.state("capability")[:, :, [record.index(j) for j in others]]
    contact = np.stack([record.dyad("contact", j, state) for j in others], axis=-1)
    total = weight.sum(axis=-1)
    met = (weight * contact).sum(axis=-1)
    isolated: Floats = 1.0 - np.divide(met, total, out=np.zeros_like(met), where=total > 0)
    return isolated


def _isolation(record: EnsembleRecord, state: str) -> Floats | None:
    pairs = {(j, state) for j in record.states if j != state}
    known = pairs <= set(record.dyads) and "contact" in record.dyad_fields
    return isolation_of(record, state) if known else None

"""Records made up for tests: states of no country, with blocs that are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product

import numpy as np

from sim.measure.language import Scope
from sim.record.arrays import EnsembleRecord, move_dtype
from sim.record.results import Results, RunMeta
from sim.rules.catalogue import COLLECTIVE_FIELDS, PARTS
from sim.rules.declarations import COLLECTIVES

STATE_FIELDS = (
    "capability",
    "economy",
    "arms_supply",
    "ideal_point",
    "revisionism",
    "need",
    "violation",
    "arms_effort",
    "threat",
    "protection",
    "attention",
    "effective_revisionism",
)
DYAD_FIELDS = (
    "alignment",
    "trust",
    "tension",
    "hostility",
    "threat_from",
    "pact_level",
    "commitment",
    "trade",
    "energy",
    "arms",
    "arms_stock",
    "finance",
    "vulnerability",
    "contact",
    "sanctions",
    "aid",
    "intensity_1",
    "intensity_2",
    "intensity_3",
)
TERMS = ("security", "access", "autonomy", "ideals", "entrapment", "opposition")


def codes(n: int) -> tuple[str, ...]:
    """``n`` codes: AAA, BBB, ..., then AAB, ABB and so on."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    doubles = [a + b + c for a, b, c in product(letters, repeat=3) if len({a, b, c}) == 2]
    return (*(letter * 3 for letter in letters), *doubles)[:n]


@lru_cache(maxsize=16)
def synthetic_record(
    runs: int = 12, n: int = 12, quarters: int = 8, seed: int = 0, focal: int = 3
) -> EnsembleRecord:
    """Three blocs around the three strongest states, every tenth state unaligned.

    The last member of the second bloc goes over to the third in two of three runs. The pole of the
    third bloc and the first focal state that is no pole make a pact in half of the runs.
    """
    rng = np.random.default_rng(seed)
    states = codes(n)
    poles, shown = states[:3], (*states[3 : 2 + focal], states[2])
    dyads = tuple((i, j) for i in shown for j in dict.fromkeys((*poles, *shown)) if i != j)
    bloc = np.arange(n) % 3
    bloc[9::10] = 3 + np.arange(len(bloc[9::10]))
    ticks = quarters + 1

    capability = 1.0 / (1.0 + np.arange(n)) ** 0.9
    capability /= capability.sum()
    state_series = rng.random((runs, ticks, len(STATE_FIELDS), n))
    drift = 1.0 + 0.02 * rng.normal(size=(runs, ticks, n)).cumsum(axis=1)
    state_series[:, :, 0] = np.clip(capability * drift, 1e-4, 1.0)
    state_series[:, :, 3] = (bloc - 1.0) + 0.1 * rng.normal(size=(runs, ticks, n)).cumsum(axis=1)

    dyad_series = rng.random((runs, ticks, len(DYAD_FIELDS), len(dyads)))
    index = {code: at for at, code in enumerate(states)}
    for column, (i, j) in enumerate(dyads):
        same = bloc[index[i]] == bloc[index[j]]
        walk = 0.03 * rng.normal(size=(runs, ticks)).cumsum(axis=1)
        trend = np.linspace(0.0, 0.3 if i == shown[0] and j == poles[2] else 0.0, ticks)
        dyad_series[:, :, 0, column] = np.clip((0.5 if same else -0.2) + walk + trend, -1, 1)
        for field in (7, 8, 9, 10, 11):
            share = 0.4 if same else 0.1
            dyad_series[:, :, field, column] = np.clip(share + walk, 0.0, 1.0)
    dyad_series[:, :, 5] = 0.0
    dyad_series[:, :, 16:] *= 0.05

    network_ticks = tuple(sorted({*range(0, ticks, 4), quarters}))
    membership = np.tile(bloc, (runs, len(network_ticks), 1))
    wanderer = int(np.flatnonzero(bloc == 1)[-1])
    membership[np.arange(runs) % 3 != 0, 1:, wanderer] = 2
    together = membership[..., :, None] == membership[..., None, :]
    noise = 0.1 * rng.normal(size=(runs, len(network_ticks), n, n))
    tie = np.asarray(np.where(together, 1.4, -0.25) + noise)
    alone = np.flatnonzero(bloc > 2)
    tie[..., alone, :] = tie[..., :, alone] = -0.05
    tie = np.triu(tie, 1)
    tie = tie + np.swapaxes(tie, -1, -2)
    level = np.zeros(tie.shape, np.int8)
    level[tie > 1.45] = 3

    partner = (index[poles[2]], index[shown[0]])
    level[:, :, partner[0], partner[1]] = level[:, :, partner[1], partner[0]] = 0
    signing = np.flatnonzero(np.arange(runs) % 2 == 0)
    level[signing, -1, partner[0], partner[1]] = level[signing, -1, partner[1], partner[0]] = 3
    moves = np.zeros(20 * runs, move_dtype(len(TERMS)))
    moves["run"] = np.repeat(np.arange(runs), 20)
    moves["tick"] = np.sort(rng.integers(1, ticks, (runs, 20)), axis=1).ravel()
    moves["order"] = np.tile(np.arange(20), runs)
    moves["mover"] = rng.integers(0, n, len(moves))
    moves["partner"] = (moves["mover"] + rng.integers(1, n, len(moves))) % n
    moves["kind"] = rng.integers(2, 11, len(moves))
    moves["accepted"] = rng.random(len(moves)) < 0.7
    moves["terms"] = rng.normal(size=moves["terms"].shape)
    moves["terms_partner"] = rng.normal(size=moves["terms"].shape)
    moves["du"] = moves["terms"].sum(axis=1)
    moves["du_partner"] = moves["terms_partner"].sum(axis=1)
    moves["third"] = rng.integers(-1, n, moves["third"].shape)
    moves["third_du"] = rng.normal(size=moves["third_du"].shape)
    pact = signing * 20
    moves["kind"][pact], moves["accepted"][pact] = 1, 1
    moves["mover"][pact], moves["partner"][pact] = partner
    moves["after"][pact] = 3.0
    return EnsembleRecord(
        states=states,
        start=2024 * 4 + 1,
        quarters=quarters,
        poles=poles,
        focal=shown,
        dyads=dyads,
        state_fields=STATE_FIELDS,
        state_series=state_series,
        dyad_fields=DYAD_FIELDS,
        dyad_series=dyad_series,
        collectives=("order", "UNION"),
        cells=(("arms_control", "order", ""), ("member", "UNION", states[0])),
        cell_series=rng.random((runs, ticks, 2)),
        network_ticks=network_ticks,
        tie=tie.astype(np.float32),
        level=level,
        floor=np.zeros(level.shape, np.float32),
        term_names=TERMS,
        moves=moves,
        opportunities=np.full(runs, 400),
        noops=np.full(runs, 380),
        seeds=np.arange(runs),
    )


def synthetic_meta(**changes: object) -> RunMeta:
    """What the synthetic record was a run of."""
    values: dict[str, object] = {
        "name": "three_blocs",
        "title": "Three made-up blocs",
        "arm": "base",
        "spec_hash": "0123456789abcdef" * 4,
        "seed": 1,
        "command": "multipolar run three_blocs.yaml",
        "started": "2024-05-01T10:00:00+00:00",
        "finished": "2024-05-01T10:00:05+00:00",
        "state_names": {"AAA": "Aland <b>"},
        "sources": ("made up",),
    }
    return RunMeta(**(values | changes))  # type: ignore[arg-type]


def synthetic_results(**shape: int) -> Results:
    """A fresh result of :func:`synthetic_record`."""
    return Results(synthetic_record(**shape), synthetic_meta())


def scope_of(record: EnsembleRecord, groups: Mapping[str, tuple[str, ...]] | None = None) -> Scope:
    """The scope of metrics of a record, which does not know the scenario's groups."""
    own = {"ALL": record.states, "POLES": record.poles, "FOCAL": record.focal}
    kinds = {name: known.kind for name, known in COLLECTIVE_FIELDS.items()}
    kinds |= {name: COLLECTIVES[part.row] for name, part in PARTS.items()}
    found: dict[str, dict[str, None]] = {kind: {} for kind in COLLECTIVES}
    for name, collective, _ in record.cells:
        found[kinds[name]][collective] = None
    return Scope(
        record.states,
        record.poles,
        own | dict(groups or {}),
        record.start,
        record.quarters,
        {kind: tuple(known) for kind, known in found.items()},
    )

"""The frame of a run: how it starts, what it records, and the draws of uncertain numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim import kernel
from sim.rules import catalogue as names
from sim.rules import streams
from sim.types import Watch
from tests import reference
from tests.reference import observation
from tests.reference.assessed import begun
from tests.reference.world import luck
from tests.support_world import Case, random_case

#: Constants that guard divisions show in these, where a state has hardly any capability.
GUARDED = 1e-5


@pytest.mark.parametrize("seed", range(6))
def test_a_run_starts_as_the_equations_say(seed: int) -> None:
    case = random_case(5 + seed % 3, seed, settled=False)
    rng = np.random.default_rng(seed)
    schools = case.parts("school")
    schools[:] = rng.dirichlet(np.ones(len(schools)), case.n).T
    schools[:, 0] = 0.0
    w, seen = begun(reference.World(case))
    w = w.changed(observation.observe(w, seen))
    case.call("begin")
    off = ~np.eye(case.n, dtype=bool)
    mirrors = {name for name in names.DYAD_FIELDS if name.endswith("_mirrored")}
    working = {"scratch", "coalition_pull", *mirrors}
    for name in names.DYAD_FIELDS.keys() - working:
        found, due = case.dyads(name)[off], w[name][off]
        np.testing.assert_allclose(found, due, rtol=GUARDED, atol=1e-8, err_msg=name)
    for name in names.STATE_FIELDS:
        np.testing.assert_allclose(
            case.states(name), w[name], rtol=GUARDED, atol=1e-8, err_msg=name
        )
    for name in names.COLLECTIVE_FIELDS:
        np.testing.assert_allclose(case.collectives(name), w.collective(name), rtol=1e-8, atol=1e-8)


def simulated(case: Case, quarters: int, events: np.ndarray) -> dict[str, np.ndarray]:
    """A run at one go, with what it leaves behind."""
    n = case.n
    watch = Watch(
        state_rows=np.array(STATES),
        dyad_rows=np.array(DYADS),
        pairs=np.array(PAIRS),
        cells=np.array([[0, CELL, 1], [1, 2, 3]]),
        network_ticks=np.array([0, 2, quarters]),
        network_rows=np.array(DYADS),
        states=np.full((quarters + 1, 3, n), np.nan),
        dyads=np.full((quarters + 1, 2, 3), np.nan),
        parts=np.full((quarters + 1, 2), np.nan),
        networks=np.full((2, 3, n, n), np.nan),
    )
    log = np.zeros((quarters * n * kernel.MAX_OPPORTUNITIES, kernel.LOG_COLUMNS))
    counts = np.zeros(2, dtype=np.int64)
    logged = case.call(
        "simulate",
        luck=case.luck(0, 3, 1),
        quarters=quarters,
        events=events,
        limits=np.tile([0.0, 1.0], (len(events), 1)),
        space=kernel.space(n),
        watch=watch,
        log=log,
        counts=counts,
    )
    return {**watch._asdict(), "counts": counts, "log": log[:logged]}


STATES = [names.STATE_FIELDS[x].row for x in ("threat", "ideal_point", "utility")]
DYADS = [names.DYAD_FIELDS[x].row for x in ("tie", "intensity_1")]
PAIRS = [(0, 1), (3, 2), (4, 0)]
CELL = names.COLLECTIVE_FIELDS["cohesion"].row


def test_a_run_is_its_quarters_and_what_it_records_is_what_holds() -> None:
    quarters = 4
    case = random_case(5, 1, settled=False)
    case.set_p(moves__create=0.5, moves__court=0.5, organisations__apply=-5.0)
    row = names.DYAD_FIELDS["tension"].row
    events = np.array([[2, 1, row, 0, 1, 0, 0.9, 0], [9, 1, row, 0, 1, 0, 0.1, 0]], dtype=float)
    whole = case.copy()
    kept = simulated(whole, quarters, events)
    case.call("begin")
    log = np.zeros((400, kernel.LOG_COLUMNS))
    logged, counts = 0, np.zeros(2, dtype=np.int64)
    for tick in range(quarters + 1):
        if tick:
            key = {"tick": tick, "seed": 3, "run": 1}
            if tick == 2:
                case.dyads("tension")[0, 1] = 0.9
            case.call("settle", **key)
            logged = case.call("organise", logged=logged, log=log, **key)
            for position, (i, k) in enumerate(case.schedule(**key)):
                turn = {"i": int(i), "k": int(k), "position": position, "logged": logged}
                logged = case.call("turn", log=log, counts=counts, **turn, **key)
            case.call("finish")
        np.testing.assert_array_equal(kept["states"][tick], case.V[STATES])
        for at, (i, j) in enumerate(PAIRS):
            np.testing.assert_array_equal(kept["dyads"][tick, :, at], case.M[DYADS, i, j])
        cells = [case.G[CELL, 1], case.B[2, 3]]
        np.testing.assert_array_equal(kept["parts"][tick], cells)
        if tick in (0, 2, quarters):
            slot = (0, 2, quarters).index(tick)
            np.testing.assert_array_equal(kept["networks"][:, slot], case.M[DYADS])
    np.testing.assert_array_equal(kept["log"], log[:logged])
    np.testing.assert_array_equal(kept["counts"], counts)
    np.testing.assert_array_equal(whole.M, case.M)
    assert logged > 5
    assert 0 < counts[1] < counts[0]


def test_who_has_gone_belongs_to_nothing() -> None:
    """It leaves organisations and conflicts, and only it; nobody is bound to it by any of them."""
    case, gone = random_case(5, 1), 2
    case.P[list(names.SWITCHES.values())] = 0.0
    parts = case.parts("organisation"), case.parts("conflict")
    for part in parts:
        part[:] = 1.0
    case.states("present")[gone] = 0.0
    case.call("settle", tick=1, seed=1)
    for part in parts:
        assert not part[:, gone].any()
        assert (np.delete(part, gone, axis=1) == 1.0).all()
    assert not case.dyads("organisation_floor")[gone].any()
    assert not case.dyads("organisation_floor")[:, gone].any()


def test_uncertain_numbers_follow_their_triangles() -> None:
    """By the quantile of the distribution at the number's own luck; stated ones stay."""
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 2**62, 40)
    low = rng.normal(size=40)
    shape = np.column_stack([low, low + rng.random(40), low + 1.0 + rng.random(40)])
    shape[:3] = shape[:3, 1:2]
    shape[3, 1], shape[4, 1] = shape[3, 0], shape[4, 2]
    out = np.empty(40)
    case = random_case(3, 0)
    case.call("draw_triangles", seed=5, run=2, keys=keys, shape=shape, out=out)
    for key, (least, mode, most), found in zip(keys.tolist(), shape, out, strict=True):
        u = luck(streams.DRAWS, 0, 5, 2, 0, key & 0xFFFFFFFF, key >> 32)[0]
        width = most - least
        due = stats.triang.ppf(u, (mode - least) / width, least, width) if width else mode
        assert found == pytest.approx(due, rel=1e-9, abs=1e-9)

"""What is kept up to date move by move equals what is computed from scratch.

The assessments of the quarter (who threatens whom, by how much, who shares whose enemies) hold
still; the running sums of portfolios must follow every pact, sanction, grant and act of arming, for
the two parties and for third states.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import catalogue as names
from tests import reference
from tests.support_world import CHANGED, Case, probes, random_case

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
RUNNING = {
    "threat": reference.threat_total,
    "protection": reference.protection,
    "market_access": lambda w, seen: reference.market_access(w),
    "arms_access": lambda w, seen: reference.arms_access(w),
    "munitions_access": lambda w, seen: reference.arms_access(w, "munitions_supply"),
    "portfolio": lambda w, seen: reference.bilateral(w).sum(axis=1),
    "ties": lambda w, seen: (w["pact_level"] > 0.5).sum(axis=1),
    "patronage": lambda w, seen: reference.patronage(w),
    "aid_received": lambda w, seen: reference.aid_received(w),
}


def pact_changes(case: Case, rng: np.random.Generator, count: int) -> None:
    """Random pact changes, of any pair to any level."""
    for _ in range(count):
        i, j = rng.choice(case.n, 2, replace=False)
        levels = [x for x in range(4) if x != case.now("pact", i, j)]
        case.move("pact", i, j, rng.choice(levels))


@pytest.mark.parametrize("seed", range(6))
def test_assessments_equal_the_reference(seed: int) -> None:
    case = random_case(9, seed)
    w = reference.World(case)
    seen = reference.assess(w)
    h = reference.reassured(w)
    off = ~np.eye(case.n, dtype=bool)
    loose = {"rtol": 1e-6, "atol": 1e-8}  # guards of divisions
    np.testing.assert_allclose(case.dyads("commitment")[off], seen.g[off], **CLOSE)
    e = reference.entrapment_weight(w)
    np.testing.assert_allclose(case.dyads("entrapment_weight")[off], e[off], **CLOSE)
    base = reference.hostility_base(w)
    np.testing.assert_allclose(case.dyads("hostility_base")[off], base[off], **CLOSE)
    np.testing.assert_allclose(case.dyads("hostility"), h, **CLOSE)
    np.testing.assert_allclose(case.dyads("projected"), seen.b, **CLOSE)
    np.testing.assert_allclose(case.dyads("vulnerability"), seen.V, **CLOSE)
    np.testing.assert_allclose(case.dyads("threat_from"), seen.T, **CLOSE)
    np.testing.assert_allclose(case.dyads("threat_share"), seen.share, **CLOSE)
    np.testing.assert_allclose(case.dyads("shared_enemies"), seen.shared, **CLOSE)
    np.testing.assert_allclose(case.dyads("odds")[off], seen.odds[off], **loose)
    np.testing.assert_allclose(np.exp(case.dyads("relevance")[off]), seen.attention[off], **CLOSE)


@pytest.mark.parametrize("seed", range(6))
def test_running_sums_after_thirty_pact_changes(seed: int) -> None:
    case = random_case(9, seed)
    seen = reference.assess(reference.World(case))
    pact_changes(case, np.random.default_rng(seed), 30)
    w = reference.World(case)
    for name, from_scratch in RUNNING.items():
        np.testing.assert_allclose(case.states(name), from_scratch(w, seen), err_msg=name, **CLOSE)
    g = reference.commitment(w)
    off = ~np.eye(case.n, dtype=bool)
    np.testing.assert_allclose(case.dyads("commitment")[off], g[off], **CLOSE)
    np.testing.assert_allclose(case.dyads("enemy_load")[off], (seen.H @ g)[off], **CLOSE)
    mutual = 0.5 * (seen.H + seen.H.T)
    load = (g * reference.size(w["capability"])) @ mutual
    np.testing.assert_allclose(case.dyads("opposition_load")[off], load[off], **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_running_sums_equal_the_kernels_own_recomputation(seed: int) -> None:
    case = random_case(9, seed)
    pact_changes(case, np.random.default_rng(seed), 30)
    again = case.copy()
    probes().sums(again.blocks)
    for name in RUNNING:
        np.testing.assert_allclose(case.states(name), again.states(name), err_msg=name, **CLOSE)


@given(st.integers(0, 10_000))
def test_running_sums_after_moves_of_all_kinds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(6, seed)
    seen = reference.assess(reference.World(case))
    for _ in range(30):
        kind = str(rng.choice(list(CHANGED)))
        i, j = rng.choice(case.n, 2, replace=False)
        to = float(rng.choice(4)) if kind == "pact" else rng.uniform(0.5, 1.0)
        if kind != "pact" or to != case.now("pact", i, j):
            case.move(kind, i, j, to)
    w = reference.World(case)
    for name, from_scratch in RUNNING.items():
        np.testing.assert_allclose(case.states(name), from_scratch(w, seen), err_msg=name, **CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_third_states_are_told_their_change(seed: int) -> None:
    """The log's three most moved third states and what the pact means to them."""
    case = random_case(9, seed)
    case.set_p(moves__create=-6.0, consent__offset=15.0)
    seen = 0
    for run in range(60):
        now = case.copy()
        i = run % case.n
        row = now.one_turn(i, run=run)
        if row is None or row[4] != 1.0 or row[7] != 1.0:
            continue
        j = int(row[3])
        change = np.array([now.values(m).sum() - case.values(m).sum() for m in range(case.n)])
        change[[i, j]] = 0.0
        third, du = row[-7:-4].astype(int), row[-4:-1]
        order = np.argsort(-np.abs(change))[:3]
        felt = [int(m) for m in order if abs(change[m]) > 1e-9]
        np.testing.assert_allclose(np.abs(du[: len(felt)]), np.abs(change[felt]), atol=1e-9)
        for m, said in zip(third, du, strict=True):
            if m >= 0:
                assert said == pytest.approx(change[m], abs=1e-9)
        seen += 1
    assert seen >= 10


def test_the_quarter_starts_from_a_settled_assessment() -> None:
    """A second `begin` on a completed state changes nothing that the first one settled."""
    case = random_case(8, 3)
    again = case.copy()
    again.call("begin")
    settled = [f for f in names.DYAD_FIELDS.values() if np.isfinite(case.M[f.row]).all()]
    for field in settled:
        np.testing.assert_allclose(
            again.M[field.row], case.M[field.row], rtol=1e-9, atol=1e-12, err_msg=field.name
        )
    for field in names.STATE_FIELDS.values():
        np.testing.assert_allclose(
            again.V[field.row], case.V[field.row], rtol=1e-9, atol=1e-12, err_msg=field.name
        )

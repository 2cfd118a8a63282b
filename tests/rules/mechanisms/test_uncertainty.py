"""What is not known of a tie adds to the threat that it means to others (register M18, M13)."""

from __future__ import annotations

import numpy as np
import pytest

from tests import reference
from tests.rules.mechanisms.quiet import both, effect, play, quiet_world
from tests.support_world import Case, probes, random_case

RULE = "uncertainty"
ONE, OTHER, WATCHER, PROVOKER = 0, 1, 2, 3


def world(level: float = 0.0) -> Case:
    case = quiet_world()
    both(case, "rivalry", WATCHER, ONE, 1.5)
    for pressed in (ONE, OTHER):
        both(case, "rivalry", PROVOKER, pressed, 1.0)
    both(case, "pact_level", ONE, OTHER, level)
    return case


def conclude(level: float):
    return lambda case: case.move("pact", ONE, OTHER, level)


def meet(case: Case) -> None:
    both(case, "contact", ONE, OTHER, 0.9)


def threat(case: Case) -> float:
    return float(case.dyads("threat_from")[WATCHER, ONE])


def unknown(case: Case) -> float:
    return float(case.dyads("uncertainty")[ONE, OTHER])


@pytest.mark.parametrize("level", [2.0, 3.0])
def test_a_new_pact_threatens_more_while_its_content_is_unknown(level: float) -> None:
    known = effect(world(), conclude(level), threat, 1, RULE)
    assert effect(world(), conclude(level), threat, 1) > 1.05 * known > 0.0
    assert effect(world(), conclude(level), unknown, 1) > 0.3
    assert effect(world(), conclude(level), unknown, 1, RULE) == 0.0


def test_a_consultation_pact_hides_little() -> None:
    assert effect(world(), conclude(1.0), unknown, 1) < 0.05


def test_conduct_tells() -> None:
    late, early = (effect(world(), conclude(3.0), unknown, q) for q in (20, 1))
    assert late < 0.3 * early


def test_old_pacts_and_broken_ones_are_known() -> None:
    assert unknown(play(world(3.0), None, 4)) == 0.0
    assert unknown(play(world(3.0), conclude(2.0), 1)) == 0.0


def test_allies_that_tighten_alarm_a_third_state() -> None:
    assert effect(world(3.0), meet, threat, 2, "trust") > 1e-4
    assert effect(world(3.0), meet, threat, 2, "trust", RULE) == pytest.approx(0.0, abs=1e-12)


def test_the_chain_from_a_provocation_to_a_third_states_alarm() -> None:
    """A provoker tightens two allies, and that alarms a state which neither of them provoked."""

    def provoke(case: Case) -> None:
        case.dyads("tension")[PROVOKER, [ONE, OTHER]] = 0.8

    allied = world(3.0)
    both(allied, "distance", WATCHER, PROVOKER, 20.0)
    assert effect(allied, provoke, unknown, 6) > 1e-4
    for rule in (RULE, "shared_threat"):
        assert effect(allied, provoke, unknown, 6, rule, "wedge", "ceremony") == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_running_sums_hold_with_unknown_ties_and_new_aid(seed: int) -> None:
    """Threat kept up to date pact by pact equals threat from scratch where not all is known."""
    case, rng = random_case(8, seed), np.random.default_rng(seed)
    u = np.triu(rng.random((8, 8)), 1)
    case.dyads("uncertainty")[:] = u + u.T
    case.dyads("aid_share")[:] = np.triu(rng.uniform(0.0, 0.1, (8, 8)), 1)
    case.states("aid_relief")[:] = case.dyads("aid_share").sum(axis=1)
    probes().assess(case.blocks)
    seen = reference.assess(reference.World(case))
    np.testing.assert_allclose(case.dyads("threat_from"), seen.T, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(case.dyads("vulnerability"), seen.V, rtol=1e-10, atol=1e-12)
    for _ in range(20):
        i, j = rng.choice(8, 2, replace=False)
        levels = [x for x in range(4) if x != case.now("pact", i, j)]
        case.move("pact", i, j, rng.choice(levels))
    w = reference.World(case)
    np.testing.assert_allclose(
        case.states("threat"), reference.threat_total(w, seen), rtol=1e-10, atol=1e-12
    )
    load = (seen.H @ reference.feared(w))[~np.eye(8, dtype=bool)]
    np.testing.assert_allclose(
        case.dyads("enemy_load")[~np.eye(8, dtype=bool)], load, rtol=1e-10, atol=1e-12
    )

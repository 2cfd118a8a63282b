"""Accession to organisations, against plain equations: whole quarters, and chances to a hair.

The chance of a step cannot be read from outside, but its luck is keyed: where a cost is moved until
the chance lies a hair to either side of the number drawn, the step must be made or not.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim import kernel
from tests import reference
from tests.lived import SEEDS, lived
from tests.reference import accession
from tests.reference.decisions import Move
from tests.support_world import Case

HAIR = 1e-4
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
COST = {Move.APPLY: "apply", Move.JOIN: "join", Move.WITHDRAW: "leave", Move.SUSPEND: "suspend"}
#: Log odds by which a step is more and less than likely.
WEIGHTS = 0.1


def ready(seed: int) -> Case:
    """A world where every state considers every organisation, and terms are weak."""
    case = lived(seed).copy()
    rng = np.random.default_rng(seed)
    case.set_p(organisations__rate=4.0)
    case.set_p(organisations__apply=1.0, organisations__join=-4.0, organisations__leave=-6.0)
    case.set_p(organisations__suspend=1.0)
    for name in reference.TERMS:
        case.set_p(**{f"{name}__weight": WEIGHTS * case.p(f"{name}.weight")})
    if seed % 3:
        case.dyads("war")[:] = 0.0
    case.parts("organisation")[:] = rng.choice([0.0, 0.4, 0.5, 1.0], (3, case.n))
    return case


def organised(case: Case, tick: int, seed: int, run: int) -> tuple[Case, np.ndarray]:
    after = case.copy()
    log = np.zeros((len(case.G.T) * case.n, kernel.LOG_COLUMNS))
    logged = after.call("organise", tick=tick, seed=seed, run=run, log=log, logged=0)
    return after, log[:logged]


def due(case: Case, tick: int, seed: int, run: int) -> tuple[list[tuple], reference.World]:
    """Rows of the log as far as they say what is done, and the world after."""
    w = reference.World(case)
    seen, rows = reference.assess(w), []
    for step, choice, consent, after in accession.considered(w, seen, tick, seed, run):
        if choice < accession.logistic(step.value):
            before, accepted = w.parts[step.organisation, step.state], consent < step.admitted
            row = (tick, -1, step.state, step.head, step.kind, before, step.to, accepted)
            rows.append((*row, step.gain, step.organisation))
        w = after
    return rows, w


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quarter_of_accession_is_what_the_equations_say(seed: int) -> None:
    case = ready(seed)
    for run in range(3):
        rows, w = due(case, 2, seed, run)
        after, log = organised(case, 2, seed, run)
        assert len(log) == len(rows)
        for found, expected in zip(log, rows, strict=True):
            np.testing.assert_allclose(found[:8], expected[:8], rtol=1e-9)
            assert found[8] == pytest.approx(expected[8], rel=1e-5, abs=1e-6)
            assert found[-1] == expected[-1]
        np.testing.assert_allclose(after.B, w.parts, **CLOSE)
        off = ~np.eye(case.n, dtype=bool)
        for name in ("organisation_floor", "commitment", "entrapment_weight"):
            np.testing.assert_allclose(after.dyads(name)[off], w[name][off], **CLOSE)


def test_every_step_is_made_and_refused() -> None:
    rows = [row for seed in SEEDS for row in due(ready(seed), 2, seed, 0)[0]]
    assert {row[4] for row in rows} == set(COST)
    assert {row[7] for row in rows if row[4] is Move.JOIN} == {False, True}


@pytest.mark.parametrize("kind", COST)
def test_chances_are_right_to_a_hair(kind: Move) -> None:
    """At the cost where chance and luck meet, a hair more or less decides."""
    tried = 0
    for seed in range(2 * len(SEEDS)):
        case = ready(seed)
        w = reference.World(case)
        steps = accession.considered(w, reference.assess(w), 2, seed, 0)
        for step, choice, _, _ in steps:
            if step.kind is not kind:
                continue
            name = f"organisations__{COST[kind]}"
            odds = step.value - np.log(choice / (1.0 - choice))
            made = {}
            for more in (-HAIR, HAIR):
                near = case.copy()
                near.set_p(**{name: case.p(f"organisations.{COST[kind]}") + odds + more})
                expected = [(row[2], row[4], row[-1]) for row in due(near, 2, seed, 0)[0]]
                _, log = organised(near, 2, seed, 0)
                made[more] = (step.state, kind, step.organisation) in expected
                np.testing.assert_array_equal(log[:, [2, 4, -1]], np.reshape(expected, (-1, 3)))
            # others before it may choose otherwise at that cost
            tried += made[-HAIR] != made[HAIR]
            break
    assert tried >= 4


def test_consent_is_the_mean_of_the_members_to_a_hair() -> None:
    """At the readiness where chance and luck meet, a hair more or less decides."""
    tried = 0
    for seed in SEEDS:
        case = ready(seed)
        case.set_p(organisations__join=-60.0)  # whoever may, asks
        w = reference.World(case)
        steps = accession.considered(w, reference.assess(w), 2, seed, 0)
        for step, _, consent, _ in steps:
            if step.kind is not Move.JOIN or not 0.0 < step.admitted < 1.0:
                continue
            ready_now = case.p("organisations.admission")
            odds = np.log(consent / (1.0 - consent))
            worth = np.log(step.admitted / (1.0 - step.admitted)) - ready_now
            let_in = {}
            for more in (-HAIR, HAIR):
                near = case.copy()
                near.set_p(organisations__admission=float(odds - worth + more))
                one = [step.state, step.organisation]
                rows = [row for row in due(near, 2, seed, 0)[0] if [row[2], row[-1]] == one]
                log = organised(near, 2, seed, 0)[1]
                found = [row for row in log if [row[2], row[-1]] == one]
                let_in[more] = bool(found and found[0][7])
                assert let_in[more] == bool(rows and rows[0][7])
            tried += let_in[-HAIR] != let_in[HAIR]
            break
    assert tried >= 4


def convened(seed: int) -> Case:
    """A world at peace where everyone calls conferences, and two places for treaties are vacant."""
    case = ready(seed)
    case.dyads("war")[:] = 0.0
    case.set_p(organisations__rate=0.0, founding__rate=4.0, founding__cost=-3.0)
    case.parts("organisation")[:2] = 0.0
    for at in range(2):
        case.collectives("vacant")[case.collective("organisation", at)] = 1.0
    return case


def conferred(case: Case, seed: int, run: int) -> list[accession.Conference]:
    w = reference.World(case)
    return list(accession.conferences(w, reference.assess(w), 2, seed, run))


@pytest.mark.parametrize("seed", SEEDS)
def test_treaties_are_founded_as_the_equations_say(seed: int) -> None:
    case = convened(seed)
    for run in range(3):
        called = conferred(case, seed, run)
        after, log = organised(case, 2, seed, run)
        made = [one for one in called if len(one.signed) >= accession.LEAST]
        expected = [
            (state, other, Move.FOUND, 0.0, 1.0, 1.0, one.organisation)
            for one in made
            for state, other in one.pairs(one.after)
        ]
        np.testing.assert_array_equal(log[:, [2, 3, 4, 5, 6, 7, -1]], np.reshape(expected, (-1, 7)))
        gains = [
            gain
            for one in made
            for gain in (one.gain, *(guest.gain for guest in one.asked if guest.signs))
        ]
        np.testing.assert_allclose(log[:, 8], gains, rtol=1e-5, atol=1e-6)
        w = called[-1].after if called else reference.World(case)
        np.testing.assert_allclose(after.B, w.parts, **CLOSE)
        np.testing.assert_array_equal(after.collectives("vacant"), w.collective("vacant"))
        off = ~np.eye(case.n, dtype=bool)
        for name in ("organisation_floor", "commitment", "entrapment_weight"):
            np.testing.assert_allclose(after.dyads(name)[off], w[name][off], **CLOSE)


def test_conferences_come_to_something_and_to_nothing() -> None:
    called = [one for seed in SEEDS for one in conferred(convened(seed), seed, 0)]
    sizes = {min(len(one.signed), accession.LEAST) for one in called}
    assert sizes == {1, 2, accession.LEAST}
    assert {guest.signs for one in called for guest in one.asked} == {False, True}


def test_guests_decide_to_a_hair() -> None:
    """At the cost where chance and luck of the first guest meet, a hair more or less decides."""
    tried = 0
    for seed in SEEDS:
        case = convened(seed)
        case.set_p(organisations__admission=60.0)  # whoever comes is let in
        called = conferred(case, seed, 0)
        if not called or not called[0].asked:
            continue
        host, guest = called[0].host, called[0].asked[0]
        odds = guest.value - np.log(guest.sure / (1.0 - guest.sure))
        signs = {}
        for more in (-HAIR, HAIR):
            near = case.copy()
            near.set_p(founding__cost=float(case.p("founding.cost") + odds + more))
            first = conferred(near, seed, 0)[0]
            assert (first.host, first.asked[0].state) == (host, guest.state)
            signs[more] = first.asked[0].signs
            _, log = organised(near, 2, seed, 0)
            signed = len(first.signed) >= accession.LEAST
            assert ([host, guest.state] in log[:, [3, 2]].tolist()) == (signs[more] and signed)
        assert signs == {-HAIR: True, HAIR: False}
        tried += 1
    assert tried >= 4

"""Utility terms: their values are what the equations say, and their changes what moves do.

Every term of ``sim/rules/terms`` is found by itself; every kind of move is tried on every term,
so a term that forgets to feel a move fails as one that feels it wrongly does.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim import kernel
from sim.rules import catalogue as names
from sim.rules.catalogue import CHANGES
from tests import reference
from tests.support_world import CHANGED, Case, random_case

SEEDS = range(4)
TERMS = list(names.TERMS)
#: What a term expects to follow from a move is not yet so: tested by itself below.
EXPECTATIONS = {("security", "tension")}


def targets(case: Case, kind: str, i: int, j: int) -> list[float]:
    """Where a move of a kind can lead, from what holds now."""
    now = case.now(kind, i, j)
    match kind:
        case "pact":
            return [float(level) for level in range(4) if level != now]
        case "court":
            return [now + 0.15 * (1.0 - now)]
        case "tension":
            return [now + 0.25 * (1.0 - now), 0.6 * now]
        case "arm":
            return [1.05 * now, now / 1.05]
    return [1.0, 0.0]


def shuffled(seed: int, moves: int = 12) -> Case:
    """A random world in which some moves have been made since the quarter began."""
    case = random_case(8, seed)
    rng = np.random.default_rng(seed)
    for _ in range(moves):
        kind = rng.choice(list(CHANGED))
        i, j = rng.choice(case.n, 2, replace=False)
        case.move(kind, i, j, rng.choice(targets(case, kind, i, j)))
    return case


def test_every_kind_of_move_is_tried() -> None:
    assert set(CHANGES) == set(CHANGED)


@pytest.mark.parametrize("name", TERMS)
def test_value_equals_the_reference(name: str) -> None:
    assert name in reference.TERMS, "write the term's equation into tests/reference"
    row = TERMS.index(name)
    for seed in SEEDS:
        case = random_case(8, seed)
        w = reference.World(case)
        expected = reference.contributions(w, reference.assess(w))[row]
        found = [case.values(i)[row] for i in range(case.n)]
        # the kernel guards divisions by 1e-9 and less
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", CHANGED)
@pytest.mark.parametrize("fresh", [True, False], ids=["first move", "after other moves"])
def test_changes_are_differences_of_values(kind: str, fresh: bool) -> None:
    wrong: dict[str, float] = {}
    for seed in SEEDS:
        before = random_case(8, seed) if fresh else shuffled(seed)
        for term in names.TERMS.values():
            if term.ties is not None:
                before.P[term.ties] = 1.0
        for i in range(before.n):
            for j in range(before.n):
                if i == j and kind != "arm":
                    continue
                for to in targets(before, kind, i, j):
                    after = before.copy()
                    after.move(kind, i, j, to)
                    old, new = before.values(i), after.values(i)
                    said = before.changes(kind, i, j, to)
                    # 1e-9 of the change; a difference of two values is not known better than that
                    room = 1e-9 * np.abs(new - old) + 1e-11 * (1.0 + np.abs(old) + np.abs(new))
                    for row in np.flatnonzero(~(np.abs(said - (new - old)) <= room)):
                        if (TERMS[row], kind) not in EXPECTATIONS:
                            error = abs(said[row] - new[row] + old[row])
                            wrong[TERMS[row]] = max(error, wrong.get(TERMS[row], 0.0))
    assert not wrong, f"{kind}: largest error of each term, logits: {wrong}"


def test_calm_is_worth_what_the_hostility_rule_makes_of_it() -> None:
    """The security that i expects of acting t0 -> t1: j's acts follow by half, to first order.

    With small steps the hostility rule, given the halved step of j and no pact between the two,
    must change the threat from j as much.
    """
    row, step, compared = TERMS.index("security"), 1e-4, 0
    case = random_case(8, 5, wars=False)
    w = reference.World(case)
    seen = reference.assess(w)
    for i in range(case.n):
        for j in range(case.n):
            if i == j or seen.g[i, j] > 0.0:
                continue
            now = case.now("tension", i, j)
            said = case.changes("tension", i, j, now + step)[row]
            answered = w.after("tension", j, i, float(w["tension"][j, i]) + 0.5 * step)
            # only i's own threat from j, not what j's partners add
            answered["hostility_base"][i, j] = reference.hostility_base(answered)[i, j]
            change = reference.contributions(answered, seen) - reference.contributions(w, seen)
            assert said == pytest.approx(change[row, i], rel=1e-3, abs=1e-9)
            compared += 1
    assert compared > 20


def test_multipliers_scale_the_changes() -> None:
    """A doctrine that doubles a weight doubles what its holder makes of a pact, and no other's."""
    case = random_case(6, 2)
    doubled = case.copy()
    for name in TERMS:
        doubled.states(f"weight_{name}")[0] *= 2.0
    for i in (0, 1):
        factor = 2.0 if i == 0 else 1.0
        for kind in CHANGED:
            to = targets(case, kind, i, 2)[0]
            np.testing.assert_allclose(
                doubled.changes(kind, i, 2, to), factor * case.changes(kind, i, 2, to)
            )


def test_a_part_of_the_weight_counts_in_ties() -> None:
    """It scales what a pact is worth, and nothing that is not a tie."""
    case = random_case(6, 2)
    halved = case.copy()
    for term in names.TERMS.values():
        if term.ties is not None:
            halved.P[term.ties] *= 0.5
    for kind in CHANGED:
        to = targets(case, kind, 0, 2)[0]
        np.testing.assert_allclose(
            halved.changes(kind, 0, 2, to),
            case.changes(kind, 0, 2, to) * (0.5 if kind == "pact" else 1.0),
        )


def test_terms_have_their_weight_and_multiplier() -> None:
    for name, term in names.TERMS.items():
        assert term.ties is None or names.PARAMS[f"{name}.ties"].row == term.ties
        assert names.PARAMS[f"{name}.weight"].row == term.weight
        assert names.STATE_FIELDS[f"weight_{name}"].row == term.multiplier
        assert term.sign in (-1.0, 1.0)
    assert len(TERMS) == kernel.TERM_COUNT

"""What is observed at the end of a quarter, against plain equations and by its signs."""

from __future__ import annotations

import numpy as np
import pytest

from tests import reference
from tests.lived import SEEDS, lived
from tests.reference import observation
from tests.support_world import Case

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def observed(case: Case) -> Case:
    after = case.copy()
    after.call("finish")
    return after


@pytest.mark.parametrize("seed", SEEDS)
def test_observation_equals_the_equations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = lived(seed).copy()
    for level in (1, 2, 3):
        case.dyads(f"intensity_{level}")[:] = rng.random((case.n, case.n))
        np.fill_diagonal(case.dyads(f"intensity_{level}"), 0.0)
    w = reference.World(case)
    after = observed(case)
    for name, due in observation.observe(w, reference.assess(w)).items():
        if name == "utility":  # the kernel guards divisions by 1e-9 and less
            np.testing.assert_allclose(after.states(name), due, rtol=1e-6, atol=1e-6)
        elif name.startswith("intensity"):
            np.testing.assert_allclose(after.dyads(name), due - np.diag(np.diag(due)), **CLOSE)
        else:
            np.testing.assert_allclose(after.dyads(name), due, err_msg=name, **CLOSE)


def test_both_parts_of_the_tie_are_tried() -> None:
    """Pairs with and without a bond, above and below suspicion, occur."""
    bonds, quarrels = set(), set()
    for seed in SEEDS:
        w = reference.World(lived(seed))
        found = observation.tie(w)
        hostility = (w["hostility"] + w["hostility"].T) / 2.0
        off = ~np.eye(w.n, dtype=bool)
        bonds |= set((found > 0.0)[off].tolist())
        quarrels |= set((hostility > w.p("blocs.suspicion"))[off].tolist())
    assert bonds == quarrels == {False, True}


@pytest.mark.parametrize(
    ("variable", "of_tie", "of_alignment"),
    [
        ("trust", 1, 1),
        ("commitment", 1, 1),
        ("hostility", -1, 0),
        ("tension", 0, -1),
        ("arms_stock", 1, 0),
        ("energy", 1, 0),
        ("finance", 1, 0),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_signs(variable: str, of_tie: int, of_alignment: int, seed: int) -> None:
    """More trust and commitment bind, more hostility divides, acts of either side estrange."""
    case = lived(seed)
    raised = case.copy()
    raised.dyads(variable)[0, 1] += 0.3
    raised.dyads(variable)[1, 0] += 0.3
    before, after = observed(case), observed(raised)
    for name, sign in (("tie", of_tie), ("alignment", of_alignment)):
        change = after.dyads(name) - before.dyads(name)
        assert (sign * change[0, 1] >= 0.0) if sign else change[0, 1] == 0.0
        change[[0, 1], [1, 0]] = 0.0
        assert not change.any()


WEIGHTS = {
    "position": 1,
    "trust": 0,
    "arms": 1,
    "supply": 1,
    "trade": 1,
    "hostility": -1,
    "suspicion": 1,
}
"""Weights of a tie, and which way it goes with each; 0 where that hangs on the sign of trust."""


@pytest.mark.parametrize("name", WEIGHTS)
def test_every_weight_of_the_tie_counts(name: str) -> None:
    """More weight of what binds binds more; of trust in whom one trusts, hostility divides."""
    moved, sign = 0.0, WEIGHTS[name]
    for seed in SEEDS:
        case = lived(seed)
        higher = case.copy()
        higher.set_p(**{f"blocs__{name}": case.p(f"blocs.{name}") + 0.05})
        change = observed(higher).dyads("tie") - observed(case).dyads("tie")
        if sign:
            assert (sign * change >= -1e-12).all()
        else:
            trust = (case.dyads("trust") + case.dyads("trust").T) / 2.0 - 0.5
            assert (change * trust >= -1e-12).all()
        moved += np.abs(change).sum()
    assert moved > 0.1

"""Each measure against an example worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.blocs.indices import (
    Interval,
    asymmetry,
    bipolarity,
    bloc_shares,
    closeness,
    crosscutting,
    effective_poles,
    esteban_ray,
    frustration,
    hedging,
    herfindahl,
    interval,
    isolation,
    leverage,
    polarisation,
    s_score,
    tightness,
)


def test_interval() -> None:
    found = interval(np.arange(101))
    assert (found.low, found.median, found.high) == pytest.approx((5.0, 50.0, 95.0))
    assert interval([1.0, np.nan]) == Interval(1.0, 1.0, 1.0)
    assert math.isnan(interval([]).median)


def test_bloc_shares_and_effective_poles() -> None:
    labels, capability = [0, 0, 1, 2], [0.2, 0.2, 0.4, 0.0]
    assert bloc_shares(labels, capability) == pytest.approx([0.5, 0.5, 0.0, 0.0])
    assert effective_poles(labels, capability) == pytest.approx(2.0)
    # shares .5, .3, .2: 1 / (.25 + .09 + .04)
    assert effective_poles([0, 1, 2], [5, 3, 2]) == pytest.approx(1 / 0.38)
    assert effective_poles([0, 1], [0, 0]) == 0.0
    stack = effective_poles(np.array([[[0, 0], [0, 1]]]), np.ones((1, 2, 2)))
    assert stack.tolist() == [[1.0, 2.0]]


def test_herfindahl() -> None:
    assert herfindahl([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]]) == pytest.approx([0.38, 1.0])


def test_bipolarity() -> None:
    tie = np.full((4, 4), -1.0)
    assert bipolarity([0, 0, 1, 1], [1, 1, 1, 1], tie) == 1.0
    # shares .6 and .4 with one positive of four pairs between: 1 * .8 * .75
    tie[0, 2] = tie[2, 0] = 1.0
    assert bipolarity([0, 0, 1, 1], [3, 3, 2, 2], tie) == pytest.approx(0.6)
    # shares .4, .4 and .2
    assert bipolarity([0, 1, 2], [2, 2, 1], np.zeros((3, 3))) == pytest.approx(0.8)
    assert bipolarity([0, 0], [1, 1], np.zeros((2, 2))) == 0.0


def test_esteban_ray() -> None:
    apart = 1.0 - np.eye(2)
    assert esteban_ray([0.5, 0.5], apart, alpha=1.0) == pytest.approx(0.25)
    # .6^2 * .4 + .4^2 * .6
    assert esteban_ray([0.6, 0.4], apart, alpha=1.0, scale=2.0) == pytest.approx(0.48)
    with pytest.raises(ValueError, match="alpha"):
        esteban_ray([0.5, 0.5], apart, alpha=2.0)


def test_frustration_and_tightness() -> None:
    tie = np.array([[0, 1, -2], [1, 0, 3], [-2, 3, 0]], float)
    # together 0 and 1: the positive tie 1-2 is cut, 3 of 6
    assert frustration(tie, [0, 0, 1]) == pytest.approx(0.5)
    # all together: the negative tie -2 is inside, 2 of 6
    assert frustration(tie, [0, 0, 0]) == pytest.approx(1 / 3)
    assert frustration(np.zeros((3, 3)), [0, 1, 2]) == 0.0
    assert tightness(tie, [0, 0, 1]) == pytest.approx((1.0, 0.5))
    assert tightness(tie, [0, 1, 2]) == pytest.approx((0.0, -2 / 3))


def test_polarisation_of_blocs_on_a_line() -> None:
    # two equal blocs as far apart as can be
    assert polarisation([0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 2, 2], 2.0) == pytest.approx(1.0)
    assert polarisation([0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 2, 2], 2.0) == 0.0
    # shares .75 and .25, means 1 / 3 and 2, apart 5/3 of 4; scale 2^2
    found = polarisation([0, 0, 1], [2, 1, 1], [0, 1, 2], 4.0, alpha=1.0)
    assert found == pytest.approx(4 * (0.75**2 * 0.25 + 0.25**2 * 0.75) * 5 / 12)
    assert polarisation([0, 1], [0, 0], [0, 1], 1.0) == 0.0


def test_crosscutting() -> None:
    assert crosscutting([0, 0, 1, 1], [1, 1, 0, 0]) == 0.0
    # together in one: 01, 23; in the other: 02, 13; of six pairs
    assert crosscutting([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(4 / 6)
    assert crosscutting([0, 0, 0], [0, 1, 2]) == 1.0
    assert crosscutting([0], [0]) == 0.0


def test_measures_of_networks_take_stacks() -> None:
    rng = np.random.default_rng(2)
    tie = rng.normal(size=(2, 3, 5, 5))
    labels, capability = rng.integers(0, 3, (2, 3, 5)), rng.random((2, 3, 5))
    points = rng.normal(size=(2, 3, 5))
    many = [
        bipolarity(labels, capability, tie),
        frustration(tie, labels),
        *tightness(tie, labels),
        crosscutting(labels, labels[::-1]),
        polarisation(labels, capability, points, 3.0),
    ]
    at = (1, 2)
    one = [
        bipolarity(labels[at], capability[at], tie[at]),
        frustration(tie[at], labels[at]),
        *tightness(tie[at], labels[at]),
        crosscutting(labels[at], labels[0, 2]),
        polarisation(labels[at], capability[at], points[at], 3.0),
    ]
    for stack, single in zip(many, one, strict=True):
        assert stack.shape == (2, 3)
        assert stack[at] == pytest.approx(single)


def test_s_score() -> None:
    # rows differ by 3 and 0 in two columns, range 3: 1 - 2 * 3 / (3 * 2)
    assert s_score([[3, 0], [0, 0]])[0, 1] == pytest.approx(0.0)
    assert s_score([[3, 0], [0, 3]])[0, 1] == pytest.approx(-1.0)
    assert s_score([[3, 0], [0, 0]], [1, 3])[0, 1] == pytest.approx(0.5)
    assert (s_score(np.ones((2, 3))) == 1).all()
    # a scale of 6 instead of the range that is seen: 1 - 2 * 3 / (6 * 2)
    assert s_score([[3, 0], [0, 0]], spread=6.0)[0, 1] == pytest.approx(0.5)
    stack = s_score([[[3, 0], [0, 0]]] * 2, [[1, 1], [1, 3]], spread=3.0)
    assert stack[:, 0, 1] == pytest.approx([0.0, 0.5])


def test_hedging_of_two_poles() -> None:
    # two domains that lean opposite ways: arms (.8, .2), trade (.2, .6)
    found = hedging([[0.8, 0.2], [0.2, 0.6]], [1.0, 1.0])
    # a = (.5, .4): E = 1 - .1/.9; I = .45, so I' = 1; X = 1 - |.3 - .2| / (.3 + .2)
    assert found.equidistance == pytest.approx(1 - 0.1 / 0.9)
    assert found.intensity == pytest.approx(0.45)
    assert found.mixing == pytest.approx(0.8)
    assert found.index == pytest.approx(((1 - 0.1 / 0.9) * 0.8) ** (1 / 3))


def test_hedging_of_three_poles() -> None:
    z = np.array([[0.6, 0.0, 0.0], [0.0, 0.2, 0.0]])
    found = hedging(z, [2.0, 1.0, 1.0])
    # a = (.3, .1, 0): pi = (.75, .25, 0); I = .4/3; X_01 = 1 - .2/.4, the others 0; weights 2, 2, 1
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(3)
    assert found.equidistance == pytest.approx(entropy)
    assert found.intensity == pytest.approx(0.4 / 3)
    assert found.mixing == pytest.approx(2 / 5 * 0.5)
    assert found.index == pytest.approx((entropy * (0.4 / 3 / 0.25) * 0.2) ** (1 / 3))


def test_hedging_at_its_limits() -> None:
    assert hedging(np.zeros((3, 2)), [1, 1]).index == 0.0
    assert hedging([[1.0, 0.0]], [1, 1]).index == 0.0
    assert hedging([[0.5, 0.5]], [1, 1]).index == pytest.approx(1.0)
    assert hedging([[1.0, 0.0], [0.0, 1.0]], [1, 1]).index == pytest.approx(1.0)
    # a third domain without weight has no say
    z = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    assert hedging(z, [1, 1], weights=[1, 1, 0]).index == pytest.approx(1.0)
    with pytest.raises(ValueError, match="two poles"):
        hedging([[1.0]], [1])


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_hedging_stays_in_bounds(seed: int, poles: int) -> None:
    rng = np.random.default_rng(seed)
    z = rng.random((5, 6, poles)) * (rng.random((5, 6, poles)) < 0.6)
    found = hedging(z, rng.random(poles))
    for part in (found.equidistance, found.intensity, found.mixing, found.index):
        assert part.shape == (5,)
        assert (part >= -1e-12).all()
        assert (part <= 1 + 1e-12).all()


def test_closeness() -> None:
    assert closeness([0.0, 1.0], [[1.0, -4.0], [1.0, 3.0]], 4.0).tolist() == [[0.75, 0], [1, 0.5]]


def test_isolation() -> None:
    contact = np.array([[1.0, 0.5, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    # state 0 talks at .5 to capability 3 of 4; its contact with itself does not count
    assert isolation(contact, [9, 3, 1]) == pytest.approx([1 - 1.5 / 4, 0.0, 1.0])
    assert isolation(contact, [0, 0, 0]) == pytest.approx([1, 1, 1])


def test_asymmetry_and_leverage() -> None:
    v = np.array([[0.0, 0.7], [0.2, 0.0]])
    assert asymmetry(v) == pytest.approx(np.array([[0, 0.5], [-0.5, 0]]))
    assert leverage(v) == pytest.approx(np.array([[0, 0.5], [0, 0]]))

"""Elementary functions: within two units in the last place, and total where the kernel needs it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from tests.support_world import probes

Floats = NDArray[np.float64]
FUNCTIONS = ("exp", "log", "logistic", "normal_quantile")


def evaluate(function: str, x: Floats | list[float]) -> Floats:
    x = np.asarray(x, dtype=np.float64)
    out = np.empty_like(x)
    probes().mathematics(FUNCTIONS.index(function), x, out)
    return out


def ulps(found: Floats, expected: Floats) -> Floats:
    """Distance in units in the last place of what is expected."""
    return np.abs(found - expected) / np.spacing(np.abs(expected))


def test_exp_within_two_ulps() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [rng.uniform(-708, 709, 200_000), rng.normal(0, 1, 200_000), rng.normal(0, 1e-6, 50_000)]
    )
    assert ulps(evaluate("exp", x), np.exp(x)).max() <= 2.0


def test_exp_at_the_edges() -> None:
    found = evaluate("exp", [0.0, -0.0, -708.1, -1e9, -math.inf, 709.0, 1e9, math.inf])
    expected = [1.0, 1.0, 0.0, 0.0, 0.0, math.exp(709), math.exp(709), math.exp(709)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert np.isnan(evaluate("exp", [math.nan]))[0]


def test_log_within_two_ulps() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate(
        [
            np.exp(rng.uniform(-700, 700, 200_000)),
            rng.uniform(0.5, 2.0, 200_000),
            1.0 + rng.normal(0.0, 1e-8, 50_000),
            1.0 - 2.0 ** -np.arange(1.0, 53.0),
        ]
    )
    x = x[x != 1.0]
    assert ulps(evaluate("log", x), np.log(x)).max() <= 2.0


def test_log_at_the_edges() -> None:
    found = evaluate("log", [1.0, 0.0, -0.0, -1.0, 5e-324, -math.inf])
    np.testing.assert_array_equal(found, [0.0, -745.0, -745.0, -745.0, -745.0, -745.0])
    tiny, huge = 2.3e-308, 1.7e308
    np.testing.assert_allclose(evaluate("log", [tiny, huge]), np.log([tiny, huge]), rtol=1e-15)


def test_log_undoes_exp() -> None:
    x = np.random.default_rng(2).uniform(-700.0, 700.0, 100_000)
    np.testing.assert_allclose(evaluate("log", evaluate("exp", x)), x, rtol=1e-14, atol=1e-15)


def test_logistic() -> None:
    x = np.random.default_rng(3).uniform(-700.0, 700.0, 100_000)
    np.testing.assert_allclose(evaluate("logistic", x), expit(x), rtol=1e-14)
    assert (evaluate("logistic", [-1e9, 1e9]) == [1.0 / (1.0 + math.exp(709)), 1.0]).all()


def test_normal_quantile() -> None:
    rng = np.random.default_rng(4)
    u = np.concatenate([rng.random(200_000), 10.0 ** rng.uniform(-300, -1, 20_000)])
    u = np.concatenate([u, 1.0 - 2.0 ** -np.arange(2.0, 53.0), [0.02425, 0.97575]])
    found, expected = evaluate("normal_quantile", u), ndtri(u)
    np.testing.assert_allclose(found, expected, rtol=1.2e-9, atol=1.2e-9)
    assert evaluate("normal_quantile", [0.5])[0] == 0.0


@given(st.floats(-800.0, 800.0), st.floats(0.0, 1.0))
def test_exp_does_not_fall(x: float, step: float) -> None:
    """To rounding: an alternative of a higher value never gets a visibly lower weight."""
    low, high = evaluate("exp", [x, x + step])
    assert high >= low * (1.0 - 1e-15)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_bits_are_pinned(function: str) -> None:
    """The same bits everywhere: sums of bits over a grid, equal on every machine and version."""
    x = np.linspace(0.001, 0.999, 999) if function == "normal_quantile" else GRID
    bits = evaluate(function, np.abs(x) if function == "log" else x).view(np.uint64)
    with np.errstate(over="ignore"):
        assert hex(int(bits.sum())) == PINNED[function]


GRID = np.linspace(-40.0, 40.0, 999)
PINNED = {
    "exp": "0x7dfa9e60002df6bf",
    "log": "0x5018d37850330e34",
    "logistic": "0xf8145e962aba0e87",
    "normal_quantile": "0x855dbcb2dcbf3a49",
}

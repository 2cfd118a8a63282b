"""Random streams: Philox as others know it, uniform, independent by key, and stable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.rules.streams import CHOICE, CONSENT, DRAWS, DRIFT, OPPORTUNITY, state_key, stream
from tests.support_world import probes

Bits = NDArray[np.uint64]
WORD = st.integers(0, 2**64 - 1)


def philox(counters: Bits, key: Bits) -> Bits:
    out = np.empty((len(counters), 4), dtype=np.uint64)
    probes().philox(counters, key, out)
    return out


def blocks(keys: NDArray[np.int64]) -> Bits:
    """Rows (seed, run, stream, tick, opportunity, mover, partner, number) to 256 bits each."""
    out = np.empty((len(keys), 4), dtype=np.uint64)
    probes().block(keys, out)
    return out


def units(bits: Bits) -> NDArray[np.float64]:
    out = np.empty(bits.size)
    probes().units(bits.ravel(), out)
    return out


def rows(count: int, **columns: NDArray[np.int64] | int) -> NDArray[np.int64]:
    names = ("seed", "run", "stream", "tick", "opportunity", "mover", "partner", "number")
    usual = {"stream": CHOICE, "mover": state_key("AAA"), "partner": state_key("BBB")}
    return np.column_stack(
        [np.broadcast_to(columns.get(name, usual.get(name, 0)), count) for name in names]
    ).astype(np.int64)


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_philox_equals_numpys(counter: tuple[int, ...], key: tuple[int, ...]) -> None:
    """numpy's generator adds one to its counter before the first block."""
    number = sum(word << (64 * place) for place, word in enumerate(counter))
    before = (number - 1) % 2**256
    expected = np.random.Philox(
        counter=np.array([(before >> (64 * k)) & (2**64 - 1) for k in range(4)], dtype=np.uint64),
        key=np.array(key, dtype=np.uint64),
    ).random_raw(4)
    found = philox(np.array([counter], dtype=np.uint64), np.array(key, dtype=np.uint64))
    np.testing.assert_array_equal(found[0], expected)


def test_philox_known_answers() -> None:
    """Test vectors of the authors' library (Random123, philox4x64 with 10 rounds)."""
    ones = 2**64 - 1
    pi = [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89]
    cases = {
        ((0, 0, 0, 0), (0, 0)): (
            0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B,
        ),
        ((ones,) * 4, (ones,) * 2): (
            0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0,
        ),
        (tuple(pi), (0x452821E638D01377, 0xBE5466CF34E90C6C)): (
            0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6,
        ),
    }  # fmt: skip
    for (counter, key), expected in cases.items():
        found = philox(np.array([counter], dtype=np.uint64), np.array(key, dtype=np.uint64))
        assert tuple(int(x) for x in found[0]) == expected


def test_draws_are_uniform() -> None:
    u = units(blocks(rows(20_000, run=np.arange(20_000)))).reshape(-1, 4)
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
    counts, _, _ = np.histogram2d(u[:, 0], u[:, 1], bins=20, range=[[0, 1], [0, 1]])
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


@pytest.mark.parametrize(
    "column", ["seed", "run", "stream", "tick", "opportunity", "mover", "partner", "number"]
)
def test_every_part_of_the_key_counts(column: str) -> None:
    """Neighbouring keys give draws without correlation and without a repeat."""
    count = 4000
    values = np.arange(1, count + 1)
    if column in ("mover", "partner"):
        values = np.array([state_key(f"S{k}") for k in values])
    bits = blocks(rows(count, **{column: values}))
    assert len(np.unique(bits)) == bits.size
    u = units(bits).reshape(-1, 4)
    r = np.corrcoef(u[:-1, 0], u[1:, 0])[0, 1]
    assert abs(r) < 5.0 / np.sqrt(count)
    assert stats.kstest(u[:, 0], "uniform").pvalue > 1e-5


def test_parts_of_the_key_do_not_run_into_each_other() -> None:
    """Two different purposes never share a counter: mover and partner, tick and opportunity."""
    a, b = state_key("AAA"), state_key("BBB")
    keys = [
        (1, 2, stream, tick, k, x, y, number)
        for stream in (OPPORTUNITY, CHOICE, CONSENT, DRIFT, DRAWS)
        for tick in (0, 1, 2)
        for k in (0, 1, 2)
        for x, y in ((a, b), (b, a), (a, a), (b, b))
        for number in (0, 1, 2)
    ]
    bits = blocks(np.array(keys, dtype=np.int64))
    assert len(np.unique(bits)) == bits.size


def test_units_are_open() -> None:
    ends = np.array([0, 1, 2**11, 2**63, 2**64 - 2**11, 2**64 - 1], dtype=np.uint64)
    u = units(ends)
    assert (u > 0.0).all()
    assert (u < 1.0).all(), "a uniform of exactly one would win every choice"
    assert (np.diff(u) >= 0.0).all()


def test_exponential_moments() -> None:
    bits = blocks(rows(100_000, run=np.arange(100_000))).ravel()
    g = np.empty(bits.size)
    probes().exponentials(bits, g)
    n = g.size
    assert abs(g.mean() - 1.0) < 5.0 / np.sqrt(n)
    # the variance of a sample variance is (kurtosis - 1) / n; an exponential's kurtosis is 9
    assert abs(g.var() - 1.0) < 5.0 * np.sqrt(8.0 / n)
    assert stats.kstest(g[::10], "expon").pvalue > 1e-4
    np.testing.assert_allclose(g[:1000], -np.log(units(bits[:1000])), rtol=1e-12)


def test_state_keys_are_stable_and_apart() -> None:
    assert [state_key(x) for x in ("AAA", "BBB")] == PINNED
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    keys = {state_key(a + b + c) for a in letters for b in letters for c in letters}
    assert len(keys) == 26**3
    assert min(keys) >= 0
    assert max(keys) < 2**31


PINNED = [455597781, 798881891]


def test_streams_of_rules_are_stable_and_beyond_the_numbered_ones() -> None:
    assert stream("thaw") == 5387457256865100890
    assert stream("frost") != stream("thaw")
    assert 2**62 <= stream("frost") < 2**63
    own, common = blocks(rows(1, stream=stream("thaw"))), blocks(rows(1))
    assert (own != common).all()

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import pearsonr, spearmanr

from sim.measure.functions import FUNCTIONS, MEMBERS, QUARTERS, apply, time_above, time_to
from sim.measure.language import QUANTITIES, MetricError, parse_metric
from sim.measure.reference import functions_line, markdown
from sim.record.arrays import EnsembleRecord
from tests.support import scope_of, synthetic_record

GROUPS = {
    "TRIO": ("AAA", "BBB", "CCC"),
    "PAIR": ("AAA", "BBB"),
    "OTHERS": ("DDD", "EEE"),
    "SHOWN": ("DDD", "EEE", "CCC"),  # the pairs of these are recorded
}
RISING = np.array([0.0, 0.0, 0.2, 0.4, 0.4, 0.6, 0.2, 0.2, 0.2])
"""A value at each tick, 2024Q2 to 2026Q2."""


@pytest.fixture(scope="module")
def record() -> EnsembleRecord:
    """Two runs; the capability and the need of the members of TRIO and trust in AAA are known."""
    record = synthetic_record(runs=2)
    states = record.state_series.copy()
    capability, need, economy = (
        record.state_fields.index(name) for name in ("capability", "need", "economy")
    )
    for run, factor in enumerate((1.0, 2.0)):
        states[run, :, capability, :3] = factor * np.array([0.3, 0.2, 0.1])
        states[run, :, need, :3] = [0.5, 0.1, 0.9]
        states[run, :, economy, 3:5] = [0.1, 0.3]
    states[0, :, need, 3], states[1, :, need, 3] = RISING, RISING[::-1]
    dyads = record.dyad_series.copy()
    for name, values in {"energy": (0.5, 0.5), "arms": (0.0, 0.0)}.items():
        for buyer, value in zip(("DDD", "EEE"), values, strict=True):
            at = record.dyads.index((buyer, "CCC"))
            dyads[:, :, record.dyad_fields.index(name), at] = value
    return replace(record, state_series=states, dyad_series=dyads)


def value(text: str, record: EnsembleRecord, horizon: str | None = None) -> np.ndarray:
    return parse_metric(text).bind(scope_of(record, GROUPS), horizon).values(record)


# --- over members --------------------------------------------------------------------------------
def test_sums_means_and_extremes_of_members(record: EnsembleRecord) -> None:
    assert value("sum(capability(TRIO))", record) == pytest.approx([0.6, 1.2])
    weighted = (0.5 * 3 + 0.1 * 2 + 0.9) / 6
    assert value("weighted(need(TRIO), capability(TRIO))", record) == pytest.approx([weighted] * 2)
    assert value("smallest(need(TRIO))", record) == pytest.approx([0.1, 0.1])
    assert value("largest(need(TRIO) - capability(TRIO))", record) == pytest.approx([0.8, 0.7])
    assert value("above(need(TRIO), .5)", record) == pytest.approx([1 / 3] * 2)
    assert value("above(need(TRIO), capability(TRIO))", record) == pytest.approx([2 / 3, 1 / 3])
    assert value("above(-need(TRIO), -.5)", record) == pytest.approx([1 / 3] * 2)  # below
    share = "largest(capability(TRIO) / sum(capability(TRIO)))"
    assert value(share, record) == pytest.approx([0.5, 0.5])
    assert np.isnan(value("weighted(need(TRIO), 0 * capability(TRIO))", record)).all()


def test_members_are_the_same_in_all_quantities(record: EnsembleRecord) -> None:
    trust = {j: record.dyad("trust", j, "CCC")[:, -1] for j in GROUPS["OTHERS"]}
    need = {j: record.state("need")[:, -1, record.index(j)] for j in GROUPS["OTHERS"]}
    expected = sum(trust[j] * need[j] for j in trust) / sum(need.values())
    assert value("weighted(trust(OTHERS, CCC), need(OTHERS))", record) == pytest.approx(expected)


def test_pairs_of_members(record: EnsembleRecord) -> None:
    pairs = [(i, j) for i in GROUPS["SHOWN"] for j in GROUPS["SHOWN"] if i != j]
    trust = np.stack([record.dyad("trust", *pair)[:, -1] for pair in pairs])
    need = np.stack([record.state("need")[:, -1, record.index(i)] for i, _ in pairs])
    assert value("sum(trust(SHOWN, SHOWN))", record) == pytest.approx(trust.sum(axis=0))
    weighted = (trust * need).sum(axis=0) / need.sum(axis=0)  # of one group: the first of a pair
    assert value("weighted(trust(SHOWN, SHOWN), need(SHOWN))", record) == pytest.approx(weighted)
    between = value("sum(trust(OTHERS, PAIR) * need(PAIR))", record)
    expected = sum(
        record.dyad("trust", i, j)[:, -1] * record.state("need")[:, -1, record.index(j)]
        for i in GROUPS["OTHERS"]
        for j in GROUPS["PAIR"]
    )
    assert between == pytest.approx(expected)


def test_a_member_that_would_be_paired_with_itself_is_left_out(record: EnsembleRecord) -> None:
    found = parse_metric("sum(trust(SHOWN, CCC))").bind(scope_of(record, GROUPS))
    assert found.pairs == (("DDD", "CCC"), ("EEE", "CCC"))
    both = value("weighted(need(SHOWN), trust(SHOWN, CCC))", record)
    need = [record.state("need")[:, -1, record.index(i)] for i in ("DDD", "EEE")]
    trust = [record.dyad("trust", i, "CCC")[:, -1] for i in ("DDD", "EEE")]
    assert both == pytest.approx((need[0] * trust[0] + need[1] * trust[1]) / (trust[0] + trust[1]))


def test_correlations_over_members(record: EnsembleRecord) -> None:
    a, b = (record.state(name)[:, -1] for name in ("need", "threat"))
    pearson = [pearsonr(a[run], b[run]).statistic for run in range(2)]
    spearman = [spearmanr(a[run], b[run]).statistic for run in range(2)]
    assert value("correlation(need(ALL), threat(ALL))", record) == pytest.approx(pearson)
    assert value("rank_correlation(need(ALL), threat(ALL))", record) == pytest.approx(spearman)
    assert value("correlation(need(ALL), 1 - need(ALL))", record) == pytest.approx([-1.0, -1.0])
    assert np.isnan(value("correlation(need(ALL), 0.1 + 0 * need(ALL))", record)).all()


def test_a_window_takes_the_means_first(record: EnsembleRecord) -> None:
    means = record.state("need")[:, 2:5].mean(axis=1)
    assert value("largest(need(ALL)) @ 2024Q4..2025Q2", record) == pytest.approx(means.max(axis=1))


# --- over quarters -------------------------------------------------------------------------------
def test_lowest_and_highest(record: EnsembleRecord) -> None:
    assert value("highest(need(DDD))", record) == pytest.approx([0.6, 0.6])
    assert value("lowest(need(DDD)) @ 2025Q1..2025Q4", record) == pytest.approx([0.2, 0.2])
    assert value("lowest(need(DDD))", record, "2025Q1..2025Q3") == pytest.approx([0.4, 0.4])
    total = record.state("need")[:, :, :].sum(axis=2)
    assert value("lowest(sum(need(ALL)))", record) == pytest.approx(total.min(axis=1))
    least = record.state("need")[:, 2:].min(axis=1).sum(axis=1)
    assert value("sum(lowest(need(ALL))) @ 2024Q4..end", record) == pytest.approx(least)
    rise = value("highest(need(DDD) - need(DDD) @ start)", record)
    assert rise == pytest.approx([0.6, 0.4])


def test_time_above_a_level(record: EnsembleRecord) -> None:
    # above .3 from half of the third quarter to three quarters of the sixth: 3.25 of 8
    assert value("time_above(need(DDD), .3)", record) == pytest.approx([3.25 / 8] * 2)
    assert value("time_above(need(DDD), -1)", record) == pytest.approx([1.0, 1.0])
    assert value("time_above(need(DDD), 1)", record) == pytest.approx([0.0, 0.0])
    assert value("time_above(need(DDD), .5) @ 2025Q3", record).tolist() == [1.0, 0.0]


def test_time_to_an_event(record: EnsembleRecord) -> None:
    # from .2 at tick 2 to .4 at tick 3; the second run goes from .2 at tick 2 to .6 at tick 3
    assert value("time_to(need(DDD), .3)", record) == pytest.approx([2.5, 2.25])
    assert value("time_to(need(DDD), .3) @ 2024Q3..2025Q4", record) == pytest.approx([1.5, 1.25])
    assert value("time_to(need(DDD), .7)", record).tolist() == [9.0, 9.0]  # never in 8 quarters
    assert value("time_to(need(DDD), .3) @ 2025Q1..2025Q2", record).tolist() == [0.0, 0.0]
    assert value("time_to(-need(DDD), -.1)", record).tolist() == [0.0, pytest.approx(6.5)]
    own = value("time_to(need(DDD), need(DDD) @ start + .1)", record)
    assert own == pytest.approx([1.5, 2.25])


def test_counts_run_from_the_first_quarter_of_the_window(record: EnsembleRecord) -> None:
    moves = record.moves[:4].copy()
    moves["run"], moves["kind"], moves["accepted"] = [0, 0, 0, 1], 9, 1
    moves["tick"], moves["mover"] = [2, 4, 6, 3], record.index("DDD")
    known = replace(record, moves=moves)
    assert value("highest(moves(provoke, DDD))", known).tolist() == [3.0, 1.0]
    assert value("highest(moves(provoke, DDD)) @ 2025Q1..end", known).tolist() == [2.0, 1.0]
    when = value("time_to(moves(provoke, DDD), .5) @ 2025Q1..end", known)
    assert when.tolist() == [0.5, 0.0]  # half of the quarter after the first; at once
    never = value("time_to(moves(provoke, EEE), .5) @ 2025Q1..end", known)
    assert never.tolist() == [6.0, 6.0]


def test_a_function_over_quarters_is_one_number_of_the_run(record: EnsembleRecord) -> None:
    scope = scope_of(record, GROUPS)
    bound = parse_metric("highest(need(DDD)) @ 2025Q1..2025Q2").bind(scope)
    assert bound.is_dated
    series = bound.series(record)
    assert series.shape == (2, 9)
    assert np.array_equal(series, np.repeat(bound.values(record)[:, None], 9, axis=1))
    plain = parse_metric("largest(need(TRIO))").bind(scope)
    assert not plain.is_dated
    assert plain.series(record) == pytest.approx(record.state("need")[:, :, :3].max(axis=2))


# --- suppliers -----------------------------------------------------------------------------------
def test_concentration_of_the_buyers_of_a_supplier(record: EnsembleRecord) -> None:
    scope = scope_of(record, GROUPS)
    bound = parse_metric("buyers(energy, CCC)").bind(replace(scope, states=("CCC", "DDD", "EEE")))
    assert bound.pairs == (("DDD", "CCC"), ("EEE", "CCC"))
    few = only(record, ("CCC", "DDD", "EEE"))
    assert bound.values(few) == pytest.approx([(1 + 9) / 16] * 2)  # a quarter and three quarters
    nobody = parse_metric("buyers(arms, CCC)").bind(scope_of(few))
    assert np.isnan(nobody.values(few)).all()


def only(record: EnsembleRecord, states: tuple[str, ...]) -> EnsembleRecord:
    """The same world with some of its states alone."""
    at = [record.index(code) for code in states]
    dyads = [k for k, pair in enumerate(record.dyads) if set(pair) <= set(states)]
    return replace(
        record,
        states=states,
        poles=("CCC",),
        focal=("DDD", "EEE"),
        dyads=tuple(record.dyads[k] for k in dyads),
        state_series=record.state_series[..., at],
        dyad_series=record.dyad_series[..., dyads],
        tie=record.tie[:, :, at][..., at],
        level=record.level[:, :, at][..., at],
        floor=record.floor[:, :, at][..., at],
        moves=record.moves[:0],
    )


# --- ranges --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("sum(legitimacy(TRIO))", 3.0),
        ("weighted(legitimacy(TRIO), capability(TRIO))", 1.0),
        ("largest(alignment(OTHERS, CCC))", 2.0),
        ("above(need(TRIO), .5)", 1.0),
        ("correlation(need(TRIO), legitimacy(TRIO))", 2.0),
        ("lowest(alignment(DDD, CCC))", 2.0),
        ("time_above(need(DDD), .5)", 1.0),
        ("time_to(need(DDD), .5)", 9.0),
        ("time_to(need(DDD), .5) @ 2025Q1..2025Q4", 4.0),
        ("abs(alignment(DDD, CCC))", 1.0),
        ("legitimacy(DDD) * legitimacy(EEE)", 1.0),
        ("legitimacy(DDD) / legitimacy(EEE)", None),
    ],
)
def test_ranges(record: EnsembleRecord, text: str, span: float | None) -> None:
    assert parse_metric(text).bind(scope_of(record, GROUPS)).span == span


# --- mistakes ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum(need(DDD))", ("1:1: sum: needs a group of states in a quantity, as in "
         "sum(capability(POLES))")),
        ("largest(3)", ("1:1: largest: needs a group of states in a quantity, as in "
         "sum(capability(POLES))")),
        ("weighted(need(TRIO), capability(PAIR))", ("1:33: capability: is of other states: what "
         "stands with it is of each member of TRIO")),
        ("weighted(need(TRIO),\n  alignment(DDD, TRIO))", ("2:3: weighted: a weight must not be "
         "below 0, which this one can be; max(0, ...) cuts it off")),
        ("correlation(need(PAIR), legitimacy(PAIR))",
         "1:1: correlation: needs 3 members or more, not 2"),
        ("rank_correlation(trust(OTHERS, CCC), need(OTHERS))",
         "1:1: rank_correlation: needs 3 members or more, not 2"),
        ("correlation(need(TRIO))", "1:1: correlation: takes 2 arguments, not 1"),
        ("sum(need(OTHRS))", "1:10: OTHRS: unknown state or group; did you mean 'OTHERS'?"),
        ("sum(trust(ONE, AAA))", "1:16: AAA: a pair of a state with itself"),
        ("time_to(need(DDD))", "1:1: time_to: takes 2 arguments, not 1"),
        ("lowest(need(DDD)) @ 2031Q1", ("1:21: 2031Q1: after the end of the clock, 2026Q2")),
        ("hihgest(need(DDD))", "1:1: hihgest: unknown function; did you mean 'highest'?"),
        ("largest(isolation(WIDE))", "1:9: isolation: needs more than 1000 pairs of states"),
        ("buyers(finance, DDD)", ("1:8: finance: unknown supply; expected arms, energy, trade")),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(
    record: EnsembleRecord, text: str, message: str
) -> None:
    scope = scope_of(record, GROUPS | {"ONE": ("AAA",)})
    if "WIDE" in text:
        states = tuple(f"S{k}" for k in range(60))
        scope = replace(scope, states=states, groups={"WIDE": states})
    with pytest.raises(MetricError) as caught:
        parse_metric(text).bind(scope)
    assert str(caught.value) == f"metric:{message}"


# --- for every function --------------------------------------------------------------------------
JUMPS = {"above", "rank_correlation"}
"""Functions of ranks and of counts of members, which step, as their meaning says."""
#: Where time goes by fast or stands still a small change may move much: lines of some slope.
SLOPES = arrays(np.float64, (6,), elements=st.floats(0.1, 1.0))


@given(SLOPES, st.floats(-1.0, 1.0))
def test_functions_are_continuous(slopes: np.ndarray, turn: float) -> None:
    """A change of a millionth changes nothing by more than some hundred times that."""
    signs = np.where(np.arange(6) < 3, 1.0, -1.0)
    values = np.cumsum(slopes * signs)  # rises, then falls, nowhere flat
    level = values[:3].mean() + 1e-4 * turn
    for name, function in FUNCTIONS.items():
        if name in JUMPS:
            continue
        inner = [values, np.full_like(values, level)][: function.counts[0]]
        if name in ("correlation", "weighted"):
            inner[1] = slopes * np.arange(1, 7) ** 2  # of no two the same
        if function.over == MEMBERS:
            inner = [part[:, None] for part in inner]
        moved = [part + 1e-6 * turn * slopes.reshape(part.shape) for part in inner]
        change = np.abs(apply(name, moved) - apply(name, inner))
        assert change.max() <= 1e-3, name
    assert all("step" in FUNCTIONS[name].meaning for name in JUMPS)


@given(arrays(np.float64, (3, 5), elements=st.floats(-1, 1)), st.floats(-1, 1))
def test_times_agree_with_one_another(values: np.ndarray, level: float) -> None:
    flat = np.full_like(values, level)
    share, when = time_above(values, flat), time_to(values, flat)
    assert ((share >= 0) & (share <= 1)).all()
    assert ((when >= 0) & (when <= 5)).all()
    never = ~(values > level).any(axis=1)
    assert (when[never] == 5).all()
    assert (share[never] == 0).all()
    assert (share[~never] <= 1.0 - when[~never] / 4 + 1e-12).all()
    assert np.allclose(share + time_above(-values, -flat), 1.0) or (values == level).any()


def test_what_is_not_defined_stays_so() -> None:
    values = np.array([[0.1, np.nan], [0.3, 0.4], [0.2, 0.1]])
    for name, function in FUNCTIONS.items():
        inner = [values, np.abs(values[::-1])][: function.counts[0]]
        if function.over == QUARTERS:
            inner = [part.T for part in inner]
        if function.over in (MEMBERS, QUARTERS):
            found = apply(name, inner)
            assert np.isfinite(found[0]), name
            assert np.isnan(found[1]), name


def test_functions_are_told_apart_from_quantities() -> None:
    assert not set(FUNCTIONS) & set(QUANTITIES)
    line, page = functions_line(), markdown()
    for name in FUNCTIONS:
        assert name in line
        assert f"`{name}(" in page

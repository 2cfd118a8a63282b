from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.blocs import MEASURES
from sim.blocs.indices import REFERENCE_INTENSITY, crosscutting, isolation, s_score
from sim.drivers.ensemble import DYAD_SERIES, STATE_SERIES, recorded_pairs, run_ensemble
from sim.errors import UserError
from sim.measure.bloc_quantities import BLOC_FORMS
from sim.measure.forms import PLACES
from sim.measure.language import (
    MAX_PAIRS,
    QUANTITIES,
    MetricError,
    Observed,
    Scope,
    Source,
    parse_metric,
    parse_window,
    required_pairs,
)
from sim.measure.quantities import CHANNELS, KINDS
from sim.measure.reference import markdown
from sim.measure.summary import hedging_series
from sim.measure.syntax import MAX_DEPTH, MAX_LENGTH, MAX_OPERATORS
from sim.record.arrays import EnsembleRecord
from sim.scenario import load_scenario
from tests.inline_scenario import TEXT
from tests.support import scope_of, synthetic_record

SHOWN = ("DDD", "EEE", "CCC")  # focal states of the synthetic record; poles are AAA, BBB, CCC
GROUPS = {"PAIR": ("AAA", "BBB"), "EMPTY": ()}


@pytest.fixture(scope="module")
def record() -> EnsembleRecord:
    return synthetic_record()


@pytest.fixture(scope="module")
def scope(record: EnsembleRecord) -> Scope:
    return scope_of(record, GROUPS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> EnsembleRecord:
    """A small ensemble with every ordered pair recorded."""
    path = tmp_path_factory.mktemp("whole") / "six.yaml"
    path.write_text(TEXT)
    spec = load_scenario(path)
    return run_ensemble(spec, runs=8, extra_pairs=permutations(spec.states, 2))


def value(text: str, record: EnsembleRecord, horizon: str | None = None) -> np.ndarray:
    return parse_metric(text).bind(scope_of(record, GROUPS), horizon).values(record)


# --- values --------------------------------------------------------------------------------------
def test_a_quantity_is_taken_at_the_end(record: EnsembleRecord) -> None:
    last = record.dyad("alignment", "DDD", "AAA")[:, -1]
    assert np.array_equal(value("alignment(DDD, AAA)", record), last)
    assert np.array_equal(value("need(EEE)", record), record.state("need")[:, -1, 4])


def test_windows(record: EnsembleRecord) -> None:
    series = record.dyad("trust", "DDD", "AAA")  # 2024Q2 is tick 0, 2026Q2 tick 8
    assert np.array_equal(value("trust(DDD, AAA) @ 2024Q4", record), series[:, 2])
    assert np.allclose(value("trust(DDD,AAA)@2024Q4..2025Q2", record), series[:, 2:5].mean(axis=1))
    assert np.array_equal(value("trust(DDD, AAA) @ start", record), series[:, 0])
    assert np.allclose(value("trust(DDD, AAA) @ start..end", record), series.mean(axis=1))
    change = value("trust(DDD, AAA) @ end - trust(DDD, AAA) @ start", record)
    assert np.allclose(change, series[:, -1] - series[:, 0])


def test_the_horizon_holds_where_there_is_no_window(record: EnsembleRecord) -> None:
    series = record.dyad("trust", "DDD", "AAA")
    inside = series[:, 2:5].mean(axis=1)
    assert np.allclose(value("trust(DDD, AAA)", record, "2024Q4..2025Q2"), inside)
    assert np.array_equal(value("trust(DDD, AAA) @ end", record, "start"), series[:, -1])
    both = value("(trust(DDD, AAA) + trust(DDD, AAA) @ start) @ 2024Q4..2025Q2", record, "end")
    assert np.allclose(both, inside + series[:, 0])


def test_arithmetic_and_functions(record: EnsembleRecord) -> None:
    a = record.dyad("trust", "DDD", "AAA")[:, -1]
    b = record.dyad("trust", "DDD", "BBB")[:, -1]
    x, y = "trust(DDD, AAA)", "trust(DDD, BBB)"
    assert np.allclose(value(f"{x} - {y} - {x}", record), -b)
    assert np.allclose(value(f"{x} + 2 * {y} / 4", record), a + b / 2)
    assert np.allclose(value(f"-({x} - {y}) * -1.5e0", record), 1.5 * (a - b))
    assert np.allclose(value(f"mean({x}, {y}, 0)", record), (a + b) / 3)
    assert np.allclose(value(f"max({x}, {y})", record), np.maximum(a, b))
    assert np.allclose(value(f"min({x}, .5)", record), np.minimum(a, 0.5))
    assert np.allclose(value(f"abs({x} - {y})", record), np.abs(a - b))
    assert np.allclose(value(f"difference({x}, {y})", record), a - b)
    assert value("1 / 4", record).tolist() == [0.25] * record.runs


def test_division_by_zero_is_not_a_number(record: EnsembleRecord) -> None:
    assert np.isnan(value("need(DDD) / (need(DDD) - need(DDD))", record)).all()


def test_groups_are_means(record: EnsembleRecord) -> None:
    to_a, to_b = (record.dyad("trust", "DDD", j)[:, -1] for j in ("AAA", "BBB"))
    assert np.allclose(value("trust(DDD, PAIR)", record), (to_a + to_b) / 2)
    assert np.allclose(value("need(ALL)", record), record.state("need")[:, -1].mean(axis=1))
    pairs = list(permutations(SHOWN, 2))
    all_pairs = np.mean([record.dyad("trust", i, j)[:, -1] for i, j in pairs], axis=0)
    assert np.allclose(value("trust(FOCAL, FOCAL)", record), all_pairs)
    bound = parse_metric("trust(FOCAL, FOCAL)").bind(scope_of(record))
    assert bound.pairs == tuple(sorted(pairs))


def test_a_group_of_the_scenario_may_have_the_name_of_a_built_in_one(
    record: EnsembleRecord,
) -> None:
    scope = scope_of(record, {"POLES": ("DDD",)})
    assert np.array_equal(
        parse_metric("need(POLES)").bind(scope).values(record), value("need(DDD)", record)
    )


def test_quantities_made_of_others(record: EnsembleRecord) -> None:
    ddd = record.dyad("vulnerability", "DDD", "EEE")[:, -1]
    eee = record.dyad("vulnerability", "EEE", "DDD")[:, -1]
    assert np.array_equal(value("dependence(DDD, EEE)", record), ddd)
    assert np.allclose(value("asymmetry(DDD, EEE)", record), ddd - eee)
    assert np.allclose(value("influence(EEE, DDD)", record), np.maximum(0, ddd - eee))
    for channel in CHANNELS:
        share = record.dyad(channel, "DDD", "AAA")[:, -1]
        assert np.array_equal(value(f"share({channel}, DDD, AAA)", record), share)
    intensity = record.dyad("intensity_3", "DDD", "AAA")
    assert np.allclose(
        value("intensity(DDD, AAA, defence) @ start..end", record), intensity.mean(axis=1)
    )
    hedging = hedging_series(record, "DDD")
    assert hedging is not None
    assert np.array_equal(value("hedging(DDD)", record), hedging[:, -1])
    threat = record.state("threat")[:, -1, 3]
    assert np.array_equal(value("threat(DDD)", record), threat)
    assert np.array_equal(
        value("threat(DDD, AAA)", record), record.dyad("threat_from", "DDD", "AAA")[:, -1]
    )


def test_isolation_is_that_of_the_metrics(whole: EnsembleRecord) -> None:
    n = len(whole.states)
    contact = np.zeros((whole.runs, n, n))
    for a, b in permutations(whole.states, 2):  # what the row receives from the column
        contact[:, whole.index(a), whole.index(b)] = whole.dyad("contact", b, a)[:, -1]
    expected = isolation(contact, whole.state("capability")[:, -1])
    for state in whole.states:
        found = value(f"isolation({state})", whole)
        assert np.allclose(found, expected[:, whole.index(state)])


def test_networks_are_held_from_tick_to_tick(record: EnsembleRecord) -> None:
    seen = Observed(record)
    scope = scope_of(record)
    poles = parse_metric("poles()").bind(scope).series(seen)
    assert poles.shape == (record.runs, record.quarters + 1)
    assert np.array_equal(poles[:, 0], poles[:, 3])
    assert np.array_equal(poles[:, 4], poles[:, 7])
    together = value("same_bloc(AAA, DDD)", record)
    assert set(np.unique(together)) <= {0.0, 1.0}
    assert together.tolist() == (seen.labels[:, -1, 0] == seen.labels[:, -1, 3]).tolist()
    size = value("bloc_size(AAA)", record)
    assert size.tolist() == [(row == row[0]).sum() for row in seen.labels[:, -1]]


def test_blocs_by_another_definition(record: EnsembleRecord) -> None:
    seen = Observed(record)
    allied = record.level[:, -1, 2, 3] == 3  # not many others: the two are one bloc then
    assert value("same_bloc(defence, CCC, DDD)", record)[allied].all()
    for name in MEASURES:
        plain, by_ties = value(f"{name}()", record), value(f"{name}(ties)", record)
        assert np.array_equal(plain, by_ties)
        assert value(f"{name}(alignment)", record).shape == plain.shape
    apart = value("crosscutting(ties, alignment)", record)
    labels = seen.labels[:, -1], seen.labels_by("alignment")[:, -1]
    assert apart.tolist() == crosscutting(*labels).tolist()
    assert not value("crosscutting(ties, ties)", record).any()
    with pytest.raises(MetricError, match="did you mean 'defence'"):
        value("poles(defense)", record)


def test_similarity_is_that_of_the_metrics(record: EnsembleRecord) -> None:
    levels = record.level[0, -1].astype(float)
    np.fill_diagonal(levels, 3.0)
    expected = s_score(levels, record.state("capability")[0, -1], spread=3.0)
    assert value("similarity(AAA, DDD)", record)[0] == pytest.approx(expected[0, 3])
    floor = np.ones_like(record.floor)  # one organisation of all: everybody has the same pacts
    assert (value("similarity(AAA, DDD)", replace(record, floor=floor)) == 1.0).all()


def test_parts_of_hedging_make_the_index(record: EnsembleRecord) -> None:
    e, x = value("hedging(equidistance, DDD)", record), value("hedging(mixing, DDD)", record)
    full = np.minimum(1.0, value("hedging(intensity, DDD)", record) / REFERENCE_INTENSITY)
    assert np.allclose(value("hedging(DDD)", record), np.cbrt(e * full * x))


def test_no_measure_hides_a_recorded_variable() -> None:
    assert not set(BLOC_FORMS) & {*STATE_SERIES, *DYAD_SERIES}


def test_pacts_and_levels(record: EnsembleRecord) -> None:
    series = record.dyad_series.copy()
    row = record.dyad_fields.index("pact_level")
    column = record.dyads.index(("DDD", "AAA"))
    series[:, :, row, column] = 0.0
    series[:, 5:, row, column] = 2.0
    changed = replace(record, dyad_series=series)
    assert value("pact(DDD, AAA, consultation)", changed).tolist() == [1.0] * record.runs
    assert value("pact(DDD, AAA, arms_cooperation)", changed).tolist() == [1.0] * record.runs
    assert value("pact(DDD, AAA, defence)", changed).tolist() == [0.0] * record.runs
    share = value("pact(DDD, AAA, consultation) @ 2025Q2..2025Q4", changed)
    assert np.allclose(share, 2 / 3)


def test_moves_are_counted(record: EnsembleRecord) -> None:
    moves = record.moves
    done = (moves["kind"] == 9) & (moves["accepted"] != 0) & (moves["mover"] == 3)
    late = done & (moves["tick"] >= 5) & (moves["tick"] <= 8)
    by_run = [int((done & (moves["run"] == run)).sum()) for run in range(record.runs)]
    assert sum(by_run) > 0
    assert value("moves(provoke, DDD)", record).tolist() == by_run
    late_by_run = [int((late & (moves["run"] == run)).sum()) for run in range(record.runs)]
    assert value("moves(provoke, DDD) @ 2025Q3..2026Q2", record).tolist() == late_by_run
    total = sum(value(f"moves(provoke, DDD, {j})", record) for j in record.states if j != "DDD")
    assert np.asarray(total).tolist() <= by_run
    made = value("moves(pact, CCC, DDD)", record)
    assert made.tolist() == [1.0, 0.0] * (record.runs // 2)
    assert not value("moves(break, CCC, DDD)", record).any()
    through = parse_metric("moves(provoke, DDD)").bind(scope_of(record)).series(record)
    assert (np.diff(through, axis=1) >= 0).all()
    assert through[:, -1].tolist() == by_run


def test_series_leave_out_the_outermost_window(record: EnsembleRecord) -> None:
    series = record.dyad("trust", "DDD", "AAA")
    scope = scope_of(record)
    outer = parse_metric("trust(DDD, AAA) @ 2024Q4").bind(scope).series(record)
    assert np.array_equal(outer, series)
    change = parse_metric("trust(DDD, AAA) - trust(DDD, AAA) @ start").bind(scope)
    assert np.allclose(change.series(record), series - series[:, :1])
    assert parse_metric("2").bind(scope).series(record).shape == series.shape


def test_every_quantity_has_values_within_its_range(whole: EnsembleRecord) -> None:
    seen = Observed(whole)
    scope = scope_of(whole)
    states = {"i": "CCC", "j": "DDD"}
    for quantity in QUANTITIES.values():
        for form in quantity.forms:
            if set(form.parameters) & set(PLACES):
                continue  # the made-up world has no collectives
            if form.poles and len(scope.poles) < 3:
                states["i"] = "EEE"
            for choice in form.words.get(next(iter(form.words), ""), ("",)):
                words = [states.get(p, choice) for p in form.parameters]
                bound = parse_metric(f"{quantity.name}({', '.join(words)})").bind(scope)
                found = bound.series(seen)
                assert found.shape == seen.shape
                known = found[np.isfinite(found)]  # who sells to nobody has no buyers
                assert known.size == found.size or quantity.name == "buyers", quantity.name
                assert form.low is None or (known >= form.low - 1e-9).all(), quantity.name
                assert form.high is None or (known <= form.high + 1e-9).all(), quantity.name


def test_every_recorded_variable_is_a_quantity() -> None:
    hidden = {f"intensity_{level}" for level in (1, 2, 3)}
    assert set(STATE_SERIES) <= set(QUANTITIES)
    assert set(DYAD_SERIES) - hidden <= set(QUANTITIES)
    assert "break" in KINDS
    assert "none" not in KINDS


def test_pairs_are_recorded_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT)
    spec = load_scenario(path, quarters=2)
    scope = Scope.of(spec)
    metrics = [parse_metric(t).bind(scope) for t in ("isolation(FFF)", "trust(FFF, EEE)")]
    pairs = required_pairs(metrics)
    assert ("FFF", "EEE") in pairs
    assert ("FFF", "EEE") not in recorded_pairs(spec)
    record = run_ensemble(spec, runs=1, extra_pairs=pairs)
    assert all(np.isfinite(metric.values(record)).all() for metric in metrics)
    plain = run_ensemble(spec, runs=1)
    assert np.array_equal(plain.state_series, record.state_series)
    with pytest.raises(KeyError, match="FFF>EEE was not recorded"):
        metrics[1].values(plain)


# --- mistakes ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alignmnet(DDD, AAA)", "1:1: alignmnet: unknown quantity; did you mean 'alignment'?"),
        ("2 *\n  meen(1, 2)", "2:3: meen: unknown function; did you mean 'mean'?"),
        ("bloc_of(DDD)", ("1:1: bloc_of: a bloc is no number; use same_bloc(i, j), bloc_share(i) "
         "or bloc_size(i)")),
        ("trust(DDD, AAB)", ("1:12: AAB: unknown state or group; the states are AAA, BBB, CCC, "
         "DDD, EEE, FFF, GGG, HHH, III, JJJ, KKK, LLL")),
        ("trust(DDD)", "1:1: trust: write trust(i, j)"),
        ("threat()", "1:1: threat: write threat(i) or threat(i, j)"),
        ("share(arm, DDD, AAA)", "1:7: arm: unknown channel; did you mean 'arms'?"),
        ("share(xyz, DDD, AAA)", ("1:7: xyz: unknown channel; expected trade, energy, arms, "
         "arms_stock, finance")),
        ("trust(DDD, DDD)", "1:12: DDD: a pair of a state with itself"),
        ("need(EMPTY)", "1:6: EMPTY: the group is empty"),
        ("need(DDD) @ 2027Q1", "1:13: 2027Q1: after the end of the clock, 2026Q2"),
        ("need(DDD) @ 2024Q1", "1:13: 2024Q1: before the start of the clock, 2024Q2"),
        ("need(DDD) @ 2026Q1..2025Q1", "1:13: the window ends before it begins (2026Q1..2025Q1)"),
        ("need(DDD) @ end..start", "1:13: the window ends before it begins (end..start)"),
        ("need(DDD) @ 2024Q5", "1:13: 2024Q5: a year has quarters Q1 to Q4"),
        ("need(DDD) @", "1:12: expected a quarter such as 2024Q3, 'start' or 'end' at the end"),
        ("need(DDD) @ soon", "1:13: soon: expected a quarter such as 2024Q3, 'start' or 'end'"),
        ("2024Q3", "1:1: 2024Q3: a date stands after '@'"),
        ("3 @ end", "1:3: @: a number has no date; '@' follows a quantity or ')'"),
        ("need(DDD) need(EEE)", "1:11: need: expected an operator or the end of the metric"),
        ("need DDD", ("1:1: need: expected '(' after the name of a quantity, as in "
         "alignment(AAA, BBB)")),
        ("need(DDD", "1:9: expected ',' or ')' at the end"),
        ("(1 + 2", "1:7: expected ')' at the end"),
        ("", "1:1: expected a quantity, a function, a number or '(' at the end"),
        ("1 +", "1:4: expected a quantity, a function, a number or '(' at the end"),
        ("maan(need(DDD))", "1:1: maan: unknown function; did you mean 'mean'?"),
        ("need(need(DDD))", ("1:6: need: stands inside 'need', which takes states, groups and "
         "words only")),
        ("need(1)", "1:6: 1: expected the name of a state or group, or a word"),
        ("abs(1, 2)", "1:1: abs: takes 1 argument, not 2"),
        ("mean()", "1:6: ): expected a quantity, a function, a number or '('"),
        ("3x", "1:1: '3x' is no name, number or operator"),
        ("1 ; 2", "1:3: ';' is no name, number or operator"),
        ("__import__('os')", "1:12: ''' is no name, number or operator"),
        ("need.real", "1:5: '.real' is no name, number or operator"),
        ("1e999", "1:1: 1e999: too large a number"),
        ("(" * 30 + "1" + ")" * 30, f"1:25: (: nested deeper than {MAX_DEPTH}"),
        ("-" * 30 + "1", f"1:25: -: nested deeper than {MAX_DEPTH}"),
        ("1" + "+1" * 101, f"1:202: +: more than {MAX_OPERATORS} operators"),
        ("1" * (MAX_LENGTH + 1), f"1:1: longer than {MAX_LENGTH} characters"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(scope: Scope, text: str, message: str) -> None:
    with pytest.raises(MetricError) as caught:
        parse_metric(text).bind(scope)
    assert str(caught.value) == f"metric:{message}"


def test_a_mistake_is_told_at_the_place_of_its_source() -> None:
    with pytest.raises(MetricError) as caught:
        parse_metric("1 + meen(2)", Source("world.yaml", 12, 9))
    assert str(caught.value).startswith("world.yaml:12:13: meen: ")
    with pytest.raises(MetricError) as caught:
        parse_metric("1 +\nmeen(2)", Source("world.yaml", 12, 9))
    assert str(caught.value).startswith("world.yaml:13:1: meen: ")


def test_too_many_pairs(scope: Scope) -> None:
    big = Scope(tuple(f"S{k}" for k in range(60)), (), {"MANY": ()}, 8096, 8)
    big = replace(big, groups={"MANY": big.states})
    for text in ("trust(MANY, MANY)", "isolation(MANY)"):
        with pytest.raises(MetricError, match=f"needs more than {MAX_PAIRS} pairs of states"):
            parse_metric(text).bind(big)
    assert len(parse_metric("isolation(S3)").bind(big).pairs) == 59


def test_hedging_needs_poles(scope: Scope) -> None:
    lonely = replace(scope, poles=("AAA", "BBB"))
    parse_metric("hedging(DDD)").bind(lonely)
    with pytest.raises(MetricError, match="hedging: needs 2 poles beside the state"):
        parse_metric("hedging(AAA)").bind(lonely)


def test_a_horizon_is_checked_like_a_window(scope: Scope) -> None:
    with pytest.raises(MetricError, match=r"^horizon:1:1: soon: expected a quarter"):
        parse_window("soon")
    with pytest.raises(MetricError, match=r"^horizon:1:8: and: expected the end of the horizon"):
        parse_window("2024Q3 and")
    with pytest.raises(MetricError, match="after the end of the clock"):
        parse_metric("1").bind(scope, "2030Q1")


PIECES = (
    "alignment trust need poles hedging isolation moves share pact intensity threat same_bloc mean "
    "min max abs difference sum weighted above correlation lowest time_to "
    "DDD AAA EEE PAIR ALL FOCAL arms provoke defence start end 2024Q4 "
    "2026Q1 2031Q1 0 1.5 .5 1e9 ( ) , + - * / @ .."
).split()


@given(st.text(max_size=60))
def test_any_text_is_a_metric_or_a_mistake(text: str) -> None:
    message = "metric:"
    try:
        parse_metric(text)
    except UserError as error:
        message = str(error)
    assert message.startswith("metric:")


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_words_evaluate_or_are_a_mistake(words: list[str]) -> None:
    record = synthetic_record()
    message, shape = "metric:", (record.runs,)
    try:
        bound = parse_metric(" ".join(words)).bind(scope_of(record, GROUPS))
        if set(bound.pairs) <= set(record.dyads):
            shape = bound.values(record).shape
    except UserError as error:
        message = str(error)
    assert message.startswith("metric:")
    assert shape == (record.runs,)


ATOMS = st.sampled_from(
    ["need(DDD)", "trust(DDD, AAA)", "poles()", "3", "moves(provoke, EEE)", "trust(DDD, PAIR)"]
)
WINDOWS = st.sampled_from([" @ end", " @ 2024Q4..2025Q2", " @ start", ""])
METRICS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({' '.join(t)})"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"abs({text})"),
    ),
    max_leaves=8,
)


@given(METRICS, WINDOWS)
def test_metrics_that_are_well_formed_evaluate(text: str, window: str) -> None:
    record = synthetic_record()
    bound = parse_metric(f"abs({text}){window}").bind(scope_of(record, GROUPS))
    values, series = bound.values(record), bound.series(record)
    assert values.shape == (record.runs,)
    assert series.shape == (record.runs, record.quarters + 1)
    if not window:
        assert np.array_equal(values, series[:, -1], equal_nan=True)


# --- the page ------------------------------------------------------------------------------------
def test_the_reference_page_is_current(root: Path) -> None:
    page = root / "docs" / "reference" / "metrics.md"
    assert page.read_text("utf-8") == markdown(), "run: multipolar metrics --markdown"

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sim.measure.summary import Change, hedging_series, summarise
from sim.record.arrays import move_dtype
from sim.record.results import Results
from tests.support import synthetic_meta, synthetic_record, synthetic_results


@pytest.fixture(scope="module")
def results() -> Results:
    return synthetic_results()


def test_blocs_members_and_shares(results: Results) -> None:
    report = summarise(results)
    assert [bloc.core for bloc in report.blocs] == ["AAA", "CCC", "BBB"]
    assert report.unaligned == ("JJJ",)
    assert (report.runs, report.start, report.end) == (12, "2024Q2", "2026Q2")
    # the wanderer ends with the third bloc in two of three runs
    third = report.blocs[1]
    share = {member.state: member.together for member in third.members}
    assert share["KKK"] == pytest.approx(2 / 3)
    assert share["CCC"] == 1.0
    second = report.blocs[2]
    assert [member.state for member in second.contested] == ["KKK"]
    assert report.modal
    assert report.frequency == pytest.approx(2 / 3)
    assert report.partitions == 2


def test_bloc_shares_add_up(results: Results) -> None:
    report = summarise(results)
    end = results.capability[:, -1]
    total = sum(np.median(bloc.share.end.median) for bloc in report.blocs)
    alone = np.median(end[:, results.record.index("JJJ")] / end.sum(axis=1))
    assert total + alone == pytest.approx(1.0, abs=0.01)
    for bloc in report.blocs:
        assert bloc.share.end.low <= bloc.share.end.median <= bloc.share.end.high
    # in the runs without the wanderer the third bloc is weaker than its consensus members
    assert report.blocs[1].core_share.end.low < report.blocs[1].share.end.low


def test_effective_poles_at_both_ends(results: Results) -> None:
    poles = summarise(results).poles
    assert poles == Change(results.poles(0), results.poles(-1))
    assert 2.0 < poles.end.median < 4.0


def test_focal_states(results: Results) -> None:
    record = results.record
    report = summarise(results)
    assert [state.state for state in report.focal] == list(record.focal)
    state = report.focal[0]
    series = record.dyad("alignment", "DDD", "CCC")
    assert state.alignment["CCC"].end.median == pytest.approx(np.median(series[:, -1]))
    assert list(report.focal[-1].alignment) == ["AAA", "BBB"]
    start, end = state.dependence["arms"]
    assert start.partner == end.partner == "AAA"
    assert start.first == 1.0
    pact = next(pact for pact in state.pacts if pact.partner == "CCC")
    assert (pact.start, pact.start_level, pact.end, pact.end_level) == (0, "none", 0.5, "defence")
    assert state.pact_count.end.high >= state.pact_count.end.median


def test_hedging_needs_two_other_poles(results: Results) -> None:
    record = results.record
    series = hedging_series(record, "DDD")
    assert series is not None
    assert series.shape == (12, 9)
    assert ((series >= 0) & (series <= 1)).all()
    assert hedging_series(replace(record, poles=("AAA",)), "DDD") is None
    assert hedging_series(record, "DDD", ["nonsense"]) is None


def test_hedging_of_a_run_does_not_depend_on_the_other_runs(results: Results) -> None:
    record = results.record
    moved = record.state_series.copy()
    moved[1:, 0, record.state_fields.index("ideal_point")] *= np.linspace(2, 9, 11)[:, None]
    before, after = (
        hedging_series(x, "DDD") for x in (record, replace(record, state_series=moved))
    )
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[1], after[1])


def test_pacts_are_counted_by_run(results: Results) -> None:
    report = summarise(results)
    (formed,) = report.formed
    assert formed.states == ("CCC", "DDD")
    assert (formed.level, formed.runs) == ("defence", 0.5)
    assert report.broken == ()

    rows = np.zeros(5, move_dtype(len(results.record.term_names)))
    rows["run"], rows["tick"] = [0, 0, 1, 2, 3], [3, 5, 4, 5, 6]
    rows["mover"], rows["partner"], rows["kind"], rows["accepted"] = 1, 2, 1, [1, 1, 1, 0, 1]
    rows["mover"][2], rows["partner"][2] = 2, 1
    rows["before"], rows["after"] = 3, [0, 0, 1, 0, 0]
    changed = Results(replace(results.record, moves=rows), synthetic_meta())
    report = summarise(changed)
    (broken,) = report.broken
    assert report.formed == ()
    assert broken.states == ("BBB", "CCC")
    assert broken.runs == pytest.approx(3 / 12)
    assert broken.median == "2025Q2"  # of first ticks 3, 4 and 6
    assert broken.level == "defence"


def test_the_report_is_json(results: Results) -> None:
    tree = json.loads(json.dumps(summarise(results).to_dict(), allow_nan=False))
    assert tree["blocs"][0]["core"] == "AAA"
    assert "not predictions" in tree["note"]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("size", [(12, 12), (30, 45), (1, 4)])
def test_the_tables_fit_the_terminal(width: int, size: tuple[int, int]) -> None:
    results = synthetic_results(runs=size[0], n=size[1])
    text = summarise(results).text(width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    for code in results.record.states:
        assert code in text
    assert " ".join(text.split()).count("not predictions") == 1


def test_a_world_without_ties_or_focal_states() -> None:
    record = synthetic_record(runs=3)
    bare = replace(
        record,
        tie=np.zeros_like(record.tie),
        level=np.zeros_like(record.level),
        moves=record.moves[:0],
        focal=(),
        dyads=(),
        dyad_series=record.dyad_series[..., :0],
    )
    report = summarise(Results(bare, synthetic_meta()))
    assert report.blocs == ()
    assert report.unaligned == record.states
    assert "All runs end in this partition" in report.text()
    assert "Pacts made or raised: in no run." in report.text()

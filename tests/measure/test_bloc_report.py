"""The bloc report of a made-up world in which it is known what must be in it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.blocs import DEFINITIONS, MEASURES, agreement, canonical
from sim.cli import app
from sim.errors import UserError
from sim.measure.summary import BlocReport, bloc_labels_by, describe_blocs
from sim.record.results import MANIFEST, Results
from tests.support import synthetic_meta, synthetic_record, synthetic_results


@pytest.fixture(scope="module")
def results() -> Results:
    return synthetic_results()


@pytest.fixture(scope="module")
def report(results: Results) -> BlocReport:
    return describe_blocs(results)


def test_blocs_are_those_of_the_summary(results: Results, report: BlocReport) -> None:
    assert [bloc.core for bloc in report.blocs] == ["AAA", "CCC", "BBB"]
    assert [(it.state, it.alone) for it in report.unaligned] == [("JJJ", 1.0)]
    assert (report.start, report.end, report.kept) == (
        "2024Q2",
        "2026Q2",
        ("2024Q2", "2025Q2", "2026Q2"),
    )
    assert (report.definition, report.meaning) == ("ties", DEFINITIONS["ties"])
    # the wanderer is in the third bloc in two of three runs
    exact = {standing.core: standing.exact for standing in report.standing}
    assert exact == {"AAA": 1.0, "CCC": pytest.approx(2 / 3), "BBB": pytest.approx(2 / 3)}
    assert report.standing[0].persistence.low == 1.0
    assert report.standing[1].persistence.low < 1.0


def test_co_membership_is_ordered_by_bloc(results: Results, report: BlocReport) -> None:
    n = len(results.record.states)
    together = np.array(report.together)
    assert together.shape == (n, n)
    assert sorted(report.states) == sorted(results.record.states)
    assert (np.diag(together) == 1.0).all()
    assert (together == together.T).all()
    at = report.states.index
    assert together[at("KKK"), at("CCC")] == pytest.approx(2 / 3)
    assert report.states[0] == "AAA"
    assert report.states[-1] == "JJJ"


def test_partitions_are_certified(results: Results, report: BlocReport) -> None:
    known = report.certified
    assert (known.networks, known.proven) == (12, 12)
    assert known.largest_gap < 1e-7
    assert known.consensus is None  # the most frequent outcome
    few = describe_blocs(results, networks=3).certified
    assert few.networks == 3
    none = describe_blocs(results, seconds=0.0)
    assert none.certified.networks == 0
    assert "no time" in none.text()


def test_a_split_has_a_date_and_a_frequency(results: Results) -> None:
    """In four of twelve runs the first bloc falls apart in the last year, in one a year before."""
    tie = np.full_like(results.record.tie, -0.2)
    first, second = [0, 1, 2], [3, 4, 5]
    everybody = [*first, *second]
    tie[np.ix_(range(12), range(3), everybody, everybody)] = 1.4
    for runs, tick in (([0, 1, 2, 3], 2), ([0], 1)):
        tie[np.ix_(runs, [tick], first, second)] = -1.4
        tie[np.ix_(runs, [tick], second, first)] = -1.4
    report = describe_blocs(Results(replace(results.record, tie=tie), synthetic_meta()))
    (split,) = report.events
    assert (split.kind, split.cores) == ("split", ("AAA", "DDD"))
    assert split.runs == pytest.approx(1 / 3)
    assert (split.low, split.median, split.high) == ("2025Q2", "2026Q2", "2026Q2")
    assert "AAA | DDD" in report.text()


def test_measures_at_both_ends(results: Results, report: BlocReport) -> None:
    assert set(report.measures) == set(MEASURES)
    poles = report.measures["poles"]
    assert (poles.start, poles.end) == (results.poles(0), results.poles(-1))
    assert report.measures["blocs"].end.median == 3
    assert report.measures["unaligned"].end.median == 1


def test_focal_states_have_positions(results: Results, report: BlocReport) -> None:
    assert [it.state for it in report.positions] == list(results.record.focal)
    state = report.positions[0]
    assert state.hedging is not None
    assert set(state.similarity) == {"AAA", "BBB", "CCC"}
    assert state.isolation is None  # contact of all with it was not recorded
    pole = report.positions[-1]
    assert set(pole.similarity) == {"AAA", "BBB"}


def test_rivals_say_how_the_answer_changes(results: Results, report: BlocReport) -> None:
    asked, *others = report.rivals
    assert asked.definition == "ties"
    assert asked.agreement.low == asked.consensus_agreement == 1.0
    assert asked.crosscutting.high == 0.0
    assert {rival.definition for rival in others} == set(DEFINITIONS) - {"ties"}
    for rival in others:
        labels = bloc_labels_by(results, rival.definition)[:, -1]
        ours = results.bloc_labels[:, -1]
        assert rival.agreement.median == pytest.approx(np.median(agreement(ours, labels)))
        assert sum(map(len, rival.blocs)) + rival.unaligned == len(results.record.states)
    assert asked.companions["DDD"] == "AAA"


@pytest.mark.parametrize("definition", list(DEFINITIONS))
def test_every_definition_can_be_asked_for(results: Results, definition: str) -> None:
    report = describe_blocs(results, definition)
    assert report.rivals[0].definition == definition
    members = [{m.state for m in bloc.members} for bloc in report.blocs]
    assert [set(bloc) for bloc in report.rivals[0].blocs] == members
    assert report.certified.proven == 12
    tree = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert tree["definition"] == definition
    assert max(len(line) for line in report.text(90).splitlines()) <= 90


def test_no_other_definition(results: Results) -> None:
    with pytest.raises(UserError, match="did you mean 'defence'"):
        describe_blocs(results, "defense")


def test_labels_by_ties_are_those_of_the_results(results: Results) -> None:
    assert bloc_labels_by(results, "ties") is results.bloc_labels
    defence = bloc_labels_by(results, "defence")
    assert (canonical(defence) == defence).all()


def test_a_world_without_ties_or_focal_states() -> None:
    record = synthetic_record(runs=3)
    bare = replace(
        record,
        tie=np.zeros_like(record.tie),
        level=np.zeros_like(record.level),
        focal=(),
        dyads=(),
        dyad_series=record.dyad_series[..., :0],
    )
    report = describe_blocs(Results(bare, synthetic_meta()))
    assert report.blocs == ()
    assert len(report.unaligned) == 12
    assert report.positions == ()
    json.dumps(report.to_dict(), allow_nan=False)
    text = report.text()
    assert "Splits and mergers: in no run" in text
    assert "in hardly any" in text


def test_the_command(results: Results, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = results.save(tmp_path_factory.mktemp("blocs") / "result")
    shown = CliRunner().invoke(app, ["blocs", str(folder)])
    assert shown.exit_code == 0
    assert "How the answer changes with the definition" in shown.stdout
    asked = ["blocs", str(folder), "--definition", "defence", "--networks", "2", "--json"]
    tree = json.loads(CliRunner().invoke(app, asked).stdout)
    assert tree["definition"] == "defence"
    assert tree["certified"]["networks"] == 2
    wrong = CliRunner().invoke(app, ["blocs", str(folder / "nowhere")])
    assert isinstance(wrong.exception, UserError)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps(manifest | {"kind": "comparison"}), "utf-8")
    other = CliRunner().invoke(app, ["blocs", str(folder)])
    assert "a saved comparison" in str(other.exception)

"""Answers of the engine beside those of other theories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import cli
from sim.blocs import co_membership, find_blocs
from sim.drivers.ensemble import run_ensemble
from sim.errors import UserError
from sim.record.saved import load_saved
from sim.scenario import load_scenario
from sim.study.null import null
from sim.study.null.models import RANDOM
from sim.study.robust import NULLS, START, Pair, Robust, robust, said
from sim.theories import Given, find_theory
from tests.inline_scenario import TEXT

CLAIM = """
claims:
  C1: {text: The shock moves Delta., metric: "alignment(DDD, AAA)", arms: [base, calm],
       direction: lower}
"""


def test_verdicts() -> None:
    others = {"a": 0.9, "b": 0.1, "c": 0.5, "d": None}
    pair = Pair(("AAA", "BBB"), 0.8, others)
    assert [pair.verdict(x) for x in others] == ["agrees", "disagrees", "unsure", "silent"]
    unsure = Pair(("AAA", "BBB"), 0.5, others)
    assert [unsure.verdict(x) for x in others] == ["unsure", "unsure", "unsure", "silent"]
    assert (said(2 / 3), said(1 / 3)) == ("together", "apart")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("six") / "six.yaml"
    path.write_text(TEXT + CLAIM)
    return path


@pytest.fixture(scope="module")
def found(path: Path) -> Robust:
    return robust(str(path), runs=6)


def test_all_are_asked(path: Path, found: Robust) -> None:
    assert [pair.states for pair in found.pairs] == [
        ("AAA", "BBB"),
        ("AAA", "CCC"),
        ("AAA", "DDD"),
        ("BBB", "CCC"),
        ("BBB", "DDD"),
        ("CCC", "DDD"),
    ]
    theories = ("balance", "gravity", "landscape", "shapley")
    assert found.rivals == (START, *NULLS[1:], *theories)
    assert list(found.silent) == ["bargaining"]
    shapley = find_theory("shapley").of(Given(str(path))).together()
    assert shapley is not None
    assert found.pairs[1].others["shapley"] == shapley[0, 2] == 1  # allies of old
    for rival in found.rivals:
        assert sum(found.count(rival).values()) == 6
        assert sum(found.count(rival, found.conclusions).values()) == len(found.conclusions)


def test_pairs_are_those_of_the_runs(path: Path, found: Robust) -> None:
    record = run_ensemble(load_scenario(path), runs=6)
    for at, share in ((-1, lambda x: x.engine), (0, lambda x: x.others[START])):
        together = co_membership(find_blocs(record.tie[:, at]))
        assert share(found.pairs[1]) == together[0, 2]
    random = found.pairs[1].others[RANDOM]
    assert random is not None
    assert random * 6 == pytest.approx(round(random * 6))


def test_conclusions_are_those_of_the_nulls(path: Path, found: Robust) -> None:
    assert [x.what for x in found.conclusions][-1] == "C1"
    again = null(path, nulls=NULLS, runs=6)
    for x in found.conclusions:
        row = again.of(RANDOM, x.what)
        assert (x.engine, x.others[RANDOM]) == (row.full, row.value)
        assert x.verdict("landscape") == "silent"
        if x.clear:
            assert x.verdict(RANDOM) == ("agrees" if row.reproduced else "disagrees")
            assert x.verdict(START) == "disagrees"
        else:
            assert x.verdict(RANDOM) == "unsure"


def test_saved_answers_are_read_as_they_were(found: Robust, tmp_path: Path) -> None:
    loaded = load_saved(found.save(tmp_path / "made"))
    assert loaded.to_dict() == found.to_dict()
    assert loaded.run_id == found.run_id
    assert loaded.sentence().startswith("Random choice has ")


def test_command(path: Path, found: Robust, tmp_path: Path) -> None:
    words = ["robust", str(path), "--runs", "6", "-q"]
    out = tmp_path / "made"
    told = json.loads(CliRunner().invoke(cli.app, [*words, "--json", "--out", str(out)]).stdout)
    assert told == found.to_dict()
    assert (out / "figures" / "robust.png").is_file()
    shown = CliRunner().invoke(cli.app, [*words, "--no-claims"]).stdout
    assert "bargaining is silent: it speaks of positions, not of sides" in shown
    assert "C1" not in shown


def test_too_few_states(tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT.replace("poles: [AAA, BBB]\n", "").replace("[CCC, DDD]\ng", "[CCC]\ng"))
    with pytest.raises(UserError, match="fewer than two focal states and poles"):
        robust(str(path), runs=1)

"""Answers of the engine beside those of other theories."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import cli
from sim.errors import UserError
from sim.experiments.robust import START, Pair, robust, said
from sim.theories import Given, find_theory
from tests.inline_scenario import TEXT


def test_verdicts() -> None:
    others = {"a": 0.9, "b": 0.1, "c": 0.5, "d": None}
    pair = Pair(("AAA", "BBB"), 0.8, others)
    assert [pair.verdict(x) for x in others] == ["agrees", "disagrees", "unsure", "silent"]
    unsure = Pair(("AAA", "BBB"), 0.5, others)
    assert [unsure.verdict(x) for x in others] == ["unsure", "unsure", "unsure", "silent"]
    assert (said(2 / 3), said(1 / 3)) == ("together", "apart")


def test_all_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT)
    found = robust(str(path), runs=6)
    assert [pair.states for pair in found.pairs] == [
        ("AAA", "BBB"),
        ("AAA", "CCC"),
        ("AAA", "DDD"),
        ("BBB", "CCC"),
        ("BBB", "DDD"),
        ("CCC", "DDD"),
    ]
    assert found.rivals == (START, "balance", "gravity", "landscape", "shapley")
    assert list(found.silent) == ["bargaining"]
    shapley = find_theory("shapley").of(Given(str(path))).together()
    assert shapley is not None
    assert found.pairs[1].others["shapley"] == shapley[0, 2] == 1  # allies of old
    for rival in found.rivals:
        assert sum(found.count(rival).values()) == 6

    words = ["robust", str(path), "--runs", "6", "-q"]
    told = json.loads(CliRunner().invoke(cli.app, [*words, "--json"]).stdout)
    assert told == found.to_dict()
    shown = CliRunner().invoke(cli.app, words).stdout
    assert "bargaining is silent: it speaks of positions, not of sides" in shown


def test_too_few_states(tmp_path: Path) -> None:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT.replace("poles: [AAA, BBB]\n", "").replace("[CCC, DDD]\ng", "[CCC]\ng"))
    with pytest.raises(UserError, match="fewer than two focal states and poles"):
        robust(str(path), runs=1)

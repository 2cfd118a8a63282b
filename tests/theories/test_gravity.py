"""What theories take of a scenario, and the logit of gravity and common enemies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.errors import UserError
from sim.theories import Given
from sim.theories.given.start import pairs_of, positions_of, relations_of
from sim.theories.gravity import TERMS, Gravity, features, learn_from
from tests.inline_scenario import TEXT

CODES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "six.yaml"
    path.write_text(TEXT)
    return str(path)


def symmetric(pairs: dict[str, float]) -> np.ndarray:
    x = np.zeros((6, 6))
    for pair, value in pairs.items():
        i, j = (CODES.index(code) for code in pair.split("-"))
        x[i, j] = x[j, i] = value
    return x


def test_relations_of_a_scenario(scenario: str) -> None:
    """The stated formula, from the numbers of the scenario and the priors of the model."""
    ideal = np.array([1.5, -1.0, 1.0, -0.8, -0.2, 0.3])
    rivalry = symmetric({"CCC-DDD": 1.0, "AAA-BBB": 0.8})
    trust = 0.68 - 0.09 * np.abs(ideal[:, None] - ideal) - 0.25 * rivalry
    trust += 0.1 * symmetric({"AAA-CCC": 0.5})
    trust[3, 4] = 0.7
    trust[[0, 2], 3] = 0.2
    sanctions = np.zeros((6, 6))
    sanctions[[0, 2], 3] = 0.5
    bond = symmetric({"AAA-CCC": 1.0, "BBB-DDD": 0.3, "BBB-EEE": 0.3, "DDD-EEE": 0.3})
    trust -= trust[~np.eye(6, dtype=bool)].mean()
    expected = bond - np.maximum(rivalry, sanctions) + trust
    np.fill_diagonal(expected, 0)

    found = relations_of(scenario)
    assert found.names == CODES
    assert [float(x) for x in found.sizes] == [0.3, 0.2, 0.05, 0.08, 0.01, 0.02]
    rows = np.array([[float(x) for x in row] for row in found.propensities])
    assert rows == pytest.approx(expected, abs=5.1e-4)


def test_positions_and_pairs_of_a_scenario(scenario: str) -> None:
    found = positions_of(scenario)
    assert found.positions[:, 0] == pytest.approx([100, 0, 80, 8, 32, 52])
    assert found.influence.tolist() == [0.3, 0.2, 0.05, 0.08, 0.01, 0.02]
    pairs = pairs_of(scenario)
    assert pairs.distance[0, 1] == 6000
    assert np.argwhere(np.triu(pairs.rivals)).tolist() == [[0, 1], [2, 3]]
    assert np.argwhere(np.triu(pairs.tied)).tolist() == [[0, 2]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two years of 120 states whose pacts follow known coefficients."""
    rng = np.random.default_rng(2)
    place = tmp_path / "tables"
    place.mkdir()
    codes = np.arange(2, 122)
    years = [1950, 1951]
    size = rng.lognormal(-5, 1, 120)
    pd.DataFrame(
        {"ccode": np.tile(codes, 2), "year": np.repeat(years, 120), "cinc": np.tile(size, 2)}
    ).to_csv(place / "states.csv", index=False)
    i, j = np.triu_indices(120, 1)
    km, enemies = rng.uniform(0, 9000, len(i)), rng.poisson(0.6, len(i))
    odds = features(size[i] * size[j], km, enemies) @ [6.0, 0.5, -0.4, 1.2]
    frames = [
        pd.DataFrame(
            {
                "ccode1": codes[i],
                "ccode2": codes[j],
                "year": year,
                "defense": (rng.random(len(i)) < 1 / (1 + np.exp(-odds))).astype(int),
                "mindist": km,
                "common_rivals": enemies,
            }
        )
        for year in years
    ]
    pd.concat(frames).to_csv(place / "dyads.csv", index=False)
    return place


def test_coefficients_are_found_again(folder: Path, scenario: str) -> None:
    found = Gravity.of(Given(file=scenario, data=folder))
    assert found.learned == 2 * 120 * 119 // 2
    assert (np.abs(found.coefficients - [6.0, 0.5, -0.4, 1.2]) < 3.5 * found.errors).all()
    assert found.errors.max() < 0.5
    x, y = learn_from(folder)
    assert x.shape == (len(y), len(TERMS))


def test_command(folder: Path, scenario: str) -> None:
    words = ["theory", "gravity", scenario]
    found = json.loads(CliRunner().invoke(cli.app, [*words, "--json", "--all"]).stdout)
    assert found["learned"] == len(found["pairs"]) == 15
    chances = [it["chance"] for it in found["pairs"]]
    assert chances == sorted(chances, reverse=True)
    assert sum(it["allied"] for it in found["pairs"]) == 1
    told = CliRunner().invoke(cli.app, [*words, "--data", str(folder)]).stdout
    assert "Learned from 14,280 pairs" in told


def test_mistakes(tmp_path: Path, scenario: str, folder: Path) -> None:
    with pytest.raises(UserError, match="name a scenario"):
        Gravity.of(Given())
    alone = tmp_path / "alone.yaml"
    alone.write_text(
        TEXT.replace("type: defence, since: 1949Q2", "type: consultation, since: 1949Q2")
    )
    with pytest.raises(UserError, match="nothing to learn from"):
        Gravity.of(Given(file=str(alone)))
    table = folder / "states.csv"
    table.write_text(table.read_text().replace("cinc", "sinc"))
    with pytest.raises(UserError, match="have no column cinc"):
        Gravity.of(Given(file=scenario, data=folder))


@pytest.mark.parametrize("name", ["landscape", "balance", "shapley"])
def test_theories_of_relations_take_a_scenario(name: str, scenario: str) -> None:
    ran = CliRunner().invoke(cli.app, ["theory", name, scenario, "--json"])
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["actors"] == list(CODES)


def test_a_table_may_stand_for_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("A,B,1\nB,C,-1\nA,C,-1\n")
    (tmp_path / "a.CSV").write_text("name,influence,pos,sal\nA,1,10,50\nB,2,20,50\nC,1,90,50\n")
    for name, table in (("balance", "p.csv"), ("landscape", "p.csv"), ("bargaining", "a.CSV")):
        ran = CliRunner().invoke(cli.app, ["theory", name, str(tmp_path / table), "--json"])
        assert json.loads(ran.stdout)["actors"] == ["A", "B", "C"]


def test_command_line_mistakes() -> None:
    runner = CliRunner()
    for words, said in (
        (["lanscape"], "there is no theory 'lanscape'; did you mean 'landscape'"),
        (["landscape"], "name a scenario, or tables: --propensities"),
        (["bargaining"], "name a scenario, or a table of positions: --actors"),
        (["balance", "--set", "p"], "expected KEY=VALUE"),
        (["balance", "--set", "p=2"], "p: 2 is out of range: expected 0 to 1"),
        (["balance", "--set", "p=x"], "p: 'x' is not a number"),
    ):
        assert said in str(runner.invoke(cli.app, ["theory", *words]).exception)
    listed = runner.invoke(cli.app, ["theory"]).stdout
    names = [line.partition(":")[0] for line in listed.splitlines()]
    assert names == ["balance", "bargaining", "gravity", "landscape", "shapley"]

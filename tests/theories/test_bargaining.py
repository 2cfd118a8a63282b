"""Bargaining: against the published run of KTAB's example on two issues, and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.errors import UserError
from sim.theories.bargaining import Bargaining
from sim.theories.given import Positions, read_positions

# The example "Policy and Competitive" of KTAB (KAPSARC, MIT licence), with its reference run of
# 30 May 2017 at the defaults: 13 actors, two issues.
TABLE = """Our copy,of two issues;13,13,2,
Actor,Description,Influence,Policy Position,Policy Salience,Competitive Position,Competitive Sal,
XJ,a, 100.0,30,24.0,20,48.0,
LK,b, 60.2,45,44.7,65,41.3,
ZG,c, 35.0,30,28.9,15,65.1,
MK,d, 35.0,45,20.6,45,49.4,
LH,e, 40.0,50,44.7,65,47.8,
XS,f, 20.0,15,32.0,10,32.0,
NEA,g, 15.0,20,32.0,15,32.0,
MLR,h, 25.0,60,43.9,50,50.1,
MEP,i, 20.0,30,26.4,15,17.6,
MOF,j, 35.0,45,35.9,40,46.6,
SHX,k, 20.0,50,44.7,50,47.8,
HLJ,l, 20.0,20,47.4,30,40.6,
WY,m, 40.0,15,49.0,60,46.0,
"""
TURNS = 27
RISK = [1, -0.498, -0.452, 0.362, -0.5, -0.5, -0.497, -0.499, -0.452, 0.643, -0.383, -0.196, -0.5]
# positions after turns 1, 10 and 27, policy over competitive
PUBLISHED = {
    1: (
        [30.0, 44.8, 30.0, 44.9, 49.6, 42.9, 20.0, 59.7, 29.6, 42.9, 49.9, 20.0, 15.0],
        [20.0, 64.6, 15.0, 45.0, 64.4, 38.8, 15.0, 49.8, 14.7, 38.8, 50.0, 29.9, 60.0],
    ),
    10: (
        [40.1, 44.7, 30.0, 39.6, 38.3, 39.9, 40.1, 37.4, 40.1, 40.1, 39.6, 38.3, 15.0],
        [28.2, 64.4, 15.0, 39.4, 28.1, 39.1, 38.6, 38.5, 38.3, 38.3, 39.4, 28.1, 60.0],
    ),
    27: (
        [43.2, 43.2, 38.7, 38.6, 38.7, 38.6, 38.7, 38.7, 38.7, 38.8, 38.8, 38.8, 15.0],
        [43.3, 43.3, 28.8, 28.8, 28.8, 29.5, 29.0, 29.0, 28.9, 30.7, 30.8, 30.8, 60.0],
    ),
}
CHANCES = [0.0618, 0.0156, 0.0117, 0.4340, 0.0028, 0, 0.0020, 0.0013, 0.0117, 0.2481, 0.1533]
CHANCES += [0.0689, 0.0005]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "actors.csv"
    path.write_text(TABLE)
    return path


def test_published_example(table: Path) -> None:
    found = Bargaining(read_positions(table))
    assert len(found.trajectory) == TURNS + 1
    assert found.risk == pytest.approx(RISK, abs=5.1e-4)
    assert found.chances[0] == pytest.approx(CHANCES, abs=5.1e-5)
    for turn, published in PUBLISHED.items():
        assert pytest.approx(np.array(published), abs=0.051) == found.trajectory[turn].T


def test_command(table: Path) -> None:
    words = ["theory", "bargaining", "--actors", str(table)]
    ran = CliRunner().invoke(cli.app, [*words, "--json", "--all", "--set", "turns=2"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["turns"] == 2
    assert found["issues"] == ["Policy", "Competitive"]
    assert np.shape(found["trajectory"]) == (3, 13, 2)
    assert "HLJ" in CliRunner().invoke(cli.app, words).stdout
    with pytest.raises(UserError, match="'turn' is no setting of this theory; it has turns; did"):
        CliRunner().invoke(cli.app, [*words, "--set", "turn=2"], catch_exceptions=False)


def made(x: list[list[float]], c: list[float], s: list[list[float]]) -> Positions:
    names = tuple("ABCDEFGH"[: len(c)])
    issues = tuple(str(k + 1) for k in range(len(x[0])))
    return Positions(names, issues, np.array(c), np.array(x), np.array(s))


def test_median_beats_all_others_on_one_issue() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        x, c, s = rng.uniform(0, 100, (7, 1)), rng.uniform(1, 9, 7), rng.uniform(10, 100, (7, 1))
        found = Bargaining(made(x.tolist(), c.tolist(), s.tolist()))
        w, d = c * s[:, 0], np.abs(x - x.T)
        # votes by who is nearer
        margins = (w[:, None, None] * np.sign(d[:, None, :] - d[:, :, None])).sum(axis=0)
        winner = int((margins >= 0).all(axis=1).argmax())
        assert found.median[0] == x[winner, 0]


def test_a_challenge_by_hand() -> None:
    """Two far apart, equal, half interested: P = 1/2, and they would meet half way."""
    found = Bargaining(made([[0], [100]], [1, 1], [[50], [50]]))
    assert found.risk.tolist() == [0, 0]
    # gain: (1/2) 2 + (1/2) (1/2 x 2 + 1/2 x 0) - (1 + 0) = 1/2
    assert found._challenge(0, np.eye(2)) == (1, 0.5)
    zero, one = np.zeros(1), np.ones(1)
    assert found._bargain(zero, one, 0, 1, 0.5) == (0.5, 0.5)
    # without regard to risk neither gains by that: nobody moves
    assert found.trajectory[-1].tolist() == [[0], [100]]


def test_positions_stay_among_those_held() -> None:
    rng = np.random.default_rng(5)
    x, c, s = rng.uniform(0, 100, (8, 3)), rng.uniform(1, 9, 8), rng.uniform(5, 33, (8, 3))
    moves = Bargaining(made(x.tolist(), c.tolist(), s.tolist())).trajectory
    assert len(moves) > 2
    assert (moves >= x.min(axis=0) - 0.01).all()
    assert (moves <= x.max(axis=0) + 0.01).all()


def test_who_stands_alike_stays() -> None:
    found = Bargaining(made([[40, 20]] * 3, [1, 2, 3], [[30, 30]] * 3))
    assert (found.trajectory == [[40, 20]]).all()


def test_saliences_are_shares() -> None:
    with pytest.raises(UserError, match="saliences of B sum to 120; expected above 0, at most 100"):
        Bargaining(made([[1, 2], [3, 4]], [1, 1], [[50, 50], [60, 60]]))

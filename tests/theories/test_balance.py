"""Structural balance against what is known of it in closed form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from typer.testing import CliRunner

from sim import cli
from sim.errors import UserError
from sim.theories.balance import Balance, balanced_share, friendly_share, turn_triads


def drawn(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = np.triu(rng.normal(size=(n, n)), 1)
    return x + x.T


def named(n: int) -> tuple[str, ...]:
    return tuple(f"A{k}" for k in range(n))


def test_closed_form_against_integration() -> None:
    found = Balance(named(8), drawn(8, 1))
    until = 0.9 * found.escape
    solved = solve_ivp(
        lambda _, x: (x.reshape(8, 8) @ x.reshape(8, 8)).ravel(),
        (0, until),
        found.start.ravel(),
        rtol=1e-10,
        atol=1e-12,
    )
    assert solved.y[:, -1].reshape(8, 8) == pytest.approx(found.at(until), rel=1e-6, abs=1e-8)
    with pytest.raises(ValueError, match="is not from 0 to before"):
        found.at(found.escape)


@pytest.mark.parametrize("seed", range(5))
def test_factions_are_those_of_the_signs_at_the_escape(seed: int) -> None:
    found = Balance(named(12), drawn(12, seed))
    late = np.sign(found.at((1 - 1e-9) * found.escape))
    side = np.array([1 if name in found.factions[0] else -1 for name in found.names])
    assert (late == np.outer(side, side)).all()
    assert side[0] == 1


def test_two_camps_stay() -> None:
    side = np.array([1, 1, -1, 1, -1])
    found = Balance(named(5), np.outer(side, side).astype(float))
    assert found.factions == (("A0", "A1", "A3"), ("A2", "A4"))
    assert found.escape == pytest.approx(1 / 4)
    assert (found.triads.balanced == 1).all()


def test_balanced_share_by_counting() -> None:
    signs = np.sign(drawn(7, 3)).astype(np.int8)
    triples = [(i, j, k) for i in range(7) for j in range(i) for k in range(j)]
    counted = np.mean([signs[i, j] * signs[j, k] * signs[k, i] > 0 for i, j, k in triples])
    assert balanced_share(signs) == pytest.approx(counted)


@pytest.mark.parametrize("p", [0.0, 0.25, 0.4])
def test_friendships_settle_below_one_half(p: float) -> None:
    signs = -np.ones((96, 96), np.int8)
    np.fill_diagonal(signs, 0)
    found = turn_triads(signs, p, 24.0, np.random.default_rng(4))
    assert found.friendly[0] == 0
    assert found.friendly[-40:].mean() == pytest.approx(friendly_share(p), abs=0.015)
    # drawn triads are as if links were independent
    f = friendly_share(p)
    assert found.balanced[-40:].mean() == pytest.approx(f**3 + 3 * f * (1 - f) ** 2, abs=0.02)


def test_all_are_friends_above_one_half() -> None:
    signs = -np.ones((64, 64), np.int8)
    np.fill_diagonal(signs, 0)
    found = turn_triads(signs, 0.6, 60.0, np.random.default_rng(4))
    assert found.friendly[-1] == found.balanced[-1] == 1


def test_transition() -> None:
    """The share is continuous at one half, where it rises with an infinite slope."""
    assert friendly_share(0.5) == friendly_share(0.9) == 1
    assert 1 - friendly_share(0.5 - 1e-6) == pytest.approx(np.sqrt(6e-6), rel=0.01)


def test_too_few() -> None:
    with pytest.raises(UserError, match="at least three actors"):
        Balance(named(2), np.zeros((2, 2)))


def test_command(tmp_path: Path) -> None:
    path = tmp_path / "net.net"
    path.write_text(
        '*Vertices 4\n1 "A"\n2 "B"\n3 "C"\n4 "D"\n*Edges\n1 2 1\n3 4 1\n1 3 -1\n2 4 -1\n'
    )
    words = ["theory", "balance", "--propensities", str(path)]
    found = json.loads(CliRunner().invoke(cli.app, [*words, "--json", "--all"]).stdout)
    assert found["factions"] == [["A", "B"], ["C", "D"]]
    assert found["escape"] == pytest.approx(1 / 2)
    assert np.shape(found["signs"]) == (4, 4)
    shown = CliRunner().invoke(cli.app, [*words, "--set", "p=0.5"])
    assert "Factions by the leading eigenvector" in shown.stdout

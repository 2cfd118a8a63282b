"""Shapley values against all orders of joining, and coalitions against what they promise."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.errors import UserError
from sim.theories.shapley import Shapley, leaves


def society(n: int, seed: int, cost: float = 0.0) -> Shapley:
    rng = np.random.default_rng(seed)
    p = rng.uniform(-1, 1, (n, n))
    return Shapley(tuple("ABCDEFGHIJKLMNOPQRST"[:n]), rng.uniform(0.1, 1, n), p, cost)


def by_orders(worth: Callable[[tuple[int, ...]], float], n: int) -> np.ndarray:
    """What each adds to those before it, in the mean of all orders."""
    phi = np.zeros(n)
    for order in itertools.permutations(range(n)):
        before = worth(())
        for k, i in enumerate(order):
            now = worth(tuple(sorted(order[: k + 1])))
            phi[i] += now - before
            before = now
    return phi / len(list(itertools.permutations(range(n))))


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_values_against_all_orders(n: int) -> None:
    found = society(n, n, cost=0.01)
    worth = cache(found.worth)
    exact = by_orders(worth, n)
    assert list(found.values(range(n)).values()) == pytest.approx(exact, abs=1e-12)


def test_two_by_hand() -> None:
    found = Shapley(("A", "B"), np.array([1.0, 3.0]), np.array([[0, 1.0], [0.6, 0]]), 0.1)
    # 1/4 x 3/4 x 1.6 - 0.1 = 0.2, halved
    assert found.coalitions == ((0, 1),)
    assert found.bilateral((0, 1)) == pytest.approx({0: 0.1, 1: 0.1})
    assert Shapley(found.names, found.sizes, found.propensities, 0.4).coalitions == (0, 1)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("cost", [0.0, 0.002])
def test_coalitions(seed: int, cost: float) -> None:
    found = society(9, seed, cost)
    trees = found.coalitions
    assert sorted(k for tree in trees for k in leaves(tree)) == list(range(9))
    for tree in trees:
        members = leaves(tree)
        for shares in (found.bilateral(tree), found.values(members)):
            assert sum(shares.values()) == pytest.approx(found.worth(members))
        if isinstance(tree, tuple):
            for part in tree:  # a founder gets no less than it was worth
                got = sum(found.bilateral(tree)[k] for k in leaves(part))
                assert got >= found.worth(leaves(part)) - 1e-9
    groups = [leaves(tree) for tree in trees]
    for one, other in itertools.combinations(groups, 2):  # no two gain by merging
        assert found.worth(one + other) <= found.worth(one) + found.worth(other) + 1e-9
    for mine in groups:
        for actor in mine:  # and nobody by leaving
            rest = tuple(k for k in mine if k != actor)
            stays = found.worth(mine) - found.worth(rest)
            assert stays >= -1e-9
            for other in groups:
                if other != mine:
                    assert found.worth((*other, actor)) - found.worth(other) <= stays + 1e-9


def test_an_actor_leaves_when_better_is_to_be_had() -> None:
    # A and B meet first; C and D then make a pair that B belongs to more than to A
    p = np.array([[0, 5, -9, -9], [5, 0, 4.5, 4.5], [-9, 4.5, 0, 4.9], [-9, 4.5, 4.9, 0]]) / 2
    found = Shapley(tuple("ABCD"), np.ones(4), p)
    assert [sorted(leaves(tree)) for tree in found.coalitions] == [[0], [1, 2, 3]]


def test_no_size() -> None:
    with pytest.raises(UserError, match="sizes sum to nothing"):
        Shapley(("A", "B"), np.zeros(2), np.ones((2, 2)))


def test_command(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("A,B,1\nC,D,2\nA,C,-1\nB,D,-1\n")
    words = ["theory", "shapley", "--propensities", str(path)]
    found = json.loads(CliRunner().invoke(cli.app, [*words, "--json", "--all"]).stdout)
    assert [it["members"] for it in found["coalitions"]] == [["A", "B"], ["C", "D"]]
    assert found["coalitions"][1]["hierarchy"] == ["C", "D"]
    assert found["coalitions"][1]["shapley"] == pytest.approx({"C": 1 / 8, "D": 1 / 8})
    assert "A + B" in CliRunner().invoke(cli.app, words).stdout

"""Every causal row of the register: the consequent moves as stated, and not without its rule.

In worlds whose states differ in every way; that a rule works among identical ones says little.
"""

from __future__ import annotations

import pytest

from sim.rules import catalogue as names
from tests.rules.mechanisms.quiet import effect, unlike
from tests.rules.mechanisms.rows import Row, all_rows

ROWS = all_rows()
each = pytest.mark.parametrize("row", ROWS, ids=[f"{row.id}-{row.what}" for row in ROWS])


#: Part of an effect that gets there by third states that differ, with or without the rule.
DETOURS = 1e-6


@each
def test_the_consequent_moves_with_the_antecedent(row: Row) -> None:
    for seed in range(3):
        world = unlike(row.world(), seed)
        assert row.sign * effect(world, row.change, row.measure, row.quarters) > row.least


@each
def test_it_does_not_move_without_the_rule(row: Row) -> None:
    world = unlike(row.world(), 0)
    moved = row.sign * effect(world, row.change, row.measure, row.quarters)
    rest = row.sign * effect(world, row.change, row.measure, row.quarters, *row.off)
    assert abs(rest) <= max(row.left, DETOURS) * abs(moved) + 1e-12


@each
def test_the_rules_of_a_row_exist(row: Row) -> None:
    assert row.off
    assert set(row.off) <= names.MECHANISMS.keys() | names.TERMS.keys()
    assert 0.0 <= row.left < 0.7, "a rule without which most of the effect remains is not the cause"


def test_every_row_of_the_register_is_played() -> None:
    assert {row.id for row in ROWS} == {f"M{number:02d}" for number in range(1, 68)}

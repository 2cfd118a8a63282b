"""Chains of rows of the register: the end moves with the beginning, and not with a link taken out.

Each joins rows whose consequent is the next one's antecedent. The beginning is raised in a world
whose states differ; the end is what the last row says of it. With either rule of the chain off the
end stays where it was, but for what gets there by another way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sim.rules import catalogue as names
from tests.rules.mechanisms.quiet import Change, Measure, both, effect, unlike
from tests.rules.mechanisms.rows import diplomacy, domestic, economy, order
from tests.support_world import Case


@dataclass(frozen=True)
class Chain:
    """A chain of rows.

    Attributes:
        rows: the rows that it joins.
        what: its beginning and its end in a few words.
        world: makes the world before its start.
        change: raises the beginning in a started world.
        measure: the end.
        sign: 1 if it rises, -1 if it falls.
        links: the rules of the chain in their order.
        quarters: how long to wait.
        left: part of the effect that may remain with a link off.
    """

    rows: tuple[str, ...]
    what: str
    world: Callable[[], Case]
    change: Change
    measure: Measure
    sign: int
    links: tuple[str, ...]
    quarters: int = 12
    left: float = 0.1


def collective(name: str) -> Measure:
    return lambda case: float(case.collectives(name)[0])


def guarded() -> Case:
    """Two rivals, one at war; the other's foe is a pariah that the first could arm."""
    case = economy.rivals_at_war()
    case.states("veto")[economy.TARGET] = 1.0
    case.states("violation")[economy.SMALL] = 0.8
    return case


def ranked() -> Case:
    """The regime whose rank is denied and its rival both have nuclear arms."""
    case = domestic.unrecognised()
    case.states("nuclear")[[domestic.REGIME, domestic.RIVAL]] = 1.0
    return case


def bridged() -> Case:
    case = diplomacy.bridge()
    both(case, "rivalry", diplomacy.ONE, diplomacy.TWO, 1.5)
    return case


def leave(case: Case) -> None:
    case.dyads("mediation")[diplomacy.ME, diplomacy.ONE] = 0.0


CHAINS = [
    Chain(("M07", "M08", "M17"), "a supply of shells undoes non-proliferation", order.guardians,
        order.deal, collective("non_proliferation"), -1, ("munitions", "barter", "regimes")),
    Chain(("M07", "M08", "M15"), "a supply of shells dilutes the hold of others on the supplier",
        economy.shells, economy.supply, economy.of("influence_share", economy.SENDER,
        economy.SMALL), -1, ("munitions", "barter", "patronage")),
    Chain(("M10", "M17"), "aid for the enemy undoes non-proliferation", guarded,
        economy.back_the_enemy, collective("non_proliferation"), -1, ("barter", "regimes")),
    Chain(("M19", "M20", "M59"), "a threat against buyers makes buyer and seller trust each other",
        economy.hub_world, economy.threaten_buyers, economy.of("trust", economy.SMALL,
        economy.TARGET), 1, ("covert", "trust"), left=0.2),
    Chain(("M23", "M64"), "a visit by one pole makes the host trust the other", diplomacy.poles,
        diplomacy.visit, diplomacy.of("trust", diplomacy.ME, diplomacy.TWO), 1,
        ("courtship_competition", "trust")),
    Chain(("M67", "M16"), "who is sanctioned is trusted by whom it turns to", diplomacy.seeker,
        diplomacy.isolate, diplomacy.of("trust", diplomacy.SMALL, diplomacy.ME), 1,
        ("second_partners", "trust")),
    Chain(("M28", "M28"), "weight of an organisation makes it cohesive", economy.union,
        economy.empower, order.of_union("cohesion"), 1, ("connectivity", "trust",
        "organisations")),
    Chain(("M47", "M42"), "a rank denied costs arms control", ranked, domestic.snub,
        order.arms_control, -1, ("status", "arms_control")),
    Chain(("M51", "M40"), "who loses the mediator attributes more hostile intent", bridged, leave,
        diplomacy.of("hostility", diplomacy.TWO, diplomacy.ONE), 1, ("mediation", "hostility")),
    Chain(("M66", "M33"), "an unsure regime divides the public of the other camp",
        domestic.regimes, domestic.set_state("regime_security", domestic.REGIME, 0.2),
        domestic.state("polarisation", domestic.FAR), 1, ("subversion", "polarisation")),
]  # fmt: skip
each = pytest.mark.parametrize("chain", CHAINS, ids=[f"{'-'.join(c.rows)}" for c in CHAINS])


@each
def test_the_end_moves_with_the_beginning(chain: Chain) -> None:
    for seed in range(3):
        world = unlike(chain.world(), seed)
        assert chain.sign * effect(world, chain.change, chain.measure, chain.quarters) > 1e-4


@each
def test_it_does_not_move_without_a_link(chain: Chain) -> None:
    world = unlike(chain.world(), 0)
    moved = effect(world, chain.change, chain.measure, chain.quarters)
    for rule in chain.links:
        rest = effect(world, chain.change, chain.measure, chain.quarters, rule)
        assert abs(rest) <= chain.left * abs(moved), rule


def test_every_link_is_a_rule() -> None:
    for chain in CHAINS:
        assert len(chain.links) > 1
        assert set(chain.links) <= names.MECHANISMS.keys()

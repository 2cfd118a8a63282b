"""Rows of trade, fuel, currencies, corridors, growth and barter."""

from __future__ import annotations

from tests.rules.mechanisms.quiet import Measure, both, quiet_world
from tests.rules.mechanisms.rows import Row
from tests.support_world import Case

TARGET, SENDER, HUB, SMALL, OTHER = 0, 1, 2, 3, 4


def of(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


def own(name: str, i: int) -> Measure:
    return lambda case: float(case.states(name)[i])


def asymmetry(case: Case) -> float:
    harm = case.dyads("vulnerability")
    return float(harm[TARGET, HUB] - harm[HUB, TARGET])


def large_hub() -> Case:
    case = quiet_world()
    case.states("economy")[HUB] = 0.5
    case.dyads("trade_flow")[HUB, :] *= 5.0
    case.dyads("trade_flow")[:, HUB] *= 5.0
    return case


def hub_world() -> Case:
    """A large hub and a large sender; the target trades with both, and settles with the sender."""
    case = quiet_world()
    case.states("economy")[[SENDER, HUB]] = 0.3
    case.dyads("trade_flow")[HUB, :] *= 3.0
    case.dyads("trade_flow")[:, HUB] *= 3.0
    case.dyads("energy")[SENDER, TARGET] = 0.5
    case.dyads("energy")[HUB, TARGET] = 0.1
    case.dyads("energy")[HUB, OTHER] = 0.4
    case.dyads("currency")[TARGET, SENDER] = 0.6
    case.states("energy_exports")[TARGET] = 0.6
    case.dyads("arms_stock")[SMALL, TARGET] = 0.8
    case.dyads("arms")[SMALL, TARGET] = 0.8
    case.dyads("arms")[SMALL, OTHER] = 0.2
    return case


def sanction(case: Case) -> None:
    case.dyads("sanctions")[SENDER, TARGET] = 1.0


def counter(case: Case) -> None:
    case.dyads("sanctions")[TARGET, SENDER] = 1.0


def threaten_buyers(case: Case) -> None:
    case.dyads("secondary_sanctions")[SENDER, TARGET] = 1.0


def corridor(case: Case) -> None:
    both(case, "connectivity", TARGET, SMALL, 0.6)


def mesh(case: Case) -> None:
    for i in (TARGET, SMALL, OTHER, 5):
        for j in (TARGET, SMALL, OTHER, 5):
            if i != j:
                case.dyads("connectivity")[i, j] = 0.9


def unequal_growth() -> Case:
    case = quiet_world()
    case.states("growth")[:] = 0.0
    return case


def rise(case: Case) -> None:
    case.states("growth")[SMALL] = 0.08


def union() -> Case:
    case = quiet_world()
    k = case.collective("organisation")
    case.B[k, [TARGET, SMALL, OTHER]] = 1.0
    case.collectives("market")[k] = 0.5
    return case


def empower(case: Case) -> None:
    case.collectives("authority")[case.collective("organisation")] = 1.0


def shells() -> Case:
    case = quiet_world()
    case.states("economy")[SMALL] = 0.01
    both(case, "war", TARGET, OTHER, 1.0)
    return case


def supply(case: Case) -> None:
    case.states("munitions_supply")[SMALL] = 1.0


def supplied() -> Case:
    case = shells()
    case.states("munitions_supply")[SMALL] = 1.0
    return case


def lose_trust(case: Case) -> None:
    case.dyads("trust_bad")[TARGET, SMALL] += 20.0


def install(case: Case) -> None:
    case.dyads("arms_stock")[OTHER, TARGET] = 0.8


def back_the_enemy(case: Case) -> None:
    case.dyads("aid")[SENDER, OTHER] = 1.0


def rivals_at_war() -> Case:
    case = shells()
    both(case, "rivalry", SENDER, SMALL, 1.5)
    return case


ROWS = [
    Row("M04", "sanctions turn trade elsewhere", sanction, of("trade", TARGET, HUB), 1,
        ("trade_rerouting",), world=hub_world),
    Row("M05", "and make the target the dependent side", sanction, asymmetry, 1,
        ("trade_rerouting", "energy"), world=large_hub, left=0.05),
    Row("M27", "trade goes to a state that stays neutral", sanction, of("trade", TARGET, SMALL), 1,
        ("trade_rerouting",), world=hub_world),
    Row("M25", "lost fuel markets are replaced", sanction, of("energy", HUB, TARGET), 1,
        ("energy",), world=hub_world),
    Row("M25", "and other goods sold", sanction, own("energy_exports", TARGET), -1,
        ("energy",), world=hub_world),
    Row("M26", "sanctions drive out the currency of the sender", sanction,
        of("currency", TARGET, SENDER), -1, ("currency",), world=hub_world),
    Row("M26", "the currency of a partner is taken", sanction, of("currency", TARGET, HUB), 1,
        ("currency",), world=hub_world),
    Row("M26", "dependence moves to the partner", sanction, of("finance", TARGET, HUB), 1,
        ("currency",), world=hub_world),
    Row("M28", "corridors raise trade", corridor, of("trade", TARGET, SMALL), 1,
        ("connectivity",)),
    Row("M28", "corridors raise trust", corridor, of("trust", TARGET, SMALL), 1,
        ("connectivity",)),
    Row("M28", "a common market with weight builds corridors", empower,
        of("connectivity", TARGET, SMALL), 1, ("connectivity",), world=union),
    Row("M48", "growth raises capability", rise, own("capability", SMALL), 1, ("growth",),
        world=unequal_growth),
    Row("M52", "counter-sanctions cut access to know-how", counter,
        own("technology_access", TARGET), -1, ("growth",), world=hub_world),
    Row("M52", "and capability suffers", counter, own("capability", TARGET), -1, ("growth",),
        world=hub_world, least=1e-4),
    Row("M57", "a mesh of the smaller lowers dependence on the hub", mesh,
        of("trade", TARGET, HUB), -1, ("connectivity",), world=hub_world),
    Row("M08", "shells are paid in goods", supply, of("aid", TARGET, SMALL), 1, ("barter",),
        world=shells),
    Row("M08", "shells are paid in know-how", supply, of("technology", TARGET, SMALL), 1,
        ("barter",), world=shells),
    Row("M09", "distrust caps the know-how", lose_trust, of("technology", TARGET, SMALL), -1,
        ("barter",), world=supplied),
    Row("M21", "what is installed holds the supplier", install, of("arms", OTHER, TARGET), 1,
        ("arms_flow",)),
    Row("M10", "aid for the enemy unlocks know-how for the backer's foe", back_the_enemy,
        of("technology", TARGET, SMALL), 1, ("barter",), world=rivals_at_war, least=1e-4),
    Row("M19", "threats against buyers cut deliveries", threaten_buyers, of("arms", SMALL, TARGET),
        -1, ("arms_flow",), world=hub_world),
    Row("M20", "and drive the rest into hiding", threaten_buyers, of("covert", SMALL, TARGET), 1,
        ("covert",), world=hub_world),
    Row("M59", "which ties the two together", threaten_buyers, of("contact", SMALL, TARGET), 1,
        ("covert",), world=hub_world, left=0.1),
]  # fmt: skip

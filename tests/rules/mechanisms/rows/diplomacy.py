"""Rows of contact, trust, courtship, shared enemies, patronage, mediation and wedges."""

from __future__ import annotations

from sim.rules import catalogue as names
from tests.rules.mechanisms.quiet import Measure, both, quiet_world
from tests.rules.mechanisms.rows import Row
from tests.support_world import Case

ME, ONE, TWO, SMALL, OTHER = 0, 1, 2, 3, 4


def of(name: str, i: int, j: int) -> Measure:
    return lambda case: float(case.dyads(name)[i, j])


def own(name: str, i: int) -> Measure:
    return lambda case: float(case.states(name)[i])


def visit(case: Case) -> None:
    case.dyads("contact")[ONE, ME] = 0.9


def poles() -> Case:
    """Two rival poles, apart in their positions, and small states between them."""
    case = quiet_world()
    case.states("pole")[[ONE, TWO]] = 1.0
    case.states("capability")[[ONE, TWO]] = 0.3
    case.states("economy")[[ONE, TWO]] = 0.3
    case.states("ideal_point")[ONE], case.states("ideal_point")[TWO] = 1.5, -1.5
    both(case, "rivalry", ONE, TWO, 1.0)
    both(case, "identity", SMALL, TWO, 1.0)
    return case


def wane(case: Case) -> None:
    case.states("pole")[ONE] = 0.3


def shun_and_rise(case: Case) -> None:
    case.dyads("sanctions")[ONE, SMALL] = 1.0
    case.states("economy")[TWO] = 0.5


def court_the_small(case: Case) -> None:
    for i in (SMALL, OTHER):
        case.move("pact", TWO, i, 2.0)


def competition() -> Case:
    case = poles()
    case.dyads("contact")[ONE, ME] = 0.3
    return case


def seeker() -> Case:
    case = quiet_world()
    both(case, "identity", ME, SMALL, 1.0)
    return case


def isolate(case: Case) -> None:
    case.dyads("sanctions")[[OTHER, 5], ME] = 1.0


def lean(case: Case) -> None:
    case.dyads("arms_stock")[ME, ONE] = 0.9


def client() -> Case:
    case = quiet_world()
    case.states("economy")[ME] = case.states("capability")[ME] = 0.01
    both(case, "trade_flow", ME, ONE, 1000.0)
    return case


def give(case: Case) -> None:
    case.dyads("aid")[TWO, ME] = 1.0


def threatened() -> Case:
    case = quiet_world()
    both(case, "rivalry", ME, ONE, 1.0)
    both(case, "rivalry", ME, TWO, 1.0)
    return case


def menace(case: Case) -> None:
    case.dyads("tension")[ME, [ONE, TWO]] = 0.8


def hemmed_in() -> Case:
    """A rival with a friend that has nothing against me."""
    case = quiet_world()
    both(case, "rivalry", ME, ONE, 1.5)
    case.dyads("pact_level")[ONE, TWO] = case.dyads("pact_level")[TWO, ONE] = 3.0
    return case


def rival_arms(case: Case) -> None:
    case.states("arms_effort")[ONE] = 3.0


def tie_up(case: Case) -> None:
    case.move("pact", ME, SMALL, 3.0)


def received(i: int) -> Measure:
    return lambda case: float(case.dyads("contact")[:, i].sum())


def expel(case: Case) -> None:
    case.dyads("contact")[ONE, ME] = 0.05


def bridge() -> Case:
    case = quiet_world()
    case.dyads("mediation")[ME, ONE] = 0.8
    both(case, "rivalry", ONE, TWO, 1.0)
    both(case, "tension", ONE, TWO, 0.3)
    return case


def break_rules(case: Case) -> None:
    case.states("violation")[ONE] = 0.9


def shaky() -> Case:
    case = quiet_world()
    case.states("instability")[SMALL] = 0.8
    case.states("ideal_point")[ONE] = -1.0
    return case


def help_the_shaky(case: Case) -> None:
    case.dyads("personnel")[ONE, SMALL] = 0.8


def union() -> Case:
    case = quiet_world()
    k = case.collective("organisation")
    case.B[k, [ME, ONE, TWO]] = 1.0
    case.dyads("sanctions")[[ME, ONE, TWO], OTHER] = 1.0
    return case


def break_ranks(case: Case) -> None:
    case.dyads("contact")[ME, OTHER] = 0.9


def worth_of_pact(partner: int, level: float, term: str) -> Measure:
    """What a pact with a partner would be worth to the small state by one term."""
    at = list(names.TERMS).index(term)
    return lambda case: float(case.changes("pact", ME, partner, level)[at])


def tied_to_one() -> Case:
    case = poles()
    case.dyads("pact_level")[ME, ONE] = case.dyads("pact_level")[ONE, ME] = 2.0
    return case


def quarrel(case: Case) -> None:
    both(case, "tension", ONE, TWO, 0.9)


def buyer() -> Case:
    """A buyer of arms whose supplier is on good terms with the buyer's rival."""
    case = quiet_world()
    both(case, "rivalry", ME, TWO, 1.0)
    case.states("capability")[TWO] = 0.3
    case.dyads("pact_level")[ONE, TWO] = case.dyads("pact_level")[TWO, ONE] = 1.0
    case.dyads("arms")[ME, ONE] = case.dyads("arms_stock")[ME, ONE] = 0.6
    return case


def pressed(case: Case) -> None:
    case.dyads("tension")[TWO, ME] = 0.8


def history_counts(case: Case) -> float:
    return float(case.dyads("contact")[ME, SMALL] - case.dyads("contact")[ME, TWO])


def poles_equal(case: Case) -> float:
    """Part of the first pole in the pull on the small."""
    return float(case.dyads("pull")[[SMALL, OTHER], ONE].mean())


ROWS = [
    Row("M23", "a visit by one pole is followed by others", visit, of("contact", TWO, ME), 1,
        ("courtship_competition",), world=poles, left=0.05),
    Row("M64", "competition of poles raises the courtship of those between", visit,
        of("contact", TWO, ME), 1, ("courtship_competition",), world=competition, left=0.05),
    Row("M06", "who leans on one partner looks for others", lean, of("contact", ME, TWO), 1,
        ("second_partners",), left=0.05),
    Row("M67", "who is sanctioned looks for relief", isolate, of("contact", ME, TWO), 1,
        ("second_partners", "shared_threat"), world=seeker, left=0.05),
    Row("M61", "old ties come back first", isolate, history_counts, 1,
        ("second_partners", "shared_threat"), world=seeker, left=0.05),
    Row("M16", "a tie of two lowers the isolation of the one", tie_up, received(ME), 1,
        ("contact",), left=0.3),
    Row("M16", "and of the other", tie_up, received(SMALL), 1, ("contact",), left=0.3),
    Row("M15", "a new patron dilutes the old one's influence", give,
        of("influence_share", ONE, ME), -1, ("patronage",), world=client, quarters=1),
    Row("M15", "and dependence on it", give, of("vulnerability", ME, ONE), -1, ("patronage",),
        world=client, quarters=1),
    Row("M60", "a shared threat brings together", menace, of("trust", ONE, TWO), 1,
        ("shared_threat", "estrangement"), world=threatened, least=1e-4),
    Row("M14", "a state hemmed in courts the rival's friend", rival_arms, of("contact", ME, TWO),
        1, ("wedge",), world=hemmed_in, least=1e-4, left=0.3),
    Row("M14", "and sows doubt about the rival", rival_arms, of("trust_bad", TWO, ONE), 1,
        ("wedge",), world=hemmed_in, least=1e-4, left=0.3),
    Row("M58", "a cut of staff is answered in kind", expel, of("contact", ME, ONE), -1,
        ("expulsion",), quarters=3, left=0.1),
    Row("M62", "attendance is read as good faith", visit, of("trust", ME, ONE), 1,
        ("ceremony",), quarters=3, left=0.4),
    Row("M62", "refusal as ill", expel, of("trust", ME, ONE), -1, ("ceremony",), quarters=3,
        left=0.3),
    Row("M51", "breaches end the work of the mediator", break_rules, of("mediation", ME, ONE), -1,
        ("mediation",), world=bridge),
    Row("M51", "and its calm", break_rules, of("tension", ONE, TWO), 1, ("mediation",),
        world=bridge, left=0.5),
    Row("M51", "and its trust", break_rules, of("trust", ME, ONE), -1, ("mediation",),
        world=bridge, left=0.5),
    Row("M30", "help against danger at home buys trust", help_the_shaky, of("trust", SMALL, ONE),
        1, ("security_help",), world=shaky),
    Row("M30", "and moves positions", help_the_shaky, own("ideal_point", SMALL), -1,
        ("security_help",), world=shaky, least=1e-4),
    Row("M31", "contact of a dissenter costs cohesion", break_ranks,
        lambda case: float(case.collectives("cohesion")[case.collective("organisation")]), -1,
        ("dissent",), world=union, left=0.2),
    Row("M32", "a waning pole loses its periphery to another", wane, own("ideal_point", SMALL), -1,
        ("alignment_pull",), world=poles),
    Row("M50", "a rising pole draws those whom the other shuns", shun_and_rise,
        own("ideal_point", SMALL), -1, ("alignment_pull", "estrangement"), world=poles),
    Row("M49", "ties of a second pole take from the pull of the first", court_the_small,
        poles_equal, -1, ("alignment_pull",), world=poles),
    Row("M22", "quarrelling poles make a second deep tie costly", quarrel,
        worth_of_pact(TWO, 3.0, "opposition"), -1, ("opposition",), world=tied_to_one, quarters=2),
    Row("M24", "pressure by a rival makes its friend's arms worth more", pressed,
        worth_of_pact(ONE, 2.0, "security"), 1, ("security",), world=buyer, quarters=2,
        least=1e-4),
]  # fmt: skip

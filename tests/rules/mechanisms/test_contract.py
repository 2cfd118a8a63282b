"""What every mechanism promises, tried on each one that is found.

It writes what it declares and nothing else, reads nothing that it does not declare, keeps bounds,
makes no NaN, does nothing when switched off, and says its equation and its source.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.rules import catalogue as names
from sim.rules import mechanisms
from sim.rules.declarations import BASELINES, COLLECTIVES, GROUNDS, Field, baseline
from sim.rules.mechanisms import STAGES
from tests.support_world import Case, probes, random_case
from tools.variables_page import starts

MECHANISMS = list(names.MECHANISMS)
FIELDS = {**names.STATE_FIELDS, **names.DYAD_FIELDS, **names.PARTS} | {
    name: field for name, field in names.COLLECTIVE_FIELDS.items() if name != "collective_kind"
}
SEEDS = range(6)
each = pytest.mark.parametrize("name", MECHANISMS)


@cache
def own(name: str) -> frozenset[str]:
    """The variables that the mechanism's own file declares."""
    tree = ast.parse(inspect.getsource(names.MECHANISM_MODULES[name]))
    return frozenset(
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("state_field", "dyad_field", "collective_field")
        and isinstance(node.args[0], ast.Constant)
    )


def block(case: Case, field: Field) -> np.ndarray:
    match field.kind:
        case "state":
            return case.V[field.row]
        case "dyad":
            return case.M[field.row]
        case "part":
            return case.parts(COLLECTIVES[field.row])
    first = case.collective(field.kind)
    count = int((case.collectives("collective_kind") == COLLECTIVES.index(field.kind)).sum())
    return case.G[field.row, first : first + count]


@cache
def lively(seed: int) -> Case:
    """A world some quarters on, in which much has happened since the start."""
    case = random_case(6, seed)
    rng = np.random.default_rng(seed + 100)
    n = case.n
    for _ in case.play(2, seed=seed):
        pass
    for name, chance in (("sanctions", 0.4), ("secondary_sanctions", 0.4), ("aid", 0.3)):
        case.dyads(name)[rng.random((n, n)) < chance] = 1.0
    war = np.triu(rng.random((n, n)) < 0.2, 1)
    case.dyads("war")[:] = np.maximum(case.dyads("war"), (war | war.T).astype(float))
    for name in ("passports", "compatriots", "energy"):
        case.dyads(name)[:] = 0.5 * case.dyads(name) + 0.5
    for name in ("trust", "contact", "tension", "subversion"):
        case.dyads(name)[:] = (0.7 * case.dyads(name) + 0.3 * rng.random((n, n))).clip(0.0, 1.0)
    for field in names.DYAD_FIELDS.values():
        np.fill_diagonal(block(case, field), np.diag(block(random_case(6, seed), field)))
    for name in ("need", "violation", "instability", "governance"):
        case.states(name)[:] = rng.random(n)
    case.parts("school")[:] = rng.dirichlet(np.ones(len(case.parts("school"))), n).T
    case.dyads("munitions_from")[:] = 0.3 * rng.random((n, n))
    case.states("munitions_imports")[:] = case.dyads("munitions_from").sum(axis=1)
    for k in range(3):
        case.G[names.COLLECTIVE_FIELDS["cohesion"].row, case.collective("organisation", k)] *= 0.3
    # a fought conflict between nuclear powers, and chances near a half, so that rare things happen
    k = case.collective("conflict", 1)
    one, other = int(np.argmax(case.B[k])), int(np.argmin(case.B[k]))
    case.dyads("war")[one, other] = case.dyads("war")[other, one] = 1.0
    case.states("nuclear")[[one, other]] = 1.0
    case.G[names.COLLECTIVE_FIELDS["rung"].row, k] = 2.0
    case.set_p(escalation__outbreak=2.0, escalation__freeze=0.0, entanglement__join=1.0)
    at_peace = case.dyads("war")[one] == 0.0
    ally = next((i for i in range(n) if i not in (one, other) and at_peace[i]), other)
    for i in range(n):
        case.move("pact", i, (i + 1) % n, 3.0 if case.now("pact", i, (i + 1) % n) < 3.0 else 1.0)
    probes().assess(case.blocks)
    case.dyads("entrapment_weight")[ally, other] = 1.0
    case.dyads("trust")[ally, other] = 0.9
    case.dyads("hostility")[ally, one] = 0.9
    return case


def update(name: str, case: Case, tick: int = 3) -> Case:
    """The world after the rule ran once, alone."""
    after = case.copy()
    which = MECHANISMS.index(name)
    probes().update_rule(which, after.blocks, after.luck(tick))
    return after


def changed(before: Case, after: Case) -> set[str]:
    return {
        name
        for name, field in FIELDS.items()
        if not np.array_equal(block(before, field), block(after, field), equal_nan=True)
    }


#: sheets that any rule may use and none relies on
WORKING_SPACE = {"scratch"}


@each
def test_writes_what_it_declares(name: str) -> None:
    rule = names.MECHANISMS[name]
    written = set().union(*(changed(lively(s), update(name, lively(s))) for s in SEEDS))
    stray = written - set(rule.writes) - own(name) - WORKING_SPACE
    assert not stray, f"{name} writes {sorted(stray)}: declare it in `writes`"
    started = [lively(seed).copy() for seed in SEEDS]
    if rule.start is not None:
        for seed, case in zip(SEEDS, started, strict=True):
            probes().start_rule(MECHANISMS.index(name), case.blocks)
            written |= changed(lively(seed), case)
    idle = set(rule.writes) - written
    assert not idle, f"{name} declares {sorted(idle)} in `writes` but never changes it"


@pytest.mark.parametrize("name", [x for x, rule in names.MECHANISMS.items() if rule.start])
def test_start_writes_what_it_declares(name: str) -> None:
    rule = names.MECHANISMS[name]
    for seed in SEEDS:
        before = lively(seed)
        after = before.copy()
        probes().start_rule(MECHANISMS.index(name), after.blocks)
        stray = changed(before, after) - set(rule.writes) - own(name) - WORKING_SPACE
        assert not stray, f"{name}.start writes {sorted(stray)}: declare it in `writes`"


@each
def test_reads_what_it_declares(name: str) -> None:
    """NaN in a variable that the rule does not declare leaves what it writes as it was.

    Reading x gives leave to read ``x_start``, its level at the start, whoever keeps it.
    """
    rule = names.MECHANISMS[name]
    allowed = set(rule.reads) | set(rule.writes) | own(name)
    outputs = [FIELDS[x] for x in (*rule.writes, *own(name))]
    secret = set()
    for field_name, field in FIELDS.items():
        if field_name in allowed or field_name.removesuffix("_start") in allowed:
            continue
        for seed in SEEDS:
            poisoned = lively(seed).copy()
            block(poisoned, field)[:] = np.nan
            after, expected = update(name, poisoned), update(name, lively(seed))
            if not all(np.array_equal(block(after, x), block(expected, x)) for x in outputs):
                secret.add(field_name)
    assert not secret, f"{name} reads {sorted(secret)}: declare it in `reads`"


@each
def test_declares_only_what_it_reads(name: str) -> None:
    rule = names.MECHANISMS[name]
    outputs = [FIELDS[x] for x in (*rule.writes, *own(name))]
    rng = np.random.default_rng(0)
    idle = set()
    for declared in rule.reads:
        felt = False
        for seed in SEEDS:
            for source in {declared, f"{declared}_start"} & FIELDS.keys():
                other = lively(seed).copy()
                sheet = block(other, FIELDS[source])
                sheet[:] = sheet * rng.uniform(0.3, 0.9, sheet.shape) + 1e-3
                after, expected = update(name, other), update(name, lively(seed))
                felt = felt or not all(
                    np.array_equal(block(after, x), block(expected, x))
                    for x in outputs
                    if x.name != source
                )
                felt = felt or declared in rule.writes
        if not felt:
            idle.add(declared)
    assert not idle, f"{name} declares {sorted(idle)} in `reads` but does not use it"


@each
def test_declared_names_exist(name: str) -> None:
    rule = names.MECHANISMS[name]
    assert rule.name == name
    unknown = {*rule.reads, *rule.writes} - FIELDS.keys()
    assert not unknown
    assert {parameter for parameter, _ in rule.neutral} <= names.PARAMS.keys()
    for parameter, value in rule.neutral:
        low, high = names.PARAMS[parameter].bounds
        assert low <= value <= high
    for listed in (rule.reads, rule.writes):
        assert len(set(listed)) == len(listed)


@each
def test_keeps_bounds_and_makes_no_nan(name: str) -> None:
    for seed in range(12):
        case = lively(seed)
        for tick in range(3, 9):
            case = update(name, case, tick)
        for field_name in changed(lively(seed), case):
            field = FIELDS[field_name]
            values = block(case, field)
            assert np.isfinite(values).all(), field_name
            low, high = field.bounds
            assert low <= values.min(), field_name
            assert values.max() <= high, field_name


@each
def test_does_nothing_when_switched_off(name: str) -> None:
    """The trajectory equals, bit by bit, that of a step without the rule."""
    rule = names.MECHANISMS[name]
    switched = random_case(6, 11)
    switched.P[names.SWITCHES[name]] = 0.0
    for parameter, value in rule.neutral:
        switched.P[names.PARAMS[parameter].row] = value
    without = switched.copy()
    running = switched.P.copy()
    frozen = running.copy()
    frozen[list(names.SWITCHES.values())] = 0.0
    for tick in range(1, 4):
        key = {"tick": tick, "seed": 1, "run": 0}
        switched.call("settle", **key)
        without.P = running
        for which, other in enumerate(MECHANISMS):
            if other != name:
                probes().update_rule(which, without.blocks, without.luck(tick))
        without.P = frozen
        without.call("settle", **key)
        without.P = running
        for case in (switched, without):
            for i, k in case.schedule(tick, 1):
                case.one_turn(int(i), seed=1, tick=tick, k=int(k))
            case.call("finish")
        assert not changed(switched, without)


@each
def test_matters_when_switched_on(name: str) -> None:
    """A quarter with the rule differs from one without it."""
    on, off = lively(2).copy(), lively(2).copy()
    off.P[names.SWITCHES[name]] = 0.0
    for parameter, value in names.MECHANISMS[name].neutral:
        off.P[names.PARAMS[parameter].row] = value
    for case in (on, off):
        case.call("settle", tick=3, seed=1, run=0)
    assert changed(on, off)


def test_stages_follow_one_another() -> None:
    stages = [list(STAGES).index(rule.stage) for rule in names.MECHANISMS.values()]
    assert stages == sorted(stages)
    assert set(stages) == set(range(len(STAGES)))


def test_who_is_to_run_after_a_change_does() -> None:
    """Also where the rules come in another order, and one more writes what it waits for."""
    found = [(rule, module) for rule, module in mechanisms.discover()]
    waiting = next(rule for rule, _ in found if rule.name == "mediation")
    new = replace(waiting, name="zeal", after=(), writes=("tension",))
    rules = [rule.name for rule, _ in mechanisms.in_order([(new, mechanisms), *found[::-1]])]
    assert [name for name in rules if name != "zeal"] == MECHANISMS
    assert rules.index("tension") < rules.index("zeal") < rules.index("mediation")


def test_orders_that_cannot_be_are_told() -> None:
    one = next(rule for rule in names.MECHANISMS.values() if rule.name == "tension")
    for change, message in (
        ({"stage": "dusk"}, "no stage 'dusk'; there are routes, "),
        ({"after": ("market",)}, "`after` names what is neither read nor written"),
    ):
        with pytest.raises(ValueError, match=message):
            mechanisms.in_order([(replace(one, **change), mechanisms)])
    with pytest.raises(ValueError, match=r"mechanisms share name \['tension'\]"):
        mechanisms.in_order([(one, mechanisms)] * 2)
    pair = [
        replace(one, name="a", after=("war",), reads=("war",), writes=("aid",)),
        replace(one, name="b", after=("aid",), reads=("aid",), writes=("war",)),
    ]
    with pytest.raises(ValueError, match=r"wait for one another: (a after b|b after a) after"):
        mechanisms.in_order([(rule, mechanisms) for rule in pair])


@each
def test_docstring_has_equation_and_source(name: str) -> None:
    rule, module = names.MECHANISMS[name], names.MECHANISM_MODULES[name]
    text = inspect.getdoc(module) or ""
    assert re.search(r"^(Claim|.*\bEquations?\b)", text, re.MULTILINE), "state the claim"
    assert re.search(r"::\n\n(    .*\n)*?    .*=", text + "\n"), "write the equation, after `::`"
    assert re.search(r"\b(1[89]|20)\d\d\b|judgement|register", text), "name the source"
    assert rule.claim
    assert rule.source, "name the source in the declaration, too"
    assert module.__name__.rsplit(".", 1)[-1] == name, "the file bears the mechanism's name"


@pytest.mark.parametrize("seed", range(3))
def test_a_quiet_world_stays_as_it_is(seed: int) -> None:
    """Without moves, shocks and noise, what rests on levels at the start does not drift."""
    case = random_case(7, seed, wars=False, settled=False)
    case.set_p(alignment_pull__noise=0.0)
    # deliveries follow what is installed; where the two differ, they move by themselves
    case.dyads("arms_stock")[:] = case.dyads("arms")
    case.states("growth")[:] = 0.0
    case.P[names.SWITCHES["escalation"]] = 0.0  # a conflict that breaks out is news
    case.call("begin")
    before = case.copy()
    for tick in range(1, 5):
        case.call("settle", tick=tick, seed=1, run=0)
    for name in ("ideal_point", "effective_revisionism", "attention"):
        np.testing.assert_allclose(case.states(name), before.states(name), atol=1e-9)
    for name in ("trade_flow", "arms", "contact", "trust", "tension", "hostility"):
        np.testing.assert_allclose(
            case.dyads(name), before.dyads(name), rtol=1e-9, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("why", ["", "data: ", "judgement: it seemed so"])
def test_what_is_counted_from_the_start_needs_a_reason(why: str) -> None:
    with pytest.raises(ValueError, match="why starts with one of data, source, weight, open"):
        baseline("trust", why=why)


def test_every_start_that_is_counted_from_has_its_reason() -> None:
    """Those that a rule keeps itself, too: in the line below."""
    found = list(starts())
    assert {why.partition(": ")[0] for _, _, why in found} == set(GROUNDS)
    assert len(found) > len(BASELINES["M"])

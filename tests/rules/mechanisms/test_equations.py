"""Every mechanism does in a quarter, and remembers at the start, what its plain equation says.

Worlds and parameters are random; what an equation does not name must stay as it was. Where the
kernel runs compiled this ties the compiled rules to the equations, under NUMBA_DISABLE_JIT=1 the
same rules as plain Python.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import catalogue as names
from sim.rules.declarations import BASELINES
from tests import reference
from tests.lived import SEEDS, lived
from tests.rules.mechanisms.quiet import quiet_world
from tests.support_world import Case, probes, random_case

MECHANISMS = list(names.MECHANISMS)
each = pytest.mark.parametrize("name", MECHANISMS)
WHEN = (3, 1, 0)
FIELDS = (names.STATE_FIELDS, names.DYAD_FIELDS, names.COLLECTIVE_FIELDS)
KEPT = {
    "nearness",
    *(
        name
        for block, fields in zip("VMG", FIELDS, strict=True)
        for name, field in fields.items()
        if field.row in BASELINES[block].values()
    ),
}
#: Constants that guard divisions, and a normal quantile of nine digits, show in these.
LOOSE = {
    "propensity": 1e-7, "propensity_start": 1e-7, "pull": 1e-7, "pull_start": 1e-7,
    "ideal_point": 1e-8,
}  # fmt: skip
CLOSE = 1e-9
#: What a rule keeps only while it works, and no other reads.
WORKING = {
    "scratch",
    *(f"trade_{x}" for x in ("flow_target", "row_scale", "column_scale")),
    *(f"trade_{x}_target" for x in ("row", "column")),
}


def compare(before: Case, after: Case, changes: reference.Changes) -> None:
    """Everything is as the equation says, or as it was."""
    left = set(changes) - {"parts"}
    off = ~np.eye(before.n, dtype=bool)
    wrong = []
    for fields, old, new in (
        (names.DYAD_FIELDS, before.M, after.M),
        (names.STATE_FIELDS, before.V, after.V),
        (names.COLLECTIVE_FIELDS, before.G, after.G),
    ):
        due, room = old.copy(), np.full(len(old), CLOSE)
        for name in list(left):
            if name in fields and changes[name].shape == old[0].shape:
                due[fields[name].row] = changes[name]
                left.discard(name)
        for name in fields:
            room[fields[name].row] = np.inf if name in WORKING else LOOSE.get(name, CLOSE)
        room = room.reshape(-1, *(1,) * (old.ndim - 1))
        right = np.abs(new - due) <= room * (1.0 + np.abs(due))
        right |= (np.isnan(new) & np.isnan(due)) | np.isinf(room)
        if old.ndim == 3:
            right |= ~off
        wrong += [
            f"{name}: {new[x.row].tolist()}, due {due[x.row].tolist()}"
            for name, x in fields.items()
            if not right[x.row].all()
        ]
    if not np.allclose(after.B, changes.get("parts", before.B), rtol=CLOSE, atol=CLOSE):
        wrong.append("parts of states in collectives")
    assert not wrong
    assert not left, "no such variables"


@each
def test_a_quarter_is_what_the_equation_says(name: str) -> None:
    for seed in SEEDS:
        before = lived(seed)
        after = before.copy()
        probes().update_rule(MECHANISMS.index(name), after.blocks, after.luck(*WHEN))
        compare(before, after, reference.RULES[name](reference.World(before), *WHEN))


@pytest.mark.parametrize("name", sorted(reference.STARTS))
def test_the_start_is_what_the_equation_says(name: str) -> None:
    for seed in (0, 3, 6):
        before = lived(seed).copy()
        near = reference.STARTS["fragility"](reference.World(before))["nearness"]
        before.dyads("nearness")[:] = near
        after = before.copy()
        probes().start_rule(MECHANISMS.index(name), after.blocks)
        due = reference.STARTS[name](reference.World(before))
        # the kernel itself keeps values of the start, and knows how near states are
        compare(before, after, {x: value for x, value in due.items() if x not in KEPT})


def test_values_of_the_start_are_kept() -> None:
    for seed in SEEDS:
        case = random_case(6, seed)
        for block, array in (("V", case.V), ("M", case.M), ("G", case.G)):
            for row, kept in BASELINES[block].items():
                np.testing.assert_allclose(array[kept], array[row], rtol=CLOSE, atol=CLOSE)


def test_every_rule_has_its_equation() -> None:
    """A rule of a new file needs a function in the room's module under tests/reference."""
    assert set(reference.RULES) == set(MECHANISMS)
    starting = {name for name, rule in names.MECHANISMS.items() if rule.start is not None}
    assert starting <= set(reference.STARTS)


@each
def test_the_worlds_try_what_the_equation_says(name: str) -> None:
    """In the worlds above the rule changes all that it writes: none of the comparisons is idle."""
    rule, moved = names.MECHANISMS[name], set()
    for seed in range(5 * len(SEEDS)):
        w = reference.World(lived(seed))
        for what, value in reference.RULES[name](w, *WHEN).items():
            old = w.parts if what == "parts" else w[what]
            if not np.allclose(value, old, rtol=1e-6, atol=1e-6):
                moved |= {"side", "school"} if what == "parts" else {what}
    assert set(rule.writes) - moved <= {"ideal_home"}


def test_a_started_world_is_a_random_one() -> None:
    """The worlds of these tests leave the start behind: half of everything differs from it."""
    before, after = random_case(5, 0), lived(0)
    assert np.mean(before.M != after.M) > 0.3
    assert np.mean(before.V != after.V) > 0.3


# --- what those worlds do not come to -------------------------------------------------------------


def quarter_of(rule: str, case: Case) -> None:
    """A quarter of one rule alone, in place."""
    probes().update_rule(MECHANISMS.index(rule), case.blocks, case.luck(*WHEN))


def test_subversion_begins_at_full_doubt_and_fades_from_full_measure() -> None:
    """The extremes: the best of neighbours beside the worst, and a campaign of all that can be."""
    case, (worst, best, former) = quiet_world(), range(3)
    case.dyads("distance")[worst, best] = case.dyads("distance")[best, worst] = 0.0
    case.call("begin")
    for name, value in (("openness", 1.0), ("regime_security", 0.0), ("governance", 0.0)):
        case.states(name)[worst] = value
    case.states("governance")[best] = 1.0
    case.dyads("nearness")[worst, best] = 1.0
    case.dyads("example_start")[worst, best] = 0.0
    case.dyads("campaign")[former, worst] = case.dyads("subversion")[former, worst] = 1.0
    tense = case.dyads("tension")[worst, best]
    quarter_of("subversion", case)
    turn, answer = case.p("subversion.turn"), case.p("subversion.answer")
    assert case.dyads("campaign")[worst, best] == pytest.approx(turn * answer, rel=1e-9)
    assert case.dyads("tension")[worst, best] == pytest.approx(
        tense + case.p("subversion.press") * (1.0 - tense), rel=1e-9
    )
    for name in ("campaign", "subversion"):
        assert case.dyads(name)[former, worst] == pytest.approx(1.0 - turn, rel=1e-9)


def test_subversion_that_has_faded_is_over() -> None:
    """What is left below a billionth is given up at once, not by a tenth each quarter for ever."""
    case, rest = quiet_world(), 5e-10
    case.call("begin")
    case.dyads("campaign")[0, 1], case.dyads("subversion")[0, 1] = rest, 0.25 + rest
    quarter_of("subversion", case)
    assert not case.dyads("campaign").any()
    assert case.dyads("subversion")[0, 1] == pytest.approx(0.25, abs=1e-12)


def test_arms_flow_brings_no_more_than_all() -> None:
    """Deliveries that a deterred supplier wins back fast, while the other loses them slowly."""
    case = quiet_world()
    case.set_p(arms_flow__entry=0.0, arms_flow__taste=0.0)
    installed, other = 1, 2
    case.dyads("arms")[0, installed] = case.dyads("arms_stock")[0, installed] = 1.0
    case.call("begin")
    case.dyads("arms")[0, installed], case.dyads("arms")[0, other] = 0.0, 1.0
    case.dyads("sanctions")[0, installed] = 1.0
    quarter_of("arms_flow", case)
    rate = case.p("arms_flow.inertia")
    fast = rate + case.p("arms_flow.snap") * (1.0 - np.exp(-case.p("arms_flow.block")))
    won, left = 1.0 - np.exp(-fast / 4.0), np.exp(-rate / 4.0)
    assert won + left > 1.0 + 1e-3
    found = case.dyads("arms")[0, [installed, other]]
    assert found == pytest.approx(np.array([won, left]) / (won + left), rel=1e-9)

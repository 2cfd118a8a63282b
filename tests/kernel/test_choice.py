"""The choice of moves: what is weighed, how often it is chosen, and what the log says of it.

Chances are compared with a plain multinomial logit over every alternative (``tests/reference``),
in worlds where moves are made cheap, so that most opportunities are used.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim import kernel
from sim.kernel import layout
from sim.rules import catalogue as names
from tests import reference
from tests.reference.decisions import Move
from tests.support_world import Case, random_case

TERMS = kernel.TERM_COUNT
OFFERS = 6000
#: Levels of significance below which a frequency counts as wrong: one false alarm in 10,000 tests,
#: and none by chance, since all keys are fixed.
SIGNIFICANT = 1e-4
COSTS = ("create", "break", "sanction", "lift", "aid", "end_aid", "arm", "court", "provoke")


def eager(seed: int = 3, n: int = 6) -> Case:
    """A world where moves are cheap and utility is flat, so that all kinds of moves are made.

    Each state moves for itself: tests/kernel/test_joint_decisions.py.
    """
    case = random_case(n, seed)
    case.collectives("market")[:] = 0.0
    for cost in (*COSTS, "reconcile"):
        case.set_p(**{f"moves__{cost}": 0.5})
    for name in names.TERMS:
        case.set_p(**{f"{name}__weight": 0.15 * case.p(f"{name}.weight")})
    case.dyads("cooldown")[:] = np.random.default_rng(seed).choice([0.0, 2.0], (n, n), p=[0.8, 0.2])
    return case


def weighed(case: Case, i: int) -> tuple[np.ndarray, np.ndarray]:
    """The compiled table of alternatives of i, and the cells of the choice."""
    table = np.zeros((20 * case.n, kernel.TABLE_COLUMNS))
    cells = np.zeros(kernel.choice_cells(case.n))
    case.copy().call("alternatives", i=i, k=0, tick=1, seed=1, run=0, choice=cells, table=table)
    return table[: int(cells[layout.ROWS])], cells


@cache
def expected(seed: int, i: int) -> list[reference.Alternative]:
    w = reference.World(eager(seed))
    return list(reference.alternatives(w, reference.assess(w), i))


def key(kind: float, partner: float, to: float) -> tuple[int, int, float]:
    return int(kind), int(partner), round(float(to), 9)


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("cheap", [True, False], ids=["cheap moves", "usual costs"])
def test_alternatives_equal_the_reference(seed: int, cheap: bool) -> None:
    case = eager(seed) if cheap else random_case(6, seed)
    w = reference.World(case)
    seen = reference.assess(w)
    for i in range(case.n):
        table, cells = weighed(case, i)
        found = {key(*row[:3]): row for row in table}
        assert len(found) == len(table)
        for option in reference.alternatives(w, seen, i):
            row = found.pop(key(option.kind, option.partner, option.to))
            assert row[3] == pytest.approx(option.gain, rel=1e-6, abs=1e-6)
            assert row[4] == pytest.approx(option.cost, rel=1e-9)
            assert row[5] == pytest.approx(option.accept, rel=1e-6, abs=1e-12)
            assert row[6] == pytest.approx(math.exp(option.value), rel=1e-5)
        assert not found, "weighed, but not open"
        assert cells[layout.SUM] == pytest.approx(1.0 + table[:, 6].sum())


@pytest.mark.parametrize("i", [0, 3])
def test_moves_are_as_frequent_as_the_logit_says(i: int) -> None:
    case, options = eager(3), expected(3, i)
    chances = reference.probabilities(options)
    counts: Counter[tuple[int, int, float]] = Counter()
    for run in range(OFFERS):
        row = case.copy().one_turn(i, run=run)
        counts[key(0, i, 0.0) if row is None else key(row[4], row[3], row[6])] += 1
    keys = [*(key(x.kind, x.partner, x.to) for x in options), key(0, i, 0.0)]
    assert set(counts) <= set(keys)
    seen = np.array([counts[k] for k in keys], dtype=float)
    due = chances * OFFERS
    rare = due < 5.0
    if due[rare].sum() > 1.0:
        seen = np.append(seen[~rare], seen[rare].sum())
        due = np.append(due[~rare], due[rare].sum())
    else:
        seen, due = seen[~rare], due[~rare] * seen[~rare].sum() / due[~rare].sum()
    assert len(due) > 10
    assert stats.chisquare(seen, due).pvalue > SIGNIFICANT


def test_partners_consent_as_often_as_said() -> None:
    case = eager(3)
    surplus, variance, count = 0.0, 0.0, 0
    for i in range(case.n):
        accept = {key(x.kind, x.partner, x.to): x.accept for x in expected(3, i)}
        for run in range(OFFERS // 2):
            row = case.copy().one_turn(i, run=run)
            if row is None or row[4] != Move.PACT or row[6] < row[5]:
                continue
            chance = accept[key(row[4], row[3], row[6])]
            surplus += row[7] - chance
            variance += chance * (1.0 - chance)
            count += 1
    assert count > 500
    assert abs(surplus) < 4.0 * math.sqrt(variance)


def test_exits_need_no_consent() -> None:
    case = eager(3)
    case.set_p(consent__offset=-500.0)
    moves = [case.copy().one_turn(i, run=run) for i in range(case.n) for run in range(300)]
    pacts = [row for row in moves if row is not None and row[4] == Move.PACT]
    assert {bool(row[7]) for row in pacts if row[6] < row[5]} == {True}
    assert {bool(row[7]) for row in pacts if row[6] > row[5]} == {False}


def test_what_an_organisation_gives_is_not_ended() -> None:
    """Nobody leaves or lowers a pact while a common organisation binds as much."""
    case = eager(3)
    case.dyads("pact_level")[0, 1] = case.dyads("pact_level")[1, 0] = 3.0
    lower = {}
    for floor in (0.0, 1.0):
        case.dyads("organisation_floor")[0, 1] = case.dyads("organisation_floor")[1, 0] = floor
        table, _ = weighed(case, 0)
        lower[floor] = {row[2] for row in table if row[0] == Move.PACT and row[1] == 1}
    assert lower == {0.0: {0.0, 1.0, 2.0}, 1.0: set()}


def test_log_says_what_the_move_was_worth() -> None:
    """The parts sum to the change; parts and change equal the reference."""
    case = eager(4)
    w = reference.World(case)
    seen = reference.assess(w)
    before = reference.contributions(w, seen)
    words = {
        Move.PACT: "pact", Move.SANCTION: "sanction", Move.LIFT: "sanction", Move.AID: "aid",
        Move.END_AID: "aid", Move.ARM: "arm", Move.DISARM: "arm", Move.COURT: "court",
        Move.PROVOKE: "tension", Move.RECONCILE: "tension",
    }  # fmt: skip
    kinds = set()
    for run in range(300):
        i = run % case.n
        row = case.copy().one_turn(i, run=run)
        if row is None:
            continue
        kind, j, to = Move(int(row[4])), int(row[3]), row[6]
        parts = row[kernel.LOG_HEAD : kernel.LOG_HEAD + TERMS]
        after = reference.contributions(w.after(words[kind], i, j, to), seen)
        change = after - before
        if kind is Move.PACT:
            change *= reference.in_ties(w)
        if words[kind] == "tension":
            change[list(names.TERMS).index("security"), i] += reference.calm(w, seen, i, j, to)
        np.testing.assert_allclose(parts, change[:, i], rtol=1e-5, atol=1e-6)
        assert row[8] == pytest.approx(parts.sum(), rel=1e-9, abs=1e-9)
        if kind is Move.PACT:
            parts = row[kernel.LOG_HEAD + TERMS : kernel.LOG_HEAD + 2 * TERMS]
            np.testing.assert_allclose(parts, change[:, j], rtol=1e-5, atol=1e-6)
            assert row[9] == pytest.approx(parts.sum(), rel=1e-9, abs=1e-9)
        kinds.add(kind)
    assert len(kinds) >= 8


@pytest.mark.parametrize("seed", range(3))
def test_every_logged_move_of_a_run_adds_up(seed: int) -> None:
    case = eager(seed, n=8)
    rows = np.concatenate(list(case.play(6, seed=seed)))
    assert len(rows) > 30
    for at, total in ((kernel.LOG_HEAD, 8), (kernel.LOG_HEAD + TERMS, 9)):
        parts = rows[:, at : at + TERMS]
        room = 1e-11 * (1.0 + np.abs(parts).sum(axis=1))
        assert (np.abs(parts.sum(axis=1) - rows[:, total]) <= room).all()
    assert np.isfinite(rows).all()
    assert (np.diff(rows[:, 0]) >= 0).all()


def test_nobody_is_named_where_no_third_state_is_moved() -> None:
    """-1 is nobody, whatever the kind of move; 0 is a state."""
    case = eager(3, n=8)
    rows = np.concatenate(list(case.play(4)))
    third, du = rows[:, -7:-4], rows[:, -4:-1]
    assert ((third >= 0.0) == (du != 0.0)).all()
    assert (third == np.round(third)).all()
    pacts = (rows[:, 4] == Move.PACT) & (rows[:, 7] == 1.0)
    assert (third[~pacts] == -1.0).all()
    for row in rows[pacts]:
        assert not {row[2], row[3]} & set(row[-7:-4])
        assert (np.diff(np.abs(row[-4:-1])) <= 0.0).all()


def test_a_refusal_is_followed_by_silence() -> None:
    case = eager(4)
    case.dyads("cooldown")[:] = 0.0
    case.set_p(consent__offset=-500.0, consent__cooldown=3.0, moves__create=-8.0)
    row = case.one_turn(0)
    assert row is not None
    assert (row[4], row[7]) == (Move.PACT, 0.0)
    j = int(row[3])

    def offers(i: int, to: int) -> int:
        table, _ = weighed(case, i)
        listed = table[(table[:, 0] == Move.PACT) & (table[:, 1] == to)]
        return int((listed[:, 2] > case.now("pact", i, to)).sum())

    assert case.dyads("cooldown")[0, j] == 3.0
    for _ in range(2):
        case.call("settle", tick=1, seed=1, run=0)
        assert offers(0, j) == 0
    case.call("settle", tick=1, seed=1, run=0)
    assert case.dyads("cooldown")[0, j] == 0.0
    assert offers(0, j) > 0


@pytest.mark.parametrize("i", [0, 2])
def test_intensities_are_the_enumerated_chances(i: int) -> None:
    """Expected pacts of a pair: chance of each offer x consent, whatever was then chosen."""
    options = expected(3, i)
    chances = reference.probabilities(options)
    due = np.zeros((4, 6))
    for option, chance in zip(options, chances[:-1], strict=True):
        if option.kind is Move.PACT and option.to > eager(3).now("pact", i, option.partner):
            due[int(option.to), option.partner] += chance * option.accept
    for run in range(5):
        case = eager(3)
        for level in (1, 2, 3):
            case.dyads(f"intensity_{level}")[:] = 0.0
        case.one_turn(i, run=run)
        for level in (1, 2, 3):
            found = case.dyads(f"intensity_{level}")
            np.testing.assert_allclose(found[i], due[level], rtol=1e-4, atol=1e-6)
            assert not np.delete(found, i, 0).any()
        case.call("finish")
        for level in (1, 2, 3):
            found = case.dyads(f"intensity_{level}")
            np.testing.assert_allclose(found[i], due[level], rtol=1e-4, atol=1e-6)
            np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("n", [9, 70])
def test_weights_of_a_loop_are_those_of_each_partner(n: int) -> None:
    """Vector lanes, the rest of a row and a second tile all give what one partner alone gives."""
    case = random_case(n, 5)
    for i in (0, n // 2, n - 1):
        table, cells = weighed(case, i)
        due = np.zeros(n)
        for row in table:
            due[int(row[1])] += row[6]
        np.testing.assert_allclose(cells[layout.WEIGHTS :], due, rtol=1e-13)


def test_clocks_run_at_their_rates() -> None:
    case = random_case(6, 1)
    case.states("attention")[:] = [0.0, 0.25, 0.5, 1.0, 2.0, 3.0]
    counts = np.zeros(6)
    quarters = 2000
    for run in range(quarters):
        schedule = case.schedule(tick=1, seed=1, run=run)
        counts += np.bincount(schedule[:, 0], minlength=6)
        for i in range(6):
            assert sorted(schedule[schedule[:, 0] == i, 1]) == list(
                range((schedule[:, 0] == i).sum())
            )
    rate = 0.25 * case.p("moves.rate") * (1.0 + case.states("attention"))
    np.testing.assert_allclose(counts / quarters, rate, atol=4.0 * 0.5 / math.sqrt(quarters))


def test_luck_belongs_to_states_and_not_to_places() -> None:
    """In another order of the states, the same states move at the same time, and alike."""
    case = random_case(7, 2)
    order = np.random.default_rng(0).permutation(case.n)
    other = Case(
        np.ascontiguousarray(case.M[:, order][:, :, order]),
        np.ascontiguousarray(case.V[:, order]),
        case.G.copy(),
        np.ascontiguousarray(case.B[:, order]),
        case.P,
        case.keys[order],
    )
    cheap = {f"moves__{cost}": 1.0 for cost in COSTS}
    case.set_p(**cheap)
    same = 0
    for run in range(40):
        times, again = (x.schedule(tick=1, seed=5, run=run) for x in (case, other))
        np.testing.assert_array_equal(times[:, 0], order[again[:, 0]])
        i = run % case.n
        row = case.copy().one_turn(int(order[i]), run=run)
        twin = other.copy().one_turn(i, run=run)
        assert (row is None) == (twin is None)
        if row is not None and twin is not None:
            assert row[4] == twin[4]
            assert row[3] == order[int(twin[3])]
            assert row[8] == pytest.approx(twin[8])
            same += 1
    assert same > 10


def test_the_first_places_are_not_favoured() -> None:
    """Who comes first in a quarter does not depend on the order of the states."""
    case = random_case(6, 1)
    case.set_p(moves__rate=8.0)
    case.states("attention")[:] = 0.0
    first = [int(case.schedule(tick=1, seed=2, run=run)[0, 0]) for run in range(1200)]
    assert stats.chisquare(np.bincount(first, minlength=6)).pvalue > SIGNIFICANT

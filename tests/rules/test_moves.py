"""Moves, dated events, turns and the choice of a move, against plain equations and keyed luck."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import kernel
from sim.kernel import layout
from sim.rules import catalogue as names
from sim.rules import codegen
from sim.rules import moves as decided
from sim.rules.moves import Act
from tests import reference
from tests.lived import SEEDS, lived
from tests.reference import moves
from tests.reference.decisions import Move
from tests.support_world import CHANGED, Case, random_case

CLOSE = {"rtol": 1e-9, "atol": 1e-9}
#: What a move writes to at once; the running sums have tests of their own.
LEDGER = ("pact_level", "commitment", "entrapment_weight", "sanctions", "aid", "contact", "tension",
          "trust_good", "trust_bad")  # fmt: skip

ANOTHER = """
from sim.rules.moves import Change, Move, Said

MOVE = Move(name="{}", code={}, act="give", said=Said("gave {{x}}", "give {{x}}"),
            change=Change("{}", lambda w, i, j: 0.0, lambda w, i, j, to: None))
"""


def compare(case: Case, due: reference.World) -> None:
    off = ~np.eye(case.n, dtype=bool)
    for name in LEDGER:
        found = case.dyads(name)
        np.testing.assert_allclose(found[off], due[name][off], err_msg=name, **CLOSE)
    np.testing.assert_allclose(case.states("arms_effort"), due["arms_effort"], **CLOSE)


@pytest.mark.parametrize("kind", CHANGED)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_move_does_what_the_equations_say(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = lived(seed)
    w = reference.World(case)
    for _ in range(6):
        i, j = (int(x) for x in rng.choice(case.n, 2, replace=False))
        to = float(rng.integers(0, 4)) if kind == "pact" else float(rng.uniform(0.5, 1.0))
        if kind == "pact" and to == case.now("pact", i, j):
            continue
        after = case.copy()
        after.move(kind, i, j, to)
        compare(after, w.changed(moves.made(w, kind, i, j, to)))


def settled(case: Case) -> Case:
    """A world whose assessments fit what holds, with no more memory than a first quarter has."""
    case.dyads("cooldown")[:] = np.random.default_rng(7).choice(
        [0.0, 2.0], (case.n, case.n), p=[0.8, 0.2]
    )
    return case


def cheap(seed: int) -> Case:
    """A world where every kind of move is worth its cost now and then, each made alone."""
    case = settled(random_case(6, seed))
    case.collectives("market")[:] = 0.0
    costs = "create break sanction lift aid end_aid arm court provoke reconcile".split()
    case.set_p(**{f"moves__{cost}": 0.5 for cost in costs})
    for name in names.TERMS:
        case.set_p(**{f"{name}__weight": 0.15 * case.p(f"{name}.weight")})
    return case


def test_states_choose_by_the_races_that_their_luck_runs() -> None:
    """One by one: what is chosen, whether the partner consents, and what then holds."""
    kinds, refused = set(), 0
    for seed in range(4):
        case = cheap(seed)
        w = reference.World(case)
        seen = reference.assess(w)
        options = [list(reference.alternatives(w, seen, i)) for i in range(case.n)]
        for run in range(40):
            i, k = run % case.n, run % 3
            key = {"tick": 2, "seed": seed, "run": run}
            option = moves.chosen(w, options[i], i, k, **key)
            after = case.copy()
            row = after.one_turn(i, k=k, **key)
            if option is None:
                assert row is None
                continue
            assert row is not None
            assert (row[4], row[3]) == (option.kind, option.partner)
            assert row[6] == pytest.approx(option.to, rel=1e-12)
            offer = option.kind is Move.PACT and option.to > w["pact_level"][i, option.partner]
            agreed = not offer or moves.consents(w, option, i, k, **key)
            assert row[7] == agreed
            kinds.add(option.kind)
            refused += not agreed
            if not agreed:
                silent = w["cooldown"].copy()
                silent[i, option.partner] = w.p("consent.cooldown")
                np.testing.assert_allclose(after.dyads("cooldown"), silent)
            due = w.changed(moves.made(w, WORDS[option.kind], i, option.partner, option.to))
            compare(after, due if agreed else w)
    assert kinds == set(range(Move.PACT, Move.RECONCILE + 1))
    assert refused > 3


def test_who_does_nothing_does_it_alone() -> None:
    """Kind and partner say so, whatever an earlier state has left in the working space."""
    idle = 0
    for run in range(40):
        case, cells = random_case(5, run % 8), np.full(kernel.choice_cells(5), 3.0)
        costs = [p.row for p in names.PARAMS.values() if p.name.startswith("moves.")]
        case.P[costs] += 2.0
        table = np.zeros((1, kernel.TABLE_COLUMNS))
        case.call("alternatives", i=2, k=0, tick=1, seed=1, run=run, choice=cells, table=table)
        if cells[layout.KIND] == Move.NONE:
            assert (cells[layout.PARTNER], cells[layout.TO]) == (2.0, 0.0)
            idle += 1
    assert idle > 10


WORDS = {
    Move.PACT: "pact", Move.SANCTION: "sanction", Move.LIFT: "sanction", Move.AID: "aid",
    Move.END_AID: "aid", Move.ARM: "arm", Move.DISARM: "arm", Move.COURT: "court",
    Move.PROVOKE: "tension", Move.RECONCILE: "tension",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_offers_are_noted_at_their_chances(seed: int) -> None:
    case = cheap(seed)
    w = reference.World(case)
    seen = reference.assess(w)
    for i in range(case.n):
        after = case.copy()
        for level in (1, 2, 3):
            after.dyads(f"intensity_{level}")[:] = 0.5
        after.one_turn(i)
        for level, due in moves.offered(w, list(reference.alternatives(w, seen, i)), i).items():
            found = after.dyads(f"intensity_{level}")
            np.testing.assert_allclose(found[i], 0.5 + due, rtol=1e-4, atol=1e-7)
            assert (np.delete(found, i, 0) == 0.5).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_turns_come_in_the_order_of_their_times(seed: int) -> None:
    case = lived(seed).copy()
    case.set_p(moves__rate=4.0 + 12.0 * (seed % 2))
    due = moves.schedule(reference.World(case), 3, seed, 1, kernel.MAX_OPPORTUNITIES)
    assert case.schedule(3, seed, 1).tolist() == [list(turn) for turn in due]


def test_nobody_has_more_turns_than_there_is_room_for() -> None:
    case = lived(0).copy()
    case.set_p(moves__rate=40.0)
    case.states("attention")[:] = 3.0
    due = moves.schedule(reference.World(case), 1, 1, 0, kernel.MAX_OPPORTUNITIES)
    assert case.schedule(1, 1).tolist() == [list(turn) for turn in due]
    assert len(due) == case.n * kernel.MAX_OPPORTUNITIES


# --- events --------------------------------------------------------------------------------------


def variable(kind: int, name: str) -> tuple[int, tuple[float, float]]:
    if kind == 3:
        return 0, names.PARTS[name].bounds
    fields = {0: names.STATE_FIELDS, 1: names.DYAD_FIELDS, 2: names.COLLECTIVE_FIELDS}[kind]
    return fields[name].row, fields[name].bounds


#: Running sums, which have tests of their own.
SUMS = {
    "threat", "protection", "market_access", "arms_access", "munitions_access", "portfolio",
    "ties", "patronage", "enemy_load", "opposition_load", "coalition_weight",
}  # fmt: skip


def same(case: Case, due: reference.World) -> None:
    """All but the running sums is as it should be."""
    off = ~np.eye(case.n, dtype=bool)
    for fields in (names.DYAD_FIELDS, names.STATE_FIELDS, names.COLLECTIVE_FIELDS):
        for field in fields.values():
            # mirrors are of the quarter before until the next assessment
            if field.name in SUMS or field.name.endswith("_mirrored"):
                continue
            match field.kind:
                case "dyad":
                    found, right = case.M[field.row][off], due[field.name][off]
                case "state":
                    found, right = case.V[field.row], due[field.name]
                case _:
                    found, right = case.G[field.row], due.collective(field.name)
            assert (np.abs(found - right) <= 1e-9 * (1.0 + np.abs(right))).all(), field.name
    np.testing.assert_allclose(case.B, due.parts, **CLOSE)


EVENTS = [
    (0, "ideal_point", 0.4), (0, "need", 0.7), (0, "revisionism", 1.6), (1, "trust", 0.3),
    (1, "trust", 1.4), (1, "tension", 0.6), (1, "pact_level", 2.0), (1, "pact_level", 0.0),
    (1, "pact_level", 3.0), (1, "organisation_floor", 0.5), (1, "organisation_floor", 0.05),
    (1, "sanctions", 1.0), (2, "cohesion", 0.5), (2, "rung", 2.0), (3, "member", 1.0),
    (3, "member", 0.5), (3, "member", 0.0), (3, "side", -1.0), (3, "school", 0.6),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "number"), EVENTS)
@pytest.mark.parametrize("operation", range(5), ids=["set", "add", "times", "raise", "lower"])
def test_events_do_what_they_say(kind: int, name: str, number: float, operation: int) -> None:
    changed = False
    for seed in range(4):
        rng = np.random.default_rng(seed)
        case = lived(seed).copy()
        w = reference.World(case)
        i, j = (int(x) for x in rng.choice(case.n, 2, replace=False))
        if kind >= 2:
            of = {"cohesion": "organisation", "rung": "conflict", "member": "organisation",
                  "side": "conflict", "school": "school"}[name]  # fmt: skip
            i, j = (w.of_kind(of)[1], 0) if kind == 2 else (i, w.of_kind(of)[0])
        row, (low, high) = variable(kind, name)
        if name == "pact_level" and operation == 2:
            number = float(round(number))
        # an expiry ends what is held in half of the cases, and else what was held before a move
        ended = 0.0 if kind != 1 or seed % 2 else float(w[name][i, j])
        table = np.array([[1, kind, row, i, j, operation, number, ended]], dtype=float)
        case.call("play_event_at", events=table, limits=np.array([[low, high]]), e=0)
        due = moves.event(w, table[0], low, high)
        same(case, due)
        for old, new in ((lived(seed).M, case.M), (lived(seed).V, case.V), (w.parts, case.B),
                         (lived(seed).G, case.G)):  # fmt: skip
            changed = changed or bool((old != new).any())
    assert changed or (operation > 0 and number == 0.0) or operation >= 2


# --- the frame of a quarter ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quarter_without_rules_forgets_silence_and_offers_and_teaches(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = lived(seed).copy()
    case.P[list(names.SWITCHES.values())] = 0.0
    case.dyads("cooldown")[:] = rng.uniform(0.0, 3.0, (case.n, case.n))
    for level in (1, 2, 3):
        case.dyads(f"intensity_{level}")[:] = 1.0
    at = case.collectives("collective_kind") == 3
    for name in names.COLLECTIVE_FIELDS:
        if name.startswith("school_"):
            case.collectives(name)[at] = rng.uniform(0.0, 3.0, at.sum())
    w = reference.World(case)
    case.call("settle", tick=3, seed=1, run=0)
    np.testing.assert_allclose(case.dyads("cooldown"), moves.silence(w))
    for level in (1, 2, 3):
        assert not case.dyads(f"intensity_{level}").any()
    for name, due in moves.taught(w).items():
        np.testing.assert_allclose(case.states(name), due, err_msg=name, **CLOSE)


# --- declarations ---------------------------------------------------------------------------------


def test_codes_are_those_of_the_equations() -> None:
    assert tuple(move.name.lower() for move in Move) == names.MOVE_KINDS
    assert {name: move.code for name, move in names.MOVES.items()} == {
        move.name.lower(): int(move) for move in Move if move
    }


def test_each_move_has_a_word_of_luck_of_its_own() -> None:
    acts = {Move(move.code): move for move in names.MOVES.values() if isinstance(move, Act)}
    assert {code: act.luck for code, act in acts.items()} == moves.WORDS
    some = [replace(acts[Move.AID], code=code) for code in range(14, 40)]
    own = [replace(act, towards="self") for act in some]
    partners = [act for act in (*acts.values(), *some) if act.towards == "partner"]
    assert len({act.luck for act in partners}) == len(partners)
    assert len({act.luck for act in (acts[Move.ARM], acts[Move.DISARM], *own)}) == len(own) + 2


def test_weights_are_added_up_in_pairs() -> None:
    assert [codegen.added(list("abcde"[:n])) for n in range(6)] == [
        "0.0", "a", "(a + b)", "((a + b) + c)", "((a + b) + (c + d))",
        "(((a + b) + (c + d)) + e)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends with MOVE = Move"),
        (ANOTHER.format("aid", 16, "aid"), r"moves share name \['aid'\]"),
        (ANOTHER.format("alms", 4, "aid"), r"moves share code \['4'\]"),
        (ANOTHER.format("alms", 16, "aid"), "another move has a change 'aid'"),
    ],
)
def test_a_move_that_cannot_be_is_told(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "another.py").write_text(text)
    monkeypatch.setattr(decided, "__path__", [*decided.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match=message):
        decided.discover()
    sys.modules.pop("sim.rules.moves.another")

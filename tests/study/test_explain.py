"""Explanations: the numbers are those of the run, the sentences are right, mistakes are told."""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import replace
from itertools import accumulate, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from matplotlib.figure import Figure
from matplotlib.text import Text
from typer.testing import CliRunner

from sim import cli
from sim.commands.explain import explain as explain_command
from sim.drivers.ensemble import run_ensemble
from sim.drivers.replay import Alternative, Asked, Decision, Part, Side, Third, replay
from sim.errors import UserError
from sim.record.arrays import EnsembleRecord
from sim.rules import catalogue as names
from sim.rules.catalogue import MOVE_KINDS
from sim.rules.terms import Term
from sim.scenario import ScenarioSpec, format_quarter, load_scenario
from sim.show.plots.style import save_figure
from sim.show.plots.waterfall import draw_waterfall
from sim.study.explain import Story, ask, explain, heading
from sim.study.mattered import weigh
from sim.study.motives import NO_TERM, Act, _acts, _counted, motives
from sim.words.of_decisions import Prose, balance, is_asked, term_words, with_article

TEXT = """
format: 1
title: Seven states
clock: {start: 2021Q4, quarters: 12}
poles: [AAA, BBB]
focal: [CCC, DDD]
sources:
  made: {title: Made up, kind: dataset, year: 2021}
states:
  defaults: {source: made, range: 20%}
  AAA: {name: United Provinces, capability: 0.3, economy: 0.3, arms_supply: 0.4,
        ideal_point: 1.5, pole: 1}
  BBB: {name: Beta, capability: 0.2, economy: 0.2, arms_supply: 0.2, ideal_point: -1.0, pole: 1,
        revisionism: 0.4}
  CCC: {name: Lowlands, capability: 0.05, economy: 0.06, ideal_point: 1.0}
  DDD: {name: Upper Highland, capability: 0.08, economy: 0.03, arms_supply: 0.1,
        ideal_point: -0.8, revisionism: 0.6, doctrine: {proud: 1.0}}
  EEE: {name: Epsilon-on-Sea, capability: 0.01, economy: 0.01, ideal_point: -0.2}
  FFF: {name: Zeta, capability: 0.02, economy: 0.02, ideal_point: 0.3}
  GGG: {name: Eta, capability: 0.03, economy: 0.04, ideal_point: 0.1}
relations:
  defaults: {source: made, range: 30%}
  distance: {AAA-BBB: 6.0, CCC-DDD: 0.2, CCC-BBB: 1.0, EEE-DDD: 0.1, BBB-DDD: 1.0, FFF-EEE: 0.5}
  rivalry: {CCC-DDD: 1.0, AAA-BBB: 0.8}
  trust: {DDD>EEE: 0.7}
  sanctions: {AAA>DDD: 0.5}
channels:
  defaults: {source: made, range: 10%}
  trade:
    flows:
      AAA: {BBB: 300, CCC: 200, ROW: 400}
      BBB: {AAA: 350, DDD: 80, ROW: 200}
      CCC: {AAA: 150, DDD: 60, FFF: 20}
  arms: {shares: {EEE: {DDD: 0.6}, CCC: {AAA: 0.8}, FFF: {BBB: 0.4}}}
doctrines:
  defaults: {source: judgement, range: 0%, note: made up for a test}
  proud: {weights: {autonomy: 1.5}, taboos: {defence: 3.0}}
pacts:
  old: {members: [AAA, CCC], type: defence, since: 1949Q2, source: made}
  late: {members: [BBB, FFF], type: arms_cooperation, since: 2022Q3, source: made}
events:
  shock:
    at: 2022Q2
    title: A shock to Upper Highland
    source: made
    defaults: {range: 0%}
    effects: {need: {DDD: 0.8}, sanctions: {CCC>DDD: 1}}
arms:
  calm: {events: {shock: off}}
ensemble: {runs: 4, seed: 4, draws: on}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explain") / "seven.yaml"
    file.write_text(TEXT, "utf-8")
    return file


@pytest.fixture(scope="module")
def spec(path: Path) -> ScenarioSpec:
    return load_scenario(path)


@pytest.fixture(scope="module")
def record(spec: ScenarioSpec) -> EnsembleRecord:
    return run_ensemble(spec, runs=30, jobs=2)


@pytest.fixture(scope="module")
def stories(spec: ScenarioSpec) -> list[Story]:
    """Every state's story of the four runs."""
    return [explain(spec, state=code, run=run) for run in range(4) for code in spec.states]


# --- the numbers ----------------------------------------------------------------------------------


def test_parts_add_up_to_the_change_for_every_logged_move(
    record: EnsembleRecord, scenarios: Path
) -> None:
    shipped = [run_ensemble(load_scenario(file, quarters=8), runs=2, jobs=2) for file in
               sorted(scenarios.glob("*.yaml"))[:2]]  # fmt: skip
    moves = np.concatenate([it.moves for it in (record, *shipped)])
    assert len(record.moves) > 150
    assert len(set(moves["kind"])) >= 6
    for total, parts in (("du", "terms"), ("du_partner", "terms_partner")):
        size = np.abs(moves[parts]).sum(axis=1)
        assert np.all(np.abs(moves[parts].sum(axis=1) - moves[total]) <= 1e-12 * (1.0 + size))


@pytest.mark.parametrize("run", [0, 2])
def test_replay_is_the_run_of_the_ensemble(
    spec: ScenarioSpec, record: EnsembleRecord, run: int
) -> None:
    whole = Asked("CCC", None, 1, spec.quarters)
    model = replay(spec, whole, run=run)
    expected = record.moves[record.moves["run"] == run]
    assert model.moves.tobytes() == expected.tobytes()
    states, dyads = model.observed()
    assert np.array_equal(states, record.state_series[run, -1])
    assert np.array_equal(dyads, record.dyad_series[run, -1])


def test_every_move_is_told_with_its_logged_numbers(
    record: EnsembleRecord, stories: list[Story]
) -> None:
    log = {(int(it["run"]), int(it["tick"]), int(it["order"])): it for it in record.moves}
    told = set()
    for story in stories:
        for it in story.decisions:
            tick = it.quarter, it.order
            key = (story.run, _tick(record, it.quarter), it.order)
            row = log[key]
            told.add(key)
            codes = record.states[row["mover"]], record.states[row["partner"]]
            assert (it.move.mover, it.move.partner) == codes, tick
            assert story.state in codes
            assert it.move.kind == MOVE_KINDS[row["kind"]]
            assert it.move.before == pytest.approx(row["before"])
            assert it.move.after == pytest.approx(row["after"])
            assert it.accepted == bool(row["accepted"])
            assert it.mover.gain == row["du"]
            assert it.move.gain == pytest.approx(row["du"], abs=1e-9)
            assert sum(part.change for part in it.mover.parts) == pytest.approx(row["du"], abs=1e-7)
            assert {third.state for third in it.thirds}.isdisjoint(codes)
            if it.move.kind == "pact":
                assert it.partner is not None
                assert it.partner.gain == row["du_partner"]
    expected = {key for key in log if key[0] < 4}
    assert told == expected


def _tick(record: EnsembleRecord, quarter: str) -> int:
    return [format_quarter(record.start + t) for t in range(record.quarters + 1)].index(quarter)


def test_chances_are_those_of_the_choice(stories: list[Story]) -> None:
    for story in stories:
        for it in story.decisions:
            for move in (it.move, *it.others):
                value = move.gain - move.reluctance
                value *= move.consent if value > 0 else 1.0
                assert move.chance == pytest.approx(math.exp(value - move.cost) * it.nothing)
            assert it.nothing + it.move.chance + sum(x.chance for x in it.others) < 1.0
            ranked = [x.chance for x in it.others]
            assert ranked == sorted(ranked, reverse=True)
            assert it.move not in it.others
            consent = it.move.consent
            assert consent < 1.0 if is_asked(it.move) else consent == 1.0


def test_a_doctrine_holds_back_new_pacts_only(stories: list[Story]) -> None:
    moves = [move for story in stories for it in story.decisions for move in (it.move, *it.others)]
    moves += [it.move for story in stories for it in story.considered]
    held = [move for move in moves if move.reluctance > 0]
    assert all(move.kind == "pact" and move.after > move.before for move in held)
    assert {(move.mover, move.after, move.reluctance) for move in held} <= {("DDD", 3.0, 3.0)}


def test_what_the_target_of_a_one_sided_move_feels(stories: list[Story]) -> None:
    felt = [it for story in stories for it in story.decisions if it.move.kind in ("court", "aid")]
    assert felt
    for it in felt:
        assert it.partner is not None
        assert it.partner.gain > 0
        term = "recognition" if it.move.kind == "court" else "access"
        assert it.partner.parts[0].term == term
    alone = [it for story in stories for it in story.decisions if it.move.kind in ("arm", "disarm")]
    assert all(it.partner is None for it in alone)


def test_pairs_and_windows_select(spec: ScenarioSpec, stories: list[Story]) -> None:
    moves = [it for story in stories[:7] for it in story.decisions]
    one = next(it for it in moves if it.partner is not None)
    pair = {one.move.mover, one.move.partner}
    story = explain(spec, dyad="-".join(sorted(pair)), when=one.quarter)
    assert one in story.decisions
    assert all({it.move.mover, it.move.partner} == pair for it in story.decisions)
    assert {it.quarter for it in story.decisions} == {one.quarter}
    year = explain(spec, state=one.move.mover, when=one.quarter[:4])
    assert (year.start, year.end) == (f"{one.quarter[:4]}Q1", f"{one.quarter[:4]}Q4")
    assert one in year.decisions


def test_what_the_scenario_puts_in_is_told_as_given(spec: ScenarioSpec) -> None:
    story = explain(spec, state="DDD", when="2022Q2..2022Q3")
    assert [(it.quarter, it.id) for it in story.given] == [("2022Q2", "shock")]
    assert "2022Q2: A shock to Upper Highland (given by the scenario)." in story.sentences()
    assert [it.id for it in explain(spec, dyad="CCC-DDD").given] == ["shock"]
    assert explain(spec, dyad="AAA-DDD").given == ()
    (late,) = explain(spec, state="FFF").given
    assert (late.quarter, late.title) == (
        "2022Q3",
        "An arms-cooperation pact of Beta and Zeta begins",
    )
    calm = explain(replace(spec, events={}), state="DDD")
    assert calm.given == ()


# --- the sentences --------------------------------------------------------------------------------


def move(kind: str = "pact", **changes: Any) -> Alternative:
    given: dict[str, Any] = {
        "mover": "DDD", "partner": "BBB", "kind": kind, "before": 1.0, "after": 3.0, "gain": 5.7,
        "reluctance": 0.0, "consent": 0.62, "cost": 6.21, "chance": 0.031,
    }  # fmt: skip
    return Alternative(**(given | changes))


def side(state: str, reluctance: float = 0.0, **parts: float) -> Side:
    ranked = sorted(parts.items(), key=lambda item: -abs(item[1]))
    return Side(state, sum(parts.values()), tuple(Part(name, x) for name, x in ranked), reluctance)


def decision(made: Alternative, mover: Side, partner: Side | None, **changes: Any) -> Decision:
    given: dict[str, Any] = {
        "quarter": "2024Q3", "order": 3, "move": made, "accepted": True, "mover": mover,
        "partner": partner, "nothing": 0.91, "others": (), "thirds": (),
    }  # fmt: skip
    return Decision(**(given | changes))


@pytest.mark.parametrize(("others", "said"), [(1, "another"), (25, "25 others")])
def test_who_moves_together_is_told(others: int, said: str) -> None:
    made = decision(move("sanction", before=0.0, after=1.0), side("DDD"), None, together=others)
    told = Prose({"DDD": "Delta", "BBB": "Beta"}).headline(made)
    assert told == f"Delta imposed sanctions on Beta, together with {said}"


COURT = move("court", partner="CCC", before=0.2, after=0.3, gain=0.42, consent=1.0, chance=0.012)
OFFER = move(partner="AAA", before=0.0, after=2.0, gain=-0.001, chance=0.0004)
EXAMPLES: dict[str, tuple[Decision, str]] = {
    "a pact raised": (
        decision(
            move(),
            side("DDD", 3.0, access=7.2, security=2.6, entrapment=-1.8, autonomy=-2.0, misfit=-0.3),
            side("BBB", common_enemy=0.9, upkeep=-0.5),
            others=(COURT, OFFER),
            thirds=(Third("CCC", -0.9), Third("AAA", -0.31), Third("EEE", 0.2)),
        ),
        ("2024Q3: Upper Highland asked Beta to raise their consultation pact to a defence pact, "
        "and Beta agreed. Upper Highland gained 5.7, chiefly through access to markets, arms and "
        "aid (+7.2) and security against threats (+2.6), against autonomy given up (-2.0) and "
        "entrapment in partners' quarrels (-1.8); its doctrine held 3.0 against such a pact. Beta "
        "gained 0.40 through enemies in common (+0.90), against upkeep of ties, aid and arms "
        "(-0.50). The move had a chance of 3.1% at that opportunity (doing nothing: 91%), after "
        "6.2 for its cost and for scarce attention; Beta was 62% likely to agree. The likeliest "
        "other moves were to court the Lowlands (1.2%, +0.42) and to offer the United Provinces an "
        "arms-cooperation pact (under 0.1%, 0.00). Moved most among others: the Lowlands (-0.90) "
        "and the United Provinces (-0.31) were hurt, Epsilon-on-Sea (+0.20) was helped."),
    ),
    "an offer refused": (
        decision(
            move(mover="CCC", partner="AAA", before=0.0, after=1.0, chance=0.5, consent=0.004),
            side("CCC", security=2.0),
            side("AAA", upkeep=-1.2, closure=0.4, recognition=0.001),
            accepted=False,
            nothing=0.2,
        ),
        ("2024Q3: The Lowlands offered the United Provinces a consultation pact, but the United "
        "Provinces refused. The Lowlands would have gained 2.0 through security against threats. "
        "The United Provinces would have lost 0.80 through upkeep of ties, aid and arms (-1.2), "
        "despite partners in common (+0.40). The move had a chance of 50% at that opportunity "
        "(doing nothing: 20%), after 6.2 for its cost and for scarce attention; the United "
        "Provinces was 0.4% likely to agree."),
    ),
    "a pact left": (
        decision(
            move(mover="AAA", partner="FFF", before=2.0, after=0.0, consent=1.0),
            side("AAA", upkeep=1.1, misfit=0.5, common_enemy=-0.11),
            side("FFF", security=-7.5, autonomy=1.2),
            others=(COURT,),
            thirds=(Third("BBB", 0.04),),
        ),
        ("2024Q3: The United Provinces left its arms-cooperation pact with Zeta. The United "
        "Provinces gained 1.5 through less upkeep of ties, aid and arms (+1.1) and fewer ties to "
        "distant positions (+0.50), against fewer friends against common enemies (-0.11). Zeta "
        "lost 6.3 through less security against threats (-7.5), despite less autonomy given up "
        "(+1.2). The move had a chance of 3.1% at that opportunity (doing nothing: 91%), after 6.2 "
        "for its cost and for scarce attention. The likeliest other move was to court the Lowlands "
        "(1.2%, +0.42). Moved most among others: Beta (+0.04) was helped."),
    ),
    "a move with itself": (
        decision(
            move("arm", partner="DDD", before=1.0, after=1.05, cost=-0.1, chance=0.996),
            side("DDD", security=0.06, upkeep=-0.06),
            None,
        ),
        ("2024Q3: Upper Highland raised its arms effort by 5%. Upper Highland gained nothing on "
        "balance: security against threats (+0.06), against upkeep of ties, aid and arms "
        "(-0.06). The move had a chance of over 99% at that opportunity (doing nothing: 91%)."),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def prose(spec: ScenarioSpec) -> Prose:
    return Prose({code: state.name for code, state in spec.states.items()})


@pytest.mark.parametrize("case", EXAMPLES)
def test_golden_sentences(case: str, prose: Prose) -> None:
    given, expected = EXAMPLES[case]
    assert prose.decision(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (move(before=0.0, after=1.0), "offered Beta a consultation pact"),
        (move(before=3.0, after=1.0), "cut its defence pact with Beta down to a consultation pact"),
        (move("sanction", before=0.0, after=1.0), "imposed sanctions on Beta"),
        (move("sanction", before=0.5, after=1.0), "tightened its sanctions on Beta"),
        (move("lift", before=1.0, after=0.0), "lifted its sanctions on Beta"),
        (move("aid", before=0.0, after=1.0), "began to aid Beta"),
        (move("aid", before=0.3, after=1.0), "raised its aid to Beta"),
        (move("end_aid", before=1.0, after=0.0), "ended its aid to Beta"),
        (move("disarm", before=1.0, after=1 / 1.05), "cut its arms effort by 5%"),
        (move("provoke", before=0.2, after=0.4), "put pressure on Beta"),
        (move("reconcile", before=0.4, after=0.2), "made a conciliatory gesture to Beta"),
    ],
)  # fmt: skip
def test_every_act_has_its_phrase(given: Alternative, expected: str, prose: Prose) -> None:
    assert prose.did(given) == expected
    assert prose.to_do(given).startswith("to ")


def test_every_kind_of_move_and_every_term_can_be_put_in_words(prose: Prose) -> None:
    for kind in MOVE_KINDS[1:]:
        assert prose.did(move(kind))
    for name in names.TERMS:
        won, paid = term_words(Part(name, 1.0)), term_words(Part(name, -1.0))
        assert won
        assert paid
        assert not won.startswith("less less")


def test_a_new_term_is_put_by_its_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    def made_up(sign: float) -> Term:
        return Term("glory", sign, 0, 0, "glory among peers", lambda: 0.0)

    monkeypatch.setitem(names.TERMS, "glory", made_up(1.0))
    assert term_words(Part("glory", 0.2)) == "glory among peers"
    assert term_words(Part("glory", -0.2)) == "less glory among peers"
    monkeypatch.setitem(names.TERMS, "glory", made_up(-1.0))
    assert term_words(Part("glory", -0.2)) == "glory among peers"


def test_articles() -> None:
    plain = ["Highland", "Union Bay", "Statesville", "Eastland"]
    assert [with_article(name) for name in plain] == plain
    for name in ("Lowlands", "United Provinces", "Eastern Republic", "Three Emirates"):
        assert with_article(name) == f"the {name}"


def test_small_parts_are_left_out_and_the_rest_is_called_chief() -> None:
    many = side("AAA", security=5.0, access=1.0, closure=0.5, influence=0.4, upkeep=-0.05)
    assert balance(many) == (
        "gained 6.8, chiefly through security against threats (+5.0), access to markets, arms and "
        "aid (+1.0) and partners in common (+0.50)"
    )


def test_sentences_of_real_runs_are_well_formed(stories: list[Story]) -> None:
    for story in stories:
        for text in (*story.sentences(), f"{heading(story)}."):
            assert re.match(r"(\d{4}Q\d: )?[A-Z].*[.]$", text), text
            assert not re.search(
                r"  |\{|\}|None|nan|\+0\.00|-0\.00|[A-Z]{3}\b(?<!Q\d)|the the", text
            ), text


# --- where nothing happened -----------------------------------------------------------------------


def test_a_quiet_quarter_says_what_was_weighed(spec: ScenarioSpec, record: EnsembleRecord) -> None:
    moves = record.moves[record.moves["run"] == 0]
    quiet = next(
        (tick, code)
        for tick in range(1, spec.quarters)
        for at, code in enumerate(record.states)
        if not np.any((moves["tick"] == tick) & ((moves["mover"] == at) | (moves["partner"] == at)))
    )
    story = explain(spec, state=quiet[1], when=format_quarter(spec.start + quiet[0]))
    assert story.decisions == ()
    chances = [it.chance for it in story.considered]
    assert chances == sorted(chances, reverse=True)
    assert 0.0 < chances[0] < 1.0
    text = story.sentences()[-1]
    assert "opportunit" in text
    assert "Weighed most seriously: to " in text


def test_a_pair_without_moves_names_who_weighed_what(spec: ScenarioSpec) -> None:
    story = explain(replace(spec, events={}), dyad="EEE-GGG", when="2022Q1")
    if not story.decisions:
        assert "on each other. Weighed most seriously: " in story.sentences()[-1]
        assert {it.move.mover for it in story.considered} <= {"EEE", "GGG"}
        seen = {frozenset((it.move.mover, it.move.partner)) for it in story.considered}
        assert seen == {frozenset(("EEE", "GGG"))}


def test_a_state_without_opportunities_says_so(path: Path) -> None:
    still = load_scenario(path, overrides=("moves.rate=0",))
    story = explain(still, state="GGG", when="2022Q1")
    assert story.sentences() == ["Eta had no opportunity to move in 2022Q1."]


# --- many runs ------------------------------------------------------------------------------------


def count_acts(record: EnsembleRecord, asked: Asked) -> tuple[Act, ...]:
    return _acts(_counted(record, asked))


def test_motives_count_the_log(spec: ScenarioSpec, record: EnsembleRecord) -> None:
    acts = {act.act: act for act in count_acts(record, Asked("CCC", None, 1, spec.quarters))}
    moves, me = record.moves, record.index("CCC")
    courted = moves[(moves["mover"] == me) & (moves["kind"] == MOVE_KINDS.index("court"))]
    assert acts["court"].done == len(courted) > 0
    assert acts["court"].per_run == pytest.approx(len(courted) / 30)
    assert acts["court"].runs == len(set(courted["run"])) / 30
    asked = moves[
        (moves["partner"] == me) & (moves["kind"] == 1) & (moves["after"] > moves["before"])
    ]
    agreed = acts["agree to a pact offered"]
    assert (agreed.done, agreed.refused) == (
        asked["accepted"].sum(),
        (asked["accepted"] == 0).sum(),
    )
    for act in acts.values():
        assert sum(it.share for it in act.motives) == pytest.approx(1.0 if act.done else 0.0)
        assert {it.term for it in act.motives} <= {*names.TERMS, NO_TERM}
    terms = courted["terms"]
    best = [record.term_names[k] for k in terms.argmax(axis=1)]
    assert acts["court"].motives[0].share == best.count("recognition") / len(best)


def test_acts_of_a_pair_are_those_of_both_sides(spec: ScenarioSpec, record: EnsembleRecord) -> None:
    def done(state: str | None) -> dict[str, int]:
        asked = Asked(state, ("CCC", "AAA"), 1, spec.quarters)
        return {act.act: act.done + act.refused for act in count_acts(record, asked)}

    both, one, other = done(None), done("CCC"), done("AAA")
    assert both
    assert both == {name: one.get(name, 0) + other.get(name, 0) for name in both}


def test_motives_of_a_scenario_are_those_of_its_ensemble(
    spec: ScenarioSpec, record: EnsembleRecord
) -> None:
    table = motives(spec, state="Lowlands", when="2022..2023", runs=30, jobs=1)
    assert table.acts == count_acts(record, Asked("CCC", None, 1, 8))
    assert (table.start, table.end, table.runs) == ("2022Q1", "2023Q4", 30)


# --- questions that do not fit --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({}, "say whom to explain"),
        ({"state": "CCD"}, "unknown state 'CCD'; the states are AAA"),
        ({"state": "Zetta"}, "unknown state 'Zetta'; did you mean 'Zeta'?"),
        ({"state": "?"}, "unknown state '?'; the states are AAA, BBB, CCC, DDD, EEE, FFF, GGG"),
        ({"dyad": "CCC"}, "expected two states such as AAA-BBB, not 'CCC'"),
        ({"dyad": "CCC-CCC"}, "a pair is of two states"),
        ({"dyad": "CCC-DDE"}, "unknown state 'DDE'; the states are AAA"),
        ({"state": "AAA", "dyad": "CCC-DDD"}, "the pair CCC-DDD does not include AAA"),
        ({"state": "AAA", "when": "spring"}, "expected a quarter such as 2024Q3"),
        ({"state": "AAA", "when": "2023..2022"}, "ends before it begins"),
        ({"state": "AAA", "when": "2021Q4"}, "moves are made from 2022Q1 to 2024Q4"),
        ({"state": "AAA", "when": "2031"}, "2031 is outside the clock"),
    ],
)
def test_mistakes_are_told(spec: ScenarioSpec, question: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        ask(spec, **question)


@pytest.mark.parametrize(("run", "runs"), [(-1, None), (4, None), (2, 2)])
def test_a_run_out_of_range_is_told(spec: ScenarioSpec, run: int, runs: int | None) -> None:
    with pytest.raises(UserError, match=f"there is no run {run}: the ensemble has runs 0 to"):
        explain(spec, state="AAA", run=run, runs=runs)


def test_states_go_by_code_or_name_and_pairs_by_either(spec: ScenarioSpec) -> None:
    assert ask(spec, state="lowlands").state == "CCC"
    assert ask(spec, dyad="epsilon-on-sea-ddd").pair == ("EEE", "DDD")
    clipped = ask(spec, state="AAA", when="2021Q1..2022Q2")
    assert (clipped.first, clipped.last) == (1, 2)


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(explain_command)
    made.command()(lambda: None)
    return made


def test_moves_are_ranked_by_what_they_changed_and_luck_is_one_line(stories: list[Story]) -> None:
    for story in stories:
        weighed = weigh(story.decisions)
        assert [it.changed for it in weighed] == sorted(
            (it.changed for it in weighed), reverse=True
        )
        told = story.in_short()
        if any(it.by_chance for it in weighed):
            assert sum(" of chance, not a tenth likelier" in text for text in told) == 1
        for it in weighed:
            move = it.decision.move
            assert it.changed == 0.0 or it.decision.accepted
            assert it.worth <= max(0.0, move.gain)
        if story.decisions and story.stands:
            assert told[0].count("\n") <= 4


def test_a_stand_is_the_sum_of_its_parts(spec: ScenarioSpec, record: EnsembleRecord) -> None:
    story = explain(spec, state="CCC", run=1)
    assert {it.pole for it in story.stands} == {*spec.poles} - {"CCC"}
    for it in story.stands:
        whole = min(1.0, max(-1.0, sum(x for _, x in it.parts)))
        assert it.alignment == pytest.approx(whole)
        series = record.dyad("alignment", "CCC", it.pole)[1]
        assert [it.start, it.alignment] == pytest.approx([series[0], series[-1]])


def test_the_command_tells_a_story(app: typer.Typer, path: Path, tmp_path: Path) -> None:
    options = ["explain", str(path), "--state", "CCC", "--run", "1", "--out", str(tmp_path / "f")]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    assert "Seven states" in done.stdout
    assert "The Lowlands from 2022Q1 to 2024Q4, run 1, seed 4: " in " ".join(done.stdout.split())
    spec = load_scenario(path)
    decisions = explain(spec, state="CCC", run=1).decisions
    figures = sorted((tmp_path / "f").glob("*.png"))
    assert len(figures) == min(len(decisions), 12) > 0
    first = decisions[0]
    assert any(file.name.startswith(f"{first.quarter}-{first.move.mover}") for file in figures)


def test_the_command_gives_data(app: typer.Typer, path: Path) -> None:
    options = ["explain", str(path), "--dyad", "CCC-AAA", "--run", "0", "--runs", "2", "--json"]
    done = CliRunner().invoke(app, [*options, "--arm", "calm", "--set", "security.weight=8"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["story"]["arm"] == "calm"
    assert len(found["story"]["sentences"]) >= len(found["story"]["decisions"])
    assert found["motives"]["runs"] == 2


def test_the_command_shows_a_table_of_motives(app: typer.Typer, path: Path) -> None:
    done = CliRunner().invoke(app, ["explain", str(path), "--state", "CCC", "--runs", "8"])
    assert done.exit_code == 0, done.output
    assert "decided by" in " ".join(done.stdout.split())
    assert "recognition" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--state", "CCD"],
        ["--state", "CCC", "--when", "2040Q1"],
        ["--state", "CCC", "--run", "99"],
        ["--state", "CCC", "--run", "-1"],
        ["--state", "CCC", "--runs", "3", "--out", "figures"],
        ["--dyad", "CCC"],
        ["--state", "CCC", "--arm", "calmm"],
    ],
)
def test_mistakes_leave_with_code_2(
    app: typer.Typer,
    path: Path,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["multipolar", "explain", str(path), *options])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert not capsys.readouterr().out


# --- the figure -----------------------------------------------------------------------------------


def words(figure: Figure) -> list[str]:
    return [word for text in figure.texts for word in text.get_text().split()]


def shown(figure: Figure) -> list[Text]:
    canvas: Any = figure.canvas
    canvas.draw()
    found = [*figure.texts]
    for axes in figure.axes:
        found += [*axes.texts, *axes.get_yticklabels()]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("case", EXAMPLES)
def test_bars_add_up_and_texts_are_apart(case: str, stories: list[Story], tmp_path: Path) -> None:
    given, _ = EXAMPLES[case]
    story = stories[0]
    figure = draw_waterfall(story, given)
    sides = [it for it in (given.mover, given.partner) if it is not None]
    assert len(figure.axes) == len(sides)
    for axes, it in zip(figure.axes, sides, strict=True):
        *bars, whole = [patch for patch in axes.patches if hasattr(patch, "get_width")]
        ends = list(accumulate(bar.get_width() for bar in bars))
        starts = [bar.get_x() for bar in bars]
        assert starts == pytest.approx([0.0, *ends[:-1]])
        assert ends[-1] == pytest.approx(it.gain, abs=1e-9)
        assert whole.get_width() == pytest.approx(it.gain, abs=1e-9)
    texts = shown(figure)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    page = figure.bbox
    for name, box in boxes:
        assert box.x0 >= page.x0 - 1, name
        assert box.x1 <= page.x1 + 1, name
    shrunk = [(name, box.padded(-1.0)) for name, box in boxes]
    assert not [(a, b) for (a, x), (b, y) in combinations(shrunk, 2) if x.overlaps(y)]
    assert "logits:" in words(figure)
    assert story.title in " ".join(words(figure))
    png, svg = save_figure(figure, tmp_path / "one")
    assert png.stat().st_size > 0
    assert svg.stat().st_size > 0


def test_unlike_sides_get_their_own_scales(stories: list[Story]) -> None:
    unlike = decision(move(), side("DDD", security=40.0), side("BBB", upkeep=-0.8))
    figure = draw_waterfall(stories[0], unlike)
    assert figure.axes[0].get_xlim() != figure.axes[1].get_xlim()
    assert "The two scales differ" in " ".join(words(figure))
    like = decision(move(), side("DDD", security=4.0), side("BBB", upkeep=-0.8))
    figure = draw_waterfall(stories[0], like)
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()

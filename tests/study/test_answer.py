"""The answer first: what is asked, what counts as told, what is printed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError, UserError
from sim.measure.language import Scope, parse_metric
from sim.scenario import load_scenario
from sim.scenario.loader import Loader
from sim.scenario.shipped import SHIPPED
from sim.statistics.paired import Effect
from sim.study.answer import ask, find_question, read_answer, save_answer
from sim.study.answer.ask import _status
from sim.study.answer.question import Asked, _compared, answered_by
from sim.study.answer.result import OPEN, PUT_IN, RANDOM, SAME, SMALL, TOLD, Answer, Row
from tests.inline_scenario import TEXT
from tests.support_command import call

BLOCK = """
answer:
  arms: [base, no_help]
  of: the help
  metrics:
    stand: {metric: "alignment(EEE, DDD)", name: Epsilon's stand, higher: moves Epsilon to Delta,
            lower: moves Epsilon away, smallest: 0.03, why: made up for a test}
    help: {metric: "aid(DDD, EEE)", name: help}
"""
ARM = """
arms:
  no_help: {title: No help, events: {help: off}}
"""
EVENT = """
  help:
    at: 2022Q3
    title: Help
    source: made
    effects: {aid: {DDD>EEE: {value: 0.6, range: 10%}}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    text = TEXT.split("\narms:")[0].split("\nanswer:")[0]
    head, events, tail = text.partition("\nevents:\n")
    place = tmp_path / "small.yaml"
    body = head + (events + EVENT.lstrip("\n") + tail if events else f"\nevents:\n{EVENT}")
    place.write_text(body + ARM + BLOCK, "utf-8")
    return place


def effect(difference: float, low: float, high: float, spread: float = 0.1) -> Effect:
    standard = difference / spread
    return Effect(0.5 + difference, 0.5, difference, low, high, 40, 1.0, 0.0, spread, standard, 2.0)


def row(status: str, size: float = 0.38, **changes: object) -> Row:
    made = Row(
        "alignment(AAA, BBB)", "Highland", "moves Highland to Lowland",
        effect(size, size - 0.1, size + 0.12), 0.05, "", status, at_once=0.1, random=size,
        random_low=0.1, random_high=0.5,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(*rows: Row) -> Answer:
    return Answer(
        "made", "Made", "0" * 64, "What?", "The treaty", ("base", "no_pact"),
        ("the scenario as it is", "No pact"), 40, 1, 40, "2021Q4", "2024Q2", "2022Q1", rows, 0,
        False,
    )  # fmt: skip


def asked(**changes: object) -> Asked:
    scope = Scope(("AAA", "BBB"), ("AAA",), {}, 0, 4)
    bound = parse_metric("alignment(AAA, BBB)").bind(scope)
    return replace(Asked(bound, "a", "raises a", "lowers a"), **changes)  # type: ignore[arg-type]


# --- the question --------------------------------------------------------------------------------
def test_block_of_a_scenario_says_what_is_asked(path: Path) -> None:
    found = find_question(path)
    assert found is not None
    specs, question = found
    assert {*specs} == {"base", "no_help"}
    assert question.arms == ("base", "no_help")
    assert question.subject == "The help"
    assert not question.derived
    stand, help_ = question.asked
    assert stand.smallest == 0.03
    assert stand.higher == "moves Epsilon to Delta"
    assert help_.higher == "raises help"
    assert not stand.put_in
    assert help_.put_in
    assert question.since == 3


def test_without_a_block_the_question_follows_from_what_differs(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace(BLOCK, ""), "utf-8")
    found = find_question(path)
    assert found is not None
    question = found[1]
    assert question.arms == ("base", "no_help")  # with it less without it
    assert question.derived
    assert question.subject == "“Help”"
    assert [x.bound.metric.text for x in question.asked] == ["alignment(DDD, EEE)"]
    assert "threat(DDD)" in [x.bound.metric.text for x in question.thirds]


def test_arms_are_read_with_less_without_whatever_the_order(path: Path) -> None:
    for against, arms in (("base", ["no_help"]), ("no_help", ["base"]), ("base", None)):
        found = answered_by(path, arms, against)
        assert found is not None
        assert found[1].arms == ("base", "no_help")


def test_pair_of_most_claims_is_taken_where_nothing_is_said() -> None:
    loader = Loader(SHIPPED / "escalation.yaml")
    base = replace(loader.load("base", (), None), answer={})
    assert _compared(base, loader.arm_names()) in (("fragile", "robust"), ("trainers", "base"))


def test_block_changes_nothing_that_is_simulated(path: Path) -> None:
    text = path.read_text("utf-8")
    with_it, hashed = load_scenario(path), Loader(path).hash()
    path.write_text(text.replace(BLOCK, ""), "utf-8")
    without = load_scenario(path)
    assert with_it.answer
    assert not without.answer
    assert with_it.hash() == without.hash()
    assert hashed == Loader(path).hash()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[base, no_help]", "[base, no_hlp]", "answer.arms: unknown arm 'no_hlp'; did you mean"),
        ("[base, no_help]", "[base, base]", "not held against itself"),
        (", why: made up for a test", "", "'smallest' and 'why' belong together"),
        ("smallest: 0.03", "smallest: -1", "expected a number above 0"),
        ("of: the help", "off: the help", "unknown field"),
        ("alignment(EEE", "alignmnet(EEE", "did you mean 'alignment'?"),
    ],
)
def test_mistakes_are_told(path: Path, old: str, new: str, says: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises((ScenarioError, UserError), match=says.replace("?", r"\?")):
        find_question(path)


def test_every_shipped_scenario_has_a_question_that_can_be_asked() -> None:
    for place in sorted(SHIPPED.glob("*.yaml")):
        found = find_question(place)
        assert found is not None, place
        assert found[1].asked or found[1].thirds, place


# --- verdicts ------------------------------------------------------------------------------------
NAN = (math.nan, math.nan)


@pytest.mark.parametrize(
    ("found", "random", "apart", "status"),
    [
        (effect(0.3, 0.2, 0.4), math.nan, NAN, TOLD),
        (effect(0.3, 0.2, 0.4), 0.0, (0.2, 0.4), TOLD),
        (effect(0.3, 0.2, 0.4), 0.28, (-0.1, 0.1), RANDOM),
        (effect(0.3, 0.2, 0.4), 0.28, (0.01, 0.03), RANDOM),  # apart, by less than matters
        (effect(0.2, 0.1, 0.3), 0.4, (-0.3, -0.1), RANDOM),  # random choice has more of it
        (effect(0.03, 0.01, 0.06), math.nan, NAN, SMALL),
        (effect(0.03, 0.01, 0.04), math.nan, NAN, SAME),
        (effect(0.03, -0.1, 0.2), math.nan, NAN, OPEN),
    ],
)
def test_status(found: Effect, random: float, apart: tuple[float, float], status: str) -> None:
    assert _status(asked(), found, 0.05, random, apart) == status


def test_what_is_put_in_is_no_finding() -> None:
    assert _status(asked(put_in=True), effect(0.3, 0.2, 0.4), 0.05, 0.0, (0.2, 0.4)) == PUT_IN


def test_smallest_effect_is_its_own_or_follows_from_spread_and_range() -> None:
    assert asked(smallest=0.3).least(9.0) == 0.3
    assert asked().least(9.0) == pytest.approx(0.9)
    assert asked().least(0.0) == pytest.approx(0.01 * asked().bound.span)


# --- words ---------------------------------------------------------------------------------------
def test_sentence_names_findings_with_size_and_interval() -> None:
    still = row(OPEN, 0.01, name="Seoul")
    said = answer(row(TOLD), still, replace(still, name="Tokyo")).sentence()
    assert said == (
        "The treaty moves Highland to Lowland by 0.38 (0.28 to 0.50), and changes nothing that "
        "can be told about Seoul and Tokyo."
    )


def test_sentence_says_what_random_choice_has_too() -> None:
    found = answer(row(RANDOM))
    assert found.sentence().endswith("by 0.38 (0.28 to 0.50), the same as under random choice.")
    assert found.finding is None
    assert found.title_line("alignment(AAA, BBB)") is None
    unsure = answer(row(RANDOM, random_low=-0.1))
    assert "not told from what comes under random choice" in unsure.sentence()


def test_sentence_where_there_is_only_what_was_put_in() -> None:
    assert "which is what it puts in" in answer(row(PUT_IN)).sentence()
    assert answer().sentence() == "The treaty changes nothing that was asked about."


def test_title_of_a_figure_is_a_finding_only_if_it_is_told() -> None:
    assert answer(row(TOLD)).title_line("alignment(AAA, BBB)") == (
        "The treaty moves Highland to Lowland by 0.38 (0.28 to 0.50)"
    )
    assert answer(row(SMALL)).title_line("alignment(AAA, BBB)") is None


def test_judgement_says_what_is_there_at_once() -> None:
    assert row(TOLD, at_once=0.01).judgement() == "told"
    assert row(TOLD, at_once=0.25).judgement() == "told; 0.25 of it at once"
    assert row(TOLD, at_once=0.38).judgement() == "told; all of it at once"


def test_answer_is_kept_and_read_again(tmp_path: Path) -> None:
    found = answer(row(TOLD), row(SMALL, random=math.nan, at_once=math.nan))
    save_answer(found, tmp_path)
    again = read_answer(tmp_path)
    assert again is not None
    assert again.to_dict() == found.to_dict()
    (tmp_path / "answer.json").write_text("{}", "utf-8")
    with pytest.raises(UserError, match="damaged"):
        read_answer(tmp_path)
    assert read_answer(tmp_path / "none") is None


# --- asked of a small world ----------------------------------------------------------------------
def test_ask(path: Path) -> None:
    found = find_question(path)
    assert found is not None
    told: list[str] = []

    def watch(what: str):  # type: ignore[no-untyped-def]
        from contextlib import nullcontext

        told.append(what)
        return nullcontext()

    said = ask(*found, runs=6, seed=1, watch=watch)
    assert told == [
        "Running the arm base", "Running the arm no_help", "Running both arms under random choice"
    ]  # fmt: skip
    assert said.runs == said.random_runs == 6
    stand, help_ = said.rows
    assert help_.status == PUT_IN
    assert help_.effect.difference > 0
    assert np.isfinite([stand.random, stand.at_once]).all()
    assert said.to_dict()["sentence"] == said.sentence()
    plain = ask(*found, runs=6, seed=1, random=False)
    assert plain.random_runs == 0
    assert math.isnan(plain.rows[0].random)
    assert plain.rows[0].effect == stand.effect


@pytest.mark.parametrize("command", ["run", "compare"])
def test_command_leads_with_the_answer(path: Path, tmp_path: Path, command: str) -> None:
    words = ("--runs", "6", "--no-figures", "--out", str(tmp_path / "out"))
    done = call(command, str(path), *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The help ")
    assert "--full prints" in done.stdout
    assert "Blocs in" not in done.stdout
    assert read_answer(tmp_path / "out") is not None

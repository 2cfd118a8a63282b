"""What holds in a quarter: events, pacts, organisations, conflicts and groups against the clock.

The world of these tests stands still: nobody moves, so what changes is what the scenario dates.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.drivers.model import MultipolarModel
from sim.errors import ScenarioError
from sim.rules import catalogue as names
from sim.scenario import (
    ScenarioSpec,
    format_quarter,
    load_arms,
    load_scenario,
    parse_quarter,
    shipped_scenarios,
)
from sim.types import OBLIGATIONS

QUARTERS = 6
QUIET = """format: 1
title: a world at rest
clock: {start: 2022Q1, quarters: 6}
poles: [AAA]
focal: [AAA]
groups: {NORTH: [AAA, BBB], ALL: [AAA, BBB, CCC, DDD], SOUTH: [CCC, DDD], ONE: [CCC]}
sources: {made: {title: Made up}}
states:
  defaults: {source: made, range: 0%}
  AAA: {capability: 0.3, economy: 0.3}
  BBB: {capability: 0.2, economy: 0.2}
  CCC: {capability: 0.1, economy: 0.1, pole: 1}
  DDD: {capability: 0.1, economy: 0.1}
  EEE: {capability: 0.1, economy: 0.1}
channels: {energy: {shares: {defaults: {source: made, range: 0%}, CCC: {DDD: 0.4}}}}
parameters:
  defaults: {source: made, range: 0%}
  moves.rate: 0
  organisations.rate: 0
ensemble: {draws: off}
"""
FILL = "defaults: {source: made, range: 0%}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("time")
    (folder / "quiet.yaml").write_text(QUIET, "utf-8")
    return folder


def write(place: Path, text: str, name: str = "case", base: str = "quiet") -> Path:
    path = place / f"{name}.yaml"
    path.write_text(f"format: 1\nextends: {base}.yaml\n{text}", "utf-8")
    return path


def load(place: Path, text: str, **options: Any) -> ScenarioSpec:
    return load_scenario(write(place, text), **options)


def notices(spec: ScenarioSpec) -> list[str]:
    """What is told of times and lines; that this world has few figures is told, too."""
    return [f"{told.key}: {told.message}" for told in spec.notices if told.key != "states"]


def series(spec: ScenarioSpec, variable: str, i: str = "AAA", j: str = "BBB") -> list[float]:
    """The variable of a pair from the start to the end."""
    model = MultipolarModel(spec, seed=1)
    row = names.DYAD_FIELDS[variable].row
    a, b = model.world.index(i), model.world.index(j)
    found = [float(model.M[row, a, b])]
    while model.running:
        model.step()
        found.append(float(model.M[row, a, b]))
    return found


def pact(name: str, kind: str, since: str = "", until: str = "", members: str = "AAA, BBB") -> str:
    dates = "".join(f", {k}: {at}" for k, at in (("since", since), ("until", until)) if at)
    return f"  {name}: {{members: [{members}], type: {kind}, source: made{dates}}}\n"


def event(name: str, at: str, effects: str) -> str:
    return f"  {name}: {{at: {at}, source: made, {FILL}, effects: {{{effects}}}}}\n"


# --- events and the clock -------------------------------------------------------------------------

EVENTS = "events:\n" + event(
    "treaty", "AT", "pact_level: {AAA-BBB: 3}, sanctions: {AAA>CCC: 0.5}, contact: {AAA>BBB: 0.9}"
)


@pytest.mark.parametrize("at", ["2021Q3", "2022Q1"])
def test_what_an_event_up_to_the_start_sets_for_good_is_part_of_the_start(
    place: Path, at: str
) -> None:
    spec = load(place, EVENTS.replace("AT", at))
    assert series(spec, "pact_level") == [3.0] * (QUARTERS + 1)
    assert series(spec, "sanctions", "AAA", "CCC") == [0.5] * (QUARTERS + 1)
    when = "at" if at == "2022Q1" else "before"
    assert notices(spec) == [
        (
            f"events.treaty: dated {when} the start 2022Q1, so its passing effects are not played: "
            "contact; what it sets for good is part of the start"
        )
    ]


def test_an_event_that_only_passes_is_told_as_not_played(place: Path) -> None:
    spec = load(place, "events:\n" + event("visit", "2021Q4", "sanctions: {AAA>BBB: {add: 0.5}}"))
    assert series(spec, "sanctions") == [0.0] * (QUARTERS + 1)
    assert notices(spec) == [
        (
            "events.visit: dated before the start 2022Q1, so its passing effects are not played: "
            "sanctions"
        )
    ]


def test_an_event_in_the_clock_is_played_and_not_told(place: Path) -> None:
    for at, first in (("2022Q2", 1), ("2023Q3", QUARTERS)):
        spec = load(place, EVENTS.replace("AT", at))
        assert series(spec, "pact_level") == [0.0] * first + [3.0] * (QUARTERS + 1 - first)
        assert not notices(spec)


def test_what_is_dated_after_the_end_is_told(place: Path) -> None:
    text = (
        EVENTS.replace("AT", "2023Q4")
        + event("later", "2030Q1", "sanctions: {AAA>CCC: 1}")
        + "pacts:\n"
        + pact("future", "defence", since="2024Q1")
        + pact("over", "defence", until="2021Q4")
        + "organisations:\n  club: {members: [AAA, BBB], floor: {value: 1, range: 0%},"
        " since: 2024Q1, source: made}\n"
        "conflicts:\n  war: {parties: [[AAA], [BBB]], rung: local, since: 2024Q1, source: made,"
        " intensity: {value: 1, range: 0%}}\n"
    )
    spec = load(place, text)
    over = "after the last quarter 2023Q3, so it"
    assert sorted(notices(spec)) == [
        f"conflicts.war: begins {over} is never in force",
        f"events.treaty: dated {over} has no effect; likewise later",
        f"organisations.club: begins {over} is never in force",
        f"pacts.future: begins {over} is never in force",
        "pacts.over: ended before the start 2022Q1, so it is never in force",
    ]
    assert series(spec, "pact_level") == [0.0] * (QUARTERS + 1)


def test_a_later_start_of_a_shipped_scenario_keeps_what_has_happened(place: Path) -> None:
    """The treaty of the start quarter is in force, in the base arm alone."""
    path = place / "late.yaml"
    path.write_text(
        "format: 1\nextends: russia_dprk_pact.yaml\nclock: {start: 2024Q2, quarters: 8}\n", "utf-8"
    )
    arms = load_arms(path, arms=["base", "no_pact"], overrides=["ensemble.draws=off"])
    base, no_pact = (MultipolarModel(spec) for spec in arms.values())

    def value(model: MultipolarModel, variable: str, i: str, j: str) -> float:
        return model.state(i).towards(model.state(j), variable)

    assert value(base, "pact_level", "RUS", "PRK") == 3.0
    assert value(no_pact, "pact_level", "RUS", "PRK") == 1.0, "that of 2000"
    assert value(base, "war", "RUS", "UKR") == 1.0
    assert value(base, "sanctions", "USA", "RUS") == pytest.approx(0.8), "of 2022Q4, not of 2022Q1"
    assert value(base, "organisation_floor", "FIN", "USA") == 1.0
    told = "\n".join(notices(base.spec))
    assert "events.putin_in_pyongyang_2024: dated at the start 2024Q2" in told
    assert "events.pact_2024" not in told, "all of it lasts"
    assert "events.invasion" in told


def test_a_membership_before_the_start_brings_its_floors(place: Path) -> None:
    text = (
        "organisations:\n  club: {members: [AAA, BBB], floor: {value: 0.6, range: 0%}, "
        "source: made}\nevents:\n" + event("joins", "2021Q2", "member: {CCC>club: 1, BBB>club: 0}")
    )
    spec = load(place, text)
    assert series(spec, "organisation_floor", "AAA", "CCC") == [0.6] * (QUARTERS + 1)
    assert series(spec, "organisation_floor", "AAA", "BBB") == [0.0] * (QUARTERS + 1)


@pytest.mark.parametrize("kind", ["state", "dyad"])
def test_what_fades_is_declared_as_the_model_has_it(place: Path, kind: str) -> None:
    """A variable that is set far from where it was comes back if it fades, and stays if not."""
    table = names.STATE_FIELDS if kind == "state" else names.DYAD_FIELDS
    # counts behind trust, and what rests in a world without wars, sanctions and deliveries
    other = {"trust_good", "trust_bad", "trade_flow", "arms", "arms_stock", "munitions", "energy"}
    wrong = []
    for name, field in table.items():
        if not field.shock or name in other:
            continue
        low, high = max(field.bounds[0], 0.0), min(field.bounds[1], 2.0)
        value = low + 0.57 * (high - low)
        target = "DDD" if kind == "state" else "CCC-DDD" if field.symmetric else "CCC>DDD"
        spec = load(
            place, "events:\n" + event("shock", "2022Q2", f"{name}: {{{target}: {value}}}"),
            quarters=40,
        )  # fmt: skip
        model = MultipolarModel(spec, seed=1)
        model.blocks.P[names.PARAMS["alignment_pull.noise"].row] = 0.0  # drift is no way back
        c, d = model.world.index("CCC"), model.world.index("DDD")

        def now(model: Any = model, row: int = field.row, c: int = c, d: int = d) -> float:
            return float(model.V[row, d] if kind == "state" else model.M[row, c, d])

        before = now()
        while model.running:
            model.step()
        left = abs(now() - before) / abs(value - before)
        if field.fades != (left < 0.9):
            wrong.append((name, field.fades, round(left, 3)))
    assert not wrong


# --- statements in force --------------------------------------------------------------------------


def test_until_is_the_last_quarter_in_force(place: Path) -> None:
    spec = load(place, "pacts:\n" + pact("treaty", "defence", until="2022Q3"))
    assert series(spec, "pact_level") == [3, 3, 3, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2020Q1", "2022Q1", [3, 0, 0, 0, 0, 0, 0]),
        ("2022Q1", "2022Q1", [3, 0, 0, 0, 0, 0, 0]),
        ("2022Q3", "2022Q3", [0, 0, 3, 0, 0, 0, 0]),
        ("2023Q3", "2023Q3", [0, 0, 0, 0, 0, 0, 3]),
        ("2021Q4", "2023Q3", [3, 3, 3, 3, 3, 3, 3]),
    ],
)
def test_a_pact_of_one_quarter_holds_in_it(
    place: Path, since: str, until: str, expected: list[float]
) -> None:
    spec = load(place, "pacts:\n" + pact("treaty", "defence", since=since, until=until))
    assert series(spec, "pact_level") == expected


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_the_strongest_statement_in_force_holds(place: Path, ids: tuple[str, str]) -> None:
    """Whoever is written first, and whatever the names."""
    first, second = ids
    lasting = pact(first, "defence", since="2000Q1")
    for other in (
        pact(second, "consultation", until="2022Q3"),
        pact(second, "consultation", since="2022Q3"),
        pact(second, "defence", since="2022Q2", until="2022Q4"),
    ):
        for lines in (lasting + other, other + lasting):
            assert series(load(place, "pacts:\n" + lines), "pact_level") == [3.0] * (QUARTERS + 1)


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("renewed", ["2022Q2", "2022Q3", "2022Q4"])
def test_a_renewal_survives_the_expiry(place: Path, ids: tuple[str, str], renewed: str) -> None:
    old = pact(ids[0], "defence", until="2022Q3")
    new = pact(ids[1], "defence", since=renewed)
    assert series(load(place, "pacts:\n" + old + new), "pact_level") == [3.0] * (QUARTERS + 1)


def test_an_expiry_leaves_what_the_others_say(place: Path) -> None:
    spec = load(
        place,
        "pacts:\n" + pact("treaty", "defence", until="2022Q3") + pact("talks", "consultation"),
    )
    assert series(spec, "pact_level") == [3, 3, 3, 1, 1, 1, 1]


def test_an_event_lowers_what_stands_and_a_later_statement_raises_it_again(place: Path) -> None:
    text = (
        "pacts:\n"
        + pact("treaty", "defence", until="2023Q1")
        + pact("talks", "consultation", since="2022Q4")
        + "events:\n"
        + event("denounced", "2022Q2", "pact_level: {AAA-BBB: 0}")
    )
    assert series(load(place, text), "pact_level") == [3, 0, 0, 1, 1, 1, 1]


def test_what_an_event_sets_outlasts_the_pacts_before_it(place: Path) -> None:
    text = (
        "pacts:\n"
        + pact("treaty", "defence", until="2022Q4")
        + "events:\n"
        + event("for_good", "2022Q3", "pact_level: {AAA-BBB: 3}")
    )
    assert series(load(place, text), "pact_level") == [3.0] * (QUARTERS + 1)


@pytest.mark.parametrize(
    ("treaty", "made", "after"),
    [
        ("consultation", 3.0, 3.0),  # a defence pact that the run has made
        ("defence", 0.0, 0.0),  # a pact that the run has broken
        ("defence", 1.0, 1.0),  # and one that it has cut down
    ],
)
def test_an_expiry_leaves_what_the_run_has_made(
    place: Path, treaty: str, made: float, after: float
) -> None:
    spec = load(
        place,
        "pacts:\n" + pact("treaty", treaty, until="2022Q3") + pact("base", "neutrality", "2030Q1"),
    )
    model = MultipolarModel(spec, seed=1)
    row = names.DYAD_FIELDS["pact_level"].row
    model.step()
    model.M[row, 0, 1] = model.M[row, 1, 0] = made
    while model.running:
        model.step()
    assert model.M[row, 0, 1] == model.M[row, 1, 0] == after


CONFLICTS = """conflicts:
  {}: {{parties: [[AAA], [BBB]], intensity: {{value: 0.9, range: 0%}}, rung: regional,
       supporters: {{AAA: [CCC]}}, source: made}}
  {}: {{parties: [[AAA], [BBB]], intensity: {{value: 0.1, range: 0%}}, rung: local, source: made{}}}
"""


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("since", ["", ", since: 2022Q2"])
def test_the_larger_of_two_conflicts_holds(place: Path, ids: tuple[str, str], since: str) -> None:
    spec = load(place, CONFLICTS.format(*ids, since) + "mechanisms: {escalation: off}\n")
    assert series(spec, "war") == [0.9] * (QUARTERS + 1)
    assert series(spec, "aid", "CCC", "AAA") == [1.0] * (QUARTERS + 1)


def test_the_range_of_a_conflict_that_begins_later_is_drawn(place: Path) -> None:
    text = """conflicts:
  war: {parties: [[AAA], [BBB]], intensity: {value: 0.5, range: [0, 1]}, rung: local, source: made,
        since: 2022Q3}
"""
    options = ["ensemble.draws=on", "mechanisms.escalation=off"]
    model = MultipolarModel(load(place, text, overrides=options), seed=1)
    drawn = model.G[names.COLLECTIVE_FIELDS["conflict_intensity"].row].max()
    assert drawn != 0.5
    assert series(model.spec, "war") == [0.0] * 2 + [drawn] * 5


def test_organisations_share_the_highest_floor(place: Path) -> None:
    def body(name: str, floor: float, since: str) -> str:
        return (
            f"  {name}: {{members: [AAA, BBB], floor: {{value: {floor}, range: 0%}}, "
            f"source: made{since}}}\n"
        )

    text = "organisations:\n" + body("a", 0.8, "") + body("b", 0.3, ", since: 2022Q3")
    assert series(load(place, text), "organisation_floor") == [0.8] * (QUARTERS + 1)
    text = "organisations:\n" + body("a", 0.3, "") + body("b", 0.8, ", since: 2022Q3")
    assert series(load(place, text), "organisation_floor") == [0.3] * 2 + [0.8] * 5


def quarters(low: int = -3, high: int = QUARTERS + 3) -> st.SearchStrategy[str]:
    start = parse_quarter("2022Q1")
    return st.integers(low, high).map(lambda tick: format_quarter(start + tick))


PACTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(OBLIGATIONS)),
        st.one_of(st.just(""), quarters()),
        st.one_of(st.just(""), quarters()),
    ).filter(lambda it: not (it[1] and it[2]) or it[1] <= it[2]),
    max_size=4,
)
SETS = st.lists(st.tuples(quarters(), st.integers(0, 3)), max_size=2)


def implied(pacts: Iterable[Any], events: Iterable[Any], quarter: str) -> float:
    """The level of a quarter as the rule says it: strongest in force, events over all before."""
    said, over = 0.0, ""
    for at, level in sorted(events, key=lambda it: it[0]):
        if at <= quarter:
            said, over = float(level), at
    inside = [
        float(OBLIGATIONS[kind])
        for kind, since, until in pacts
        if (since or "0000Q1") <= quarter
        and (not until or quarter <= until)
        and (since or "0000Q1") > over
    ]
    return max([said, *inside])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PACTS, SETS, st.permutations("pqrs"))
def test_any_statements_and_events_mean_what_the_rule_says(
    place: Path, pacts: list[Any], events: list[Any], ids: list[str]
) -> None:
    text = ""
    if pacts:
        text += "pacts:\n" + "".join(pact(name, *it) for name, it in zip(ids, pacts, strict=False))
    if events:
        text += "events:\n" + "".join(
            event(name, at, f"pact_level: {{AAA-BBB: {level}}}")
            for name, (at, level) in zip(ids, events, strict=False)
        )
    start = parse_quarter("2022Q1")
    expected = [
        implied(pacts, events, format_quarter(start + tick)) for tick in range(QUARTERS + 1)
    ]
    assert series(load(place, text), "pact_level") == expected


# --- events of one quarter ------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_events_of_a_quarter_happen_in_the_order_of_the_file(
    place: Path, ids: tuple[str, str]
) -> None:
    first = event(ids[0], "2022Q2", "sanctions: {AAA>BBB: {multiply: 2}}")
    second = event(ids[1], "2022Q2", "sanctions: {AAA>BBB: {add: 0.3}}")
    start = f"relations: {{{FILL}, sanctions: {{AAA>BBB: 0.2}}}}\nevents:\n"
    one, other = load(place, start + first + second), load(place, start + second + first)
    assert list(one.events) == list(ids)
    assert series(one, "sanctions")[1] == pytest.approx(0.7)
    assert series(other, "sanctions")[1] == pytest.approx(1.0)
    assert one.hash() != other.hash()
    key = f"events.{ids[1]}.effects.sanctions.AAA>BBB"
    assert notices(one) == [
        (
            f"{key}: event '{ids[0]}' of the same quarter changes sanctions of AAA>BBB too, and "
            f"the order counts: they happen in the order of the file, '{ids[0]}' first"
        )
    ]


def test_events_of_the_file_that_is_extended_come_first(place: Path) -> None:
    write(place, "events:\n" + event("z", "2022Q2", "sanctions: {AAA>BBB: 0.2}"), "lower")
    path = write(
        place, "events:\n" + event("a", "2022Q2", "sanctions: {AAA>BBB: 0.4}"), "upper", "lower"
    )
    spec = load_scenario(path)
    assert list(spec.events) == ["z", "a"]
    assert series(spec, "sanctions")[-1] == 0.4


@pytest.mark.parametrize(
    ("one", "two", "told"),
    [
        ("0.2", "0.2", False),
        ("0.2", "0.3", True),
        ("{add: 0.1}", "{add: 0.3}", False),
        ("{multiply: 2}", "{multiply: 3}", False),
        ("0.2", "{add: 0.1}", True),
        ("{multiply: 2}", "{add: 0.1}", True),
    ],
)
def test_only_effects_whose_order_counts_are_told(
    place: Path, one: str, two: str, told: bool
) -> None:
    text = (
        "events:\n"
        + event("a", "2022Q2", f"sanctions: {{NORTH>CCC: {one}}}")
        + event("b", "2022Q2", f"sanctions: {{AAA>CCC: {two}, BBB>CCC: {two}}}")
        + event("c", "2022Q3", f"sanctions: {{AAA>CCC: {two}}}")
    )
    assert len(notices(load(place, text))) == told


# --- groups ---------------------------------------------------------------------------------------

LINES = {"AAA-CCC: 0.9": 0.9, "AAA-SOUTH: 0.7": 0.7, "NORTH-SOUTH: 0.5": 0.5, "ALL-ALL: 0.2": 0.2}


@pytest.mark.parametrize("order", list(itertools.permutations(LINES)))
def test_the_specific_beats_the_general_whatever_the_order(
    place: Path, order: tuple[str, ...]
) -> None:
    spec = load(place, f"relations: {{contact: {{{FILL}, {', '.join(order)}}}}}\n")
    found = {pair: number.value for pair, number in spec.relations["contact"].items()}
    assert found["AAA", "CCC"] == found["CCC", "AAA"] == 0.9
    assert found["AAA", "DDD"] == 0.7
    assert found["BBB", "DDD"] == 0.5
    assert found["AAA", "BBB"] == 0.2
    assert not notices(spec)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_groups_of_states_in_events_and_partners(place: Path, order: tuple[int, int]) -> None:
    def lines(*pair: str) -> str:
        return ", ".join(pair[k] for k in order)

    text = (
        "organisations:\n  club: {members: [EEE], floor: {value: 0, range: 0%}, source: made, "
        f"partners: {{{FILL}, {lines('ALL: 0.2', 'AAA: 0.6')}}}}}\nevents:\n"
        + event(
            "e", "2022Q2",
            f"violation: {{{lines('NORTH: 0.3', 'BBB: 0.8')}}}, "
            f"member: {{{lines('SOUTH>club: 0.4', 'CCC>club: 1')}}}",
        )
    )  # fmt: skip
    spec = load(place, text)
    assert {k: v.value for k, v in spec.organisations["club"].partners.items()} == {
        "AAA": 0.6, "BBB": 0.2, "CCC": 0.2, "DDD": 0.2
    }  # fmt: skip
    found = {(e.field, e.i): e.number.value for e in spec.events["e"].effects}
    assert found == {
        ("violation", "AAA"): 0.3,
        ("violation", "BBB"): 0.8,
        ("member", "CCC"): 1,
        ("member", "DDD"): 0.4,
    }


def test_a_later_file_beats_what_it_extends(place: Path) -> None:
    """Be it by a group: a small overlay means what it says."""
    write(place, f"relations: {{contact: {{{FILL}, AAA-CCC: 0.9, AAA-SOUTH: 0.7}}}}\n", "lower")
    path = write(place, f"relations: {{contact: {{{FILL}, AAA-ALL: 0.1}}}}\n", "upper", "lower")
    found = load_scenario(path).relations["contact"]
    assert {found["AAA", code].value for code in ("BBB", "CCC", "DDD")} == {0.1}
    amended = write(place, "relations: {contact: {AAA-SOUTH: {range: 5%}}}\n", "upper", "lower")
    found = load_scenario(amended).relations["contact"]
    assert found["AAA", "CCC"].value == 0.9, "a new range leaves a number where it was said"
    assert (found["AAA", "DDD"].value, found["AAA", "DDD"].low) == (0.7, pytest.approx(0.665))


def test_two_lines_that_are_equally_specific_are_a_mistake(place: Path) -> None:
    line = f"relations: {{contact: {{{FILL}, NORTH-SOUTH: 0.5, SOUTH-NORTH: OTHER}}}}\n"
    assert load(place, line.replace("OTHER", "0.5"))
    with pytest.raises(ScenarioError) as caught:
        load(place, line.replace("OTHER", "0.6"))
    assert str(caught.value).endswith(
        "relations.contact.SOUTH-NORTH: says another number for AAA>CCC than 'NORTH-SOUTH', which "
        "is no more general; give AAA>CCC a line of its own"
    )


def test_a_number_that_can_have_no_effect_is_told(place: Path) -> None:
    text = f"relations: {{contact: {{{FILL}, AAA-SOUTH: 0.5, AAA-CCC: 0.1, AAA-DDD: 0.1}}}}\n"
    assert notices(load(place, text)) == [
        (
            "relations.contact.AAA-SOUTH: has no effect: each pair in it has a number of its own "
            "or of a smaller group"
        )
    ]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_no_number_of_a_shipped_scenario_is_without_effect(name: str) -> None:
    for arm, spec in load_arms(name).items():
        lost = [text for text in notices(spec) if "has no effect" in text or "order" in text]
        assert not lost, arm
        world = {notice.key for notice in spec.notices}
        assert not {key for key in world if key.startswith("events.")}, arm

"""What a scenario holds and lacks, and what of it has no effect, is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sim.drivers.starts import draw
from sim.errors import nearest
from sim.rules.catalogue import STATE_FIELDS
from sim.scenario import (
    ScenarioSpec,
    load_arms,
    load_scenario,
    scenario_schema,
    shipped_scenarios,
    validate_scenario,
)
from sim.scenario.inventory import Inventory, inventory, notices, render
from sim.scenario.missing import PRIOR, prior
from sim.scenario.world import World
from tests.inline_scenario import TEXT
from tests.support_command import call

FAR = "AAA-CCC AAA-DDD AAA-EEE AAA-FFF BBB-EEE BBB-FFF CCC-EEE CCC-FFF DDD-FFF".split()
HEAD = "format: 1\nextends: base.yaml\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound scenario ``base.yaml`` of six states."""
    assert "distance: {" in TEXT
    (tmp_path / "base.yaml").write_text(
        TEXT.replace("distance: {", "distance: {" + "".join(f"{pair}: 4, " for pair in FAR))
    )
    return tmp_path


def write(folder: Path, text: str, name: str = "case.yaml") -> Path:
    """Write a file that extends ``base.yaml``."""
    path = folder / name
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def load(folder: Path, text: str, **options: str) -> ScenarioSpec:
    """Load a file that extends ``base.yaml``."""
    return load_scenario(write(folder, text), **options)


def told(spec: ScenarioSpec) -> list[str]:
    """Return ``line:column: key: message`` of the notices of one file."""
    return [f"{x.line}:{x.column}: {x.key}: {x.message}" for x in notices(spec) if "case" in x.file]


def of(path: Path | str) -> Inventory:
    """The inventory of a scenario with its arms."""
    arms = load_arms(path)
    return inventory(arms["base"], arms)


# --- what is missing ------------------------------------------------------------------------------
def test_a_state_of_a_name_alone_is_told_all_that_it_lacks(folder: Path) -> None:
    (message,) = told(load(folder, "states: {QAT: {name: Qatar}}\n"))
    assert message == (
        "3:10: states.QAT: lacks capability (0.065 taken, 0 to 0.275), "
        "economy (0.045 taken, 0 to 0.275), ideal_point (0.05 taken, -0.95 to 1.38), "
        "distance (5 x 1000 km taken), trade (none taken); give the figures, or say `unknown`"
    )


def test_states_that_lack_the_same_are_told_in_one_line(folder: Path) -> None:
    spec = load(folder, "states: {QAT: {name: Qatar}, KWT: {name: Kuwait}, OMN: {}}\n")
    (message,) = told(spec)
    assert message.startswith("3:30: states: KWT, OMN, QAT lack capability (")


def test_a_large_world_without_figures_is_told_in_few_lines(tmp_path: Path) -> None:
    codes = [f"A{k:03d}" for k in range(187)]
    numbers = "{capability: 0.002, ideal_point: 0.1}"
    states = "".join(f"  {c}: {numbers if k % 3 else '{}'}\n" for k, c in enumerate(codes))
    path = tmp_path / "case.yaml"
    path.write_text(
        "format: 1\ntitle: x\nclock: {start: 2021Q4, quarters: 4}\n"
        "sources: {s: {title: S}}\nstates:\n  defaults: {source: s, range: 10%}\n" + states
    )
    first, second = told(load_scenario(path))
    wanted = "no state has a figure for economy (0 for all), distance (5 for all pairs), "
    assert wanted + "trade (none for all)" in first + second
    assert "A000, A003, " in first + second


def test_what_is_missing_is_the_median_of_the_others_with_their_spread(folder: Path) -> None:
    spec = load(folder, "states: {QAT: {name: Qatar}}\n")
    number = spec.states["QAT"].values["capability"]
    stated = [spec.states[code].values["capability"].value for code in spec.states if code != "QAT"]
    assert number.value == pytest.approx(np.median(stated))
    assert number.low == 0.0  # a share: from zero to twice the median at least
    assert number.high == pytest.approx(np.percentile(stated, 95))
    assert (number.source, number.confidence) == (PRIOR, "low")
    assert PRIOR in spec.sources
    world = World(spec)
    place = [x.key for x in world.uncertain].index("states.QAT.capability")
    drawn = [draw(world, 1, run)[place] for run in range(50)]
    assert max(drawn) > 3 * min(drawn)


def test_few_others_do_not_make_a_narrow_range() -> None:
    share, position = STATE_FIELDS["capability"], STATE_FIELDS["ideal_point"]
    assert prior([0.3], share) == (0.3, 0.0, 0.6)
    assert prior([0.9, 0.9], share) == (0.9, 0.0, 1.0)
    assert prior([4.5], position) == (4.5, 3.5, 5.0)
    assert prior([-2.0, 0.0, 2.0], position) == (0.0, pytest.approx(-1.8), pytest.approx(1.8))


def test_nothing_is_taken_where_no_state_has_a_figure(folder: Path) -> None:
    removed = "".join(f"  {c}: {{economy: off}}\n" for c in ("AAA", "BBB", "CCC", "DDD", "EEE"))
    spec = load(folder, f"states:\n{removed}  FFF: {{economy: off}}\n")
    assert all("economy" not in state.values for state in spec.states.values())
    (message,) = told(spec)
    assert message == "3:1: states: no state has a figure for economy (0 for all)"


def test_shipped_scenarios_lack_little() -> None:
    for name in shipped_scenarios():
        spec = load_scenario(name)
        assert len(notices(spec)) <= 3, name
        assert not any(x.source == PRIOR for s in spec.states.values() for x in s.values.values())


def test_a_state_beside_a_made_up_world_takes_from_it(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    text = "format: 1\nextends: synthetic.yaml\nsynthetic: {states: 5}\npoles: [S0001]\n"
    path.write_text(text + "states: {NEW: {name: New}}\n")
    spec = load_scenario(path)
    assert spec.states["NEW"].values["capability"].value > 0.0
    (message,) = told(spec)
    assert "states.NEW: lacks capability" in message
    assert "distance (5" in message
    found = inventory(spec)
    assert found.made == 5
    assert [entry.code for entry in found.states] == ["NEW"]


# --- unknown --------------------------------------------------------------------------------------
UNKNOWN = """
states: {QAT: {name: Qatar, capability: unknown, economy: {value: unknown, note: no series},
  ideal_point: unknown}}
groups: {OTHERS: [AAA, BBB, CCC, DDD, EEE, FFF]}
relations: {distance: {QAT-OTHERS: unknown}}
channels: {trade: {flows: {QAT: unknown}}}
"""


def test_unknown_is_what_is_taken_without_a_word_but_said(folder: Path) -> None:
    said = load(folder, UNKNOWN)
    silent = load(folder, "states: {QAT: {name: Qatar}}\ngroups: {OTHERS: [AAA, BBB, CCC]}\n")
    assert told(said) == []
    assert said.unknown["states.QAT.economy"] == "no series"
    for name in ("capability", "economy", "ideal_point"):
        one, other = said.states["QAT"].values[name], silent.states["QAT"].values[name]
        assert (one.value, one.low, one.high) == (other.value, other.low, other.high)
    assert (said.states["QAT"].values["economy"].note or "").startswith("no series; median of 6")
    assert said.relations == silent.relations
    assert said.channels == silent.channels
    entry = next(entry for entry in inventory(said).states if entry.code == "QAT")
    assert entry.unknown == ("capability", "economy", "ideal_point")


def test_unknown_takes_the_place_of_a_number_below(folder: Path) -> None:
    text = (
        "states: {AAA: {capability: unknown, reach: unknown}}\n"
        "relations: {trust: {DDD>EEE: unknown}, distance: {AAA-BBB: unknown}}\n"
        "parameters: {security.weight: unknown}\n"
        "order: {un_authority: unknown}\n"
    )
    spec = load(folder, text)
    assert spec.states["AAA"].values["capability"].source == PRIOR
    assert "reach" not in spec.states["AAA"].values
    assert ("DDD", "EEE") not in spec.relations["trust"]
    assert ("AAA", "BBB") not in spec.relations["distance"]
    assert not spec.parameters
    assert not spec.order
    assert told(spec) == []
    plain = load_scenario(folder / "base.yaml", overrides=("states.AAA.capability=unknown",))
    assert plain.states["AAA"].values["capability"].source == PRIOR


def test_editors_know_the_word() -> None:
    number = scenario_schema()["definitions"]["number"]
    assert {"enum": ["unknown"]} in number["anyOf"][0]["anyOf"]
    assert "unknown" not in json.dumps(scenario_schema()["definitions"]["figure"])


# --- sums, bounds and no effect -------------------------------------------------------------------
def test_shares_of_more_than_the_world_are_told(folder: Path) -> None:
    four = ", ".join(f"{code}: {{capability: .9}}" for code in ("AAA", "BBB", "CCC", "DDD"))
    (message,) = told(load(folder, f"states: {{defaults: {{source: made}}, {four}}}\n"))
    assert message == (
        "3:1: states: capability sums to 3.63 over all states, more than the world (1)"
    )


def test_a_range_beyond_what_the_number_can_be_is_told_at_every_load(folder: Path) -> None:
    text = "states: {AAA: {capability: {value: .3, range: [-1, .4], source: made}}}\n"
    path = write(folder, text + "arms: {other: {mechanisms: {trust: off}}}\n")
    for spec in load_arms(path).values():
        (message,) = told(spec)
        assert message == (
            "3:40: states.AAA.capability.range: -1 to 0.4 reaches beyond what the number can be; "
            "0 to 0.4 is drawn from"
        )


EVENT = "events: {{e: {{at: 2022Q4, source: made, defaults: {{range: 0%}}, effects: {{{0}}}}}}}\n"


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        ("trust: {EEE>AAA: {add: 50}}",
         ("events.e.effects.trust.EEE>AAA: as things stand at the start, 0.527 plus 50 is 50.53, "
         "beyond 0 to 1: held at 1")),
        ("need: {DDD: {add: .5}}",  # after the event of the base that sets 0.8
         ("events.e.effects.need.DDD: as things stand at the start, 0.8 plus 0.5 is 1.3, "
         "beyond 0 to 1: held at 1")),
        ("tension: {FRIENDS>DDD: {add: -1}}",
         ("events.e.effects.tension.FRIENDS>DDD: as things stand at the start, 0 plus -1 is -1, "
         "beyond 0 to 1: held at 0, and so at 1 more places")),
        ("sanctions: {FRIENDS>DDD: 1}, pact_level: {AAA-CCC: 3}",
         ("events.e: pact_level.AAA-CCC is 3, sanctions.FRIENDS>DDD is 1 already, by the start or "
         "an earlier event; only what the model has moved changes")),
        ("conflict_intensity: {border_war: {multiply: 1}}",
         ("events.e: conflict_intensity.border_war is 0.6 already, by the start or an earlier "
         "event; only what the model has moved changes")),
        ("pact_level: {BBB-FFF: 1}",  # the pact `new` is in force by then
         ("events.e: pact_level.BBB-FFF is 1 already, by the start or an earlier event; "
         "only what the model has moved changes")),
        ("member: {BBB>club: 1}",
         ("events.e: member.BBB>club is 1 already, by the start or an earlier event; "
         "only what the model has moved changes")),
    ],
)  # fmt: skip
def test_an_event_in_vain_is_told(folder: Path, effects: str, message: str) -> None:
    (line,) = told(load(folder, EVENT.format(effects)))
    assert line.partition(": ")[2] == message
    assert line.startswith("3:")


def test_a_state_excepted_from_a_line_of_its_group_is_not_told(folder: Path) -> None:
    effects = "sanctions: {FRIENDS>DDD: .5, AAA>DDD: 1}"  # AAA sanctions DDD in full already
    assert "AAA" in "".join(told(load(folder, EVENT.format("sanctions: {AAA>DDD: 1}"))))
    assert not told(load(folder, EVENT.format(effects)))


def test_a_freeze_of_what_is_frozen_is_told(folder: Path) -> None:
    frozen = "conflicts: {border_war: {frozen: on}}\n"
    (line,) = told(load(folder, frozen + EVENT.format("frozen: {border_war: 1}")))
    assert "frozen.border_war is 1 already" in line


@pytest.mark.parametrize(
    "effects",
    ["trust: {EEE>AAA: {add: .1}}", "sanctions: {AAA>DDD: .4}", "frozen: {border_war: 1}"],
)
def test_an_event_with_an_effect_is_not_told(folder: Path, effects: str) -> None:
    assert told(load(folder, EVENT.format(effects))) == []


ARMS = """
arms:
  calm: {events: {shock: off}}
  same: {title: Not another world}
  again: {states: {AAA: {capability: {value: .3, source: made, range: 20%}}}}
  wider: {states: {AAA: {capability: {value: .3, source: made, range: 40%}}}}
  switched: {mechanisms: {trust: off}}
  kept_on: {mechanisms: {trust: on}}
"""


def test_an_arm_that_differs_in_nothing_is_told(folder: Path) -> None:
    found = of(write(folder, ARMS))
    same = [entry.name for entry in found.arms if not entry.differs]
    assert same == ["again", "kept_on", "same"]
    assert [f"{x.line}: {x.key}: {x.message}" for x in found.notices] == [
        f"{line}: arms.{name}: differs from the base in nothing"
        for line, name in ((6, "same"), (7, "again"), (10, "kept_on"))
    ]
    assert all(entry.differs is None for entry in inventory(found.spec).arms)


# --- names ----------------------------------------------------------------------------------------
def test_a_code_of_another_country_is_no_near_miss() -> None:
    codes = list(load_scenario("multipolarity").states)
    for other in "UAE QAT ARE AUT IRL IRQ KSA GER CHE KWT SYR SUI UK EU ROK DDR SUN YUG".split():
        assert nearest(other, codes) is None, other
    assert nearest("rus", codes) == "RUS"
    assert nearest("RSU", codes) == "RUS"
    assert nearest("S0061", ["S0060"]) == "S0060"
    assert nearest("WESTT", ["WEST", "RUS"]) == "WEST"


# --- the whole ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", shipped_scenarios())
def test_inventory_of_a_shipped_scenario_is_whole(name: str) -> None:
    spec = load_scenario(name)
    found = inventory(spec)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    for part in ("pacts", "organisations", "conflicts", "events", "arms", "doctrines"):
        assert len(data[part]) == len(getattr(spec, part))
    assert set(data["claims"]) == set(spec.claims)
    assert len(data["states"]) + data["made_up_states"] == len(spec.states)
    console = Console(width=80)
    with console.capture() as printed:
        console.print(render(found))
    text = printed.get()
    assert max(map(len, text.splitlines())) <= 80
    squeezed = "".join(text.split())
    for names in (spec.pacts, spec.organisations, spec.conflicts, spec.events, spec.arms):
        assert all(entry in squeezed for entry in names)
    assert "…" not in text
    for entry in found.events:
        assert all("".join(change.split()) in squeezed for change in entry.changes[:1])


def test_what_follows_from_the_rest_is_shown_as_it_is_taken(folder: Path) -> None:
    found = of(folder / "base.yaml")
    (alpha, *_) = found.states
    assert alpha.taken["munitions_supply"] == pytest.approx(0.4)  # its arms supply
    assert found.events[0].changes[0] == "need DDD = 0.8"
    assert found.counts() == (
        "6 states, 2 pacts, 1 organisation, 1 conflict, 2 events, 1 group, 1 arm, 0 parameters, "
        "0 claims"
    )
    short = inventory(load_scenario(folder / "base.yaml", quarters=2))
    assert [entry.played for entry in short.events] == [True, False]
    assert "2 events (1 not played)" in short.counts()
    assert found.to_dict()["pacts"][1]["since"] == "1949Q2"


def test_validate_checks_claims_and_tells_the_rest(folder: Path) -> None:
    claim = "claims: {{T1: {{text: x, metric: '{0}', arms: [base, calm], direction: {1}}}}}\n"
    write(folder, claim.format("alignmnt(AAA, BBB)", "upward"), "wrong.yaml")
    write(folder, claim.format("alignment(AAA, BBB)", "higher") + ARMS, "right.yaml")
    result = call("validate", "wrong.yaml", "right.yaml", folder=folder)
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "wrong.yaml:3:33: claims.T1.metric: alignmnt: unknown quantity; did you mean 'alignment'?",
        (
            "wrong.yaml:3:85: claims.T1.direction: unknown direction 'upward'; "
            "expected higher, lower, unchanged, not_higher, not_lower"
        ),
    ]
    lines = result.stdout.splitlines()
    assert lines[0] == "right.yaml: valid"
    assert lines[1].startswith("  6 states, 2 pacts, ")
    assert lines[2] == "  right.yaml:7:3: arms.same: differs from the base in nothing"


def test_describe_prints_text_and_json(folder: Path) -> None:
    blank = "\n" * 95  # the hundredth line of a file is no picture
    write(folder, f"{blank}states: {{QAT: {{name: '[bold]Qatar[/x] :smile:'}}}}\n")
    shown = call("describe", "case.yaml", "--set", "security.weight=3", folder=folder)
    assert shown.returncode == 0, shown.stderr
    assert "case.yaml:98:10: states.QAT: lacks" in shown.stdout
    assert "[bold]Qatar[/x] :smile:" in shown.stdout
    assert "security.weight   3, command_line" in shown.stdout
    data = json.loads(
        call("describe", "case.yaml", "--arm", "calm", "--json", folder=folder).stdout
    )
    assert data["arm"] == "calm"
    assert [event["id"] for event in data["events"]] == ["thaw"]
    assert data["notices"][0]["key"] == "states.QAT"
    wrong = call("describe", "case.yaml", "--arm", "clam", folder=folder)
    assert wrong.returncode == 2
    assert "did you mean 'calm'" in wrong.stderr


def test_line_100_is_no_picture(folder: Path) -> None:
    write(folder, "\n" * 97 + "evnts: {}\n")
    result = call("validate", "case.yaml", folder=folder)
    assert result.stderr == "case.yaml:100:1: evnts: unknown field; did you mean 'events'?\n"


def test_run_tells_the_first_notices(folder: Path) -> None:
    arms = "".join(
        f"  S{k:02d}: {{name: New, reach: {k + 1}, capability: .0{k + 1}}}\n" for k in range(9)
    )
    events = "".join(
        f"  e{k}: {{at: 2022Q2, source: made, defaults: {{range: 0%}}, effects: "
        f"{{reach: {{S{k:02d}: {k + 1}}}}}}}\n"
        for k in range(9)
    )
    write(folder, f"states:\n  defaults: {{source: made, range: 5%}}\n{arms}events:\n{events}")
    words = ("run", "case.yaml", "--runs", "2", "--quarters", "3", "--no-figures", "--out", "out")
    result = call(*words, folder=folder)
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("Note: ")]
    assert len(lines) == 8
    assert "capability sums" in lines[0]
    assert "4 more: multipolar describe case.yaml" in result.stderr
    quiet = call(*words[:-1], "quiet", "--quiet", folder=folder)
    assert "Note: " not in quiet.stderr


def test_validation_of_an_unsound_base_with_arms_is_told(folder: Path) -> None:
    path = write(folder, "states: {AAA: 3}\narms: {other: {mechanisms: {trust: off}}}\n")
    with pytest.raises(Exception, match="expected a mapping"):
        validate_scenario(path)

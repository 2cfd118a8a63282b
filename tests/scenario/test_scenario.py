"""Scenario files: what they mean when they are sound, and what is said of them when they are not.

A malformed file in ``tests/scenarios/bad`` is a test: its first line, ``# expect: ...``, is the
whole message that it must give, without the path of the file.
"""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim import scenario
from sim.errors import Problem, ScenarioError, UserError, nearest, shown
from sim.scenario import (
    ScenarioSpec,
    explain_sources,
    find_scenario,
    format_quarter,
    load_arms,
    load_scenario,
    parse_quarter,
    reader,
    scenario_schema,
    shipped_scenarios,
    validate_scenario,
)
from sim.scenario import finding as scenario_files
from sim.scenario.missing import PRIOR
from sim.scenario.reader import Layer, Log, read
from sim.scenario.schema import MAX_STATES, vocabulary
from sim.scenario.shipped import headings

BAD = Path(__file__).parent / "bad"
BASE = BAD / "parts" / "base.yaml"
OVER = "format: 1\nextends: base.yaml\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the sound scenario ``base.yaml``."""
    (tmp_path / "base.yaml").write_bytes(BASE.read_bytes())
    return tmp_path


def write(folder: Path, text: str, name: str = "case.yaml") -> Path:
    """Write a file that extends ``base.yaml``."""
    path = folder / name
    path.write_text(OVER + text, encoding="utf-8")
    return path


def load(folder: Path, text: str, **options: Any) -> ScenarioSpec:
    """Load a file that extends ``base.yaml``."""
    return load_scenario(write(folder, text), **options)


def messages(path: Path, **options: Any) -> list[str]:
    """Return ``key: message`` of every problem of a file."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, **options)
    return [f"{problem.key}: {problem.message}" for problem in caught.value.problems]


# --- malformed files ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_malformed_file_gives_one_exact_message(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    expected = first.removeprefix("# expect: ")
    assert expected != first, "the first line says what is expected"
    if expected[0].isdigit():
        expected = f"{path.name}:{expected}"
    with pytest.raises(ScenarioError) as caught:
        validate_scenario(path)
    assert str(caught.value) == expected


def test_there_are_many_malformed_files() -> None:
    assert len(list(BAD.glob("*.yaml"))) >= 45


def test_all_problems_are_reported_at_once_in_order_of_place(folder: Path) -> None:
    path = write(
        folder,
        "focal: [RUX]\n"
        "states: {RUS: {capabilty: 1, need: {value: 5}}}\n"
        "parameters: {security.weigth: 4}\n"
        "clock: {quarters: 0}\n",
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    lines = [problem.line for problem in caught.value.problems]
    assert lines == [3, 4, 4, 5, 6]
    assert str(caught.value).count("\n") == 4


def test_long_lists_of_problems_are_cut_in_the_text_only(folder: Path) -> None:
    states = "".join(f"  X{i}: {{need: 2}}\n" for i in range(150))
    with pytest.raises(ScenarioError) as caught:
        load(folder, "states:\n" + states)
    assert len(caught.value.problems) == 150
    assert str(caught.value).endswith("... and 50 more")


def test_path_is_relative_to_the_current_folder_where_possible(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, "evnts: {}\n")
    monkeypatch.chdir(folder)
    with pytest.raises(ScenarioError, match=r"^case\.yaml:3:1: evnts: unknown field"):
        load_scenario(path)
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:1: nothing but blanks and comments"),
        (b"# only a comment\n", "1:1: nothing but blanks and comments"),
        (b"title: \xff\n", "1:8: the file is not UTF-8 text"),
        (b"title: x\nnote: a\0b\n", "2:8: character U+0000 is not allowed"),
        (b"a: 1\n" * 2_000_000, "1:1: the file is larger than 4 MB"),
        (b"a: [" + b"1," * 250_000 + b"1]\n", "1:400001: more than 200000 values"),
        (b"[" * 100_000, "1:33: nested more than 32 deep"),
        (b"a: " + b"{a: " * 5_000 + b"}" * 5_000, "1:128: nested more than 32 deep"),
    ],
    ids=["empty", "comment", "latin", "nul", "large", "values", "lists", "mappings"],
)
def test_unreadable_files(folder: Path, data: bytes, expected: str) -> None:
    path = folder / "case.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}:{expected}"


def test_aliases_cannot_multiply(folder: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 20)]
    path = folder / "case.yaml"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ScenarioError, match="anchors and aliases are not supported"):
        load_scenario(path)


def test_groups_cannot_multiply_without_bound(folder: Path) -> None:
    codes = [f"S{i}" for i in range(1_500)]
    path = write(
        folder,
        f"states:\n{''.join(f'  {code}: {{}}\n' for code in codes)}"
        f"groups: {{ALL: [{', '.join(codes)}]}}\n"
        "relations: {trust: {ALL>ALL: 0.5}}\n",
    )
    (problem,) = messages(path)
    assert problem.endswith("the pairs of the scenario expand to more than 2000000")


def test_number_of_states_is_bounded(folder: Path) -> None:
    states = "".join(f"  S{i}: {{}}\n" for i in range(MAX_STATES))
    path = write(folder, "states:\n" + states)
    assert messages(path) == [f"states: {MAX_STATES + 4} states; at most {MAX_STATES}"]


def test_terminal_escapes_do_not_reach_the_message() -> None:
    assert shown("a\x1b[2Jb") == "'a\\x1b[2Jb'"
    assert len(shown("x" * 1_000)) < 70


def test_nearest_prefers_the_same_letters_in_another_case() -> None:
    assert nearest("rus", ["RUS", "run"]) == "RUS"
    assert nearest("zzz", ["RUS"]) is None
    assert nearest("x" * 100_000, ["x" * 99_999]) is None


def test_problem_without_a_place_names_the_option() -> None:
    assert str(Problem("command line", 0, 0, "--set a=1", "no")) == "command line: --set a=1: no"


# --- scalars --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("y", "y"),
        ("on", True),
        ("Off", False),
        ("true", True),
        ("'on'", "on"),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        (".5", 0.5),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("010", 10),
        ("1:30", "1:30"),
        ("2021-01-01", "2021-01-01"),
        ("1953Q4", "1953Q4"),
        ("~", None),
        ("null", None),
        ("", None),
        ("'003'", "003"),
        ("15%", "15%"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    log = Log()
    node = read(f"key: {text}\n", Layer("x"), log)
    assert not log.problems
    assert node is not None
    assert node.plain() == {"key": value}
    assert type(node.plain()["key"]) is type(value)


def test_keys_are_texts() -> None:
    node = read("NO: 1\non: 2\n12: 3\n", Layer("x"), Log())
    assert node is not None
    assert node.plain() == {"NO": 1, "on": 2, "12": 3}


def test_places_count_from_one() -> None:
    node = read("a:\n  b: [1, é, x]\n", Layer("x"), Log())
    assert node is not None
    inner = node.value["a"].value["b"]
    assert (inner.key_line, inner.key_column) == (2, 3)
    assert [(item.line, item.column) for item in inner.value] == [(2, 7), (2, 10), (2, 13)]


def test_reading_without_libyaml_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load_scenario(BASE)
    monkeypatch.setattr(reader, "_EVENTS", yaml.SafeLoader)
    assert load_scenario(BASE) == fast


# --- quarters -------------------------------------------------------------------------------------


@given(st.integers(0, 9999), st.integers(1, 4))
def test_quarters_round_trip(year: int, quarter: int) -> None:
    text = f"{year:04d}Q{quarter}"
    assert format_quarter(parse_quarter(text)) == text


@pytest.mark.parametrize(
    "text", ["2021Q5", "2021Q0", "21Q1", "2021q1", "2021Q1\n", "", "\uff12\uff10\uff12\uff11Q1"]
)
def test_malformed_quarters(text: str) -> None:
    with pytest.raises(ValueError, match="expected a quarter such as 2022Q1"):
        parse_quarter(text)


# --- meaning --------------------------------------------------------------------------------------


def test_base_scenario() -> None:
    spec = validate_scenario(BASE)
    assert list(spec.states) == ["CHN", "DEU", "RUS", "USA"]
    assert (format_quarter(spec.start), spec.quarters, spec.arm) == ("2021Q4", 8, "base")
    assert spec.poles == ("USA", "CHN")
    number = spec.states["RUS"].values["capability"]
    assert (number.value, number.source, number.key) == (0.1, "atlas", "states.RUS.capability")
    assert (number.low, number.high) == pytest.approx((0.09, 0.11))
    assert sum(number.value for number in spec.states["RUS"].doctrine.values()) == 1
    assert spec.relations["trust"]["RUS", "CHN"].value == 0.6
    assert spec.channels["energy"]["DEU", "RUS"].value == 0.4
    assert spec.doctrines["hard"].weights["autonomy"].note == "made up for a test"
    assert spec.pacts["old_pact"].since == parse_quarter("1949Q2")
    assert not spec.pacts["old_pact"].conditional
    assert spec.sources["atlas"]["title"] == "An atlas"
    assert "judgement" in spec.sources
    assert (spec.ensemble.runs, spec.ensemble.seed, spec.ensemble.draws) == (200, 1, True)


def test_spec_survives_pickling() -> None:
    spec = load_scenario(BASE)
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_number_forms(folder: Path) -> None:
    spec = load(
        folder,
        "states:\n"
        "  RUS:\n"
        "    economy: {value: 0.2, range: [0.1, 0.4], source: paper, at: 'p. 3', note: n,"
        " confidence: low}\n"
        "    openness: {value: 0.5, range: ±0.1}\n"
        "    ideal_point: {value: -2, range: 50 %}\n"
        "    need: {value: 0.9, range: +-0.2}\n",
    )
    values = spec.states["RUS"].values
    economy = values["economy"]
    assert (economy.value, economy.low, economy.high) == (0.2, 0.1, 0.4)
    assert (economy.source, economy.at, economy.note) == ("paper", "p. 3", "n")
    assert economy.confidence == "low"
    assert (values["openness"].low, values["openness"].high) == pytest.approx((0.4, 0.6))
    assert (values["ideal_point"].low, values["ideal_point"].high) == (-3, -1)
    assert values["need"].high == 1.0, "ranges are clipped to the bounds of the field"


def test_undirected_pairs_share_a_key_and_set_both_orders(folder: Path) -> None:
    spec = load(folder, "relations: {trust: {DEU-USA: 0.8}}\n")
    trust = spec.relations["trust"]
    assert trust["DEU", "USA"] is trust["USA", "DEU"]
    assert trust["DEU", "USA"].key == "relations.trust.DEU-USA"


def test_groups_expand_and_later_keys_override(folder: Path) -> None:
    spec = load(folder, "relations: {sanctions: {WEST>RUS: 1, DEU>RUS: 0.5, WEST-WEST: 0}}\n")
    sanctions = {pair: number.value for pair, number in spec.relations["sanctions"].items()}
    assert sanctions == {
        ("USA", "RUS"): 1,
        ("DEU", "RUS"): 0.5,
        ("USA", "DEU"): 0,
        ("DEU", "USA"): 0,
    }


def test_group_key_of_an_overlay_overrides_an_inherited_pair(folder: Path) -> None:
    write(folder, "relations: {sanctions: {WEST>RUS: 0.2, DEU>RUS: 0.5}}\n", "middle.yaml")
    path = folder / "case.yaml"
    path.write_text(
        "format: 1\nextends: middle.yaml\nrelations: {sanctions: {WEST>RUS: 1, RUS>WEST: 1}}\n"
    )
    sanctions = load_scenario(path).relations["sanctions"]
    assert {number.value for number in sanctions.values()} == {1.0}
    assert len(sanctions) == 4


def test_rest_of_world_trades(folder: Path) -> None:
    flows = "{defaults: {source: paper, range: 5%}, flows: {RUS: {CHN: 10, ROW: 5}, ROW: {RUS: 2}}}"
    spec = load(folder, f"channels: {{trade: {flows}}}\n")
    assert {pair: number.value for pair, number in spec.channels["trade_flow"].items()} == {
        ("RUS", "CHN"): 10,
        ("RUS", "ROW"): 5,
        ("ROW", "RUS"): 2,
    }


def test_events(folder: Path) -> None:
    spec = load(
        folder,
        "events:\n"
        "  war:\n"
        "    at: 2022Q2\n"
        "    source: paper\n"
        "    defaults: {range: 0%}\n"
        "    effects:\n"
        "      war: {RUS-DEU: 1}\n"
        "      trust_bad: {WEST>RUS: {add: 4}}\n"
        "      capability: {WEST: {multiply: 1.5, range: [1, 2]}, DEU: 0.2}\n"
        "  long_ago: {at: 1900Q1, source: paper, effects: {}}\n",
    )
    assert list(spec.events) == ["long_ago", "shock", "war"], "in the order in which they happen"
    effects = [(e.field, e.i, e.j, e.op, e.number.value) for e in spec.events["war"].effects]
    assert effects == [
        ("capability", "DEU", None, "set", 0.2),
        ("capability", "USA", None, "multiply", 1.5),
        ("trust_bad", "DEU", "RUS", "add", 4),
        ("trust_bad", "USA", "RUS", "add", 4),
        ("war", "DEU", "RUS", "set", 1),
        ("war", "RUS", "DEU", "set", 1),
    ]
    assert {effect.number.source for effect in spec.events["war"].effects} == {"paper"}


def test_parties(folder: Path) -> None:
    spec = load(
        folder,
        "organisations:\n"
        "  club: {members: [WEST, RUS], source: paper, floor: {value: 1, range: [0.8, 1]}}\n"
        "conflicts:\n"
        "  clash:\n"
        "    parties: [[RUS], [WEST]]\n"
        "    supporters: {RUS: [CHN]}\n"
        "    intensity: {value: 0.5, range: 10%}\n"
        "    rung: local\n"
        "    frozen: on\n"
        "    source: paper\n",
    )
    assert spec.organisations["club"].members == ("USA", "DEU", "RUS")
    assert spec.organisations["club"].floor.source == "paper"
    clash = spec.conflicts["clash"]
    assert clash.parties == (("RUS",), ("USA", "DEU"))
    assert (clash.supporters, clash.frozen) == ({"RUS": ("CHN",)}, True)


def test_record_and_claims(folder: Path) -> None:
    spec = load(
        folder,
        "record: {dyads: [RUS-CHN, WEST>RUS]}\n"
        "claims: {T1: {text: rises, arms: [base, calm], horizon: 8}}\n",
    )
    assert spec.record.dyads == (("RUS", "CHN"), ("CHN", "RUS"), ("USA", "RUS"), ("DEU", "RUS"))
    assert spec.claims["T1"]["horizon"] == 8


def test_explain_sources_names_every_number_once() -> None:
    keys = [key for key, _ in explain_sources(load_scenario(BASE))]
    assert keys == sorted(set(keys))
    for key in ("states.RUS.capability", "relations.distance.RUS-CHN", "events.shock.effects.need"):
        assert any(found.startswith(key) for found in keys)


# --- overlays and provenance ----------------------------------------------------------------------


def test_mappings_merge_and_lists_replace(folder: Path) -> None:
    spec = load(folder, "focal: [CHN]\nstates: {RUS: {economy: 0.2}}\n")
    assert spec.focal == ("CHN",)
    assert set(spec.states["RUS"].values) == {"capability", "economy"}


@pytest.mark.parametrize("word", ["off", "null", "~", ""])
def test_named_entries_can_be_removed(folder: Path, word: str) -> None:
    spec = load(
        folder,
        f"events: {{shock: {word}}}\nrelations: {{distance: {{CHN-RUS: {word}}}}}\n"
        f"states: {{RUS: {{capability: {word}}}}}\narms: {{calm: {word}}}\n",
    )
    assert not spec.events
    assert not spec.arms
    assert not spec.relations["distance"], "an undirected pair is the same in both orders"
    assert spec.states["RUS"].values["capability"].source == PRIOR


def test_heading_with_nothing_under_it_changes_nothing(folder: Path) -> None:
    assert load(folder, "events:\nstates:\n").hash() == load_scenario(BASE).hash()


def test_defaults_do_not_speak_for_inherited_numbers(folder: Path) -> None:
    spec = load(
        folder,
        "states:\n  defaults: {source: paper, range: 50%}\n  RUS: {economy: 0.2}\n",
    )
    values = spec.states["RUS"].values
    assert values["economy"].source == "paper"
    assert values["economy"].high == pytest.approx(0.3)
    assert values["capability"].source == "atlas"
    assert values["capability"].high == pytest.approx(0.11)


def test_defaults_of_the_file_count_in_its_arms(folder: Path) -> None:
    text = (
        "relations: {defaults: {source: paper, range: 50%}}\n"
        "states: {defaults: {source: paper, range: 50%}}\n"
        "arms: {close: {relations: {trust: {RUS>CHN: 0.9}}, states: {RUS: {need: 0.5}}}}\n"
    )
    spec = load(folder, text, arm="close")
    assert spec.relations["trust"]["RUS", "CHN"].source == "paper"
    assert spec.relations["distance"]["RUS", "CHN"].source == "atlas"
    assert spec.states["RUS"].values["need"].source == "paper"
    assert spec.states["RUS"].values["capability"].source == "atlas"


def test_inner_defaults_override_outer_ones(folder: Path) -> None:
    spec = load(
        folder,
        "relations:\n"
        "  defaults: {source: paper, range: 50%}\n"
        "  aid: {defaults: {range: 1%}, USA>DEU: 0.5}\n",
    )
    number = spec.relations["aid"]["USA", "DEU"]
    assert number.source == "paper"
    assert number.high == pytest.approx(0.505)


def test_new_value_does_not_inherit_the_old_source(folder: Path) -> None:
    base = "states: {RUS: {economy: {value: 0.2, range: [0.1, 0.3], source: paper, note: old}}}\n"
    write(folder, base, "middle.yaml")
    path = folder / "case.yaml"
    head = "format: 1\nextends: middle.yaml\n"
    path.write_text(head + "states: {RUS: {economy: {value: 0.5}}}\n")
    number = load_scenario(path).states["RUS"].values["economy"]
    assert (number.value, number.source, number.note) == (0.5, "atlas", None)
    path.write_text(head + "states: {RUS: {economy: {range: [0.15, 0.25]}}}\n")
    number = load_scenario(path).states["RUS"].values["economy"]
    assert (number.value, number.low, number.source, number.note) == (0.2, 0.15, "paper", "old")


def test_bare_number_can_be_amended(folder: Path) -> None:
    number = load(folder, "states: {RUS: {capability: {range: 50%}}}\n").states["RUS"]
    assert number.values["capability"].value == 0.1
    assert number.values["capability"].high == pytest.approx(0.15)


def test_note_of_the_defaults_goes_with_their_source(folder: Path) -> None:
    spec = load(
        folder,
        "states:\n"
        "  defaults: {source: judgement, note: a guess, confidence: low}\n"
        "  RUS: {economy: 0.2, need: {value: 0.5, source: paper}}\n",
    )
    values = spec.states["RUS"].values
    assert (values["economy"].note, values["economy"].confidence) == ("a guess", "low")
    assert (values["need"].note, values["need"].confidence) == (None, None)


def test_doctrine_mix_replaces(folder: Path) -> None:
    spec = load(folder, "states: {RUS: {doctrine: {soft: 1}}}\n")
    assert list(spec.states["RUS"].doctrine) == ["soft"]


# --- extends --------------------------------------------------------------------------------------


def test_extends_falls_back_to_the_shipped_scenarios(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_files, "SHIPPED", folder)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert load_scenario(write(elsewhere, "title: mine\n")).title == "mine"


def test_extends_cannot_leave_by_a_symbolic_link(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "base.yaml").write_bytes(BASE.read_bytes())
    (inside / "base.yaml").symlink_to(tmp_path / "base.yaml")
    (problem,) = messages(write(inside, ""))
    assert problem == (
        "extends: 'base.yaml' is outside the folder of the scenario and of the shipped scenarios"
    )


def test_extended_file_may_reach_up_within_the_tree(folder: Path) -> None:
    (folder / "world").mkdir()
    (folder / "world" / "a.yaml").write_text("format: 1\nextends: ../base.yaml\ntitle: a\n")
    path = folder / "case.yaml"
    path.write_text("format: 1\nextends: world/a.yaml\n")
    assert load_scenario(path).title == "a"
    with pytest.raises(ScenarioError, match="outside the folder"):
        load_scenario(folder / "world" / "a.yaml")


def test_of_several_extended_files_the_last_lies_on_top(folder: Path) -> None:
    (folder / "one.yaml").write_text("format: 1\ntitle: one\nquestion: whose?\n")
    (folder / "two.yaml").write_text("format: 1\ntitle: two\n")
    path = folder / "case.yaml"
    path.write_text("format: 1\nextends: [base.yaml, one.yaml, two.yaml]\n")
    spec = load_scenario(path)
    assert (spec.title, spec.question) == ("two", "whose?")
    path.write_text("format: 1\nextends: [base.yaml, two.yaml, one.yaml]\ntitle: mine\n")
    assert load_scenario(path).title == "mine"


def test_a_file_that_is_extended_twice_lies_where_it_comes_first(folder: Path) -> None:
    (folder / "one.yaml").write_text("format: 1\nextends: base.yaml\ntitle: one\n")
    path = folder / "case.yaml"
    path.write_text("format: 1\nextends: [one.yaml, base.yaml]\n")
    assert load_scenario(path).title == "one"


def test_parameters_of_a_second_file_keep_their_source(folder: Path) -> None:
    (folder / "fit.yaml").write_text(
        "format: 1\nsources: {fit: {title: A calibration}}\n"
        "parameters: {moves.create: {value: 3, range: [2.9, 3.1], source: fit}}\n"
    )
    path = folder / "case.yaml"
    path.write_text("format: 1\nextends: [base.yaml, fit.yaml]\n")
    number = load_scenario(path).parameters["moves.create"]
    assert (number.value, number.low, number.high, number.source) == (3, 2.9, 3.1, "fit")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_extends_reads_regular_files_only(folder: Path) -> None:
    (folder / "base.yaml").unlink()
    os.mkfifo(folder / "base.yaml")
    (problem,) = messages(write(folder, ""))
    assert problem.startswith("extends: no such file 'base.yaml'")


# --- arms and overrides ---------------------------------------------------------------------------


def test_arms(folder: Path) -> None:
    path = write(folder, "arms: {poor: {title: A poor one, states: {RUS: {capability: 0.01}}}}\n")
    arms = load_arms(path)
    assert list(arms) == ["base", "calm", "poor"]
    assert not arms["calm"].events
    assert arms["calm"].arm == "calm"
    assert arms["poor"].states["RUS"].values["capability"].value == 0.01
    assert arms["poor"].states["RUS"].values["capability"].key == "states.RUS.capability"
    assert arms["base"].states["RUS"].values["capability"].value == 0.1
    assert arms["base"].arms["poor"].title == "A poor one"
    assert arms["poor"].title == "base", "an arm keeps the title of its scenario"
    assert len({spec.hash() for spec in arms.values()}) == 3
    assert arms["calm"] == load_scenario(path, arm="calm")
    assert list(load_arms(path, arms=["calm"])) == ["calm"]


def test_arms_that_change_what_a_block_of_pairs_rests_on_read_it_anew(folder: Path) -> None:
    path = write(
        folder,
        """groups: {SOME: [RUS, USA]}
relations: {tension: {SOME>CHN: {value: 0.7, range: 10%, source: judgement, note: a reason}}}
arms:
  same: {states: {RUS: {capability: 0.01}}}
  grouped: {groups: {SOME: [USA]}}
  raised: {relations: {tension: {RUS>CHN: {value: 0.9, source: judgement, note: a reason}}}}
""",
    )
    arms = load_arms(path)
    tense = {name: dict(spec.relations["tension"]) for name, spec in arms.items()}
    assert tense["same"] == tense["base"]
    assert ("RUS", "CHN") in tense["base"]
    assert ("RUS", "CHN") not in tense["grouped"]
    assert tense["raised"]["RUS", "CHN"].value == 0.9
    for name, spec in arms.items():
        assert spec == load_scenario(path, arm=name)


def test_unknown_arm_lists_those_that_exist(folder: Path) -> None:
    with pytest.raises(UserError, match=r"no arm 'clam'; did you mean 'calm'\?; it has base, calm"):
        load_scenario(folder / "base.yaml", arm="clam")


def test_problem_that_an_arm_makes_below_names_the_arm(folder: Path) -> None:
    path = write(folder, "arms: {bare: {groups: {WEST: off}}}\nfocal: [RUS]\n")
    assert validate_scenario(path).arms["bare"].overlay == {"groups": {"WEST": False}}
    path = write(folder, "record: {dyads: [WEST-RUS]}\narms: {bare: {groups: {WEST: off}}}\n")
    with pytest.raises(ScenarioError, match=r"unknown state or group 'WEST'.* \(in arm 'bare'\)"):
        validate_scenario(path)


@pytest.mark.parametrize(
    ("override", "read_back"),
    [
        ("parameters.security.weight=8", lambda s: s.parameters["security.weight"].value == 8),
        ("security.weight=8", lambda s: s.parameters["security.weight"].high == 8),
        ("states.RUS.capability=.05", lambda s: s.states["RUS"].values["capability"].value == 0.05),
        ("relations.trust.RUS>CHN=.5", lambda s: s.relations["trust"]["RUS", "CHN"].low == 0.5),
        ("coalition_threat=off", lambda s: s.mechanisms == {"coalition_threat": False}),
        ("mechanisms.coalition_threat=off", lambda s: not s.mechanisms["coalition_threat"]),
        ("closure=off", lambda s: s.terms == {"closure": False}),
        ("events.shock=off", lambda s: not s.events),
        ("clock.quarters=3", lambda s: s.quarters == 3),
        ("focal=[USA, CHN]", lambda s: s.focal == ("USA", "CHN")),
        ("title=a=b", lambda s: s.title == "a=b"),
        (
            "states.RUS.need={value: 0.5, range: 10%, source: paper}",
            lambda s: s.states["RUS"].values["need"].source == "paper",
        ),
    ],
)
def test_overrides(override: str, read_back: Any) -> None:
    spec = load_scenario(BASE, overrides=[override])
    assert read_back(spec)
    assert spec.overrides == (override,)


def test_override_is_exact_and_says_where_it_comes_from() -> None:
    spec = load_scenario(BASE, overrides=["states.RUS.capability=0.05"])
    number = spec.states["RUS"].values["capability"]
    assert (number.low, number.high) == (0.05, 0.05)
    assert (number.source, number.note) == ("command_line", "--set states.RUS.capability=0.05")
    assert "command_line" in spec.sources
    assert spec.states["USA"].values["capability"].source == "atlas"


def test_later_override_wins_over_an_arm_and_an_earlier_one() -> None:
    overrides = ["security.weight=8", "security.weight=9"]
    spec = load_scenario(BASE, arm="calm", overrides=overrides)
    assert spec.parameters["security.weight"].value == 9
    assert not spec.events


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("states.RUS.capabilty=1", "unknown field; did you mean 'capability'?"),
        ("states.RUX.capability=1", "states.RUX: unknown state; the states are CHN, DEU, RUS, USA"),
        (
            "security.weigth=8",
            "unknown key 'security.weigth'; did you mean 'security.weight'?",
        ),
        ("parameters.security.weigth=8", "unknown parameter; did you mean 'security.weight'?"),
        ("evnts.shock=off", "unknown key 'evnts.shock'; did you mean 'events'?"),
        (
            "events.shok=off",
            "nothing of this name is inherited to remove; did you mean 'shock'?",
        ),
        ("states.RUS.need=2", "2 is outside the bounds 0 to 1"),
        (
            "states.RUS.need={value: 2}",
            "2 is outside the bounds 0 to 1",
        ),
        (
            "states.RUS.need={value: 1, rang: 2}",
            "states.RUS.need.rang: unknown field; did you mean 'range'?",
        ),
        ("events=off", "expected a mapping, not off"),
        ("arms.calm=off", "'arms' cannot be set on the command line"),
        ("quarters", "expected key=value, such as parameters.name=8"),
        ("=3", "expected key=value, such as parameters.name=8"),
        ("title=", "no value after '='"),
        ("states..need=1", "an empty name in the key 'states..need'"),
        ("title=[", "not valid YAML: did not find expected node content"),
        ("title=&a x", "anchors and aliases are not supported: '&a'"),
        ("states.RUS.a.b.c.d.e.f.g=1", "no key has more than 8 names"),
    ],
)
def test_malformed_overrides(override: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(BASE, overrides=[override])
    assert str(caught.value) == f"command line: --set {override}: {message}"


def test_quarters_option() -> None:
    assert load_scenario(BASE, quarters=40).quarters == 40
    for quarters in (0, 401):
        with pytest.raises(UserError, match=f"quarters: {quarters} is outside 1 to 400"):
            load_scenario(BASE, quarters=quarters)


# --- identity -------------------------------------------------------------------------------------


def test_hash_ignores_layout_comments_order_and_place(folder: Path) -> None:
    spec = load_scenario(BASE)
    node = read(BASE.read_text(), Layer("x"), Log())
    assert node is not None
    turned = {key: node.plain()[key] for key in reversed(node.plain())}
    turned["states"] = dict(reversed(turned["states"].items()))
    path = folder / "turned.yaml"
    path.write_text("# JSON is YAML\n" + json.dumps(turned, indent=4))
    other = load_scenario(path)
    assert other.hash() == spec.hash()
    assert list(other.states) == list(spec.states)
    assert len(spec.hash()) == 64


@pytest.mark.parametrize(
    "text",
    [
        "states: {RUS: {need: 0.5}}\n",
        "states: {RUS: {capability: {range: 11%}}}\n",
        "clock: {quarters: 9}\n",
        "events: {shock: {at: 2022Q2}}\n",
        "mechanisms: {coalition_threat: off}\n",
        "ensemble: {draws: off}\n",
    ],
)
def test_hash_sees_content(folder: Path, text: str) -> None:
    assert load(folder, text).hash() != load_scenario(BASE).hash()


# --- finding files --------------------------------------------------------------------------------


def test_find_scenario(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_files, "SHIPPED", folder)
    (folder / "world").mkdir()
    (folder / "world" / "late.yaml").write_bytes(BASE.read_bytes())
    assert find_scenario("base") == folder / "base.yaml"
    assert find_scenario("base.yaml") == folder / "base.yaml"
    assert find_scenario("world/late") == folder / "world" / "late.yaml"
    assert find_scenario(folder / "base.yaml") == folder / "base.yaml"
    assert shipped_scenarios() == ("base",)
    with pytest.raises(UserError, match=r"no scenario 'bass'; did you mean 'base'\?"):
        find_scenario("bass")
    with pytest.raises(UserError, match="is a folder"):
        find_scenario(folder)
    for name in ("", "a\0b", "../base", "x" * 5_000):
        with pytest.raises(UserError):
            find_scenario(name)


def test_unreadable_file_is_a_user_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"cannot read .*base.yaml: Permission denied"):
        load_scenario(folder / "base.yaml")


# --- JSON Schema ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    """A validator of the exported schema."""
    schema = json.loads(json.dumps(scenario_schema()))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_schema_accepts_the_shipped_scenarios(validator: jsonschema.Draft7Validator) -> None:
    # the register of claims is a list, and targets are what scenarios are held against
    others = ("register", "targets")
    shipped = [p for p in scenario.SHIPPED.rglob("*.yaml") if p.parent.name not in others]
    paths = [BASE, *shipped]
    for path in paths:
        node = read(path.read_text(encoding="utf-8"), Layer(str(path)), Log())
        assert node is not None
        errors = [f"{path}: {error.json_path}" for error in validator.iter_errors(node.plain())]
        assert not errors


@pytest.mark.parametrize(
    "name",
    [
        "arm_clock",
        "channel_unknown",
        "clock_quarters_many",
        "defaults_unknown_field",
        "doctrine_unknown_term",
        "event_unknown_field",
        "mechanism_unknown",
        "pact_unknown_type",
        "range_percent_malformed",
        "relation_bad_pair",
        "state_unknown_field",
        "title_number",
        "top_unknown_field",
    ],
)
def test_schema_refuses_what_the_loader_refuses(
    validator: jsonschema.Draft7Validator, name: str
) -> None:
    node = read((BAD / f"{name}.yaml").read_text(encoding="utf-8"), Layer(name), Log())
    assert node is not None
    assert not validator.is_valid(node.plain())


def test_schema_knows_every_name_of_the_vocabulary() -> None:
    definitions = scenario_schema()["definitions"]
    words = vocabulary()
    assert set(words.params) <= set(definitions["parameters"]["properties"])
    assert set(words.mechanisms) == set(definitions["mechanisms"]["properties"])
    assert set(words.terms) == set(definitions["terms"]["properties"])


# --- garbage --------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [
        "format",
        "extends",
        "title",
        "clock",
        "start",
        "quarters",
        "states",
        "RUS",
        "USA",
        "defaults",
        "source",
        "range",
        "note",
        "value",
        "relations",
        "trust",
        "distance",
        "RUS>USA",
        "RUS-USA",
        "WEST>RUS",
        "channels",
        "trade",
        "flows",
        "energy",
        "shares",
        "ROW",
        "pacts",
        "p",
        "members",
        "type",
        "organisations",
        "floor",
        "conflicts",
        "parties",
        "supporters",
        "intensity",
        "doctrines",
        "doctrine",
        "hard",
        "weights",
        "autonomy",
        "taboos",
        "parameters",
        "security.weight",
        "mechanisms",
        "terms",
        "events",
        "at",
        "effects",
        "need",
        "war",
        "add",
        "multiply",
        "arms",
        "calm",
        "shock",
        "ensemble",
        "record",
        "dyads",
        "claims",
        "groups",
        "WEST",
        "sources",
        "atlas",
        "focal",
        "poles",
        "economy",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.sampled_from(
        [
            "RUS",
            "USA",
            "WEST",
            "atlas",
            "judgement",
            "10%",
            "±0.1",
            "2022Q1",
            "defence",
            "base.yaml",
        ]
    ),
    st.text(max_size=5),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=25,
)


def problems_of(path: Path, overrides: tuple[str, ...] = ()) -> tuple[Problem, ...]:
    """Load a file and validate its arms; anything but a refusal in words fails the test."""
    try:
        if overrides:
            load_scenario(path, overrides=overrides)
        else:
            validate_scenario(path)
    except ScenarioError as error:
        return error.problems
    except UserError as error:
        return (Problem("", 0, 0, "", str(error)),)
    return ()


def survives(path: Path, text: str) -> None:
    """Check that a text is loaded or refused, that every refusal has a place and can be printed."""
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for problem in problems_of(path):
        assert problem.line > 0
        assert problem.column > 0
        assert problem.message
        assert (problem.key + problem.message).isprintable()


@pytest.fixture(scope="module")
def garbage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to overwrite, beside the sound scenario."""
    folder = tmp_path_factory.mktemp("garbage")
    (folder / "base.yaml").write_bytes(BASE.read_bytes())
    return folder / "case.yaml"


@given(text=st.text(max_size=200))
def test_any_text(garbage: Path, text: str) -> None:
    survives(garbage, text)
    survives(garbage, OVER + text)


@given(text=st.text(alphabet="abc:-?[]{}#&*!|>'\"%@`,. \n\t0123456789~", max_size=200))
def test_any_yaml_looking_text(garbage: Path, text: str) -> None:
    survives(garbage, text)
    survives(garbage, OVER + text)


@given(key=KEYS, tree=st.dictionaries(KEYS, TREES, max_size=4), top=st.dictionaries(KEYS, TREES))
def test_any_tree(garbage: Path, key: str, tree: dict[str, Any], top: dict[str, Any]) -> None:
    survives(garbage, json.dumps({**top, "format": 1, key: tree}))
    survives(garbage, json.dumps({**top, key: tree, "format": 1, "extends": "base.yaml"}))


@given(cut=st.integers(0, 2_000), paste=st.integers(0, 2_000), length=st.integers(0, 60))
def test_any_damage_to_a_sound_file(garbage: Path, cut: int, paste: int, length: int) -> None:
    text = BASE.read_text(encoding="utf-8")
    piece = text[paste : paste + length]
    survives(garbage, text[:cut] + piece + text[cut + length :])


@given(key=st.lists(KEYS, max_size=5), value=st.text(max_size=20))
def test_any_override(key: list[str], value: str) -> None:
    for problem in problems_of(BASE, (f"{'.'.join(key)}={value}",)):
        assert problem.message
        assert str(problem).isprintable()


def test_shipped_scenarios_are_listed_as_they_are_loaded() -> None:
    loaded = [(name, load_scenario(name)) for name in shipped_scenarios()]
    assert list(headings()) == [(name, spec.question, list(spec.arms)) for name, spec in loaded]

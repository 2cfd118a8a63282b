"""The wider world beneath the base worlds: which states act, and that nothing else changes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import ScenarioError
from sim.scenario import REST_OF_WORLD, ScenarioSpec, load_arms, load_scenario
from sim.scenario.inventory import notices
from sim.scenario.outlines import distances, rings
from sim.scenario.quarter import parse_quarter
from sim.scenario.shipped import SHIPPED
from tests.inline_scenario import TEXT
from tools.outline_distances import distances as computed

WIDE = SHIPPED / "world" / "wide"
YEARS = (2014, 2016, 2020, 2021, 2024)
EVERY = 196
"""Members of the United Nations, Taiwan, Kosovo and Palestine."""
#: How many of the states are members at the start of each world, counted by hand from the lists of
#: the organisations: a check on members.csv that does not come from it.
COUNTS = {
    "NATO": (28, 28, 29, 30, 32),
    "EU": (28, 28, 28, 27, 27),
    "CSTO": (6, 6, 6, 6, 5),  # one has frozen its part
    "EAEU": (3, 5, 5, 5, 5),
    "CIS": (9, 9, 9, 9, 9),
    "SCO": (6, 6, 8, 8, 10),
    "BRICS": (5, 5, 5, 5, 9),
    "ASEAN": (10, 10, 10, 10, 10),
    "OTS": (4, 4, 5, 5, 5),
    "QUAD": (0, 0, 4, 4, 4),
    "AUKUS": (0, 0, 0, 3, 3),
    "G7": (7, 7, 7, 7, 7),
    "FPDA": (5, 5, 5, 5, 5),
    "ANZUS": (3, 3, 3, 3, 3),
    "RIO": (21, 18, 17, 17, 17),
    "OAS": (34, 34, 33, 33, 32),
    "ARAB_LEAGUE": (21, 21, 21, 21, 22),  # one was suspended
    "GCC": (6, 6, 6, 6, 6),
    "AU": (53, 53, 54, 54, 54),  # less one member that is no state here
    "ECOWAS": (15, 15, 15, 15, 15),
    "AES": (0, 0, 0, 0, 3),
    "ECCAS": (10, 10, 11, 11, 11),
    "SADC": (15, 15, 16, 16, 16),
    "EAC": (5, 5, 6, 6, 8),
    "MERCOSUR": (5, 5, 4, 4, 5),
    "CARICOM": (14, 14, 14, 14, 14),
    "SICA": (8, 8, 8, 8, 8),
    "SAARC": (8, 8, 8, 8, 8),
    "PIF": (14, 14, 14, 14, 14),
    "EFTA": (4, 4, 4, 4, 4),
}


@cache
def world(year: int, scope: str = "") -> ScenarioSpec:
    return load_scenario(f"world/{year}.yaml", overrides=(f"scope={scope}",) if scope else ())


def facts(spec: ScenarioSpec) -> dict[str, set[str]]:
    """The members of each organisation at the start, by members.csv."""
    found: dict[str, set[str]] = {}
    for row in pd.read_csv(WIDE / "members.csv", dtype=str).fillna("").itertuples():
        until = parse_quarter(row.until) if row.until else spec.start
        held = found.setdefault(str(row.organisation), set())
        if parse_quarter(row.since) <= spec.start <= until:
            held |= set(str(row.members).split())
    return found


@pytest.mark.parametrize("year", YEARS)
def test_no_organisation_lacks_or_invents_a_member(year: int) -> None:
    spec = world(year, "all")
    assert len(spec.states) == EVERY
    assert not spec.notices or {"sums to"} == {"sums to" for x in spec.notices if "sums" in str(x)}
    held = {name: set(body.members) for name, body in spec.organisations.items()}
    assert held == {name: members for name, members in facts(spec).items() if members}
    at = YEARS.index(year)
    counted = {name: numbers[at] for name, numbers in COUNTS.items() if numbers[at]}
    assert {name: len(members) for name, members in held.items()} == counted


@pytest.mark.parametrize("year", [2014, 2021, 2024])
def test_what_a_base_world_says_of_its_own_states_holds(year: int) -> None:
    narrow, wide = world(year), world(year, "all")
    own = set(narrow.states)
    for code, state in narrow.states.items():
        assert wide.states[code] == state

    for name, pairs in narrow.relations.items():
        held = {pair: x for pair, x in wide.relations[name].items() if set(pair) <= own}
        if name == "distance":  # gaps are filled from the outlines
            held = {pair: held[pair] for pair in pairs}
        assert held == pairs, name
    for name, pairs in narrow.channels.items():
        held = {pair: x for pair, x in wide.channels[name].items() if set(pair) <= own}
        assert held == {pair: x for pair, x in pairs.items() if REST_OF_WORLD not in pair}, name
    assert {x for x, pact in wide.pacts.items() if set(pact.members) <= own} == set(narrow.pacts)
    assert set(narrow.conflicts) <= set(wide.conflicts)


def test_without_a_scope_nothing_is_added() -> None:
    assert len(world(2021).states) == 48
    assert "AU" not in world(2021).organisations


def test_trade_with_added_states_comes_out_of_the_rest_of_the_world() -> None:
    narrow, wide = (world(2021, scope).channels["trade_flow"] for scope in ("", "all"))
    for code in ("CHN", "DEU", "RUS", "USA"):
        rest = narrow[code, REST_OF_WORLD].value
        added = sum(
            number.value
            for (giver, taker), number in wide.items()
            if giver == code and taker not in (*world(2021).states, REST_OF_WORLD)
        )
        left = wide[code, REST_OF_WORLD].value
        assert left == pytest.approx(max(rest - added, 0.1 * rest), rel=0.01)
    few = world(2021, "TWN").channels["trade_flow"]
    assert few["TWN", REST_OF_WORLD].value > 10_000  # what it sells to states that do not act


def test_a_scope_may_be_a_number_or_a_list_of_states_and_groups() -> None:
    assert len(world(2021, "60").states) == 60
    assert {"ESP", "TWN", "MEX"} <= set(world(2021, "60").states)
    assert len(world(2021, "10").states) == 48  # its own always act
    few = world(2021, "TWN,GULF")
    assert set(few.states) - set(world(2021).states) == {"TWN", *"ARE BHR KWT OMN QAT".split()}
    assert set(few.organisations["GCC"].members) == set("SAU ARE BHR KWT OMN QAT".split())
    assert "AU" not in few.organisations  # only one member acts
    assert {"taiwan_strait"} <= set(few.conflicts)
    assert "palestine" not in few.conflicts
    assert few.groups["EU"] == world(2021).groups["EU"]


def test_a_file_may_have_a_scope_of_its_own() -> None:
    inner = {"format": 1, "title": "few", "extends": "world/2021.yaml", "scope": ["TWN", "GRC"]}
    spec = load_scenario(inner)
    assert {"TWN", "GRC"} == set(spec.states) - set(world(2021).states)
    assert "GRC" in spec.organisations["EU"].members
    wider = load_scenario(inner, overrides=("scope=ESP",))  # the command line holds
    assert {"ESP"} == set(wider.states) - set(world(2021).states)


@pytest.mark.parametrize(
    ("name", "scope", "said"),
    [
        ("world/2021.yaml", "TWX", "no state or group 'TWX'"),
        ("world/2021.yaml", "²", "no state or group '²'"),
        ("world/2021.yaml", "1", "expected all, a number of states, or states and groups of them"),
        ("europe_1936", "all", "nothing this scenario extends has more states (`wider`)"),
    ],
)
def test_what_is_wrong_with_a_scope_is_told(name: str, scope: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=f"--scope {scope}") as caught:
        load_scenario(name, overrides=(f"scope={scope}",))
    assert said in str(caught.value)


WIDE_ONE = """format: 1
title: all states
clock: {start: 2021Q4, quarters: 10}
sources: {made: {title: Made up}}
groups: {REST: [GGG, HHH], FRIENDS: [AAA, CCC, GGG]}
states:
  defaults: {source: made, range: 20%}
  GGG: {name: Eta, capability: .02, economy: .02, ideal_point: 1}
  HHH: {name: Theta, capability: .01, economy: .04, ideal_point: -1, exists: {until: 2023Q1}}
relations: {defaults: {source: made, range: 0%}, distance: {GGG-HHH: .5, GGG-AAA: 2}}
"""


@pytest.fixture
def scoped(tmp_path: Path) -> Path:
    """A scenario with a scope over a base world and a wider one, all made up."""
    (tmp_path / "wide.yaml").write_text(WIDE_ONE)
    (tmp_path / "base.yaml").write_text(TEXT.replace("groups:", "wider: wide.yaml\ngroups:", 1))
    path = tmp_path / "scoped.yaml"
    path.write_text("format: 1\ntitle: some\nextends: base.yaml\nscope: [REST]\n")
    return path


def test_a_state_that_leaves_stands_in_the_inventory(scoped: Path) -> None:
    spec = load_scenario(scoped)
    assert list(spec.states)[-1] == "HHH"  # beyond the organisations and conflicts
    assert not [x for x in notices(spec) if "already" in x.message]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("wide.yaml", "distance: {GGG-HHH: .5, GGG-AAA: 2}", "distance: on", "wide.yaml:10:60"),
        ("wide.yaml", "REST: [GGG, HHH]", "REST: [GGG, [HHH]]", "wide.yaml:5:22: groups.REST"),
        ("wide.yaml", "FRIENDS: [AAA, CCC, GGG]", "FRIENDS: 3", "wide.yaml:5:37: groups.FRIENDS"),
        ("base.yaml", "FRIENDS: [AAA, CCC]", "FRIENDS: CCC", "base.yaml:9:12: groups.FRIENDS"),
        ("wide.yaml", "GGG-AAA: 2", "GGG: 2", "wide.yaml:10:.*expected a pair"),
        ("base.yaml", "wider: wide.yaml", "wider: {file: wide.yaml}", "wider: expected the path"),
    ],
)
def test_a_malformed_wider_world_is_told(
    scoped: Path, file: str, old: str, new: str, said: str
) -> None:
    path = scoped.with_name(file)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ScenarioError, match=said):
        load_scenario(scoped)


#: Of each world one. An arm of the whole world takes two seconds to load; the long form has all.
OF_EACH_WORLD = (
    "counter_sanctions_2014", "eastern_periphery_2016", "frozen_conflicts_2020", "multipolarity",
    "vietnam_bamboo",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "every"),
    [
        *((name, False) for name in OF_EACH_WORLD),
        *(pytest.param(name, True, marks=pytest.mark.slow) for name in OF_EACH_WORLD),
    ],
)
def test_shipped_scenarios_and_their_arms_take_all_states(name: str, every: bool) -> None:
    arms = list(load_arms(name))
    chosen = arms if every else [arms[0], arms[-1]]
    found = [load_scenario(name, arm=arm, overrides=("scope=all",)) for arm in chosen]
    assert {len(spec.states) for spec in found} == {EVERY}
    assert len({spec.hash() for spec in found}) == len(found)


def test_tables_of_the_wider_world_are_small_and_name_every_source() -> None:
    assert sum(file.stat().st_size for file in WIDE.iterdir()) < 400 * 1024
    for year in YEARS:
        for code, state in world(year, "all").states.items():
            assert {"capability", "economy", "ideal_point"} <= state.values.keys(), code
            assert all(number.source for number in state.values.values())


def test_distances_come_from_outlines() -> None:
    codes = ("FRA", "DEU", "ESP", "ZAF", "LSO", "NZL", "TUV", "XKX", "QQQ")
    km = distances(codes)
    at = {code: k for k, code in enumerate(codes)}
    assert np.array_equal(km, km.T, equal_nan=True)
    assert km[at["FRA"], at["DEU"]] == km[at["FRA"], at["ESP"]] == 0.0
    assert km[at["ZAF"], at["LSO"]] == 0.0  # a country within a country
    assert 17_500 < km[at["FRA"], at["NZL"]] < 19_000  # not from a territory overseas
    assert 2_000 < km[at["NZL"], at["TUV"]] < 3_500
    assert np.isnan(km[at["QQQ"], at["FRA"]])
    assert {"XKX", "TUV", "PSE", "TWN"} <= rings().keys()


def test_the_table_of_distances_is_that_of_the_outlines() -> None:
    codes = sorted(code for code in rings() if code)[::12]
    # nearest points are found in single precision, which is some kilometres between neighbours
    np.testing.assert_allclose(computed(codes), distances(codes), atol=4.0)


def test_distances_are_near_those_of_cshapes() -> None:
    place = Path("/work/shared/data/world_dyads_2018.parquet")
    if not place.exists():
        pytest.skip(f"no {place}: distances are held against it where it is")
    from sim.scenario.history.codes import converted

    pairs = pd.read_parquet(place, columns=["ccode1", "ccode2", "mindist", "cont"])
    codes = sorted({*pairs["ccode1"], *pairs["ccode2"]})
    at = {code: k for k, code in enumerate(codes)}
    km = distances(tuple(str(converted(str(code), "cow", "iso3", 2021)) for code in codes))
    stated = pairs["mindist"].where(pairs["cont"] != 1, 0.0).to_numpy()
    off = np.abs(km[pairs["ccode1"].map(at), pairs["ccode2"].map(at)] - stated)
    assert np.mean((off < 40.0) | (off < 0.04 * stated)) > 0.95

"""Tables beside a scenario: what their rows mean, and what is said of a cell that is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pycountry
import pytest

from sim.errors import ScenarioError, UserError
from sim.scenario import ScenarioSpec, load_scenario
from sim.scenario.history.codes import SYSTEMS, converted, known
from sim.scenario.missing import PRIOR

HEAD = """format: 1
title: six states
clock: {start: 1975Q4, quarters: 4}
sources: {made: {title: Made up}, other: {title: Also made up}}
"""
STATES = """code,name,cinc,gdp,ideal,low,high,year
AAA,Alpha,0.3,600,1.5,1.4,1.7,1975
BBB,"Beta, the second",0.2,300,-1,,,1975
CCC,,0.05,,0.5,0.4,0.6,1975
AAA,Alpha,0.9,1,0,0,0,1974
"""
BLOCK = """
tables:
  states:
    rows: states
    file: states.csv
    year: 1975
    source: made
    range: 20%
    columns:
      capability: cinc
      economy: {column: gdp, unit: amount, source: other, range: 10%}
      ideal_point: {column: ideal, low: low, high: high}
"""


def write(folder: Path, block: str, **files: str) -> Path:
    for name, text in {"states": STATES, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    path = folder / "world.yaml"
    path.write_text(HEAD + block, encoding="utf-8")
    return path


def load(folder: Path, block: str, **files: str) -> ScenarioSpec:
    return load_scenario(write(folder, block, **files))


def wrong(folder: Path, block: str, **files: str) -> list[str]:
    """Return what is wrong, the folder left out."""
    with pytest.raises(ScenarioError) as raised:
        load(folder, block, **files)
    return [str(problem).replace(f"{folder}/", "") for problem in raised.value.problems]


def test_states(tmp_path: Path) -> None:
    spec = load(tmp_path, BLOCK)
    alpha, beta, gamma = (spec.states[code] for code in ("AAA", "BBB", "CCC"))
    assert (alpha.name, beta.name, gamma.name) == ("Alpha", "Beta, the second", "CCC")
    number = alpha.values["capability"]
    assert (number.value, number.source, number.note) == (0.3, "made", "figure of 1975")
    assert (number.low, number.high) == pytest.approx((0.24, 0.36))
    assert alpha.values["economy"].value == pytest.approx(2 / 3)
    assert alpha.values["economy"].source == "other"
    ideal = [state.values["ideal_point"] for state in (alpha, beta)]
    assert [(x.low, x.high) for x in ideal] == [(1.4, 1.7), pytest.approx((-1.2, -0.8))]
    # what is missing is unknown: the median of the others is taken, and nobody is told of a gap
    assert gamma.values["economy"].source == PRIOR
    assert "states.CCC.economy" in spec.unknown
    assert not any("CCC" in str(notice) and "economy" in str(notice) for notice in spec.notices)


def test_the_file_lies_over_its_tables(tmp_path: Path) -> None:
    block = BLOCK + "states: {BBB: {capability: {value: 0.4, source: other, range: 0%}}}\n"
    spec = load(tmp_path, block)
    assert spec.states["BBB"].values["capability"].value == 0.4
    assert spec.states["BBB"].values["ideal_point"].value == -1.0
    spec = load_scenario(tmp_path / "world.yaml", overrides=("states.AAA.capability=0.1",))
    assert spec.states["AAA"].values["capability"].value == 0.1


def test_pairs_flows_pacts_memberships(tmp_path: Path) -> None:
    block = (
        BLOCK
        + """
  near:
    {rows: pairs, file: pairs.csv, source: made, range: 0%,
     columns: {distance: {column: far, unit: km}, trust: {column: t12, back: t21}}}
  sent:
    {rows: flows, file: flows.csv, source: made, range: 0%,
     columns: {trade: {unit: billion USD}, arms: {unit: percent}}}
  pacts: {rows: pacts, file: pacts.csv, source: made, type: defence}
  bodies: {rows: memberships, file: bodies.csv, source: made, range: 10%, columns: {floor: floor}}
"""
    )
    spec = load(
        tmp_path,
        block,
        pairs="code1,code2,far,t12,t21\nAAA,BBB,500,.2,.8\nCCC,AAA,,.1,\n",
        flows="from,to,trade,arms\nAAA,BBB,2,30\nBBB,AAA,1,\n",
        pacts="id,code1,code2,type,since\nold,AAA,BBB,,1949\nold,AAA,CCC,,\n"
        ",BBB,CCC,neutrality,1970Q3\n",
        bodies="organisation,name,code,floor,part\nCLUB,The Club,AAA,.5,\n"
        "CLUB,,BBB,.5,1\nCLUB,,CCC,.5,.3\n",
    )
    assert {pair: x.value for pair, x in spec.relations["distance"].items()} == {
        ("AAA", "BBB"): 0.5,
        ("BBB", "AAA"): 0.5,
    }
    assert "relations.distance.CCC-AAA" in spec.unknown
    assert {pair: x.value for pair, x in spec.relations["trust"].items()} == {
        ("AAA", "BBB"): 0.2,
        ("BBB", "AAA"): 0.8,
        ("CCC", "AAA"): 0.1,
    }
    assert spec.channels["trade_flow"]["AAA", "BBB"].value == 2000.0
    assert spec.channels["arms"]["BBB", "AAA"].value == 0.3  # the holder comes first
    assert spec.pacts["old"].members == ("AAA", "BBB", "CCC")
    (second,) = (pact for name, pact in spec.pacts.items() if name != "old")
    assert (second.members, second.type) == (("BBB", "CCC"), "neutrality")
    club = spec.organisations["CLUB"]
    assert (club.name, club.members, club.floor.value) == ("The Club", ("AAA", "BBB"), 0.5)
    assert club.partners["CCC"].value == 0.3


def test_codes_become_those_of_iso_3166(tmp_path: Path) -> None:
    states = "ccode,cap,year\n255,.3,1975\n816,.2,1975\n345,.1,1975\n"
    block = """
tables:
  states: {rows: states, file: states.csv, codes: cow, year: 1975, keys: {code: ccode},
           source: made, range: 0%, columns: {capability: cap}}
"""
    assert sorted(load(tmp_path, block, states=states).states) == ["DEU", "VDR", "YUG"]
    later = states.replace("1975", "2010")
    block = block.replace("1975", "2010")
    assert sorted(load(tmp_path, block, states=later).states) == ["DEU", "SRB", "VNM"]
    assert wrong(tmp_path, block, states=later.replace("345", "999"))[0].startswith(
        "states.csv:4:1: tables.states: unknown cow code '999'"
    )


CELLS = """
0.3,600 | lots,600 | 2:3: tables.states.columns.capability: expected a number, not 'lots'
0.2,300 | 1.2,300 | 3:3: states.BBB.capability: 1.2 is outside the bounds 0 to 1
CCC, | AAA, | 4:1: states.AAA: AAA stands again; it is in row 2, too
CCC, | , | 4:1: tables.states: is empty
CCC, | ?, | 4:1: tables.states: expected a name, not '?'
1.4,1.7 | 1.6,1.7 | 2:5: states.AAA.ideal_point: 1.5 is outside its range 1.6 to 1.7
cinc,gdp | cinc,gdp,gdp | 1:5: a second column 'gdp'
Alpha,0.3 | 0.3 | 2:1: 7 cells in a table of 8 columns
"Beta, the second" | "Beta | not valid CSV: unexpected end of data
    source: made\\n |  | 2:3: states.AAA.capability: no source; write `source` here or in the
"""
ENTRIES = """
capability: cinc | capabilty: cinc | 14:7: tables.states.columns.capabilty: unknown variable of sta
capability: cinc | capability: cin | 14:19: tables.states.columns.capability: 'states.csv' has no c
file: states.csv | file: stats.csv | 9:11: tables.states.file: no such file 'stats.csv'; did you me
file: states.csv | file: ../states.csv | 9:11: tables.states.file: '../states.csv' is outside the
file: states.csv | file: states.txt | 9:11: tables.states.file: expected the path of a .csv or .par
rows: states | rows: state | 8:11: tables.states.rows: expected one of states, pairs, flows, pacts,
unit: amount | unit: km | tables.states.columns.economy.unit: km is no unit of economy, which is in
year: 1975 | year: 1976 | 10:11: tables.states.year: no row is of 1976
high: high | back: high | ideal_point.back: only pairs with two values, one for each direction, hav
high: high | note: x | 16:36: tables.states.columns.ideal_point.low: needs a column of the other en
year: 1975 | keys: {cod: code} | 10:12: tables.states.keys.cod: unknown key; did you mean 'code'?
year: 1975 | type: '' | 10:11: tables.states.type: expected one of consultation, neutrality
"""


def cases(text: str) -> list[tuple[str, str, str]]:
    rows = (line.split(" | ") for line in text.splitlines() if line)
    return [(old.replace("\\n", "\n"), new.strip(" |"), said) for old, new, said in rows]


@pytest.mark.parametrize(("old", "new", "said"), cases(CELLS))
def test_a_cell_that_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    block, states = BLOCK.replace(old, new, 1), STATES.replace(old, new, 1)
    assert any(found.startswith("states.csv:") and said in found
               for found in wrong(tmp_path, block, states=states))  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), cases(ENTRIES))
def test_an_entry_that_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = wrong(tmp_path, BLOCK.replace(old, new, 1))
    assert [line for line in found if line.startswith("world.yaml:") and said in line], found


def test_parquet_and_frames_are_as_csv(tmp_path: Path) -> None:
    spec = load(tmp_path, BLOCK)
    frame = pd.read_csv(tmp_path / "states.csv")
    frame.to_parquet(tmp_path / "states.parquet")
    other = tmp_path / "parquet.yaml"
    other.write_text(HEAD + BLOCK.replace("states.csv", "states.parquet"), encoding="utf-8")
    assert load_scenario(other).hash() == spec.hash()
    assert load_scenario(given(frame)).hash() == spec.hash()


def test_a_column_of_its_own_name_may_say_nothing_more(tmp_path: Path) -> None:
    block = BLOCK.replace("capability: cinc", "capability: {}")
    states = STATES.replace("cinc", "capability")
    assert load(tmp_path, block, states=states).states["AAA"].values["capability"].value == 0.3


@pytest.mark.parametrize("odd", [[{"a": 1}] * 4, [float("inf")] * 4, [b"\xff"] * 4, [[1]] * 4])
@pytest.mark.parametrize("column", ["code", "cinc"])
def test_odd_cells_of_parquet_are_told(tmp_path: Path, column: str, odd: list[Any]) -> None:
    path = write(tmp_path, BLOCK.replace("states.csv", "states.parquet"))
    frame = pd.read_csv(tmp_path / "states.csv")
    frame[column] = odd
    frame.to_parquet(tmp_path / "states.parquet")
    with pytest.raises(ScenarioError, match=r"states\.parquet|world\.yaml:"):
        load_scenario(path)


def given(frame: pd.DataFrame) -> dict[str, Any]:
    """The scenario as a mapping, its table as a data frame."""
    return {
        "format": 1,
        "title": "six states",
        "clock": {"start": "1975Q4", "quarters": 4},
        "sources": {"made": {"title": "Made up"}, "other": {"title": "Also made up"}},
        "tables": {
            "states": {
                "rows": "states",
                "file": frame,
                "year": 1975,
                "source": "made",
                "range": "20%",
                "columns": {
                    "capability": "cinc",
                    "economy": {
                        "column": "gdp",
                        "unit": "amount",
                        "source": "other",
                        "range": "10%",
                    },
                    "ideal_point": {"column": "ideal", "low": "low", "high": "high"},
                },
            }
        },
    }


def test_a_scenario_as_text_or_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(tmp_path, BLOCK)
    monkeypatch.chdir(tmp_path)
    assert load_scenario(HEAD + BLOCK).hash() == spec.hash()
    frame = pd.read_csv(tmp_path / "states.csv")
    frame.loc[0, "cinc"] = 7.0
    with pytest.raises(ScenarioError, match=r"^states:1:3: states\.AAA\.capability: 7 is outside"):
        load_scenario(given(frame))
    with pytest.raises(ScenarioError, match=r"text:2:1: tite: unknown field; did you mean 'ti"):
        load_scenario((HEAD + BLOCK).replace("title: six", "tite: six"))
    with pytest.raises(ScenarioError, match=r"^mapping: clock\.quarters: expected a whole number"):
        load_scenario({"format": 1, "title": "t", "clock": {"start": "1975Q4", "quarters": "4"}})
    with pytest.raises(UserError, match="mapping: expected a finite number, a text, a list or a"):
        load_scenario({"format": 1, "title": {1, 2}})
    with pytest.raises(UserError, match="mapping: keys are texts, not '1'"):
        load_scenario({"format": 1, 1: 2})


def test_the_crosswalk() -> None:
    ours = set(known("iso3"))
    iso = {x.alpha_3 for x in (*pycountry.countries, *pycountry.historic_countries)}
    # states that were gone before there were ISO codes have others; one present state has none
    assert {code for code in ours if code not in iso} == set(
        "HAN BAV BAD SAX WRT HSE HSG MEC AUH PAP SIC MOD PMA TUS ZAN RVN XKX".split()
    )
    iso2 = {x.alpha_2 for x in (*pycountry.countries, *pycountry.historic_countries)} | {"XK"}
    assert set(known("iso2")) <= iso2
    for year in (1880, 1938, 1975, 1990, 2020):
        for system in SYSTEMS:
            for code in known("iso3"):
                there = converted(code, "iso3", system, year)
                if there is not None and converted(there, system, "iso3", year) != code:
                    # only a code that is out of its time comes back as another
                    assert converted(code, "iso3", "cow", year) in {*"255 345 365 816".split()} | {
                        *"678 679 730 732 260".split()
                    }
    assert converted("KOR", "iso3", "cow", 1900) == "730"
    assert converted("KOR", "iso3", "cow", 1960) == "732"
    assert converted("340", "gw", "cow", 2015) == "345"
    assert converted("260", "gw", "iso3", 2000) == "DEU"
    assert converted("nothing", "cow", "iso3", 2000) is None
    assert all(re.fullmatch("[A-Z]{3}", code) for code in ours)

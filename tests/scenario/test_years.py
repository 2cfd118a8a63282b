"""Worlds of a year from yearly tables: what each number is made of, and nothing before its time."""

from __future__ import annotations

import io
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from sim import cli, run, world_from
from sim.errors import ScenarioError, UserError
from sim.scenario import load_scenario
from sim.scenario.history import History, history_of, read_history
from sim.scenario.inventory import inventory
from sim.scenario.inventory.printed import render
from sim.scenario.missing import PRIOR
from sim.scenario.years import make_world, save_world

DATA = Path("/work/shared/data")
N = 8
#: Tied by a treaty of five members, by one without a duty to defend, and in pairs.
CLUB = (901, 902, 903, 904, 905)
CIRCLE = (904, 905, 906, 907, 908)


def tables(years: tuple[int, ...] = (1974, 1975, 1976)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Eight states of no name, the first the strongest; what comes after 1975 is another world."""
    codes = [901 + k for k in range(N)]
    states, dyads = [], []
    for year in years:
        late = year > 1975
        for k, code in enumerate(codes):
            size = float(N - k) if not late else float(k + 1)
            states.append(
                {
                    "ccode": code,
                    "year": year,
                    "abb": "ABCDEFGH"[k] * 3,
                    "name": f"State {k}",
                    "cinc": size / 36,
                    "milex": 10 * size,
                    "pwtrgdp": 1000 * size,
                    "ideal_all": k / 4 - 1,
                    "v2x_polyarchy": 0.1 * k,
                    "polity2": 5,
                    "major": int(k < 2),
                }
            )
        for one, other in combinations(codes, 2):
            club, circle = ({one, other} <= set(body) for body in (CLUB, CIRCLE))
            defence = (club or (one, other) == (901, 908)) and not late
            dyads.append(
                {
                    "ccode1": one,
                    "ccode2": other,
                    "year": year,
                    "defense": int(defence),
                    "nonagg": int(circle or (one, other) == (902, 908)),
                    "consul": 0,
                    "neutral": 0,
                    "offense": 0,
                    "mindist": 500.0 * (other - one),
                    "cont": int(other - one == 1),
                    "rivalry": int((one, other) == (901, 902)),
                    "mid10": 2 if (one, other) in {(901, 902), (903, 906)} else 0,
                    "trade": 40.0,
                    "arms5_12": 3.0 if one == 901 else 0.0,
                    "arms5_21": 0.0,
                }
            )
    return pd.DataFrame(states), pd.DataFrame(dyads)


def history(**changes: Any) -> History:
    """The history of :func:`tables`; changes are functions of the two tables."""
    states, dyads = tables()
    for change in changes.values():
        change(states, dyads)
    return history_of(states, dyads)


def test_what_each_number_is_made_of() -> None:
    spec = make_world(history(), 1975).spec()
    assert (list(spec.states), spec.poles) == ([c * 3 for c in "ABCDEFGH"], ("AAA", "BBB"))
    first = spec.states["AAA"].values
    assert first["capability"].value == pytest.approx(8 / 36)  # all shares are alike
    assert first["economy"].value == pytest.approx(8 / 36)
    assert (first["ideal_point"].value, first["governance"].value) == (-1.0, 0.0)
    assert (first["arms_supply"].value, first["pole"].value, first["reach"].value) == (1.0, 1.0, 10)
    assert first["economy"].source == "gdp"
    assert "pwtrgdp" in str(first["economy"].note)
    assert spec.relations["distance"]["AAA", "CCC"].value == 1.0
    assert spec.relations["distance"]["AAA", "BBB"].value == 0.0  # neighbours
    assert spec.relations["rivalry"]["BBB", "AAA"].value == 1.06
    assert spec.relations["rivalry"]["CCC", "FFF"].value == 0.1
    assert spec.relations["contact"]["CCC", "DDD"].value == pytest.approx(0.6)
    assert spec.channels["trade_flow"]["AAA", "HHH"].value == 20.0
    assert spec.channels["arms"]["HHH", "AAA"].value == pytest.approx(0.95)


def test_states_whose_short_names_are_one_number_have_codes_of_their_own() -> None:
    def change(states: pd.DataFrame, _: pd.DataFrame) -> None:
        states["abb"] = "0"

    codes = list(make_world(history(change=change), 1975).spec().states)
    assert len(set(codes)) == N
    assert {"S0", "S902"} <= set(codes)


def test_revisionism_is_told_by_disputes() -> None:
    def change(_: pd.DataFrame, dyads: pd.DataFrame) -> None:
        pair = list(zip(dyads["ccode1"], dyads["ccode2"], strict=True))
        many, once = {(901, 902), (901, 903), (901, 904)}, {(905, 906)}
        dyads["mid10"] = [4 if p in many else 1 if p in once else 0 for p in pair]

    spec = make_world(history(change=change), 1975).spec()
    pressed = {code: state.values["revisionism"] for code, state in spec.states.items()}
    assert pressed["AAA"].value == pytest.approx(0.05 + 0.085 * 9**0.5)  # 3 of 4 parts of 12 years
    assert pressed["BBB"].value == pytest.approx(0.05 + 0.085)
    assert pressed["EEE"].value == pressed["HHH"].value == 0.05  # a single year is none


def test_treaties_become_organisations_and_other_ties_pacts() -> None:
    spec = make_world(history(), 1975).spec()
    members = {body.members: body.floor.value for body in spec.organisations.values()}
    assert members == {
        ("AAA", "BBB", "CCC", "DDD", "EEE"): 1.0,
        ("DDD", "EEE", "FFF", "GGG", "HHH"): 0.06,
    }
    assert {(x.members, x.type) for x in spec.pacts.values()} == {
        (("AAA", "HHH"), "defence"),
        (("BBB", "HHH"), "nonaggression"),
    }
    spec = make_world(history(), 1975, treaties="pacts").spec()
    kinds = [pact.type for pact in spec.pacts.values()]
    assert (kinds.count("defence"), kinds.count("nonaggression")) == (11, 10)
    assert not spec.organisations


@pytest.mark.parametrize(("consult", "floor"), [(0, 0.06), (1, 0.12)])
def test_a_promise_not_to_attack_binds_half_as_much_as_one_to_consult(
    consult: int, floor: float
) -> None:
    states, dyads = tables()
    dyads["consul"] = consult * dyads["nonagg"]
    spec = make_world(history_of(states, dyads), 1975).spec()
    floors = {body.members[0]: body.floor.value for body in spec.organisations.values()}
    assert floors == {"AAA": 1.0, "DDD": floor}


def test_nothing_is_known_early() -> None:
    whole = history()
    assert (
        make_world(whole, 1975).spec().hash() == make_world(whole.until(1975), 1975).spec().hash()
    )


def test_what_is_missing_is_assumed_and_says_so() -> None:
    def lose(states: pd.DataFrame, dyads: pd.DataFrame) -> None:
        poor = states["ccode"] == 908
        for name in ("pwtrgdp", "milex", "ideal_all", "v2x_polyarchy"):
            states.loc[poor, name] = np.nan
        states.loc[states["ccode"] == 907, ["pwtrgdp", "milex", "cinc", "ideal_all"]] = np.nan
        pair = (dyads["ccode1"] == 901) & (dyads["ccode2"] == 908)
        dyads.loc[pair, ["mindist", "trade"]] = np.nan
        dyads.loc[dyads["ccode2"] == 907, "mindist"] = np.nan
        dyads.loc[dyads["ccode2"] == 907, "cont"] = 0

    spec = make_world(history(lose=lose), 1975).spec()
    poor, bare = spec.states["HHH"].values, spec.states["GGG"].values
    assert [poor[x].source for x in ("capability", "economy", "ideal_point", "governance")] == [
        "judgement",
        "judgement",
        "judgement",
        "polity",
    ]
    assert poor["ideal_point"].value == spec.states["AAA"].values["ideal_point"].value  # its ally
    assert poor["governance"].value == 0.75
    assert [bare[x].source for x in ("capability", "economy", "ideal_point")] == [PRIOR] * 3
    far = spec.relations["distance"]["AAA", "HHH"]
    assert (far.value, far.source, far.high) == (2.0, "judgement", 3.0)  # by way of EEE
    assert "channels.trade.flows.AAA.HHH" in spec.unknown


def test_what_is_unknown_of_many_pairs_is_counted() -> None:
    def lose(_: pd.DataFrame, dyads: pd.DataFrame) -> None:
        dyads.loc[dyads["ccode1"] > 901, "trade"] = np.nan

    spec = make_world(history(lose=lose), 1975).spec()
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(render(inventory(spec)))
    assert re.search(r"channels\.trade\.flows +42 pairs", console.export_text())


def test_states_codes_and_length() -> None:
    spec = make_world(history(), 1975, keep=3, quarters=8, runs=7).spec()
    assert (list(spec.states), spec.quarters, spec.ensemble.runs) == (["AAA", "BBB", "CCC"], 8, 7)
    # shares stay those of the whole world
    assert spec.states["AAA"].values["capability"].value == pytest.approx(8 / 36)
    assert list(make_world(history(), 1975, keep=["CCC", 901]).codes.values()) == ["AAA", "CCC"]
    with pytest.raises(UserError, match="no state 'CCX' in that year"):
        make_world(history(), 1975, keep=["CCX"])
    with pytest.raises(UserError, match="no pairs of 1950 in the tables; they have 1974 to 1976"):
        make_world(history(), 1950)
    states, dyads = tables()
    named = make_world(history_of(states.replace({"ccode": {901: 2}}), dyads.replace(901, 2)), 1975,
                       codes="iso3")  # fmt: skip
    assert named.codes[2] == "USA"
    assert named.codes[902] == "S902"


def test_vetoes_and_nuclear_arms_have_years() -> None:
    standing = pd.DataFrame(
        {
            "ccode": [901, 902, 903],
            "nuclear_since": [1975, 1976, 1960],
            "nuclear_until": [None, None, 1970],
            "veto_since": [1946, None, None],
            "veto_until": [1975, None, None],
        }
    ).astype(float)
    spec = make_world(history(), 1975, standing=standing).spec()
    held = {
        what: [code for code, state in spec.states.items() if state.values[what].value == 1.0]
        for what in ("nuclear", "veto")
    }
    assert held == {"nuclear": ["AAA"], "veto": ["AAA"]}


def test_frames_are_checked() -> None:
    states, dyads = tables()
    assert (
        world_from(states, dyads, year=1975, quarters=2).hash()
        == make_world(history(), 1975, quarters=2).spec().hash()
    )
    dyads.loc[0, "mindist"] = -9
    with pytest.raises(ScenarioError, match=r"dyads:1:9: mindist: -9 is out of range"):
        world_from(states, dyads, year=1975)
    with pytest.raises(UserError, match="needs tables of states and of dyads"):
        world_from(states, year=1975)


def test_a_world_runs(tmp_path: Path) -> None:
    path = save_world(make_world(history(), 1975, quarters=2, runs=2), tmp_path / "w.yaml")
    results = run(path)
    assert (results.record.runs, results.record.quarters) == (2, 2)
    spec = load_scenario(path)
    assert spec.states["AAA"].values["capability"].value == pytest.approx(8 / 36, rel=1e-4)


def test_the_command(tmp_path: Path) -> None:
    for name, frame in zip(("states", "dyads"), tables(), strict=True):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    asked = ["world", "--year", "1975", "--data", str(tmp_path), "-o", str(tmp_path / "w.yaml")]
    done = CliRunner().invoke(cli.app, [*asked, "--states", "5"])
    assert done.exit_code == 0, done.output
    assert "5 states, " in done.output
    assert list(load_scenario(tmp_path / "w.yaml").states) == ["AAA", "BBB", "CCC", "DDD", "EEE"]
    for more, said in (
        ([], "w.yaml exists and was not written by multipolar"),
        (["--force", "--codes", "abc"], "--codes: expected abb or iso3 or"),
        (["--force", "--states", "AAA,BB"], "no state 'BB'"),
        (["--force", "--states", "²"], "no state '²'"),
        (["--force", "--states", "9" * 5000], "no state '999"),
    ):
        with pytest.raises(UserError, match=said):
            CliRunner().invoke(cli.app, [*asked, *more], catch_exceptions=False)
    assert CliRunner().invoke(cli.app, [*asked, "--force"]).exit_code == 0


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not on this machine")
def test_the_world_of_1975() -> None:
    made = make_world(read_history(DATA), 1975)
    spec = made.spec()
    assert len(spec.states) == 150
    sizes = sorted(len(body.members) for body in spec.organisations.values())
    assert sizes == [4, 7, 15, 19, 20, 24, 31]
    assert not [x for x in spec.states.values() if "capability" not in x.values]
    assert spec.poles == ("RUS", "USA", "CHN")

"""Published files of the field, as tiny made-up ones with their headers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.errors import Notice, UserError
from sim.scenario.history.formats import read_folder, read_published
from sim.scenario.history.formats.compose import format_of

FILES = {
    "NMC-70-abridged": """stateabb,ccode,year,milex,milper,irst,pec,tpop,upop,cinc,version
USA,2,2000,500,10,1,1,100,50,.5,2021
USA,2,2001,510,10,1,1,100,50,.5,2021
CAN,20,2000,50,1,1,1,30,10,.2,2021
CAN,20,2001,-9,1,1,1,30,10,.2,2021
CUB,40,2001,5,1,1,1,10,5,.1,2021
""",
    "V-Dem-CY-Core": """country_name,country_text_id,year,COWcode,v2x_polyarchy
United States of America,USA,2001,2,.9
Palestine,PSE,2001,,.3
""",
    "Idealpoints": """ccode,session,iso3c,Countryname,IdealPointAll,IdealPointFP
2,56,USA,United States,2.5,2.4
20,56,CAN,Canada,1.5,
""",
    "atop5_1ddyr": """ddyad,stateA,stateB,year,atopally,defense,offense,neutral,nonagg,consul
2020,2,20,2000,1,1,0,0,0,1
20002,20,2,2000,1,0,0,0,0,1
2020,2,20,2001,1,1,0,0,0,1
20002,20,2,2001,1,0,0,0,0,1
""",
    "dyadic_mid_4.03": """disno,dyindex,statea,stateb,year,hihost
1,1,40,2,2000,3
2,1,2,40,2000,2
""",
    "contdird": """dyad,state1no,state1ab,state2no,state2ab,year,conttype,version
2020,2,USA,20,CAN,2001,1,3.2
20002,20,CAN,2,USA,2001,1,3.2
2040,2,USA,40,CUB,2001,4,3.2
""",
    "Dyadic_COW_4.0": """ccode1,ccode2,year,importer1,importer2,flow1,flow2,smoothtotrade,version
2,20,2001,a,b,1,2,300,4
2,40,2001,a,b,-9,-9,-9,4
""",
    "mindist": "gwcode1,gwcode2,year,mindist\n20,2,2001,0\n40,20,2001,1700\n",
    "tss_rivalries": "tssr_id,rivalry,ccode1,ccode2,start,end\n1,Cuba-USA,40,2,1959,2020\n",
    "trade-register": """Remarks
above the header
Recipient,Supplier,Year(s) of delivery,SIPRI TIV of delivered weapons
Canada,United States,1999; 2000,10
Canada,Rebels,2000,10
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    return tmp_path


def test_every_file_is_known_by_its_columns() -> None:
    heads = {name: text.splitlines()[-3 if name == "trade-register" else 0]
             for name, text in FILES.items()}  # fmt: skip
    found = {name: format_of(head.split(",")) for name, head in heads.items()}
    assert {name: str(module.__name__).rpartition(".")[2] for name, module in found.items()
            if module is not None} == {
        "NMC-70-abridged": "nmc",
        "V-Dem-CY-Core": "vdem",
        "Idealpoints": "ideal_points",
        "atop5_1ddyr": "atop_dyads",
        "dyadic_mid_4.03": "disputes",
        "contdird": "contiguity",
        "Dyadic_COW_4.0": "trade",
        "mindist": "distance",
        "tss_rivalries": "rivalries",
        "trade-register": "arms_transfers",
    }  # fmt: skip
    assert format_of(["ccode1", "ccode2", "styear", "endyear"]) is not None
    assert format_of(["a", "b"]) is None


def test_together_they_are_a_history(folder: Path) -> None:
    with pytest.warns(Notice, match="no state is called 'Rebels'; their arms deliveries"):
        history = read_published(folder)
    assert history.years == (2000, 2001)
    states = history.states_of(2001)
    assert states["abb"].tolist() == ["USA", "CAN", "CUB"]
    assert states["milex"].tolist() == [510, 50, 5]  # the last one known
    assert states.loc[2, ["v2x_polyarchy", "ideal_all"]].tolist() == [0.9, 2.5]
    dyads = history.dyads_of(2001).set_index("key")
    allies, rivals, far = 2020, 2040, 20040
    assert len(dyads) == 3
    assert dyads["defense"].to_dict() == {allies: 1, rivals: 0, far: 0}
    assert dyads["any_atop"].to_dict() == {allies: 1, rivals: 0, far: 0}
    assert dyads.loc[allies, ["def_12", "def_21"]].tolist() == [1, 0]
    assert dyads["rivalry"].to_dict() == {allies: 0, rivals: 1, far: 0}
    assert dyads["cont"].to_dict() == {allies: 1, rivals: 4, far: 0}
    assert dyads.loc[[allies, far], "mindist"].tolist() == [0, 1700]
    assert dyads.loc[allies, "trade"] == 300
    assert dyads.loc[[rivals, far], ["trade", "mindist"]].isna().to_numpy().tolist() == [
        [True, True],
        [True, False],
    ]
    assert history.dyads_of(2000).set_index("key").loc[allies, "arms5_12"] == 10
    assert dyads.loc[rivals, "mid10"] != 1  # the file ends in 2000: what is later is not known


@pytest.mark.filterwarnings("ignore::sim.errors.Notice")
def test_members_of_alliances_tie_pairs(folder: Path) -> None:
    (folder / "atop5_1ddyr.csv").write_text(
        "atopid,member,yrent,yrexit,defense,offense,neutral,nonagg,consul\n"
        "1,2,1999,0,1,0,0,0,0\n1,20,1999,2000,0,0,0,0,1\n1,40,2001,0,1,0,0,0,0\n"
    )
    history = read_published(folder)
    ties = {
        year: history.dyads_of(year).query("defense == 1")["key"].tolist() for year in (2000, 2001)
    }
    assert ties == {2000: [2020], 2001: [2040]}
    assert history.dyads_of(2000)[["def_12", "def_21"]].to_numpy().tolist() == [[1, 0]]


@pytest.mark.filterwarnings("ignore::sim.errors.Notice")
def test_a_folder_is_read_as_what_it_holds(folder: Path, tmp_path: Path) -> None:
    assert read_folder(folder).years == read_published(folder).years
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match="states"):
        read_folder(empty)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("NMC-70-abridged", "CAN,20,2001", "CAN,x,2001", "csv:5:2: ccode: .* not 'x'"),
        ("NMC-70-abridged", "CAN,20,2001", "CAN,,2001", "csv:5:2: ccode: .* not an empty cell"),
        ("Idealpoints", "2,56,USA", "2,no,USA", "csv:2:2: session: .* not 'no'"),
        ("mindist", "20,2,2001", "inf,2,2001", "csv:2:1: gwcode1: .* not 'inf'"),
        ("tss_rivalries", "1959,2020", "1959,2020202020", "csv:2:6: end: .* up to 3000, not '2020"),
        ("tss_rivalries", "1959,2020", "1959,2020,1,2,3", "csv:2:1: cannot be read"),
        ("atop5_1ddyr", "2020,2,20,2001", "2020,2,20,²", "csv:4:4: year: .* not '²'"),
    ],
)
@pytest.mark.filterwarnings("ignore::sim.errors.Notice")
def test_a_code_or_year_that_is_none_is_told(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match=said):
        read_published(folder)


@pytest.mark.filterwarnings("ignore::sim.errors.Notice")
def test_what_is_needed(folder: Path) -> None:
    (folder / "NMC-70-abridged.csv").unlink()
    with pytest.raises(UserError, match="has no file of capabilities"):
        read_published(folder)


@pytest.mark.filterwarnings("ignore::sim.errors.Notice")
def test_a_world_is_made_of_them(folder: Path) -> None:
    asked = ["world", "--year", "2001", "--data", str(folder), "-o", str(folder / "w.yaml")]
    done = CliRunner().invoke(cli.app, asked)
    assert done.exit_code == 0, done.output
    assert pd.read_csv(folder / "w" / "states.csv")["code"].tolist() == ["USA", "CAN", "CUB"]

"""Tables of history: what is read, what is refused, and what was known in a year."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import ScenarioError, UserError
from sim.scenario.history import history_of, read_history
from tests.support_history import dyads, states, world

DATA = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data"
STATES = "ccode,year,abb,cinc\n2,1950,AAA,.2\n20,1950,BBB,.1\n"
DYADS = "ccode1,ccode2,year,defense,mindist\n2,20,1950,1,\n"


def folder(place: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, end = name.rpartition("_")
        (place / f"{stem}.{end}").write_text(text)
    return place


def problems(place: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_history(place)
    return [str(one).removeprefix(f"{place}/") for one in caught.value.problems]


# --- reading -------------------------------------------------------------------------------------
def test_files_that_start_with_the_words_are_joined_and_others_left_alone(tmp_path: Path) -> None:
    folder(
        tmp_path,
        states_csv=STATES,
        dyads_1_csv=DYADS,
        dyads_2_csv="ccode1,ccode2,year,defense\n2,20,1951,0\n",
        world_dyads_csv="nonsense\n",
        europe_states_csv="nonsense\n",
    )
    pd.read_csv(tmp_path / "dyads_1.csv").assign(year=1952).to_parquet(tmp_path / "dyads_3.parquet")
    history = read_history(tmp_path)
    assert history.years == (1950, 1951, 1952)
    assert history.dyads["defense"].tolist() == [1, 0, 1]


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    history = read_history(folder(tmp_path, states_csv=STATES, dyads_csv=DYADS))
    assert np.isnan(history.matrix(1950, "mindist")).tolist() == [[False, True], [True, False]]
    assert history.targets == ("defence",)


def test_any_alliance_is_made_of_the_obligations(tmp_path: Path) -> None:
    text = "ccode1,ccode2,year,defense,nonagg\n2,20,1950,0,1\n2,20,1951,0,0\n2,20,1952,0,\n"
    history = read_history(folder(tmp_path, states_csv=STATES, dyads_csv=text))
    assert history.dyads["any_atop"].tolist() == [1, 0, 0]


def test_other_names_of_columns_are_known(tmp_path: Path) -> None:
    text = "ccode1,ccode2,year,defense,any,mindist_km,contiguity\n2,20,1950,0,1,50,1\n"
    history = read_history(folder(tmp_path, states_csv=STATES, dyads_csv=text))
    assert history.matrix(1950, "mindist")[0, 1] == 50
    assert history.targets == ("defence", "any")


def test_all_mistakes_are_told_at_once_with_row_and_column(tmp_path: Path) -> None:
    bad = "ccode1,ccode2,year,defense,mindist\n2,20,1950,2,\n2,x,1950,1,-9\n2,20.5,,1,4\n\n"
    folder(tmp_path, states_csv="ccode,yaer\n2,1950\n", dyads_csv=bad)
    assert problems(tmp_path) == [
        "states.csv:1:1: year: this column is missing; did you mean 'yaer'?"
    ]
    folder(tmp_path, states_csv=STATES, dyads_csv=bad)
    assert problems(tmp_path) == [
        "dyads.csv:2:4: defense: 2 is neither 0 nor 1",
        "dyads.csv:3:2: ccode2: 'x' is not a number",
        (
            "dyads.csv:3:5: mindist: -9 is out of range: expected at least 0; leave the cell empty "
            "where the figure is not known"
        ),
        "dyads.csv:4:2: ccode2: 20.5 is not a whole number",
        "dyads.csv:4:3: year: is empty; every row needs it",
    ]


def test_a_number_beyond_all_numbers_is_told(tmp_path: Path) -> None:
    beyond = "1" + 400 * "0"
    bad = f"ccode1,ccode2,year,defense,mindist\n2,20,1950,1,{beyond}\n2,31,1950,1,5\n"
    folder(tmp_path, states_csv=STATES, dyads_csv=bad)
    (said,) = problems(tmp_path)
    assert said.startswith("dyads.csv:2:5: mindist: ")


def test_flags_are_zero_or_one(tmp_path: Path) -> None:
    folder(tmp_path, states_csv=STATES, dyads_csv="ccode1,ccode2,year,defense\n2,20,1950,.5\n")
    assert problems(tmp_path) == ["dyads.csv:2:4: defense: 0.5 is neither 0 nor 1"]


def test_rounding_beyond_a_bound_is_no_mistake(tmp_path: Path) -> None:
    text = "ccode1,ccode2,year,defense,s_score\n2,20,1950,0,1.0000001\n"
    assert len(read_history(folder(tmp_path, states_csv=STATES, dyads_csv=text)).dyads) == 1


def test_a_pair_has_its_lesser_code_first(tmp_path: Path) -> None:
    folder(tmp_path, states_csv=STATES, dyads_csv="ccode1,ccode2,year,defense\n20,2,1950,1\n")
    (said,) = problems(tmp_path)
    assert said.startswith("dyads.csv:2:1: ccode1: must be less than ccode2")


def test_equal_rows_are_one_and_different_ones_are_told(tmp_path: Path) -> None:
    folder(tmp_path, states_csv=STATES, dyads_a_csv=DYADS)
    folder(tmp_path, dyads_b_csv="ccode1,ccode2,year,defense,mindist\n2,20,1950,1,70\n")
    history = read_history(tmp_path)
    assert len(history.dyads) == 1
    assert history.matrix(1950, "mindist")[0, 1] == 70
    folder(tmp_path, states_b_csv="ccode,year,abb,cinc\n2,1950,AAB,.20001\n")
    assert read_history(tmp_path).states_of(1950)["abb"].tolist() == ["AAA", "BBB"]
    folder(tmp_path, dyads_b_csv="defense,ccode1,ccode2,year\n1,2,20,1951\n0,2,20,1950\n")
    (said,) = problems(tmp_path)
    assert said.startswith("dyads_b.csv:3:1: defense: 0")
    assert said.endswith("dyads_a.csv:2")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no file whose name starts with 'states'"),
        ({"states_csv": STATES}, "no file whose name starts with 'dyads'"),
        ({"states_csv": STATES, "dyads_csv": ""}, "cannot be read"),
        (
            {"states_csv": STATES, "dyads_csv": "a,b\n1,2\n1,2,3\n"},
            r"dyads\.csv:3:1: cannot be read",
        ),
        ({"states_csv": STATES, "dyads_parquet": "not one"}, "cannot be read"),
        ({"states_csv": STATES, "dyads_csv": DYADS.split("\n", 1)[0] + "\n"}, "no rows"),
    ],
)
def test_a_folder_without_tables_is_told(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_history(folder(tmp_path, **files))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a folder"):
        read_history(tmp_path / "nowhere")


# --- what was known ------------------------------------------------------------------------------
def test_figures_are_the_last_ones_known_and_never_later_ones() -> None:
    table = pd.DataFrame(
        {
            "ccode": [1, 1, 1, 2, 2, 3],
            "year": [1950, 1951, 1952, 1951, 1952, 1952],
            "ideal_all": [0.5, np.nan, 0.9, np.nan, 0.3, 0.1],
        }
    )
    codes = {1951: [1, 2], 1952: [1, 2, 3]}
    pairs = dyads(lambda year: codes[year], codes, lambda _: ())
    history = history_of(table, pairs)
    found = history.states_of(1951)
    assert found.index.tolist() == [1, 2]
    assert found["ideal_all"].iloc[0] == 0.5
    assert np.isnan(found["ideal_all"].iloc[1])
    assert found["name"].tolist() == ["1", "2"]
    assert history.codes(1952).tolist() == [1, 2, 3]
    assert history.codes(1950).tolist() == [1]  # no pairs of that year


def test_a_history_until_a_year_has_nothing_later() -> None:
    history = world(range(1950, 1961), lambda year: [(1, 2)] if year > 1954 else [])
    past = history.until(1955)
    assert past.years == tuple(range(1950, 1956))
    assert past.states["year"].max() == past.dyads["year"].max() == 1955
    assert past.ties(1955, "defence")["signed"].tolist() == [1955]
    assert past.until(1952).years == (1950, 1951, 1952)
    assert past.until(1952).ties(1952, "defence").empty


def test_one_way_figures_make_a_matrix_of_both_columns() -> None:
    pairs = dyads(lambda _: [1, 2, 3], [1950], lambda _: ()).assign(a12=[1, 2, 3], a21=[4, 5, 6])
    history = history_of(states([1, 2, 3], [1950]), pairs)
    assert history.matrix(1950, "a12", "a21").tolist() == [[0, 1, 2], [4, 0, 3], [5, 6, 0]]
    with pytest.raises(KeyError):
        history.matrix(1950, "nothing")


# --- treaty events -------------------------------------------------------------------------------
def test_pairs_signed_in_a_year_that_hang_together_are_one_event() -> None:
    old, triangle, apart = [(7, 8)], [(1, 2), (1, 3), (2, 3)], [(4, 5)]
    history = world(range(1950, 1954), lambda y: old + (triangle + apart if y >= 1952 else []))
    found = history.onsets(1950, 1953, "defence")
    assert len(found) == 4
    assert found["event"].nunique() == 2
    assert set(found["signed"]) == {1952}
    assert history.onsets(1950, 1952, "defence")["event"].tolist() == found["event"].tolist()
    assert history.endings(1950, 1953, "defence").empty
    assert history.ties(1953, "defence")["event"].nunique() == 3


def test_the_age_of_a_tie_says_when_it_was_signed() -> None:
    pairs = dyads(lambda _: [1, 2, 3], [1950, 1951], lambda _: [(1, 2), (2, 3)])
    pairs["def_age"] = [1, 0, np.nan, 2, 0, np.nan]
    pairs.loc[pairs["year"] == 1950, "def_age"] = [11, 0, np.nan]
    history = history_of(states([1, 2, 3], [1950, 1951]), pairs)
    assert history.ties(1950, "defence")["signed"].tolist() == [1940, 1950]


def test_an_ending_has_the_event_of_its_treaty() -> None:
    ties = {1950: [(1, 2), (1, 3), (2, 3), (5, 6)], 1951: [(1, 2)]}
    history = world(ties, lambda year: ties[year])
    gone = history.endings(1950, 1951, "defence")
    assert len(gone) == 3
    assert gone["event"].nunique() == 2


def test_pairs_of_states_that_come_or_go_are_no_onset_and_no_ending() -> None:
    members = {1950: [1, 2, 3], 1951: [1, 2, 4]}
    history = world([1950, 1951], lambda y: [(1, 3), (1, 4)], lambda year: members[year])
    assert history.onsets(1950, 1951, "defence").empty
    assert history.endings(1950, 1951, "defence").empty


# --- treaties ------------------------------------------------------------------------------------
def clique(*members: int) -> list[tuple[int, int]]:
    return list(combinations(members, 2))


def test_a_treaty_keeps_its_id_while_states_join_and_leave() -> None:
    course = {
        1950: clique(1, 2, 3, 4, 5),
        1951: clique(1, 2, 3, 4, 5, 6),
        1952: clique(2, 3, 4, 5, 6),
        1953: clique(2, 3, 4, 5, 6) + clique(1, 7, 8, 9),
        1954: clique(1, 7, 8, 9),
    }
    history = world(course, lambda year: course[year], lambda _: range(1, 10))
    found = {
        year: {treaty.id: treaty.members for treaty in history.treaties(year)} for year in course
    }
    (first,) = found[1950]
    assert found[1951] == {first: (1, 2, 3, 4, 5, 6)}
    assert found[1952] == {first: (2, 3, 4, 5, 6)}
    assert found[1953][first] == (2, 3, 4, 5, 6)
    (second,) = found[1954]
    assert second != first
    assert found[1953][second] == (1, 7, 8, 9)


def test_a_state_with_old_ties_to_all_members_has_not_acceded() -> None:
    bilateral = [(1, 6), (2, 6), (3, 6)]
    course = {1950: clique(1, 2, 3, 4, 5) + bilateral, 1951: clique(1, 2, 3, 4, 5, 6)}
    history = world(course, lambda year: course[year])
    (treaty,) = history.treaties(1951)
    assert treaty.members == (1, 2, 3, 4, 5)  # two ties of five are new


def test_a_state_that_ends_has_not_left() -> None:
    course = {1950: [1, 2, 3, 4, 5], 1951: [1, 2, 3, 4, 8]}
    history = world(course, lambda year: clique(*course[year][:5]), lambda year: course[year])
    (before,), (after,) = history.treaties(1950), history.treaties(1951)
    assert before.id == after.id
    ids, members = history.memberships(1951)
    assert ids.tolist() == [after.id]
    assert members.shape == (1, 5)


def test_treaties_do_not_depend_on_which_year_was_asked_for_first() -> None:
    course = {1950: clique(1, 2, 3, 4), 1951: clique(1, 2, 3, 4, 5), 1952: clique(1, 2, 3, 4, 5)}
    one, other = (world(course, lambda year: course[year]) for _ in range(2))
    late = one.treaties(1952)
    early = [other.until(year).treaties(year) for year in course]
    assert late == early[-1]
    assert one.treaties(1950) == early[0]
    with pytest.raises(UserError, match="no pairs of 1990"):
        one.treaties(1990)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data of the field at {DATA}")
def test_the_data_of_the_field_are_read_as_they_are() -> None:
    history = read_history(DATA)
    assert history.years == tuple(range(1950, 1991))
    yearly = [history.onsets(year, year + 1, "defence") for year in history.years[:-1]]
    onsets = pd.concat(yearly)
    assert len(onsets) == 618
    assert onsets["event"].nunique() == 45
    assert sorted(len(treaty.members) for treaty in history.treaties(1975)) == [4, 7, 15, 19, 24]
    assert history.states_of(1990).loc[365, "abb"] == "RUS"
    assert 265 in history.codes(1989)
    assert np.isnan(history.matrix(1980, "ideal_dist")).any()

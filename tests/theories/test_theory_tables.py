"""Tables of sizes, propensities and actors are read in whatever form they come."""

from __future__ import annotations

import itertools
import random
import warnings
from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import Notice, UserError
from sim.theories.given import read_matrix, read_positions, read_relations, read_sizes

MATRIX = ((0, 1, -2), (1, 0, 3), (-2, 3, 0))
ABC = ("A", "B", "C")
NUMBERED = ("1", "2", "3")

SIZES = {
    "heads": "name,size\nA,3\nB,4\nC,5\n",
    "no heads": "A,3\nB,4\nC,5\n",
    "byte order mark, semicolons, blank lines": "\ufeffname;size;;\n\nA;3;;\nB;4;\n;;\nC;5\n",
    "tabulators": "A\t3\nB\t4\nC\t5",
    "blanks": "A 3\nB 4\nC 5\n",
    "a comment": "# ours\nA,3\nB,4\nC,5\n",
    "a column of the right name": "id,actor,year,size\n1,A,1939,3\n2,B,1939,4\n3,C,1939,5\n",
    "size first": "size,name\n3,A\n4,B\n5,C\n",
    "wide": "A,B,C\n3,4,5\n",
    "wide with a word": "name,A,B,C\nsize,3,4,5\n",
    "windows": "name,size\r\nA,3\r\nB,4\r\nC,5\r\n",
    "quoted": '"name","size"\n"A","3"\n"B","4"\n"C","5"\n',
    "decimals": "A,3.0\nB,4.0\nC,5.0\n",
}
SQUARES = {
    "square": ",A,B,C\nA,0,1,-2\nB,1,0,3\nC,-2,3,0\n",
    "a word in the corner": "x;A;B;C;\nA;0;1;-2;\nB;1;0;3;\nC;-2;3;0;\n",
    "names in the first row only": "A,B,C\n0,1,-2\n1,0,3\n-2,3,0\n",
    "names in the first row, without a corner": "A,B,C\nA,0,1,-2\nB,1,0,3\nC,-2,3,0\n",
    "names in the first column only": "A,0,1,-2\nB,1,0,3\nC,-2,3,0\n",
    "rows in another order": ",A,B,C\nC,-2,3,0\nA,0,1,-2\nB,1,0,3\n",
    "empty diagonal": ",A,B,C\nA,,1,-2\nB,1,,3\nC,-2,3,\n",
    "a dash for a minus": ",A,B,C\nA,0,1,−2\nB,1,0,3\nC,–2,3,0\n",
    "upper": ",A,B,C\nA,,1,-2\nB,,,3\nC,,,\n",
    "upper with zeros": ",A,B,C\nA,0,1,-2\nB,0,0,3\nC,0,0,0\n",
    "upper to the left": ",A,B,C\nA,1,-2\nB,3\nC\n",
    "lower": ",A,B,C\nA\nB,1\nC,-2,3\n",
    "lower with the diagonal": ",A,B,C\nA,0\nB,1,0\nC,-2,3,0\n",
    "lower without heads": "A\nB,1\nC,-2,3\n",
    "lower with zeros": "A,0,0,0\nB,1,0,0\nC,-2,3,0\n",
    "lower without the first row": ",A,B,C\nB,1\nC,-2,3\n",
    "list": "a,b,value\nA,B,1\nA,C,-2\nB,C,3\n",
    "list without heads, both ways": "A,B,1\nB,A,1\nA,C,-2\nC,A,-2\nB,C,3\nC,B,3\n",
    "pajek, edges": '*Vertices 3\n1 "A"\n2 "B" 0.1 0.2\n3 "C"\n*Edges\n1 2 1\n1 3 -2\n2 3 3\n',
    "pajek, matrix": "% ours\n*Vertices 3\n1 A\n2 B\n3 C\n*Matrix\n0 1 -2\n1 0 3\n-2 3 0\n",
}
NAMELESS = {
    "square": "0,1,-2\n1,0,3\n-2,3,0\n",
    "blanks": "0 1 -2\n1 0 3\n-2 3 0\n",
    "upper": "0,1,-2\n,0,3\n,,0\n",
    "upper to the left": "0,1,-2\n0,3\n0\n",
    "upper to the left without a diagonal": "1,-2\n3\n",
    "lower": "0\n1,0\n-2,3,0\n",
    "lower without a diagonal": "1\n-2,3\n",
    "numerals for names": ",1,2,3\n1,0,1,-2\n2,1,0,3\n3,-2,3,0\n",
}


def written(place: Path, text: str, name: str = "p.csv") -> Path:
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", SIZES)
def test_sizes(form: str, tmp_path: Path) -> None:
    names, values = read_sizes(written(tmp_path, SIZES[form]))
    assert (names, values) == (ABC, (3, 4, 5))


def test_names_may_be_numerals(tmp_path: Path) -> None:
    for text in ("1,3\n2,4\n3,5\n", "actor,x\n1,3\n2,4\n3,5\n", "actor,size\n1,3\n2,4\n3,5\n"):
        sizes = written(tmp_path, text, "s.csv")
        assert read_sizes(sizes) == (NUMBERED, (3, 4, 5))
        for form in (",1,2,3\n1,0,1,-2\n2,1,0,3\n3,-2,3,0\n", "1,2,1\n1,3,-2\n2,3,3\n3,2,3\n"):
            assert read_relations(sizes, written(tmp_path, form)).propensities == MATRIX


def test_sizes_without_names(tmp_path: Path) -> None:
    for text in ("3\n4\n5\n", "3,4,5\n", "size\n3\n4\n5\n"):
        assert read_sizes(written(tmp_path, text)) == ((), (3, 4, 5))


@pytest.mark.parametrize("form", SQUARES)
@pytest.mark.parametrize("known", [False, True])
def test_matrices(form: str, known: bool, tmp_path: Path) -> None:
    path = written(tmp_path, SQUARES[form])
    names, rows = read_matrix(path, ABC if known else ())
    # without a list of them, the order of names is that of the file
    at = [names.index(name) for name in ABC]
    assert tuple(tuple(rows[i][j] for j in at) for i in at) == MATRIX


@pytest.mark.parametrize("form", NAMELESS)
@pytest.mark.parametrize("known", [(), ABC, NUMBERED])
def test_matrices_without_names(form: str, known: tuple[str, ...], tmp_path: Path) -> None:
    if known == ABC and "numerals" in form:
        pytest.skip("these names differ")
    names, rows = read_matrix(written(tmp_path, NAMELESS[form]), known)
    assert (names, rows) == (known or NUMBERED, MATRIX)


def test_directions_are_kept(tmp_path: Path) -> None:
    assert read_matrix(written(tmp_path, ",A,B\nA,0,1\nB,-2,0\n"))[1] == ((0, 1), (-2, 0))
    arcs = '*Vertices 2\n1 "A"\n2 "B"\n*Arcs\n1 2 4\n'
    assert read_matrix(written(tmp_path, arcs))[1] == ((0, 4), (0, 0))


def test_numbers_are_exact(tmp_path: Path) -> None:
    _, values = read_sizes(written(tmp_path, "A;0,1\nB;1e-3\n"))
    assert values == (Fraction(1, 10), Fraction(1, 1000))


def test_gaps_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, ",A,B,C\nA,,1,\nB,1,,3\nC,,3,\n")
    with pytest.warns(Notice, match="1 pairs have no value and count as 0"):
        assert read_matrix(path)[1][0] == (0, 1, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",A,B,D\nA,0,1,-2\nB,1,0,3\nD,-2,3,0\n", r"p\.csv:1:4: 'D' is not an actor of .*s\.csv"),
        ("A,Bb,1\nA,C,-2\nBb,C,3\n", r"p\.csv:1:2: 'Bb' is not an actor .* did you mean 'B'\?"),
        (",A,B,C\nA,0,x,-2\nB,1,0,3\nC,-2,3,0\n", r"p\.csv:2:3: 'x' is not a number"),
        (",A,B,B\nA,0,1,-2\nB,1,0,3\nC,-2,3,0\n", r"p\.csv:1:4: 'B' stands twice"),
        (",A,B\nA,0,1\nB,1,0\n", r"p\.csv says nothing of 'C', which .*s\.csv has"),
        ("0,1\n1,0\n", r"says nothing of 'C'"),
        ("0,1,2,3\n1,0,2,3\n2,2,0,3\n3,3,3,0\n", r"p\.csv:1:4: this row has more values"),
        ("A,B,1\nA,C\nB,C,2\n", r"p\.csv:2:3: a number is missing"),
        ("0,1,2\n1,0\n2,3,0\n", r"p\.csv:2:2: 2 numbers in this row, 3 in another"),
        ("A,B,1\nA,B,2\n", r"p\.csv:2:1: this pair stands twice"),
        ("*Vertices 3\n1 A\n2 B\n3 C\n*Edges\n1 4 1\n", r"p\.csv:6:2: expected the number of a"),
        ("\n\n", r"p\.csv has no rows"),
    ],
)
def test_mistakes_are_told(text: str, said: str, tmp_path: Path) -> None:
    sizes = written(tmp_path, "A,3\nB,4\nC,5\n", "s.csv")
    with pytest.raises(UserError, match=said):
        read_relations(sizes, written(tmp_path, text))


def test_mistakes_in_sizes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"s\.csv:3:2: a number is missing"):
        read_sizes(written(tmp_path, "name,size\nA,3\nB\nC,5\n", "s.csv"))
    with pytest.raises(UserError, match=r"s\.csv:3:1: 'a' stands twice, first in line 1"):
        read_sizes(written(tmp_path, "A,3\nB,4\na,5\n", "s.csv"))


ACTORS = {
    "as it is": "Actor,Influence,Price Position,Price Salience,Place Position,Place Salience\n"
    "A,100,30,24,20,48\nB,60,45,40,65,41\n",
    "a line on the scenario, descriptions, commas at the end": "Ours,of two issues;2,2,2,\n"
    "Actor,Description,Power,Price Position,Price Salience,Place Pstn,Place Sal,\n"
    "A,the first, 100.0,30,24.0,20,48.0,\nB,the second,60,45,40,65,41,\n",
}


@pytest.mark.parametrize("form", ACTORS)
def test_actor_tables(form: str, tmp_path: Path) -> None:
    table = read_positions(written(tmp_path, ACTORS[form]))
    assert (table.names, table.issues) == (("A", "B"), ("Price", "Place"))
    assert table.influence.tolist() == [100, 60]
    assert table.positions.tolist() == [[30, 20], [45, 65]]
    assert table.saliences.tolist() == [[24, 48], [40, 41]]


def test_actor_tables_hold_six_issues(tmp_path: Path) -> None:
    row = "5" + ",50,10" * 6
    heads = "Actor,Influence" + ",Pstn,Sal" * 6
    assert read_positions(written(tmp_path, f"{heads}\nA,{row},,\nB,{row}\n")).positions.shape == (
        2,
        6,
    )
    with pytest.raises(UserError, match="one to 6 issues"):
        read_positions(written(tmp_path, f"A,{row},1,1\nB,{row},1,1\n"))


def test_mistakes_in_actor_tables(tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        read_positions(written(tmp_path, "Actor,Influence,Pos,Sal\nA,5,50,10\nB,0,101,x\n"))
    assert str(told.value).count("p.csv:3:") == 3


@pytest.mark.parametrize("names", ["both", "first row", "first column", "none"])
@pytest.mark.parametrize("n", [3, 11])
def test_drawn_matrices_in_every_form(names: str, n: int, tmp_path: Path) -> None:
    """Zeros in any place mislead nobody where the actors are known."""
    rng = random.Random(n)
    actors = tuple(f"Nation {chr(65 + k)}" for k in range(n))
    for _ in range(15):
        p = [[0] * n for _ in range(n)]
        for i, j in itertools.combinations(range(n), 2):
            p[i][j] = p[j][i] = rng.choice([-3, -1, 0, 0, 1, 2])
        every = range(n)
        forms: list[list[tuple[int, list[int | str]]]] = [
            [(i, [*p[i]]) for i in every],
            [(i, ["" if i == j else p[i][j] for j in every]) for i in every],
            [(i, p[i][: i + 1]) for i in every],
            [(i, p[i][:i]) for i in every if i or names in ("both", "first column")],
            [(i, p[i][:i]) for i in range(1, n)],
            [(i, [""] * i + p[i][i:]) for i in every],
            [(i, [0] * (i + 1) + p[i][i + 1 :]) for i in every],
            [(i, p[i][i:]) for i in every],
            [(i, p[i][i + 1 :]) for i in range(n - 1)],
        ]
        for rows in forms:
            heads = [*([""] if names == "both" else []), *actors]
            lines = [heads] if names in ("both", "first row") else []
            lines += [
                [actors[i], *row] if names in ("both", "first column") else row for i, row in rows
            ]
            text = "".join(";".join(map(str, line)) + "\n" for line in lines)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Notice)  # of empty cells
                read = read_matrix(written(tmp_path, text), actors)
            assert read == (actors, tuple(map(tuple, p))), text

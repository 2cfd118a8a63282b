"""Sizes and signed matrices of relations from tables, in whatever form they are handed in.

:func:`read_sizes` reads one number an actor; :func:`read_matrix` a matrix, a triangle of one, a
list of pairs, or a network in Pajek's format; :func:`read_relations` both and holds their names
against each other. Numbers are kept as they are written, as fractions.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Self

from sim.errors import Notice, UserError
from sim.system.inputs import named
from sim.theories.given.actors import Actors
from sim.theories.given.handed_in import Line, Table, number, read_table
from sim.theories.given.pajek import is_pajek, read_pajek

type Rows = tuple[tuple[Fraction, ...], ...]
type Cells = dict[tuple[int, int], Fraction]

_SIZE: Final = "size sizes capability capabilities weight power influence cinc resources s".split()
_HELD: Final = 3  # cells of a line of a list of pairs


@dataclass(frozen=True, slots=True)
class Relations:
    """Actors, how large each is and how each is disposed towards each other.

    Attributes:
        names: N actors.
        sizes: one an actor.
        propensities: N rows of N, 0 on the diagonal; positive where the one of the row is drawn to
            the one of the column.
    """

    names: tuple[str, ...]
    sizes: tuple[Fraction, ...]
    propensities: Rows

    @classmethod
    def of(
        cls, names: Sequence[str], sizes: Iterable[Any], propensities: Iterable[Iterable[Any]]
    ) -> Self:
        """Take numbers of any kind, each as it is written: 0.1 is a tenth.

        Raises:
            ValueError: there are not N sizes and N rows of N propensities.
        """
        s = tuple(Fraction(str(x)) for x in sizes)
        rows = tuple(tuple(Fraction(str(x)) for x in row) for row in propensities)
        n = len(names)
        if {len(s), len(rows), *map(len, rows)} != {n}:
            raise ValueError(f"expected {n} sizes and {n} rows of {n} propensities")
        return cls(tuple(names), s, rows)


def read_relations(sizes: Path | str | None, propensities: Path | str) -> Relations:
    """Read actors with their sizes (1 each without a file) and propensities.

    Raises:
        UserError: a file cannot be read or understood, or their actors differ: every mistake with
            its file, line and column.
    """
    if sizes is None:
        names, rows = read_matrix(propensities)
        return Relations(names, (Fraction(1),) * len(names), rows)
    known, values = read_sizes(sizes)
    names, rows = read_matrix(propensities, known, named(sizes))
    if len(names) != len(values):
        raise UserError(
            f"{named(propensities)} has {len(names)} actors, {named(sizes)} has {len(values)} sizes"
        )
    return Relations(names, values, rows)


# --- sizes ---------------------------------------------------------------------------------------
def read_sizes(path: Path | str) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """Read one number an actor; there are no names if the file has none.

    A row an actor with its name, with or without a line of heads. Of several columns of numbers
    that is taken which is called size, capability, weight, power, influence or cinc, else the
    first. A line of numbers, alone or under a line of names, will do, too.

    Raises:
        UserError: a number is missing, or an actor stands twice.
    """
    table = read_table(path)
    lines = table.lines
    if (wide := _wide(table)) is not None:
        return wide
    head = lines[0] if all(number(cell) is None for cell in lines[0].cells) else None
    body = lines[1:] if head else lines
    if not body:
        raise table.fault(lines[0].number, 1, "has no row with a size")
    heads = [cell.casefold() for cell in head.cells] if head else []
    name_at, size_at = _columns(body, heads)
    values = tuple(table.number(line, size_at) for line in body)
    if name_at is None:
        return (), values
    names = tuple(line.cells[name_at] if name_at < len(line.cells) else "" for line in body)
    actors = Actors(table)
    actors.once(names, [(line.number, name_at + 1) for line in body])
    actors.check()
    return names, values


def _wide(table: Table) -> tuple[tuple[str, ...], tuple[Fraction, ...]] | None:
    """A line of numbers, alone or under names: names and sizes, or None if it is no such table."""
    *heads, last = table.lines
    skip = 1 if number(last.cells[0]) is None else 0  # "size,3,4"
    count = len(last.cells) - skip
    if len(heads) > 1 or count < 2 or any(number(cell) is None for cell in last.cells[skip:]):
        return None
    if heads and any(number(cell) is not None for cell in heads[0].cells):
        return None
    values = tuple(table.number(last, at) for at in range(skip, len(last.cells)))
    names = heads[0].cells[-count:] if heads else ()
    if heads and {name.casefold() for name in names} & set(_SIZE):
        return None  # heads of columns over a single actor
    return names, values


def _columns(body: Sequence[Line], heads: Sequence[str]) -> tuple[int | None, int]:
    """Columns of the names, None if there are none, and of the sizes."""
    width = max(len(line.cells) for line in body)
    columns = [[line.cells[k] for line in body if k < len(line.cells)] for k in range(width)]
    numeric = [all(number(cell) is not None for cell in column) for column in columns]
    name_at = next((k for k, is_one in enumerate(numeric) if not is_one), None)
    size_at = next((k for k, head in enumerate(heads) if head in _SIZE), None)
    if size_at is None:
        after = range(int(width > 1) if name_at is None else name_at + 1, width)
        size_at = next((k for k in after if numeric[k]), None)
    if size_at is None:
        size_at = next((k for k in range(width) if numeric[k]), min(1, width - 1))
    if name_at is None or name_at == size_at:  # names may be numerals; a wrong cell is told later
        name_at = 0 if size_at else None
    return name_at, size_at


# --- matrices ------------------------------------------------------------------------------------
def read_matrix(
    path: Path | str, known: Sequence[str] = (), elsewhere: str = "the sizes"
) -> tuple[tuple[str, ...], Rows]:
    """Read a matrix of N rows of N, row towards column, with the names of its actors.

    In the form of a square, of an upper or lower triangle (empty, left out or all zeros beyond), or
    of a list of pairs ``a,b,value``, where a pair that stands once holds both ways and one that is
    not there is 0; names in a first row, a first column, both or neither; or a network in Pajek's
    format. The diagonal says nothing.

    Args:
        path: the file.
        known: the actors in their order, if these are told elsewhere.
        elsewhere: where.

    Raises:
        UserError: the form cannot be made out, a cell is no number, a name is not known or stands
            twice.
    """
    table = read_table(path)
    actors = Actors(table, known, elsewhere)
    if is_pajek(table):
        cells, whole = read_pajek(table, actors), False
        for i, j in itertools.permutations(range(len(actors.names)), 2):
            cells.setdefault((i, j), Fraction(0))  # an arc holds one way only
    elif (pairs := _pairs(table, actors)) is not None:
        cells, whole = pairs, False
    else:
        cells, whole = _square(table, actors), True
    actors.check()
    side = max((max(pair) + 1 for pair in cells), default=0)
    names = tuple(actors.names) or tuple(str(k + 1) for k in range(side))
    if side > len(names):
        raise UserError(f"{named(path)} has {side} actors, {elsewhere} has {len(names)}")
    return names, _filled(cells, len(names), path, whole=whole)


def _pairs(table: Table, actors: Actors) -> Cells | None:
    """The values of a list of pairs, or None if it is none."""

    def is_pair(line: Line) -> bool:
        names = all(number(cell) is None or cell in actors for cell in line.cells[:2])
        return len(line.cells) >= _HELD and all(line.cells[:2]) and names

    body = table.lines[1:] if _is_heads(table.lines[0]) else table.lines
    # numerals may be names: then three in a line are a pair unless they are a matrix of three
    plain = all(number(cell) is not None for line in body for cell in line.cells)
    if plain and (len(body) == _HELD or any(len(line.cells) != _HELD for line in body)):
        return None
    if not body or not (all(map(is_pair, body)) if plain else is_pair(body[0])):
        return None
    cells: Cells = {}
    for line in body:
        i, j = (actors.place(x, line.number, k) for k, x in enumerate((*line.cells, "")[:2], 1))
        if (i, j) in cells and i >= 0 and j >= 0:
            raise table.fault(line.number, 1, "this pair stands twice")
        cells[i, j] = table.number(line, 2)
    return cells


def _square(table: Table, actors: Actors) -> Cells:
    """The values of a square or a triangle."""
    first = table.lines[0]
    numbered = _is_numbered(table.lines, actors)
    heads = first if numbered or _is_heads(first) else None
    body = table.lines[1:] if heads else table.lines
    lengths = {len(line.cells) for line in body}
    labels = [line.cells[0] for line in body]
    labelled = any(labels) and (numbered or all(number(x) is None for x in labels if x))
    rows = [line.cells[1:] if labelled else line.cells for line in body]
    if not body:
        raise table.fault(first.number, 1, "has no row of numbers")
    columns: list[int] = []
    if heads is not None:
        corner = not heads.cells[0] or numbered or (labelled and heads.cells[0] not in labels)
        found = heads.cells[corner:]
        columns = actors.once(found, [(heads.number, corner + k + 1) for k in range(len(found))])
    above, right = _offsets(rows, len(actors.names))
    if labelled:
        order = actors.once(labels, [(line.number, 1) for line in body])
        if above and len(actors.names) == len(body):
            said = "the first actor has no name; write a line with the names of all above this"
            raise table.fault(first.number, 1, said)
    else:
        order = [k + above for k in range(len(body))]
    grown = above or any(right) or lengths == set(range(1, len(body) + 1))
    if not labelled and not grown and len(lengths) > 1 and all(c for r in rows for c in r):
        line = next(x for x in body if len(x.cells) < max(lengths))
        said = f"{len(line.cells)} numbers in this row, {max(lengths)} in another"
        raise table.fault(line.number, len(line.cells), said)
    if not columns:
        side = max(k + len(row) for k, row in zip(right, rows, strict=True))
        columns = list(range(len(actors.names) or max(side, len(order) + above)))
    cells: Cells = {}
    for line, i, row, start in zip(body, order, rows, right, strict=True):
        for k, cell in enumerate(row):
            if start + k >= len(columns):
                said = f"this row has more values than there are actors ({len(columns)})"
                raise table.fault(line.number, k + 1 + labelled, said)
            if cell:
                cells[i, columns[start + k]] = table.number(line, k + labelled)
                actors.saw(i)
                actors.saw(columns[start + k])
    return cells


def _offsets(rows: Sequence[Sequence[str]], side: int) -> tuple[int, list[int]]:
    """How many rows are left out above, and how many columns before the first cell of each row.

    Rows that grow or shrink by a cell each are a triangle; of ``side`` actors, 0 if that is not
    known: then what would be its diagonal is one if all of it is zero.
    """
    lengths = [len(row) for row in rows]
    steps = {b - a for a, b in itertools.pairwise(lengths)}
    if any(not cell for row in rows for cell in row) or steps not in ({1}, {-1}):
        return 0, [0] * len(rows)
    last = -1 if steps == {1} else 0
    bare = any(number(row[last]) for row in rows if row) or not min(lengths)
    side = side or max(lengths) + bare
    if steps == {1}:  # lower: without its diagonal it begins with the second actor
        return int(lengths[0] == 1 and side > max(lengths)), [0] * len(rows)
    return 0, [max(side - length, 0) for length in lengths]  # upper, moved to the left


def _is_heads(line: Line) -> bool:
    """Whether a first line has names only, or none but numerals after an empty cell."""
    rest = line.cells[1:]
    return any(rest) and all(number(cell) is None for cell in rest if cell)


def _is_numbered(lines: Sequence[Line], actors: Actors) -> bool:
    """Whether names that are numerals stand in the first line, after an empty cell or a word.

    A symmetric matrix with an empty diagonal looks alike: names that are not known count up.
    """
    first, *rest = lines
    names = list(first.cells[1:])
    if number(first.cells[0]) is not None or not names or None in map(number, names):
        return False
    if actors.names:
        return all(name in actors for name in names)
    counted = ([str(k + start) for k in range(len(names))] for start in (0, 1))
    return names in counted and names == [line.cells[0] for line in rest]


def _filled(cells: Cells, n: int, path: Path | str, *, whole: bool) -> Rows:
    """A full matrix: what stands for one way only holds for the other, too."""
    values = [[cells.get((i, j)) for j in range(n)] for i in range(n)]
    above = [values[i][j] for i in range(n) for j in range(i + 1, n)]
    below = [values[j][i] for i in range(n) for j in range(i + 1, n)]
    if whole and any(above) != any(below) and n > 1:  # the half of zeros is one that is left out
        values = [
            [None if not values[i][j] and i != j else values[i][j] for j in range(n)]
            for i in range(n)
        ]
    lacking = 0
    for i, j in itertools.combinations(range(n), 2):
        one, other = values[i][j], values[j][i]
        lacking += one is None and other is None
        values[i][j], values[j][i] = (
            (one, one) if other is None else (other if one is None else one, other)
        )
    if lacking and whole and any(above) == any(below):
        said = f"{named(path)}: {lacking} pairs have no value and count as 0"
        warnings.warn(Notice(said), stacklevel=2)
    return tuple(
        tuple(Fraction(0) if i == j else values[i][j] or Fraction(0) for j in range(n))
        for i in range(n)
    )

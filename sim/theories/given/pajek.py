"""Networks in Pajek's format: vertices with names, then edges, arcs or a matrix with weights.

After Batagelj and Mrvar (1998), Pajek: program for large network analysis. An edge holds both ways,
an arc one way; a line without a weight weighs 1.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sim.errors import shown
from sim.system.inputs import whole
from sim.theories.given.actors import Actors
from sim.theories.given.handed_in import Line, Table, number

_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')
_PARTS: Final = ("*vertices", "*edges", "*arcs", "*matrix", "*edgeslist", "*arcslist")


def is_pajek(table: Table) -> bool:
    """Whether a table is a network in Pajek's format: its first line is ``*Vertices N``."""
    return table.lines[0].text.casefold().startswith(("*vertices", "*network"))


def read_pajek(table: Table, actors: Actors) -> dict[tuple[int, int], Fraction]:
    """Return the weights of ordered pairs; the vertices are placed among the actors.

    Raises:
        UserError: a line cannot be understood.
    """
    part, count, row = "", 0, 0
    labels: dict[int, str] = {}
    place: list[int] = []
    cells: dict[tuple[int, int], Fraction] = {}
    for line in table.lines:
        words = [quoted or plain for quoted, plain in _WORD.findall(line.text)]
        if words[0].casefold() == "*network":
            continue
        if line.text.startswith("*"):
            part = words[0].casefold()
            if part not in _PARTS:
                raise table.fault(line.number, 1, f"{shown(words[0])} is not read; known: {_PARTS}")
            if part == "*vertices":
                count = (whole(words[1]) if len(words) > 1 else None) or 0
            continue
        if part == "*vertices":
            labels[_vertex(table, line, words, 0, count)] = words[1] if len(words) > 1 else words[0]
            continue
        if not place:
            names = [labels.get(k, str(k + 1)) for k in range(count)]
            place = actors.once(names, [(table.lines[0].number, 1)] * count)
        if part == "*matrix":
            if row >= count or len(words) != count:
                said = f"expected {count} rows of {count} numbers"
                raise table.fault(line.number, 1, said)
            for k, word in enumerate(words):
                cells[place[row], place[k]] = _weight(table, line, word)
            row += 1
            continue
        ends = [_vertex(table, line, words, k, count) for k in range(2)]
        if part.endswith("list"):
            ends += [_vertex(table, line, words, k, count) for k in range(2, len(words))]
            weight = Fraction(1)
        else:
            weight = _weight(table, line, words[2]) if len(words) > 2 else Fraction(1)
        i = place[ends[0]]
        for end in ends[1:]:
            cells[i, place[end]] = weight
            if part.startswith("*edges"):
                cells[place[end], i] = weight
    if not place:
        raise table.fault(table.lines[0].number, 1, "has no *Edges, *Arcs or *Matrix")
    return cells


def _vertex(table: Table, line: Line, words: list[str], at: int, count: int) -> int:
    found = whole(words[at]) if at < len(words) else None
    if found is None or not 1 <= found <= count:
        text = shown(words[at]) if at < len(words) else "nothing"
        said = f"expected the number of a vertex from 1 to {count}, not {text}"
        raise table.fault(line.number, at + 1, said)
    return found - 1


def _weight(table: Table, line: Line, word: str) -> Fraction:
    value = number(word)
    if value is None:
        raise table.fault(line.number, 1, f"{shown(word)} is not a number")
    return value

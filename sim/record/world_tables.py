"""A scenario's world as tables for other programs, and tables as a scenario.

A table is named by what it holds: ``states``, ``pacts``, ``memberships``, a relation (``distance``)
or a channel (``trade``). The ties between states are edge lists, matrices or networks in Pajek's
format; states and memberships are lists whatever the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.errors import UserError, hint, shown
from sim.record.exports import pajek_lines
from sim.scenario import validate_scenario
from sim.scenario.quarter import format_quarter
from sim.scenario.schema import FORMAT, vocabulary
from sim.scenario.spec import REST_OF_WORLD, Number, ScenarioSpec
from sim.scenario.tables import NEEDED, OPTIONAL
from sim.scenario.value_kinds import IDENTIFIER, matches
from sim.scenario.years.made_world import Made
from sim.scenario.years.save import save_world
from sim.system.files import refuse_file, write_text
from sim.system.inputs import Unreadable, named, table_of
from sim.theories.given import read_matrix
from sim.types import OBLIGATIONS, Floats

FORMS: Final = ("csv", "matrix", "pajek")
"""Forms of ties: a list of edges, a square with the codes at its edges, a network of Pajek."""

LISTS: Final = ("states", "pacts", "memberships")
_DIGITS: Final = "%.10g"
_DATES: Final = ("since", "until")
_ENDS: Final = ("low", "high")
_FOCAL: Final = 6

type Edges = Mapping[tuple[str, str], float]


# --- from a scenario to tables -------------------------------------------------------------------
def tables_of(spec: ScenarioSpec) -> dict[str, pd.DataFrame]:
    """Return the world of a scenario at its start as tables by their names.

    A number ``x`` has the columns ``x``, ``x_low`` and ``x_high``, the ends of its range. What
    tables cannot hold is left out: doctrines, conflicts, the order, events, parameters.
    """
    found = {
        "states": pd.DataFrame(
            {"code": code, "name": state.name, **_exists(spec, code), **_numbers(state.values)}
            for code, state in spec.states.items()
        ),
        "pacts": pd.DataFrame(_pacts(spec), columns=["id", "code1", "code2", "type", *_DATES]),
        "memberships": pd.DataFrame(_memberships(spec)),
    }
    fields = vocabulary().dyad_fields
    for name, pairs in spec.relations.items():
        symmetric = fields[name].symmetric
        ends = ("code1", "code2") if symmetric else ("from", "to")
        found[name] = pd.DataFrame(
            dict(zip(ends, pair, strict=True)) | _numbers({name: number})
            for pair, number in pairs.items()
            if not symmetric or pair[0] < pair[1]
        )
    for name, field in vocabulary().channels.items():
        found[name] = pd.DataFrame(
            dict(zip(_way(name), pair, strict=True)) | _numbers({name: number})
            for pair, number in spec.channels.get(field, {}).items()
        )
    return {name: table for name, table in found.items() if len(table)}


def _way(channel: str) -> tuple[str, str]:
    """Trade is kept by exporter and importer, other channels by holder and supplier."""
    return ("from", "to") if channel == "trade" else ("to", "from")


def _numbers(values: Mapping[str, Number]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, number in values.items():
        found |= {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}
    return found


def _exists(spec: ScenarioSpec, code: str) -> dict[str, str]:
    existence = spec.exists.get(code)
    dates = {part: getattr(existence, part, None) for part in _DATES}
    return {part: format_quarter(date) for part, date in dates.items() if date is not None}


def _pacts(spec: ScenarioSpec) -> Iterator[dict[str, Any]]:
    for pact in spec.pacts.values():
        dates = {
            part: "" if (date := getattr(pact, part)) is None else format_quarter(date)
            for part in _DATES
        }
        for other in pact.members[1:]:
            yield {
                "id": pact.id,
                "code1": pact.members[0],
                "code2": other,
                "type": pact.type,
                **dates,
            }


def _memberships(spec: ScenarioSpec) -> Iterator[dict[str, Any]]:
    for body in spec.organisations.values():
        numbers = _numbers({"floor": body.floor, **body.values})
        told = {"organisation": body.id, "name": body.name}
        for code in body.members:
            yield {**told, "code": code, "part": 1.0, **numbers}
        for code, part in body.partners.items():
            yield {**told, "code": code, "part": part.value, **numbers}


def edges_of(name: str, table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the ordered pairs of a table of ties with their values; of pacts, their levels."""
    one, other = ("from", "to") if "from" in table else ("code1", "code2")
    if name == "pacts":
        values = table["type"].map(lambda kind: float(OBLIGATIONS[kind]))
    else:
        values = table[name]
    found: dict[tuple[str, str], float] = {}
    for i, j, value in zip(table[one], table[other], values, strict=True):
        for pair in [(i, j)] if one == "from" else [(i, j), (j, i)]:
            found[pair] = max(value, found.get(pair, value))
    return found


def matrix_text(names: Iterable[str], edges: Edges) -> str:
    """Return edges as a square with codes at its edges, row towards column, 0 where is none."""
    codes = list(names)
    rows = [[edges.get((i, j), 0.0) for j in codes] for i in codes]
    return str(pd.DataFrame(rows, codes, codes).to_csv(float_format=_DIGITS, lineterminator="\n"))


def export_world(
    spec: ScenarioSpec, folder: Path, *, form: str = "csv", force: bool = False
) -> list[Path]:
    """Write the world of a scenario as one file a table; return the files.

    Args:
        spec: the scenario.
        folder: where to; made if it is not there.
        form: of ties, one of :data:`FORMS`.
        force: replace files that are there.

    Raises:
        UserError: a file is there, or cannot be written.
    """
    texts: dict[str, str] = {}
    for name, table in tables_of(spec).items():
        if form == "csv" or name in ("states", "memberships"):
            lines = table.to_csv(index=False, float_format=_DIGITS, lineterminator="\n")
            texts[f"{name}.csv"] = lines
            continue
        edges = edges_of(name, table)
        more = [REST_OF_WORLD] if any(REST_OF_WORLD in pair for pair in edges) else []
        codes = [*spec.states, *more]
        if form == "pajek":
            texts[f"{name}.net"] = "\n".join(pajek_lines(codes, edges)) + "\n"
        else:
            texts[f"{name}.csv"] = matrix_text(codes, edges)
    for name in texts:
        refuse_file(folder / name, force=force)
    return [write_text(folder / name, text) for name, text in texts.items()]


# --- from tables to a scenario -------------------------------------------------------------------
def import_world(
    files: Iterable[str | Path],
    target: Path,
    *,
    source: str,
    start: str,
    quarters: int = 12,
    extends: str | None = None,
    spread: str = "20%",
    force: bool = False,
) -> ScenarioSpec:
    """Write tables as a scenario, with its tables in a folder beside it; return it checked.

    Args:
        files: tables, folders of them, or ``NAME=FILE``; otherwise a file's name says what it
            holds. Of matrices and networks a zero is no tie.
        target: ``.yaml`` file to write.
        source: title of the work that the numbers are from.
        start: first quarter, such as ``2024Q4``.
        quarters: to simulate.
        extends: path of a scenario that these tables lie over, as a scenario would write it.
        spread: range of numbers that have no ends of their own in the table.
        force: replace files that are there.

    Raises:
        UserError: a file holds nothing that is known, or cannot be read or written.
        ScenarioError: what they make is not valid.
    """
    tables: dict[str, dict[str, Any]] = {}
    frames: dict[str, pd.DataFrame] = {}
    for name, path in _named(files):
        if name in frames:
            raise UserError(f"{path}: {name} is given twice")
        frames[name] = table = _read(name, path)
        tables[name] = _entry(name, table, path) | {"source": "tables", "range": spread}
    if not frames:
        raise UserError(f"no table is given; known are {', '.join(_known())}")
    document = {
        "format": FORMAT,
        "title": source,
        "question": "What becomes of this world?",
        **({"extends": extends} if extends else {}),
        "clock": {"start": start, "quarters": quarters},
        **_story(frames.get("states")),
        "sources": {"tables": {"title": source, "kind": "dataset"}},
    }
    save_world(Made(document, tables, frames, {}), target, force=force)
    return validate_scenario(target)


def _story(states: pd.DataFrame | None) -> dict[str, list[str]]:
    """Poles by their column; focal are they and the strongest."""
    if states is None:
        return {}
    columns = {
        name: pd.to_numeric(states.get(name, pd.Series(0.0, states.index)), errors="coerce")
        for name in ("pole", "capability")
    }
    poles = states["code"][columns["pole"] > 0.0].tolist()
    strongest = columns["capability"].sort_values(ascending=False, kind="stable").index
    focal = list(dict.fromkeys((*poles, *states["code"][strongest])))[: max(_FOCAL, len(poles))]
    return {"poles": poles, "focal": focal} if poles else {"focal": focal}


def _known() -> list[str]:
    words = vocabulary()
    channels = set(words.channels.values())
    relations = [x.name for x in words.dyad_fields.values() if x.initial and x.name not in channels]
    return [*LISTS, *dict.fromkeys((*words.channels, *relations))]


def _named(files: Iterable[str | Path]) -> Iterator[tuple[str, Path]]:
    known = _known()
    for given in files:
        name, equals, rest = str(given).partition("=")
        path = Path(rest if equals else given)
        inside = path.is_dir() and not equals
        for file in sorted(path.iterdir()) if inside else [path]:
            what = name if equals else file.stem
            if what in known:
                yield what, file
            elif not inside:
                raise UserError(
                    f"{file}: {shown(what)} is nothing that a table may hold{hint(what, known)}; "
                    f"write NAME={file} with one of {', '.join(known)}"
                )


def _read(name: str, path: Path) -> pd.DataFrame:
    """A table as a list: as it is if it is one, else from a matrix or a network."""
    needs: tuple[str, ...] = NEEDED.get(name, ())
    table: pd.DataFrame | None = None
    if path.suffix == ".csv":
        try:
            table = table_of(path, dtype=str, keep_default_na=False)
        except Unreadable as error:
            place = f"{named(path)}:{error.line}:1" if error.line else named(path)
            raise UserError(f"{place}: cannot be read as CSV: {error}") from error
        if {"from", "to"} <= set(table) or {"code1", "code2"} <= set(table) or name in LISTS[::2]:
            if lacks := set(needs) - set(table):
                raise UserError(f"{named(path)}:1:1: lacks the column {', '.join(sorted(lacks))}")
            return table
    names, values = _square(table, path)
    field = vocabulary().dyad_fields.get(name)
    one, other = ("from", "to")
    if name == "pacts" or (field is not None and field.symmetric):
        if (values != values.T).any():
            i, j = np.argwhere(values != values.T)[0]
            raise UserError(
                f"{path}: {name} holds both ways, and {names[i]} to {names[j]} is "
                f"{values[i, j]:g}, {names[j]} to {names[i]} {values[j, i]:g}"
            )
        one, other, values = "code1", "code2", np.triu(values)
    ties = [(i, j) for i, j in np.argwhere(values) if i != j]
    found = pd.DataFrame({one: names[i], other: names[j], name: values[i, j]} for i, j in ties)
    if name == "pacts" and ties:
        found["type"] = [_kind(level, path) for level in found.pop(name)]
    return found


def _square(table: pd.DataFrame | None, path: Path) -> tuple[Sequence[str], Floats]:
    """A matrix with its codes; one that has them at both edges is taken as it is written."""
    if table is not None and len(table.columns) > 1:
        codes = list(map(str, table.columns[1:]))
        values = table.iloc[:, 1:].apply(pd.to_numeric, errors="coerce")
        if table.iloc[:, 0].tolist() == codes and values.notna().all(axis=None):
            return codes, values.to_numpy(np.float64)
    names, rows = read_matrix(path)  # half of a matrix holds both ways
    return names, np.array(rows, dtype=np.float64)


def _kind(level: float, path: Path) -> str:
    kinds = {float(at): kind for kind, at in reversed(OBLIGATIONS.items())}
    if level not in kinds:
        known = ", ".join(f"{x:g} {kind}" for x, kind in sorted(kinds.items()))
        raise UserError(f"{path}: {level:g} is no level of a pact; known are {known}")
    return kinds[level]


def _entry(name: str, table: pd.DataFrame, path: Path) -> dict[str, Any]:
    """What the block ``tables`` says of a table: what its rows and columns are."""
    words = vocabulary()
    rows = name if name in LISTS else "flows" if name in words.channels else "pairs"
    about = {*NEEDED[rows], *OPTIONAL[rows]}
    keys = {part: part for part in ("from", "to") if rows == "pairs" and part in table}
    columns = {}
    for column in map(str, table):
        if column in about or column.endswith(tuple(f"_{end}" for end in _ENDS)):
            continue
        variable = name if column in ("value", "weight") else column
        ends = {end: f"{column}_{end}" for end in _ENDS}
        plain = not matches(IDENTIFIER, variable) or not set(ends.values()) <= set(table)
        columns[variable] = column if plain else {"column": column, **ends}
    if rows in ("pairs", "flows") and not columns:
        said = f"no column holds {name}; call it '{name}' or 'value'"
        raise UserError(f"{named(path)}:1:1: {said}")
    blocks = {"keys": keys, "columns": columns}
    return {"rows": rows} | {key: block for key, block in blocks.items() if block}

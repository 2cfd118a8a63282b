"""The dictionary: what every column of a table and every JSON of a command means.

Columns of variables have their meaning from the rules that declare them, metrics from
:mod:`sim.measure.reference`. The forms of JSON are kept in ``outputs.json``, which ``make
outputs`` writes from what commands print.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.drivers.ensemble import DYAD_SERIES, STATE_SERIES
from sim.errors import UserError, hint, shown
from sim.record.arrays import PACT_LEVELS, THIRD_PARTIES
from sim.record.results import TABLES
from sim.rules.catalogue import DYAD_FIELDS, STATE_FIELDS, TERMS

VERSION: Final = 1
"""Of the columns and of the JSON: raised when a key goes, or has another type or meaning.

A key that is added raises nothing: programs are to let pass what they do not know.
"""

_OUTPUTS: Final = Path(__file__).with_name("outputs.json")


class Column(NamedTuple):
    """A column of a table: ``kind`` is number, whole, truth, code, name or quarter."""

    table: str
    name: str
    kind: str
    unit: str
    meaning: str


_RUN: Final = ("run", "whole", "", "number of the run, from 0")
_QUARTER: Final = ("quarter", "quarter", "", "such as 2024Q2; the first is the start")
_STATE: Final = ("state", "code", "", "the state")
_LEVELS: Final = ", ".join(f"{at} {name}" for at, name in enumerate(PACT_LEVELS))
_KEYS: Final[Mapping[str, tuple[tuple[str, str, str, str], ...]]] = {
    "runs": (
        _RUN,
        ("seed", "whole", "", "of the random streams of the run"),
        ("opportunities", "whole", "", "chances to move that states had"),
        ("noops", "whole", "", "chances that were left unused"),
    ),
    "states": (_RUN, _QUARTER, _STATE),
    "dyads": (_RUN, _QUARTER, _STATE, ("partner", "code", "", "the state that it is about")),
    "collectives": (
        _RUN,
        _QUARTER,
        ("variable", "name", "", "variable of the collective, or `member`, `side`: a state's part"),
        ("collective", "name", "", "the order, organisation or conflict"),
        ("state", "code", "", "whose part it is; nothing for the collective itself"),
        ("value", "number", "", "of the variable"),
    ),
    "network": (
        _RUN,
        _QUARTER,
        ("state", "code", "", "one of the two, in no order"),
        ("partner", "code", "", "the other"),
        ("tie", "number", "1", DYAD_FIELDS["tie"].meaning),
        ("level", "whole", "0 to 3", f"bilateral pact: {_LEVELS}"),
        ("floor", "number", "0 to 1", DYAD_FIELDS["organisation_floor"].meaning),
    ),
    "moves": (
        _RUN,
        _QUARTER,
        (
            "order",
            "whole",
            "",
            "sequence within its quarter; moves made together share it",
        ),
        ("mover", "code", "", "who moved"),
        ("partner", "code", "", "towards whom; nothing for a move alone"),
        ("kind", "name", "", "of the move: see `multipolar names moves`"),
        ("before", "number", "", "what the move changes, before it; of a pact its level"),
        ("after", "number", "", "and after it"),
        ("accepted", "truth", "", "false if the partner refused"),
        ("du", "number", "logits", "change of the mover's utility, as it saw it"),
        ("du_partner", "number", "logits", "change of the partner's utility"),
    ),
    "blocs": (
        _RUN,
        _QUARTER,
        _STATE,
        ("bloc", "whole", "", "number of its bloc in this run and quarter"),
        ("core", "code", "", "strongest member of the bloc, which names it through time"),
        ("size", "whole", "states", "members of the bloc"),
    ),
    "summary": (
        ("variable", "name", "", "of states or of pairs, by its column in those tables"),
        _QUARTER,
        _STATE,
        ("partner", "code", "", "the state that it is about; nothing for a variable of states"),
        ("mean", "number", "of the variable", "over the runs"),
        ("q05", "number", "of the variable", "5 % of the runs lie below"),
        ("median", "number", "of the variable", "over the runs"),
        ("q95", "number", "of the variable", "95 % of the runs lie below"),
    ),
}
_SWEEP: Final = (
    ("point", "whole", "", "combination of parameters, from 0"),
    ("seed", "whole", "", "of the random streams"),
    ("run", "whole", "", "number of the run at this point"),
    ("PARAMETER", "number, name or truth", "", "value of a parameter; empty as in the scenario"),
    ("METRIC", "number", "of the metric", "a metric as it was asked for"),
)


def columns() -> list[Column]:
    """Return the columns of all tables of a saved run and of a sweep, in their order."""
    found = [
        Column(table, *column) for table in TABLES for column in (*_KEYS[table], *_more(table))
    ]
    return found + [Column("sweep", *column) for column in _SWEEP]


def _more(table: str) -> Iterator[tuple[str, str, str, str]]:
    """The columns that depend on the rules."""
    if table in ("states", "dyads"):
        fields = STATE_FIELDS if table == "states" else DYAD_FIELDS
        for name in STATE_SERIES if table == "states" else DYAD_SERIES:
            yield name, "number", fields[name].unit, fields[name].meaning
    if table == "moves":
        for whose, prefix in (("mover", "term"), ("partner", "partner_term")):
            for name, term in TERMS.items():
                part = f"part of the change of the {whose}'s utility: {term.claim}"
                yield f"{prefix}_{name}", "number", "logits", part
        for k in range(1, THIRD_PARTIES + 1):
            yield f"third_{k}", "code", "", f"third state that the move concerned most, number {k}"
            yield f"third_du_{k}", "number", "logits", "change of its utility"
        yield "organisation", "name", "", "that the move is about; nothing for other moves"


@cache
def _outputs() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_OUTPUTS.read_text("utf-8"))
    return found


def output_names() -> list[str]:
    """Return the commands whose JSON has a schema."""
    return list(_outputs())


def output_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of what a command prints with ``--json``.

    Raises:
        UserError: there is no such command.
    """
    if name not in _outputs():
        known = output_names()
        said = f"{shown(name)} prints no JSON; known are {', '.join(known)}{hint(name, known)}"
        raise UserError(said)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"multipolar:{name.replace(' ', ':')}:{VERSION}",
        "title": f"multipolar {name} --json, version {VERSION}",
        **_outputs()[name],
    }


# --- the page ------------------------------------------------------------------------------------
_HEAD: Final = f"""# Columns and JSON

Version {VERSION}. Every column of the tables that `run` and `sweep` save, and every JSON that a
command prints with `--json`. The version is raised when a column or key goes, or has another type
or meaning; one that is added raises nothing, so let pass what you do not know. Generated by
`multipolar dictionary --markdown`; a test holds it to the code, and all JSON that commands print in
the tests is held against these schemas. Quantities of metrics are in [metrics](metrics.md), names
of scenarios in [names](names.md).

`multipolar dictionary` prints the columns, `multipolar dictionary --json` all of it,
`multipolar schema --of run` the JSON Schema of what a command prints.

## Tables

`multipolar export results/NAME --out FOLDER` writes them as CSV; the folder of a result has them as
Parquet. Kinds: `number`, `whole`, `truth`, `quarter`, `code` of a state, `name` of anything else.
"""


def markdown() -> str:
    """Return the reference page."""
    lines = [_HEAD]
    known = columns()
    for table in dict.fromkeys(column.table for column in known):
        rows = [c[1:] for c in known if c.table == table]
        lines += [f"### {table}\n", *_rows(("column", "kind", "unit", "meaning"), rows), ""]
    lines += [
        "## JSON\n",
        "`a.b` is key b of a, `a[]` every entry of a list, `a.*` the entry of every name.",
        "An entry with `?` may be left out.\n",
    ]
    for name in output_names():
        paths = _paths("", _outputs()[name], optional=False)
        lines += [f"### {name}\n", *_rows(("entry", "type"), paths), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for first, *rest in rows:
        cells = [f"`{first}`", *(cell.replace("|", "\\|") for cell in rest)]
        yield "| " + " | ".join(cells) + " |"


def _paths(path: str, schema: Mapping[str, Any], *, optional: bool) -> Iterator[tuple[str, str]]:
    """The entries of a schema as paths with their types, those of records one by one."""
    said = schema.get("type", "anything")
    kinds = [said] if isinstance(said, str) else sorted(said, key="null".__eq__)
    kinds = [{"integer": "whole", "boolean": "truth", "string": "text"}.get(k, k) for k in kinds]
    if path and not {"object", "array"} & set(kinds):
        yield path + ("?" if optional else ""), " or ".join(kinds)
    inner = path + ("?" if optional and path else "")
    if "items" in schema:
        yield from _paths(f"{inner}[]", schema["items"], optional=False)
    for key, child in schema.get("properties", {}).items():
        needed = key in schema.get("required", ())
        yield from _paths(f"{inner}.{key}".lstrip("."), child, optional=not needed)
    if isinstance(rest := schema.get("additionalProperties"), dict):
        yield from _paths(f"{inner}.*".lstrip("."), rest, optional=False)

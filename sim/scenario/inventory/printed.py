"""An inventory as tables for a terminal: nothing is left out, whatever the width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.rules import catalogue as names
from sim.scenario import ConflictSpec, OrganisationSpec, PactSpec, ScenarioSpec, format_quarter
from sim.scenario.inventory.contents import ArmEntry, Inventory, PairsEntry, StateEntry, with_range


def render(found: Inventory) -> Any:
    """Return everything in the inventory, the notices last, where they are read."""
    spec = found.spec
    arm = "" if spec.arm == "base" else f", arm {spec.arm}"
    parts: list[Any] = [
        Text(f"{spec.title}{arm}", style="bold"),
        *_paragraphs(spec.question, spec.description),
        Text(f"{spec.path}: {found.counts()}."),
        Text(
            f"{_dates(spec.start, found.end)}, {spec.quarters} quarters; "
            f"{spec.ensemble.runs} runs, seed {spec.ensemble.seed}, "
            f"numbers {'drawn from their ranges' if spec.ensemble.draws else 'as stated'}."
        ),
        Text(f"Poles: {_list(spec.poles)}. Focal: {_list(spec.focal)}."),
        *_recorded(spec),
        *([Text(f"Set: {', '.join(spec.overrides)}.")] if spec.overrides else ()),
        *_table("Groups", ("group", "states"), _rows_of_lists(spec.groups)),
        *_table("States", ("state", "numbers, with ranges"), map(_state, found.states)),
        *_made_up(found),
        *_table("Pairs", ("variable", "pairs stated", "the others"), map(_pairs, found.pairs)),
        *_table("Pacts", ("pact", "type", "in force", "members"), map(_pact, spec.pacts.values())),
        *_table(
            "Organisations",
            ("organisation", "in force", "members, partners and numbers"),
            map(_organisation, spec.organisations.values()),
        ),
        *_table(
            "Conflicts",
            ("conflict", "state", "parties, supporters and numbers"),
            map(_conflict, spec.conflicts.values()),
        ),
        *_table("Order", ("variable", "number"), _rows_of_numbers(spec.order)),
        *_table(
            "Doctrines",
            ("doctrine", "what it weighs"),
            (
                (
                    name,
                    _lines(
                        school.description,
                        _numbers(school.weights),
                        _numbers(school.taboos, "taboo "),
                        _numbers(school.values),
                    ),
                )
                for name, school in spec.doctrines.items()
            ),
        ),
        *_table(
            "Events",
            ("event", "quarter", "what it changes"),
            (
                (
                    entry.event.id,
                    format_quarter(entry.event.at) + ("" if entry.played else "\nnot played"),
                    _lines(_other(entry.event.title, entry.event.id), *entry.changes),
                )
                for entry in found.events
            ),
        ),
        *_table("Parameters set", ("parameter", "number"), _rows_of_numbers(spec.parameters)),
        *([Text(f"Switched off: {', '.join(found.off)}.\n")] if found.off else ()),
        *_table("Arms", ("arm", "what it changes"), map(_arm, found.arms)),
        *_table("Claims", ("claim", "what is asserted"), map(_claim, spec.claims.items())),
        *_table("Said to be unknown", ("number", "note"), _unknown(found)),
        *_table("Sources", ("source", "work"), map(_source, spec.sources.items())),
        *_notices(found),
    ]
    return Group(*parts)


def _table(title: str, heads: Sequence[str], rows: Iterable[tuple[str, ...]]) -> list[Any]:
    """Return a table whose cells fold, or nothing for no rows; texts are no markup."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for place, head in enumerate(heads):
        last = place == len(heads) - 1
        table.add_column(
            head, overflow="fold", ratio=1 if last else None, max_width=None if last else 26
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return [table] if table.row_count else []


def _paragraphs(*texts: str) -> list[Text]:
    return [Text(" ".join(text.split())) for text in texts if text.strip()]


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _list(codes: Iterable[str]) -> str:
    return ", ".join(codes) or "none"


def _other(text: str, name: str) -> str:
    return "" if text == name else text


def _dates(since: int | None, until: int | None) -> str:
    if since is None:
        return "always" if until is None else f"until {format_quarter(until)}"
    begins = format_quarter(since)
    return f"since {begins}" if until is None else f"{begins} to {format_quarter(until)}"


def _numbers(numbers: Mapping[str, Any], before: str = "") -> str:
    return ", ".join(f"{before}{name} {with_range(number)}" for name, number in numbers.items())


def _rows_of_lists(lists: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    return ((name, _list(codes)) for name, codes in lists.items())


def _rows_of_numbers(numbers: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, f"{with_range(x)}, {x.source}") for name, x in numbers.items())


def _state(entry: StateEntry) -> tuple[str, str]:
    taken = {name: f"{name} {value:.4g}" for name, value in entry.taken.items()}
    said = ", ".join(taken.pop(name) for name in entry.unknown if name in taken)
    priors = ", ".join(
        f"{name} {with_range(number)}{' (said to be unknown)' if name in entry.unknown else ''}"
        for name, number in entry.prior.items()
    )
    return entry.code, _lines(
        _other(entry.name, entry.code),
        _numbers(entry.stated) or "no number",
        _numbers(entry.doctrine, "doctrine "),
        f"no figure, from the other states: {priors}" if priors else "",
        f"said to be unknown, taken: {said}" if said else "",
        f"taken: {', '.join(taken.values())}" if taken else "",
    )


def _pairs(entry: PairsEntry) -> tuple[str, str, str]:
    rest = "" if entry.stated == entry.pairs else "from the prior"
    if rest and entry.default is not None:
        unit = names.DYAD_FIELDS[entry.name].unit
        rest = f"{entry.default:g}{'' if unit == '1' else f' ({unit})'}"
    return entry.name, f"{entry.stated} of {entry.pairs}", rest


def _pact(pact: PactSpec) -> tuple[str, str, str, str]:
    kind = f"{pact.type}{', conditional' if pact.conditional else ''}"
    return pact.id, kind, _dates(pact.since, pact.until), _list(pact.members)


def _organisation(body: OrganisationSpec) -> tuple[str, str, str]:
    return (
        body.id,
        _dates(body.since, None),
        _lines(
            _other(body.name, body.id),
            f"members: {_list(body.members)}",
            f"partners: {_numbers(body.partners)}" if body.partners else "",
            f"floor {with_range(body.floor)}",
            "" if body.open_to is None else f"open to: {_list(body.open_to) or 'no other'}",
            _numbers(body.values),
        ),
    )


def _conflict(conflict: ConflictSpec) -> tuple[str, str, str]:
    one, other = map(_list, conflict.parties)
    helped = (f"{party}: {_list(them)}" for party, them in conflict.supporters.items())
    state = _lines(
        f"rung {conflict.rung}",
        "frozen" if conflict.frozen else "",
        "" if conflict.since is None else f"since {format_quarter(conflict.since)}",
    )
    return (
        conflict.id,
        state,
        _lines(
            f"{one} against {other}",
            f"supporters of {'; of '.join(helped)}" if conflict.supporters else "",
            f"intensity {with_range(conflict.intensity)}",
            _numbers(conflict.values),
        ),
    )


def _arm(entry: ArmEntry) -> tuple[str, str]:
    same = "" if entry.differs in (None, True) else "differs from the base in nothing"
    return entry.name, _lines(_other(entry.title, entry.name), *entry.changes, same)


def _claim(item: tuple[str, Mapping[str, Any]]) -> tuple[str, str]:
    name, claim = item
    rest = (f"{key}: {_text(value)}" for key, value in claim.items() if key != "text")
    return name, _lines(str(claim.get("text", "")), *rest)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_OF_PAIRS = ("relations", "channels")
_PAIRS_SHOWN = 20


def _unknown(found: Inventory) -> Iterable[tuple[str, str]]:
    """Each number that is said to be unknown; of a variable of many pairs, how many."""
    blocks: dict[str, list[tuple[str, str]]] = {}
    for key, note in found.spec.unknown.items():
        parts = key.split(".")
        block = ".".join(parts[: 3 if parts[0] == "channels" else 2])
        blocks.setdefault(block if parts[0] in _OF_PAIRS else key, []).append((key, note or ""))
    for block, rows in blocks.items():
        yield from rows if len(rows) <= _PAIRS_SHOWN else [(block, f"{len(rows)} pairs")]


def _made_up(found: Inventory) -> list[Text]:
    how = found.spec.synthetic
    if how is None:
        return []
    block = ", ".join(f"{name} {value}" for name, value in asdict(how).items())
    return [Text(f"{found.made} states have all their numbers from `synthetic`: {block}.")]


def _recorded(spec: ScenarioSpec) -> list[Text]:
    listed = spec.record.dyads
    pairs = ", ".join(f"{i}>{j}" for i, j in listed[:_PAIRS_SHOWN])
    more = f" and {len(listed) - _PAIRS_SHOWN} more" if len(listed) > _PAIRS_SHOWN else ""
    return [Text(f"Recorded beside the focal states: {pairs}{more}.")] if pairs else []


def _source(item: tuple[str, Mapping[str, Any]]) -> tuple[str, str]:
    name, work = item
    return name, ". ".join(_text(value) for value in work.values())


def _notices(found: Inventory) -> list[Any]:
    if not found.notices:
        return [Text("Nothing is lacking or without effect.", style="bold")]
    head = Text("To be told", style="bold")
    return [head, *(Text(f"- {problem}") for problem in found.notices)]

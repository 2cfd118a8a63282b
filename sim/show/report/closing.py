"""The end of the page: assumptions with their sources, and how to get the same again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sim.measure.summary import percent, plural
from sim.show.report.pieces import (
    Column,
    anchor,
    code,
    facts,
    fold,
    items,
    paragraph,
    section,
    table,
    tag,
    text,
)
from sim.show.report.sourced_numbers import is_judged

if TYPE_CHECKING:
    from sim.show.report.content import Assumed, Assumptions, ReportContent

_FIRST: Final = 20
_JUDGED: Final = 20
_COLUMNS: Final = (
    Column("Number", wide=True),
    Column("Value", number=True),
    Column("Range drawn from", number=True),
    Column("Source"),
    Column("Place, reason", wide=True),
)


def assumptions(content: ReportContent) -> str:
    """Return every number with source and range: the influential and the judged ones first."""
    found = content.assumptions
    if found is None:
        return ""
    share = found.judged / max(1, found.total)
    inside = paragraph(
        f"The scenario and the model rest on {found.total:,} numbers; from the range of each, "
        f"every run draws anew. {found.judged:,} of them ({percent(share)}) are judgement: no "
        "source gives them."
    )
    inside += _search()
    inside += _first(content, found)
    inside += tag("h3", "All numbers") + "".join(
        fold(_counted(words, numbers), _numbers(words, numbers))
        for words, numbers in found.groups.items()
    )
    if found.hidden:
        inside += paragraph(f"{found.hidden:,} numbers are left out to keep the page small.")
    inside += tag("h3", "What is put in at a date") + _events(found)
    inside += tag("h3", "Sources") + _sources(found)
    return section("assumptions", "Assumptions, sources and ranges", inside)


def _search() -> str:
    field = (
        '<input id="search" type="search" autocomplete="off" '
        'placeholder="trust, AAA>BBB, judgement …" aria-describedby="found">'
    )
    label = tag("label", "Search all numbers", for_="search")
    status = tag("p", "", id="found", role="status")
    return tag("div", label + field + status, class_="search")


def _first(content: ReportContent, found: Assumptions) -> str:
    """The numbers to doubt first: those that outcomes hang on, then wide judgements."""
    known = {number.key: number for group in found.groups.values() for number in group}
    influential = [] if content.sensitivity is None else content.sensitivity.found
    keys = [it.key for it in influential]
    keys = [key for key in dict.fromkeys(keys) if key in known][:_FIRST]
    wide = [n for group in found.groups.values() for n in group if is_judged(n.source)]
    wide.sort(key=lambda n: (-_width(n), n.key))
    judged = [n.key for n in wide if n.key not in keys][:_JUDGED]
    said = ""
    if keys:
        said += tag("h3", "Those that the outcome hangs on most")
        said += _numbers("Numbers that outcomes hang on", [known[key] for key in keys])
    if judged:
        said += tag("h3", "Judgements with the widest ranges")
        said += _numbers("Judgements with the widest ranges", [known[key] for key in judged])
    return said


def _width(number: Assumed) -> float:
    """Range against the value."""
    return (number.high - number.low) / (max(abs(number.low), abs(number.high)) or 1.0)


def _counted(words: str, numbers: tuple[Assumed, ...]) -> str:
    judged = sum(is_judged(number.source) for number in numbers)
    said = f"{words}: {plural(len(numbers), 'number')}"
    return f"{said}, {judged} of them judgement" if judged else said


def _numbers(caption: str, numbers: Iterable[Assumed]) -> str:
    rows = (
        (
            text(number.key),
            f"{number.value:.4g}",
            "fixed" if number.low == number.high else f"{number.low:.4g} to {number.high:.4g}",
            text(number.source),
            text(number.note),
        )
        for number in numbers
    )
    return table(caption, _COLUMNS, rows, hidden_caption=True, searched=True)


def _events(found: Assumptions) -> str:
    if not found.events:
        return paragraph("Nothing: all that happens is decided by the states.")
    rows = [(text(when), text(title), text(source)) for when, title, source in found.events]
    columns = (Column("Quarter"), Column("Event", wide=True), Column("Source"))
    return table("Dated events of the scenario", columns, rows)


def _sources(found: Assumptions) -> str:
    named = [source for source in found.sources if source.id]
    written = [source for source in found.sources if not source.id]

    rows = [
        (text(source.id), text(source.title), text(source.facts), f"{source.numbers:,}")
        for source in named
    ]
    columns = (
        Column("Name"),
        Column("Title", wide=True),
        Column("Author, year, kind"),
        Column("Numbers", number=True),
    )
    said = table("Sources of the scenario's numbers", columns, rows)
    if written:
        listed = items(text(f"{source.title} ({source.numbers})") for source in written)
        said += fold(f"{len(written)} reasons for parameters of the model", listed)
    return said


def reproduce(content: ReportContent) -> str:
    """Return commands, versions, seed and hashes."""
    recipe = content.recipe
    commands = "".join(
        tag("h3", text(what)) + tag("pre", code(command), tabindex="0", id=anchor(f"command-{at}"))
        for at, (what, command) in enumerate(recipe.commands)
    )
    said = paragraph(
        "The same scenario, seed and number of runs give the same result to the last bit, whatever "
        "the machine or the number of its cores."
    )
    return section("reproduce", "How to get the same again", said + commands + facts(recipe.facts))

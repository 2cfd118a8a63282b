"""The numbers that went in, with their sources and ranges, the doubtful ones first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sim.scenario import Number, explain_sources, format_quarter
from sim.scenario.world import World
from sim.show.report.content import Assumed, Assumptions, Source

if TYPE_CHECKING:
    from sim.scenario import ScenarioSpec

JUDGEMENT: Final = "judgement"
MOST: Final = 6_000
"""Numbers on the page; the rest is counted."""

_BLOCKS: Final = {
    "events": "What is put in at a date",
    "parameters": "Parameters of the model",
    "doctrines": "Doctrines",
    "states": "States",
    "relations": "Relations",
    "channels": "Channels of dependence",
    "organisations": "Organisations",
    "conflicts": "Conflicts",
    "order": "The order",
}
_LISTED_EVENTS: Final = 60


def list_inputs(spec: ScenarioSpec) -> Assumptions:
    """Return every number of a scenario, and the model's own that are drawn, by part.

    Within a part the numbers that rest on judgement come first, then those with a wide range.
    """
    numbers: dict[str, Number] = {number.key: number for number in World(spec).uncertain}
    numbers |= dict(explain_sources(spec))
    parts: dict[str, list[Number]] = {words: [] for words in _BLOCKS.values()}
    for key in sorted(numbers):
        block = key.partition(".")[0]
        parts.setdefault(_BLOCKS.get(block, block), []).append(numbers[key])
    groups: dict[str, tuple[Assumed, ...]] = {}
    room = MOST
    for words, mine in parts.items():
        shown = sorted(mine, key=_doubt)[:room]
        room -= len(shown)
        if shown:
            groups[words] = tuple(_assumed(number) for number in shown)
    used = Counter(number.source for number in numbers.values())
    return Assumptions(
        groups=groups,
        total=len(numbers),
        judged=sum(is_judged(number.source) for number in numbers.values()),
        hidden=len(numbers) - sum(map(len, groups.values())),
        sources=tuple(_sources(spec.sources, used)),
        events=tuple(
            (str(format_quarter(event.at)), event.title, event.source)
            for event in spec.events.values()
            if spec.start <= event.at <= spec.start + spec.quarters
        )[:_LISTED_EVENTS],
    )


def is_judged(source: str) -> bool:
    """Whether a number rests on judgement alone.

    >>> is_judged("judgement: equal weights"), is_judged("cshapes")
    (True, False)
    """
    return source.partition(":")[0] == JUDGEMENT


def _doubt(number: Number) -> tuple[bool, float, str]:
    """Judgement first, then the width of the range against the value."""
    size = max(abs(number.value), abs(number.low), abs(number.high)) or 1.0
    return not is_judged(number.source), -(number.high - number.low) / size, number.key


def _assumed(number: Number) -> Assumed:
    parts = [f"confidence {number.confidence}" if number.confidence else "", number.at or ""]
    note = "; ".join(part for part in (*parts, number.note or "") if part)
    return Assumed(number.key, number.value, number.low, number.high, number.source, note)


def _sources(known: Mapping[str, Mapping[str, Any]], used: Counter[str]) -> Iterable[Source]:
    for name, count in sorted(used.items(), key=lambda item: (-item[1], item[0])):
        entry = known.get(name, {})
        title = str(entry.get("title", ""))
        if name == JUDGEMENT:
            title = "Judgement, for the reason given beside each number"
        facts = [str(entry[key]) for key in ("author", "year", "kind", "url") if key in entry]
        # of a parameter of the model the source is written out
        yield Source(name if title else "", title or name, ", ".join(facts), count)

"""Count where the numbers of the base worlds come from; write the tables into docs/calibration.md.

    python -m tools.numbers_page [--check]

A number counts once, however many pairs it is given for (a group, both orders of a pair), and by what
it says of itself: at a place in the register or from a treaty, a charter (document); judged; of a
source whose note says "from memory"; of a source whose title begins with "Formula"; else of data.
``--check`` says whether the page is current, and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sim.scenario import Number, ScenarioSpec, load_scenario
from sim.system.files import write_text
from tools.marked import replaced

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "calibration.md"
BLOCK: Final = "numbers"
WORLDS: Final = ("2014", "2016", "2020", "2021", "2024")
IN_FULL: Final = ("2021", "2024")
ORIGINS: Final = ("data", "formula", "document", "judgement", "memory")
APART: Final = ("trade_flow", "distance")
"""Kinds that are so many that they would hide the rest."""


def numbers(spec: ScenarioSpec) -> Iterator[tuple[str, Number]]:
    """Yield the kind and the number of all numbers of a world, without those of its schools."""
    for state in spec.states.values():
        yield from state.values.items()
        yield from (("doctrine", number) for number in state.doctrine.values())
    for pairs in (spec.relations, spec.channels):
        for kind, cells in pairs.items():
            yield from ((kind, cell) for cell in cells.values() if isinstance(cell, Number))
    for body in spec.organisations.values():
        yield from (("organisations", x) for x in (body.floor, *body.partners.values()))
        yield from (("organisations", x) for x in body.values.values())
    for conflict in spec.conflicts.values():
        yield from (("conflicts", x) for x in (conflict.intensity, *conflict.values.values()))
    yield from (("order", number) for number in spec.order.values())


def origin(number: Number, sources: Any) -> str:
    """What a number is of, one of :data:`ORIGINS`."""
    source = sources.get(number.source, {})
    if number.at or source.get("kind") in ("document", "statute"):
        return "document"
    if number.source == "judgement":
        return "judgement"
    if "from memory" in str(source.get("note") or ""):
        return "memory"
    return "formula" if str(source.get("title")).startswith("Formula") else "data"


def counted(spec: ScenarioSpec) -> Counter[tuple[str, str]]:
    """How many numbers there are of a kind and an origin."""
    seen = {number.key: (kind, origin(number, spec.sources)) for kind, number in numbers(spec)}
    return Counter(seen.values())


def table(first: str, rows: dict[str, Counter[str]]) -> list[str]:
    """A table with a row each and a column an origin."""
    lines = [f"| {first} | {' | '.join(ORIGINS)} | all |", "|---|" + "--:|" * (len(ORIGINS) + 1)]
    for name, row in rows.items():
        cells = [str(row[origin] or "") for origin in ORIGINS]
        lines.append(f"| {name} | {' | '.join(cells)} | {row.total()} |")
    return lines


def block() -> str:
    """The tables as they should stand in the page."""
    found = {
        name: counted(load_scenario(ROOT / "scenarios" / "world" / f"{name}.yaml"))
        for name in WORLDS
    }
    found["2021, all states"] = counted(
        load_scenario(ROOT / "scenarios" / "world" / "2021.yaml", overrides=("scope=all",))
    )
    totals: dict[str, Counter[str]] = {}
    for name, count in found.items():
        totals[name] = Counter()
        for (kind, of), how_many in count.items():
            totals[name][of] += how_many if kind not in APART else 0
    lines = ["", "Without trade and distances:", "", *table("world", totals)]
    for name in IN_FULL:
        kinds: dict[str, Counter[str]] = {}
        for (kind, of), how_many in sorted(found[name].items()):
            kinds.setdefault(kind, Counter())[of] += how_many
        lines += ["", *table(f"numbers of {name}", kinds)]
    return "\n".join([*lines, "", ""])


def main() -> None:
    """Write the tables, or say whether they are current."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if not current")
    page = PAGE.read_text("utf-8")
    new = replaced(page, BLOCK, block())
    if not parser.parse_args().check:
        write_text(PAGE, new)
    elif new != page:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not current; run python -m tools.numbers_page")


if __name__ == "__main__":
    main()

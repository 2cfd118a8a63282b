"""Write the tables of docs/ODD.md from the code: patterns, entities, schedule, terms, moves.

.venv/bin/python -m tools.odd_page
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sim.commands.names import rows
from sim.kernel import STEP
from sim.rules import catalogue as names
from sim.study.calibrate.targets import read_targets, shipped_targets
from sim.system.files import write_text
from tools.marked import cell, replaced

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ODD.md"
_SHOWN: Final = 6
_OTHERS: Final = {
    "events": "what the scenario dates to this quarter",
    "assessment": "threat, expected help, access and loads are worked out from the state as it is",
    "accession": "each state considers each organisation by a clock of its own",
    "moves": "each state's opportunities, in random order",
    "observation": "alignment, ties, intensities of pacts are written down",
}


def table(head: tuple[str, ...], found: Iterator[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in found)])


def patterns() -> Iterator[tuple[str, ...]]:
    for name in shipped_targets():
        for target in read_targets(name).targets:
            span = f"{target.low:g} to {target.high:g}"
            use = "fitted" if target.held_in else "held out"
            yield target.title, f"{target.value:g}", span, use, target.source


def entities() -> Iterator[tuple[str, ...]]:
    for entity, fields in (
        ("state", names.STATE_FIELDS),
        ("ordered pair of states", names.DYAD_FIELDS),
        *(
            (kind, {n: f for n, f in names.COLLECTIVE_FIELDS.items() if f.kind == kind})
            for kind in sorted({field.kind for field in names.COLLECTIVE_FIELDS.values()})
        ),
    ):
        plain = [f for f in fields.values() if not f.meaning.startswith("working space")]
        set_ = [field.name for field in plain if field.initial]
        more = len(set_) - _SHOWN
        shown = ", ".join(set_[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        yield entity, shown, str(len(plain) - len(set_))


def schedule() -> Iterator[tuple[str, ...]]:
    for name in STEP:
        rule = names.MECHANISMS.get(name)
        yield name, rule.claim if rule else _OTHERS[name], rule.stage if rule else ""


def terms() -> Iterator[tuple[str, ...]]:
    for term in names.TERMS.values():
        weight = names.PARAMS[f"{term.name}.weight"]
        low, high = weight.plausible
        sign = "+" if term.sign > 0 else "-"
        span = f"{weight.default:g} ({low:g} to {high:g})"
        yield term.name, sign, term.claim, span, weight.source


def filled(text: str) -> str:
    """The page with its tables as the code has them."""
    head, moves = rows("moves")
    for name, made in {
        "patterns": table(("pattern", "value", "interval", "use", "source"), patterns()),
        "entities": table(("entity", "a scenario sets", "further variables"), entities()),
        "schedule": table(("process", "what happens", "stage"), schedule()),
        "terms": table(("term", "sign", "what counts", "weight", "source"), terms()),
        "moves": table(head, iter(moves)),
    }.items():
        text = replaced(text, name, f"\n{made}\n")
    return text


if __name__ == "__main__":
    write_text(PAGE, filled(PAGE.read_text("utf-8")))

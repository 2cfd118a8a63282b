"""The annex: which answers survive null models and rival theories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.show.report.pieces import Column, items, paragraph, pictures, section, table, text

if TYPE_CHECKING:
    from sim.show.report.content import ReportContent
    from sim.study.robust import Robust


def robust(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return every answer of the engine beside each null and theory, with sizes."""
    found = content.robust
    if found is None:
        return ""
    inside = paragraph(found.sentence()) + pictures(content.pictures.get("robust", ()), numbers)
    columns = (
        Column("Answer", wide=True),
        Column("Engine", number=True),
        *(Column(rival.replace("_", " ").capitalize()) for rival in found.rivals),
    )
    inside += table("Answers beside null models and theories", columns, list(_rows(found)))
    if found.silent:
        inside += items(text(f"{name} is silent: {why}") for name, why in found.silent.items())
    note = (
        "Pairs: share of the runs that end with both in one bloc, and how surely a rival puts them "
        "together. Metrics and claims: the effect; a null agrees where it has the effect, too, and "
        "theories of sides are silent."
    )
    return section(
        "robust", "Annex: what survives other models", inside + paragraph(note, class_="note")
    )


def _rows(found: Robust) -> Iterator[tuple[str, ...]]:
    for answer in found.answers:
        cells = (f"{answer.verdict(x)} {answer.size(x)}".rstrip() for x in found.rivals)
        yield text(answer.what), text(answer.told), *(text(cell) for cell in cells)

"""The middle of the page: why, what if, claims, sensitivity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sim.measure.summary import percent, plural
from sim.show.report.pieces import (
    Column,
    bar,
    code,
    fold,
    items,
    paragraph,
    pictures,
    section,
    share_bar,
    table,
    tag,
    text,
)
from sim.study.comparison import NOTE, with_bounds
from sim.study.verdicts import RULE
from sim.words.digits import number
from sim.words.of_decisions import capital, signed
from sim.words.of_inputs import input_words

if TYPE_CHECKING:
    from sim.show.report.content import Choice, ReportContent, Sensitivity, WhatIf
    from sim.study.comparison import ArmComparison, MetricEffect
    from sim.study.verdicts import Verdict

_THIRD: Final = 5
_OPEN: Final = 3
"""Arms whose tables are open from the start."""


# --- why -----------------------------------------------------------------------------------------
def why(content: ReportContent) -> str:
    """Return the decisions that mattered."""
    found = content.why
    inside = tag("h3", "Decisions that weigh most")
    if found.choices:
        inside += _choices(content) + paragraph(found.unit, class_="note")
        if found.idle:
            inside += paragraph(
                f"Left out: {plural(found.idle, 'further kind')} of decision, as frequent, from "
                "which the mover gained next to nothing: chance more than reason.",
                class_="note",
            )
    else:
        inside += paragraph("No focal state took a decision towards another in these runs.")
    inside += tag("h3", "Decisions that go with another ending") + _forks(content)
    if found.run is not None:
        inside += tag("h3", f"One run told: {found.teller} in run {found.run}")
        inside += paragraph(
            f"Run {found.run} ends nearest to what is typical. The weightiest of the moves of, and "
            f"towards, {found.teller}, and what the scenario puts in. Very many moves are open, so "
            "each was improbable: what it weighed says why it was likelier than others, not that "
            "it had to come."
        )
        inside += items(map(_told, found.story), "ol", class_="story")
    return section("why", "Why", inside)


def _told(part: str) -> str:
    """A decision with what happened set apart from its reasons."""
    what, stop, reasons = part.partition(". ")
    return tag("strong", text(what + stop.strip())) + " " + text(reasons) if stop else text(part)


def _choices(content: ReportContent) -> str:
    largest = max((abs(x) for it in content.why.choices for _, x in it.parts), default=1.0)
    rows = []
    for _, group in groupby(content.why.choices, key=lambda it: it.state):
        rows += [_choice(it, largest) for it in group]
    columns = (
        Column("Decision", wide=True),
        Column("Runs with it", number=True),
        Column("Median date"),
        Column("Gain", number=True),
        Column("What spoke for and against it, in logits", wide=True),
    )
    return table("Decisions of the focal states, by how often and how much", columns, rows)


def _choice(it: Choice, largest: float) -> tuple[str, ...]:
    parts = "".join(
        tag("li", bar(x, largest=largest) + tag("span", text(f"{signed(x)} {words}")))
        for words, x in it.parts
    )
    gain = text(signed(it.gain))
    if it.partner_gain is not None:
        gain += tag("span", text(f"partner {signed(it.partner_gain)}"), class_="how")
    return (
        text(it.text),
        text(percent(it.runs)) + share_bar(it.runs),
        text(it.first),
        gain,
        tag("ul", parts, class_="parts") if parts else text("hardly any change of utility"),
    )


def _forks(content: ReportContent) -> str:
    found, names = content.why, content.names
    if not found.examined:
        return paragraph("No state's bloc differs between the runs enough to ask.")
    if not found.forks:
        return paragraph(
            f"Of {found.examined} pairs of a decision and an ending that were looked at, none "
            "stands out from chance."
        )
    rows = [
        (
            text(it.text),
            text(percent(it.runs)),
            text(f"{names.get(it.state, it.state)} with {names.get(it.core, it.core)}"),
            text(percent(it.with_it)) + share_bar(it.with_it),
            text(percent(it.without)) + share_bar(it.without),
        )
        for it in found.forks
    ]
    columns = (
        Column("Decision", wide=True),
        Column("Runs with it", number=True),
        Column("Ending"),
        Column("of runs with it", number=True),
        Column("of runs without", number=True),
    )
    return table("Decisions after which a state ends elsewhere", columns, rows) + paragraph(
        f"{plural(found.examined, 'pair')} of a decision and an ending were looked at; shown are "
        "those that chance alone would bring among as many in less than 5% of cases (Fisher's "
        "exact test, Bonferroni). The decision and the ending may have a common cause.",
        class_="note",
    )


# --- what if -------------------------------------------------------------------------------------
def what_if(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return what the arms change."""
    found = content.whatif
    if found is None:
        return ""
    comparison = found.comparison
    said = (
        f"Each arm is the same scenario with one thing changed, held against "
        f"“{comparison.reference}” run by run with the same draws and the same luck: "
        f"{plural(comparison.runs, 'paired run')}, {found.origin}. Measured at "
        f"{comparison.horizon} unless it says otherwise."
    )
    inside = paragraph(said)
    for at, (arm, rows) in enumerate(found.rows):
        inside += fold(_arm_title(arm), _arm(found, arm, rows), opened=at < _OPEN)
    drawn = content.pictures.get("whatif", ())
    if drawn:
        inside += tag("h3", "Differences through time") + pictures(drawn, numbers)
        inside += paragraph(
            f"Difference of each arm from “{comparison.reference}”: mean of the paired runs and "
            "95% interval. Shown are the main arm and those that change most.",
            class_="note",
        )
    return section("whatif", "What if", inside + paragraph(NOTE, class_="note"))


def _arm_title(arm: ArmComparison) -> str:
    return arm.name if arm.title in ("", arm.name) else f"{arm.title} ({arm.name})"


def _arm(found: WhatIf, arm: ArmComparison, rows: tuple[tuple[str, MetricEffect], ...]) -> str:
    clear = sum(it.effect.clear for it in arm.metrics)
    if not rows:
        return paragraph(f"None of {len(arm.metrics)} measures differs clearly.")
    columns = (
        Column("Measure", wide=True),
        Column(found.comparison.reference, number=True),
        Column(arm.name, number=True),
        Column("Difference (95%)", number=True),
        Column("Runs up / down", number=True),
        Column("Parts from"),
    )
    body = [
        (
            text(capital(words))
            + ("" if words == it.metric else tag("span", code(it.metric), class_="how")),
            text(number(it.effect.reference)),
            text(number(it.effect.treatment)),
            text(with_bounds(it.effect)),
            text(f"{percent(it.effect.higher)} / {percent(it.effect.lower)}"),
            text(it.parts or "never"),
        )
        for words, it in rows
    ]
    made = table(f"What {arm.name} changes", columns, body, hidden_caption=True)
    more = clear - len(rows)
    tail = f"{plural(more, 'further measure')} differ clearly. " if more > 1 else ""
    tail = "One further measure differs clearly. " if more == 1 else tail
    return made + paragraph(tail + _third(arm), class_="note")


def _third(arm: ArmComparison) -> str:
    """Which states that the arm does not name move most."""
    by_chance = f"{arm.moved} of {arm.examined} values looked at, about {arm.examined * 0.05:.0f} "
    if not arm.movers:
        return "No third state's threat or alignment moves clearly."
    moved = ", ".join(
        f"{it.metric} {number(it.effect.difference, signed=True)}" for it in arm.movers[:_THIRD]
    )
    return f"Third states that move most: {moved} ({by_chance}of them expected by chance)."


# --- claims --------------------------------------------------------------------------------------
def claims(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return the claims of the documents with what became of them."""
    found = content.claims
    if found is None or not found.verdicts:
        return ""
    columns = (
        Column("Claim"),
        Column("Verdict"),
        Column("What is claimed", wide=True),
        Column("Expected"),
        Column("Paired effect (95%)", number=True),
        Column("Draws that hold", number=True),
    )
    rows = [_verdict(verdict) for verdict in found.verdicts]
    inside = paragraph(f"{found.summary().capitalize()}; tested {content.claims_origin}.")
    inside += pictures(content.pictures.get("claims", ()), numbers)
    inside += table("Claims, tested", columns, rows)
    return section("claims", "Claims put to the test", inside + paragraph(RULE, class_="note"))


def _verdict(found: Verdict) -> tuple[str, ...]:
    claim, effect = found.claim, found.effect
    said = text(claim.text)
    arms = " against ".join(claim.arms)
    said += tag("span", code(claim.metric or "") + text(f", {arms}" if arms else ""), class_="how")
    if claim.at:
        said += tag("span", text("At " + ", ".join(claim.at)), class_="how")
    verdict = tag("span", text(found.verdict), class_=f"verdict {found.verdict}")
    if found.verdict != "supported" and found.reason:
        verdict += tag("span", text(found.reason), class_="how")
    return (
        text(claim.id),
        verdict,
        said,
        text(claim.direction.replace("_", " ")),
        "" if effect is None else text(with_bounds(effect)),
        "" if found.holds is None else text(percent(found.holds)),
    )


# --- sensitivity ---------------------------------------------------------------------------------
def sensitivity(content: ReportContent) -> str:
    """Return which ranges the outcomes hang on."""
    found = content.sensitivity
    if found is None:
        return ""
    inside = _analysed(found) if found.table else _correlated(found, content.names)
    return section("sensitivity", "What the outcome hangs on", inside)


def _analysed(found: Sensitivity) -> str:
    head, *rows = found.table
    numeric = [all(_is_number(row[at]) for row in rows) for at in range(len(head))]
    columns = [Column(name, number=n) for name, n in zip(head, numeric, strict=True)]
    body = [[text(cell) for cell in row] for row in rows]
    return paragraph(found.note) + table("Sensitivity analysis", columns, body)


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _correlated(found: Sensitivity, names: Mapping[str, str]) -> str:
    said = (
        f"A cheap look, not a sensitivity analysis: each of the {plural(found.runs, 'run')} drew "
        f"{found.numbers:,} numbers anew, and Spearman's rank correlation says which draws go with "
        "an outcome. It sees single numbers with one-way effects, and among so many only strong "
        "ones stand out from chance; what is not listed may matter all the same."
    )
    inside = paragraph(said)
    for outcome, largest in zip(found.outcomes, found.largest, strict=True):
        mine = [it for it in found.found if it.outcome == outcome]
        heading = tag("h3", text(outcome[:1].upper() + outcome[1:]))
        if not mine:
            inside += heading + paragraph(
                f"No number stands out: the largest correlation is {largest:.2f}, and the largest "
                f"of so many exceeds {found.bar:.2f} by chance in one case of twenty."
            )
            continue
        rows = [
            (
                text(capital(input_words(it.key, names))) + tag("span", code(it.key), class_="how"),
                f"{it.rho:+.2f}" + bar(it.rho),
            )
            for it in mine
        ]
        columns = (Column("Number", wide=True), Column("Rank correlation", number=True))
        caption = f"Numbers that go with {outcome}"
        inside += heading + table(caption, columns, rows, hidden_caption=True)
        inside += paragraph(
            f"Beyond {found.bar:.2f}, which the largest of all exceeds by chance in one case of "
            "twenty.",
            class_="note",
        )
    return inside

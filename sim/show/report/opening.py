"""The beginning of the page: title, answer, coalitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sim.measure.summary import percent, plural
from sim.show.report.pieces import (
    Column,
    facts,
    fold,
    items,
    paragraph,
    pictures,
    section,
    share_bar,
    swatch,
    table,
    tag,
    text,
)
from sim.show.report.ranges import POLES
from sim.study.answer.result import OPEN, RANDOM, TOLD
from sim.words.of_decisions import listed
from sim.words.of_effects import bounds, sentence
from sim.words.of_inputs import input_words

if TYPE_CHECKING:
    from sim.blocs.indices import Interval
    from sim.measure.summary import Bloc, CoalitionReport, FocalState, Member, PactMove
    from sim.show.report.content import ReportContent

_GLANCE: Final = 8
_PACTS: Final = 12
_TURNS: Final = 8
_FIRST: Final = 3
_REVIEWED: Final = {
    "claims": "claims",
    "sensitivity": "sensitivity",
    "assumptions": "every number and its source",
    "reproduce": "how to get the same again",
}
"""Parts of the annex that a reviewer looks for, by their anchors."""


def header(content: ReportContent) -> str:
    """Return title and question."""
    arm = paragraph(f"Arm {content.arm}", class_="arm") if content.arm else ""
    question = paragraph(content.question, class_="question") if content.question else ""
    kind = tag("p", "Report of a simulation", class_="kind")
    return tag("header", kind + tag("h1", text(content.title)) + arm + question)


def what_was_run(content: ReportContent, parts: Sequence[str]) -> str:
    """Return what was run, for whom what is, and what the scenario is about.

    ``parts`` are those of the annex, for reviewers.
    """
    about = paragraph(content.description) if content.description else ""
    return tag(
        "div",
        facts(content.facts, class_="facts")
        + tag("p", _readers(parts), class_="readers")
        + (fold("About the scenario", about) if about else ""),
        class_="run",
    )


def _readers(parts: Sequence[str]) -> str:
    """What each of the two kinds of reader looks for."""
    links = [tag("a", text(name), href=f"#{at}") for at, name in _REVIEWED.items() if at in parts]
    return (
        "To decide: this page; it prints on one sheet. To review: "
        f"{tag('a', 'the annex', href='#annex')}, with {', '.join(links)}."
    )


def answer(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return the first page: verdict, three figures, how sure it is, what would change it."""
    verdict = content.verdict
    if verdict is None:
        said = " ".join(text(sentence(part)) for part in content.answer[:_FIRST])
    else:
        said = text(verdict.sentence())
    shown = (*content.pictures.get("answer", ()), *content.pictures.get("blocs", ())[:1])
    return section(
        "answer",
        "The answer",
        tag("p", said, class_="answer")
        + pictures(shown, numbers)
        + tag(
            "div",
            _points("How sure", how_sure(content))
            + _points("What would change it", what_would_change(content)),
            class_="panels",
        )
        + _lacks(content.notices),
    )


def _lacks(notices: Sequence[str]) -> str:
    """What is left out, and why: below the answer, which comes first."""
    if not notices:
        return ""
    said = tag("p", "What this report lacks:") + items(text(notice) for notice in notices)
    return tag("aside", said, aria_label="What is left out")


def _points(title: str, said: Iterable[str]) -> str:
    return tag("div", tag("h3", text(title)) + items(text(sentence(part)) for part in said))


def in_full(content: ReportContent) -> str:
    """Return the answer in one paragraph, for the annex."""
    said = tag("p", " ".join(text(sentence(part)) for part in content.answer))
    return section("full", "The runs in a paragraph", said)


def how_sure(content: ReportContent) -> Iterator[str]:
    """Say how many runs there are, what random choice shows, and what the numbers rest on."""
    verdict = content.verdict
    if verdict is not None:
        yield verdict.surety()
        told, random = len(verdict.of(TOLD)), len(verdict.of(RANDOM))
        if verdict.random_runs and told + random:
            yield (
                f"of {plural(told + random, 'effect')} large enough to matter, {random} cannot be "
                "told from random choice: such effects come from rules in which nobody chooses, "
                "and are no finding about decisions"
            )
    if content.assumptions is not None and content.assumptions.total:
        share = percent(content.assumptions.judged / content.assumptions.total)
        yield (
            f"{share} of the {content.assumptions.total:,} numbers that went in are judgement; "
            "every run draws each anew from its range"
        )
    if content.claims is not None and content.claims.verdicts:
        yield f"of the claims of the documents: {content.claims.summary()}"
    yield "effects and shares are of the model, given this scenario: they are not predictions"


def what_would_change(content: ReportContent) -> Iterator[str]:
    """Say which numbers the outcome hangs on, and what would be read otherwise."""
    found = content.sensitivity
    # whom the question is about comes first: an answer does not hang on how many poles there are
    about = [] if found is None else [it for it in found.found if it.outcome != POLES]
    for it in about[:_FIRST]:
        yield (
            f"{input_words(it.key, content.names)}: where it is drawn higher, {it.outcome} is "
            f"{'higher' if it.rho > 0 else 'lower'} (rank correlation {it.rho:.2f})"
        )
    if found is not None and not about and not found.table:
        asked = listed([outcome for outcome in found.outcomes if outcome != POLES])
        yield (
            f"no single number of the {found.numbers:,} drawn stands out: in "
            f"{plural(found.runs, 'run')} none goes with {asked or 'the outcomes'} more than "
            "chance would have it"
        )
    if found is None:
        yield "which numbers it hangs on was not measured: multipolar sensitivity does"
    for row in () if content.verdict is None else content.verdict.of(OPEN)[:1]:
        yield f"more runs: the interval of {row.name} is too wide to tell anything of it"


# --- coalitions ----------------------------------------------------------------------------------
def coalitions(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return the blocs that the runs end in, how firm they are, and what they rest on."""
    report = content.coalition
    return section(
        "coalitions",
        "Coalitions",
        _blocs(content)
        + paragraph(_how_sure(report), class_="note")
        + pictures(content.pictures.get("blocs", ())[1:], numbers)
        + _stability(content)
        + _rivals(content),
    )


def _blocs(content: ReportContent) -> str:
    report, names = content.coalition, content.names
    rows = []
    for bloc in report.blocs:
        shade = content.colours.get(bloc.core, "#8A8A8A")
        rows.append(
            (
                swatch(shade) + text(names.get(bloc.core, bloc.core)),
                str(len(bloc.members)),
                text(bounds(bloc.share.start, share=True)),
                text(bounds(bloc.share.end, share=True)),
                _members(bloc, names),
            )
        )
    if report.unaligned:
        alone = ", ".join(text(names.get(code, code)) for code in report.unaligned)
        rows.append((text("In no bloc"), str(len(report.unaligned)), "", "", alone))
    columns = (
        Column("Bloc around"),
        Column("States", number=True),
        Column(f"Capability share {report.start}", number=True),
        Column(f"Capability share {report.end}", number=True),
        Column("Members, with the share of runs that end with them beside the core", wide=True),
    )
    return table(f"Blocs in {report.end}", columns, rows)


def _members(bloc: Bloc, names: Mapping[str, str]) -> str:
    said = _listed((m for m in bloc.members if m.state != bloc.core), names)
    if bloc.contested:
        shown = _listed(bloc.contested[:_GLANCE], names)
        more = len(bloc.contested) - _GLANCE
        rest = f" and {more} more" if more > 0 else ""
        said += tag("span", f"At times also: {shown}{rest}", class_="how")
    return said


def _listed(members: Iterable[Member], names: Mapping[str, str]) -> str:
    return ", ".join(
        text(names.get(m.state, m.state))
        + ("" if m.together == 1 else f" <small>{text(percent(m.together))}</small>")
        for m in members
    )


def _how_sure(report: CoalitionReport) -> str:
    poles = report.poles
    counted = (
        f"Effective number of poles: {bounds(poles.start)} in {report.start}, {bounds(poles.end)} "
        f"in {report.end}. Shares in brackets bound the middle 90% of the runs."
    )
    if report.partitions == 1:
        return f"All runs end in this partition. {counted}"
    if report.modal:
        why = f"the most frequent outcome, in {percent(report.frequency)} of the runs"
    else:
        why = (
            "the one that agrees best with all runs, as no outcome is clearly the most frequent; "
            f"{percent(report.frequency) if report.frequency else 'none'} of the runs end in it "
            "exactly"
        )
    return (
        f"This partition is {why}; {report.partitions:,} different ones occur. A member without a "
        f"percentage is with the core in every run. {counted}"
    )


def _stability(content: ReportContent) -> str:
    """Proofs, and splits and mergers."""
    from sim.measure.summary.bloc_tables import certificate_line

    found, names = content.stability, content.names
    proof = paragraph(
        f"How far the partitions can be from the best ones: {certificate_line(found)}",
        class_="note",
    )
    heading = tag("h3", "Splits and mergers")
    rows = []
    # what one run alone has is chance
    common = [event for event in found.events if event.runs * content.coalition.runs > 1.5]
    for event in common[:_TURNS]:
        dates = event.low if event.low == event.high else f"{event.low} to {event.high}"
        joined = " from " if event.kind == "split" else " with "
        parts = joined.join(names.get(core, core) for core in reversed(event.cores))
        rows.append(
            (
                text("Split of" if event.kind == "split" else "Merger of") + " " + text(parts),
                text(percent(event.runs)) + share_bar(event.runs),
                text(event.median),
                text(dates),
            )
        )
    columns = (
        Column("What happens, by the strongest members of the two parts", wide=True),
        Column("Runs with it", number=True),
        Column("Median date"),
        Column("90% of dates"),
    )
    if not rows:
        once = f"; {plural(len(found.events), 'kind')} in one run each" if found.events else ""
        return (
            proof + heading + paragraph(f"In no two runs do the same blocs split or merge{once}.")
        )
    more = len(found.events) - len(rows)
    tail = f" {plural(more, 'rarer kind')} not shown." if more > 0 else ""
    kept = found.kept
    note = paragraph(
        f"Seen at the {len(kept)} kept quarters from {kept[0]} to {kept[-1]}; a state that moves "
        f"by itself is no split.{tail}",
        class_="note",
    )
    caption = "Splits and mergers of blocs over the runs"
    return proof + heading + table(caption, columns, rows) + note


def _rivals(content: ReportContent) -> str:
    """How far the blocs hang on what is taken to tie states."""
    names = content.names
    rows = []
    for rival in content.stability.rivals:
        # the rest are named by the table above
        blocs = "; ".join(
            _few([names.get(code, code) for code in members]) for members in rival.blocs
        )
        own = rival.definition == content.stability.definition
        rows.append(
            (
                text(rival.definition) + tag("span", text(rival.meaning), class_="how"),
                text(blocs or "none"),
                str(rival.unaligned),
                text(bounds(rival.poles)),
                "" if own else text(bounds(rival.agreement)),
            )
        )
    if len(rows) < 2:
        return ""
    columns = (
        Column("Ties counted", wide=True),
        Column("Blocs at the end", wide=True),
        Column("Alone", number=True),
        Column("Effective poles", number=True),
        Column("Agreement, run by run", number=True),
    )
    return (
        tag("h3", "If blocs were defined otherwise")
        + table("Rival definitions of blocs", columns, rows)
        + paragraph(
            "Agreement is the adjusted Rand index with the first row: 1 for the same blocs, about "
            "0 for what chance would give.",
            class_="note",
        )
    )


def _few(members: list[str]) -> str:
    shown = ", ".join(members[:4])
    return shown if len(members) <= 4 else f"{shown} and {len(members) - 4} more"


# --- through time --------------------------------------------------------------------------------
def through_time(content: ReportContent, numbers: Iterator[int]) -> str:
    """Return how the focal states move, and which pacts are made and broken."""
    report = content.coalition
    shown = pictures(content.pictures.get("time", ()), numbers)
    note = paragraph(
        "Lines are medians over the runs, bands hold 50% and 90% of them; a dotted upright line is "
        "a dated event of the scenario that touches the state.",
        class_="note",
    )
    return section(
        "time",
        "How the states move",
        shown
        + note
        + tag("h3", "Focal states")
        + "".join(_focal(state, report, content.names) for state in report.focal)
        + tag("h3", "Pacts that states make and break")
        + _pacts("Made or raised", report.formed, content)
        + _pacts("Broken or lowered", report.broken, content),
    )


def _focal(state: FocalState, report: CoalitionReport, names: Mapping[str, str]) -> str:
    def name(code: str) -> str:
        return names.get(code, code)

    def ends(label: str, start: Interval, end: Interval) -> tuple[str, str, str]:
        return text(label), text(bounds(start)), text(bounds(end))

    rows = [
        ends(f"Alignment with {name(pole)}", change.start, change.end)
        for pole, change in state.alignment.items()
    ]
    for label, hedge in (("Hedging", state.hedging), ("in security", state.security_hedging)):
        if hedge is not None:
            rows.append(ends(label, hedge.start, hedge.end))
    for channel, pair in state.dependence.items():
        said = [
            f"{name(top.partner)} {bounds(top.share)}" if top.share.high >= 0.005 else "none"
            for top in pair
        ]
        rows.append((text(f"Largest partner in {channel}"), text(said[0]), text(said[1])))
    for pact in state.pacts[:_GLANCE]:
        held = [
            "none" if share == 0 else f"{level} in {percent(share)} of runs"
            for share, level in ((pact.start, pact.start_level), (pact.end, pact.end_level))
        ]
        rows.append((text(f"Pact with {name(pact.partner)}"), text(held[0]), text(held[1])))
    more = len(state.pacts) - _GLANCE
    if more > 0:
        rows.append((text(f"Pacts with {more} others"), "", ""))
    columns = (Column("Measure"), Column(report.start), Column(report.end))
    title = f"{name(state.state)} in {report.start} and {report.end}"
    return fold(name(state.state), table(title, columns, rows, hidden_caption=True))


def _pacts(title: str, moves: tuple[PactMove, ...], content: ReportContent) -> str:
    if not moves:
        return paragraph(f"{title}: in no run.")
    rows = [
        (
            text(" and ".join(content.names.get(code, code) for code in move.states)),
            text(move.level),
            text(percent(move.runs)) + share_bar(move.runs),
            text(move.median),
        )
        for move in moves[:_PACTS]
    ]
    columns = (
        Column("States"),
        Column("Level"),
        Column("Runs with it", number=True),
        Column("Median date"),
    )
    more = len(moves) - _PACTS
    tail = paragraph(f"And {plural(more, 'rarer pair')}.", class_="note") if more > 0 else ""
    return table(f"Pacts {title[0].lower()}{title[1:]}", columns, rows) + tail

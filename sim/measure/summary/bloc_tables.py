"""The bloc report as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rich.console import Group
from rich.text import Text

from sim.blocs import MEASURES
from sim.measure.summary.coalition_tables import (
    heading,
    hedgers_table,
    member_cell,
    partition_text,
    shifts_table,
)
from sim.measure.summary.members import CONTESTED
from sim.system.terminal import table
from sim.words.of_numbers import number, percent, plural, share

if TYPE_CHECKING:
    from sim.measure.summary.bloc_report import BlocReport, Rival
    from sim.measure.summary.states import Position
    from sim.words.of_numbers import Change

_SHOWN_EVENTS: Final = 12
_SHOWN_PAIRS: Final = 10
_SHOWN_MEMBERS: Final = 14


def render(report: BlocReport) -> Any:
    """Return the bloc report as rich shows it."""
    head = heading(report).append(f"\nBlocs by {report.meaning}", style="dim")
    parts: list[Any] = [head, Text(), _blocs(report), Text(partition_text(report))]
    parts += [Text(certificate_line(report)), Text(), _unsettled(report), _events(report)]
    parts += [shifts_table(report.shifts, report.start, report.end), hedgers_table(report.stances)]
    parts += [_measures(report), _rivals(report)]
    parts += [_position(report, state) for state in report.positions]
    parts += [Text(), Text(f"{report.note}\nResult {report.run_id}.", style="dim")]
    return Group(*parts)


def certificate_line(report: BlocReport) -> str:
    """Say in a sentence or two how far the partitions can be from the best ones."""
    known = report.certified
    if not known.networks:
        return "No partition was certified: there was no time."
    of = "all" if known.networks == report.runs else f"the first {known.networks}"
    line = (
        f"Of {of} runs' final networks, {known.proven} have a partition proven best"
        if known.proven < known.networks
        else f"Proven best in {of} runs' final networks"
    )
    if known.branched:
        line += f" ({known.branched} by branch and bound)"
    if known.proven < known.networks:
        line += f"; the others are within {known.largest_gap:.2%} of the best"
    line += "."
    if known.consensus is not None:
        line += (
            " No partition agrees with the runs on more pairs than the one shown: proven."
            if known.consensus < 1e-6
            else f" The one shown is within {known.consensus:.2%} of the greatest agreement."
        )
    return line


def _blocs(report: BlocReport) -> Any:
    columns = (("bloc", ""), ("share", "right"), ("persistence", "right"), ("members", ""))
    made = table(f"Blocs in {report.end}", columns)
    for bloc, standing in zip(report.blocs, report.standing, strict=True):
        made.add_row(
            bloc.core, number(bloc.share.end), number(standing.persistence), member_cell(bloc)
        )
    if report.unaligned:
        alone = ", ".join(
            it.state if it.alone == 1 else f"{it.state} {percent(it.alone)}"
            for it in report.unaligned
        )
        made.add_row(Text("unaligned", style="dim"), "", "", alone)
    made.caption = (
        "share: of capability; persistence: members kept from one kept quarter to the next"
    )
    return made


def _unsettled(report: BlocReport) -> Any:
    """The pairs about which the runs disagree most."""
    together = np.array(report.together)
    i, j = np.triu_indices(len(together), 1)
    doubt = np.abs(together[i, j] - 0.5)
    ranked = [at for at in np.argsort(doubt, kind="stable") if doubt[at] < 0.5 - CONTESTED]
    if not ranked:
        return Text("Every two states end together in nearly all of the runs, or in hardly any.")
    pairs = ", ".join(
        f"{report.states[i[at]]}-{report.states[j[at]]} {percent(float(together[i[at], j[at]]))}"
        for at in ranked[:_SHOWN_PAIRS]
    )
    more = len(ranked) - _SHOWN_PAIRS
    return Text(
        f"Least settled pairs, with the share of runs that end with both in one bloc: {pairs}"
        + (f"; and {more} more." if more > 0 else ".")
    )


def _events(report: BlocReport) -> Any:
    steady = Text(
        f"From one kept quarter to the next, the bloc of a state keeps {share(report.persistence)} "
        "of its members (mean over the states).\n"
    )
    if not report.events:
        return Group(steady, Text("Splits and mergers: in no run.", style="bold"))
    columns = (
        ("", ""),
        ("parts around", ""),
        ("share of runs", "right"),
        ("median date", "right"),
        ("90% of dates", "right"),
    )
    made = table("Splits and mergers", columns)
    for event in report.events[:_SHOWN_EVENTS]:
        dates = event.low if event.low == event.high else f"{event.low} to {event.high}"
        names = " | " if event.kind == "split" else " + "
        made.add_row(event.kind, names.join(event.cores), percent(event.runs), event.median, dates)
    made.add_rest(len(report.events) - _SHOWN_EVENTS, "rarer")
    made.caption = f"seen at the kept quarters: {', '.join(report.kept)}"
    return Group(steady, made)


def _measures(report: BlocReport) -> Any:
    columns = (("system", ""), (report.start, "right"), (report.end, "right"), ("meaning", ""))
    made = table(None, columns)
    for name, change in report.measures.items():
        made.add_row(
            name, *_ends(change, 0 if name in ("blocs", "unaligned") else 2), MEASURES[name].meaning
        )
    return made


def _ends(change: Change | None, digits: int = 2) -> tuple[str, str]:
    if change is None:
        return "-", "-"
    return number(change.start, digits), number(change.end, digits)


def _rivals(report: BlocReport) -> Any:
    columns = (
        ("by", ""),
        ("agreement", "right"),
        ("cross-cutting", "right"),
        ("poles", "right"),
        ("blocs", ""),
    )
    made = table("How the answer changes with the definition", columns)
    for rival in report.rivals:
        first = rival.definition == report.definition
        made.add_row(
            rival.definition,
            "asked" if first else number(rival.agreement),
            "" if first else number(rival.crosscutting),
            number(rival.poles),
            _outcome(rival),
        )
    made.caption = (
        "agreement: adjusted Rand index with what was asked (1 equal, 0 as by chance); "
        "cross-cutting: share of pairs together in one and apart in the other"
    )
    return made


def _outcome(rival: Rival) -> Text:
    """The consensus in a few lines: strongest members of each bloc."""
    lines = Text()
    for members in rival.blocs:
        more = len(members) - _SHOWN_MEMBERS
        listed = " ".join(members[:_SHOWN_MEMBERS])
        lines.append(f"{listed}{f' and {more} more' if more > 0 else ''}\n")
    return lines.append(f"{plural(rival.unaligned, 'state')} alone", style="dim")


def _position(report: BlocReport, state: Position) -> Any:
    made = table(None, ((state.state, ""), (report.start, "right"), (report.end, "right")))
    for label, change in (
        ("hedging", state.hedging),
        ("  equidistance", state.equidistance),
        ("  intensity", state.intensity),
        ("  mixing of domains", state.mixing),
        ("hedging in security", state.security_hedging),
        ("isolation", state.isolation),
    ):
        if change is not None:
            made.add_row(label, *_ends(change))
    for label, by_pole in (
        ("likeness of pacts with", state.similarity),
        ("dependence less that of", state.asymmetry),
        ("leverage of", state.leverage),
    ):
        for pole, change in by_pole.items():
            made.add_row(f"{label} {pole}", *_ends(change))
    return made

"""The coalition report as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.text import Text

from sim.system.terminal import table
from sim.words.of_numbers import number, percent, plural

if TYPE_CHECKING:
    from sim.measure.summary.bloc_report import BlocReport
    from sim.measure.summary.camps import Shift, Stance
    from sim.measure.summary.coalition_report import (
        CoalitionReport,
        Dependence,
        FocalState,
        MembershipMove,
        PactMove,
    )
    from sim.measure.summary.members import Bloc, Member

SHOWN_CONTESTED: Final = 5
"""States that join a bloc at times and are named beside it."""

_SHOWN_MOVES: Final = 12
_SHOWN_PACTS: Final = 6
_SHOWN_HEDGERS: Final = 15


def render(report: CoalitionReport) -> Any:
    """Return the coalition report as rich shows it."""
    parts: list[Any] = [heading(report), Text(), _bloc_table(report), Text(partition_text(report))]
    parts.append(
        Text(
            f"Effective number of poles: {number(report.poles.start)} at the start, "
            f"{number(report.poles.end)} at the end."
        )
    )
    parts += [Text(), shifts_table(report.shifts, report.start, report.end)]
    parts += [hedgers_table(report.stances)]
    parts += [_focal_table(report, state) for state in report.focal]
    for title, moves in (("made or raised", report.formed), ("broken or lowered", report.broken)):
        parts += [Text(), _moves_table(f"Pacts {title}", moves)]
    for title, changes in (
        ("joined", report.joined),
        ("left", report.left),
        ("suspended from", report.suspended),
    ):
        parts += [Text(), _memberships_table(f"Organisations {title}", changes)]
    parts += [Text(), Text(f"{report.note}\nResult {report.run_id}.", style="dim")]
    return Group(*parts)


def heading(report: CoalitionReport | BlocReport) -> Text:
    """Return what was run."""
    arm = "" if report.arm == "base" else f", arm {report.arm}"
    head = Text(f"{report.title}{arm}\n", style="bold")
    return head.append(f"{plural(report.runs, 'run')}, {report.start} to {report.end}", style="dim")


def _bloc_table(report: CoalitionReport) -> Any:
    columns = (("bloc", ""), ("capability share", "right"), ("members", ""))
    made = table(f"Blocs in {report.end}", columns)
    for bloc in report.blocs:
        made.add_row(bloc.core, number(bloc.share.end), member_cell(bloc))
    if report.unaligned:
        made.add_row(Text("unaligned", style="dim"), "", ", ".join(report.unaligned))
    return made


def shifts_table(shifts: Sequence[Shift], start: str, end: str) -> Any:
    """Return who moved between blocs, in how many runs, and by which move."""
    if not shifts:
        return Text("Moved to a bloc or from it since the start: nobody.", style="bold")
    columns = (("state", ""), ("bloc", ""), (start, "right"), (end, "right"), ("with", ""))
    made = table("Moved to a bloc or from it", columns)
    for it in shifts[:_SHOWN_MOVES]:
        verb = "joins" if it.after > it.before else "leaves"
        why = it.why or "no one move: trust, arms, positions"
        made.add_row(it.state, f"{verb} {it.core}", percent(it.before), percent(it.after), why)
    made.add_rest(len(shifts) - _SHOWN_MOVES, "more")
    return made


def hedgers_table(stances: Sequence[Stance]) -> Any:
    """Return who stands between two blocs, with the mean tie to each (a defence pact at 1)."""
    hedgers = sorted((it for it in stances if it.between), key=lambda it: (-it.hedging, it.state))
    if not hedgers:
        return Text("Between two blocs in most of the runs: nobody.", style="bold")
    columns = (("state", ""), ("between", ""), ("ties", "right"), ("of the runs", "right"))
    made = table("Hedgers: between two blocs in most of the runs", columns)
    for it in hedgers[:_SHOWN_HEDGERS]:
        ties = " and ".join(f"{it.ties[core]:.2f}" for core in it.between)
        made.add_row(it.state, " and ".join(it.between), ties, percent(it.hedging))
    made.add_rest(len(hedgers) - _SHOWN_HEDGERS, "more")
    return made


def member_cell(bloc: Bloc) -> Text:
    """Return the members of a bloc and, dimmed below, who joins it at times."""
    members = Text(_listed(bloc.members))
    if bloc.contested:
        more = len(bloc.contested) - SHOWN_CONTESTED
        listed = _listed(bloc.contested[:SHOWN_CONTESTED])
        rest = f", and {more} more" if more > 0 else ""
        members.append(f"\nat times: {listed}{rest}", style="dim")
    return members


def _listed(members: Iterable[Member]) -> str:
    """Members with the share of runs, where it is not all of them."""
    return ", ".join(
        member.state if member.together == 1 else f"{member.state} {percent(member.together)}"
        for member in members
    )


def partition_text(report: CoalitionReport | BlocReport) -> str:
    """Say how the consensus partition was chosen and how often it comes out."""
    if report.partitions == 1:
        return "All runs end in this partition."
    if report.modal:
        why = f"the most frequent outcome, in {percent(report.frequency)} of the runs"
    else:
        exact = (
            f"{percent(report.frequency)} of the runs end" if report.frequency else "no run ends"
        )
        why = (
            "the partition that agrees best with all runs, as no outcome is clearly the most "
            f"frequent; {exact} in it exactly"
        )
    return (
        f"This is {why}; {report.partitions} different outcomes occur. A percentage is the share "
        "of runs that end with the state in the bloc of the first member (none: in all of them)."
    )


def _focal_table(report: CoalitionReport, state: FocalState) -> Any:
    made = table(None, ((state.state, ""), (report.start, "right"), (report.end, "right")))
    for pole, change in state.alignment.items():
        made.add_row(f"alignment with {pole}", number(change.start), number(change.end))
    for name, hedge in (("hedging", state.hedging), ("in security", state.security_hedging)):
        if hedge is not None:
            label = name if name == "hedging" else f"  {name}"
            made.add_row(label, number(hedge.start), number(hedge.end))
    for channel, (start, end) in state.dependence.items():
        made.add_row(f"top {channel} partner*", _partner(start), _partner(end))
    count = state.pact_count
    made.add_row("pacts", number(count.start, 0), number(count.end, 0))
    for pact in state.pacts[:_SHOWN_PACTS]:
        start_held, end_held = _held(pact.start, pact.start_level), _held(pact.end, pact.end_level)
        made.add_row(f"  with {pact.partner}", start_held, end_held)
    hidden = len(state.pacts) - _SHOWN_PACTS
    if hidden > 0:
        made.add_row(f"  and with {hidden} more", "", "")
    if state.dependence:
        made.caption = "* of the partners recorded; the percentages of pacts are shares of runs"
    return made


def _partner(top: Dependence) -> str:
    return f"{top.partner} {number(top.share)}" if top.share.high >= 0.005 else "none"


def _held(share: float, level: str) -> str:
    return "none" if share == 0 else f"{level} in {percent(share)}"


def _moves_table(title: str, moves: Sequence[PactMove]) -> Any:
    rows = [(" - ".join(move.states), move.level, move.runs, move.median) for move in moves]
    return _shares_table(title, ("states", "level"), rows)


def _memberships_table(title: str, moves: Sequence[MembershipMove]) -> Any:
    rows = [(move.state, move.organisation, move.runs, move.median) for move in moves]
    return _shares_table(title, ("state", "organisation"), rows)


def _shares_table(
    title: str, heads: tuple[str, str], rows: Sequence[tuple[str, str, float, str]]
) -> Any:
    """What happens in which share of the runs and when, the most frequent first."""
    if not rows:
        return Text(f"{title}: in no run.", style="bold")
    made = table(title, (*heads, ("share of runs", "right"), ("median date", "right")))
    for who, what, share, median in rows[:_SHOWN_MOVES]:
        made.add_row(who, what, percent(share), median)
    made.add_rest(len(rows) - _SHOWN_MOVES, "rarer")
    return made

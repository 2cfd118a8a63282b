"""Pieces of HTML for the page; every name that a scenario gives is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from sim.drivers.replay import Decision, Side
from sim.measure.summary import CoalitionReport, Member, percent
from sim.show.app.pair import Pair
from sim.show.app.session import Session, Variable
from sim.show.app.settings import Setting, shown
from sim.show.plots.style import GREY, colour
from sim.study.explain import Story
from sim.words.of_decisions import UNIT, Prose, signed, term_words

_DECISIONS = 12
_LEAST_PART = 0.005


def provenance(setting: Setting, drawn: float | None) -> str:
    """What is known of a number: stated value, range, what this run has drawn, source."""
    unit = f" {escape(setting.unit)}" if setting.unit else ""
    parts = [f"stated {shown(setting, setting.value)}{unit}"]
    if setting.is_switch:
        parts = [f"stated {shown(setting, setting.value)}"]
    elif setting.is_drawn:
        parts.append(f"range {shown(setting, setting.low)} to {shown(setting, setting.high)}")
        if drawn is not None:
            parts.append(f"this run has {shown(setting, drawn)}")
    else:
        parts.append("exact")
    if setting.source:
        parts.append(f"source: {escape(setting.source)}")
    if setting.confidence:
        parts.append(f"confidence: {escape(setting.confidence)}")
    return f'<div class="mp-muted">{"; ".join(parts)}</div>'


def story(told: Story) -> str:
    """Why a state moved: its last decisions, the newest first, each with what it rests on."""
    prose = told.prose
    newest = sorted(told.decisions, key=lambda it: (it.quarter, it.order), reverse=True)
    parts = [_decision(prose, it, told.state or "") for it in newest[:_DECISIONS]]
    if len(newest) > _DECISIONS:
        more = len(newest) - _DECISIONS
        parts.append(f'<div class="mp-empty">{more} earlier moves are not shown here.</div>')
    if told.considered or not told.opportunities:
        parts.append(f'<div class="mp-story">{escape(told.sentences()[-1])}</div>')
    parts.append(f'<div class="mp-muted">{escape(UNIT)}</div>')
    return "".join(parts)


def _decision(prose: Prose, it: Decision, code: str) -> str:
    side = it.partner if it.partner is not None and it.partner.state == code else it.mover
    text = prose.decision(it).partition(": ")[2]
    head, _, rest = text.partition(". ")
    return (
        f'<div class="mp-story"><h3>{it.quarter}: {escape(head)}</h3>{escape(rest)}'
        f"{_parts(prose, side)}</div>"
    )


def _parts(prose: Prose, side: Side) -> str:
    """The terms of utility as bars: to the right what speaks for the move."""
    parts = [part for part in side.parts if abs(part.change) >= _LEAST_PART]
    if not parts:
        return ""
    largest = max(abs(part.change) for part in parts)
    rows = []
    for part in parts:
        width = max(1.0, 100.0 * abs(part.change) / largest)
        kind = "gain" if part.change > 0 else "loss"
        bar = f'<span class="mp-bar mp-{kind}" style="width:{width:.0f}%"></span>'
        left, right = ("", bar) if part.change > 0 else (bar, "")
        rows.append(
            f'<tr><td class="mp-word">{escape(term_words(part))}</td>'
            f'<td class="mp-number">{signed(part.change)}</td>'
            f'<td><span class="mp-half" style="text-align:right">{left}</span>'
            f'<span class="mp-half">{right}</span></td></tr>'
        )
    who = escape(prose.name(side.state))
    caption = f"Change of utility of {who}, by term; sum {signed(side.gain)}"
    return (
        f'<table class="mp-parts"><caption class="mp-muted" style="text-align:left">{caption}'
        f"</caption>{''.join(rows)}</table>"
    )


def variables(found: Iterable[Variable], pacts: Mapping[str, str]) -> str:
    """The pacts of a state by partner, and its variables now and at the start."""
    rows = []
    for it in found:
        unit = f" ({escape(it.unit)})" if it.unit else ""
        rows.append(
            f"<tr><td>{escape(it.meaning)}{unit}<div class='mp-key'>{it.name}</div></td>"
            f"<td>{it.now:.3g}</td><td>{it.start:.3g}</td></tr>"
        )
    held = ", ".join(f"{escape(level)} with {escape(name)}" for name, level in pacts.items())
    return (
        f'<div class="mp-empty">Pacts: {held or "none"}.</div>'
        '<table class="mp-blocs"><tr><th>variable</th><th>now</th><th>at the start</th></tr>'
        f"{''.join(rows)}</table>"
    )


def coalitions(report: CoalitionReport, poles: tuple[str, ...]) -> str:
    """The blocs that an ensemble ends in: share of capability, members and how surely."""
    rank = {pole: at for at, pole in enumerate(poles)}
    others = [bloc.core for bloc in report.blocs if bloc.core not in rank]
    rank |= {core: len(poles) + at for at, core in enumerate(others)}
    rows = []
    for bloc in report.blocs:
        share = bloc.share.end
        members = ", ".join(_member(member) for member in bloc.members)
        if bloc.contested:
            at_times = ", ".join(_member(member) for member in bloc.contested)
            members += f'<div class="mp-muted">at times: {at_times}</div>'
        rows.append(
            f"<tr><td>{dot(rank[bloc.core])}{escape(bloc.core)}</td><td>{share.median:.2f}"
            f'<div class="mp-muted mp-range">{share.low:.2f}–{share.high:.2f}</div></td>'
            f"<td>{members}</td></tr>"
        )
    alone = escape(", ".join(report.unaligned))
    if alone:
        rows.append(f"<tr><td>{dot(-1)}unaligned</td><td></td><td>{alone}</td></tr>")
    return (
        '<table class="mp-blocs"><tr><th>bloc</th><th>share</th><th>members</th></tr>'
        f"{''.join(rows)}</table>"
    )


def _member(member: Member) -> str:
    share = "" if member.together == 1 else f" {percent(member.together)}"
    return f"{escape(member.state)}{share}"


def arm_name(session: Session) -> str:
    """What the arm of a session is called."""
    arm = session.base.arm
    return arm if arm not in session.base.arms else session.base.arms[arm].title


def heading(sign: str, name: str, quarter: str) -> str:
    """The heading of an arm's card: with or without, and its name."""
    sign = f"{escape(sign)}: " if sign else ""
    return f'{sign}{escape(name)} <span class="mp-muted">{quarter}</span>'


def gaps(pair: Pair) -> str:
    """What is not the same in the two arms now, as a table."""
    if pair.right is None:
        return paragraph("One arm is shown alone. Choose another to compare it with.")
    found = pair.gaps()
    if not found:
        return paragraph(
            f"In this run blocs, pacts and alignments are the same in both arms in "
            f"{pair.left.quarter}. What the answer measures may differ all the same: choose The "
            "answer through time above."
        )
    names = dict(zip(pair.left.codes, pair.left.state_names, strict=True))
    rows = []
    for it in found:
        who = " and ".join(escape(names[code]) for code in it.states)
        size = f"{it.size:+.2f}" if it.size else ""
        rows.append(
            f"<tr><td>{escape(it.what)}</td><td>{who}</td><td>{escape(it.here)}</td>"
            f'<td>{escape(it.there)}</td><td class="mp-number">{size}</td></tr>'
        )
    return (
        f'<div class="mp-muted">This one run in {pair.left.quarter}, with less without. Of blocs: '
        "whose bloc; states marked red on the right stand elsewhere.</div>"
        '<table class="mp-blocs"><tr><th></th><th></th><th>with</th><th>without</th>'
        f"<th>difference</th></tr>{''.join(rows)}</table>"
    )


def brief(text: str) -> str:
    """A sentence cut at two lines; all of it under the pointer."""
    return f'<div class="mp-brief" title="{escape(text)}">{escape(text)}</div>'


def paragraph(text: str) -> str:
    """A sentence that stands where there is nothing else to show."""
    return f'<div class="mp-empty">{escape(text)}</div>'


def dot(rank: int) -> str:
    """A dot in the colour of a bloc; grey for states on their own."""
    shade = GREY if rank < 0 else colour(rank)
    return f'<span class="mp-dot" style="background:{shade}"></span>'

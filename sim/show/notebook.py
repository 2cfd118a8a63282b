"""How results look in a notebook: the coalition table, the focal states, and one small picture.

The picture is an SVG of a few thousand bytes written here, so that a cell that ends in a result is
shown at once; the figures of :mod:`sim.show.plots` are asked for by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

import numpy as np

from sim.blocs import co_membership
from sim.measure.summary import Bloc, CoalitionReport, FocalState, Member
from sim.measure.summary.coalition_tables import SHOWN_CONTESTED, partition_text
from sim.record.results import Results
from sim.show.plots.style import GREY, bloc_colours, coalitions
from sim.types import Floats
from sim.words.of_numbers import number, percent, plural

_SIDE: Final = 300  # of the picture in pixels, about
_NAMED_UP_TO: Final = 60  # states whose codes can be read beside it
_DRAWN_UP_TO: Final = 400
_SHADES: Final = 10

_STYLE: Final = (
    ".multipolar{color:#222;background:#fff;padding:6px 8px;font:13px/1.35 system-ui,sans-serif}"
    ".multipolar .side{display:flex;flex-wrap:wrap;gap:22px;align-items:flex-start}"
    ".multipolar table{border-collapse:collapse;margin:4px 0 10px}"
    ".multipolar th,.multipolar td{text-align:left;vertical-align:top;padding:3px 14px 3px 0;"
    "border-bottom:1px solid #ddd;background:none;color:#222;font-size:13px}"
    ".multipolar .words{max-width:27em;white-space:normal}"
    ".multipolar small,.multipolar .words small{color:#666}"
)


def results_html(results: Results) -> str:
    """Return results as HTML: which blocs, how surely, where the focal states stand."""
    report = coalitions(results)
    colours = bloc_colours(results, report)
    arm = "" if report.arm == "base" else f", arm {report.arm}"
    head = (
        f"<b>{escape(report.title + arm)}</b><br><small>{plural(report.runs, 'run')}, "
        f"{report.start} to {report.end}; result {escape(report.run_id)}</small>"
    )
    poles = (
        f"Effective number of poles: {number(report.poles.start)} at the start, "
        f"{number(report.poles.end)} at the end."
    )
    foot = (
        f"<div style='max-width:46em'><small>{escape(partition_text(report))} {poles}</small></div>"
    )
    left = f"<div>{_bloc_table(results, report, colours)}{foot}{_focal_table(report)}</div>"
    picture = _picture(results, report, colours)
    return (
        f"<div class='multipolar'><style>{_STYLE}</style>{head}"
        f"<div class='side'>{left}{picture}</div><small>{escape(report.note)}</small></div>"
    )


def _row(cells: Iterable[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _bloc_table(results: Results, report: CoalitionReport, colours: dict[str, str]) -> str:
    rows = [_row((f"Blocs in {report.end}", "capability share", "members"), "th")]
    for bloc in report.blocs:
        chip = f"<span style='color:{colours[bloc.core]}'>&#9632;</span> "
        members = f"<div class='words'>{_members(results, bloc)}</div>"
        rows.append(_row((f"{chip}<b>{escape(bloc.core)}</b>", number(bloc.share.end), members)))
    if report.unaligned:
        alone = ", ".join(_state(results, code) for code in report.unaligned)
        chip = f"<span style='color:{GREY}'>&#9632;</span> "
        rows.append(_row((f"{chip}unaligned", "", f"<div class='words'>{alone}</div>")))
    return f"<table>{''.join(rows)}</table>"


def _members(results: Results, bloc: Bloc) -> str:
    def listed(members: tuple[Member, ...]) -> str:
        return ", ".join(
            _state(results, it.state)
            + ("" if it.together == 1 else f" <small>{percent(it.together)}</small>")
            for it in members
        )

    at_times = ""
    if bloc.contested:
        more = len(bloc.contested) - SHOWN_CONTESTED
        others = f", and {more} more" if more > 0 else ""
        at_times = (
            f"<br><small>at times: {listed(bloc.contested[:SHOWN_CONTESTED])}{others}</small>"
        )
    return listed(bloc.members) + at_times


def _state(results: Results, code: str) -> str:
    """A code with the state's name when pointed at."""
    name = results.meta.state_names.get(code, code)
    return f"<span title='{escape(name)}'>{escape(code)}</span>"


def _focal_table(report: CoalitionReport) -> str:
    if not report.focal:
        return ""
    poles = list(dict.fromkeys(pole for state in report.focal for pole in state.alignment))
    head = (
        "from start to end",
        *(f"alignment<br>with {escape(pole)}" for pole in poles),
        "hedging",
        "pacts",
    )
    rows = [_row(head, "th")] + [_row(_focal_cells(state, poles)) for state in report.focal]
    return f"<table>{''.join(rows)}</table>"


def _focal_cells(state: FocalState, poles: list[str]) -> list[str]:
    aligned = [state.alignment.get(pole) for pole in poles]
    return [
        f"<b>{escape(state.state)}</b>",
        *(
            "" if change is None else _moved(change.start.median, change.end.median)
            for change in aligned
        ),
        ""
        if state.hedging is None
        else _moved(state.hedging.start.median, state.hedging.end.median),
        _moved(state.pact_count.start.median, state.pact_count.end.median, 0),
    ]


def _moved(start: float, end: float, digits: int = 2) -> str:
    """Medians at both ends: ``0.31 → 0.45``."""
    before, after = (f"{round(x, digits) + 0.0:.{digits}f}" for x in (start, end))
    return after if before == after else f"{before} &rarr; {after}"


# --- the picture ---------------------------------------------------------------------------------
def _picture(results: Results, report: CoalitionReport, colours: dict[str, str]) -> str:
    """Co-membership as squares: a row and a column a state, by bloc; pale where runs disagree."""
    states = results.record.states
    if len(states) > _DRAWN_UP_TO:
        return ""
    codes = [it.state for bloc in report.blocs for it in bloc.members] + list(report.unaligned)
    order = [results.record.index(code) for code in codes]
    home = {it.state: bloc.core for bloc in report.blocs for it in bloc.members}
    together = co_membership(results.bloc_labels[:, -1])[np.ix_(order, order)]
    cell = max(1, round(_SIDE / len(codes)))  # whole pixels, so that no lines show between
    side = cell * len(codes)
    margin = 30 if len(codes) <= _NAMED_UP_TO else 4
    parts = _cells(together, [home.get(code, "") for code in codes], colours, cell)
    at = 0
    for bloc in report.blocs:
        edge = len(bloc.members) * cell
        place = f"x='{at * cell}' y='{at * cell}' width='{edge}' height='{edge}'"
        parts.append(f"<rect {place} fill='none' stroke='{colours[bloc.core]}' stroke-width='1'/>")
        at += len(bloc.members)
    if len(codes) <= _NAMED_UP_TO:
        size = min(10.0, 0.95 * cell)
        parts += [
            f"<text x='-3' y='{(row + 0.5) * cell:.1f}' font-size='{size:.1f}' fill='#222' "
            f"text-anchor='end' dominant-baseline='central'>{escape(code)}</text>"
            for row, code in enumerate(codes)
        ]
    whole = side + margin + 4
    what = f"Share of runs that end ({report.end}) with two states in one bloc: paler where fewer"
    return (
        f"<figure style='margin:0'><svg role='img' aria-label='{escape(what)}' width='{whole}' "
        f"height='{side + 8}' viewBox='{-margin} -4 {whole} {side + 8}' "
        f"font-family='sans-serif' shape-rendering='crispEdges'>{''.join(parts)}</svg>"
        f"<figcaption class='words' style='max-width:{whole}px'><small>{escape(what)}; grey "
        "across blocs.</small></figcaption></figure>"
    )


def _cells(together: Floats, home: list[str], colours: dict[str, str], cell: int) -> list[str]:
    """One rectangle for each run of cells in a row of one colour and shade."""
    shade = np.round(together * _SHADES).astype(int)
    parts = []
    for row, mine in enumerate(home):
        begin = 0
        kinds = [
            (int(level), mine != "" and mine == other)
            for level, other in zip(shade[row], home, strict=True)
        ]
        for column in range(1, len(kinds) + 1):
            if column < len(kinds) and kinds[column] == kinds[begin]:
                continue
            level, inside = kinds[begin]
            if level:
                parts.append(
                    f"<rect x='{begin * cell}' y='{row * cell}' "
                    f"width='{(column - begin) * cell}' height='{cell}' "
                    f"fill='{colours[mine] if inside else GREY}' "
                    f"fill-opacity='{level / _SHADES:g}'/>"
                )
            begin = column
    return parts

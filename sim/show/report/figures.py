"""The figures of a report: interactive where looking closer helps, drawings where not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.blocs import bonds, co_membership
from sim.errors import UserError
from sim.measure.summary import hedging_series, percent, plural
from sim.show.plots.interactive import (
    Band,
    bands,
    can_map,
    comembership,
    lines,
    network,
    plane,
    world_map,
)
from sim.show.plots.network import finding
from sim.show.plots.projection import NOTE
from sim.show.plots.regions import rows_of
from sim.show.plots.style import named
from sim.show.report.content import Picture
from sim.show.report.decisions import leading_state
from sim.types import Floats
from sim.words.of_decisions import capital, state_words
from sim.words.of_metrics import metric_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing
    from matplotlib.text import Text

    from sim.measure.summary import CoalitionReport
    from sim.record.results import Results
    from sim.scenario import ScenarioSpec
    from sim.show.report.content import WhatIf
    from sim.study.answer import Answer
    from sim.study.claim_tests import ClaimsReport
    from sim.study.robust import Robust


PANELS: Final = 6
"""Metrics drawn of a comparison."""
ARMS: Final = 5
FOCAL: Final = 8
_MOST_BYTES: Final = 250_000
"""Of a drawing; a page has several."""

_LONG: Final = re.compile(rb"(?<!\(0)(\.\d\d)\d+")  # but not scale(0.015625)
_SHIFT: Final = 0.02
_DEFENCE: Final = 3


def bloc_pictures(
    results: Results, report: CoalitionReport, colours: Mapping[str, str]
) -> Iterator[Picture]:
    """Network, map and co-membership at the end, and membership through time."""
    record = results.record
    home = report.homes
    blocs = [home.get(code, ("", 1.0))[0] for code in record.states]
    share = np.array([home.get(code, ("", 1.0))[1] for code in record.states])
    names = results.meta.state_names
    pacts = (record.level[:, -1] >= _DEFENCE).mean(axis=0) * _DEFENCE
    figure = network(
        record.states,
        capability=results.capability[:, -1].mean(axis=0),
        tie=bonds(record.tie[:, -1]).mean(axis=0),
        blocs=blocs,
        poles=record.poles,
        names=names,
        colours=colours,
        together=share,
        level=np.where(pacts > _DEFENCE / 2, _DEFENCE, 0),
    )
    yield Picture(
        id="network",
        title=finding(report),
        caption=f"The states in {report.end}: area by capability (with a least size for the "
        "letters), colour by bloc, paler where fewer runs end with the state in that bloc; lines "
        "are the strongest mean ties. Point at a state for its name and how sure its place is.",
        figure=figure,
    )
    if can_map(record.states):
        yield _map(results, report, colours, blocs, share)
    rows = rows_of(results, report)
    figure = comembership(
        rows.names,
        together=rows.means(co_membership(results.bloc_labels[:, -1])),
        blocs=rows.blocs,
        poles=record.poles,
        names=names,
        colours=colours,
        sides=rows.sides,
        said=rows.said,
    )
    said = (
        f"Share of the runs that end ({report.end}) with two states in one bloc, in the order of "
        f"the blocs. Where a block of colour frays, the runs disagree. {rows.said}"
    )
    yield Picture(
        id="together",
        title=_settled(report),
        caption=said.rstrip(),
        figure=figure,
    )
    yield from _drawn("alluvial", results)


def _map(
    results: Results,
    report: CoalitionReport,
    colours: Mapping[str, str],
    blocs: list[str],
    share: Floats,
) -> Picture:
    """The world by bloc at the end."""
    record = results.record
    figure = world_map(
        record.states,
        blocs=blocs,
        poles=record.poles,
        names=results.meta.state_names,
        colours=colours,
        together=share,
        hedging={stance.state: stance.hedging for stance in report.stances},
    )
    counted = [f"{bloc.core}'s bloc has {plural(len(bloc.members), 'state')}"
               for bloc in report.blocs[:3]]  # fmt: skip
    return Picture(
        id="map",
        title="; ".join(counted) or "Every state stands alone",
        caption=f"The world in {report.end}: colour by bloc, paler where fewer runs end with the "
        "state in it; grey states are in no bloc, the palest land takes no part. A ring marks a "
        f"state that stands between two blocs in most of the runs. {NOTE}",
        figure=figure,
    )


def _settled(report: CoalitionReport) -> str:
    members = [(m.together, m.state, b.core) for b in report.blocs for m in b.members]
    if not members:
        return "No two states are together in most of the runs"
    loose = [it for it in members if it[0] < 0.9]
    if not loose:
        return "Every member is with its bloc's core in at least 90% of the runs"
    share, state, core = min(loose)
    return (
        f"{len(members) - len(loose)} of {len(members)} members are settled; the least is {state}, "
        f"with {core} in {percent(share)} of the runs"
    )


def time_pictures(
    results: Results,
    report: CoalitionReport,
    spec: ScenarioSpec | None,
    colours: Mapping[str, str],
) -> Iterator[Picture]:
    """Alignment of the focal states, hedging of the leading one, and polarity through time."""
    record = results.record
    yield from _plane(results, report, colours)
    found = {
        code: series
        for code in record.focal[:FOCAL]
        if (series := record.by_pole("alignment", code))
    }
    ends = [
        np.quantile(x, (0.05, 0.95), axis=0) for series in found.values() for x in series.values()
    ]
    low, high = (min(map(np.min, ends)), max(map(np.max, ends))) if ends else (0.0, 1.0)
    margin = 0.05 * (high - low)
    shades = pole_colours(results, colours)
    for code, series in found.items():
        title = f"{named(results, code)}: {_moves(series, results)}"
        yield Picture(
            id=f"alignment-{code}",
            title=title,
            figure=lines(
                results.quarters,
                series,
                colours=shades,
                span=(float(low - margin), float(high + margin)),
                events=_events(spec, code),
            ),
            small=True,
        )
    lead = leading_state(record)
    hedging = hedging_series(record, lead)
    if hedging is not None:
        yield _line(results, "hedging", f"Hedging of {named(results, lead)}", hedging)
    kept = record.network_ticks
    yield _line(results, "poles", "Effective number of poles", results.effective_poles, kept)
    yield from _drawn("dependence", results)
    yield from _drawn("pacts", results)


def pole_colours(results: Results, colours: Mapping[str, str]) -> dict[str, str]:
    """Return the colours of the poles: those of their blocs, and the same where they have none."""
    from sim.show.plots.style import colour

    return {pole: colour(at) for at, pole in enumerate(results.record.poles)} | {
        pole: colours[pole] for pole in results.record.poles if pole in colours
    }


def _plane(
    results: Results, report: CoalitionReport, colours: Mapping[str, str]
) -> Iterator[Picture]:
    """The focal states between the two poles with which the leading state moves most."""
    record = results.record
    if len(record.poles) < 2 or "alignment" not in record.dyad_fields:
        return
    known = set(record.dyads)
    lead = leading_state(record)

    def moved(pole: str) -> float:
        if (lead, pole) not in known:
            return -1.0
        median = np.median(record.dyad("alignment", lead, pole), axis=0)
        return float(np.ptp(median))

    chosen = sorted(record.poles, key=moved, reverse=True)[:2]
    a, b = sorted(chosen, key=record.poles.index)
    shown = [code for code in record.focal if (code, a) in known and (code, b) in known]
    if not shown:
        return
    names = results.meta.state_names
    x, y = (np.stack([record.dyad("alignment", code, p) for code in shown], axis=1) for p in (a, b))
    home = report.cores
    figure = plane(
        shown,
        x=np.median(x, axis=0),
        y=np.median(y, axis=0),
        axes=(f"alignment with {names.get(a, a)}", f"alignment with {names.get(b, b)}"),
        quarters=results.quarters,
        blocs=[home.get(code, "") for code in shown],
        poles=record.poles,
        names=names,
        colours=colours,
        cloud=(x[:, :, -1], y[:, :, -1]),
    )
    nearer_a = [code for at, code in enumerate(shown) if _gap(x, y, at) > _SHIFT]
    nearer_b = [code for at, code in enumerate(shown) if _gap(x, y, at) < -_SHIFT]
    yield Picture(
        id="plane",
        title=f"Nearer to {a} than to {b}: {', '.join(nearer_a) or 'none'}; nearer to {b}: "
        f"{', '.join(nearer_b) or 'none'}",
        caption="Each focal state between two poles: the dot is where it ends, the line the way it "
        f"went from {results.quarters[0]} (medians of the runs). On the dotted line a state keeps "
        "equal distance. Colour by bloc.",
        figure=figure,
    )


def _gap(x: Floats, y: Floats, at: int) -> float:
    return float(np.median(x[:, at, -1] - y[:, at, -1]))


def _moves(series: Mapping[str, Floats], results: Results) -> str:
    """The pole with which a state's median alignment moves most."""
    ends = {p: (float(np.median(x[:, 0])), float(np.median(x[:, -1]))) for p, x in series.items()}
    pole, (start, end) = max(ends.items(), key=lambda item: abs(item[1][1] - item[1][0]))
    if abs(end - start) < _SHIFT:
        return "hardly moves"
    other = state_words(pole, results.meta.state_names)
    return f"with {other} {'up' if end > start else 'down'} from {start:.2f} to {end:.2f}"


def _line(
    results: Results,
    name: str,
    title: str,
    values: Floats,
    ticks: Sequence[int] | None = None,
) -> Picture:
    start, end = float(np.nanmedian(values[:, 0])), float(np.nanmedian(values[:, -1]))
    figure = lines(results.quarters, {name: values}, ticks=ticks)
    figure["layout"]["showlegend"] = False
    return Picture(
        id=name,
        title=f"{title} from {start:.2f} to {end:.2f}",
        figure=figure,
        small=True,
    )


def _events(spec: ScenarioSpec | None, code: str) -> dict[str, list[str]]:
    """Titles of the dated events that touch a state, by quarter."""
    from sim.scenario import format_quarter

    found: dict[str, list[str]] = {}
    for event in () if spec is None else spec.events.values():
        if any(code in (effect.i, effect.j) for effect in event.effects):
            found.setdefault(str(format_quarter(event.at)), []).append(event.title)
    return found


def difference_pictures(results: Results, whatif: WhatIf) -> Iterator[Picture]:
    """What the arms change through time, a panel a metric: the leading state's before others'."""
    names, lead = results.meta.state_names, leading_state(results.record)
    comparison = whatif.comparison
    arms = [arm for arm, _ in whatif.rows][:ARMS]
    strength: dict[str, float] = {}
    for rank, arm in enumerate(arms):
        for it in arm.metrics:
            if it.effect.clear and len(set(it.difference)) > 1:
                size = abs(it.effect.standardised or 0.0) * (2.0 if rank == 0 else 1.0)
                size *= 2.0 if f"({lead}" in it.metric else 1.0
                strength[it.metric] = max(size, strength.get(it.metric, 0.0))
    chosen = sorted(strength, key=lambda metric: -strength[metric])[:PANELS]
    for at, metric in enumerate(chosen):
        found = {
            arm.name: Band(np.array(it.difference), (np.array(it.low), np.array(it.high)))
            for arm in arms
            for it in arm.metrics
            if it.metric == metric
        }
        words = capital(metric_words(metric, names))
        figure = bands(comparison.ticks, found, zero=True)
        yield Picture(id=f"difference-{at}", title=words, figure=figure, small=True)


def answer_pictures(verdict: Answer) -> Iterator[Picture]:
    """The answer: sizes beside random choice, and paths with and without."""
    from sim.show.plots.answer import NARROW, draw_paths, draw_sizes

    for name, draw in (("sizes", draw_sizes), ("paths", draw_paths)):
        try:
            drawing = draw(verdict, page=NARROW)
        except UserError:
            continue
        picture = _stripped(drawing, name, hidden=verdict.title)
        if picture is not None:
            yield replace(picture, small=True)


def claim_pictures(claims: ClaimsReport) -> Iterator[Picture]:
    """The forest plot of the claims, if any was tested."""
    tested = [v for v in claims.verdicts if v.effect is not None]
    said = "; ".join(f"{v.claim.id} {v.verdict}" for v in tested)
    yield from _drawn("forest", claims, "The table below has the same in numbers.", said)


def robust_pictures(found: Robust) -> Iterator[Picture]:
    """Every answer beside each null model and theory."""
    yield from _drawn("robust", found, "The table below has the same in numbers.")


def _drawn(kind: str, result: Any, caption: str = "", said: str = "") -> Iterator[Picture]:
    """A drawing of :mod:`sim.show.plots`, if the result has what it shows.

    Its title and the lines below stand beside it on the page, so they are taken out of it.
    """
    from sim.show.plots.kinds import KINDS

    try:
        drawing = KINDS[kind].draw(result)
    except UserError:
        return
    picture = _stripped(drawing, kind, hidden=result.run_id, caption=caption, said=said)
    if picture is not None:
        yield picture


def _stripped(
    drawing: Drawing, name: str, *, hidden: str, caption: str = "", said: str = ""
) -> Picture | None:
    """A drawing without the texts that stand beside it; None if it is too large for a page.

    Args:
        drawing: with its title and what it shows as its first texts.
        name: of the picture.
        hidden: texts with this are taken out, too.
        caption, said: are added to what it shows, and to what is read aloud.
    """
    title, how, *others = drawing.texts
    words = [" ".join(text.get_text().split()) for text in (title, how)]
    for text in (title, how, *(text for text in others if hidden in _plain(text))):
        text.set_visible(False)
    svg = svg_of(drawing, name)
    if len(svg) > _MOST_BYTES:
        return None
    return Picture(
        id=name,
        title=words[0],
        caption=f"{words[1]} {caption}".strip(),
        alt=". ".join(part.rstrip(".") for part in (*words, said) if part) + ".",
        svg=svg,
    )


def _plain(text: Text) -> str:
    return " ".join(text.get_text().split())


def svg_of(drawing: Drawing, salt: str) -> bytes:
    """Return a drawing as an SVG file without margins; the same drawing gives the same bytes."""
    from matplotlib import rc_context

    out = BytesIO()
    with rc_context({"svg.hashsalt": salt}):
        drawing.savefig(
            out,
            format="svg",
            bbox_inches="tight",
            pad_inches=0.05,
            metadata={"Date": None, "Creator": None},
        )
    # hundredths of a point are finer than any screen or printer shows
    short = _LONG.sub(rb"\1", out.getvalue())
    return b" ".join(short.split())

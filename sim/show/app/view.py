"""A session as figures: arrays of the quarter given to :mod:`sim.show.plots.interactive`.

The figures are those of the report; here they are made to fill the card that they stand in.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np

from sim.blocs import bonds
from sim.measure.summary import CoalitionReport
from sim.record.results import Results
from sim.scenario import format_quarter
from sim.show.app.session import Session
from sim.show.plots.interactive import Figure, comembership, lines, network, place_states, plane
from sim.show.plots.interactive.lines import Band, bands
from sim.show.plots.interactive.network import WIDTH
from sim.show.plots.interactive.worldmap import can_map, world_map
from sim.show.plots.regions import rows_of
from sim.show.plots.style import PALETTE, colour
from sim.study.answer import Answer, Row
from sim.types import Floats

CONFIG: Final = {"displayModeBar": False, "responsive": True, "showTips": False}
"""How plotly behaves in the page; without its logo and its buttons, which could send data away."""

_LABELLED: Final = 14
_PALETTE: Final = len(PALETTE)
_ELSEWHERE: Final = "#B3261E"
_LEAST_SCALE: Final = 0.62
_DOT: Final = 6
_BLANK: Final = "\u00a0"  # with an empty text, plotly loses the labels after it when it redraws
_LABEL: Final = (0.1, 0.065)  # width and height of a label, as parts of the axis
_SIDES: Final = (
    ("top center", 0, 1),
    ("bottom center", 0, -1),
    ("middle right", 1, 0),
    ("middle left", -1, 0),
)


class View:
    """The figures of a session; it keeps the places of the states in the network.

    Args:
        session: what is shown.
        beside: the other arm's, whose places and colours are taken over, and from which states that
            stand elsewhere are marked.

    Attributes:
        session: what is shown.
        chosen: code of the state that is marked, empty for none.
        scale: width of the network on the page over the width that its circles are sized for.
    """

    def __init__(self, session: Session, *, beside: View | None = None) -> None:
        self.session = session
        self._beside = beside
        self.chosen = ""
        self.scale = 0.75
        self._places: Floats | None = None
        self._placed_for: frozenset[int] = frozenset()
        self._map: tuple[object, Figure] | None = None

    def rearrange(self) -> None:
        """Place the states of the network anew at the next look."""
        self._places = None

    @property
    def cores(self) -> tuple[list[str], dict[str, str]]:
        """Core of the bloc of each state, empty for none, and the colour of each bloc by core."""
        colours: dict[str, str] = {}
        taken = {} if self._beside is None else self._beside.cores[1]
        used = set(taken.values())
        for core, _, _, rank in self.session.blocs():
            shade = taken.get(core, colour(rank))
            if core not in taken and shade in used:
                free = (colour(at) for at in range(_PALETTE) if colour(at) not in used)
                shade = next(free, shade)
            used.add(shade)
            colours[core] = shade
        return self.session.cores, colours

    def network(self) -> Figure:
        """The network of ties now; states keep their places while the blocs are the same."""
        session = self.session
        now = session.moments[-1]
        tie = bonds(session.dyads("tie"))
        cores, colours = self.cores
        blocs = frozenset(now.ranks)
        if self._beside is not None:
            self._places = self._beside.places
        elif self._places is None or self._placed_for != blocs:
            self._places = place_states(tie, cores, now.capability)
            self._placed_for = blocs
        figure = network(
            session.codes,
            capability=now.capability,
            tie=tie,
            level=session.dyads("pact_level"),
            blocs=cores,
            poles=session.spec.poles,
            names=self._names,
            colours=colours,
            places=self._places,
            chosen=self.chosen,
        )
        elsewhere = self._elsewhere(cores)
        for trace in figure["data"]:
            if "size" in trace.get("marker", {}):
                line = trace["marker"]["line"]
                for at, code in enumerate(trace["customdata"]):
                    if code in elsewhere and code != self.chosen:
                        line["width"][at], line["color"][at] = 3.5, _ELSEWHERE
                scale = max(_LEAST_SCALE, self.scale)
                trace["marker"]["size"] = [round(x * scale, 1) for x in trace["marker"]["size"]]
                trace["textfont"]["size"] = min(11.0, round(8.0 + 3.0 * (scale - 0.5), 1))
        return _filling(figure, b=34)

    @property
    def places(self) -> Floats | None:
        """Where the states are in the network, None until it has been drawn."""
        return self._places

    def _elsewhere(self, cores: list[str]) -> set[str]:
        """States whose bloc has another core in the other arm."""
        if self._beside is None:
            return set()
        theirs = self._beside.session.cores
        return {
            code
            for code, here, there in zip(self.session.codes, cores, theirs, strict=True)
            if here != there
        }

    def through(self, answer: Answer, row: Row) -> Figure:
        """A metric of the answer through the quarters in both arms, over the runs behind it."""
        named = [
            f"{sign} ({arm})" for sign, arm in zip(("with", "without"), answer.arms, strict=True)
        ]
        found = {
            name: Band(mean, (low, high))
            for name, (mean, low, high) in zip(named, np.array(row.paths, np.float64), strict=True)
        }
        figure = bands(
            self.quarters,
            found,
            unit=row.name,
            colours={named[0]: colour(0), named[1]: "#666666"},
            events={self.session.quarter: ["now"]},
        )
        return _filling(figure, l=48, r=12, t=22, b=48)

    def plane(self) -> Figure:
        """Alignment of all states with the first two axis states, from the start until now."""
        session = self.session
        right, up = session.axes[:2]
        path = np.stack([moment.alignment for moment in session.moments], axis=-1)
        cores, colours = self.cores
        shown = [i for i, code in enumerate(session.codes) if code not in (right, up)]
        figure = plane(
            [session.codes[i] for i in shown],
            x=path[shown, 0],
            y=path[shown, 1],
            axes=(f"alignment with {self._name(right)}", f"alignment with {self._name(up)}"),
            quarters=self.quarters,
            blocs=[cores[i] for i in shown],
            poles=session.spec.poles,
            names=self._names,
            colours=colours,
            chosen=self.chosen,
        )
        named = self._named
        if len(shown) <= _LABELLED:
            named |= set(session.codes)
        _label(figure, named)
        figure["layout"]["showlegend"] = False  # the network beside it has the same colours
        return _filling(figure, l=52, r=14, t=8, b=44)

    @cached_property
    def has_map(self) -> bool:
        """Whether the states have outlines on a map of today."""
        return can_map(self.session.codes)

    def map(self, *, large: bool = False) -> Figure:
        """The world by bloc; the same object as before where nothing has changed on it.

        Args:
            large: whether there is room for the codes of all states.
        """
        cores, colours = self.cores
        drawn = (tuple(cores), tuple(colours.items()), self.chosen, large)
        if self._map is None or self._map[0] != drawn:
            figure = world_map(
                self.session.codes,
                blocs=cores,
                poles=self.session.spec.poles,
                names=self._names,
                colours=colours,
                chosen=self.chosen,
            )
            if not large:
                _few_codes(figure, self._named)
            figure["layout"]["showlegend"] = False  # the network beside it has the same colours
            self._map = drawn, _filling(figure, l=2, r=2, t=0, b=2)
        return self._map[1]

    def poles(self, *others: View) -> Figure:
        """Effective number of poles through the quarters, with the dated events."""
        series = {
            f"this run, {view.session.base.arm}": np.array(
                [it.poles for it in view.session.moments]
            )
            for view in (self, *others)
        }
        figure = lines(
            self.quarters,
            series,
            unit="effective number of poles",
            span=(1.0, max(2.5, 1.1 * max(float(x.max()) for x in series.values()))),
            events=self._events(),
        )
        return _filling(figure, l=48, r=12, t=22, b=48)

    def alignment(self, *others: View) -> Figure:
        """Alignment of the chosen state with the axis states through the quarters, in all arms."""
        session = self.session
        i = session.codes.index(self.chosen)
        series, shades = {}, {}
        for view in (self, *others):
            without = "" if view is self else f" ({view.session.base.arm})"
            for at, code in enumerate(session.axes):
                if code != self.chosen:
                    name = f"{self._name(code)}{without}"
                    series[name] = np.array([m.alignment[i, at] for m in view.session.moments])
                    shades[name] = colour(at)
        figure = lines(
            self.quarters,
            series,
            unit=f"alignment of {self._name(self.chosen)} with",
            colours=shades,
            events=self._events(),
        )
        return _filling(figure, l=48, r=12, t=22, b=48)

    @property
    def quarters(self) -> list[str]:
        """All quarters of the clock."""
        spec = self.session.spec
        return [format_quarter(spec.start + tick) for tick in range(spec.quarters + 1)]

    @property
    def _named(self) -> set[str]:
        """States whose codes are shown where there is little room."""
        spec = self.session.spec
        return {*spec.poles, *spec.focal, self.chosen}

    @property
    def _names(self) -> dict[str, str]:
        return dict(zip(self.session.codes, self.session.state_names, strict=True))

    def _name(self, code: str) -> str:
        return self.session.spec.states[code].name

    def _events(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self.session.log():
            if not entry.mover:
                found.setdefault(entry.quarter, []).append(entry.text)
        return found


def together(results: Results, report: CoalitionReport) -> Figure:
    """How often two states end in one bloc of an ensemble."""
    from sim.blocs import co_membership

    rows = rows_of(results, report)
    return comembership(
        rows.names,
        together=rows.means(co_membership(results.bloc_labels[:, -1])),
        blocs=rows.blocs,
        poles=results.record.poles,
        sides=rows.sides,
        said=rows.said,
    )


def _few_codes(figure: Figure, named: set[str]) -> None:
    """Keep the codes of some states on a map."""
    for trace in figure["data"]:
        if "customdata" in trace:
            pairs = zip(trace["customdata"], trace["text"], strict=True)
            trace["text"] = [text if code in named else _BLANK for code, text in pairs]


def _label(figure: Figure, named: set[str]) -> None:
    """Keep the labels of some states, each on the side where it covers no other; dot the rest."""
    low, high = figure["layout"]["xaxis"]["range"]
    width, height = _LABEL[0] * (high - low), _LABEL[1] * (high - low)
    states = [trace for trace in figure["data"] if "customdata" in trace and "text" in trace]
    taken = [
        (x, y, 0.2 * width, 0.4 * height)
        for trace in states
        for code, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True)
        if code in named
    ]
    for trace in states:
        places, texts, sizes = [], [], []
        marker = trace["marker"]
        points = zip(trace["customdata"], trace["x"], trace["y"], marker["size"], strict=True)
        for code, x, y, size in points:
            texts.append(code if code in named else _BLANK)
            sizes.append(size if code in named else _DOT)
            place = _SIDES[0][0]
            if code in named:
                boxes = {
                    side: (x + right * 0.75 * width, y + up * height, width / 2, height / 2)
                    for side, right, up in _SIDES
                }
                place = min(boxes, key=lambda side: sum(_cover(boxes[side], it) for it in taken))
                taken.append(boxes[place])
            places.append(place)
        trace |= {"text": texts, "textposition": places}
        marker["size"] = sizes


def _cover(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The area that two boxes share; a box is its middle and half its width and height."""
    sides = [
        min(one[at] + one[at + 2], other[at] + other[at + 2])
        - max(one[at] - one[at + 2], other[at] - other[at + 2])
        for at in (0, 1)
    ]
    return max(0.0, sides[0]) * max(0.0, sides[1])


def _filling(figure: Figure, **margin: int) -> Figure:
    """A figure that fills its card and keeps what the person at the page has clicked in it."""
    layout: dict[str, Any] = dict(figure["layout"])
    layout.pop("height", None)
    layout |= {"autosize": True, "uirevision": "session"}
    layout["margin"] = {**layout.get("margin", {}), **margin}
    return {"data": figure["data"], "layout": layout, "config": CONFIG}


def width_scale(pixels: float) -> float:
    """The scale of circles for a network of this width."""
    return float(np.clip(pixels / WIDTH, _LEAST_SCALE, 1.6))

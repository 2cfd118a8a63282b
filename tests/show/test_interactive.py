from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.blocs import co_membership
from sim.measure.summary import summarise
from sim.show.plots.interactive import (
    Band,
    Figure,
    bands,
    can_map,
    comembership,
    core_colours,
    lines,
    network,
    order_by_bloc,
    place_states,
    plane,
    world_map,
)
from sim.show.plots.interactive.base import contrast, fill_of, text_on
from sim.show.plots.style import PALETTE, bloc_colours
from tests.support import synthetic_results

RESULTS = synthetic_results(runs=12, n=24, quarters=8)
RECORD = RESULTS.record
REPORT = summarise(RESULTS)
HOME = {member.state: bloc.core for bloc in REPORT.blocs for member in bloc.members}
BLOCS = [HOME.get(code, "") for code in RECORD.states]
TIE = RECORD.tie[:, -1].mean(axis=0)
CAPABILITY = RESULTS.capability[:, -1].mean(axis=0)
TOGETHER = co_membership(RESULTS.bloc_labels[:, -1])
NASTY = {"AAA": "<script>alert(1)</script> & Sons"}
FOCAL = RECORD.focal[:2]


def the_network(**more: Any) -> Figure:
    return network(
        RECORD.states,
        capability=CAPABILITY,
        tie=TIE,
        blocs=BLOCS,
        poles=RECORD.poles,
        names=NASTY,
        **more,
    )


def the_plane() -> Figure:
    x, y = (
        np.stack([np.median(RECORD.dyad("alignment", code, pole), axis=0) for code in FOCAL])
        for pole in RECORD.poles[:2]
    )
    return plane(
        FOCAL,
        x=x,
        y=y,
        axes=("to A", "to B"),
        quarters=RESULTS.quarters,
        blocs=[HOME.get(code, "") for code in FOCAL],
        cloud=(np.tile(x[:, -1], (5, 1)), np.tile(y[:, -1], (5, 1))),
        names=NASTY,
    )


CODES = ("BRA", "CHN", "IND", "SGP", "USA", "XXX")
"""Any states with outlines, a very small one among them, and one without."""


def the_map(**more: Any) -> Figure:
    return world_map(
        CODES,
        blocs=["", "CHN", "CHN", "USA", "USA", "USA"],
        poles=["USA", "CHN"],
        names={"BRA": "<script>"},
        **more,
    )


FIGURES: dict[str, Callable[[], Figure]] = {
    "network": lambda: the_network(level=RECORD.level[:, -1].mean(axis=0)),
    "comembership": lambda: comembership(
        RECORD.states, together=TOGETHER, blocs=BLOCS, names=NASTY
    ),
    "plane": the_plane,
    "map": lambda: the_map(hedging={"IND": 0.7, "BRA": 0.2}),
    "lines": lambda: lines(
        RESULTS.quarters,
        {"<i>": RECORD.dyad("alignment", *RECORD.dyads[0]), "one run": np.arange(4.0)},
        events={RESULTS.quarters[2]: ["<u>"]},
    ),
    "bands": lambda: bands(
        RESULTS.quarters[:3],
        {"one": Band(np.array([0.0, np.nan, 1.0]), (np.zeros(3), np.ones(3)))},
        zero=True,
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_plain_json_that_plotly_accepts(name: str) -> None:
    graphs = pytest.importorskip("plotly.graph_objects")
    figure = FIGURES[name]()
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    graphs.Figure(figure)  # refuses what is not in the schema
    assert len(figure["layout"]["meta"]["alt"]) > 20


@pytest.mark.parametrize("name", FIGURES)
def test_names_cannot_become_tags(name: str) -> None:
    said = json.dumps(FIGURES[name]()["data"])
    for tag in ("<script", "<i>", "<u>"):
        assert tag not in said


def test_making_figures_does_not_load_plotly() -> None:
    code = "import sys; import sim.show.plots.interactive; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def nodes(figure: Figure) -> dict[str, tuple[str, float, str]]:
    """Fill, size and name of the trace of each state."""
    return {
        code: (fill, size, trace["name"])
        for trace in figure["data"]
        if "customdata" in trace
        for code, fill, size in zip(
            trace["customdata"], trace["marker"]["color"], trace["marker"]["size"], strict=True
        )
    }


def test_a_bloc_has_the_colour_of_the_static_figures() -> None:
    wanted = bloc_colours(RESULTS, REPORT)
    assert core_colours(RECORD.poles, [bloc.core for bloc in REPORT.blocs]) == wanted
    drawn = nodes(the_network())
    assert set(drawn) == set(RECORD.states)
    for code, core in HOME.items():
        assert drawn[code][0] == wanted[core].lower()


def test_a_state_that_is_seldom_in_its_bloc_is_pale_and_a_strong_one_large() -> None:
    share = np.ones(len(RECORD.states))
    share[4] = 0.55
    drawn = nodes(the_network(together=share))
    pale, full = drawn[RECORD.states[4]][0], drawn[RECORD.states[1]][0]
    assert BLOCS[4] == BLOCS[1]
    assert contrast(pale, "#ffffff") < contrast(full, "#ffffff")
    assert drawn["AAA"][1] == max(size for _, size, _ in drawn.values())


def test_letters_can_be_read_on_every_colour() -> None:
    shades = {str(at): shade for at, shade in enumerate(PALETTE)}
    for core in shades:
        for together in (0.5, 0.75, 1.0):
            fill, _ = fill_of(core, shades, together)
            assert contrast(text_on(fill), fill) >= 4.5


def test_places_are_kept_and_do_not_overlap() -> None:
    places = place_states(TIE, BLOCS, CAPABILITY)
    figure = the_network(places=places)
    found = {
        code: (x, y)
        for trace in figure["data"]
        if "customdata" in trace
        for code, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True)
    }
    for code, place in zip(RECORD.states, places, strict=True):
        np.testing.assert_allclose(found[code], place, atol=0.06)
    sizes = nodes(figure)
    for i, a in enumerate(RECORD.states):
        for j in range(i):
            gap = np.hypot(*(places[i] - places[j]))
            assert gap >= (sizes[a][1] + sizes[RECORD.states[j]][1]) / 2 - 0.1


def test_heat_map_is_ordered_by_bloc() -> None:
    order = order_by_bloc(BLOCS, TOGETHER)
    assert sorted(order) == list(range(len(BLOCS)))
    cores = [BLOCS[i] for i in order]
    assert len(list(dict.fromkeys(cores))) == sum(
        a != b for a, b in zip([None, *cores], cores, strict=False)
    )
    figure = FIGURES["comembership"]()
    z = np.array(figure["data"][0]["z"], float)
    np.testing.assert_allclose(z, TOGETHER[np.ix_(order, order)], atol=1e-3)


def test_lines_show_the_median_and_the_bounds_of_the_runs() -> None:
    values = np.arange(101.0)[:, None] * np.ones(3)
    figure = lines(["2024Q1", "2024Q2", "2024Q3"], {"x": values})
    outer, inner, line = figure["data"]
    assert line["y"] == [50.0] * 3
    assert (max(outer["y"]), min(outer["y"])) == (95.0, 5.0)
    assert (max(inner["y"]), min(inner["y"])) == (75.0, 25.0)


def test_plane_leads_to_where_the_state_is_now() -> None:
    figure = the_plane()
    ends = {
        code: (x, y)
        for trace in figure["data"]
        if "customdata" in trace
        for code, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True)
    }
    for code in FOCAL:
        a, b = (
            float(np.median(RECORD.dyad("alignment", code, p)[:, -1])) for p in RECORD.poles[:2]
        )
        np.testing.assert_allclose(ends[code], (a, b), atol=1e-4)


def test_every_state_of_the_map_can_be_pointed_at_and_lies_in_its_outline() -> None:
    figure = the_map(chosen="BRA")
    places = next(trace for trace in figure["data"] if "customdata" in trace)
    assert set(places["customdata"]) == set(CODES) - {"XXX"}
    assert "XXX" in figure["layout"]["meta"]["alt"]
    dots = [size for code, size in zip(places["customdata"], places["marker"]["size"], strict=True)
            if code == "SGP"]  # fmt: skip
    assert dots == [8.0]  # too small to see its outline
    filled = [trace for trace in figure["data"] if trace.get("fill") == "toself"]
    assert len(filled) == len(CODES)  # the rest of the land is one
    marked = [trace for trace in filled if trace["line"]["width"] == 2]
    at = places["customdata"].index("BRA")
    xs = [x for x in marked[0]["x"] if x is not None]
    assert len(marked) == 1
    assert min(xs) < places["x"][at] < max(xs)


def test_a_map_is_for_states_of_today_and_colours_the_blocs() -> None:
    assert can_map(CODES)
    assert not can_map(RECORD.states)
    share = [1.0, 1.0, 0.55, 1.0, 1.0, 1.0]
    fills = [trace["fillcolor"] for trace in the_map(together=share)["data"] if "fill" in trace]
    colours = core_colours(["USA", "CHN"], ["CHN", "USA"])
    assert {shade.lower() for shade in colours.values()} <= set(fills)
    assert contrast(fills[2], "#ffffff") < contrast(fills[1], "#ffffff")  # India is pale

"""Figures of very many states: the few that matter have names, and the rest is still there."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Annotation

from sim.blocs import co_membership
from sim.record.results import Results
from sim.show.app.view import together
from sim.show.plots.alluvial import draw_alluvial
from sim.show.plots.comembership import draw_comembership
from sim.show.plots.interactive import network, world_map
from sim.show.plots.network import draw_network
from sim.show.plots.projection import outlines
from sim.show.plots.regions import ROWS, regions, rows_of
from sim.show.plots.style import FEW, MANY, PAGES, coalitions, names_that_matter
from tests.support import synthetic_results
from tests.support_figures import assert_readable, on_the_globe, texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N = 150


@pytest.fixture(scope="module")
def results() -> Results:
    return synthetic_results(n=N)


@pytest.fixture(scope="module")
def world() -> Results:
    """The same with codes of states that have regions."""
    return on_the_globe(synthetic_results(n=N), sorted(regions()))


def written(figure: Figure) -> list[str]:
    """All that is written in a figure, ticks included."""
    figure.canvas.draw()
    found: Any = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text.get_text() for text in found if text.get_visible()]


def test_of_many_states_the_poles_the_focal_and_the_strongest_have_names(results: Results) -> None:
    report = coalitions(results)
    named = names_that_matter(results, report)
    assert FEW <= named.sum() < N
    record = results.record
    kept = set(np.array(record.states)[named])
    assert {*record.poles, *record.focal} <= kept
    assert {bloc.core for bloc in report.blocs} <= kept
    few = synthetic_results(n=MANY)
    assert names_that_matter(few, coalitions(few)).all()


def test_a_network_of_many_states_names_those_that_matter(results: Results) -> None:
    from matplotlib.patches import Circle

    figure = draw_network(results)
    named = names_that_matter(results, coalitions(results))
    codes = set(results.record.states)
    assert codes.intersection(written(figure)) <= set(np.array(results.record.states)[named])
    assert len(figure.findobj(Circle)) > named.sum()  # the others are drawn, without a name
    assert_readable(figure)
    plt.close(figure)


def test_a_network_of_many_states_has_room_for_all_that_stand_alone(results: Results) -> None:
    from matplotlib.patches import Circle

    figure = draw_network(results)
    blocs = len(coalitions(results).blocs)
    assert len(figure.findobj(Circle)) == N + blocs  # the legend has one for each bloc
    assert not any("more" in text for text in written(figure)[2:])
    plt.close(figure)


@pytest.mark.parametrize("page", PAGES)
def test_a_heat_map_of_many_states_folds_into_regions(world: Results, page: str) -> None:
    report = coalitions(world)
    figure = draw_comembership(world, page=PAGES[page])
    assert_readable(figure)
    image = figure.axes[0].images[0].get_array()
    assert image is not None
    cells = np.asarray(image)
    assert len(cells) <= ROWS
    assert ((cells >= -1e-12) & (cells <= 1.0 + 1e-12)).all()
    assert np.allclose(cells, cells.T)
    said = " ".join(" ".join(written(figure)).split())
    rows = rows_of(world, report, most=len(cells))
    assert rows.said in said
    assert all(name in said for name in rows.names)
    plt.close(figure)


def test_no_state_is_dropped_where_some_fold(world: Results) -> None:
    report = coalitions(world)
    states = np.array(world.record.states)
    rows = rows_of(world, report)
    assert sorted(i for row in rows.members for i in row) == list(range(N))
    own = {states[row[0]] for row in rows.members if len(row) == 1}
    assert {*world.record.poles, *world.record.focal, *(b.core for b in report.blocs)} <= own
    assert f"{len(own)} of the {N} states have a row each; the other {N - len(own)}" in rows.said
    for name, row in zip(rows.names, rows.members, strict=True):
        if len(row) == 1:
            assert name == states[row[0]]
        else:
            assert {regions()[code] for code in states[list(row)]} == {name.split(":")[0]}
            assert name.endswith(f": {len(row)}")
    for sides in rows.sides:
        assert sum(part for _, part in sides) == pytest.approx(1.0)


def test_a_folded_cell_is_the_mean_over_the_pairs(world: Results) -> None:
    together = co_membership(world.bloc_labels[:, -1])
    rows = rows_of(world, coalitions(world))
    cells = rows.means(together)
    own = sum(len(row) == 1 for row in rows.members)
    assert (np.diag(cells)[:own] == 1.0).all()
    for at in (0, own, len(rows.names) - 1):
        for other in (1, own, own + 1):
            pairs = [
                together[i, j]
                for i in rows.members[at]
                for j in rows.members[other]
                if i != j or len(rows.members[at]) == 1
            ]
            assert cells[at, other] == pytest.approx(np.mean(pairs))


def test_few_states_do_not_fold_and_a_made_up_world_folds_by_bloc(results: Results) -> None:
    few = synthetic_results(n=MANY)
    rows = rows_of(few, coalitions(few))
    assert (len(rows.names), rows.said) == (MANY, "")
    many = rows_of(results, coalitions(results))
    assert "by bloc" in many.said
    assert any("'s bloc: " in name for name in many.names)


def test_the_interactive_heat_map_folds_alike(world: Results) -> None:
    report = coalitions(world)
    figure = together(world, report)
    rows = rows_of(world, report)
    assert len(figure["data"][0]["z"]) == len(rows.names)
    assert set(figure["layout"]["xaxis"]["ticktext"]) == set(rows.names)
    assert rows.said in figure["layout"]["meta"]["alt"]


def test_interactive_figures_leave_no_state_out_in_silence() -> None:
    codes = sorted(regions())
    strength = np.linspace(2.0, 1.0, len(codes))
    tie = np.full((len(codes),) * 2, -0.1)
    for alone, said in ((65, "unaligned"), (150, "more not shown")):
        blocs = [codes[0]] * (len(codes) - alone) + [""] * alone
        drawn = network(codes, capability=strength, tie=tie, blocs=blocs)["data"]
        shown = [code for trace in drawn for code in trace.get("customdata", ())]
        names = " ".join(str(trace.get("name")) for trace in drawn)
        assert said in names
        assert (len(shown) == len(codes)) == ("not shown" not in names)
    of_many = world_map(codes, blocs=[""] * len(codes), hedging=dict.fromkeys(codes, 1.0))
    names = [str(trace.get("name")) for trace in of_many["data"]]
    assert set(codes) == {code for trace in of_many["data"] for code in trace.get("customdata", ())}
    assert f"hedges ({len(codes)} states)" in names


def test_every_state_of_the_wider_world_has_a_region_and_an_outline() -> None:
    assert len(regions()) == 196
    assert not set(regions()) - set(outlines())  # none is without colour on the map
    assert {"Europe", "Southeast Asia"} <= set(regions().values())


def test_an_alluvial_of_many_states_tells_shares_of_capability(results: Results) -> None:
    figure = draw_alluvial(results)
    assert any("shares of capability" in text for text in written(figure))
    assert any(text.endswith("%") and ": " in text for text in written(figure))
    assert_readable(figure)
    plt.close(figure)


@pytest.mark.parametrize("first", range(15, 30, 3))
def test_members_named_beside_an_alluvial_stay_clear_of_the_next_bloc(
    results: Results, first: int
) -> None:
    sizes = (first, 7, 10, 9, *[8] * 5)
    bloc = np.repeat(np.arange(len(sizes)), sizes)
    mine = np.concatenate([bloc, len(sizes) + np.arange(N - len(bloc))])
    tie = np.where(mine[:, None] == mine, 1.4, -0.25) * (1.0 - np.eye(N))
    kept = np.broadcast_to(tie, results.record.tie.shape).astype(np.float32)
    figure = draw_alluvial(Results(replace(results.record, tie=kept), results.meta))
    beside = [text.get_window_extent() for text in texts(figure) if isinstance(text, Annotation)]
    for above, below in pairwise(beside):
        assert above.y0 >= below.y1
    plt.close(figure)

"""Figures of very many states: the few that matter have names, and the rest is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from sim.show.plots.alluvial import draw_alluvial
from sim.show.plots.comembership import draw_comembership
from sim.show.plots.network import draw_network
from sim.show.plots.style import FEW, MANY, coalitions, names_that_matter
from tests.support import synthetic_results
from tests.support_figures import assert_readable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.record.results import Results

N = 150


@pytest.fixture(scope="module")
def results() -> Results:
    return synthetic_results(n=N)


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


def test_a_heat_map_of_many_states_folds_the_others_of_a_bloc(results: Results) -> None:
    figure = draw_comembership(results)
    image = figure.axes[0].images[0].get_array()
    assert image is not None
    rows = len(image)
    assert FEW <= rows < MANY
    cells = np.asarray(image)
    assert ((cells >= -1e-12) & (cells <= 1.0 + 1e-12)).all()
    assert np.allclose(cells, cells.T)
    folded = [text for text in written(figure) if text.startswith("+")]
    assert folded
    plt.close(figure)


def test_an_alluvial_of_many_states_tells_shares_of_capability(results: Results) -> None:
    figure = draw_alluvial(results)
    assert any("shares of capability" in text for text in written(figure))
    assert any(text.endswith("%") and ": " in text for text in written(figure))
    assert_readable(figure)
    plt.close(figure)

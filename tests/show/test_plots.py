from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim.errors import UserError
from sim.record.results import Results
from sim.show.plots import (
    draw_comembership,
    draw_network,
    draw_trajectories,
    save_figure,
    save_figures,
)
from sim.show.plots.style import PALETTE, listed
from tests.support import synthetic_meta, synthetic_record, synthetic_results
from tests.support_figures import assert_readable, texts
from tools.scenario_picture import Trace, draw_overview


def ragged(runs: int = 20, n: int = 45) -> Results:
    """Weak blocs and many ties across them: the worst case for a picture."""
    record = synthetic_record(runs=runs, n=n, quarters=16, focal=6)
    rng = np.random.default_rng(3)
    upper = np.triu(rng.normal(0.0, 0.3, (n, n)) + rng.normal(0.0, 0.2, record.tie.shape), 1)
    tie = (upper + np.swapaxes(upper, -1, -2)).astype(np.float32)
    tie = np.where(tie > 0, tie + np.float32(0.6), tie)  # all that is friendly binds
    return Results(replace(record, tie=tie), synthetic_meta(title="A ragged world " * 8))


def lonely() -> Results:
    record = synthetic_record(runs=3)
    return Results(replace(record, tie=-np.abs(record.tie)), synthetic_meta())


CASES: dict[str, Callable[[], Results]] = {
    "plain": lambda: synthetic_results(runs=30, n=45, quarters=16),
    "small": lambda: synthetic_results(runs=5, n=7, quarters=3),
    "ragged": ragged,
    "lonely": lonely,
}


@cache
def made_up(case: str) -> Results:
    """A result that several figures show: its blocs are found once."""
    return CASES[case]()


DRAWINGS: list[Callable[[Results], Figure]] = [draw_network, draw_comembership, draw_trajectories]
LONG = ("no_emboldenment", "no_emboldenment_no_pact")
METRICS = (
    "threat(AAA)",
    "influence_share(AAA, BBB) / (influence_share(AAA, BBB) + influence_share(CCC, BBB))",
    "mean(tension(AAA, BBB), tension(AAA, CCC))",
    "poles()",
    "one too many",
)


def overview(results: Results) -> Figure:
    """The picture of a scenario with long names of metrics and arms."""
    rng = np.random.default_rng(5)
    shape = (results.record.runs, results.record.quarters + 1)
    traces = [
        Trace(f"T{at}a", metric, {arm: rng.random(shape) for arm in LONG[: 1 + at % 2]})
        for at, metric in enumerate(METRICS)
    ]
    return draw_overview(results, traces)


PICTURES = [*DRAWINGS, overview, draw_overview]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("draw", PICTURES)
def test_no_two_texts_overlap_and_none_is_cut(draw: Callable[[Results], Figure], case: str) -> None:
    assert_readable(draw(made_up(case)))


@pytest.mark.parametrize("case", CASES)
def test_every_state_is_drawn_apart_from_the_others(case: str) -> None:
    results = made_up(case)
    figure = draw_network(results)
    shown = [text.get_text() for text in texts(figure)]
    assert set(results.record.states) <= set(shown)
    nodes = [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]
    for a, b in combinations(nodes[: len(results.record.states)], 2):
        gap = np.hypot(*np.subtract(a.center, b.center))
        assert gap >= a.radius + b.radius


def test_titles_say_what_was_found() -> None:
    results = made_up("plain")
    titles = [texts(draw(results)) for draw in DRAWINGS]
    all_texts = [" ".join(text.get_text().split()) for group in titles for text in group]
    assert any(text.startswith("Three blocs around AAA") for text in all_texts)
    assert any("settled but for AAS" in text for text in all_texts)
    assert any(text.startswith("DDD's alignment with CCC rises most") for text in all_texts)
    assert sum(results.run_id in text for text in all_texts) == 3
    assert sum("Sources (1): made up" in text for text in all_texts) == 3


def test_a_pole_and_its_bloc_have_one_colour() -> None:
    from sim.measure.summary import summarise
    from sim.show.plots.style import bloc_colours

    results = synthetic_results()
    colours = bloc_colours(results, summarise(results))
    assert [colours[pole] for pole in results.record.poles] == list(PALETTE[:3])
    assert len(set(PALETTE)) == len(PALETTE)


def test_other_variables_can_be_followed() -> None:
    figure = draw_trajectories(synthetic_results(), "intensity_3")
    assert any("pacts of level 3" in text.get_text() for text in texts(figure))
    with pytest.raises(UserError, match="did you mean 'trust'"):
        draw_trajectories(synthetic_results(), "trusst")
    bare = replace(synthetic_record(), poles=(), focal=())
    with pytest.raises(UserError, match="no pair"):
        draw_trajectories(Results(bare, synthetic_meta()))


def test_figures_are_saved_and_the_same_each_time(tmp_path: Path) -> None:
    results = synthetic_results()
    first = save_figures(results, tmp_path / "a")
    again = save_figures(results, tmp_path / "b")
    assert [path.name for path in first] == [
        f"{name}.{kind}"
        for name in ("network", "comembership", "alignment")
        for kind in ("png", "svg")
    ]
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write"):
        save_figure(Figure(), tmp_path / "file" / "figure")


def test_words() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"

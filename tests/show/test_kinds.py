"""Every kind of figure on made-up results: nothing is cut, colours agree, bytes repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from sim import cli
from sim.errors import UserError
from sim.record.results import Results
from sim.record.saved import KINDS as SAVED
from sim.record.saved import kind_of
from sim.show.plots import KINDS, alluvial, plot
from sim.show.plots.alluvial import ALONE, OTHER, homes_of
from sim.show.plots.kinds import Kind, find_kinds
from sim.show.plots.projection import NOTE, inside, outlines, project
from sim.show.plots.style import (
    PAGES,
    PALETTE,
    bloc_colours,
    coalitions,
    find_page,
    fold,
    save_figure,
    text_width,
)
from sim.statistics.paired import Effect, effects
from sim.study.claim_specs import Claim
from sim.study.claim_tests import ClaimsReport
from sim.study.comparison import ArmComparison, Comparison, MetricEffect
from sim.study.robust import Conclusion, Pair, Robust
from sim.study.verdicts import Verdict
from tests.support import codes, synthetic_meta, synthetic_record, synthetic_results
from tests.support_figures import assert_readable, on_the_globe


def comparison(arms: int) -> Comparison:
    rng = np.random.default_rng(4)
    base = rng.normal(size=(3, 20))
    metrics = ("alignment(AAA, BBB)", "threat(AAA)", "mean(tension(AAA, BBB), tension(AAA, CCC))")
    found = []
    for at in range(arms):
        measured = effects(base + 0.1 * (at + 1), base, seed=1)
        found.append(
            ArmComparison(
                name=f"arm_{at}",
                title=f"An arm in which {'a lot of things happen and ' * 4}others do not",
                metrics=tuple(
                    MetricEffect(
                        metric,
                        effect,
                        difference=tuple(np.linspace(0, effect.difference, 9)),
                        low=tuple(np.linspace(0, effect.low, 9)),
                        high=tuple(np.linspace(0, effect.high, 9)),
                        parts=None,
                    )
                    for metric, effect in zip(metrics, measured, strict=True)
                ),
                diverged=(0.0,) * 9,
                movers=(),
                examined=0,
                moved=0,
            )
        )
    values = {"base": base, **{arm.name: base for arm in found}}
    return Comparison(
        meta=synthetic_meta(title="A comparison of many arms " * 3),
        reference="base",
        runs=20,
        start=2024 * 4,
        quarters=8,
        horizon="2025Q4",
        chosen=True,
        metrics=metrics,
        values=values,
        arms=tuple(found),
    )


def claims(number: int) -> ClaimsReport:
    verdicts = []
    for at in range(number):
        claim = Claim(
            id=f"C{at:02d}",
            scenario="three_blocs",
            of=f"C{at:02d}",
            text="A claim that says at some length what would follow from what, and for whom. " * 2,
            direction="higher",
            metric="poles()",
            arms=("base", "other"),
            less=(),
            horizon=None,
            at=(),
            margin=None,
            open=None,
            pending=None,
            note=None,
        )
        effect = Effect(1.0, 0.5, 0.5, 0.2, 0.8, 20, 0.9, 0.1, 1.0, 0.5, 3.0)
        name = ("supported", "contradicted", "undetermined")[at % 3]
        verdicts.append(Verdict(claim, name, "made up", effect, 0.9))
    return ClaimsReport(
        tuple(verdicts), {}, {"three_blocs": 20}, {"three_blocs": 1}, {"three_blocs": "0" * 64}
    )


def answers(number: int) -> Robust:
    rivals = ("no change", "random_utility", "shuffled_capability", "landscape")
    shares = (0.9, 0.5, 0.1, None)
    pairs = tuple(
        Pair(("AAA", f"S{at:02d}"), 0.9 if at % 2 else 0.4, dict(zip(rivals, shares, strict=True)))
        for at in range(number)
    )
    conclusions = tuple(
        Conclusion(
            f"mean(tension(AAA, BBB), tension(AAA, C{at:02d})) @ 2024Q1..2026Q4",
            "A claim that says at some length what would follow from what, and for whom.",
            -0.0123,
            at % 3 > 0,
            dict(zip(rivals, (0.0, 0.1, 0.2, None), strict=True)),
            dict.fromkeys(rivals[:3], at % 2 == 0),
        )
        for at in range(number)
    )
    return Robust(synthetic_meta(title="Answers " * 9), 20, pairs, conclusions, {"x": "it is shy"})


MADE_UP: dict[str, dict[str, Callable[[], Any]]] = {
    "run": {
        "many": lambda: on_the_globe(synthetic_results(runs=20, n=60, quarters=16, focal=6)),
        "few": lambda: on_the_globe(synthetic_results(runs=5, n=7, quarters=3)),
        "one run": lambda: on_the_globe(synthetic_results(runs=1, n=12, quarters=8)),
    },
    "robust": {"few": lambda: answers(2), "many": lambda: answers(30)},
    "comparison": {"one": lambda: comparison(1), "many": lambda: comparison(11)},
    "claims": {"one": lambda: claims(1), "many": lambda: claims(40)},
}
OURS = [kind for kind in KINDS.values() if kind.takes in MADE_UP]
CASES = [(kind, case) for kind in OURS for case in MADE_UP[kind.takes]]


@cache
def made_up(takes: str, case: str) -> Any:
    """A result that several figures show: its blocs are found once."""
    return MADE_UP[takes][case]()


def told(figure: Figure) -> str:
    texts: list[Any] = figure.findobj(Text)
    return " ".join(" ".join(text.get_text().split()) for text in texts)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{k.name}-{case}" for k, case in CASES])
def test_every_kind_draws_and_nothing_is_cut(kind: Kind, case: str, page: str) -> None:
    result = made_up(kind.takes, case)
    figure = kind.draw(result, PAGES[page])
    assert_readable(figure)
    assert result.run_id in told(figure), "the foot names the result"
    width, height = figure.get_size_inches()
    assert width == PAGES[page].width
    if PAGES[page].fixed:
        assert (width, height) == (10.0, 5.625)


def test_the_table_of_kinds_is_whole() -> None:
    assert set(KINDS) == {kind.name for kind in KINDS.values()}
    assert {kind.takes for kind in KINDS.values()} <= set(SAVED)
    for kind in KINDS.values():
        assert kind.help.endswith(".")
        assert "\n" not in kind.help


@pytest.mark.parametrize(
    "kind", [kind for kind in OURS if kind.takes == "run"], ids=lambda k: k.name
)
def test_the_same_result_gives_the_same_bytes(kind: Kind, tmp_path: Path) -> None:
    first, again = (
        save_figure(kind.draw(MADE_UP["run"]["few"]()), tmp_path / name / kind.name)
        for name in "ab"
    )
    assert [path.suffix for path in first] == [".png", ".svg"]
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_bloc_has_one_colour_in_all_figures() -> None:
    results = made_up("run", "many")
    colours = bloc_colours(results, coalitions(results))
    assert set(colours.values()) == set(PALETTE[:3])
    for name in ("network", "alluvial", "map", "comembership", "polarity"):
        figure = KINDS[name].draw(results)
        used = set()
        for artist in figure.findobj():
            for get in ("get_facecolor", "get_color", "get_edgecolor"):
                value = getattr(artist, get, lambda: None)()
                if value is None or (isinstance(value, str) and value == "none"):
                    continue
                shades = np.atleast_2d(np.asarray(value)) if not isinstance(value, str) else [value]
                used |= {to_hex(shade).upper() for shade in shades if len(shade)}
        assert set(colours.values()) <= used, name
        assert not set(PALETTE[3:]) & used, f"{name} has colours of blocs that do not exist"


def test_homes_are_those_of_the_cores() -> None:
    results = synthetic_results(runs=30, n=12, quarters=8)
    cores = [bloc.core for bloc in coalitions(results).blocs]
    homes = homes_of(results, cores)
    states = results.record.states
    assert homes.shape == (30, 3, 12)
    for at, core in enumerate(cores):
        assert (homes[..., states.index(core)] == at).all()
    names = [*cores, OTHER, ALONE]
    assert {names[at] for at in homes[..., 9].ravel()} == {ALONE}
    wanderer = homes[:, :, 10]  # begins with BBB, goes to CCC in two runs of three
    assert {names[at] for at in wanderer[:, 0]} == {"BBB"}
    assert [names[at] for at in wanderer[:3, -1]] == ["BBB", "CCC", "CCC"]
    figure = KINDS["alluvial"].draw(results)
    assert "ABB" not in told(figure).split(":")[0]
    assert "changes over most often: from BBB's bloc to CCC's bloc in 67% of the runs" in told(
        figure
    )
    assert any(isinstance(patch, PathPatch) for patch in figure.axes[0].patches)


def test_many_changes_of_which_none_is_common_are_no_steadiness() -> None:
    results = synthetic_results(runs=30, n=12, quarters=8)
    core = "AAA"
    homes = np.zeros((30, 2, 12), int)
    homes[::2, 1, 1:] = 1  # half of the runs end with all in another bloc
    said = alluvial._finding(results, [core, OTHER, ALONE], homes, np.ones(12, bool))
    assert said == "46% of the states change over, but no change is common to 10% of the runs"
    homes[:] = 0
    said = alluvial._finding(results, [core, OTHER, ALONE], homes, np.ones(12, bool))
    assert said.startswith("Blocs keep their members")


# --- the map -------------------------------------------------------------------------------------
def test_outlines_have_every_country_and_none_crosses_the_map() -> None:
    found = outlines()
    assert {"SGP", "FJI", "RUS", "MDV", "BHR", "LIE"} <= set(found)
    assert len(found) > 200
    for rings in found.values():
        for ring in rings:
            assert np.ptp(ring[:, 0]) < 180.0
            assert ring[:, 0].min() > -175.0
            assert ring[:, 0].max() < 195.0
    area = {code: rings[0] for code, rings in found.items()}
    assert np.ptp(area["RUS"][:, 0]) > 120.0  # whole, on one side


def test_the_projection_keeps_areas() -> None:
    def cell(latitude: float) -> float:
        corners = project([0, 1, 1, 0], [latitude, latitude, latitude + 1, latitude + 1])
        x, y = corners.T
        return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2

    for latitude in (0.0, 30.0, 60.0):
        sphere = np.radians(1) * (np.sin(np.radians(latitude + 1)) - np.sin(np.radians(latitude)))
        assert cell(latitude) == pytest.approx(sphere, rel=1e-3)


def test_a_name_stands_inside_its_country() -> None:
    bent = np.array([[0, 0], [10, 0], [10, 10], [9, 10], [9, 1], [0, 1]], float)
    x, y = inside(bent)
    assert (y < 1) or (x > 9)


def test_a_map_needs_countries_and_says_where_its_borders_are_from() -> None:
    with pytest.raises(UserError, match=r"12 of 12 states have no outline .*made-up worlds"):
        KINDS["map"].draw(synthetic_results(n=12))
    assert NOTE in told(KINDS["map"].draw(made_up("run", "many")))


def test_hedgers_are_hatched_and_leaders_are_not() -> None:
    """A state alone with ties to two leaders, and the leaders with ties to one another."""
    record = synthetic_record(runs=5)
    plain = coalitions(on_the_globe(Results(record, synthetic_meta())))
    cores = [bloc.core for bloc in plain.blocs[:2]]
    tie, codes = record.tie.copy(), on_the_globe(Results(record, synthetic_meta())).record.states
    loose = codes.index(plain.unaligned[0])
    for a, b in ((loose, codes.index(cores[0])), (loose, codes.index(cores[1]))):
        tie[..., a, b] = tie[..., b, a] = 0.4
    results = on_the_globe(Results(replace(record, tie=tie), synthetic_meta()))
    hedgers = [stance.state for stance in coalitions(results).stances if stance.between]
    assert codes[loose] in hedgers
    assert not set(hedgers) & set(cores)
    words = told(KINDS["map"].draw(results))
    assert "hedges: between two blocs in most of the runs" in words


# --- text ----------------------------------------------------------------------------------------
def test_text_is_folded_by_its_width() -> None:
    lines = fold("many words " * 40, 10.0, 3.0, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("...")
    assert all(text_width(line, 10.0) <= 3.0 for line in lines)
    assert fold("short", 10.0, 3.0, 3) == ["short"]
    assert fold("", 10.0, 3.0, 3) == []


# --- choosing ------------------------------------------------------------------------------------
def test_kinds_are_found_by_name() -> None:
    assert [kind.name for kind in find_kinds(["network", "map"], "run")] == ["network", "map"]
    assert len(find_kinds(["all"], "run")) == len([k for k in KINDS.values() if k.takes == "run"])
    with pytest.raises(UserError, match="did you mean 'network'"):
        find_kinds(["netwrok"], "run")
    with pytest.raises(UserError, match="forest draws a saved claims; this is a run"):
        find_kinds(["forest"], "run")
    with pytest.raises(UserError, match="did you mean 'slides'"):
        find_page("slide")


def test_the_plane_shows_where_a_state_moves() -> None:
    record = synthetic_record()  # a focal state goes towards CCC
    assert "alignment with CCC" in told(KINDS["plane"].draw(Results(record, synthetic_meta())))
    series = np.repeat(record.dyad_series[:, :1], record.quarters + 1, axis=1)
    still = Results(replace(record, dyad_series=series), synthetic_meta())
    words = told(KINDS["plane"].draw(still))
    assert "Where the focal states stand between AAA and BBB" in words
    assert "alignment with BBB" in words


def test_options_are_checked() -> None:
    results = synthetic_results()
    with pytest.raises(UserError, match="did you mean 'AAA'"):
        KINDS["plane"].draw(results, axes="aaa,BBB")
    with pytest.raises(UserError, match="two different states"):
        KINDS["plane"].draw(results, axes="AAA,AAA")
    with pytest.raises(UserError, match="is not a state"):
        KINDS["pacts"].draw(results, state="ZZZ")
    assert "alignment with CCC" in told(KINDS["plane"].draw(results, axes="BBB,CCC"))


def test_in_a_notebook_axes_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    monkeypatch.setattr(mpl, "rcParams", mpl.rcParams.copy())
    plt.switch_backend("agg")
    results = synthetic_results()
    assert kind_of(results) == "run"
    axes = plot(results, "network", style="slides")
    assert isinstance(axes, Axes)
    assert axes.figure in [plt.figure(number) for number in plt.get_fignums()]
    with pytest.raises(UserError, match="did you mean 'variable'"):
        plot(results, "alignment", varable="trust")
    with pytest.raises(UserError, match="no kind of result"):
        plot(7, "network")
    plt.close("all")


# --- the command ---------------------------------------------------------------------------------
def run_cli(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["multipolar", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    code = left.value.code
    return code if isinstance(code, int) else 0


def test_the_command_draws_what_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = synthetic_results().save(tmp_path / "run")
    assert run_cli(monkeypatch, "plot", str(place), "--format", "svg") == 0
    drawn = {path.name for path in (place / "figures").iterdir()}
    assert drawn == {f"{k.name}.svg" for k in KINDS.values() if k.takes == "run"} - {"map.svg"}
    assert "No map: 12 of 12" in capsys.readouterr().err
    compared = comparison(2).save(tmp_path / "compare")
    words = ("plot", str(compared), "--style", "slides", "--format", "png", "--out", str(tmp_path))
    assert run_cli(monkeypatch, *words) == 0
    assert (tmp_path / "differences_slides.png").is_file()
    for wrong, message in (
        (("--kind", "map"), "no outline"),
        (("--kind", "netwrk"), "did you mean 'network'"),
        (("--style", "papr"), "did you mean 'paper'"),
        (("--format", "pgn"), "did you mean 'png'"),
    ):
        assert run_cli(monkeypatch, "plot", str(place), *wrong) == 2
        assert message in capsys.readouterr().err


def test_codes_of_the_made_up_world_are_no_countries() -> None:
    assert not set(codes(12)) & set(outlines())

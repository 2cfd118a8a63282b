"""One kernel, two drivers: Mesa and the ensemble give the same trajectory to the last bit.

Golden runs pin the trajectories of the shipped scenarios; ``python -m tests.golden`` renews them
after a change that is meant to change results.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.drivers import ensemble, starts
from sim.drivers.ensemble import run_ensemble
from sim.drivers.model import MultipolarModel
from sim.record.arrays import EnsembleRecord
from sim.scenario import ScenarioSpec, load_scenario
from sim.scenario.world import Start, World
from sim.types import Blocks
from tests import golden
from tests.inline_scenario import TEXT

QUARTERS = 3
SHIPPED = golden.shipped()
each = pytest.mark.parametrize(
    "name", SHIPPED or [pytest.param("", marks=pytest.mark.skip("none"))]
)


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inline") / "six.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def ends(
    spec: ScenarioSpec, monkeypatch: pytest.MonkeyPatch, **options: int
) -> tuple[EnsembleRecord, list[Blocks]]:
    """An ensemble with the blocks in which each of its runs ended."""
    blocks: dict[int, Blocks] = {}

    def start(world: World, seed: int, run: int) -> Start:
        begun = starts.start(world, seed, run)
        blocks[run] = begun.blocks
        return begun

    with monkeypatch.context() as patch:
        patch.setattr(ensemble, "starts", SimpleNamespace(start=start))
        record = run_ensemble(spec, **options)
    return record, [blocks[run] for run in sorted(blocks)]


def compare(spec: ScenarioSpec, runs: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run both drivers and compare every bit; returns the number of moves compared."""
    record, blocks = ends(spec, monkeypatch, runs=runs, seed=seed, jobs=2)
    for run in range(runs):
        model = MultipolarModel(spec, seed=seed, run=run)
        for tick in range(spec.quarters + 1):
            states, dyads = model.observed()
            np.testing.assert_array_equal(states, record.state_series[run, tick])
            np.testing.assert_array_equal(dyads, record.dyad_series[run, tick])
            if tick < spec.quarters:
                assert model.running
                model.step()
        assert not model.running
        np.testing.assert_array_equal(model.moves, record.moves[record.moves["run"] == run])
        np.testing.assert_array_equal(model.M, blocks[run].M)
        np.testing.assert_array_equal(model.V, blocks[run].V)
        np.testing.assert_array_equal(model.P, blocks[run].P)
        assert tuple(model.counts) == (record.opportunities[run], record.noops[run])
    return len(record.moves)


def test_drivers_agree_on_an_inline_scenario(inline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare(load_scenario(inline), 3, 7, monkeypatch) > 10


def test_drivers_agree_without_draws_and_on_an_arm(
    inline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load_scenario(
        inline, arm="calm", overrides=["ensemble.draws=off", "mechanisms.trust=off"]
    )
    assert compare(spec, 1, 1, monkeypatch) > 0


@each
def test_drivers_agree_on_shipped_scenarios(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(load_scenario(golden.path(name), quarters=QUARTERS), 1, 3, monkeypatch)


def same(a: EnsembleRecord, b: EnsembleRecord) -> None:
    for field in ("state_series", "dyad_series", "tie", "level", "moves", "opportunities", "noops"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field), err_msg=field)


def test_the_number_of_workers_does_not_matter(inline: Path) -> None:
    spec = load_scenario(inline)
    one, two, four = (run_ensemble(spec, runs=9, seed=2, jobs=jobs) for jobs in (1, 2, 4))
    same(one, two)
    same(one, four)
    assert len(np.unique(one.state_series[:, -1, 0, 0])) > 1


def test_runs_are_the_first_of_a_longer_ensemble(inline: Path) -> None:
    spec = load_scenario(inline)
    short, long = run_ensemble(spec, runs=2, seed=2, jobs=2), run_ensemble(spec, runs=4, seed=2)
    np.testing.assert_array_equal(short.state_series, long.state_series[:2])
    np.testing.assert_array_equal(short.moves, long.moves[long.moves["run"] < 2])


def test_seeds_and_runs_differ(inline: Path) -> None:
    spec = load_scenario(inline, overrides=["ensemble.draws=off"])
    a, b = (run_ensemble(spec, runs=2, seed=seed, jobs=1) for seed in (1, 2))
    np.testing.assert_array_equal(a.state_series[:, 0], b.state_series[:, 0])
    assert not np.array_equal(a.state_series[:, 1], b.state_series[:, 1])
    assert not np.array_equal(a.state_series[0, 1], a.state_series[1, 1])


def test_arms_share_their_luck_until_they_differ(inline: Path) -> None:
    """The event of the base arm falls in quarter 1: the start and its draws are the same."""
    base, calm = (
        run_ensemble(load_scenario(inline, arm=arm), runs=2, seed=1) for arm in ("base", "calm")
    )
    np.testing.assert_array_equal(base.state_series[:, 0], calm.state_series[:, 0])
    np.testing.assert_array_equal(base.dyad_series[:, 0], calm.dyad_series[:, 0])
    assert not np.array_equal(base.dyad_series[:, 1], calm.dyad_series[:, 1])


EVENT = """
  change:
    at: 2022Q1
    title: A change
    source: made
    defaults: {range: 0%}
    effects: {pact_level: {EEE-FFF: EFFECT}}
"""


@pytest.mark.parametrize(
    ("effect", "level"), [("2", 2.0), ("{add: 1}", 1.0), ("{add: 9}", 3.0), ("{add: -1}", 0.0)]
)
def test_events_on_ties_bind_both_sides_once(tmp_path: Path, effect: str, level: float) -> None:
    """A pact has one level for both orders of a pair, within its bounds, and is changed once."""
    path = tmp_path / "six.yaml"
    path.write_text(
        TEXT.replace("\nevents:", "\nevents:" + EVENT.replace("EFFECT", effect)), "utf-8"
    )
    model = MultipolarModel(load_scenario(path), seed=1)
    for row, (event, _) in enumerate(model.world.event_names):
        if event == "change":
            model._play(row)
    e, f = model.state("EEE"), model.state("FFF")
    assert (e.towards(f, "pact_level"), f.towards(e, "pact_level")) == (level, level)
    assert e.towards(f, "commitment") == f.towards(e, "commitment")


# --- golden runs ---------------------------------------------------------------------------------


@each
def test_golden_run(name: str) -> None:
    file = golden.FOLDER / f"{name}.txt"
    assert file.is_file(), f"no golden run of {name}: make it with `{golden.COMMAND} {name}`"
    found, pinned = golden.text(golden.path(name)), file.read_text("utf-8")
    assert found == pinned, (
        f"{name} runs differently: {golden.first_difference(pinned, found)}\n"
        f"If that is meant: `{golden.COMMAND} {name}`, and look at the difference"
    )


def test_no_golden_run_without_a_scenario() -> None:
    stray = {file.stem for file in golden.FOLDER.glob("*.txt")} - set(SHIPPED)
    assert not stray, f"delete tests/golden/: {sorted(stray)}"


def test_golden_runs_are_readable_and_repeatable(inline: Path) -> None:
    text = golden.text(inline)
    assert text == golden.text(inline)
    assert "2022Q1" in text
    assert "CCC" in text
    assert golden.first_difference(text, text) == "nothing"
    assert "line 2" in golden.first_difference("a\nb\n", "a\nc\n")
    assert max(len(line) for line in text.splitlines()) <= 140

"""Records whose arrays stay on disk: the same numbers as in memory, and nothing left behind."""

from __future__ import annotations

import errno
import gc
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sim.drivers import ensemble
from sim.drivers.ensemble import Interrupted, run_ensemble
from sim.errors import UserError
from sim.measure.observed import Observed
from sim.measure.summary import describe_blocs, summarise
from sim.record import arrays, stored
from sim.record.arrays import EnsembleRecord
from sim.record.results import TABLES, Results
from sim.scenario import ScenarioSpec, load_scenario
from sim.show.plots.pacts import draw_pacts
from sim.show.plots.standard import draw_figures
from tests.inline_scenario import TEXT
from tests.support import synthetic_meta

RUNS = 7


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> ScenarioSpec:
    path = tmp_path_factory.mktemp("inline") / "six.yaml"
    path.write_text(TEXT, "utf-8")
    return load_scenario(path)


@pytest.fixture(scope="module")
def held(spec: ScenarioSpec) -> EnsembleRecord:
    return run_ensemble(spec, runs=RUNS)


@pytest.fixture(autouse=True)
def two_runs_together(monkeypatch: pytest.MonkeyPatch, held: EnsembleRecord) -> None:
    for module in (ensemble, arrays, stored):
        monkeypatch.setattr(module, "BATCH", 2 * held.run_bytes + 100)


@pytest.fixture
def kept(spec: ScenarioSpec, tmp_path: Path) -> EnsembleRecord:
    return run_ensemble(spec, runs=RUNS, in_memory=0, folder=tmp_path)


def same(a: EnsembleRecord, b: EnsembleRecord) -> bool:
    for name in (field.name for field in fields(a) if field.name != "folder"):
        one, other = (getattr(record, name) for record in (a, b))
        if isinstance(one, np.ndarray):
            one, other = one.tobytes(), np.asarray(other).tobytes()
        assert one == other, name
    return True


def test_a_record_made_on_disk_is_the_one_made_in_memory(
    held: EnsembleRecord, kept: EnsembleRecord, tmp_path: Path
) -> None:
    assert kept.folder is not None
    assert kept.folder.parent == tmp_path
    assert not isinstance(kept.tie, np.ndarray)
    assert same(held, kept)
    assert same(held, kept.part(slice(None)))
    assert same(held.part(slice(3, 6)), kept.part(slice(3, 6)))


def test_some_pairs_of_a_record_on_disk_are_saved_without_the_others(
    held: EnsembleRecord, kept: EnsembleRecord, tmp_path: Path
) -> None:
    pairs = kept.dyads[1:4]
    Results(kept.of_pairs(pairs), synthetic_meta()).save(tmp_path / "saved")
    assert same(held.of_pairs(pairs), Results.load(tmp_path / "saved").record.part(slice(None)))


def test_the_folder_goes_with_the_record(spec: ScenarioSpec, tmp_path: Path) -> None:
    kept = run_ensemble(spec, runs=RUNS, in_memory=0, folder=tmp_path)
    other = replace(kept, poles=())
    del kept
    gc.collect()
    assert other.state("capability").shape[0] == RUNS
    del other
    gc.collect()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "key",
    [
        np.s_[:],
        np.s_[2:5],
        np.s_[::2],
        np.s_[5:2],
        np.s_[4],
        np.s_[-1, 1],
        np.s_[:, -1],
        np.s_[1:, [0, -1]],
        np.s_[:, :, [1, 0]],
        np.s_[:, :, 2],
        np.s_[3, -1, 2, 1],
        np.s_[:, 0, 1:3, [0, 2]],
    ],
)
def test_a_series_is_indexed_as_an_array(
    held: EnsembleRecord, kept: EnsembleRecord, key: object
) -> None:
    for name in ("state_series", "tie"):
        one, other = getattr(held, name), getattr(kept, name)
        np.testing.assert_array_equal(other[key], one[key], strict=True)
        assert (len(other), other.shape, other.dtype) == (len(one), one.shape, one.dtype)


def test_a_part_of_a_series_keeps_nothing_else_alive(kept: EnsembleRecord) -> None:
    found = kept.tie[0:1, -1]
    assert found.base is None or found.base.nbytes == found.nbytes


@pytest.mark.parametrize("key", ["tick", "terms", "third", "accepted", np.s_[3:40:2], 5, [7, 2]])
def test_moves_are_indexed_as_rows(
    held: EnsembleRecord, kept: EnsembleRecord, key: str | slice
) -> None:
    np.testing.assert_array_equal(kept.moves[key], held.moves[key], strict=True)
    accepted = held.moves["accepted"] != 0
    assert kept.moves[accepted].tobytes() == held.moves[accepted].tobytes()


def test_all_that_is_made_of_a_record_is_the_same(
    held: EnsembleRecord, kept: EnsembleRecord, tmp_path: Path
) -> None:
    one, other = (Results(record, synthetic_meta()) for record in (held, kept))
    assert summarise(one) == summarise(other)
    for definition in ("ties", "defence", "alignment"):
        assert repr(describe_blocs(one, definition)) == repr(describe_blocs(other, definition))
    places = [result.save(tmp_path / name) for name, result in (("a", one), ("b", other))]
    for name in TABLES:
        files = [(place / f"{name}.parquet").read_bytes() for place in places]
        assert files[0] == files[1], name
    assert one.states.equals(other.states)
    assert one.moves.equals(other.moves)
    assert set(draw_figures(other)) == set(draw_figures(one))
    draw_pacts(other)
    a, b = Observed(held), Observed(kept)
    for measure in ("poles", "tightness"):
        assert (
            a.measure(measure, "alignment").tobytes() == b.measure(measure, "alignment").tobytes()
        )
    variable, collective, state = held.cells[3]
    assert (a.cell(variable, collective, state) == b.cell(variable, collective, state)).all()


def test_a_large_result_is_left_on_disk(
    held: EnsembleRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Results(held, synthetic_meta()).save(tmp_path / "saved")
    monkeypatch.setattr("sim.record.results.IN_MEMORY", 0)
    back = Results.load(place)
    assert back.record.folder == place
    assert same(held, back.record)
    again = back.save(tmp_path / "again")
    assert same(held, Results.load(again).record)
    del back
    gc.collect()
    assert (place / "states.parquet").is_file()


@pytest.mark.parametrize("after", [1, 2, 3, 6])
@pytest.mark.parametrize("in_memory", [0, 2**30])
def test_ctrl_c_leaves_the_finished_runs(
    spec: ScenarioSpec, tmp_path: Path, after: int, in_memory: int
) -> None:
    def stop(done: int, _: int) -> None:
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        run_ensemble(spec, runs=RUNS, jobs=1, progress=stop, in_memory=in_memory, folder=tmp_path)
    record = stopped.value.record
    assert record is not None
    assert record.runs >= after
    assert same(run_ensemble(spec, runs=record.runs), record)


def test_ctrl_c_before_the_first_run_leaves_nothing(
    spec: ScenarioSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "wait", stop)
    with pytest.raises(Interrupted) as stopped:
        run_ensemble(spec, runs=RUNS, in_memory=0, folder=tmp_path)
    assert stopped.value.record is None
    del stopped
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(
    spec: ScenarioSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stored.TableWriter, "add", full)
    with pytest.raises(UserError, match=f"cannot write to {tmp_path}: No space left on device"):
        run_ensemble(spec, runs=RUNS, in_memory=0, folder=tmp_path)


def test_tables_of_another_record_are_told(kept: EnsembleRecord) -> None:
    assert kept.folder is not None
    axes = {name: getattr(kept, name) for name in arrays.AXES}
    with pytest.raises(ValueError, match=r"states: .* rows are not"):
        stored.stored_record(kept.folder, axes | {"quarters": 1}, RUNS, ["2024Q1", "2024Q2"])


def test_a_run_for_which_there_is_no_room_is_not_begun(
    spec: ScenarioSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = r"9,000,000 runs of 6 states and \d+ quarters need about .* GB"
    with pytest.raises(UserError, match=rf"{message} of memory, .* about [0-9,]+ runs fit"):
        run_ensemble(spec, runs=9_000_000)
    monkeypatch.setattr("sim.system.capacity.free_memory", lambda: 10**15)
    monkeypatch.setattr("sim.system.capacity.free_disk", lambda _: 10**9)
    with pytest.raises(UserError, match=rf"{message} on disk, .*fewer runs"):
        run_ensemble(spec, runs=9_000_000, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []

"""Sweeps on disk: the same table however it came about, and nothing lost or done twice."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.errors import ScenarioError, UserError
from sim.scenario.loader import Loader
from sim.study.laboratory import pool as pools
from sim.study.sweep import (
    Evaluator,
    Stopped,
    Sweep,
    combinations,
    drive,
    evaluator,
    grid,
    parse_axis,
    resume,
    sample,
    sweep,
)
from sim.study.sweep.design_file import read_design, read_runs
from sim.study.sweep.plan import batch_size
from sim.system.files import alone
from tests.inline_scenario import TEXT
from tests.support_command import call

METRICS = ("alignment(CCC, AAA)", "hedging(CCC)", "poles()")
VARY = ("security.weight=2:9:4", "mechanisms.trust=on,off")


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "six.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def small(six: Path, folder: Path, **options: Any) -> Sweep:
    asked = {"vary": VARY, "metrics": METRICS, "runs": 5, "batch": 7, "quarters": 6} | options
    return sweep(six, folder, **asked)


@pytest.fixture(scope="module")
def whole(six: Path, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return small(six, tmp_path_factory.mktemp("whole") / "sweep")


def parts(found: Sweep) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (found.folder / "parts").iterdir()}


# --- the table -----------------------------------------------------------------------------------
def test_one_row_a_run_with_parameters_beside_metrics(six: Path, whole: Sweep) -> None:
    table = whole.table()
    names = ["point", "seed", "run", "security.weight", "mechanisms.trust", *METRICS]
    assert table.columns.tolist() == names
    assert len(table) == whole.plan.cells == whole.finished == 4 * 2 * 5
    assert sorted(table["mechanisms.trust"].unique()) == ["off", "on"]
    evaluate = Evaluator(
        six, vary=["security.weight", "mechanisms.trust=on,off"], metrics=METRICS, quarters=6
    )
    rows = table[(table["security.weight"] == 9.0) & (table["mechanisms.trust"] == "off")]
    np.testing.assert_array_equal(
        rows[list(METRICS)].to_numpy(), evaluate([[9.0, 1.0]], runs=range(5))[0]
    )


def test_threads_batches_and_seeds_by_name_do_not_matter(
    six: Path, whole: Sweep, tmp_path: Path
) -> None:
    other = small(six, tmp_path / "a", executor="local:3", batch=11)
    pd.testing.assert_frame_equal(other.table(), whole.table(), check_exact=True)
    same = small(six, tmp_path / "b", executor="local:1")
    assert parts(same) == parts(whole)
    seeded = small(six, tmp_path / "c", seed=[4, 9], runs=[3, 1]).table()
    again = seeded[(seeded["seed"] == 4) & (seeded["run"] == 3)]
    plain = whole.table()
    np.testing.assert_array_equal(
        again[list(METRICS)].to_numpy(), plain[plain["run"] == 3][list(METRICS)].to_numpy()
    )
    assert seeded["run"].tolist()[:4] == [3, 1, 3, 1]


def test_spreads_tell_parameters_from_luck(whole: Sweep) -> None:
    table = whole.table()
    means = table.groupby("point")["poles()"].mean()
    spread = whole.spreads[2]
    assert (spread.low, spread.high) == (means.min(), means.max())
    assert spread.between == pytest.approx(means.std())
    assert spread.within == pytest.approx(
        np.sqrt(table.groupby("point")["poles()"].var(ddof=1).mean())
    )


def test_faces(whole: Sweep) -> None:
    assert "40 of 40 runs" in str(whole)
    assert "security.weight" in whole._repr_html_()
    assert repr(whole) == "<Sweep sweep: 40 of 40 runs>"
    assert json.loads(json.dumps(whole.to_dict()))["cells"] == 40
    facts = json.loads((whole.folder / "manifest.json").read_text("utf-8"))
    assert (facts["kind"], facts["points"]) == ("sweep", 8)
    assert [x["name"] for x in facts["parameters"]] == list(whole.parameters)


def test_a_missing_xarray_is_told_plainly(whole: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(UserError, match="needs xarray"):
        whole.to_xarray()


class Dataset:
    """As much of ``xarray.Dataset``, which is no dependency, as a sweep hands to it."""

    def __init__(self, rows: pd.DataFrame, coordinates: dict[str, Any]) -> None:
        self.rows, self.coordinates = rows, coordinates
        self.sizes = dict(zip(rows.index.names, rows.index.levshape, strict=True))

    @classmethod
    def from_dataframe(cls, rows: pd.DataFrame) -> Dataset:
        return cls(rows, {})

    def assign_coords(self, coordinates: dict[str, Any]) -> Dataset:
        return Dataset(self.rows, coordinates)


@pytest.mark.parametrize("sampled", [False, True])
def test_xarray_has_a_grid_by_its_dimensions(
    six: Path, tmp_path: Path, sampled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=Dataset))
    axes = [parse_axis("security.weight=2:9" + ":3" * (not sampled))]
    design = sample(axes, "lhs", 3, 1) if sampled else grid(axes)
    done = small(six, tmp_path / "s", vary=(), design=design)
    found = done.to_xarray()
    along = "point" if sampled else "security.weight"
    assert found.sizes == {along: 3, "seed": 1, "run": 5}
    assert set(found.rows.columns) == set(done.metrics)
    if sampled:
        along, weights = found.coordinates["security.weight"]
        assert (along, len(weights)) == ("point", 3)


# --- interruption --------------------------------------------------------------------------------
def count_runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the number of every run that is simulated."""
    made: list[int] = []
    simulate = evaluator.run_cases

    def counted(world: Any, cases: list[tuple[int, Any]], **rest: Any) -> Any:
        made.extend(run for run, _ in cases)
        return simulate(world, cases, **rest)

    monkeypatch.setattr(evaluator, "run_cases", counted)
    return made


def test_ctrl_c_keeps_what_is_finished_and_resume_does_the_rest(
    six: Path, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done >= 14:
            raise KeyboardInterrupt

    with pytest.raises(Stopped) as stopped:
        small(six, tmp_path / "s", executor="local:1", progress=interrupt)
    kept = stopped.value.sweep
    assert 14 <= kept.finished < 40
    assert len(kept.table()) == kept.finished
    made = count_runs(monkeypatch)
    again = resume(tmp_path / "s")
    assert len(made) == 40 - kept.finished
    assert parts(again) == parts(whole)
    made.clear()
    resume(tmp_path / "s")
    assert not made


@pytest.mark.parametrize("harm", ["half a part", "no part", "a byte", "stray", "other key"])
def test_what_is_not_whole_is_made_again(
    six: Path, whole: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    found = small(six, tmp_path / "s")
    part = found.folder / "parts" / "part-000002.parquet"
    content = part.read_bytes()
    match harm:
        case "half a part":
            part.write_bytes(content[:500])
        case "no part":
            part.unlink()
        case "a byte":  # of a page, which has a checksum
            part.write_bytes(content[:60] + bytes([content[60] ^ 1]) + content[61:])
        case "stray":  # killed while a part was written
            part.with_suffix(".partial").write_bytes(b"PAR1")
        case "other key":  # of another batch, or made by other code
            shutil.copy(part.with_name("part-000001.parquet"), part)
    made = count_runs(monkeypatch)
    again = resume(found.folder)
    assert len(made) == (0 if harm == "stray" else 7)
    assert parts(again) == parts(whole)


def as_before(found: Sweep) -> None:
    """Make a folder what earlier versions left: an SQLite file in place of keys in the parts."""
    folder, design, plan = found.folder, found.plan.design.points, found.plan
    failed = [tuple(failure.values()) for failure in found.failures]
    (folder / "points.parquet").unlink()
    points = io.BytesIO()
    np.save(points, design)
    with closing(sqlite3.connect(folder / "manifest.sqlite")) as base, base:
        base.executescript(
            "CREATE TABLE facts (name, value);"
            "CREATE TABLE parts (number, file, rows, sha256);"
            "CREATE TABLE failures (cell, part, seed, run, overlay, message)"
        )
        base.execute("INSERT INTO facts VALUES ('points', ?)", (points.getvalue(),))
        for path in sorted((folder / "parts").iterdir()):
            table = pq.read_table(path)
            pq.write_table(table.replace_schema_metadata(), path)
            entry = (path.name, hashlib.sha256(path.read_bytes()).hexdigest())
            base.execute("INSERT INTO parts VALUES (0, ?, 0, ?)", entry)
        for point, seed, run, overlay, message in failed:
            cell = point * len(plan.runs) + plan.runs.index(run)
            entry = (cell, cell // plan.batch, seed, run, overlay, message)
            base.execute("INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?)", entry)
    facts = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**facts, "code": "of then"}), "utf-8")


def test_a_sweep_of_an_earlier_version_is_read_and_not_continued(
    six: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vary = ["channels.arms.shares.CCC.AAA=.3,.8", "channels.arms.shares.CCC.BBB=.1,.5"]
    found = small(six, tmp_path / "s", vary=vary, runs=2, batch=3)
    before, failures, table = found.to_dict(), found.failures, found.table()
    assert len(failures) == 2
    as_before(found)
    again = Sweep.load(found.folder)
    assert again.to_dict() == before
    pd.testing.assert_frame_equal(again.table(), table)
    broken = found.folder / "parts" / "part-000001.parquet"
    content = broken.read_bytes()
    broken.write_bytes(content[:60] + b"x" + content[61:])
    assert Sweep.load(found.folder).finished == 8 - 3
    with pytest.raises(UserError, match=r"the code changed since the sweep began.*--force"):
        resume(found.folder)
    made = count_runs(monkeypatch)
    assert resume(found.folder, force=True).to_dict() == before
    assert len(made) == 6
    assert not (found.folder / "manifest.sqlite").exists()
    assert resume(found.folder).failures == failures
    assert len(made) == 6


def test_changed_code_or_scenario_is_refused(
    six: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(TEXT, encoding="utf-8")
    found = small(file, tmp_path / "s")
    before = found.table()
    file.write_text(TEXT.replace("capability: 0.05", "capability: 0.08"), encoding="utf-8")
    with pytest.raises(UserError, match=r"the scenario changed since .* --force"):
        resume(found.folder)
    made = count_runs(monkeypatch)
    again = resume(found.folder, force=True)
    assert len(made) == 40
    assert not again.table().equals(before)
    resume(found.folder)
    assert len(made) == 40
    monkeypatch.setattr(drive, "code_version", lambda: "another")
    with pytest.raises(UserError, match="the code changed since"):
        resume(found.folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: six states", "title: half a dozen"),
        ("name: Alpha", "name: Aleph"),
        ("title: Made up", "title: Made up again"),
        ("\nfocal:", "\n# a remark\ndescription: words\nclaims: {}\nfocal:"),
    ],
)
def test_words_of_a_scenario_stop_no_sweep(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(TEXT, encoding="utf-8")
    found = small(file, tmp_path / "s", runs=1)
    assert TEXT.count(old) == 1
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert resume(found.folder).finished == 8


def test_the_order_of_events_is_part_of_what_a_scenario_means(tmp_path: Path) -> None:
    events = ("  A: {at: 2022Q1, title: A}", "  B: {at: 2022Q1, title: B}")
    hashes = set()
    for k, order in enumerate((events, events[::-1])):
        file = tmp_path / f"{k}.yaml"
        (tmp_path / "six.yaml").write_text(TEXT)
        lines = "\n".join(order)
        file.write_text(f"format: 1\nextends: six.yaml\nevents:\n{lines}\n")
        hashes.add(Loader(file).hash())
    assert len(hashes) == 2


def test_a_renamed_scenario_is_named_anew(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(TEXT, encoding="utf-8")
    found = small(file, tmp_path / "s", runs=1)
    renamed = file.rename(tmp_path / "new.yaml")
    with pytest.raises(UserError, match=r"own.yaml is not there any more.*sweep FILE --resume"):
        resume(found.folder)
    assert resume(found.folder, scenario=renamed).finished == 8
    assert resume(found.folder).finished == 8, "it is known now"


def test_a_sweep_takes_no_other_place(six: Path, whole: Sweep, tmp_path: Path) -> None:
    (tmp_path / "s" / "parts").mkdir(parents=True)
    (tmp_path / "s" / "parts" / "notes").write_text("mine")
    (tmp_path / "s" / "manifest.json").write_text("{}")
    with pytest.raises(UserError, match="of another program"):
        small(six, tmp_path / "s", runs=1)
    found = small(six, tmp_path / "s", runs=1, force=True)
    assert found.finished == 8
    assert (tmp_path / "s" / "parts.before" / "notes").read_text() == "mine"
    assert (tmp_path / "s" / "manifest.json.before").read_text() == "{}"


def test_a_sweep_is_resumed_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = small(Path("own.yaml"), tmp_path / "s")
    monkeypatch.chdir("/")
    assert resume(found.folder).finished == 40


def test_two_processes_do_not_work_at_one_sweep(six: Path, tmp_path: Path) -> None:
    found = small(six, tmp_path / "s")
    with alone(found.folder), pytest.raises(UserError, match="is in use by process"):
        resume(found.folder)


def test_a_folder_in_use_is_refused(six: Path, whole: Sweep, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="continue it with --resume"):
        small(six, whole.folder)
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(UserError, match=r"not a result .* or --force"):
        small(six, tmp_path)
    with pytest.raises(UserError, match=r"not a sweep|no manifest"):
        Sweep.load(tmp_path)


# --- failures ------------------------------------------------------------------------------------
def test_a_failed_run_is_told_with_its_overlay_and_stops_nothing(six: Path, tmp_path: Path) -> None:
    vary = ["channels.arms.shares.CCC.AAA=.3,.8", "channels.arms.shares.CCC.BBB=.1,.5"]
    found = small(six, tmp_path / "s", vary=vary, runs=3)
    assert found.finished == 12
    assert len(found.table()) == 9
    assert [(x["point"], x["run"]) for x in found.failures] == [(3, 0), (3, 1), (3, 2)]
    first = found.failures[0]
    assert first["overlay"] == (
        "--set channels.arms.shares.CCC.AAA=0.8 --set channels.arms.shares.CCC.BBB=0.5"
    )
    assert first["seed"] == 4
    assert "sum to 1.3" in first["message"]
    assert "of which 3 failed" in str(found)
    resume(found.folder)
    assert len(Sweep.load(found.folder).failures) == 3


def test_all_misspelt_names_are_told_at_once(six: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        small(six, tmp_path / "s", vary=["securty.weight=1,2", "mechanisms.trust=on,of"])
    assert len(caught.value.problems) == 2


def test_batches_are_some_seconds_of_work() -> None:
    assert batch_size(10_000, 48, 20) == 95
    assert batch_size(100_000, 6, 2) == 500
    assert batch_size(100, 6, 2) == 2
    assert batch_size(10, 2000, 400) == 1


def test_a_misspelt_name_makes_no_folder(six: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"did you mean 'security.weight'"):
        small(six, tmp_path / "s", vary=["securty.weight=1,2"])
    assert not (tmp_path / "s").exists()


# --- designs -------------------------------------------------------------------------------------
def test_a_grid_has_all_combinations() -> None:
    made = grid([parse_axis("a.b=0:1:3"), parse_axis("c.d=x,y")])
    assert made.points.tolist() == [[a, c] for a in (0, 0.5, 1) for c in (0, 1)]
    assert made.factors[1].levels == ("x", "y")
    with pytest.raises(UserError, match="a grid needs values"):
        grid([parse_axis("a.b=0:1")])


@pytest.mark.parametrize(("method", "count", "points"), [("lhs", 10, 10), ("sobol", 8, 32)])
def test_samples_fill_the_ranges_evenly(method: str, count: int, points: int) -> None:
    axes = [parse_axis("a.b=2:4"), parse_axis("c.d=x,y")]
    made = sample(axes, method, count, 5)
    assert made.points.shape == (points, 2)
    assert 2 <= made.points[:, 0].min() < 2.3 < 3.7 < made.points[:, 0].max() <= 4
    assert np.bincount(made.points[:, 1].astype(int)).tolist() == [points // 2] * 2
    np.testing.assert_array_equal(made.points, sample(axes, method, count, 5).points)
    assert not np.array_equal(made.points, sample(axes, method, count, 6).points)
    if method == "lhs":
        assert sorted(((made.points[:, 0] - 2) * 5).astype(int)) == list(range(10))


def test_morris_changes_one_factor_at_a_time() -> None:
    axes = [parse_axis(f"a.b{k}=0:1") for k in range(3)]
    steps = sample(axes, "morris", 6, 1).points.reshape(6, 4, 3)
    changed = np.diff(steps, axis=1) != 0
    assert (changed.sum(axis=2) == 1).all()
    assert (changed.sum(axis=1) == 1).all()


def test_combinations_are_small_grids_of_their_own() -> None:
    made = combinations(
        [
            [parse_axis("arm=base,x"), parse_axis("a.b=1,2")],
            [parse_axis("arm=y")],
            [parse_axis("arm=x"), parse_axis("a.b=2,3")],
        ]
    )
    assert made.factors[0].levels == ("base", "x", "y")
    rows = [[0, 1], [0, 2], [1, 1], [1, 2], [2, np.nan], [1, 3]]
    np.testing.assert_array_equal(made.points, rows)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.b", "expected NAME=lo:hi:n"),
        ("a.b=", "expected NAME=lo:hi:n"),
        ("a.b=3:1:4", "ends before it begins"),
        ("a.b=1:3:1", "not a number of values"),
        ("a.b=1:x:4", "expected lo:hi:n"),
        ("a.b=1,,2", "an empty value"),
        ("a.b=1,1", "repeated"),
        ("a b=,", "empty value"),
    ],
)
def test_malformed_axes(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_axis(text)


def test_malformed_samples() -> None:
    with pytest.raises(UserError, match="did you mean 'sobol'"):
        sample([parse_axis("a.b=0:1")], "sobl", 8, 0)
    with pytest.raises(UserError, match="power of two"):
        sample([parse_axis("a.b=0:1")], "sobol", 10, 0)


# --- design files --------------------------------------------------------------------------------
GOOD = """
format: 1
scenario: six.yaml
combinations:
  - {arm: base, security.weight: [4, 8]}
  - {arm: calm, mechanisms.trust: [on, off]}
set: {autonomy.weight: 1.5}
metrics: ['poles()']
runs: 3:5
seeds: [1, 2]
"""
BAD = """format: 2
vary:
  security.weight: 9:2:8
  mechanisms.trust: []
sampel: {method: lhs}
metrics: ['polls()']
runs: many
seeds: [-1]
"""


def test_a_design_file(six: Path, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(GOOD)
    asked = read_design(tmp_path / "design.yaml")
    assert asked.scenario == "six.yaml"
    (tmp_path / "six.yaml").write_text(TEXT)
    assert read_design(tmp_path / "design.yaml").scenario == str(tmp_path / "six.yaml")
    assert asked.options == {
        "set": ["autonomy.weight=1.5"],
        "metrics": ["poles()"],
        "runs": range(3, 5),
        "seed": [1, 2],
    }
    found = sweep(six, tmp_path / "s", design=asked.design, quarters=4, **asked.options)
    table = found.table().drop_duplicates("point")
    assert table["arm"].tolist() == ["base", "base", "calm", "calm"]
    assert table["mechanisms.trust"].isna().tolist() == [True, True, False, False]
    assert table["security.weight"].isna().tolist() == [False, False, True, True]


def test_all_mistakes_of_a_design_file_are_told_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "design.yaml"
    path.write_text(BAD)
    with pytest.raises(ScenarioError) as caught:
        read_design(path)
    told = [(problem.line, problem.column, problem.key) for problem in caught.value.problems]
    assert told == [
        (1, 9, "format"),
        (3, 20, "vary.security.weight"),
        (4, 21, "vary.mechanisms.trust"),
        (5, 1, "sampel"),
        (6, 11, "metrics"),
        (7, 7, "runs"),
        (8, 9, "seeds"),
    ]
    text = str(caught.value)
    assert "did you mean 'sample'?" in text
    assert "did you mean 'poles'?" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "expected a mapping"),
        ("format: 1", "say what to vary"),
        ("format: 1\nvary: {a.b: 1:2}", "a grid needs values"),
        ("format: 1\nvary: {a.b: 1:2}\nsample: {method: lsh, count: 3}", "did you mean 'lhs'"),
        ("format: 1\nvary: {a.b: 1:2}\nsample: {method: lhs}", "missing 'count'"),
        ("format: 1\ncombinations: [{a.b: 1}, 3]", "expected names and values"),
        ("format: 1\nvary: {a.b: 1:2:3}\nruns: 0:999999999999", "more than 100,000,000"),
    ],
)
def test_malformed_design_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "d.yaml").write_text(text)
    with pytest.raises(UserError, match=message):
        read_design(tmp_path / "d.yaml")


def test_a_design_may_name_what_cannot_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        f"format: 1\nscenario: {'x' * 300}\nvary: {{security.weight: '1,2'}}\n"
    )
    assert read_design(tmp_path / "d.yaml").scenario == "x" * 300


def test_runs_are_a_number_or_numbers() -> None:
    assert read_runs("20") == 20
    for text in ("0", "3:3", "x", "1:2:3", "", "0:999999999999"):
        with pytest.raises(UserError):
            read_runs(text)


# --- executors and the command -------------------------------------------------------------------
def test_a_scheduler_file_that_never_comes(
    six: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(pools, "_PATIENCE", 0.2)
    with pytest.raises(UserError, match=r"no scheduler file .*is `dask scheduler` running"):
        small(six, tmp_path / "s", executor=str(tmp_path / "scheduler.json"))


@pytest.mark.parametrize("text", ["locl", "local:0", "local:x", "http://a:1", ""])
def test_executors_that_do_not_exist(text: str) -> None:
    with pytest.raises(UserError, match="expected"), pools.open_pool(text):
        pass


def test_a_missing_dask_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UserError, match=r"pip install 'multipolar\[cluster\]'"),
        pools.open_pool("tcp://127.0.0.1:1"),
    ):
        pass


def test_the_command(six: Path, root: Path, tmp_path: Path) -> None:
    options = ["--quarters", "4", "--runs", "2", "--out", str(tmp_path / "s"), "--json", "--quiet"]
    vary = ["--vary", "channels.arms.shares.CCC.AAA=.3,.8", "--vary"]
    vary += ["channels.arms.shares.CCC.BBB=.1,.5", "--metric", "poles()"]
    done = call("sweep", str(six), *vary, *options, folder=root)
    assert done.returncode == 1, done.stderr  # a point is no scenario
    told = json.loads(done.stdout)
    assert (told["finished"], len(told["failures"])) == (8, 2)
    again = call("sweep", "--resume", str(tmp_path / "s"), folder=root)
    assert again.returncode == 1
    assert "of which 2 failed" in again.stdout
    wrong = call("sweep", "--resume", str(tmp_path / "s"), "--vary", "a=1", folder=root)
    assert (wrong.returncode, "leave out the rest" in wrong.stderr) == (2, True)
    none = call("sweep", str(six), "--vary", "security.weight=1,2", folder=root)
    assert (none.returncode, "say what to measure" in none.stderr) == (2, True)

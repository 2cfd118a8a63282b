from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import UserError
from sim.record.arrays import EnsembleRecord
from sim.record.manifests import FORMAT, MANIFEST
from sim.record.results import Results, safe_run_folder
from tests.support import synthetic_meta, synthetic_record, synthetic_results


@pytest.fixture
def results() -> Results:
    return synthetic_results()


@pytest.fixture
def saved(results: Results, tmp_path: Path) -> Path:
    return results.save_in(tmp_path)


def same(a: EnsembleRecord, b: EnsembleRecord) -> bool:
    def equal(x: object, y: object) -> bool:
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
            return x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()
        return x == y

    return all(equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tie": np.zeros((1, 1), np.float32)}, "tie: expected float32"),
        ({"level": np.zeros((12, 3, 12, 12), np.int64)}, "level: expected int8"),
        ({"seeds": np.zeros(3, int)}, "seeds: expected integers"),
        ({"moves": np.zeros(3)}, "moves"),
        ({"poles": ("ZZZ",)}, "states without a row: ZZZ"),
        ({"network_ticks": (0, 8, 4)}, "ascending"),
        ({"network_ticks": (0, 4, 9)}, "outside"),
        ({"state_fields": ("need",) * 12}, "repeated"),
    ],
)
def test_a_record_checks_its_shapes(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(synthetic_record(), **change)  # type: ignore[arg-type]


def test_a_record_gives_its_series_by_name() -> None:
    record = synthetic_record()
    assert record.state("need").shape == (12, 9, 12)
    assert record.dyad("trade", "DDD", "AAA").shape == (12, 9)
    with pytest.raises(KeyError, match="'nonsense' was not recorded"):
        record.state("nonsense")
    with pytest.raises(KeyError, match="'nonsense' was not recorded"):
        record.dyad("nonsense", "DDD", "AAA")
    with pytest.raises(KeyError, match="AAA>DDD was not recorded"):
        record.dyad("trade", "AAA", "DDD")


def test_tables_are_tidy(results: Results) -> None:
    record = results.record
    row = results.states.query("run == 3 and quarter == '2025Q1' and state == 'BBB'")
    assert len(row) == 1
    assert row["need"].item() == record.state("need")[3, 3, 1]
    row = results.dyads.query("run == 2 and quarter == '2024Q2' and state == 'DDD'")
    assert row["partner"].tolist() == [j for i, j in record.dyads if i == "DDD"]
    assert row["arms"].tolist()[0] == record.dyad("arms", "DDD", "AAA")[2, 0]
    row = results.network.query("run == 1 and quarter == '2026Q2'")
    assert len(row) == 12 * 11 / 2
    assert row["tie"].tolist()[0] == record.tie[1, 2, 0, 1]
    assert len(results.moves) == len(record.moves)
    move = results.moves.iloc[7]
    assert move["term_access"] == record.moves["terms"][7, 1]
    assert move["mover"] == record.states[record.moves["mover"][7]]
    assert list(results.states["quarter"].cat.categories) == results.quarters
    assert results.states["quarter"].max() == "2026Q2"


def test_blocs_are_named_by_their_strongest_member(results: Results) -> None:
    row = results.blocs.query("run == 0 and quarter == '2024Q2'").set_index("state")
    assert row.loc["DDD", "core"] == "AAA"
    assert row.loc["JJJ", "core"] == "JJJ"
    assert row.loc["JJJ", "size"] == 1
    assert row.loc["AAA", "size"] == 3


def test_summary_holds_quantiles_of_the_runs(results: Results) -> None:
    table = results.summary()
    values = results.record.dyad("alignment", "DDD", "CCC")[:, 5]
    row = table.query(
        "variable == 'alignment' and state == 'DDD' and partner == 'CCC' and quarter == '2025Q3'"
    )
    expected = [values.mean(), *np.quantile(values, [0.05, 0.5, 0.95])]
    assert row[["mean", "q05", "median", "q95"]].to_numpy()[0] == pytest.approx(expected)
    need = table.query("variable == 'need' and state == 'AAA' and quarter == '2024Q2'")
    assert need["partner"].isna().all()
    assert need["mean"].item() == pytest.approx(results.record.state("need")[:, 0, 0].mean())


def test_a_result_is_read_back_to_the_last_bit(results: Results, saved: Path) -> None:
    back = Results.load(saved)
    assert same(back.record, results.record)
    assert back.meta == results.meta
    assert back.run_id == results.run_id == saved.name
    assert (back.bloc_labels == results.bloc_labels).all()
    manifest = json.loads((saved / MANIFEST).read_text())
    assert set(manifest["versions"]) >= {"multipolar", "python", "numpy", "numba", "mesa"}
    assert manifest["record"]["runs"] == 12
    assert {path.name for path in saved.iterdir()} == {MANIFEST, *manifest["files"]}


def test_one_run_without_moves_or_pairs_is_read_back(tmp_path: Path) -> None:
    record = synthetic_record(runs=1)
    record = replace(
        record, moves=record.moves[:0], dyads=(), focal=(), dyad_series=record.dyad_series[..., :0]
    )
    place = Results(record, synthetic_meta()).save(tmp_path / "one")
    assert same(Results.load(place).record, record)


def test_equal_runs_have_equal_ids_and_others_others(results: Results) -> None:
    assert results.run_id == synthetic_results().run_id
    for change in ({"seed": 2}, {"arm": "no pact"}, {"spec_hash": "f" * 64}, {"rules": "new"}):
        other = Results(results.record, synthetic_meta(**change))
        assert other.run_id[:8] != results.run_id[:8]
    odd = Results(results.record, synthetic_meta(name="../../etc/passwd\n", arm="x" * 300))
    assert safe_run_folder("results", odd.run_id).parent == Path("results")


def test_saving_again_replaces_the_result(saved: Path, tmp_path: Path) -> None:
    (saved / "figures").mkdir()
    (saved / "figures" / "old.png").write_bytes(b"old")
    other = Results(synthetic_record(seed=5), synthetic_meta())
    assert other.save_in(tmp_path) == saved
    assert same(Results.load(saved).record, other.record)
    assert (saved / "figures" / "old.png").read_bytes() == b"old", "the manifest does not list it"
    assert [path.name for path in tmp_path.iterdir()] == [saved.name]


def test_a_folder_of_something_else_is_left_alone(results: Results, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("text")
    for name in ("mine", "file"):
        with pytest.raises(UserError, match=r"exists and is not a result"):
            results.save(tmp_path / name)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    assert Results.load(results.save(tmp_path / "empty")).record.runs == 12


@pytest.mark.parametrize("again", [False, True])
def test_an_interrupted_save_leaves_nothing(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    if again:
        results.save_in(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match="No space left on device"):
        Results(synthetic_record(seed=5), results.meta).save_in(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    if again:
        assert same(Results.load(tmp_path / before[0]).record, results.record)


def without_manifest(place: Path) -> None:
    (place / MANIFEST).unlink()


def cut_manifest(place: Path) -> None:
    (place / MANIFEST).write_text((place / MANIFEST).read_text()[:100])


def list_manifest(place: Path) -> None:
    (place / MANIFEST).write_text("[1]")


def newer_format(place: Path) -> None:
    text = (place / MANIFEST).read_text()
    (place / MANIFEST).write_text(text.replace(f'"format": {FORMAT}', '"format": 99'))


def without_field(place: Path) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    del manifest["record"]["poles"]
    (place / MANIFEST).write_text(json.dumps(manifest))


def without_table(place: Path) -> None:
    (place / "states.parquet").unlink()


def cut_table(place: Path) -> None:
    content = (place / "dyads.parquet").read_bytes()
    (place / "dyads.parquet").write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_manifest, "incomplete"),
        (cut_manifest, "manifest.json is damaged"),
        (list_manifest, "manifest.json is damaged: it: expected a mapping"),
        (newer_format, "format 99"),
        (without_field, "is damaged"),
        (without_table, "states.parquet cannot be read: No such file"),
        (cut_table, "dyads.parquet is not as it was written"),
    ],
)
def test_a_damaged_result_says_so(
    saved: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(saved)
    with pytest.raises(UserError, match=message):
        Results.load(saved)


def test_a_missing_result_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        Results.load(tmp_path / "nothing")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", ".hidden", "x" * 200, "a\n", "a\0b", "é"]
)
def test_no_name_leads_out_of_the_results(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="is not a name of a result"):
        safe_run_folder(tmp_path, name)


def test_no_link_leads_out_of_the_results(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "results" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="leads out of"):
        safe_run_folder(tmp_path / "results", "link")
    assert safe_run_folder(tmp_path / "results", "fine").name == "fine"


def test_faces_are_for_people(results: Results) -> None:
    text = str(results)
    assert "Three made-up blocs" in text
    assert "2024Q2 to 2026Q2" in text
    assert "effective poles" in text
    sly = Results(results.record, synthetic_meta(title="<script>x</script>"))
    assert "<script>" not in sly._repr_html_()
    assert "12 runs" in repr(results)

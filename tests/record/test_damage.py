"""Every reader over every kind of damage: a message that says what and where, never a traceback."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.errors import UserError
from sim.record import manifests
from sim.record.manifests import MANIFEST, Maybe, Whole, check, read_json, read_manifest
from sim.show.report.origin import saved_beside
from sim.study.laboratory.cases import Block, cases_of
from sim.study.laboratory.parts import Parts
from sim.study.sweep import Sweep, resume
from sim.system.files import READY
from tests.support import synthetic_results
from tests.support_saved import save_each, use

KINDS = ("run", "comparison", "claims", "phase", "sensitivity", "sweep", "calibration")
MUTATIONS = 60
"""Of each kind of folder, each of its manifest and of its other files."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return save_each(tmp_path_factory.mktemp("saved"))


@pytest.fixture
def copy(saved: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    def of(kind: str) -> Path:
        if kind not in saved:
            pytest.skip("pyabc is not installed")
        return Path(shutil.copytree(saved[kind], tmp_path / kind))

    return of


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def damage(place: Path) -> None:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        change(manifest)
        (place / MANIFEST).write_text(json.dumps(manifest), "utf-8")

    return damage


def text(content: str) -> Callable[[Path], None]:
    return lambda place: (place / MANIFEST).write_text(content, "utf-8") and None


def folder_in_place(place: Path) -> None:
    (place / MANIFEST).unlink()
    (place / MANIFEST).mkdir()


def fifo_in_place(place: Path) -> None:
    (place / MANIFEST).unlink()
    os.mkfifo(place / MANIFEST)


def twice(place: Path) -> None:
    content = (place / MANIFEST).read_text("utf-8")
    (place / MANIFEST).write_text('{"kind": "x",' + content[1:], "utf-8")


def cut(place: Path) -> None:
    for path in place.rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:200])


def sealed(place: Path) -> None:
    """Tables cut off, but with the checksums of what is left."""
    cut(place)
    manifest = json.loads((place / MANIFEST).read_text("utf-8"))
    for name, entry in manifest.get("files", {}).items():
        entry["sha256"] = hashlib.sha256((place / name).read_bytes()).hexdigest()
    (place / MANIFEST).write_text(json.dumps(manifest), "utf-8")


ANY: dict[str, Callable[[Path], None]] = {
    "nested": text("[" * 200_000),
    "nested mappings": text('{"a":' * 100_000),
    "empty": text(""),
    "a list": text("[1]"),
    "null": text("null"),
    "not utf-8": lambda place: (place / MANIFEST).write_bytes(b'{"\xff": 1}') and None,
    "NaN": text('{"format": NaN}'),
    "huge number": text('{"format": 1e999}'),
    "many digits": text('{"format": ' + "9" * 5000 + "}"),
    "half a surrogate": text('{"format": 3, "program": "multipolar", "kind": "\\ud800"}'),
    "duplicate": twice,
    "a folder": folder_in_place,
    "a fifo": fifo_in_place,
    "kind is a list": edit(lambda m: m.update(kind=[])),
    "kind is unknown": edit(lambda m: m.update(kind="other")),
    "kind is missing": edit(lambda m: m.pop("kind")),
    "format is a text": edit(lambda m: m.update(format="3")),
    "format is true": edit(lambda m: m.update(format=True)),
    "another program": edit(lambda m: m.update(program="a browser")),
    "no manifest": lambda place: (place / MANIFEST).unlink(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ANY)
def test_a_damaged_manifest(copy: Callable[[str], Path], kind: str, damage: str) -> None:
    place = copy(kind)
    ANY[damage](place)
    with pytest.raises(UserError) as caught:
        use(place)
    assert str(place) in str(caught.value)
    assert len(str(caught.value)) < 1000


def set_at(*keys: Any, to: Any) -> Callable[[Path], None]:
    def change(manifest: dict[str, Any]) -> None:
        at: Any = manifest
        for key in keys[:-1]:
            at = at[key]
        if to is KeyError:
            del at[keys[-1]]
        else:
            at[keys[-1]] = to

    return edit(change)


BIG = 10**12
OWN: dict[str, list[tuple[Callable[[Path], None], str]]] = {
    "run": [
        (set_at("record", to=[]), "record: expected a mapping"),
        (set_at("record", "runs", to=-1), "record.runs: expected a whole number from 1, not -1"),
        (set_at("record", "runs", to=True), "record.runs: expected a whole number"),
        (set_at("record", "runs", to=BIG), "rows where the manifest makes them"),
        (set_at("record", "quarters", to=BIG), "record.quarters: expected a whole number"),
        (set_at("record", "states", to="AAA"), "record.states: expected a list"),
        (set_at("record", "states", 0, to=None), r"record.states\[0\]: expected a text"),
        (set_at("record", "dyads", 0, to=["AAA"]), r"record.dyads\[0\]: expected a list of 2"),
        (set_at("record", "network_ticks", to=[0, 99, 100]), "is damaged"),
        (set_at("record", "term_names", to=["x", "x"]), "is damaged"),
        (set_at("meta", to={}), "meta.name is missing"),
        (set_at("meta", "seed", to=1.5), "meta.seed: expected a whole number"),
        (set_at("meta", "more", to=1), "is damaged: .*more"),
        (set_at("meta", "state_names", to=[]), "meta.state_names: expected a mapping"),
        (set_at("files", "moves.parquet", "sha256", to=KeyError), "sha256 is missing"),
        (set_at("files", "moves.parquet", "sha256", to=None), "sha256: expected a text"),
        (set_at("files", "moves.parquet", to=KeyError), "files.moves.parquet is missing"),
        (set_at("files", "moves.parquet", "rows", to=BIG), "rows instead of"),
        (set_at("files", to=None), "files: expected a mapping, not null"),
        (cut, "not as it was written"),
        (sealed, "is damaged|cannot be read"),
    ],
    "comparison": [
        (set_at("runs", to=BIG), "is damaged"),
        (set_at("runs", to=0), "runs: expected a whole number from 1"),
        (set_at("arms", to=[1]), r"arms\[0\]: expected a mapping"),
        (set_at("metrics", to=[]), "is damaged"),
        (set_at("meta", "sources", to=None), "meta.sources: expected a list"),
        (set_at("files", "runs.parquet", "sha256", to=KeyError), "sha256 is missing"),
        (cut, "not as it was written"),
        (sealed, "is damaged|cannot be read"),
    ],
    "claims": [
        (set_at("scenarios", to=[]), "scenarios: expected a mapping"),
        (set_at("scenarios", "claims", "runs", to=-4), "scenarios.claims.runs"),
        (set_at("overrides", to="x"), "overrides: expected a list"),
        (cut, "not as it was written"),
        (sealed, "is damaged|cannot be read"),
    ],
    "phase": [
        (set_at("x", to=["a", 1]), "x: expected a list of 3"),
        (set_at("size", to=[BIG, BIG]), "size"),
        (set_at("facts", to=None), "facts: expected a mapping"),
        (cut, "not as it was written"),
        (sealed, "is damaged|cannot be read"),
    ],
    "sensitivity": [
        (set_at("findings", to={}), "findings: expected a list"),
        (set_at("findings", 0, "claim", "arms", to="base"), r"findings\[0\].claim.arms"),
        (set_at("findings", 0, "parts", to=None), r"findings\[0\].parts: expected a mapping"),
        (set_at("base", to="many"), "base: expected a whole number"),
        (cut, "not as it was written"),
        (sealed, "is damaged|cannot be read"),
    ],
    "sweep": [
        (set_at("batch", to=0), "batch: expected a whole number from 1, not 0"),
        (set_at("runs", to=[-1]), r"runs\[0\]: expected a whole number"),
        (set_at("runs", to=3), "runs: expected a list"),
        (set_at("seeds", to=[]), "nothing to do"),
        (set_at("points", to=BIG), "does not hold"),
        (set_at("parameters", 1, "levels", to=["on"]), "holds levels"),
        (set_at("parameters", to=[]), "points"),
        (set_at("design", to=None), "design: expected a mapping"),
        (set_at("quarters", to="2"), "quarters: expected a whole number"),
        (set_at("metrics", to=["other()"]), "other columns"),
        (lambda place: (place / "points.parquet").unlink(), "has no points.parquet"),
        (lambda place: (place / "points.parquet").write_bytes(b"") and None, "is damaged"),
        (lambda place: (place / "points.parquet").write_bytes(b"x" * 9999) and None, "damaged"),
        # as earlier versions left them
        (lambda place: (place / "manifest.sqlite").write_bytes(b"") and None, "is damaged"),
        (lambda place: (place / "manifest.sqlite").write_bytes(b"x" * 9999) and None, "damaged"),
    ],
    "calibration": [
        (set_at("data", to=[]), "data: expected a mapping"),
        (set_at("data", "posterior", "weights", to=[]), "is damaged"),
        (set_at("data", "posterior", "points", to=[[1.0]]), "is damaged"),
        (set_at("data", "posterior", "parameters", to=[]), "not those of data.priors"),
        (set_at("data", "posterior", "distances", to=["x"]), "distances"),
        (set_at("data", "priors", 0, "low", to=None), "priors"),
        (set_at("data", "fits", 0, "target", to="other"), "other"),
        (set_at("data", "posterior", "weights", 0, to=0.9), "not shares that sum to 1"),
        (set_at("data", "after", to=[1.0]), "not of one length"),
        (set_at("data", "targets", to=KeyError), "data.targets is missing"),
        (set_at("settings", to={}), "settings.population is missing"),
        (set_at("date", to="yesterday"), "is damaged"),
    ],
}


@pytest.mark.parametrize(
    ("kind", "at"), [(kind, at) for kind, cases in OWN.items() for at in range(len(cases))]
)
def test_a_reader_says_what_is_damaged(copy: Callable[[str], Path], kind: str, at: int) -> None:
    damage, message = OWN[kind][at]
    place = copy(kind)
    damage(place)
    with pytest.raises(UserError, match=message) as caught:
        use(place)
    if "nothing to do" not in message:
        assert str(place) in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["manifest", "files", "sealed files"])
def test_no_change_of_bytes_gives_a_traceback(
    copy: Callable[[str], Path], kind: str, which: str
) -> None:
    """A byte or a stretch changed, cut out or doubled, at random, always the same."""
    luck = random.Random(f"{kind} {which}")
    place = copy(kind)
    whole = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    paths = [place / MANIFEST]
    if which != "manifest":
        paths = sorted(path for path in whole if path.suffix in (".parquet", ".sqlite"))
    if not paths or (kind == "calibration" and which != "manifest"):
        pytest.skip("it has no such files that are read back")
    for _ in range(MUTATIONS):
        path = luck.choice(paths)
        path.write_bytes(mutated(whole[path], luck))
        if which == "sealed files" and path.parent == place and path.suffix == ".parquet":
            manifest = json.loads(whole[place / MANIFEST])
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            manifest.get("files", {}).get(path.name, {})["sha256"] = digest  # a sweep lists none
            (place / MANIFEST).write_text(json.dumps(manifest), "utf-8")
        try:
            use(place)
        except UserError as error:
            assert str(error)  # noqa: PT017  (either is well, anything else is not)
        for path, content in whole.items():
            path.write_bytes(content)


def mutated(content: bytes, luck: random.Random) -> bytes:
    """The bytes with one change."""
    at = luck.randrange(len(content))
    end = min(len(content), at + luck.choice((1, 1, 4, 40)))
    match luck.randrange(4):
        case 0:
            return content[:at] + luck.randbytes(end - at) + content[end:]
        case 1:
            return content[:at] + content[end:]
        case 2:
            return content[:end] + content[at:]
        case _:
            return content[:at]


# --- sweeps and stores ----------------------------------------------------------------------------
def test_a_sweep_without_its_parts_is_made_again(copy: Callable[[str], Path]) -> None:
    place = copy("sweep")
    before = Sweep.load(place).table()
    shutil.rmtree(place / "parts")
    assert Sweep.load(place).finished == 0
    with pytest.raises(UserError, match="no part is finished"):
        Sweep.load(place).table()
    assert resume(place).table().equals(before)


def test_going_on_deletes_nothing_of_others(copy: Callable[[str], Path]) -> None:
    place = copy("sweep")
    (place / "parts" / "notes.txt").write_text("mine")
    (place / "parts" / "figures").mkdir()
    (place / "parts" / "part-000009.parquet").write_bytes(b"PAR1")
    resume(place)
    assert (place / "parts" / "notes.txt").read_text() == "mine"
    assert (place / "parts" / "figures").is_dir()
    assert not (place / "parts" / "part-000009.parquet").exists()


def test_parts_of_no_batch_count_for_nothing(copy: Callable[[str], Path]) -> None:
    place = copy("sweep")
    for name in (f"part-{2**60}.parquet", "part-0000001.parquet", "part-000007.parquet"):
        shutil.copy(place / "parts" / "part-000001.parquet", place / "parts" / name)
    assert Sweep.load(place).finished == 8


@pytest.mark.parametrize("how", range(40))
def test_a_damaged_part_of_a_store_counts_for_nothing(tmp_path: Path, how: int) -> None:
    class Instrument:
        columns, slice, about = ("m",), 1, "made up"

        def told(self, point: np.ndarray) -> str:
            return str(point)

    luck = np.random.default_rng(how)
    parts, cases = Parts(tmp_path / "store"), cases_of(luck.normal(size=(16, 1)), range(2), 1)
    block = Block(Instrument(), cases)  # type: ignore[arg-type]
    values = luck.normal(size=(32, 1))
    values[7] = np.nan
    parts.keep(block, (values, [(7, "no such scenario")]))
    path = tmp_path / "store" / block.place
    known = parts.find(block)
    assert known is not None
    np.testing.assert_array_equal(known[0], values)
    assert known[1] == [(7, "no such scenario")]
    path.write_bytes(mutated(path.read_bytes(), random.Random(how)))
    found = parts.find(block)
    assert found is None or np.array_equal(found[0], values, equal_nan=True)


def retold(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a table anew with a change, and its checksum with it where a manifest has it."""
    table = pq.ParquetFile(path).read()
    changed = change(table)
    if isinstance(changed.schema.metadata, dict):
        changed = changed.replace_schema_metadata(table.schema.metadata)
    pq.write_table(changed, path, write_page_checksum=True)
    manifest = path.parent / MANIFEST
    if manifest.exists():
        told = json.loads(manifest.read_text("utf-8"))
        seal = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": len(changed)}
        told["files"][path.name] = seal
        manifest.write_text(json.dumps(told), "utf-8")


def last(table: pa.Table, values: list[Any]) -> pa.Table:
    return table.set_column(table.num_columns - 1, table.column_names[-1], pa.array(values))


@pytest.mark.parametrize("change", [
    lambda table: last(table, ["x"] * len(table)),
    lambda table: last(table, [{"a": 1}] * len(table)),
    lambda table: table.remove_column(table.num_columns - 1),
    lambda table: table.rename_columns([*table.column_names[:-1], "other"]),
    lambda table: table.slice(1),
])  # fmt: skip
def test_a_whole_part_of_something_else_counts_for_nothing(
    tmp_path: Path, change: Callable[[pa.Table], pa.Table]
) -> None:
    class Instrument:
        columns, slice, about = ("a", "b"), 1, "made up"

    parts, cases = Parts(tmp_path / "store"), cases_of(np.ones((3, 1)), range(2), 1)
    block = Block(Instrument(), cases)  # type: ignore[arg-type]
    parts.keep(block, (np.ones((6, 2)), []))
    assert parts.find(block) is not None
    retold(tmp_path / "store" / block.place, change)
    assert parts.find(block) is None


@pytest.mark.parametrize(("kind", "table", "change", "message"), [
    ("phase", "runs", lambda table: table.slice(table.num_rows // 2), "a corner of a cell"),
        ("phase", "runs", lambda table: last(table, ["x"] * len(table)), "needs numbers"),
    ("sensitivity", "", lambda table: table.append_column(table.column_names[0], table.column(0)),
     "it has two columns"),
])  # fmt: skip
def test_a_table_with_the_right_checksum_may_be_damaged(
    copy: Callable[[str], Path],
    kind: str,
    table: str,
    change: Callable[[pa.Table], pa.Table],
    message: str,
) -> None:
    place = copy(kind)
    paths = sorted(place.glob(f"{table or '*'}.parquet"))
    retold(paths[0], change)
    with pytest.raises(UserError, match=message):
        use(place)


def test_what_lies_beside_a_result_may_be_anything(tmp_path: Path) -> None:
    results = synthetic_results(runs=2)
    place = results.save(tmp_path / "mine")
    for k, content in enumerate(("[" * 100_000, "", '{"kind": []}', '{"format": 3, "kind": {}}')):
        (tmp_path / f"other{k}").mkdir()
        (tmp_path / f"other{k}" / MANIFEST).write_text(content)
    assert saved_beside(place, results, "comparison") is None


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = synthetic_results(runs=2).save(tmp_path / "mine")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(manifests, "read_json", refuse)
    with pytest.raises(UserError, match=r"manifest.json cannot be read: Permission denied"):
        use(place)


def test_an_earlier_format_is_to_be_run_again(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": 2, "id": "x"}')
    with pytest.raises(UserError, match="has format 2; this version reads format 4: run it again"):
        read_manifest(tmp_path)


def test_a_leftover_that_is_no_exchange_stops_no_reader(tmp_path: Path) -> None:
    place = synthetic_results(runs=2).save(tmp_path / "mine")
    (place / READY).mkdir()
    use(place)
    assert not (place / READY).exists()


# --- shapes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        (1, str, "it: expected a text, not 1"),
        (True, int | float, "expected a number, not true"),
        (2**70, Whole(), "expected a whole number from 0"),
        (4, Whole(0, 3), "expected a whole number from 0 up to 3, not 4"),
        ([1, "x"], [Whole()], r"\[1\]: expected a whole number from 0, not \"x\""),
        ({"a": {"b": []}}, {"a": {"b": {}}}, "a.b: expected a mapping"),
        ({}, {"a": str, "b?": str}, "a is missing"),
        ({"a": 1}, {str: str}, "a: expected a text"),
        ([1], (str, str), "expected a list of 2"),
    ],
)
def test_shapes(value: object, shape: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(value, shape)


def test_values_of_their_shape_pass() -> None:
    check({"a": None, "c": 2.5}, {"a": Maybe(str), "b?": str, "c": int | float})


def test_json_is_strict(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1, "a": 2}')
    with pytest.raises(ValueError, match="'a' is there twice"):
        read_json(path)

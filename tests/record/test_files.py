"""Files that exist are safe: written whole, replaced by their manifest, one writer at a time."""

from __future__ import annotations

import ast
import errno
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import UserError
from sim.record import folders
from sim.record.folders import enlist, look, replaced
from sim.record.manifests import MANIFEST, manifest_text, read_manifest
from sim.record.results import Results
from sim.show.plots.style import save_figure
from sim.system import files
from sim.system.files import alone, check_file, set_aside, write_text, written
from tests.support import synthetic_meta, synthetic_record, synthetic_results

ROOT = Path(__file__).resolve().parent.parent.parent


def fill(
    folder: Path, kind: str = "run", names: tuple[str, ...] = ("a", "b"), **facts: Any
) -> Path:
    """Write a folder of this program, with these files."""
    with replaced(folder, kind) as scratch:
        for name in names:
            (scratch / name).write_text(f"{kind} {facts}")
        whole = {"files": {name: {"rows": 0, "sha256": ""} for name in names}, **facts}
        (scratch / MANIFEST).write_text(manifest_text(kind, whole))
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, by its path in it; None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True)
    except OSError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip("this user may not mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


# --- one file -------------------------------------------------------------------------------------
def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = write_text(tmp_path / "deep" / "x.txt", "old")
    with pytest.raises(UnicodeEncodeError), written(path) as scratch:
        scratch.write_text("half \ud800", "utf-8")
    assert tree(tmp_path / "deep") == {"x.txt": b"old"}
    write_text(path, "new")
    assert tree(tmp_path / "deep") == {"x.txt": b"new"}


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = write_text(tmp_path / "x.txt", "old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(UserError, match=r"cannot write .*x.txt: No space left on device"):
        write_text(path, "new")
    assert tree(tmp_path) == {"x.txt": b"old"}


def test_links_and_devices_are_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(UserError, match=r"is a link to .*mine; name the place itself"):
        write_text(tmp_path / "link", "new")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UserError, match="no ordinary file"):
        write_text(tmp_path / "fifo", "new")
    assert (tmp_path / "mine").read_text() == "kept"
    assert (tmp_path / "link").is_symlink()


def test_figures_replace_figures_only(tmp_path: Path) -> None:
    figure = Figure()
    drawn = save_figure(figure, tmp_path / "map")
    assert save_figure(figure, tmp_path / "map") == drawn
    (tmp_path / "own.svg").write_text("<svg>mine</svg>")
    with pytest.raises(UserError, match=r"own.svg exists and was not written by .*--force"):
        save_figure(figure, tmp_path / "own")
    assert not (tmp_path / "own.png").exists()
    assert (tmp_path / "own.svg").read_text() == "<svg>mine</svg>"
    save_figure(figure, tmp_path / "own", force=True)
    check_file(tmp_path / "own.svg")


def test_a_schema_replaces_a_schema_only(tmp_path: Path) -> None:
    command = ["schema", "--out", str(tmp_path / "x.json")]
    for _ in range(2):
        assert CliRunner().invoke(app, command).exit_code == 0
    (tmp_path / "x.json").write_text("{}")
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, UserError)
    assert (tmp_path / "x.json").read_text() == "{}"
    assert CliRunner().invoke(app, [*command, "--force"]).exit_code == 0


def test_nothing_else_in_the_package_writes() -> None:
    """Every write goes through sim.system.files; compiled code has a cache of its own."""
    methods = {
        "write_text",
        "write_bytes",
        "unlink",
        "rmdir",
        "rmtree",
        "rename",
        "touch",
        "mkstemp",
    }
    # kernels, and records that are written while they are made, have doors of their own;
    # a table of history renames columns
    own = {"files.py", "folders.py", "codegen.py", "jit.py", "kernel_cache.py", "stored.py"}
    own |= {"yearly_tables.py"}
    found = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
                opens = node.func.attr == "open" and {"w", "wb", "a", "ab"} & set(modes)
                if (node.func.attr in methods or opens) and path.name not in own:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.attr}")
    # parts that are not whole or of no plan, and what an earlier sweep had beside them
    places = {it.partition(":")[0] for it in found}
    assert places == {"sim/study/laboratory/parts.py", "sim/study/sweep/store.py"}
    assert all(it.endswith("unlink") for it in found)


# --- folders --------------------------------------------------------------------------------------
def test_only_listed_files_go(tmp_path: Path) -> None:
    place = fill(tmp_path / "r", names=("a", "b", "c"), round=1)
    (place / "notes.txt").write_text("mine")
    (place / "figures").mkdir()
    (place / "figures" / "own.png").write_bytes(b"mine")
    (place / "figures" / "map.png").write_bytes(b"drawn")
    enlist(place, [place / "figures" / "map.png"])
    assert look(place, "run").says == f"{place}: replaces the run there; notes.txt is kept"
    fill(place, names=("a", "d"), round=2)
    there = tree(place)
    assert set(there) == {MANIFEST, "a", "d", "notes.txt", "figures", "figures/own.png"}
    assert there["a"] == b"run {'round': 2}"


def test_a_new_file_takes_the_place_of_no_file_of_others(tmp_path: Path) -> None:
    place = fill(tmp_path / "r", names=("a",))
    (place / "b").write_text("mine")
    fill(place, names=("a", "b"))
    assert (place / "b.before").read_text() == "mine"
    (place / "b.before.2").write_text("x")
    assert set_aside(place / "a").name == "a.before"
    (place / "b").rename(place / "c")
    assert set_aside(place / "b.before").name == "b.before.before"


@pytest.mark.parametrize("kind", ["sweep", "of others", "no manifest", "damaged", "file", "link"])
@pytest.mark.parametrize("force", [False, True])
def test_what_is_not_ours_or_of_another_kind(tmp_path: Path, kind: str, force: bool) -> None:
    place = tmp_path / "theirs"
    match kind:
        case "sweep":
            fill(place, "sweep", ("manifest.sqlite", "a"))
        case "file":
            place.write_text("mine")
        case "link":
            fill(tmp_path / "own")
            place.symlink_to(tmp_path / "own")
        case _:
            place.mkdir()
            (place / "a").write_text("mine")
            texts = {"of others": '{"manifest_version": 3, "kind": "run"}', "damaged": "{"}
            if kind in texts:
                (place / MANIFEST).write_text(texts[kind])
    before = tree(tmp_path)
    if force and kind not in ("file", "link"):
        assert "all that is there is kept" in look(place, "run", force=True).says
        with replaced(place, "run", force=True) as scratch:
            (scratch / "a").write_text("new")
            (scratch / MANIFEST).write_text(manifest_text("run", {"files": {"a": {}}}))
        for name, content in before.items():
            assert content in (None, *tree(tmp_path).values()), name
        assert read_manifest(place)["kind"] == "run"
        return
    with pytest.raises(UserError, match=str(place)):
        synthetic_results(runs=2).save(place, force=force)
    assert tree(tmp_path) == before


def test_a_manifest_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("kept")
    place = fill(tmp_path / "r")
    (place / "out").symlink_to(tmp_path / "other")
    (place / "deep").mkdir()
    names = [
        "../mine",
        str(tmp_path / "mine"),
        "out/x",
        "deep",
        "a/../../mine",
        "",
        ".",
        "\0",
        "a\nb",
    ]
    manifest = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps(manifest | {"figures": names}))
    fill(place)
    assert (tmp_path / "mine").read_text() == "kept"
    assert (tmp_path / "other" / "x").read_text() == "kept"
    assert (place / "out").is_symlink()
    assert (place / "deep").is_dir()


def test_a_folder_is_all_old_or_all_new_whenever_the_process_dies(tmp_path: Path) -> None:
    """In a process without threads, which may be forked."""
    call = "import sys; from tests.record import test_files; test_files.die_everywhere(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", call, str(tmp_path)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def die_everywhere(folder: str) -> None:
    """End a child at each of the steps of an exchange in turn; what it leaves is whole."""
    tmp_path = Path(folder)
    for moment in range(100):
        place = fill(tmp_path / f"r{moment}", names=("a", "b", "old"), round=1)
        (place / "notes.txt").write_text("mine")
        child = os.fork()
        if child == 0:  # no way out of here but os._exit
            try:
                _die_at(moment)
                fill(place, names=("a", "b", "new"), round=2)
            except BaseException:  # noqa: BLE001
                os._exit(2)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, 9)
        found = read_manifest(place)
        for name in found["files"]:
            assert (place / name).read_text() == f"run {{'round': {found['round']}}}"
        assert (place / "notes.txt").read_text() == "mine"
        fill(place, names=("a",), round=3)
        assert set(tree(place)) - {"new"} == {MANIFEST, "a", "notes.txt"}
        if code == 0:
            break
    assert moment > 10
    assert found["round"] == 2


def _die_at(moment: int) -> None:
    """End the process, as kill -9 would, before the step of that number."""
    steps = itertools.count()

    def counted(call: Any) -> Any:
        def step(*given: Any, **more: Any) -> Any:
            if next(steps) == moment:
                os._exit(9)
            return call(*given, **more)

        return step

    for name in ("rename", "replace", "unlink", "mkdir", "write_text"):
        setattr(Path, name, counted(getattr(Path, name)))
    for name in ("sync_file", "sync_folder"):
        setattr(files, name, counted(getattr(files, name)))
    files.shutil.rmtree = counted(files.shutil.rmtree)


def test_a_full_disk_keeps_the_result_that_was_there(tiny: Path) -> None:
    small = Results(synthetic_record(runs=1, quarters=4), synthetic_meta())
    place = small.save(tiny / "r")
    before = tree(place)
    with pytest.raises(UserError, match=r"cannot write .*No space left on device"):
        synthetic_results(runs=60).save(place)
    assert tree(place) == before
    with pytest.raises(UserError, match="No space left on device"):
        synthetic_results(runs=60).save(tiny / "other")
    assert not (tiny / "other").exists()


def test_a_full_disk_and_a_calibration(tiny: Path) -> None:
    from sim.study.calibrate.smc import FACTS, claimed

    (tiny / "filler").write_bytes(b"x" * 200_000)
    with (
        pytest.raises(UserError, match="No space left on device"),
        claimed(tiny / "c", {"x": "y" * 200_000}),
    ):
        pass
    assert not (tiny / "c" / FACTS).exists()
    (tiny / "filler").unlink()
    (tiny / "c" / FACTS).write_bytes(b"")  # as it was left before
    with claimed(tiny / "c", {"x": "y"}):
        assert json.loads((tiny / "c" / FACTS).read_text())["x"] == "y"


# --- partial --------------------------------------------------------------------------------------
def stopped(runs: int) -> Results:
    return Results(synthetic_record(runs=runs), synthetic_meta(asked=200))


def test_a_partial_result_never_replaces_a_whole_one(tmp_path: Path) -> None:
    whole = synthetic_results(runs=5).save(tmp_path / "r")
    before = tree(whole)
    place = stopped(3).save(tmp_path / "r")
    assert place == tmp_path / "r-partial"
    assert tree(whole) == before
    assert read_manifest(place)["partial"] == {"finished": 3, "asked": 200}
    assert read_manifest(whole)["partial"] is None
    assert "stopped before all 200 were done" in str(Results.load(place))
    assert stopped(4).save(tmp_path / "r") == place, "it got further"
    assert stopped(2).save(tmp_path / "r") == tmp_path / "r-partial-2", "it did not"
    assert Results.load(place).record.runs == 4
    assert synthetic_results(runs=6).save(place) == place
    assert stopped(7).save(tmp_path / "new") == tmp_path / "new"


# --- locks ----------------------------------------------------------------------------------------
HOLD = """
import sys, time
from pathlib import Path
from sim.system.files import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_told_who_holds_a_folder_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said = rf"in use by process {holder.pid} on \S+ since \d{{4}}-\d\d-\d\d [\d:]+ UTC; wait"
        with pytest.raises(UserError, match=said), alone(tmp_path):
            pass
        began = time.monotonic()
        with pytest.raises(UserError), alone(tmp_path, patience=0.3):
            pass
        assert time.monotonic() - began >= 0.3
    finally:
        holder.kill()
        holder.wait()
    assert (tmp_path / files.LOCK).exists(), "as kill -9 leaves it"
    with alone(tmp_path):
        pass
    assert not (tmp_path / files.LOCK).exists()


def test_a_lock_that_says_nonsense(tmp_path: Path) -> None:
    with alone(tmp_path):
        (tmp_path / files.LOCK).write_bytes(b"\xff\x1b[31m nonsense")
        with pytest.raises(UserError, match="is in use by another process"), alone(tmp_path):
            pass


def test_two_calibrations_of_one_folder(tmp_path: Path) -> None:
    pytest.importorskip("pyabc")
    from sim.study.calibrate.smc import claimed

    with (
        claimed(tmp_path / "c", {"x": 1}),
        pytest.raises(UserError, match="is in use by process"),
        claimed(tmp_path / "c", {"x": 1}),
    ):
        pass
    with (
        pytest.raises(UserError, match="other targets, settings"),
        claimed(tmp_path / "c", {"x": 2}),
    ):
        pass
    with claimed(tmp_path / "c", {"x": 2}, force=True):
        pass
    assert json.loads((tmp_path / "c" / "calibration.json.before").read_text())["x"] == 1


# --- commands -------------------------------------------------------------------------------------
WITH_OUT = (
    *("run", "compare", "claims", "sweep", "sensitivity", "phase", "discover", "calibrate"),
    *("report", "plot", "explain", "schema"),
)


@pytest.mark.parametrize("command", WITH_OUT)
def test_every_command_with_out_has_force(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert "--out" in told.stdout
    assert "--force" in told.stdout


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("run", ["synthetic"]),
        ("compare", ["synthetic"]),
        ("claims", ["synthetic"]),
        ("sensitivity", ["synthetic", "--metric", "poles()"]),
        ("phase", ["synthetic", "--x", "security.weight=2:8", "--y", "trust.prior=0.6:0.7"]),
    ],
)
def test_a_folder_that_is_not_to_be_replaced_is_refused_before_anything_is_run(
    tmp_path: Path, command: str, words: list[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = CliRunner().invoke(app, [command, *words, "--out", str(tmp_path)])
    assert isinstance(refused.exception, UserError)
    assert "choose another folder, or --force" in str(refused.exception)
    assert tree(tmp_path) == {"thesis.txt": b"years of work"}


def test_all_of_an_analysis_goes_to_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = [
        *("phase", "synthetic", "--set", "synthetic.states=8", "--quarters", "2", "--runs", "2"),
        *("--x", "security.weight=2:8", "--y", "trust.prior=0.6:0.7", "--metric", "poles()"),
        *("--points", "2", "--refine", "0", "--out", "p", "--quiet"),
    ]
    for _ in range(2):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.exception
    assert [path.name for path in tmp_path.iterdir()] == ["p"]
    assert (tmp_path / "p" / folders.EVALUATED / MANIFEST).is_file()
    assert read_manifest("p")["figures"] == ["figures/phase.png"]

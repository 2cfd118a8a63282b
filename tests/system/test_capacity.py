"""How much memory and disk there is, as machines and control groups tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import cli
from sim.errors import UserError
from sim.system import capacity

FREE = 5_000_000 * 1024


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "meminfo").write_text("MemTotal: 9000000 kB\nMemAvailable: 5000000 kB\n")
    monkeypatch.setattr(capacity, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(capacity, "_CGROUP", tmp_path / "cgroup")
    monkeypatch.setattr(capacity, "_CGROUPS", tmp_path / "fs")
    return tmp_path


def group(place: Path, **texts: int | str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (place / f"memory.{name}").write_text(f"{text}\n")


def test_without_groups_what_the_machine_has_counts() -> None:
    assert capacity.free_memory() == FREE


def test_without_a_list_the_size_of_the_machine_counts(machine: Path) -> None:
    (machine / "meminfo").unlink()
    assert capacity.free_memory() > 2**27


def test_the_least_limit_of_a_group_and_those_above_counts(machine: Path) -> None:
    (machine / "cgroup").write_text("0::/job/step\n")
    group(machine / "fs", current=7)  # the root has no limit
    group(machine / "fs/job/step", max="max", current=10, stat="inactive_file 4")
    assert capacity.free_memory() == FREE
    group(machine / "fs/job", max=1000, current=700, stat="anon 600\ninactive_file 90")
    assert capacity.free_memory() == 390
    group(machine / "fs/job/step", max=200, current=150, stat="inactive_file 5")
    assert capacity.free_memory() == 55
    group(machine / "fs/job/step", max=100)
    assert capacity.free_memory() == 0


def test_groups_of_the_first_version_count(machine: Path) -> None:
    (machine / "cgroup").write_text("5:cpu:/job\n4:memory,hugetlb:/job\n0::/\n")
    place = machine / "fs/memory/job"
    group(place, limit_in_bytes=500, usage_in_bytes=100, stat="inactive_file 1")
    assert capacity.free_memory() == 401


def test_what_is_lacking_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capacity.require("2 runs", runs=2, memory=FREE / 4, fixed=FREE / 4, instead="fewer")
    with pytest.raises(UserError) as told:
        capacity.require("8 runs", runs=8, memory=FREE / 4, fixed=FREE / 4, instead="ask for less")
    assert str(told.value) == (
        "8 runs need about 11.5 GB of memory, and 5.1 GB are free: ask for less; about 3 runs fit"
    )
    monkeypatch.setattr(capacity, "free_disk", lambda _: 3_000_000)
    capacity.require("8 runs", runs=8, disk=3e5, folder=tmp_path, instead="ask for less")
    with pytest.raises(UserError) as told:
        capacity.require("8 runs", runs=8, disk=1e7, folder=tmp_path, instead="ask for less")
    assert str(told.value) == (
        f"8 runs need about 80 MB on disk, and 3 MB are free in {tmp_path}: ask for less"
    )


def test_the_disk_of_a_folder_to_come_is_known(tmp_path: Path) -> None:
    assert capacity.free_disk(tmp_path / "a" / "b") > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run vietnam_bamboo --runs 1000000", "1,000,000 runs of 68 states and 20 quarters need"),
        ("compare vietnam_bamboo --runs 1000000", " arms need about "),
        ("claims vietnam_bamboo --runs 1000000", "1,000,000 runs of"),
        ("explain vietnam_bamboo --state VNM --runs 1000000", "1,000,000 runs of 1 arm need"),
        ("run synthetic --set synthetic.states=1200", "1,200 states need about 4.9 GB of memory"),
        (
            "sweep synthetic --vary security.weight=2:9:1000 --metric poles() --runs 100000",
            "100,000,000 runs of a sweep need about 4.0 GB of memory",
        ),
        (
            "sweep synthetic --vary security.weight=2,9 --metric poles() --runs 99999999999999",
            "199,999,999,999,998 runs are more than 100,000,000",
        ),
        (
            "sweep synthetic --vary security.weight=2,9 --metric poles() --runs 1:99999999999999",
            "more than 100,000,000",
        ),
    ],
)
def test_a_command_for_which_there_is_no_room_says_so(
    words: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(capacity, "free_memory", lambda: 3 * 10**9)
    monkeypatch.setattr("sys.argv", ["multipolar", *words.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert message in told
    assert "Traceback" not in told

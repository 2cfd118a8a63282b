"""Cores of this process, on systems that say which and on those that do not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sim.system.machine import cores


def test_cores_are_those_left_to_the_process() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_macos_has_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert cores() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1


def test_a_run_needs_no_affinity() -> None:
    """As on macOS: without the call, a scenario still runs."""
    text = (
        "import os\n"
        "if hasattr(os, 'sched_getaffinity'): del os.sched_getaffinity\n"
        "from sim.drivers.ensemble import run_ensemble\n"
        "from sim.scenario import load_scenario\n"
        "print(run_ensemble(load_scenario('europe_1936', quarters=1), runs=2).runs)\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "2", done.stderr

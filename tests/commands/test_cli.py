"""The command line as a person meets it: exit codes, messages, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.record.results import Results
from sim.study import run
from tests import support_command

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-c", "from sim.cli import main; main()"]
QUARTERS = ("--quarters", "4")  # so that some runs are done in seconds on a busy machine


def call(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        cwd=folder or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )


def test_help_names_every_command() -> None:
    shown = call("--help")
    assert shown.returncode == 0
    for name in ("run", "compare", "explain", "claims", "validate", "list", "names", "metrics"):
        assert name in shown.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "no_such_scenario"), "no_such_scenario"),
        (("run", "russia_dprk_pact", "--arm", "no_pakt"), "did you mean 'no_pact'"),
        (("run", "russia_dprk_pact", "--set", "securty.weight=3"), "security.weight"),
        (("run", "russia_dprk_pact", "--runs", "0"), "--runs"),
        (("names", "parameter"), "did you mean 'parameters'"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(words: tuple[str, ...], message: str) -> None:
    told = support_command.call(*words)
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr


def test_json_is_json_and_results_reload(tmp_path: Path) -> None:
    place = tmp_path / "result"
    words = ("--runs", "3", "--quarters", "3", "--quiet", "--json", "--no-figures")
    told = support_command.call("run", "vietnam_bamboo", *words, "--out", str(place))
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["runs"] == 3
    assert Results.load(place).record.runs == 3


def test_ctrl_c_leaves_the_finished_runs(tmp_path: Path) -> None:
    place = tmp_path / "stopped"
    started = subprocess.Popen(
        [*COMMAND, "run", "vietnam_bamboo", *QUARTERS, "--runs", "100000", "--out", str(place)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # a shell may have started the tests with the signal ignored, which children inherit
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        assert started.stderr is not None
        assert "bamboo" in started.stderr.readline()
        time.sleep(4)
        assert not place.exists()
        started.send_signal(signal.SIGINT)
        started.communicate(timeout=120)
    finally:
        started.kill()
    assert started.returncode == 130
    if not place.exists():  # stopped before the first run was done: nothing is left behind
        return
    kept = Results.load(place).record
    whole = run("vietnam_bamboo", runs=min(kept.runs, 3), quarters=int(QUARTERS[1])).record
    np.testing.assert_array_equal(kept.state_series[: whole.runs], whole.state_series)

"""The plain Mesa model of benchmarks/ makes the same moves as the kernel from the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import load_scenario
from sim.ensemble import STATE_SERIES
from sim.model import MultipolarModel

ROOT = Path(__file__).parents[1]


def plain(scenario: str, states: int, quarters: int, seed: int) -> dict[str, Any]:
    """A run of the plain model, in an interpreter that compiles nothing."""
    command = [sys.executable, "-m", "benchmarks.mesa_model", "--moves", "--scenario", scenario]
    command += ["--states", str(states), "--quarters", str(quarters), "--seed", str(seed)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("scenario", "states", "quarters", "seed"),
    [("synthetic", 9, 24, 1), ("synthetic", 12, 16, 7), ("russia_dprk_pact", 48, 3, 2)],
)
def test_plain_model_and_kernel_agree(scenario: str, states: int, quarters: int, seed: int) -> None:
    overrides = [f"synthetic.states={states}"] if scenario == "synthetic" else []
    model = MultipolarModel(load_scenario(scenario, overrides=overrides), seed=seed)
    for _ in range(quarters):
        model.step()
    found = plain(scenario, states, quarters, seed)
    fields = ("tick", "order", "mover", "partner", "kind", "before", "after", "accepted")
    due = [tuple(float(row[name]) for name in fields) for row in model.moves]
    assert len(due) > 5
    assert [tuple(row[:5]) for row in found["made"]] == [row[:5] for row in due]
    # the log keeps levels in single precision
    np.testing.assert_allclose(
        [row[5:] for row in found["made"]], [row[5:] for row in due], rtol=1e-6, atol=1e-7
    )
    for name in STATE_SERIES:
        now = [state.get(name) for state in model.states]
        np.testing.assert_allclose(found["end"][name], now, rtol=1e-9, atol=1e-12, err_msg=name)

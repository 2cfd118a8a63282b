"""A null means the same in every process, so that its arms are found again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TELL = """
from sim import load_scenario
from sim.study.null.models import RANDOM, STANDARD, apply_null, known_nulls
spec = load_scenario("synthetic", overrides=["synthetic.states=6"])
simulated = [null for null in known_nulls(spec) if null not in ("persistence", "seed")]
for null in (*simulated, "alone:trust", "without:trust"):
    print(null, apply_null(spec, null, seed=1).meaning())
"""


def test_nulls_mean_the_same_in_every_process(root: Path) -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", TELL],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    (text,) = said
    assert len(text.splitlines()) > 5

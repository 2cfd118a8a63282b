"""Drills: the walks of CONTRIBUTING.md, each one file and no list.

Each drill copies the package, adds the file as the page shows it, and plays two quarters of four
states in plain Python. Whatever there is beside, tables of names, the step, sentences, counts,
metrics, must know the newcomer. Beyond its file it has only the pages that `make reference` writes
and, for a rule, an oracle in `tests/reference`, written from its equation and not from its code.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import synthetic_results

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WALKS = dict(re.findall(r"^```python\n# (\S+)\n(.*?)^```", PAGE, re.M | re.S))

SCENARIO = """
format: 1
title: four states
clock: {start: 2021Q4, quarters: 2}
poles: [AAA, BBB]
focal: [CCC, DDD]
ensemble: {draws: false}
states:
  defaults: {source: judgement, range: 0%, note: made up for a drill}
  AAA: {name: Alpha, capability: 0.3, economy: 0.3, arms_supply: 0.4, ideal_point: 1.5, pole: 1}
  BBB: {name: Beta, capability: 0.2, economy: 0.2, arms_supply: 0.2, ideal_point: -1.0, pole: 1}
  CCC: {name: Gamma, capability: 0.05, economy: 0.06, ideal_point: 1.0}
  DDD: {name: Delta, capability: 0.08, economy: 0.03, arms_supply: 0.1, ideal_point: -0.8}
relations:
  defaults: {source: judgement, range: 0%, note: made up for a drill}
  distance: {AAA-BBB: 6.0, CCC-DDD: 0.2, CCC-BBB: 1.0}
  tension: {CCC>DDD: 0.5, DDD>CCC: 0.4}
parameters:
  moves.rate: {value: 12, source: judgement, range: 0%, note: many moves in little time}
"""

#: Plays the scenario and tells what everything makes of it.
PLAY = """
import hashlib, json, os, sys
from pathlib import Path
import sim
sim.use_rules(*os.environ["RULES"].split())
from sim import kernel
from sim.rules import catalogue as names
from sim.commands.names import KINDS, rows
from sim.drivers.ensemble import run_ensemble
from sim.measure.language import Observed, Scope, parse_metric
from sim.study.motives import count_acts
from sim.words.of_decisions import Prose, term_words
from sim.drivers.replay import Asked, Part, replay
from sim.scenario import load_scenario

assert Path(sim.__file__).parent.parent == Path.cwd(), sim.__file__
spec = load_scenario("four.yaml")
record = run_ensemble(spec, runs=1)
asked = Asked("CCC", None, 1, 2)
played = replay(spec, asked)
prose = Prose({code: state.name for code, state in spec.states.items()})
names_of_rows = {kind: [row[0] for row in rows(kind)[1]] for kind in KINDS}
print(json.dumps({
    "names": names_of_rows,
    "step": kernel.STEP,
    "weighed": sorted({it.kind for turn in played.turns for it in turn.alternatives}),
    "told": [prose.headline(turn.decision) for turn in played.turns if turn.decision],
    "acts": [act.act for act in count_acts(record, asked)],
    "terms": {name: term_words(Part(name, 1.0)) for name in names.TERMS},
    "felt": dict(zip(names.TERMS, played._term_values(2).tolist())),
    "metrics": [
        float(parse_metric(text).bind(Scope.of(spec)).values(Observed(record))[0])
        for text in sys.argv[1:]
    ],
    "trust": hashlib.sha256(played.M[names.DYAD_FIELDS["trust"].row].tobytes()).hexdigest(),
    "tension": float(played.M[names.DYAD_FIELDS["tension"].row, 2, 3]),
}))
"""


def play(
    folder: Path, *metrics: str, scenario: str = "", rules: tuple[str, ...] = ()
) -> SimpleNamespace:
    (folder / "four.yaml").write_text(SCENARIO + scenario)
    done = subprocess.run(
        [sys.executable, "-c", PLAY, *metrics],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(folder),
            "NUMBA_DISABLE_JIT": "1",
            "RULES": " ".join(rules),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(**json.loads(done.stdout))


def cli(folder: Path, *words: str) -> str:
    """What a command of the copy prints."""
    done = subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def walk(folder: Path, name: str, *, cost: float | None = None) -> None:
    """Write a file as CONTRIBUTING.md shows it, a move with another cost."""
    text = WALKS[name]
    if cost is not None:
        shown = "    4.0,\n    (3.0, 5.0),\n"
        assert shown in text
        text = text.replace(shown, f"    {cost},\n    ({cost}, {cost}),\n")
    (folder / name).write_text(text)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of the package."""
    shutil.copytree(
        ROOT / "sim", tmp_path / "sim"
    )  # with bytecode, which knows files by their ages
    return tmp_path


def test_a_mechanism_is_one_file(package: Path) -> None:
    walk(package, "sim/rules/mechanisms/order/thaw.py")
    found = play(package)
    assert "thaw" in found.names["mechanisms"]
    assert "thaw.fade" in found.names["parameters"]
    assert found.step.index("solidarity") < found.step.index("thaw") < found.step.index("moves")
    off = play(package, scenario="mechanisms: {thaw: off}\n")
    assert found.tension < 0.5 * off.tension


def test_a_term_is_one_file(package: Path) -> None:
    walk(package, "sim/rules/terms/calm.py")
    found = play(package, "moves(provoke, CCC) + moves(provoke, DDD)", "moves(reconcile, CCC)")
    assert "calm" in found.names["terms"]
    assert "calm.weight" in found.names["parameters"]
    assert found.terms["calm"] == "less unrest"
    assert found.felt["calm"] < 0.0
    assert found.metrics[0] == 0.0 < found.metrics[1]
    assert any("less unrest" in text or "reconcile" in text or "gesture" in text
               for text in found.told)  # fmt: skip


def test_a_metric_and_a_figure_are_one_file(package: Path) -> None:
    for name in ("fright.py", "strongest.py"):
        walk(package, name)
    fright, threat, protection = play(
        package, "fright(CCC)", "threat(CCC)", "protection(CCC)", rules=("fright.py",)
    ).metrics
    assert fright == pytest.approx(threat / protection)
    text = WALKS["strongest.py"]
    spaces: dict[str, Any] = {}
    exec(compile(text, "strongest.py", "exec"), spaces)
    assert spaces["FIGURE"].draw(synthetic_results()).axes[0].patches


def test_a_metric_of_the_package_is_one_entry(package: Path) -> None:
    path = package / "sim/measure/quantities.py"
    head = "_MADE: Final[dict[str, tuple[Form, ...]]] = {\n"
    text = path.read_text("utf-8")
    assert text.count(head) == 1
    entry = """    "fright": (
        Form(
            ("i",), "1", 0.0, None, "threat over protection",
            lambda seen, i: seen.state("threat", *i) / seen.state("protection", *i),
        ),
    ),
"""
    path.write_text(text.replace(head, head + entry))
    fright, threat = play(package, "fright(CCC)", "threat(CCC)").metrics
    assert fright > threat > 0.0


def test_a_scenario_is_one_file(package: Path) -> None:
    """The commands of the page, in a copy: found by its name, and in no list by hand."""
    shutil.copytree(ROOT / "scenarios", package / "scenarios")
    (block,) = re.findall(r"^```sh\n(multipolar new .*?)^```", PAGE, re.M | re.S)
    commands = [line.split()[1:] for line in block.splitlines()] + [["list"]]
    told = "".join(cli(package, *words) for words in commands)
    assert "scenarios/water_wars.yaml: valid" in told
    assert "water_wars" in told.partition("Shipped scenarios")[2]


def test_a_move_is_one_file(package: Path) -> None:
    walk(package, "sim/rules/moves/denounce.py", cost=-4.0)
    found = play(package, "moves(denounce, CCC)", "names_called(CCC, AAA) + names_called(CCC, BBB)")
    assert "denounce" in found.names["moves"]
    assert "denounce" in found.weighed
    assert found.metrics[0] >= found.metrics[1] > 0.0
    assert any(text.startswith("Gamma denounced ") for text in found.told)
    assert "denounce" in found.acts


def test_a_move_that_nobody_makes_changes_nobodys_luck(package: Path) -> None:
    before = play(package)
    walk(package, "sim/rules/moves/denounce.py", cost=1e6)
    after = play(package)
    assert (after.trust, after.told) == (before.trust, before.told)
    assert after.told


def test_a_channel_is_one_file(package: Path) -> None:
    walk(package, "sim/rules/mechanisms/economy/storage.py")
    stated = """
channels:
  defaults: {source: judgement, range: 0%, note: made up for a drill}
  water: {shares: {CCC: {DDD: 0.6}}}
"""
    found = play(
        package, "share(water, CCC, DDD) @ start", "water(CCC, DDD) @ end", scenario=stated
    )
    assert "water" in found.names["pairs"]
    assert found.metrics == [0.6, pytest.approx(0.3)]

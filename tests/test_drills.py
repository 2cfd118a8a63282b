"""Drills: a mechanism, a term, a metric, a move and a channel of dependence, each by one file.

Each drill copies the package, adds or changes one file, and plays two quarters of four states in
plain Python. Whatever there is beside, tables of names, the step, sentences, counts, metrics, must
know the newcomer. Beyond its file it has only the pages that `make reference` writes and, for a
rule, an oracle in `tests/reference`, which is written from its equation and not from its code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent

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
import hashlib, json, sys
from pathlib import Path
import sim
from sim import kernel, vocabulary as names
from sim.commands.names import KINDS, rows
from sim.ensemble import run_ensemble
from sim.experiments.language import Observed, Scope, parse_metric
from sim.experiments.motives import count_acts
from sim.experiments.prose import Prose, term_words
from sim.experiments.replay import Asked, Part, replay
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


def play(folder: Path, *metrics: str, scenario: str = "") -> SimpleNamespace:
    (folder / "four.yaml").write_text(SCENARIO + scenario)
    done = subprocess.run(
        [sys.executable, "-c", PLAY, *metrics],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(**json.loads(done.stdout))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of the package."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


MECHANISM = '''"""Thaw: acts of hostility fade by half in a quarter, by more with luck."""

from sim.dyads import TENSION
from sim.jit import njit
from sim.mechanisms import Mechanism
from sim.registry import param
from sim.streams import keyed, stream, unit

LUCK = stream("thaw")
FADE = param("thaw.fade", 0.5, (0.4, 0.6), meaning="part of tension lost", source="a drill")


@njit
def update(w, luck):
    for i in range(w.n):
        for j in range(w.n):
            bits, _, _, _ = keyed(luck, LUCK, 0, luck.keys[i], luck.keys[j], 0)
            w.M[TENSION, i, j] *= (1.0 - w.P[FADE]) * (1.0 - 0.1 * unit(bits))


MECHANISM = Mechanism(
    name="thaw", stage="organisations", claim="tension fades", reads=("tension",),
    writes=("tension",), update=update,
)
'''


def test_a_mechanism_is_one_file(package: Path) -> None:
    (package / "sim/mechanisms/order/thaw.py").write_text(MECHANISM)
    found = play(package)
    assert "thaw" in found.names["mechanisms"]
    assert "thaw.fade" in found.names["parameters"]
    assert found.step.index("solidarity") < found.step.index("thaw") < found.step.index("moves")
    off = play(package, scenario="mechanisms: {thaw: off}\n")
    assert found.tension < 0.5 * off.tension


TERM = '''"""Calm: states dislike the pressure that they exert themselves."""

from sim.decisions.terms import term
from sim.dyads import TENSION
from sim.jit import inline, njit


@njit
def value(w, i):
    total = 0.0
    for j in range(w.n):
        total += w.M[TENSION, i, j]
    return total


@inline
def tension(w, i, j, x0, x1):
    return x1 - x0


TERM = term(
    "calm", 50.0, (40.0, 60.0), sign=-1, claim="a quiet life", source="a drill", value=value,
    said=("less unrest", "unrest"),
)
'''


def test_a_term_is_one_file(package: Path) -> None:
    (package / "sim/decisions/terms/calm.py").write_text(TERM)
    found = play(package, "moves(provoke, CCC) + moves(provoke, DDD)", "moves(reconcile, CCC)")
    assert "calm" in found.names["terms"]
    assert "calm.weight" in found.names["parameters"]
    assert found.terms["calm"] == "less unrest"
    assert found.felt["calm"] < 0.0
    assert found.metrics[0] == 0.0 < found.metrics[1]
    assert any("less unrest" in text or "reconcile" in text or "gesture" in text
               for text in found.told)  # fmt: skip


METRIC = """    "fright": (
        Form(
            ("i",), "1", 0.0, None, "threat over protection",
            lambda seen, i: seen.state("threat", *i) / seen.state("protection", *i),
        ),
    ),
"""


def test_a_metric_is_one_entry(package: Path) -> None:
    path = package / "sim/experiments/quantities.py"
    head = "_MADE: Final[dict[str, tuple[Form, ...]]] = {\n"
    text = path.read_text("utf-8")
    assert text.count(head) == 1
    path.write_text(text.replace(head, head + METRIC))
    fright, threat, protection = play(
        package, "fright(CCC)", "threat(CCC)", "protection(CCC)"
    ).metrics
    assert fright == pytest.approx(threat / protection)


MOVE = '''"""Denounce: a state calls another names, which annoys nobody else."""

from sim.decisions.moves import Act, Change, Said
from sim.jit import inline, njit
from sim.registry import dyad_field, param

COST = param("moves.denounce", {cost}, ({cost}, {cost}), meaning="cost of names", source="a drill")
NAMES = dyad_field("names_called", meaning="names that i calls j", record=True)


@inline
def now(w, i, j):
    return w.M[NAMES, i, j]


@inline
def is_open(w, i, j, now):
    return now < 0.5


@inline
def target(w, i, j, now):
    return now + 1.0


@njit
def make(w, i, j, to):
    w.M[NAMES, i, j] = to


MOVE = Act(
    name="denounce", code=14, act="denounce", said=Said("denounced {{x}}", "denounce {{x}}"),
    change=Change("denounce", now, make), cost=COST, is_open=is_open, target=target,
)
'''


def test_a_move_is_one_file(package: Path) -> None:
    (package / "sim/decisions/moves/denounce.py").write_text(MOVE.format(cost=-4.0))
    found = play(package, "moves(denounce, CCC)", "names_called(CCC, AAA) + names_called(CCC, BBB)")
    assert "denounce" in found.names["moves"]
    assert "denounce" in found.weighed
    assert found.metrics[0] >= found.metrics[1] > 0.0
    assert any(text.startswith("Gamma denounced ") for text in found.told)
    assert "denounce" in found.acts


def test_a_move_that_nobody_makes_changes_nobodys_luck(package: Path) -> None:
    before = play(package)
    (package / "sim/decisions/moves/denounce.py").write_text(MOVE.format(cost=1e6))
    after = play(package)
    assert (after.trust, after.told) == (before.trust, before.told)
    assert after.told


CHANNEL = '''"""Water: who depends on whose rivers; half of what is over a fifth is stored."""

from sim.jit import njit
from sim.mechanisms import Mechanism
from sim.registry import dyad_field

WATER = dyad_field(
    "water", bounds=(0.0, 1.0), initial=True, record=True, channel="water",
    meaning="share of j in the water of i",
)


@njit
def update(w):
    for i in range(w.n):
        for j in range(w.n):
            w.M[WATER, i, j] = min(w.M[WATER, i, j], 0.1 + 0.5 * w.M[WATER, i, j])


MECHANISM = Mechanism(
    name="storage", stage="supplies", claim="water is stored", reads=("water",), writes=("water",),
    update=update,
)
'''


def test_a_channel_is_one_file(package: Path) -> None:
    (package / "sim/mechanisms/economy/storage.py").write_text(CHANNEL)
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

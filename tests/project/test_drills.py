"""Drills: the walks of CONTRIBUTING.md, each one file and no list.

A copy of the package gets the files as the page shows them, all of them, and plays two quarters of
four states in plain Python, once for each newcomer with the others switched off. Whatever there is
beside, tables of names, the step, sentences, counts, metrics, must know the newcomer. Beyond its
file it has only the pages that `make reference` writes and, for a rule, an oracle in
`tests/reference`, written from its equation and not from its code.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import synthetic_results
from tests.support_forks import forked

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

#: Plays the scenario in several ways and tells what everything makes of each.
PLAY = """
import hashlib, json, sys
from pathlib import Path
import sim
cases, scenario, rules = json.loads(sys.argv[1])
sim.use_rules(*rules)
from sim import kernel
from sim.rules import catalogue as names
from sim.commands.names import KINDS, rows
from sim.drivers.ensemble import run_ensemble
from sim.measure.language import Observed, Scope, parse_metric
from sim.study.motives import _acts, _counted
from sim.words.of_decisions import Prose, term_words
from sim.drivers.replay import Asked, Part, replay
from sim.scenario import load_scenario

assert Path(sim.__file__).parent.parent == Path.cwd(), sim.__file__
names_of_rows = {kind: [row[0] for row in rows(kind)[1]] for kind in KINDS}

def play(text, overrides, metrics):
    Path(scenario).write_text(text)
    spec = load_scenario(scenario, overrides=overrides)
    record = run_ensemble(spec, runs=1)
    asked = Asked("CCC", None, 1, 2)
    played = replay(spec, asked)
    prose = Prose({code: state.name for code, state in spec.states.items()})
    return {
        "names": names_of_rows,
        "step": kernel.STEP,
        "weighed": sorted({it.kind for turn in played.turns for it in turn.alternatives}),
        "told": [prose.headline(turn.decision) for turn in played.turns if turn.decision],
        "acts": [act.act for act in _acts(_counted(record, asked))],
        "terms": {name: term_words(Part(name, 1.0)) for name in names.TERMS},
        "felt": dict(zip(names.TERMS, played._term_values(2).tolist())),
        "metrics": [
            float(parse_metric(text).bind(Scope.of(spec)).values(Observed(record))[0])
            for text in metrics
        ],
        "trust": hashlib.sha256(played.M[names.DYAD_FIELDS["trust"].row].tobytes()).hexdigest(),
        "tension": float(played.M[names.DYAD_FIELDS["tension"].row, 2, 3]),
    }

print(json.dumps({name: play(*case) for name, case in cases.items()}))
"""
#: Commands one after the other in one process.
COMMANDS = """
import json, sys
from sim import cli
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        cli.main()
    except SystemExit as left:
        assert not left.code, left.code
"""
#: What leaves a newcomer without effect, and a cost at which nobody would do anything else.
OFF = {
    "thaw": "mechanisms.thaw=off",
    "storage": "mechanisms.storage=off",
    "calm": "terms.calm=off",
    "denounce": "parameters.moves.denounce=1000000",
}
WANTED = "parameters.moves.denounce=-4"
WATER = """
channels:
  defaults: {source: judgement, range: 0%, note: made up for a drill}
  water: {shares: {CCC: {DDD: 0.6}}}
"""
#: More of the scenario, and what is measured, of each newcomer alone and of none.
CASES = {
    "": ("", ["fright(CCC)", "dread(CCC)", "threat(CCC)", "protection(CCC)"]),
    "thaw": ("", []),
    "calm": ("", ["moves(provoke, CCC) + moves(provoke, DDD)", "moves(reconcile, CCC)"]),
    "denounce": (
        "",
        ["moves(denounce, CCC)", "names_called(CCC, AAA) + names_called(CCC, BBB)"],
    ),
    "storage": (WATER, ["share(water, CCC, DDD) @ start", "water(CCC, DDD) @ end"]),
}
METRIC = """    "dread": (
        Form(
            ("i",), "1", 0.0, None, "threat over protection",
            lambda seen, i: seen.state("threat", *i) / seen.state("protection", *i),
        ),
    ),
"""


def python(code: str, given: object, folder: Path) -> str:
    """What plain Python with the package of a folder prints."""
    done = forked(code, json.dumps(given), folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package and all the files of the page."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "sim", folder / "sim")  # with bytecode, which knows files by their ages
    for name, text in WALKS.items():
        assert not (folder / name).exists()
        (folder / name).write_text(text)
    path = folder / "sim/measure/quantities.py"
    head = "_MADE: Final[dict[str, tuple[Form, ...]]] = {\n"
    text = path.read_text("utf-8")
    assert text.count(head) == 1
    path.write_text(text.replace(head, head + METRIC))
    return folder


@pytest.fixture(scope="module")
def played(package: Path) -> dict[str, SimpleNamespace]:
    """What everything makes of each newcomer alone, and of none."""
    cases = {}
    for kept, (more, metrics) in CASES.items():
        overrides = [off for name, off in OFF.items() if name != kept]
        overrides += [WANTED] * (kept == "denounce")
        cases[kept] = SCENARIO + more, overrides, metrics
    given = cases, str(package / "four.yaml"), ["fright.py", "strongest.py"]
    found = json.loads(python(PLAY, given, package))
    return {name: SimpleNamespace(**told) for name, told in found.items()}


def test_a_mechanism_is_one_file(played: dict[str, SimpleNamespace]) -> None:
    found, off = played["thaw"], played[""]
    assert "thaw" in found.names["mechanisms"]
    assert "thaw.fade" in found.names["parameters"]
    assert found.step.index("solidarity") < found.step.index("thaw") < found.step.index("moves")
    assert found.tension < 0.5 * off.tension


def test_a_term_is_one_file(played: dict[str, SimpleNamespace]) -> None:
    found = played["calm"]
    assert "calm" in found.names["terms"]
    assert "calm.weight" in found.names["parameters"]
    assert found.terms["calm"] == "less unrest"
    assert found.felt["calm"] < 0.0
    assert found.metrics[0] == 0.0 < found.metrics[1]
    assert any("less unrest" in text or "reconcile" in text or "gesture" in text
               for text in found.told)  # fmt: skip


def test_metrics_and_a_figure_are_one_file_or_one_entry(played: dict[str, SimpleNamespace]) -> None:
    fright, dread, threat, protection = played[""].metrics
    assert fright == dread == pytest.approx(threat / protection)
    assert fright > threat > 0.0
    spaces: dict[str, Any] = {}
    exec(compile(WALKS["strongest.py"], "strongest.py", "exec"), spaces)
    assert spaces["FIGURE"].draw(synthetic_results()).axes[0].patches


def test_a_scenario_is_one_file(package: Path) -> None:
    """The commands of the page, in a copy: found by its name, and in no list by hand."""
    shutil.copytree(ROOT / "scenarios", package / "scenarios")
    (block,) = re.findall(r"^```sh\n(multipolar new .*?)^```", PAGE, re.M | re.S)
    commands = [line.split()[1:] for line in block.splitlines()] + [["list"]]
    told = python(COMMANDS, commands, package)
    assert "scenarios/water_wars.yaml: valid" in told
    assert "water_wars" in told.partition("Shipped scenarios")[2]


def test_a_move_is_one_file(played: dict[str, SimpleNamespace]) -> None:
    found = played["denounce"]
    assert "denounce" in found.names["moves"]
    assert "denounce" in found.weighed
    assert found.metrics[0] >= found.metrics[1] > 0.0
    assert any(text.startswith("Gamma denounced ") for text in found.told)
    assert "denounce" in found.acts


def test_what_nobody_uses_changes_nobodys_luck(
    played: dict[str, SimpleNamespace], tmp_path: Path
) -> None:
    """A move that is too dear, and rules that are off: all is as without their files."""
    given = {"": (SCENARIO, [], [])}, str(tmp_path / "four.yaml"), []
    before = json.loads(python(PLAY, given, ROOT))[""]
    after = played[""]
    assert (after.trust, after.tension, after.told) == (
        before["trust"],
        before["tension"],
        before["told"],
    )
    assert after.told


def test_a_channel_is_one_file(played: dict[str, SimpleNamespace]) -> None:
    found = played["storage"]
    assert "water" in found.names["pairs"]
    assert found.metrics == [0.6, pytest.approx(0.3)]

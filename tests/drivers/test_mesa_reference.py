"""Whole quarters, played twice: by the kernel and by a plain Mesa model written from the equations.

The Mesa model (``benchmarks/mesa_model.py``) plays the moves, the equations of ``tests/reference``
all the rest (``tests/reference/quarter.py``); none of it is the package's own. It needs an
interpreter without numba's compiler, so one subprocess plays all cases there and leaves what it saw
in a file. Both draw from the same keyed streams: moves must be the same one by one, numbers as far
as the kernel's guards of divisions let them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.mesa_model import ReferenceModel
from sim.drivers.ensemble import run_ensemble
from sim.drivers.model import MultipolarModel
from sim.rules import catalogue as names
from sim.scenario import ScenarioSpec, load_scenario
from tests import reference
from tests.inline_scenario import TEXT
from tests.reference.decisions import Move
from tests.support_plain import IS_PLAIN
from tests.support_world import Case

#: Constants in the assessment that guard a division by the capability of the smallest states.
GUARDS = 1e-5
#: Working space of the kernel, which says nothing of the world.
WORKING = {"offer_1", "offer_2", "offer_3", "scratch", "coalition_pull", "trade_flow_target"}
BALANCES = {"trade_row_target", "trade_column_target", "trade_row_scale", "trade_column_scale"}
PAIRED = [
    field.row
    for name, field in names.DYAD_FIELDS.items()
    if name not in WORKING
    and not name.endswith("_mirrored")  # tests/rules/test_sides.py holds mirrors
]
OWN = [field.row for name, field in names.STATE_FIELDS.items() if name not in BALANCES]
HEADS = ("tick", "order", "mover", "partner", "kind", "before", "after", "accepted")
COSTS = """create break sanction lift aid end_aid arm court provoke reconcile break_deep
    break_arms""".split()
SMALL = ["synthetic.states=8"]
#: Costs so low that all kinds of moves are made, by states that have every reason not to.
EAGER = [
    *SMALL,
    *(f"parameters.moves.{cost}=0.5" for cost in COSTS),
    "parameters.moves.sanction_trust=0",
]

#: (scenario, overrides, quarters, seed) by name
CASES: dict[str, tuple[str, list[str], int, int]] = {
    "made up 1": ("synthetic", SMALL, 12, 1),
    "made up 2": ("synthetic", SMALL, 12, 2),
    "made up 3": ("synthetic", SMALL, 12, 3),
    "eager 1": ("synthetic", EAGER, 12, 1),
    "eager 2": ("synthetic", EAGER, 20, 5),
    "inline": ("", [], 8, 7),
    # the 48 states that it holds in detail, without the wider world, which has no rule of its own
    "shipped": ("russia_dprk_pact", ["scope=48"], 1, 3),
}

PLAY = """
import json, sys
import numpy as np
from sim import load_scenario
from tests.reference.quarter import EquationModel

cases, folder = json.load(sys.stdin), sys.argv[1]
for at, (scenario, overrides, quarters, seed) in enumerate(cases):
    spec = load_scenario(scenario, quarters=quarters, overrides=overrides)
    model = EquationModel(seed=seed, spec=spec)
    start = {"M0": model.M.copy(), "V0": model.V.copy(), "P": model.P}
    open_moves = [
        (state.index, other.index, move.kind, move.to, move.weight, move.consent)
        for state in model.states[:6]
        for other in model.states
        for move in (state.own_alternatives() if other is state else state.alternatives(other))
    ]
    seen = {name: [getattr(model, name).copy()] for name in "VMGB"}
    while model.running:
        model.step()
        for name, block in seen.items():
            block.append(getattr(model, name).copy())
    counts = (model.opportunities, model.idle)
    np.savez(f"{folder}/{at}.npz", log=model.log, counts=counts, open=open_moves, **seen, **start)
"""


@pytest.fixture(scope="module")
def inline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inline") / "six.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def spec_of(name: str, inline: Path) -> tuple[ScenarioSpec, int]:
    scenario, overrides, quarters, seed = CASES[name]
    return load_scenario(scenario or inline, quarters=quarters, overrides=overrides), seed


@pytest.fixture(scope="module")
def played(
    root: Path, inline: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the plain model saw of each case."""
    folder = tmp_path_factory.mktemp("played")
    cases = [(scenario or str(inline), *rest) for scenario, *rest in CASES.values()]
    subprocess.run(
        [sys.executable, "-c", PLAY, str(folder)],
        input=json.dumps(cases).encode(),
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)},
        cwd=root,
        check=True,
    )
    return {name: dict(np.load(folder / f"{at}.npz")) for at, name in enumerate(CASES)}


def heads(rows: np.ndarray) -> np.ndarray:
    """The columns of a log of moves that the plain model keeps, too."""
    return np.array([[float(row[head]) for head in HEADS] for row in rows]).reshape(-1, len(HEADS))


def same_moves(found: np.ndarray, expected: np.ndarray) -> None:
    """The same moves in the same order; records hold values before and after as float32."""
    found = found.reshape(-1, len(HEADS))
    np.testing.assert_array_equal(found[:, [0, 1, 2, 3, 4, 7]], expected[:, [0, 1, 2, 3, 4, 7]])
    np.testing.assert_allclose(found[:, 5:7], expected[:, 5:7], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_the_plain_model_plays_what_the_kernel_plays(
    name: str, played: dict[str, dict[str, Any]], inline: Path
) -> None:
    spec, seed = spec_of(name, inline)
    seen = played[name]
    model = MultipolarModel(spec, seed=seed)
    np.testing.assert_array_equal(seen["P"], model.P)
    off = ~np.eye(model.world.n, dtype=bool)
    close = {"rtol": GUARDS, "atol": GUARDS}
    for tick in range(spec.quarters + 1):
        same_moves(seen["log"][seen["log"][:, 0] == tick], heads(ticked(model, tick)))
        np.testing.assert_allclose(seen["V"][tick][OWN], model.V[OWN], **close)
        plain, compiled = seen["M"][tick][PAIRED][:, off], model.M[PAIRED][:, off]
        np.testing.assert_allclose(plain, compiled, **close)
        np.testing.assert_allclose(seen["G"][tick], model.G, **close)
        np.testing.assert_allclose(seen["B"][tick], model.B, **close)
        if tick < spec.quarters:
            model.step()
    np.testing.assert_array_equal(seen["counts"], model.counts)
    record = run_ensemble(spec, runs=1, seed=seed, jobs=1)
    same_moves(seen["log"], heads(record.moves))


def ticked(model: MultipolarModel, tick: int) -> np.ndarray:
    return model.moves[model.moves["tick"] == tick]


def test_the_cases_make_every_kind_of_move(played: dict[str, dict[str, Any]]) -> None:
    log = np.concatenate([seen["log"].reshape(-1, len(HEADS)) for seen in played.values()])
    assert set(range(Move.PACT, Move.RECONCILE + 1)) <= set(log[:, 4].astype(int))
    pacts = log[log[:, 4] == Move.PACT]
    assert (pacts[:, 6] < pacts[:, 5]).any()
    assert (pacts[:, 7] == 0.0).any()


@pytest.mark.parametrize("name", ["made up 1", "inline", "shipped"])
def test_weights_equal_those_of_the_equations(
    name: str, played: dict[str, dict[str, Any]], inline: Path
) -> None:
    """Every alternative at the start, against utilities of whole worlds before and after."""
    seen = played[name]
    keys = np.zeros(seen["V0"].shape[1], dtype=np.int64)
    case = Case(seen["M0"], seen["V0"], np.empty(0), np.empty(0), seen["P"], keys)
    world = reference.World(case)
    assessed = reference.assess(world)
    for i in range(6 if name != "shipped" else 2):  # each of 48 states takes a second
        found = {
            (int(kind), int(j), round(to, 9)): (weight, consent)
            for mover, j, kind, to, weight, consent in seen["open"]
            if mover == i
        }
        for option in reference.alternatives(world, assessed, i):
            weight, consent = found.pop((option.kind, option.partner, round(option.to, 9)))
            assert weight == pytest.approx(np.exp(option.value), rel=GUARDS)
            assert consent == pytest.approx(option.accept, rel=GUARDS)
        assert not found


@pytest.mark.skipif(IS_PLAIN, reason="the interpreter is the plain one")
def test_a_compiled_interpreter_is_refused() -> None:
    with pytest.raises(RuntimeError, match="NUMBA_DISABLE_JIT=1"):
        ReferenceModel()

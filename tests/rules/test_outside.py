"""Rules from outside the package: one file adds a rule that works like the package's own.

The rule is that of the page on it. Whole commands run in processes of their own, as plain Python
and in small worlds, for a process has one set of rules.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from numba.core.errors import NumbaError

from sim.compiled.jit import njit
from sim.errors import UserError
from sim.record.results import Results
from sim.rules import admission, codegen, declarations, outside
from sim.rules import catalogue as names
from sim.show.plots.kinds import all_kinds, find_kinds
from tests.support_forks import forked

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "how-to" / "outside_rules.md").read_text()
COMMAND = "from sim.cli import main; main()"
SMALL = ("--set", "synthetic.states=6", "--quarters", "2", "--quiet")
MODULES = list(zip(names.MECHANISMS.values(), names.MECHANISM_MODULES.values(), strict=True))
MOVES = list(zip(names.MOVES.values(), names.MOVE_MODULES.values(), strict=True))
TERMS = list(zip(names.TERMS.values(), names.TERM_MODULES.values(), strict=True))

TERM = """
from sim.rules.terms import term
from sim.compiled.jit import njit


@njit
def value(w, i):
    return 1.0


@njit
def per_commitment(w, i, j):
    return 0.5


TERM = term(
    "honour", 1.0, (0.5, 2.0), sign=1, claim="being asked", source="an example", value=value
)
"""


MOVE = """
from sim.rules.decisions.acts import PRESSURE
from sim.rules.moves import Act, Said
from sim.compiled.jit import inline
from sim.rules.declarations import param
from sim.types import Blocks

COST = param(
    "moves.snub", -20.0, (-20.0, -20.0), bounds=(-50.0, 50.0), unit="logits",
    meaning="cost of a snub, far below that of anything else", source="an example",
)


@inline
def is_open(w: Blocks, i: int, j: int, now: float) -> bool:
    return now < 0.9


@inline
def target(w: Blocks, i: int, j: int, now: float) -> float:
    return now + 0.01


MOVE = Act(
    name="snub", code=20, act="snub", said=Said("snubbed {x}", "snub {x}"), change=PRESSURE,
    cost=COST, is_open=is_open, target=target,
)
"""


def block(name: str) -> str:
    """A file that the page shows."""
    found = re.search(rf"^```\w+\n# {re.escape(name)}\n(.*?)^```", PAGE, re.M | re.S)
    assert found is not None
    return found[1]


RULE = block("weariness.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("weariness.py", "tired.yaml", "spread_plot.py"):
        (tmp_path / name).write_text(block(name))
    return tmp_path


def call(
    folder: Path, *words: str, code: str = COMMAND, **env: str
) -> subprocess.CompletedProcess[str]:
    """A command, or some code, in a process of its own; compiled where its environment says so."""
    if env.get("NUMBA_DISABLE_JIT", "1") == "1":
        return forked(code, *words, folder=folder, **env)
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        timeout=600,
        check=False,
    )


def refused(folder: Path, *words: str) -> str:
    """What a command says that ends with exit code 2 and without a traceback."""
    told = call(folder, *words)
    assert told.returncode == 2, told.stderr
    assert "Traceback" not in told.stderr
    return told.stderr


# --- what a file has to be ------------------------------------------------------------------------
@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has used no rules yet, as far as these know; what is declared goes again."""
    monkeypatch.setattr(outside, "_PROCESS", outside._Process())
    sizes = [len(table) for table in admission._TABLES]
    yield
    for table, size in zip(admission._TABLES, sizes, strict=True):
        for name in list(table)[size:]:
            del table[name]


def admit(folder: Path, text: str) -> tuple[admission.Mechanisms, admission.Moves, admission.Terms]:
    path = folder / "rule.py"
    path.write_text(text)
    outside.use_rules(path)
    return admission.admitted(MODULES, MOVES, TERMS)


NOT_NJIT = RULE.replace("@njit\n", "")
WRONG = [
    (RULE + "x = (\n", r"rule\.py:\d+:5: this is not valid Python: '\(' was never closed"),
    ("import no_such_thing\n", "rule.py:1: ModuleNotFoundError"),
    ("def f(): 1 / 0\nf()\n", "rule.py:1: ZeroDivisionError"),
    ("import sys\nsys.exit(3)\n", "rule.py:2: SystemExit"),
    ("X = 1\n", "rule.py:1: declares nothing; a file of rules ends with MECHANISM ="),
    ("MECHANISM = 3\n", r"rule.py:1: MECHANISM: write MECHANISM = Mechanism\(\.\.\.\)"),
    ("TERM = 3\n", r"rule.py:1: TERM: write TERM = term\(\.\.\.\)"),
    ("METRIC = 3\n", r"rule.py:1: METRIC: write METRIC = Metric\(\.\.\.\)"),
    (RULE.replace('"weariness.rate"', '"trust.memory"'), "is declared twice; choose another name"),
    (RULE.replace('name="weariness"', 'name="trust"'), "MECHANISM: the name 'trust' is taken"),
    (RULE.replace('name="weariness"', 'name="My Rule"'), "use small letters, digits and _"),
    (RULE.replace('name="weariness"', 'name="don\'t"'), r"MECHANISM: name 'don't': use small"),
    (
        RULE.replace(
            'name="weariness"', "name=type('Name', (str,), {'__repr__': lambda _: 1})('A')"
        ),
        "name 'A': use small letters",
    ),
    (RULE.replace('"home"', '"hoem"'), "no stage 'hoem'; did you mean 'home'"),
    (RULE.replace("update=update", "update=3"), "MECHANISM: 3 is no function"),
    (MOVE.replace("code=20", "code=9"), "code 9 is that of provoke; 16 is free"),
    (
        MOVE.replace("i: int, j: int, now: float) -> bool", "i: int, j: int) -> bool"),
        r"takes \(w, i, j, now\)",
    ),
    ("MOVE = 3\n", r"rule.py:1: MOVE: write MOVE = Act\(\.\.\.\)"),
    (RULE.replace('("tension",)', '("tensio",)'), "no variable; did you mean 'tension'"),
    (RULE.replace('("tension",)', "3"), r"MECHANISM: reads: expected tuple\[str, ...\], not int"),
    (RULE.replace("high=1.0", "high=object()"), r"METRIC: high: expected float | None, not object"),
    (RULE.replace("bounds=(0.0, 1.0)", "bounds=3"), r"rule.py:\d+: TypeError"),
    (RULE.replace("update=update", "update=int"), "no function of a rule|is not compiled"),
    (MOVE.replace("cost=COST", "cost=lambda: 1"), "MOVE: cost: expected int, not function"),
    (RULE + "'", r"rule\.py:\d+:1: this is not valid Python"),
    (RULE.replace("def update(w:", "def update(world:"), r"update: takes \(w\) or \(w, luck\)"),
    (RULE.replace("arguments=(),", 'arguments=("k",),'), "METRIC: arguments are"),
    (RULE.replace("lambda seen, words:", "lambda seen:"), "METRIC: series takes two arguments"),
    (TERM.replace("def value(w, i)", "def value(w)"), "value: takes 2 arguments, not 1"),
    (TERM.replace("per_commitment(w, i, j)", "per_commitment(w)"), "takes 3 arguments, not 1"),
    (TERM.replace('"honour"', '"access"'), "is declared twice"),
]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    text: str, message: str, tmp_path: Path
) -> None:
    before = [list(table) for table in admission._TABLES]
    with pytest.raises(UserError, match=message) as told:
        admit(tmp_path, text)
    assert re.match(r".*rule\.py:\d+", str(told.value))
    assert [list(table) for table in admission._TABLES] == before
    assert len(admit(tmp_path, RULE)[0]) == len(MODULES) + 1  # mended, it is taken


@pytest.mark.usefixtures("fresh")
def test_a_function_that_is_not_compiled_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "numba", SimpleNamespace(config=SimpleNamespace(DISABLE_JIT=0)))
    with pytest.raises(UserError, match="update: is not compiled; put @njit"):
        admit(tmp_path, NOT_NJIT)


@pytest.mark.usefixtures("fresh")
def test_what_numba_cannot_compile_is_told_with_its_place(tmp_path: Path) -> None:
    text = RULE.replace("mean = 0.0", 'mean = w.V["weariness", i]')
    rules, _, _ = admit(tmp_path, text)
    module = next(module for rule, module in rules if rule.name == "weariness")
    update = module.update

    @njit
    def step(w: SimpleNamespace) -> None:
        update(w)

    v = np.zeros((declarations.STATE_FIELDS["weariness"].row + 1, 2))
    blocks = outside.import_module("sim.types").Blocks(np.zeros((99, 2, 2)), v, v, v, v[0], 2)
    with pytest.raises((NumbaError, IndexError)) as told:
        step(blocks)
    line = text.splitlines().index('        mean = w.V["weariness", i]') + 1
    assert f"rule.py:{line}: " in (outside.explained(told.value) or "")


@pytest.mark.usefixtures("fresh")
def test_a_term_from_outside_stands_after_those_of_the_package(tmp_path: Path) -> None:
    _, _, terms = admit(tmp_path, TERM)
    assert [term.name for term, _ in terms] == [*names.TERMS, "honour"]
    assert {"honour.weight"} <= declarations.PARAMS.keys()
    assert {"weight_honour"} <= declarations.STATE_FIELDS.keys()


@pytest.mark.parametrize("name", ["acts", "load", "mechanisms"])
def test_a_change_with_the_name_of_a_shared_function_is_refused(name: str) -> None:
    text = codegen.rules_source()
    codegen.check_names(text)
    with pytest.raises(UserError, match=f"{name}.*another name"):
        codegen.check_names(f"{text}\n\ndef {name}(w, i, j, x0, x1):\n    return 0.0\n")


@pytest.mark.usefixtures("fresh")
def test_a_figure_from_outside_is_a_kind(tmp_path: Path) -> None:
    admit(tmp_path, block("spread_plot.py"))
    assert find_kinds(["spread"], "run")[0].draw.__self__.help.startswith("How strong")  # type: ignore[attr-defined]
    assert "spread" in all_kinds()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"spread"', '"network"'), "the name 'network' is taken"),
        (lambda text: text.replace("(result, *, page)", "(result)"), "draw_spread: takes"),
        (lambda _: "FIGURE = 3\n", r"rule.py:1: FIGURE: write FIGURE = Kind\(\.\.\.\)"),
    ],
)
def test_a_figure_that_is_none_is_told(
    change: Callable[[str], str], message: str, tmp_path: Path
) -> None:
    def use() -> None:
        admit(tmp_path, change(block("spread_plot.py")))
        all_kinds()

    with pytest.raises(UserError, match=message):
        use()


@pytest.mark.usefixtures("fresh")
def test_installed_packages_add_rules_by_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tired_package.py").write_text(RULE)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("weary", "tired_package", outside.GROUP)
    monkeypatch.setattr(outside, "entry_points", lambda group: [point] * (group == outside.GROUP))
    rules, _, _ = admission.admitted(MODULES, MOVES, TERMS)
    assert "weariness" in [rule.name for rule, _ in rules]
    (fact,) = outside.facts()
    assert fact["name"] == "weary"
    assert fact["path"] == str(tmp_path / "tired_package.py")
    assert outside.sent() == []


@pytest.mark.usefixtures("fresh")
def test_a_package_without_its_module_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("weary", "no_such_package.rule", outside.GROUP)
    monkeypatch.setattr(outside, "entry_points", lambda group: [point] * (group == outside.GROUP))
    with pytest.raises(UserError, match=r"rule 'weary' of a package \(no_such_package.rule"):
        admission.admitted(MODULES, MOVES, TERMS)


def test_rules_that_come_too_late_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="at the start, by --with FILE, or in Python"):
        outside.use_rules(folder / "weariness.py")


# --- like the package's own -----------------------------------------------------------------------
LOOK = """
import json, sys
import sim
scenario, rules, switch = sys.argv[1:]
results = sim.run(scenario, rules=rules.split(), trust=True, runs=3, seed=4,
                  set=["synthetic.states=6"] + switch.split(), quarters=3)
from sim.rules import outside
from sim.drivers.starts import draw
from sim.scenario.world import World
spec = sim.load_scenario("synthetic", overrides=["synthetic.states=6"])
world = World(spec)
keys = [number.key for number in world.uncertain]
drawn = [draw(world, 4, run)[keys.index("parameters.weariness.rate")] for run in range(3)
         if "parameters.weariness.rate" in keys]
record = results.record
print(json.dumps({
    "tension": float(record.dyad("tension", *record.dyads[0]).sum()),
    "moves": record.moves[["run", "tick", "mover", "partner", "kind", "after"]].tolist(),
    "states": [record.state(x).tolist() for x in record.state_fields if x != "weariness"],
    "weary": float(record.state("weariness")[:, -1].mean()) if drawn else None,
    "drawn": drawn, "id": results.run_id,
    "facts": outside.facts(),
}))
"""


def look(folder: Path, scenario: str, rules: str, switch: str = "") -> dict[str, object]:
    told = call(folder, scenario, rules, switch, code=LOOK)
    assert told.returncode == 0, told.stderr
    found: dict[str, object] = json.loads(told.stdout)
    return found


def test_a_rule_acts_is_drawn_and_switched_off_leaves_no_trace(folder: Path) -> None:
    (folder / "honour.py").write_text(TERM)
    without, on = look(folder, "synthetic", ""), look(folder, "tired.yaml", "")
    off = look(
        folder, "synthetic", "weariness.py honour.py", "mechanisms.weariness=off terms.honour=off"
    )
    assert len(set(on["drawn"])) == 3  # type: ignore[call-overload]
    assert on["weary"] > 0 == off["weary"]  # type: ignore[operator]
    assert on["tension"] < without["tension"]  # type: ignore[operator]
    for what in ("tension", "moves", "states"):
        assert off[what] == without[what], what
    assert len({without["id"], on["id"], off["id"]}) == 3  # type: ignore[arg-type]
    (fact,) = on["facts"]  # type: ignore[misc]
    assert fact["path"] == str(folder / "weariness.py")


def test_a_move_from_outside_is_made_and_told(folder: Path) -> None:
    (folder / "snub.py").write_text(MOVE)
    words = ("run", "synthetic", "--with", "snub.py", *SMALL, "--runs", "1", "--no-figures")
    told = call(folder, *words, "--no-answer", "--out", "made")
    assert told.returncode == 0, told.stderr
    table = pq.read_table(folder / "made" / "moves.parquet").to_pydict()
    assert table["kind"].count("snub") > 0.9 * len(table["kind"]) > 0
    with pytest.raises(UserError, match="a kind 'snub' that no rule in use declares; add --with"):
        _ = Results.load(folder / "made").record.moves


def test_a_scenario_runs_no_file_unless_it_is_trusted(folder: Path) -> None:
    rule = folder / "weariness.py"
    rule.write_text(rule.read_text() + "\nfrom pathlib import Path\nPath('ran').touch()\n")
    told = refused(folder, "run", "tired.yaml", *SMALL)
    assert told.startswith("tired.yaml:5:9: rules: would run the code of weariness.py")
    assert "--trust" in told
    assert not (folder / "ran").exists()
    few = ("--runs", "2", "--no-figures", "--no-answer")
    words = ("run", "tired.yaml", *SMALL, *few, "--out", "made")
    told_ran = call(folder, *words, "--trust")
    assert told_ran.returncode == 0, told_ran.stderr
    assert (folder / "ran").exists()
    manifest = json.loads((folder / "made" / "manifest.json").read_text())
    (fact,) = manifest["outside_rules"]
    assert fact == {"name": "weariness", "path": str(rule), "sha256": fact["sha256"]}
    assert len(fact["sha256"]) == 64
    assert call(folder, "validate", "tired.yaml", "--with", "weariness.py").returncode == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("rules: [../weariness.py]", "is outside the folder of the scenario"),
        ("rules: [wearyness.py]", "no such file 'wearyness.py'; did you mean 'weariness.py'?"),
        ("rules: [tired.yaml]", "expected the path of a .py file"),
        ("rules: weariness.py", "expected a list"),
        ("mechanisms: [weariness.py, 3]", "mechanisms"),
    ],
)
def test_what_is_wrong_with_the_files_of_a_scenario_is_told(
    change: str, message: str, folder: Path
) -> None:
    from sim.scenario import load_scenario

    path = folder / "tired.yaml"
    path.write_text(path.read_text().replace("rules: [weariness.py]", change))
    with pytest.raises(UserError, match=re.escape(message)):
        load_scenario(path)


def test_with_and_without_in_pairs(folder: Path) -> None:
    path = folder / "tired.yaml"
    path.write_text(path.read_text().replace("rules: [", "mechanisms: ["))  # the same by a list
    asked = ("--arms", "base,tireless", "--metric", "strain()", "--metric", "tension(ALL, ALL)")
    words = (*SMALL, "--runs", "2", "--no-figures", "--json", "--out", "made")
    told = call(folder, "compare", "tired.yaml", "--trust", *asked, *words)
    assert told.returncode == 0, told.stderr
    strain, tension = json.loads(told.stdout)["arms"][0]["metrics"]
    assert strain["effect"]["difference"] == pytest.approx(-strain["effect"]["reference"])
    assert tension["effect"]["difference"] > 0


def test_a_sweep_goes_on_with_the_same_rules_alone(folder: Path) -> None:
    axes = ("--vary", "mechanisms.weariness=on,off", "--metric", "strain()", "--runs", "1")
    words = (*axes, "--quarters", "2", "--set", "synthetic.states=6", "--executor", "local:2")
    with_rule = ("--with", "weariness.py")
    told = call(folder, "sweep", "synthetic", *words, "--out", "swept", *with_rule, "--json")
    assert told.returncode == 0, told.stderr
    assert [metric["high"] > 0 for metric in json.loads(told.stdout)["metrics"]] == [True]
    resumed = ("sweep", "--resume", "swept", "--executor", "local:1")
    assert call(folder, *resumed, *with_rule).returncode == 0
    assert "it was made with --with" in refused(folder, *resumed)
    (folder / "weariness.py").write_text(RULE.replace("/ (w.n - 1)", "/ w.n"))
    assert "the code changed since the sweep began" in refused(folder, *resumed, *with_rule)


WHAT = """
import sys
import sim
sim.use_rules("weariness.py")
from sim.kernel import identity
from sim.study.sweep.plan import code_version
from sim import kernel
print(identity.source_hash(), kernel.entries().simulate._cache.name, code_version())
"""


def test_kernels_are_kept_by_what_the_rule_means(folder: Path) -> None:
    def kept(text: str) -> list[str]:
        (folder / "weariness.py").write_text(text)
        told = call(folder, code=WHAT, NUMBA_DISABLE_JIT="0")
        assert told.returncode == 0, told.stderr
        return told.stdout.split()

    first, same = kept(RULE), kept(RULE.replace('"""Tire, and let go', '"""Tire and let go'))
    other = kept(RULE.replace("/ (w.n - 1)", "/ w.n"))
    assert first[:2] == same[:2]
    assert first[2] != same[2]  # a sweep refuses whatever has changed in the file
    assert not set(first) & set(other)


SEND = """
import sys, pickle, subprocess
import sim
sim.use_rules("weariness.py")
import sim.rules.catalogue
from sim.rules import outside
text = pickle.dumps((outside.sent(), "sim.commands.names:rows", "mechanisms"))
code = "import pickle, sys; from sim.rules import outside; " + sys.argv[1] + (
    "print(outside.call(*pickle.load(sys.stdin.buffer)))")
done = subprocess.run([sys.executable, "-c", code], input=text, cwd="/", capture_output=True)
print(done.stdout.decode(), done.stderr.decode())
"""


def test_a_worker_gets_the_rules_before_it_uses_the_model(folder: Path) -> None:
    told = call(folder, "", code=SEND)
    assert "tension that lasts tires" in told.stdout
    told = call(folder, "import sim.rules.catalogue; ", code=SEND)
    assert "UserError" in told.stdout


def test_every_command_takes_rules() -> None:
    from typer.main import get_command

    from sim import cli

    for name, command in get_command(cli.app).commands.items():  # type: ignore[attr-defined]
        given = {word for param in command.params for word in param.opts}
        assert {"--with", "--trust"} <= given, name


ALONE = """
import sys
import numpy as np
from sim.rules import outside
outside.use_rules(sys.argv[1])
from sim.rules import catalogue as names
from sim.types import Blocks

def world(n=6):
    draw = np.random.default_rng(1).random
    tables = names.DYAD_FIELDS, names.STATE_FIELDS, names.COLLECTIVE_FIELDS, names.PARAMS
    m, v, g, p = map(len, tables)
    return Blocks(draw((m, n, n)), draw((v, n)), draw((g, 4)), draw((4, n)), draw(p), n)

update, start, plain, compiled = names.MECHANISMS["weariness"].update, world(), world(), world()
update.py_func(plain)
update(compiled)
assert update.signatures
assert not np.array_equal(plain.M, start.M) and not np.array_equal(plain.V, start.V)
assert np.array_equal(plain.M, compiled.M) and np.array_equal(plain.V, compiled.V)
"""


def test_a_rule_compiles(folder: Path) -> None:
    told = call(folder, "weariness.py", code=ALONE, NUMBA_DISABLE_JIT="0")
    assert told.returncode == 0, told.stderr


@pytest.mark.slow
def test_a_rule_is_compiled_with_the_rest(folder: Path) -> None:
    words = ("run", "tired.yaml", "--trust", *SMALL, "--runs", "2", "--no-figures", "--json")
    plain = call(folder, *words, "--out", "plain")
    compiled = call(folder, *words, "--out", "compiled", NUMBA_DISABLE_JIT="0")
    assert compiled.returncode == 0, compiled.stderr
    made = [folder / place / "manifest.json" for place in ("plain", "compiled")]
    one, other = (json.loads(path.read_text()) for path in made)
    assert plain.returncode == 0
    assert one["outside_rules"] == other["outside_rules"]
    assert one["files"]["states.parquet"]["sha256"] == other["files"]["states.parquet"]["sha256"]

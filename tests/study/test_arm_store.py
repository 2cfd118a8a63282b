from __future__ import annotations

import ast
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sim.cli import app
from sim.compiled import kernel_cache
from sim.drivers.ensemble import recorded_pairs, run_ensemble
from sim.errors import Notice
from sim.measure.language import BoundMetric, Scope, parse_metric
from sim.measure.observed import Observed
from sim.record.results import Results
from sim.scenario import ScenarioSpec, load_arms, load_scenario
from sim.study import arm_store, arms
from sim.study.answer import Answer, ask, find_question
from sim.study.arm_store import (
    Arm,
    Lacking,
    Place,
    at_rest,
    fresh,
    nothing_new,
    series_of,
    values_of,
)
from sim.study.arms import MOVES, simulate_arms
from sim.study.claim_tests import evaluate_claims
from sim.study.compare import compare
from sim.study.motives import motives
from sim.study.null import null
from sim.study.usual import usual
from tests.inline_scenario import TEXT

CLAIM = """
claims:
  one:
    text: The pact raises the alignment.
    arms: [base, no_pact]
    metric: alignment(CCC, AAA)
    direction: higher
"""
OVER = """
format: 1
extends: six.yaml
arms:
  no_pact: {pacts: {old: off}}
"""
RUNS = 12


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "six.yaml").write_text(TEXT)
    path = tmp_path / "over.yaml"
    path.write_text(OVER)
    return path


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of runs that were simulated, in an empty store."""
    monkeypatch.setenv("MULTIPOLAR_ARMS_MB", "1024")
    found: list[int] = []

    def counted(spec: ScenarioSpec, **options: Any) -> Any:
        found.append(options["runs"])
        return run_ensemble(spec, **options)

    monkeypatch.setattr(arms, "run_ensemble", counted)
    return found


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for arms alone: kernels stay where they are."""
    place = tmp_path / "cache" / "arms"
    usual_places = kernel_cache.places

    def places(shelf: kernel_cache.Shelf = kernel_cache.KERNELS) -> Iterator[kernel_cache.Place]:
        if shelf is kernel_cache.ARMS:
            yield kernel_cache.Place(place, private=False)
        else:
            yield from usual_places(shelf)

    monkeypatch.setattr(kernel_cache, "places", places)
    return place


def metric(spec: ScenarioSpec, text: str) -> BoundMetric:
    return parse_metric(text).bind(Scope.of(spec))


def measured(
    spec: ScenarioSpec, *texts: str, runs: int = RUNS, seed: int = 1
) -> list[np.ndarray[Any, Any]]:
    """Values and series of metrics, and the moves."""
    bound = [metric(spec, text) for text in texts]
    measures = [*map(values_of, bound), *map(series_of, bound), MOVES]
    (arm,) = simulate_arms({"x": spec}, {"x": measures}, runs=runs, seed=seed)
    assert arm.runs == runs
    return [arm[one] for one in measures]


def same(one: list[np.ndarray[Any, Any]], other: list[np.ndarray[Any, Any]]) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


TEXTS = ("alignment(CCC, AAA)", "poles()", "threat(EEE) @ end - threat(EEE) @ start")


def test_what_is_kept_is_the_same_to_the_last_bit(file: Path, simulated: list[int]) -> None:
    spec = load_scenario(file)
    first = measured(spec, *TEXTS)
    assert simulated == [RUNS]
    assert same(first, measured(spec, *TEXTS))
    assert same(first[:1], measured(spec, TEXTS[0])[:1])
    assert simulated == [RUNS]
    with fresh():
        assert same(first, measured(spec, *TEXTS))
        assert simulated == [RUNS, RUNS]
        measured(spec, *TEXTS)  # of this very block
    assert simulated == [RUNS, RUNS]


def test_batches_and_later_runs_are_those_of_one_ensemble(
    file: Path, simulated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load_scenario(file)
    monkeypatch.setattr(arms, "_FIRST", 5)
    monkeypatch.setattr(arms, "_AT_ONCE", 1)
    few = measured(spec, *TEXTS, runs=7)
    assert simulated == [5, 2]
    more = measured(spec, *TEXTS, runs=RUNS)
    assert simulated == [5, 2, 5]  # only those that were lacking
    assert same(few, [array[:7] for array in more])
    assert same(few, measured(spec, *TEXTS, runs=7))
    assert len(simulated) == 3
    bound = [metric(spec, text) for text in TEXTS]
    pairs = sorted({pair for one in bound for pair in one.pairs})
    seen = Observed(run_ensemble(spec, runs=RUNS, seed=1, extra_pairs=pairs))
    whole = [one.values(seen) for one in bound] + [one.series(seen) for one in bound]
    assert same([*whole, MOVES.take(seen)], more)


def test_another_metric_is_added(file: Path, simulated: list[int], shelf: Path) -> None:
    spec = load_scenario(file)
    measured(spec, TEXTS[0])
    measured(spec, TEXTS[1])
    assert len(simulated) == 2
    measured(spec, *TEXTS[:2])
    assert len(simulated) == 2
    assert len([*shelf.glob("*.arm")]) == 1


def test_the_key_is_what_is_said(file: Path, tmp_path: Path, simulated: list[int]) -> None:
    def ask_again(text: str = TEXT, **options: Any) -> int:
        (tmp_path / "six.yaml").write_text(text)
        seed = options.pop("seed", 1)
        before = len(simulated)
        measured(load_scenario(file, **options), TEXTS[0], seed=seed)
        return len(simulated) - before

    assert ask_again() == 1
    title = next(line for line in TEXT.splitlines() if line.startswith("title:"))
    assert ask_again(TEXT.replace(title, "title: Another")) == 0
    assert ask_again(f"# a comment\n{TEXT}") == 0
    assert ask_again(overrides=("security.weight=3",)) == 1
    assert ask_again(overrides=("security.weight=3",)) == 0
    assert ask_again(quarters=5) == 1
    assert ask_again(seed=2) == 1
    assert ask_again(arm="no_pact") == 1
    assert ask_again() == 0


def test_the_key_has_the_code(
    file: Path, simulated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load_scenario(file)
    measured(spec, TEXTS[0])
    for name in ("source_hash", "_code"):
        with monkeypatch.context() as patch:
            patch.setattr(arm_store, name, lambda: "another rule")
            before = len(simulated)
            measured(spec, TEXTS[0])
            assert len(simulated) == before + 1
    measured(spec, TEXTS[0])
    assert len(simulated) == 3


#: What else is reached from there: known by the hash of the rules, or of no bearing on a number.
APART = (
    "sim.rules.admission",
    "sim.rules.codegen",
    "sim.rules.decisions",
    "sim.errors",
    "sim.record.exports",
    "sim.rules.state_variables",
    "sim.system.files",
    "sim.record.folders",
    "sim.system.inputs",
    "sim.compiled.jit",
    "sim.compiled.kernel_cache",
    "sim.kernel",
    "sim.system.machine",
    "sim.record.manifests",
    "sim.compiled.mathx",
    "sim.compiled.fingerprint",
    "sim.rules.mechanisms",
    "sim.rules.outside",
    "sim.rules.priors",
    "sim.rules.declarations",
    "sim.system.capacity",
    "sim.system.progress",
    "sim.scenario",
    "sim.measure.summary",
    "sim.system.terminal",
    "sim.rules.catalogue",
    "sim.study.answer",
    "sim.study.claim_specs",
    "sim.study.comparison",
    "sim.statistics.paired",
    "sim.words.of_metrics",
    "sim.words.of_decisions",
    "sim.record.table_folders",
    "sim.study.usual",
    "sim.study.verdicts",
)


def reached(name: str) -> Iterator[str]:
    """Modules of the package that a module imports to run."""
    tree = ast.parse(found_in(name).read_text())
    apart = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
            for alias in node.names if id(node) not in apart else ():
                inner = f"{node.module}.{alias.name}"
                yield inner if found_in(inner).is_file() else str(node.module)


def found_in(name: str) -> Path:
    path = Path(arm_store.__file__).parents[2] / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def test_no_module_that_bears_on_a_number_is_forgotten() -> None:
    files = {path for _, path in arm_store.bearing()}
    assert len(files) >= len(arm_store.BEARING)
    waiting = ["sim.drivers.ensemble", "sim.study.arms", "sim.measure.language"]
    for name in waiting:
        if name == "sim" or any(name == it or name.startswith(f"{it}.") for it in APART):
            continue
        assert found_in(name) in files, name
        waiting += [other for other in {*reached(name)} if other not in waiting]


def test_what_is_written_otherwise_is_one_metric(file: Path) -> None:
    spec = load_scenario(file)
    one, other = (metric(spec, text) for text in ("threat(CCC)", "threat( CCC )"))
    assert values_of(one).name == values_of(other).name
    assert values_of(one).name != values_of(metric(spec, "threat(CCC) @ start")).name
    assert values_of(one).name != values_of(metric(spec, "threat(CCC, AAA)")).name
    assert values_of(one).name != at_rest(values_of(one)).name


def told_and_mended(
    harm: Callable[[Path], None], file: Path, simulated: list[int], shelf: Path
) -> None:
    """What is kept is harmed: that is told, and it is simulated again and kept as it was."""
    spec = load_scenario(file)
    first = measured(spec, *TEXTS)
    (path,) = shelf.glob("*.arm")
    data = path.read_bytes()
    harm(path)
    with pytest.warns(Notice, match="is damaged and is made anew"):
        assert same(first, measured(spec, *TEXTS))
    assert len(simulated) == 2
    assert path.read_bytes() == data


@pytest.mark.parametrize("damage", ["short", "bit", "empty"])
def test_damage_is_told_and_mended(
    damage: str, file: Path, simulated: list[int], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(
            {"short": data[:-9], "bit": data[:-1] + bytes([data[-1] ^ 1]), "empty": b""}[damage]
        )

    monkeypatch.setattr(kernel_cache, "_told", set())
    told_and_mended(cut, file, simulated, shelf)


def test_a_right_seal_on_nonsense_is_no_arm() -> None:
    for data in (b"", b"12345678", (4).to_bytes(8, "little") + b"null", b"\xff" * 40):
        assert arm_store._unpacked(data) is None
    array = '{"a": ["<f8", [2], 0]}}'
    for head in ("[" * 99_999, '{"runs": 1e999, "arrays": {}}', '{"runs": 3, "arrays": ' + array):
        data = head.encode() + b" " * (-len(head) % 8)
        assert arm_store._unpacked(len(data).to_bytes(8, "little") + data + bytes(16)) is None
    arm = Arm(2, {"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int8)})
    again = arm_store._unpacked(arm_store._packed(arm))
    assert again is not None
    assert {name: x.tolist() for name, x in again.arrays.items()} == {
        name: x.tolist() for name, x in arm.arrays.items()
    }


@pytest.mark.parametrize(
    "other",
    [
        lambda array: np.stack([array, array], axis=1),
        lambda array: array[..., 0] if array.ndim > 1 else array[:, None],
        lambda array: array[:, :-1] if array.ndim > 1 else array.astype("S8"),
        lambda array: array.astype(np.complex128),
    ],
)
def test_a_right_seal_on_arrays_of_other_shape_is_damage(
    other: Any, file: Path, simulated: list[int], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forge(path: Path) -> None:
        arm = arm_store._unpacked(kernel_cache.read(path.stem, kernel_cache.ARMS) or b"")
        assert arm is not None
        forged = Arm(arm.runs, {name: other(array) for name, array in arm.arrays.items()})
        kernel_cache.write(path.stem, arm_store._packed(forged), kernel_cache.ARMS)

    monkeypatch.setattr(kernel_cache, "_told", set())
    told_and_mended(forge, file, simulated, shelf)


def test_the_oldest_go_when_it_is_full(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTIPOLAR_ARMS_MB", "1")
    for number in range(5):
        kernel_cache.write(f"key{number}-1", bytes(300_000), kernel_cache.ARMS)
        time.sleep(0.02)
        if number == 2:
            assert kernel_cache.read("key0-1", kernel_cache.ARMS) is not None  # in use again
            time.sleep(0.02)
    assert sorted(path.stem for path in shelf.glob("*.arm")) == ["key0-1", "key3-1", "key4-1"]


def test_nothing_is_kept_without_room(
    file: Path, simulated: list[int], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIPOLAR_ARMS_MB", "0")
    spec = load_scenario(file)
    assert same(measured(spec, *TEXTS), measured(spec, *TEXTS))
    assert len(simulated) == 2
    assert not shelf.exists()


def test_two_writers(file: Path, simulated: list[int], shelf: Path) -> None:
    spec = load_scenario(file)
    place = Place(spec, 1)
    parts = [Arm(3, {f"m{k}": np.full((3, 4), float(k))}) for k in range(8)]
    threads = [threading.Thread(target=place.keep, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (path,) = shelf.glob("*")  # no scratch is left
    data = kernel_cache.read(path.stem, kernel_cache.ARMS)
    assert data is not None
    arm = arm_store._unpacked(data)
    assert arm is not None
    for name, array in arm.arrays.items():
        assert (array == float(name[1:])).all()


# --- commands share it ---------------------------------------------------------------------------
def called(*words: str) -> Result:
    """What a command printed."""
    found = CliRunner().invoke(app, words, catch_exceptions=False)
    assert found.exit_code == 0, found.stderr
    return found


def answer_pairs(file: Path) -> tuple[tuple[str, str], ...]:
    found = find_question(file)
    assert found is not None
    return found[1].pairs


def answer_of(file: Path) -> Answer:
    found = find_question(file)
    assert found is not None
    return ask(*found, runs=RUNS, seed=3, others=lambda: usual(file, found[0]["base"], (), None))


def test_a_comparison_serves_the_claims_the_answer_and_the_null(
    file: Path, simulated: list[int]
) -> None:
    file.write_text(OVER + CLAIM)
    first = compare(file, runs=RUNS, seed=3, arms=["no_pact"])
    assert simulated == [RUNS, RUNS]
    report = evaluate_claims([file], runs=RUNS, seed=3)
    assert len(simulated) == 2
    answer = answer_of(file)
    own = len(simulated) - 2
    assert own == 6 + 2  # random choice
    assert answer_of(file).to_dict() == answer.to_dict()
    assert len(simulated) == 2 + own
    found = null(file, nulls=["no_terms", "persistence"], runs=RUNS, seed=3)
    before = len(simulated)
    again = null(file, nulls=["no_terms", "persistence"], runs=RUNS, seed=3)
    assert len(simulated) == before
    assert again.to_dict() == found.to_dict()
    with fresh():
        anew = compare(file, runs=RUNS, seed=3, arms=["no_pact"])
        assert asdict(evaluate_claims([file], runs=RUNS, seed=3).verdicts[0]) == asdict(
            report.verdicts[0]
        )
    assert len(simulated) == before + 2
    hits = compare(file, runs=RUNS, seed=3, arms=["no_pact"])
    for one in (anew, hits):
        assert json.dumps(one.to_dict()["arms"]) == json.dumps(first.to_dict()["arms"])
        assert all(one.values[arm].tobytes() == first.values[arm].tobytes() for arm in first.values)


def test_motives_are_counted_once(file: Path, simulated: list[int]) -> None:
    spec = load_scenario(file)
    first = motives(spec, state="CCC", runs=RUNS)
    assert motives(spec, state="CCC", runs=RUNS) == first
    assert simulated == [RUNS]
    assert motives(spec, dyad="AAA-CCC", runs=RUNS) != first
    assert len(simulated) == 2


def test_what_is_lacking_is_not_simulated_where_nothing_new_is_wanted(
    file: Path, simulated: list[int]
) -> None:
    spec = load_scenario(file)
    with nothing_new(), pytest.raises(Lacking, match="the arm base has not been simulated yet"):
        measured(spec, TEXTS[0])
    first = measured(spec, TEXTS[0])
    with nothing_new():
        assert same(first, measured(spec, TEXTS[0]))
    assert simulated == [RUNS]


def test_a_run_serves_a_comparison(file: Path, tmp_path: Path, simulated: list[int]) -> None:
    common = [str(file), "--runs", "6", "--seed", "3", "-q", "--no-figures"]
    called("run", *common, "--out", str(tmp_path / "run"))
    assert len(simulated) == 1 + 6 + 2  # the other arm, and both under random choice
    called("compare", *common, "--out", str(tmp_path / "compared"))
    called("report", str(tmp_path / "run"), "-q")
    assert len(simulated) == 1 + 6 + 2
    saved = Results.load(tmp_path / "run").record
    assert saved.dyads == recorded_pairs(load_scenario(file), answer_pairs(file))
    told = json.loads((tmp_path / "run" / "answer.json").read_text())
    assert told == json.loads((tmp_path / "compared" / "answer.json").read_text())


def test_a_comparison_begins_with_the_arms_of_the_question(file: Path, tmp_path: Path) -> None:
    file.write_text(OVER + "  other: {pacts: {old: off}}\nanswer: {arms: [base, other]}\n")
    options = [str(file), "--runs", "2", "--no-figures", "--out", str(tmp_path / "compared")]
    said = called("compare", *options, "--json")
    assert [arm["name"] for arm in json.loads(said.stdout)["arms"]] == ["other"]
    assert "Compared: other against base, as the question names them; --arms all" in said.stderr
    every = len(load_arms(file)) - 1
    for words in (["--arms", "all"], ["--all"]):
        said = called("compare", *options, "--json", "-q", *words)
        assert len(json.loads(said.stdout)["arms"]) == every

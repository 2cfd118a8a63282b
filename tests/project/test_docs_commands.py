"""Every command that the documentation shows is run, and every value of an option is tried.

Commands are run in this process in a folder of their own. What the front page shows is run whole,
with few runs and quarters; elsewhere, and where it cannot be small, a command is stopped as Ctrl-C
would when it has looked up all that is asked and begins to simulate.
"""

from __future__ import annotations

import gc
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from sim import cli
from tests.rules.test_outside import call
from tests.support_history import drawn, write

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "tutorial"),
]  # tests/project/test_tutorials.py runs tutorials, one step after the other
COMMANDS = get_command(cli.app).commands.values()
PARAMS = [param for command in COMMANDS for param in command.params]
OPTIONS = {word for param in PARAMS for word in (*param.opts, *param.secondary_opts)}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))

#: What makes a command small; the last of an option that is given twice counts.
SMALL = {
    "run": "--runs 2 --quarters 2 --no-figures",
    "compare": "--runs 2 --quarters 2 --no-figures",
    "claims": "--runs 2 --no-figures",
    "phase": "--points 2 --refine 0 --runs 1 --quarters 2 --no-figures",
    "sweep": "--runs 1 --executor local:1",
    "report": "--runs 2",
    "hindcast": "--origin 1975 --horizon 5 --models distance,logit --draws 5 --no-figures",
    "robust": "--runs 2",
    "discover": "--method cart",
    "null": "--runs 2",
    "estimate": "--train 1950:1955",
}
#: Where simulations begin, by module.
BEGINNINGS = {
    "sim.study.run": "run_ensemble",
    "sim.study.arms": "run_ensemble",
    "sim.study.laboratory.engine": "wait",
    "sim.show.report.gather": "gather",
}
#: Commands that begin to simulate by showing how far they are.
LARGE = ("sensitivity", "calibrate")
#: Commands that simulate.
SIMULATING = ("run", "compare", "null", "robust", "claims", "sweep", "report", *LARGE)
WHOLE = "README.md"
#: Commands that mean something without a word.
ALONE = ("list", "claims", "step", "compile", "metrics", "names", "app", "theory")
#: Commands that save something.
SAVING = ("run", "compare", "sweep", "phase", "discover", "plot", "hindcast")
#: What stands for something of the reader's.
OWN = (
    (r"results/(NAME|<id>|pact)|RESULTS", "results/NAME"),
    (r'"?\$SCRATCH/(\w+)(\.json)?"?', r"\1\2"),
    (r"\bFILE\b", "russia_dprk_pact"),
    (r"\{\.\.\.\}", "{name: Alpha, capability: 0.01, economy: 0.01, ideal_point: 0}"),
    (r"events\.NAME", "events.pressure_at_sea_2023"),
)
#: The command that an option of a page belongs to, by words of the option where that depends.
BASES = (
    ("docs/how-to/figures.md", "--kind differences", "plot results/COMPARE"),
    ("docs/how-to/figures.md", "--kind forest", "plot results/CLAIMS"),
    ("docs/how-to/figures.md", "--kind robust", ""),
    ("docs/how-to/figures.md", "--style", "plot results/NAME --kind polarity"),
    ("docs/how-to/figures.md", "", "plot results/NAME --kind plane"),
    ("docs/how-to/report.md", "--compare FOLDER", "report results/NAME --compare results/COMPARE"),
    ("docs/how-to/report.md", "--claims FOLDER", "report results/NAME --claims results/CLAIMS"),
    ("docs/how-to/report.md", "--sensitivity FOLDER", ""),
    ("docs/how-to/report.md", "--robust FOLDER", ""),
    ("docs/how-to/report.md", "--scenario FILE", "report results/NAME"),
    ("docs/how-to/report.md", "", "report results/NAME"),
    ("docs/how-to/sweep.md", "--executor tcp", ""),
    (
        "docs/how-to/sweep.md",
        "--sample",
        "sweep vietnam_bamboo --vary security.weight=2:9 --runs 1",
    ),
    ("docs/how-to/sweep.md", "security.weight=2:9:8", "sweep vietnam_bamboo"),
    ("docs/how-to/sweep.md", "security.weight=2:9", "sweep vietnam_bamboo --sample lhs:2"),
    ("docs/how-to/sweep.md", "--", "sweep vietnam_bamboo --vary mechanisms.trust=on,off"),
    ("docs/how-to/sweep.md", "events.NAME", "sweep vietnam_bamboo --arm sea_pressure"),
    ("docs/how-to/sweep.md", "", "sweep vietnam_bamboo"),
    ("docs/explanation/blocs.md", "", "blocs results/NAME --networks 1"),
    ("docs/scenarios/synthetic.md", "", "run synthetic --set synthetic.states=9"),
    ("docs/how-to/world.md", "", "world --year 1975 --data DATA --force -o world_1975.yaml"),
    ("docs/how-to/scope.md", "", "run vietnam_bamboo"),
    ("docs/how-to/overlays.md", "events.NAME", "sweep vietnam_bamboo --arm sea_pressure"),
    ("docs/how-to/overlays.md", "", "run vietnam_bamboo"),
)


@dataclass(frozen=True)
class Shown:
    """Something that a page shows."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def shown() -> Iterator[tuple[Shown, bool]]:
    """What stands in blocks of code, line by line, and between single backquotes (then True)."""
    for page in PAGES:
        name, fence, before = page.relative_to(ROOT).as_posix(), None, ""
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if line.startswith("```"):
                fence = line[3:].strip() if fence is None else None
            elif fence is None:
                for text in re.findall(r"`([^`]+)`", line):
                    yield Shown(name, number, text), True
            elif fence in ("sh", ""):
                joined = before + line
                before = joined[:-1] if joined.endswith("\\") else ""
                if not before:
                    yield Shown(name, number, joined), False
            elif found := re.match(r"# .*(multipolar .*)", line):
                yield Shown(name, number, found[1]), False


def commands() -> list[Shown]:
    """The commands of this program, each once, without the name of the program."""
    found: dict[str, Shown] = {}
    for place, _ in shown():
        for part in re.split(r"&&|\|\|", place.text):
            if one := re.match(r"\s*(?:\S*/)?multipolar (\w.*)", part):
                words = shlex.join(shlex.split(own(one[1]), comments=True))
                found.setdefault(words, Shown(place.page, place.line, words))
    return list(found.values())


def options() -> list[Shown]:
    """The options with a value, and the names with a value, that stand in texts and tables."""
    found = [place for place, inline in shown() if inline and " | " not in place.text]
    forms = r"--[\w-]+ \S|(security|states|relations|mechanisms|events|arm|synthetic)\b\S*=\S"
    return [place for place in found if re.match(forms, place.text)]


def own(text: str) -> str:
    for pattern, instead in OWN:
        text = re.sub(pattern, instead, text)
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, one_round: None) -> Path:
    """A folder with the files that the pages write, and a result of each kind."""
    place = tmp_path_factory.mktemp("reader")
    for page in PAGES:
        for block in re.findall(
            r"^```(?:yaml|csv|python)\n(.*?)^```", page.read_text(), re.M | re.S
        ):
            if found := re.match(r"# (\w+\.(?:yaml|csv|py))", block):
                (place / found[1]).write_text(block)
    write(drawn(last=1990), place / "DATA")
    with chdir(place):
        small = "russia_dprk_pact --runs 2 --no-figures --out"
        called(f"run {small} results/NAME")
        called(f"compare {small} results/COMPARE --arms base,no_pact")
        called(f"claims {small} results/CLAIMS")
        called(
            "sweep vietnam_bamboo --vary channels.arms.shares.VNM.RUS=.1:.6:7 "
            "--vary states.VNM.ideal_point=-1:1:3 --runs 1 --quarters 2 --out results/SWEEP "
            "--metric 'share(arms, VNM, RUS)' --metric 'hedging(VNM)'"
        )
        for copy in ("results/vietnam", "sweep", "FOLDER"):
            shutil.copytree("results/SWEEP", copy)
        shutil.copy(ROOT / "scenarios" / "vietnam_bamboo.yaml", "moved.yaml")
        write(drawn(n=12, last=1995), place / "DATA")
    return place


def called(text: str, code: int = 0) -> None:
    ran = CliRunner().invoke(cli.app, shlex.split(text))
    # of a sweep this small every point may have what is looked for, or none
    answered = "no region to find" in str(ran.exception)
    assert ran.exit_code == code or answered, f"{text}\n{ran.output}\n{ran.exception}"


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True, scope="module")
def without_collection() -> Iterator[None]:
    """Scenarios are many objects: looking for garbage among them takes a sixth of the time."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn, served, compiled anew, or removed from what is kept for all tests."""
    monkeypatch.setattr("sim.show.plots.style.save_figure", lambda *_, **__: [])
    monkeypatch.setattr("sim.kernel.warm.compile_all", lambda: None)
    monkeypatch.setattr("sim.compiled.kernel_cache.clear", list)
    monkeypatch.setattr("sim.show.app.server.serve", lambda *_, **__: None)
    for name in LARGE:
        monkeypatch.setattr(f"sim.commands.{name}.progress_bar", stop)


def stop_at_beginnings(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in BEGINNINGS.items():
        monkeypatch.setattr(import_module(module), name, stop)


@pytest.mark.parametrize("command", commands(), ids=str)
def test_every_command_runs(
    command: Shown, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, *words = shlex.split(command.text)
    if not words and name not in ALONE:
        words = ["--help"]
    if name == "run" and words[0].startswith("--runs"):
        words.insert(0, "synthetic")  # a row of a table, about several scenarios
    asks = "--help" in words or "--resume" in words or not words
    if "--resume" in words:
        words += ["--executor", "local:1"]
    elif not asks:
        words += shlex.split(SMALL.get(name, ""))
        words += ["--out", str(tmp_path / "made")] if name in SAVING else []
    if {"--with", "--trust"} & set(words):
        # a process has one set of rules: another one, with plain Python and a small world
        if name in ("run", "compare", "sweep"):
            words += shlex.split("--set synthetic.states=4 --quarters 1")
            words += ["--no-answer"] * (name == "run")
        told = call(folder, name, *words)
        assert told.returncode == 0, told.stderr
        return
    stopped = not asks and name in SIMULATING and (command.page != WHOLE or name in LARGE)
    if stopped:
        stop_at_beginnings(monkeypatch)
    with chdir(folder):
        called(shlex.join([name, *words]), 130 if stopped else 0)


@pytest.mark.parametrize("option", options(), ids=str)
def test_every_value_of_an_option_is_understood(
    option: Shown, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [(page, start, base) for page, start, base in BASES if option.page == page]
    base = next((base for _, start, base in known if option.text.startswith(start)), None)
    if base is None:
        assert option.text.split()[0] in OPTIONS
        return
    if not base:
        pytest.skip("needs what is not here: see test_sweep_cluster.py, test_report.py")
    words = shlex.split(f"{base} {SMALL.get(base.split()[0], '')}")
    if words[0] in SAVING:
        words += ["--out", str(tmp_path / "made")]
    if words[0] == "sweep":
        words += ["--metric", "poles()"]
    if "FOLDER" not in option.text:
        given = shlex.split(own(option.text))
        words += given if given[0].startswith("--") else ["--vary", given[0]]
    stop_at_beginnings(monkeypatch)
    with chdir(folder):
        called(shlex.join(words), 130 if words[0] in SIMULATING else 0)


def test_every_option_and_target_exists() -> None:
    """Options that stand alone, and what make and Python are asked for."""
    for place, inline in shown():
        if inline and (found := re.match(r"--[a-z][\w-]*", place.text)):
            assert found[0] in OPTIONS | {"--no-deps", "--help"}, place
        for target in re.findall(r"^make ([a-z-]+)", place.text):
            assert target in TARGETS, place
        for module in re.findall(r"python -m ((?:tools|benchmarks)\.\w+)", place.text):
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), place

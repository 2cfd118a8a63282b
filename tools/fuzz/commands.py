"""Target: whole command lines, by the options that commands declare, with odd values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.errors import UserError
from tools.fuzz.bench import Bench, Fault, Target, fault_of, target
from tools.fuzz.breaking import ODD_TEXT, broken_text
from tools.fuzz.seeds import FULL, WORLDS

LEFT_OUT = {
    "app",
    "compile",
    "calibrate",
    "discover",
    "sensitivity",
    "phase",
    "robust",
    "hindcast",
    "estimate",
    "list",
}
"""What serves for ever, clears the cache, or takes minutes; tables of years have a target."""
SKIPPED = {"help", "with_", "executor", "full"}
QUICK = {"runs": "2", "quarters": "2", "jobs": "1", "no_figures": None, "quiet": None}
"""Options that commands get where they have them, so that they are soon done."""
KNOWN: dict[str, list[str]] = {
    "file": ["full.yaml", "tables.yaml", "made.yaml", "saved", "nowhere", "."],
    "files": ["full.yaml", "tables.yaml", "states.csv", "trust=pairs.csv", "."],
    "folder": ["new", "saved", "compared", "full.yaml", "a/b"],
    "target": ["new.yaml", "a/new.yaml", "saved", "new.html"],
    "name": ["landscape", "balance", "shapley", "bargaining", "gravity", "trust", "poles"],
    "kind": ["all", "metrics", "parameters", "states", "pacts", "polarity", "network", "trajectories", "map"],
    "arm": ["base", "calm", "late"], "arms": ["base,calm", "all", "calm", "calm,late,base"],
    "metric": ["poles()", "trust(CCC, AAA)", "time_to(trust(CCC, AAA), .5)", "sum(capability(FRIENDS))"],
    "set_": ["security.weight=8", "events.shock=off", "states.AAA.capability=.1"],
    "vary": ["security.weight=2,8", "mechanisms.trust=on,off", "arm=base,calm"],
    "scope": ["all", "2", "AAA,BBB"], "state": ["CCC", "AAA"], "states": ["CCC", "AAA,BBB", "3"],
    "quarter": ["2022Q1", "start", "2021Q4"], "horizon": ["2022Q1..2022Q2", "end"], "form": ["csv", "matrix", "pajek", "gexf"],
    "formats": ["png", "svg", "png,svg"], "definition": ["ties", "defence"], "sample": ["lhs:2", "sobol:4", "morris:2"],
    "design": ["design.yaml"], "sizes": ["states.csv"], "propensities": ["pairs.csv"], "actors": ["states.csv"],
    "command": ["run", "compare", "blocs"], "resume": ["swept", "saved"], "extends": ["full.yaml"], "start": ["2021Q4"],
    "source": ["Mine"], "spread": ["20%"], "pair": ["CCC,AAA", "CCC-AAA"], "year": ["1975"], "data": ["."],
}  # fmt: skip


@target
def command() -> Target:
    """A command line that is valid, but for a value or two."""
    import typer.main

    from sim import cli, run
    from tests.support_command import call

    known: dict[str, Any] = dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]
    names = sorted(set(known) - LEFT_OUT)
    files = {name: text for world in WORLDS.values() for name, text in world.items()}
    files["design.yaml"] = (
        "format: 1\nscenario: full.yaml\nvary: {security.weight: [2, 8]}\nmetrics: ['poles()']\nruns: 1\n"
    )
    kept = Path("kept").resolve()
    run(FULL, runs=2, quarters=2).save(kept)
    saved = {
        str(path.relative_to(kept)): path.read_bytes() for path in kept.rglob("*") if path.is_file()
    }

    def value(bench: Bench, option: Any) -> str:
        usual = (
            ["1", "2"] if option.bare_type() in ("int", "float") else KNOWN.get(option.name, ["x"])
        )
        text = bench.rng.choice(usual)
        if bench.rng.random() > 0.2:
            return text
        if option.bare_type() == "Path" or option.name in (
            "extends",
            "files",
        ):  # nothing outside the folder
            return bench.rng.choice(
                [
                    "",
                    "new",
                    "x" * 300,
                    "saved/manifest.json",
                    "full.yaml/x",
                    "ü.yaml",
                    "[b]",
                    "a b",
                    "states.csv",
                ]
            )
        return bench.rng.choice(
            [bench.rng.choice(ODD_TEXT), broken_text(bench.rng, text, usual)]
        ).replace("\0", "")

    def run_one(bench: Bench) -> None:
        rng = bench.rng
        for name, text in files.items():
            bench.write(name, text)
        for name, data in saved.items():
            bench.write(f"saved/{name}", data)
        bench.given.clear()
        name = rng.choice(names)
        words, options = [name], [x for x in known[name].params if x.name not in SKIPPED]
        chosen = [x for x in options if x.param_type_name != "argument" and not x.required]
        chosen = rng.sample(chosen, k=min(len(chosen), rng.choice([0, 1, 2, 3])))
        for option in options:
            quick = option.name in QUICK and rng.random() < 0.95
            if option.param_type_name == "argument":
                words.append(value(bench, option))
            elif quick:
                words += [option.opts[0], *([x] if (x := QUICK[option.name]) is not None else [])]
            elif option in chosen or option.required:
                words += [option.opts[0], *([] if option.is_flag else [value(bench, option)])]
        bench.say("command.txt", repr(words))
        done = call(*words, folder=bench.folder)
        bench.say("said.txt", done.stdout + done.stderr)
        if done.returncode not in (0, 1, 2):
            raise Fault(f"exit code {done.returncode}")
        if done.returncode == 2:
            raise UserError(done.stderr)
        if done.returncode == 0 and (
            fault := fault_of(f"x{done.stdout}"[:9999] + done.stderr, lines=False, shown=True)
        ):
            raise Fault(fault)

    return run_one

"""Targets: scenario files with tables, overlays and arms, and what the command line lays over them."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import yaml

from tools.fuzz.bench import ROOT, Bench, Target, target
from tools.fuzz.breaking import (
    ODD_TEXT,
    broken_bytes,
    broken_cells,
    broken_file,
    broken_text,
    broken_tree,
)
from tools.fuzz.seeds import WORLDS

load = partial(yaml.load, Loader=yaml.CSafeLoader)
dump = partial(yaml.dump, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
PLAYED = 0.1
"""Share of accepted scenarios that are run, too."""


def broken_yaml(rng: random.Random, text: bytes, others: list[bytes]) -> bytes:
    """YAML broken in its bytes or in its tree, more often in one block that few files have."""
    if rng.random() < 0.3:
        return broken_bytes(rng, text, others)
    try:
        tree: Any = load(text)
    except yaml.YAMLError:
        return broken_bytes(rng, text, others)
    if isinstance(tree, dict) and tree and rng.random() < 0.7:
        key = rng.choice(list(tree))
        block = tree.pop(key)
        found = broken_tree(rng, {key: block}) if block else rng.choice(ODD_TEXT)
        tree.update(found if isinstance(found, dict) else {key: found})
    else:
        tree = broken_tree(rng, tree)
    return dump(tree).encode("utf-8", "surrogatepass")  # type: ignore[no-any-return]


def validate(path: Any, *overrides: str, play: bool = False) -> None:
    """All that `multipolar validate` and `describe` do, and perhaps a short run."""
    from sim import run
    from sim.scenario import load_arms, validate_scenario
    from sim.scenario.inventory import inventory, render
    from sim.study.answer import find_question
    from sim.study.claim_specs import read_claims

    spec = validate_scenario(path, overrides=overrides)
    read_claims(spec, path)
    find_question(path)
    found = inventory(spec, load_arms(path, overrides=overrides))
    found.counts(), found.to_dict(), render(found)
    if play and len(spec.states) < 100:
        run(path, runs=1, quarters=min(2, spec.quarters), set=overrides).summary()


@target
def scenario() -> Target:
    """A scenario with tables, a scope, parents, arms, claims: one of its files is broken."""
    files = {name: text.encode() for world in WORLDS.values() for name, text in world.items()}
    texts = [text for name, text in files.items() if name.endswith(".yaml")]

    def run(bench: Bench) -> None:
        rng = bench.rng
        main = rng.choice(list(WORLDS))
        victim = rng.choice(list(WORLDS[main]))
        for name in WORLDS[main]:
            broken = files[name]
            if name == victim:
                broken = (
                    broken_yaml(rng, broken, texts)
                    if name.endswith(".yaml")
                    else broken_file(rng, broken, name)
                )
            bench.write(name, broken)
        bench.lines = True
        validate(bench.folder / main, play=rng.random() < PLAYED)

    return run


@target
def loader() -> Target:
    """A file of the shipped scenarios and the tests, broken."""
    paths = [*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "tests/scenario").rglob("*.yaml")]
    small = [text for path in paths if len(text := path.read_bytes()) < 6000]
    sound = [path.read_bytes() for path in (ROOT / "scenarios").glob("*.yaml")]

    def run(bench: Bench) -> None:
        bench.lines = True
        validate(
            bench.write(
                "scenario.yaml",
                broken_yaml(bench.rng, bench.rng.choice(bench.rng.choice([small, sound])), small),
            )
        )

    return run


@target
def overlay() -> Target:
    """A small file over a scenario, with broken parts of it."""
    trees = {
        name: load(WORLDS[name][name])
        for name in ("full.yaml", "tables.yaml", "scoped.yaml", "made.yaml")
    }

    def run(bench: Bench) -> None:
        rng = bench.rng
        base = rng.choice(list(trees))
        tree = trees[rng.choice([base, base, *trees])]
        over = broken_tree(
            rng, {key: tree[key] for key in rng.sample(sorted(tree), k=min(3, len(tree)))}
        )
        over = over if isinstance(over, dict) else {}
        over["extends"] = rng.choice(
            [base, base, base, [base, base], base[:-5], "over.yaml", rng.choice(ODD_TEXT)]
        )
        for name, text in WORLDS[base].items():
            bench.write(name, text)
        bench.lines = True
        validate(bench.write("over.yaml", dump(over)), play=rng.random() < PLAYED)

    return run


@target
def table() -> Target:
    """Tables beside a scenario, in CSV or Parquet, cells, columns and types broken."""
    import io

    import pandas as pd

    from tools.fuzz.breaking import broken_table

    def run(bench: Bench) -> None:
        rng = bench.rng
        main = rng.choice(["tables.yaml", "tables.yaml", "cow.yaml"])
        files = dict(WORLDS[main])
        victim = rng.choice([name for name in files if name != main])
        data = files.pop(victim).encode()
        if rng.random() < 0.5:
            import pyarrow as pa
            import pyarrow.parquet as pq

            name, out = victim.replace(".csv", ".parquet"), io.BytesIO()
            found = pa.Table.from_pandas(pd.read_csv(io.BytesIO(data)))
            pq.write_table(broken_table(rng, found), out)
            data = out.getvalue()
            if rng.random() < 0.2:
                data = broken_bytes(rng, data)
            files[main] = files[main].replace(victim, name)
            victim = name
        else:
            data = broken_cells(rng, data) if rng.random() < 0.8 else broken_bytes(rng, data)
        for name, text in (files | {victim: ""}).items():
            bench.write(name, text or data)
        bench.lines = True
        validate(bench.folder / main, play=rng.random() < PLAYED)

    return run


def paths_of(tree: Any, before: str = "") -> list[tuple[str, str]]:
    """Every place of a tree that `--set` may name, with what stands there."""
    if not isinstance(tree, dict):
        return [(before, str(tree))]
    inner = [
        found
        for key, child in tree.items()
        for found in paths_of(child, f"{before}.{key}" if before else key)
    ]
    return [(before, str(tree).replace("'", ""))] * bool(before) + inner


@target
def set_() -> Target:
    """`--set` and `--scope`: keys and values of the command line, over a scenario."""
    from sim.commands import settings
    from sim.rules.catalogue import PARAMS

    known = [*paths_of(load(WORLDS["full.yaml"]["full.yaml"])), *((name, "1") for name in PARAMS)]
    texts = [f"{key}={value}" for key, value in known]
    names = ["all", "3", "REST", "AAA,BBB", "GGG", "REST,HHH", "0", "-1", "99", "ALL"]

    def run(bench: Bench) -> None:
        rng = bench.rng
        main = rng.choice(["full.yaml", "scoped.yaml", "made.yaml"])
        for name, text in WORLDS[main].items():
            bench.write(name, text)
        given = []
        for _ in range(rng.choice([1, 1, 2, 3])):
            key, value = rng.choice(known)
            value = rng.choice(
                [value, rng.choice(known)[1], *rng.sample(ODD_TEXT, 2), "0.5", "on", "off"]
            )
            given.append(rng.choice([f"{key}={value}", broken_text(rng, f"{key}={value}", texts)]))
        scope = None
        if rng.random() < 0.3:
            scope = rng.choice([rng.choice(names), broken_text(rng, rng.choice(names), names)])
        bench.say("options.txt", f"{given!r} scope={scope!r}")
        validate(bench.folder / main, *settings(given, scope), play=rng.random() < PLAYED)

    return run

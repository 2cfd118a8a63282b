"""Targets: the languages of metrics, of axes and designs of sweeps, and of targets."""

from __future__ import annotations

import random
import re
from typing import Any

import yaml

from tools.fuzz.bench import ROOT, Bench, Fault, Target, target
from tools.fuzz.breaking import ODD_TEXT, broken_text
from tools.fuzz.scenarios import broken_yaml, dump, load
from tools.fuzz.seeds import FULL, WORLDS


class Writer:
    """Writes metrics by their grammar, with names of a scenario, most of them as they should be."""

    def __init__(self, rng: random.Random) -> None:
        from sim.measure.functions import FUNCTIONS
        from sim.measure.quantities import QUANTITIES

        self.rng, self.functions = rng, FUNCTIONS
        self.forms = [
            (name, form) for name, quantity in QUANTITIES.items() for form in quantity.forms
        ]
        self.words = {
            "i": ["AAA", "BBB", "CCC", "DDD", "FRIENDS", "ALL", "POLES", "FOCAL"], "organisation": ["club"],
            "conflict": ["border_war"], "school": ["hard", "soft"],
        }  # fmt: skip
        self.words["j"] = self.words["i"]

    def number(self) -> str:
        return self.rng.choice(["0", ".5", "1", "2", "1e-9", "1e99", "1e101", "10"])

    def moment(self) -> str:
        return self.rng.choice(
            ["start", "end", "2021Q4", "2022Q1", "2022Q3", "2022Q2", "2019Q1", "2030Q1", "2022Q5"]
        )

    def value(self) -> str:
        name, form = self.rng.choice(self.forms)
        words = []
        for argument in form.parameters:
            known = self.words.get(argument) or list(form.words.get(argument, ())) or ["x"]
            words.append(
                self.rng.choice(known if self.rng.random() < 0.97 else [*ODD_TEXT, "club", "AAA"])
            )
        return f"{name}({', '.join(words)})"

    def expression(self, depth: int) -> str:
        draw = self.rng.random()
        if depth <= 0 or draw < 0.25:
            text = self.value()
        elif draw < 0.65:
            name, function = self.rng.choice(list(self.functions.items()))
            low, high = function.counts
            count = self.rng.choice([low, low, low, min(high, low + 2)])
            text = f"{name}({', '.join(self.expression(depth - 1) for _ in range(count))})"
        elif draw < 0.85:
            text = f"({self.expression(depth - 1)} {self.rng.choice('+-*/')} {self.expression(depth - 1)})"
        elif draw < 0.9:
            text = f"-{self.expression(depth - 1)}"
        else:
            return self.number()
        if self.rng.random() < 0.2:
            ends = [self.moment() for _ in range(self.rng.choice([1, 2]))]
            text += f" @ {'..'.join(ends)}"
        return text


@target
def metric() -> Target:
    """An expression: read, bound to a scenario, worked out over runs, in three ways of writing it."""
    import numpy as np

    from sim import run as simulate
    from sim.measure.language import Observed, Scope, parse_metric
    from sim.scenario import load_scenario
    from sim.words.of_metrics import metric_words

    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    pool = sorted({*re.findall(r"`([a-z_]+\([^`\n]*\)[^`\n]*)`", pages)})
    spec = load_scenario(FULL, quarters=4)
    scope = Scope.of(spec)
    seen = Observed(simulate(FULL, runs=3, quarters=4).record)

    def run(bench: Bench) -> None:
        rng = bench.rng
        writer = Writer(rng)
        text = (
            writer.expression(rng.choice([0, 1, 2, 3, 5]))
            if rng.random() < 0.8
            else rng.choice(pool)
        )
        if rng.random() < 0.3:
            text = broken_text(rng, text, pool)
        horizon = rng.choice(
            [None, None, f"{writer.moment()}..{writer.moment()}", rng.choice(ODD_TEXT)]
        )
        bench.say("metric.txt", f"{text}\nhorizon: {horizon}")
        bench.lines = True
        bound = parse_metric(text).bind(scope, horizon)
        metric_words(text, scope.names)
        bound.span, bound.is_dated, bound.key(series=True)
        if not set(bound.pairs) <= set(seen.record.dyads):
            return
        values, series = bound.values(seen), bound.series(seen)
        low, high = np.nanmin([*values, np.inf]), np.nanmax([*values, -np.inf])
        if values.shape != seen.shape[:1] or series.shape != seen.shape:
            raise Fault(f"shape {values.shape} {series.shape}")
        if bound.span is not None and high - low > bound.span + 1e-9 * max(
            1.0, abs(high), abs(low)
        ):
            raise Fault("values beyond their span")

    return run


AXES = [
    "security.weight=2:9:8", "security.weight=2:9", "mechanisms.trust=on,off", "events.shock=on,off", "arm=base,calm",
    "events.shock.scale=0,1,2", "trust.prior=.6,.7", "states.AAA.capability=.1:.3:3", "terms.access=on,off",
    "relations.trust.AAA>BBB=.1:.9", "ensemble.seed=1,2", "founding.rate=0:1:5", "arms.late=on,off", "scope=1,2",
]  # fmt: skip


@target
def vary() -> Target:
    """`--vary` and `--sample`: axes of the command line, up to the scenarios that they make."""
    from sim.study.sweep.design import grid, parse_axis, sample
    from sim.study.sweep.evaluator import Evaluator

    def run(bench: Bench) -> None:
        rng = bench.rng
        texts = [rng.choice(AXES) for _ in range(rng.choice([1, 1, 2]))]
        if rng.random() < 0.8:
            texts = [broken_text(rng, text, AXES) for text in texts]
        how = rng.choice([None, None, "lhs", "sobol", "morris", rng.choice(ODD_TEXT)])
        count, seed = rng.choice([0, 1, 2, 3, 8, 100]), rng.choice([0, 1, 2**40])
        bench.say("options.txt", f"{texts!r} {how!r}:{count} {seed}")
        axes = [parse_axis(text) for text in texts]
        design = grid(axes) if how is None else sample(axes, how, count, seed)
        path = bench.write("full.yaml", WORLDS["full.yaml"]["full.yaml"])
        evaluator = Evaluator(path, vary=design.factors, metrics=["poles()"], quarters=1)
        if len(design.points) < 300:
            evaluator.check(design.points)

    return run


@target
def design() -> Target:
    """A design file of a sweep."""
    from sim.study.sweep.design_file import read_design

    text = (ROOT / "docs/how-to/sweep.md").read_text("utf-8")
    known = [m.encode() for m in re.findall(r"```yaml\n(.*?)```", text, re.S)] or [b"runs: 2\n"]
    known.append(
        b"format: 1\nscenario: full.yaml\nvary:\n  security.weight: 2:9:8\n  mechanisms.trust: [on, off]\n"
        b"sample: {method: lhs, count: 20, seed: 1}\nset: {autonomy.weight: 1}\narm: calm\nmetrics: ['poles()']\n"
        b"horizon: 2022Q1..2022Q4\nquarters: 2\nruns: 100:120\nseeds: [1, 2]\n"
    )
    known.append(
        b"format: 1\ncombinations:\n- {arm: base, security.weight: [4, 8]}\n- {events.shock.scale: 0:2:5}\n"
    )

    def run(bench: Bench) -> None:
        bench.lines = True
        read_design(
            bench.write("design.yaml", broken_yaml(bench.rng, bench.rng.choice(known), known))
        )

    return run


@target
def targets() -> Target:
    """Targets of a calibration."""
    from sim.study.calibrate.targets import read_targets

    shipped = [p.read_bytes() for p in (ROOT / "scenarios/targets").glob("*.yaml")]

    def run(bench: Bench) -> None:
        tree: Any = load(bench.rng.choice(shipped))
        kept = bench.rng.sample(list(tree["targets"]), k=2)
        tree["targets"] = {name: tree["targets"][name] for name in kept}
        bench.lines = True
        try:
            text = broken_yaml(bench.rng, dump(tree).encode(), shipped)
        except yaml.YAMLError:
            return
        read_targets(bench.write("targets.yaml", text))

    return run

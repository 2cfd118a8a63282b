"""Targets of a calibration: what the model should show, as data with its uncertainty and source.

A file of targets names the parameters that may move and, by scenario, what is measured there::

    format: 1
    title: Two base rates
    ensemble: {runs: 8, seed: 1}           # of an evaluation; a target may have runs of its own
    parameters:
      moves.create: {}                     # over its declared range
      moves.break: {range: [2, 5], prior: triangular}
    targets:
      new_pacts:
        title: New pacts a pair and year
        scenario: world/2021.yaml
        quarters: 24
        statistic: new_pacts               # or metric: an expression of the metric language
        value: 5.3e-4
        interval: [2.6e-4, 10.6e-4]        # 90 % of what is thought possible
        scale: log
        source: what the value rests on
        held_in: on

``held_in: off`` keeps a target out of the fit, to be tried afterwards; ``by_hand: on`` says that
defaults were once set with it in view, so that it is no independent test of them.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.errors import UserError, hint, shown
from sim.measure.language import BoundMetric, Scope, parse_metric
from sim.measure.syntax import MetricError
from sim.rules import catalogue as names
from sim.scenario import BASE_ARM, ScenarioSpec, find_scenario, load_scenario
from sim.scenario.finding import display
from sim.scenario.quantity import Plain
from sim.scenario.reader import MAX_BYTES, Layer, Log, Node, decode, read
from sim.scenario.shipped import SHIPPED
from sim.scenario.value_kinds import (
    IDENTIFIER,
    Choice,
    ListOf,
    Member,
    Named,
    Struct,
    Switch,
    Text,
    Whole,
)
from sim.study.calibrate.statistics import STATISTICS
from sim.system.inputs import read_bytes

type Place = tuple[str, str, int | None]

FORMAT = 1
FOLDER = "targets"
PRIORS = ("uniform", "triangular")
SCALES = ("linear", "log")
#: Half a central 90 % interval of a normal distribution, in standard deviations.
WIDTH = 1.645
_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Prior:
    """What a parameter may be: ``kind`` over ``low`` to ``high``.

    ``mode`` is the declared default for a triangle, the middle without one.
    """

    name: str
    low: float
    high: float
    mode: float
    kind: str

    def quantile(self, q: float) -> float:
        """The value below which a share ``q`` of the prior lies."""
        width = self.high - self.low
        if self.kind == "uniform":
            return self.low + q * width
        peak = (self.mode - self.low) / width
        if q <= peak:
            return self.low + width * math.sqrt(q * peak)
        return self.high - width * math.sqrt((1.0 - q) * (1.0 - peak))


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that the model should show.

    ``low`` and ``high`` enclose 90 % of what is thought possible; ``statistic`` or ``metric`` says
    what is measured, ``by_hand`` that defaults were once set with it in view.
    """

    name: str
    title: str
    scenario: str
    arm: str
    quarters: int | None
    runs: int
    statistic: str | None
    metric: str | None
    value: float
    low: float
    high: float
    scale: str
    source: str
    held_in: bool
    by_hand: bool
    note: str

    @property
    def place(self) -> Place:
        """Scenario, arm and length of the clock, ``None`` for the scenario's own."""
        return self.scenario, self.arm, self.quarters

    def deviation(self, found: float) -> float:
        """How far a figure lies from the target, in standard deviations of the target.

        On the log scale what is not above 0 counts as a hundredth of the low end.
        """
        if math.isnan(found):
            return math.inf
        value, low, high = self.value, self.low, self.high
        if self.scale == "log":
            found = max(found, _FLOOR * low)
            value, low, high, found = (math.log(x) for x in (value, low, high, found))
        side = high - value if found > value else value - low
        return (found - value) * WIDTH / side

    def inside(self, found: float) -> bool:
        """Whether a figure lies in the interval."""
        return self.low <= found <= self.high


@dataclass(frozen=True)
class Targets:
    """A file of targets, checked.

    ``specs`` has the scenarios by (scenario, arm, quarters), ``metrics`` the bound expressions.
    """

    path: str
    title: str
    seed: int
    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    specs: Mapping[Place, ScenarioSpec] = field(repr=False)
    metrics: Mapping[str, BoundMetric] = field(repr=False)

    @property
    def digest(self) -> str:
        """A hash of all that a calibration depends on; titles, sources and notes are left out."""
        parts: list[object] = [self.seed, self.priors]
        for target in self.targets:
            bare = replace(target, title="", source="", note="", by_hand=False)
            parts += [bare, self.specs[target.place].hash()]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def held_in(self) -> tuple[Target, ...]:
        """The targets that are fitted."""
        return tuple(target for target in self.targets if target.held_in)

    @property
    def defaults(self) -> dict[str, float]:
        """The declared defaults of the parameters that may move."""
        return {prior.name: names.PARAMS[prior.name].default for prior in self.priors}

    def distance(self, found: Mapping[str, float]) -> float:
        """Root of the mean squared deviation of the targets that are held in.

        1 means that they are met on average to within their own uncertainty.
        """
        squares = [target.deviation(found[target.name]) ** 2 for target in self.held_in]
        return math.sqrt(sum(squares) / len(squares))


def shipped_targets() -> tuple[str, ...]:
    """Return the names of the files of targets that come with the program."""
    return tuple(sorted(path.stem for path in (SHIPPED / FOLDER).glob("*.yaml")))


def find_targets(name: str | os.PathLike[str]) -> Path:
    """Return the file of targets, given its path or the bare name of a shipped one.

    Raises:
        UserError: there is no such file; the message names the nearest.
    """
    text = os.fspath(name)
    path = Path(text)
    if path.exists():
        return path
    if text in shipped_targets():
        return SHIPPED / FOLDER / f"{text}.yaml"
    raise UserError(f"no file of targets {shown(text)}{hint(text, shipped_targets())}")


def read_targets(name: str | os.PathLike[str]) -> Targets:
    """Return a file of targets, checked with the scenarios that it names.

    Raises:
        UserError: there is no such file.
        ScenarioError: the file is malformed; every problem is named with its place.
    """
    path = find_targets(name)
    layer, log = Layer(display(path)), Log()
    text = decode(read_bytes(path, MAX_BYTES), layer, log)
    root = None if text is None else read(text, layer, log)
    log.stop(layer.file)
    if root is None:
        raise UserError(f"cannot read {layer.file}")
    sound = _DOCUMENT.check(root, "", log)
    found = _Reader(root, path, log).targets() if sound else None
    log.stop(layer.file)
    if found is None:
        raise UserError(f"cannot read {layer.file}")
    return found


_TEXT = Text(2_000)
_INTERVAL = ListOf(Plain(), 2, 2)
_TARGET = Struct(
    {
        "title": Member(Text(200), "What is measured, in words.", required=True),
        "scenario": Member(Text(500), "Scenario it is measured in.", required=True),
        "arm": Member(Text(64), "Arm of the scenario, base for none."),
        "quarters": Member(Whole(1, 400), "Length of the clock instead of the scenario's."),
        "runs": Member(Whole(1, 10_000), "Runs behind it instead of the file's."),
        "statistic": Member(Choice(tuple(STATISTICS)), "A statistic of the whole world."),
        "metric": Member(_TEXT, "An expression of the metric language."),
        "value": Member(Plain(), "What it should be.", required=True),
        "interval": Member(_INTERVAL, "90 % of what is thought possible.", required=True),
        "scale": Member(Choice(SCALES), "Scale of its uncertainty."),
        "source": Member(_TEXT, "What the value rests on.", required=True),
        "held_in": Member(Switch(), "Whether it is fitted (default: on)."),
        "by_hand": Member(Switch(), "Whether defaults were set with it in view."),
        "note": Member(_TEXT, "Reason or remark."),
    }
)
_PRIOR = Struct(
    {
        "range": Member(_INTERVAL, "Ends, the declared range without it."),
        "prior": Member(Choice(PRIORS), "Its form (default: uniform)."),
    }
)
_ENSEMBLE = Struct(
    {
        "runs": Member(Whole(1, 10_000), "Runs behind each evaluation."),
        "seed": Member(Whole(0, 2**62), "Seed of all random streams."),
    }
)
_DOCUMENT = Struct(
    {
        "format": Member(Whole(FORMAT, FORMAT), "Version of this format.", required=True),
        "title": Member(Text(200), "One line.", required=True),
        "description": Member(_TEXT, "More lines."),
        "ensemble": Member(_ENSEMBLE, "Runs and seed of an evaluation."),
        "parameters": Member(
            Named(_PRIOR, r"^[A-Za-z0-9_.]{1,100}$", "the name of a parameter"),
            "What may move.",
            required=True,
        ),
        "targets": Member(
            Named(_TARGET, IDENTIFIER, "a name of letters, digits, _ and -"),
            "What should come out.",
            required=True,
        ),
    }
)


class _Reader:
    """Turns a well-formed tree into targets; what is wrong goes to the log."""

    def __init__(self, root: Node, path: Path, log: Log) -> None:
        self._root = root.value
        self._path = path
        self._log = log
        ensemble = self._root["ensemble"].plain() if "ensemble" in self._root else {}
        self._runs: int = ensemble.get("runs", 8)
        self._seed: int = ensemble.get("seed", 1)
        self._specs: dict[Place, ScenarioSpec] = {}
        self._metrics: dict[str, BoundMetric] = {}

    def targets(self) -> Targets | None:
        """Return the targets, or None if something is missing."""
        root = self._root
        if not {"title", "parameters", "targets"} <= root.keys():
            return None
        priors = [self._prior(name, node) for name, node in root["parameters"].value.items()]
        found = [self._target(name, node) for name, node in root["targets"].value.items()]
        for block in ("parameters", "targets"):
            if not root[block].value and not self._log.problems:
                self._log.value(root[block], block, f"names no {block}")
        whole = [target for target in found if target is not None]
        if not self._log.problems and not any(target.held_in for target in whole):
            self._log.value(root["targets"], "targets", "no target is held in")
        return Targets(
            path=display(self._path),
            title=root["title"].value,
            seed=self._seed,
            priors=tuple(prior for prior in priors if prior is not None),
            targets=tuple(whole),
            specs=self._specs,
            metrics=self._metrics,
        )

    def _prior(self, name: str, node: Node) -> Prior | None:
        key = f"parameters.{name}"
        known = names.PARAMS.get(name)
        if known is None:
            self._log.key(node, key, f"unknown parameter{hint(name, names.PARAMS)}")
            return None
        given = node.value
        low, high = given["range"].plain() if "range" in given else known.plausible
        kind = given["prior"].value if "prior" in given else "uniform"
        place = given.get("range", node)
        if not low < high:
            self._log.value(place, key, f"the range {low:g} to {high:g} leaves nothing to find")
        elif low < known.bounds[0] or high > known.bounds[1]:
            bounds = f"{known.bounds[0]:g} to {known.bounds[1]:g}"
            self._log.value(place, key, f"{low:g} to {high:g} is outside the bounds {bounds}")
        mode = min(max(known.default, low), high) if kind == "triangular" else 0.5 * (low + high)
        return Prior(name, low, high, mode, kind)

    def _target(self, name: str, node: Node) -> Target | None:
        given: dict[str, Node] = node.value
        key = f"targets.{name}"
        if not {"title", "scenario", "value", "interval", "source"} <= given.keys():
            return None
        plain = {field: child.plain() for field, child in given.items()}
        if ("statistic" in given) == ("metric" in given):
            if f"{key}.statistic" not in self._log.dropped:
                self._log.key(node, key, "expected a statistic or a metric, and one of them only")
            return None
        value, (low, high) = float(plain["value"]), plain["interval"]
        scale = plain.get("scale", "linear")
        if not low < value < high:
            message = f"the value {value:g} is not inside its interval {low:g} to {high:g}"
            self._log.value(given["interval"], f"{key}.interval", message)
        if scale == "log" and low <= 0:
            self._log.value(given["interval"], f"{key}.interval", "a log scale begins above 0")
        target = Target(
            name=name,
            title=plain["title"],
            scenario=plain["scenario"],
            arm=plain.get("arm", BASE_ARM),
            quarters=plain.get("quarters"),
            runs=plain.get("runs", self._runs),
            statistic=plain.get("statistic"),
            metric=plain.get("metric"),
            value=value,
            low=float(low),
            high=float(high),
            scale=scale,
            source=plain["source"],
            held_in=plain.get("held_in", True),
            by_hand=plain.get("by_hand", False),
            note=plain.get("note", ""),
        )
        self._bind(target, given)
        return target

    def _bind(self, target: Target, given: Mapping[str, Node]) -> None:
        """Load the scenario of a target and look up what its metric names."""
        place = target.place
        key = f"targets.{target.name}"
        if place not in self._specs:
            try:
                beside = self._path.parent / target.scenario
                file = beside if beside.is_file() else find_scenario(target.scenario)
                self._specs[place] = load_scenario(file, arm=target.arm, quarters=target.quarters)
            except UserError as error:
                message = str(error).partition("\n")[0]
                self._log.value(given["scenario"], f"{key}.scenario", message)
                return
        if target.metric is None:
            return
        try:
            bound = parse_metric(target.metric).bind(Scope.of(self._specs[place]))
        except MetricError as error:
            problem = error.problem
            inside = f"{problem.key}: {problem.message}" if problem.key else problem.message
            self._log.value(given["metric"], f"{key}.metric", inside)
            return
        self._metrics[target.name] = bound

"""Which region of the parameter space gives an outcome, in words, as a box, and checked.

PRIM, the patient rule induction method (Friedman & Fisher 1999; for scenarios Bryant & Lempert
2010), peels a box, side by side, until the outcome is frequent in it; CART (Breiman et al. 1984)
cuts the space in two again and again, and its best leaf is a box, too. Both look for the best they
can find, so a box always looks better on the runs it was made from than it is: density and coverage
are therefore also given for points that were held out, and a restriction is told with the share of
the folds that found it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, needed
from sim.measure.summary import percent, plural
from sim.record.table_folders import SavedTables, frame, short_id
from sim.study.comparison import plain
from sim.types import Bools, Floats, Ints
from sim.words.digits import number
from sim.words.of_decisions import listed

if TYPE_CHECKING:
    import pandas as pd

type Limits = dict[str, tuple[float, float]]
type Finder = Callable[[pd.DataFrame, Bools, Ints], Limits]

METHODS: Final = ("prim", "cart")
FOLDS: Final = 5
LEAST_MASS: Final = 0.05
"""No box has fewer than this share of the runs."""
PEEL: Final = 0.05
LEAVES: Final = 8
GAIN: Final = 0.1
"""Part of the way from the share everywhere to all runs that a box must gain on points held out."""
OVERFIT: Final = 0.1
"""Density lost on points held out from which on a box is called overfitted."""
NOTHING: Final = 0.01
"""Balance of coverage and density that a side of a box must add at least."""
EXTRA: Final = "pip install 'multipolar[discovery]'"


@dataclass(frozen=True, slots=True)
class Box:
    """A region and how good it is.

    Attributes:
        limits: of the restricted parameters, lower and upper.
        coverage: share of the runs with the outcome that lie inside.
        density: share of the runs inside that have the outcome.
        support: share of all runs that lie inside.
        runs: number of runs inside.
        held_out_coverage, held_out_density: the same of boxes made without the points that they
            are tried on, over all folds.
        found_again: share of the folds that restrict each parameter.
    """

    limits: Limits
    coverage: float
    density: float
    support: float
    runs: int
    held_out_coverage: float
    held_out_density: float
    found_again: dict[str, float]


@dataclass(frozen=True, eq=False)
class Discovery(SavedTables, kind="discovery"):
    """The box of an outcome.

    Attributes:
        outcome: the condition.
        method: ``prim`` or ``cart``.
        box: what was found.
        ranges: of all parameters.
        base_rate: share of all runs with the outcome.
        points, runs: how many.
        facts: where the runs come from.
    """

    outcome: str
    method: str
    box: Box
    ranges: Limits
    base_rate: float
    points: int
    runs: int
    facts: Mapping[str, Any]

    @property
    def overfitted(self) -> bool:
        """Whether the box is much worse on points that it has not seen."""
        return self.box.density - self.box.held_out_density > OVERFIT

    @property
    def useful(self) -> bool:
        """Whether the outcome is clearly more frequent inside also on points held out."""
        gained = self.box.held_out_density - self.base_rate
        return gained > GAIN * (1.0 - self.base_rate)

    def words(self) -> str:
        """The box as a sentence."""
        sides = [self._side(name, *self.box.limits[name]) for name in self.box.limits]
        if not sides:
            return f"No region: {self.outcome} is about as frequent everywhere."
        return (
            f"Where {listed(sides)}, {percent(self.box.density)} of the runs have {self.outcome} "
            f"(everywhere: {percent(self.base_rate)}); {percent(self.box.coverage)} of all such "
            "runs lie there."
        )

    def _side(self, name: str, low: float, high: float) -> str:
        least, most = self.ranges[name]
        if "=" in name:  # a level of a choice, 0 or 1
            return name if low > least else f"not {name}"
        if low <= least:
            return f"{name} is at most {number(high)}"
        if high >= most:
            return f"{name} is at least {number(low)}"
        return f"{name} lies between {number(low)} and {number(high)}"

    def check(self) -> str:
        """What the held-out points say, in a sentence."""
        said = (
            f"On points held out the density is {percent(self.box.held_out_density)}, the coverage "
            f"{percent(self.box.held_out_coverage)}"
        )
        if not self.useful:
            return f"{said}: no better than anywhere, so this box is chance."
        return f"{said}: {'overfitted, read it with care' if self.overfitted else 'it holds'}."

    def table(self) -> pd.DataFrame:
        """One row a parameter: its range, the limits of the box, how often it was found again."""
        return frame(
            [
                {
                    "parameter": name,
                    "low": self.box.limits.get(name, (low, high))[0],
                    "high": self.box.limits.get(name, (low, high))[1],
                    "range_low": low,
                    "range_high": high,
                    "restricted": name in self.box.limits,
                    "found_again": self.box.found_again.get(name, 0.0),
                }
                for name, (low, high) in self.ranges.items()
            ]
        )

    @property
    def run_id(self) -> str:
        """Name of the folder."""
        return f"{short_id(self.outcome, self.method, *self.facts.items())}-discovery"

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {"box": self.table()}

    def _facts(self) -> dict[str, Any]:
        return self.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the discovery in the types of JSON."""
        return plain(
            {
                "outcome": self.outcome,
                "method": self.method,
                "box": asdict(self.box),
                "ranges": self.ranges,
                "base_rate": self.base_rate,
                "points": self.points,
                "runs": self.runs,
                "overfitted": self.overfitted,
                "useful": self.useful,
                "words": self.words(),
                "check": self.check(),
                **self.facts,
            }
        )

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        from sim.system.terminal import table

        sides = [(name, "right") for name in ("box", "range", "found again")]
        made = table(None, ("parameter", *sides))
        for name, (low, high) in self.box.limits.items():
            least, most = self.ranges[name]
            again = percent(self.box.found_again.get(name, 0.0))
            made.add_row(
                name,
                f"{number(low)} to {number(high)}",
                f"{number(least)} to {number(most)}",
                again,
            )
        facts = (
            f"{self.method.upper()}, {plural(self.points, 'point')}, {plural(self.runs, 'run')}. "
            f"Coverage {percent(self.box.coverage)}, density {percent(self.box.density)}, support "
            f"{percent(self.box.support)} ({plural(self.box.runs, 'run')})."
        )
        parts: list[Any] = [Text(self.words(), style="bold")]
        if self.box.limits:
            parts.append(made)
        return Group(*parts, Text(f"{facts} {self.check()}"))


def discover(
    inputs: pd.DataFrame,
    outcome: npt.ArrayLike,
    *,
    says: str = "the outcome",
    method: str = "prim",
    seed: int = 1,
    facts: Mapping[str, Any] | None = None,
) -> Discovery:
    """Return the box in which an outcome is frequent.

    Args:
        inputs: one row a run, one column a parameter; runs of one point have equal rows, and are
            held out together.
        outcome: whether each run has the outcome, ``(R,)``.
        says: the outcome in words or as a condition.
        method: ``prim`` or ``cart``.
        seed: of the folds.
        facts: kept with the result.

    Raises:
        UserError: the library is missing, or there is nothing to find: all runs have the outcome,
            or none, or there are too few points.
    """
    wanted = np.asarray(outcome, bool)
    if method not in METHODS:
        raise UserError(f"unknown method {method!r}; expected {' or '.join(METHODS)}")
    if wanted.all() or not wanted.any():
        share = "all" if wanted.all() else "none"
        raise UserError(
            f"{share} of the {plural(len(wanted), 'run')} have {says}: no region to find"
        )
    varied = [name for name in inputs.columns if inputs[name].nunique() > 1]
    inputs = inputs[varied].astype(float).reset_index(drop=True)
    group: Ints = inputs.groupby(varied, sort=False).ngroup().to_numpy().astype(np.int64)
    points = int(group.max()) + 1
    if points < 4 * FOLDS:
        raise UserError(f"{plural(points, 'point')}: too few to find a region and to check it")
    find = _prim if method == "prim" else _cart
    limits = find(inputs, wanted, group)
    box = _measure(inputs, wanted, group, limits, find, seed)
    ranges = {name: (float(inputs[name].min()), float(inputs[name].max())) for name in varied}
    rate = float(wanted.mean())
    return Discovery(says, method, box, ranges, rate, points, len(wanted), facts or {})


def _measure(
    inputs: pd.DataFrame, wanted: Bools, group: Ints, limits: Limits, find: Finder, seed: int
) -> Box:
    """How good a box is, on its own runs and on those held out."""
    inside = _inside(inputs, limits)
    fold = np.random.default_rng([seed, 5]).permutation(int(group.max()) + 1)[group] % FOLDS
    caught = tried = 0
    again = dict.fromkeys(inputs.columns, 0.0)
    for k in range(FOLDS):
        kept, out = fold != k, fold == k
        if wanted[kept].all() or not wanted[kept].any():
            continue
        found = find(inputs[kept].reset_index(drop=True), wanted[kept], group[kept])
        there = _inside(inputs[out], found)
        caught += int(wanted[out][there].sum())
        tried += int(there.sum())
        for name in found:
            again[name] += 1.0 / FOLDS
    return Box(
        limits=limits,
        coverage=float(wanted[inside].sum() / wanted.sum()),
        density=float(wanted[inside].mean()) if inside.any() else 0.0,
        support=float(inside.mean()),
        runs=int(inside.sum()),
        held_out_coverage=caught / int(wanted.sum()),
        held_out_density=caught / tried if tried else 0.0,
        found_again={name: round(share, 10) for name, share in again.items()},
    )


def _inside(inputs: pd.DataFrame, limits: Limits) -> Bools:
    inside = np.ones(len(inputs), bool)
    for name, (low, high) in limits.items():
        values = inputs[name].to_numpy()
        inside &= (values >= low) & (values <= high)
    return inside


def _score(coverage: Floats, density: Floats, rate: float) -> Floats:
    """Harmonic mean of coverage and of what density gains over the whole, in parts of the most."""
    gain = np.maximum(density - rate, 0.0) / (1.0 - rate)
    total = coverage + gain
    score: Floats = np.divide(
        2.0 * coverage * gain, total, out=np.zeros_like(total), where=total > 0
    )
    return score


def _prim(inputs: pd.DataFrame, wanted: Bools, _group: Ints) -> Limits:
    """The box on PRIM's peeling path with the best balance of coverage and density."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library would rather have installed, too
        with needed(f"PRIM needs ema_workbench: {EXTRA}"):
            from ema_workbench.analysis.prim import Prim
        found = Prim(inputs, wanted, peel_alpha=PEEL, mass_min=LEAST_MASS).find_box()
    path = found.peeling_trajectory
    score = _score(
        path["coverage"].to_numpy(float), path["density"].to_numpy(float), float(wanted.mean())
    )
    box = found.box_lims[int(score.argmax())]
    sides = {str(name): (float(box[name].iloc[0]), float(box[name].iloc[1])) for name in inputs}
    return _needed(inputs, wanted, _restricted(inputs, sides))


def _cart(inputs: pd.DataFrame, wanted: Bools, _group: Ints) -> Limits:
    """The leaf of a small tree with the best balance of coverage and density."""
    with needed(f"CART needs scikit-learn: {EXTRA}"):
        from sklearn.tree import DecisionTreeClassifier

    least = max(1, round(LEAST_MASS * len(inputs)))
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, min_samples_leaf=least, random_state=0)
    made = tree.fit(inputs.to_numpy(), wanted).tree_
    boxes: list[Limits] = []

    def walk(node: int, box: Limits) -> None:
        boxes.append(box)
        left, right = int(made.children_left[node]), int(made.children_right[node])
        if left < 0:
            return
        name, cut = str(inputs.columns[made.feature[node]]), float(made.threshold[node])
        low, high = box.get(name, (-np.inf, np.inf))
        walk(left, {**box, name: (low, min(high, cut))})
        walk(right, {**box, name: (max(low, cut), high)})

    walk(0, {})
    sides = [_inside(inputs, box) for box in boxes]
    coverage = np.array([wanted[side].sum() / wanted.sum() for side in sides])
    density = np.array([wanted[side].mean() for side in sides])
    best = int(_score(coverage, density, float(wanted.mean())).argmax())
    return _restricted(inputs, boxes[best])


def _needed(inputs: pd.DataFrame, wanted: Bools, limits: Limits) -> Limits:
    """A box without the sides that take nothing off its balance: peeling leaves some behind."""

    def score(box: Limits) -> float:
        inside = _inside(inputs, box)
        coverage = np.array([wanted[inside].sum() / wanted.sum()])
        density = np.array([wanted[inside].mean() if inside.any() else 0.0])
        return float(_score(coverage, density, float(wanted.mean()))[0])

    kept = dict(limits)
    while kept:
        without = {name: {k: v for k, v in kept.items() if k != name} for name in kept}
        best = max(without, key=lambda name: score(without[name]))
        if score(without[best]) < score(kept) - NOTHING:
            break
        kept = without[best]
    return kept


def _restricted(inputs: pd.DataFrame, limits: Mapping[str, Sequence[float]]) -> Limits:
    """The sides of a box that cut something off, within the range of the runs."""
    found: Limits = {}
    for name, (low, high) in limits.items():
        least, most = float(inputs[name].min()), float(inputs[name].max())
        if low > least or high < most:
            found[str(name)] = (max(float(low), least), min(float(high), most))
    return found

"""Phase diagrams of scenarios: two names of the overlay language against a metric or the blocs.

Partitions are looked at among a few states, by default the focal ones: a partition of all states
hardly comes twice. They are put together from ``same_bloc`` of each pair, so that a sweep that has
these as metrics can be drawn as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, hint, shown
from sim.kernel.identity import source_hash
from sim.scenario import BASE_ARM
from sim.study.laboratory.cases import cases_of
from sim.study.laboratory.engine import Laboratory
from sim.study.laboratory.parts import EVALUATED, Parts
from sim.study.laboratory.pool import LOCAL
from sim.study.sensitivity.phase_diagram import Axis, Phase, explore
from sim.study.sweep import Evaluator
from sim.system.progress import Progress
from sim.types import Floats

if TYPE_CHECKING:
    import pandas as pd


PARTITION: Final = "partition"
_BLOCK: Final = 2
"""Points of a block: few, for a boundary is refined by few at a time."""
_MOST: Final = 9
"""States whose partition can be asked for: each pair is a metric."""


def parse_axis(text: str) -> Axis:
    """Return an axis, given ``name=low:high``.

    Raises:
        UserError: the text is no such thing.

    >>> parse_axis("security.weight=2:8")
    Axis(name='security.weight', low=2.0, high=8.0)
    """
    name, equals, ends = text.rpartition("=")
    low, colon, high = ends.partition(":")
    try:
        axis = Axis(name.strip(), float(low), float(high))
    except ValueError:
        axis = Axis("", 0.0, 0.0)
    if not (equals and colon and axis.name and axis.low < axis.high):
        raise UserError(f"{shown(text)}: expected name=low:high, such as security.weight=2:8")
    return axis


def phase_diagram(
    scenario: Path | str,
    x: Axis,
    y: Axis,
    *,
    metric: str | None = None,
    states: Sequence[str] = (),
    level: float | None = None,
    coarse: int = 7,
    refine: int = 2,
    runs: int = 20,
    arm: str = BASE_ARM,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    horizon: str | None = None,
    seed: int | None = None,
    quarters: int | None = None,
    executor: str = LOCAL,
    folder: Path | None = EVALUATED,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Phase:
    """Run the phase diagram of a scenario.

    Args:
        scenario: a path, or the name of a shipped scenario.
        x, y: the parameters: numbers or strengths of events, as a sweep varies them.
        metric: an expression; without it the partition of ``states`` at the end.
        states: whose partition; by default the focal states.
        level: divides a metric into two phases.
        coarse, refine: of :func:`sim.study.sensitivity.phase_diagram.explore`.
        runs: at each point, the same run numbers at all of them.
        arm, set, horizon, seed, quarters: of the scenario, for all points.
        executor: ``local:N`` threads, ``tcp://host:port`` or the file of a Dask scheduler; results
            do not depend on it.
        folder: where finished points are kept; None for none.
        progress: called with (finished, all known so far) runs.
        say: told what will be run, before it starts.

    Raises:
        ScenarioError: the scenario is not valid.
        StoppedEarly: Ctrl-C.
        UserError: a name, metric or state is wrong, or workers were lost.
    """
    if metric is None and level is not None:
        raise UserError("a level divides a metric; a partition has phases of its own")
    probe = Evaluator(scenario, vary=[x.name, y.name], metrics=["poles()"], arm=arm, set=set)
    among = _states(states or probe.spec.focal, tuple(probe.spec.states))
    metrics = [metric] if metric is not None else pair_metrics(among)
    evaluator = Evaluator(
        scenario,
        vary=[x.name, y.name],
        metrics=metrics,
        arm=arm,
        set=set,
        quarters=quarters,
        horizon=horizon,
    )
    corners = np.array([[i, j] for i in (x.low, x.high) for j in (y.low, y.high)])
    evaluator.expect(corners)
    evaluator.check(corners)
    used = evaluator.spec.ensemble.seed if seed is None else seed
    done = 0

    def evaluate(points: Floats) -> npt.NDArray[Any]:
        nonlocal done
        before, cases = done, cases_of(points, range(runs), used)
        done += len(points) * runs
        if progress is not None:
            laboratory.progress = lambda now, _total: progress(before + now, done)
        ((values, failures),) = laboratory.measure([(evaluator, cases)], _BLOCK * runs)
        evaluator.refuse(failures, cases)
        together = values.reshape(len(points), runs, len(metrics))
        return together[:, :, 0] if metric is not None else partitions(together, among)

    facts = {
        "scenario": evaluator.spec.title,
        "arm": "" if arm == BASE_ARM else arm,
        "set": ", ".join(set),
        "horizon": horizon or "",
        "seed": used,
        "spec_hash": evaluator.spec.hash(),
        "rules": source_hash(),
    }
    name = metric if metric is not None else f"{PARTITION} of {', '.join(among)}"
    with Laboratory(executor, Parts(folder)) as laboratory:
        if say is not None:
            first, whole = coarse**2, ((coarse - 1) * 2**refine + 1) ** 2
            say(
                f"{first * runs:,} runs of a lattice of {coarse} x {coarse}, then more where it "
                f"turns, at most {whole * runs:,}, on {laboratory.pool.where}. Finished points are "
                "kept."
            )
        return explore(
            evaluate, x, y, metric=name, level=level, coarse=coarse, refine=refine, facts=facts
        )


def _states(wanted: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    for code in wanted:
        if code not in known:
            raise UserError(f"no state {shown(code)}{hint(code, known)}")
    found = tuple(sorted(dict.fromkeys(wanted)))
    if not 2 <= len(found) <= _MOST:
        raise UserError(f"the partition of 2 to {_MOST} states can be asked for, not {len(found)}")
    return found


def pair_metrics(states: Sequence[str]) -> list[str]:
    """Return the metrics that say which of some states are in one bloc.

    >>> pair_metrics(["AAA", "BBB", "CCC"])
    ['same_bloc(AAA, BBB)', 'same_bloc(AAA, CCC)', 'same_bloc(BBB, CCC)']
    """
    return [f"same_bloc({i}, {j})" for i, j in combinations(states, 2)]


def partitions(together: Floats, states: Sequence[str]) -> npt.NDArray[np.str_]:
    """Return the partitions of some states as text, from the values of :func:`pair_metrics`.

    >>> str(partitions(np.array([[1.0, 0.0, 0.0]]), ["AAA", "BBB", "CCC"])[0])
    'AAA BBB | CCC'
    """
    pairs = list(combinations(range(len(states)), 2))
    names: dict[bytes, str] = {}
    shape = together.shape[:-1]
    flat = (together.reshape(-1, len(pairs)) > 0.5).astype(np.uint8)
    found = []
    for row in flat:
        key = row.tobytes()
        if key not in names:
            home = list(range(len(states)))
            for (i, j), same in zip(pairs, row, strict=True):
                if same:
                    home[j] = home[i]
            blocs: dict[int, list[str]] = {}
            for at, code in enumerate(states):
                blocs.setdefault(home[at], []).append(code)
            names[key] = " | ".join(" ".join(members) for members in blocs.values())
        found.append(names[key])
    return np.array(found).reshape(shape)


def partition_column(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return a sweep's table with the partition of the states whose pairs it has, and its name.

    Raises:
        UserError: the table lacks ``same_bloc`` of some pair.
    """
    pairs = [str(name) for name in table.columns if str(name).startswith("same_bloc(")]
    listed = {code.strip() for name in pairs for code in name[10:-1].split(",")}
    states = tuple(sorted(listed))
    wanted = pair_metrics(states)
    if len(states) < 2 or not set(wanted) <= set(pairs):
        example = ", ".join(pair_metrics(states or ("AAA", "BBB"))[:2])
        raise UserError(f"a partition needs the metric same_bloc of every pair: {example}, ...")
    name = f"{PARTITION} of {', '.join(states)}"
    return table.assign(**{name: partitions(table[wanted].to_numpy(float), states)}), name

"""Tables of actors with influence, and with a position and a salience on each issue.

The form is that of the tables of KTAB's spatial model of politics: perhaps a line on the scenario,
a line of heads, then an actor a line: name, perhaps a description, influence, then position and
salience of each issue, up to six, and perhaps a comma at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.system.inputs import named
from sim.theories.given.actors import Actors
from sim.theories.given.handed_in import Line, Table, number, read_table
from sim.types import Floats

ISSUES: Final = 6
"""Most issues of a table."""
_SCALE: Final = 100.0  # of positions and saliences


@dataclass(frozen=True, eq=False)
class Positions:
    """Where actors stand on D issues.

    Attributes:
        names: N actors.
        issues: D names.
        influence: ``(N,)``, above 0.
        positions: ``(N, D)``, 0 to 100.
        saliences: ``(N, D)``, 0 to 100: how much of its influence an actor spends on an issue.
    """

    names: tuple[str, ...]
    issues: tuple[str, ...]
    influence: Floats
    positions: Floats
    saliences: Floats


def read_positions(path: Path | str) -> Positions:
    """Read a table of actors.

    Raises:
        UserError: it cannot be understood: every mistake with its line and column.
    """
    table = read_table(path)
    lines = list(table.lines)
    start = next((k for k, line in enumerate(lines) if _is_actor(line)), len(lines))
    heads = lines[start - 1].cells if start else ()
    body = lines[start:]
    if not body:
        said = "has no row of an actor: name, influence, then position and salience of each issue"
        raise table.fault(lines[0].number, 1, said)
    skip = 1 if number(body[0].cells[1]) is not None else 2  # a description may stand second
    count = len(body[0].cells) - skip - 1
    if count < 2 or count % 2 or count > 2 * ISSUES:
        said = (
            f"{count} numbers after the influence; expected a position and a salience for each of "
            f"one to {ISSUES} issues"
        )
        raise table.fault(body[0].number, skip + 2, said)
    actors = Actors(table)
    actors.once([line.cells[0] for line in body], [(line.number, 1) for line in body])
    actors.check()
    rows = _numbers(table, body, skip, count + 1)
    cells = [heads[skip + 1 + k] if skip + 1 + k < len(heads) else "" for k in range(0, count, 2)]
    issues = [_issue(cell) or str(k + 1) for k, cell in enumerate(cells)]
    return Positions(
        tuple(line.cells[0] for line in body),
        tuple(issues),
        rows[:, 0],
        rows[:, 1::2].copy(),
        rows[:, 2::2].copy(),
    )


def _is_actor(line: Line) -> bool:
    """Whether a line is an actor's: a name, at most one word more, then three numbers or more."""
    cells = [number(cell) is not None for cell in line.cells]
    return sum(cells) >= 3 and not cells[0] and all(cells[2:]) and len(line.cells) > 3


def _numbers(table: Table, body: list[Line], skip: int, count: int) -> Floats:
    problems: list[Problem] = []
    rows = np.zeros((len(body), count))
    for k, line in enumerate(body):
        if len(line.cells) > skip + count:
            said = f"more cells than in line {body[0].number}"
            problems.append(Problem(named(table.path), line.number, skip + count + 1, "", said))
        for c in range(count):
            try:
                value = float(table.number(line, skip + c))
            except ScenarioError as error:
                problems += error.problems
                continue
            rows[k, c] = value
            high = _SCALE if c else np.inf
            if not 0 <= value <= high or (c == 0 and value == 0):
                what = f"from 0 to {high:g}" if c else "above 0"
                said = f"{value:g} is out of range: expected {what}"
                problems.append(Problem(named(table.path), line.number, skip + c + 1, "", said))
    if problems:
        raise ScenarioError(problems)
    return rows


def _issue(head: str) -> str:
    """The name of an issue from the head of its position: "Price Position" is "Price"."""
    low = head.casefold()
    for word in ("position", "pstn", "pos"):
        if word in low:
            at = low.index(word)
            return (head[:at] + head[at + len(word) :]).strip(" _-.")
    return head

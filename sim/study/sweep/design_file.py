"""Design files: a sweep written down, read with the place of every mistake.

::

    format: 1
    scenario: NAME                 # or a file, from this folder or the current one
    vary:                          # all combinations of these
      security.weight: 2:9:8       # eight numbers from 2 to 9; a range 2:9 to sample
      mechanisms.trust: [on, off]
      events.NAME.scale: [0, 1, 2]
    sample: {method: lhs, count: 200, seed: 1}   # instead of all combinations: lhs, sobol, morris
    combinations:                  # instead of vary: each row is a small grid of its own
      - {arm: base, security.weight: [4, 8]}
      - {arm: other, events.NAME.scale: 0:2:5}
    set: {autonomy.weight: 1}      # fixed
    arm: NAME
    metrics: ['hedging(AAA)']
    horizon: 2024Q3..2026Q2
    quarters: 20
    runs: 20                       # of each point, or their numbers 100:120
    seeds: [1, 2]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.errors import UserError, hint, shown
from sim.measure.language import parse_metric, parse_window
from sim.scenario.reader import MAX_BYTES, Layer, Log, Node, decode, describe, read
from sim.scenario.value_kinds import is_number
from sim.study.sweep.design import (
    SAMPLED,
    Axis,
    Design,
    check_cells,
    combinations,
    grid,
    read_axis,
    sample,
)
from sim.system.inputs import read_bytes, whole

FORMAT: Final = 1
_KEYS: Final = (
    "format",
    "scenario",
    "vary",
    "sample",
    "combinations",
    "set",
    "arm",
    "metrics",
    "horizon",
    "quarters",
    "runs",
    "seeds",
)
_SAMPLE: Final = ("method", "count", "seed")


@dataclass(frozen=True)
class Asked:
    """What a design file, or the options of the command line, ask for; None where they are silent.

    ``options`` are arguments of :func:`sim.study.sweep.sweep` by name.
    """

    scenario: str | None
    design: Design
    options: dict[str, Any] = field(default_factory=dict)


def read_design(path: Path | str) -> Asked:
    """Return what a design file asks for.

    Raises:
        UserError: there is no such file.
        ScenarioError: it is malformed; every mistake is named with its line and column.
    """
    place = Path(path)
    layer, log = Layer(str(place)), Log()
    text = decode(read_bytes(place, MAX_BYTES), layer, log)
    root = None if text is None else read(text, layer, log)
    if root is not None and not isinstance(root.value, dict):
        log.value(root, "", f"expected a mapping, not {describe(root)}")
        root = None
    log.stop()
    if root is None:
        raise UserError(f"{place}: nothing to read")
    reader = _Reader(log)
    asked = reader.asked(root)
    log.stop()
    if asked.scenario is not None:
        beside = place.parent / asked.scenario
        with suppress(OSError, ValueError):  # no name of a file, such as one of 300 letters
            if beside.is_file():
                return replace(asked, scenario=str(beside))
    return asked


class _Reader:
    """Reads the nodes of a design file; problems go to the log."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def asked(self, root: Node) -> Asked:
        entries = root.value
        self._names(root, "", _KEYS)
        number = entries.get("format")
        if number is None:
            self._log.key(root, "", f"missing 'format: {FORMAT}'")
        elif number.value != FORMAT:
            said = f"format {describe(number)} is unknown; this version reads {FORMAT}"
            self._log.value(number, "format", said)
        options: dict[str, Any] = {
            "arm": self._text(entries.get("arm"), "arm"),
            "set": self._set(entries.get("set")),
            "metrics": self._metrics(entries.get("metrics")),
            "horizon": self._parsed(entries.get("horizon"), "horizon", parse_window),
            "quarters": self._whole(entries.get("quarters"), "quarters", 1),
            "runs": self._runs(entries.get("runs")),
            "seed": self._wholes(entries.get("seeds"), "seeds"),
        }
        design = self._design(root)
        given = {name: value for name, value in options.items() if value is not None}
        return Asked(self._text(entries.get("scenario"), "scenario"), design, given)

    # --- points ----------------------------------------------------------------------------------
    def _design(self, root: Node) -> Design:
        entries = root.value
        vary, rows = entries.get("vary"), entries.get("combinations")
        nothing = Design("grid", (), np.empty((0, 0)))
        if (vary is None) == (rows is None):
            self._log.key(root, "", "say what to vary: 'vary' or 'combinations', one of them")
            return nothing
        if rows is not None:
            if "sample" in entries:
                self._log.key(entries["sample"], "sample", "combinations are not sampled")
            found = self._rows(rows)
            return self._built(rows, "combinations", lambda: combinations(found)) or nothing
        axes = self._axes(vary, "vary")
        how = entries.get("sample")
        if how is None:
            return self._built(vary, "vary", lambda: grid(axes)) or nothing
        if not isinstance(how.value, dict):
            self._log.value(how, "sample", f"expected a mapping, not {describe(how)}")
            return nothing
        self._names(how, "sample", _SAMPLE)
        method = self._text(how.value.get("method"), "sample.method")
        count = self._whole(how.value.get("count"), "sample.count", 1)
        seed = self._whole(how.value.get("seed"), "sample.seed", 0) or 0
        for name, value in (("method", method), ("count", count)):
            if value is None and name not in how.value:
                self._log.key(how, "sample", f"missing '{name}'")
        if method is None or count is None:
            return nothing
        if method not in SAMPLED:
            said = f"unknown method{hint(method, SAMPLED)}; use {', '.join(SAMPLED)}"
            self._log.value(how.value["method"], "sample.method", said)
            return nothing
        return self._built(how, "sample", lambda: sample(axes, method, count, seed)) or nothing

    def _built(self, node: Node, key: str, make: Callable[[], Design]) -> Design | None:
        if self._log.problems:
            return None  # it may only follow from these
        try:
            return make()
        except UserError as error:
            self._log.value(node, key, str(error))
            return None

    def _rows(self, node: Node) -> list[list[Axis]]:
        if not isinstance(node.value, list) or not node.value:
            self._log.value(node, "combinations", f"expected a list, not {describe(node)}")
            return []
        return [self._axes(row, f"combinations[{at}]") for at, row in enumerate(node.value)]

    def _axes(self, node: Node, key: str) -> list[Axis]:
        if not isinstance(node.value, dict) or not node.value:
            self._log.value(node, key, f"expected names and values, not {describe(node)}")
            return []
        axes = []
        for name, child in node.value.items():
            dotted = f"{key}.{name}"
            nodes = child.value if isinstance(child.value, list) else [child]
            texts = [self._scalar(item, dotted) for item in nodes]
            if not nodes:
                self._log.value(child, dotted, "an empty list")
            elif all(text is not None for text in texts):
                plain = [text for text in texts if text is not None]
                written = plain if isinstance(child.value, list) else plain[0]
                try:
                    axes.append(read_axis(name, written))
                except UserError as error:
                    self._log.value(child, dotted, str(error))
        return axes

    def _scalar(self, node: Node, key: str) -> str | None:
        value = node.value
        if isinstance(value, bool):
            return "on" if value else "off"
        if is_number(value) or (isinstance(value, str) and value.strip()):
            return str(value).strip()
        self._log.value(node, key, f"expected a number or a text, not {describe(node)}")
        return None

    # --- the rest --------------------------------------------------------------------------------
    def _names(self, node: Node, key: str, known: tuple[str, ...]) -> None:
        for name, child in node.value.items():
            if name not in known:
                dotted = f"{key}.{name}" if key else name
                fix = hint(name, known) or f"; allowed: {', '.join(known)}"
                self._log.key(child, dotted, f"unknown key{fix}")

    def _text(self, node: Node | None, key: str) -> str | None:
        if node is None or isinstance(node.value, str):
            return None if node is None else node.value
        self._log.value(node, key, f"expected a text, not {describe(node)}")
        return None

    def _parsed(self, node: Node | None, key: str, parse: Callable[[str], Any]) -> str | None:
        text = self._text(node, key)
        if node is not None and text is not None:
            try:
                parse(text)
            except UserError as error:
                self._log.value(node, key, str(error))
        return text

    def _whole(self, node: Node | None, key: str, least: int) -> int | None:
        if node is None:
            return None
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        said = f"expected a whole number from {least}, not {describe(node)}"
        self._log.value(node, key, said)
        return None

    def _wholes(self, node: Node | None, key: str) -> list[int] | None:
        if node is None:
            return None
        nodes = node.value if isinstance(node.value, list) else [node]
        found = [self._whole(item, key, 0) for item in nodes]
        return [value for value in found if value is not None] or None

    def _runs(self, node: Node | None) -> int | Sequence[int] | None:
        if node is not None and isinstance(node.value, str):
            try:
                return read_runs(node.value)
            except UserError as error:
                self._log.value(node, "runs", str(error))
                return None
        if node is not None and isinstance(node.value, list):
            return self._wholes(node, "runs")
        return self._whole(node, "runs", 1)

    def _set(self, node: Node | None) -> list[str] | None:
        if node is None:
            return None
        if not isinstance(node.value, dict):
            self._log.value(node, "set", f"expected names and values, not {describe(node)}")
            return None
        texts = {name: self._scalar(child, f"set.{name}") for name, child in node.value.items()}
        return [f"{name}={text}" for name, text in texts.items() if text is not None]

    def _metrics(self, node: Node | None) -> list[str] | None:
        if node is None:
            return None
        nodes = node.value if isinstance(node.value, list) else [node]
        texts = [self._parsed(item, "metrics", parse_metric) for item in nodes]
        return [text for text in texts if text is not None]


def read_runs(text: str) -> int | range:
    """Return how many runs, ``20``, or their numbers, ``100:120``.

    Raises:
        UserError: the text is neither, or there are more than a sweep may have.

    >>> read_runs("3:6")
    range(3, 6)
    """
    first, colon, last = text.partition(":")
    low, high = whole(first), whole(last)
    if not colon and low:
        return low
    if low is not None and high is not None and low < high:
        check_cells(high - low)
        return range(low, high)
    raise UserError(f"{shown(text)}: expected a number of runs, or their numbers FIRST:LAST")

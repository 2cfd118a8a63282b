"""Evaluations kept on disk: an interrupted calibration asks for the same points again, for free."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

type Point = Mapping[str, float]
type Figures = dict[str, float]


class Memory:
    """A function of points whose results are kept in an SQLite file.

    Points are compared to the last bit. Every result is on disk before it is returned, so that
    nothing is lost when the process ends, however it ends.

    Args:
        path: the file, made if it is not there.
        evaluate: the function; it is called for points that are not in the file.
        parameters: names of the coordinates of a point, in their order.
        figures: names of what the function returns, in their order.
    """

    def __init__(
        self,
        path: Path,
        evaluate: Callable[[Point], Figures],
        parameters: tuple[str, ...],
        figures: tuple[str, ...],
    ) -> None:
        self._evaluate = evaluate
        self._parameters = parameters
        self._figures = figures
        self._file = sqlite3.connect(path)
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS evaluations (point BLOB PRIMARY KEY, figures BLOB NOT NULL)"
        )
        self.fresh = 0
        """Evaluations made since the file was opened."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        (count,) = self._file.execute("SELECT COUNT(*) FROM evaluations").fetchone()
        return int(count)

    def __call__(self, point: Point) -> Figures:
        """Return the figures at a point."""
        key = np.array([point[name] for name in self._parameters]).tobytes()
        found = self._file.execute(
            "SELECT figures FROM evaluations WHERE point = ?", (key,)
        ).fetchone()
        if found is not None:
            values = np.frombuffer(found[0])
            return dict(zip(self._figures, map(float, values), strict=True))
        figures = self._evaluate(point)
        row = np.array([figures[name] for name in self._figures]).tobytes()
        with self._file:
            self._file.execute("INSERT OR REPLACE INTO evaluations VALUES (?, ?)", (key, row))
        self.fresh += 1
        return figures

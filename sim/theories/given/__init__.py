"""What theories are given: actors with sizes, dispositions or positions, from tables or scenarios.

:class:`Given` is one theory's input; tables are read by :mod:`sim.theories.given.matrices` and
:mod:`sim.theories.given.positions`, scenarios by :mod:`sim.theories.given.start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import UserError, hint, shown
from sim.theories.given.matrices import Relations, read_matrix, read_relations, read_sizes
from sim.theories.given.positions import Positions, read_positions

__all__ = [
    "Given",
    "Positions",
    "Relations",
    "Setting",
    "read_matrix",
    "read_positions",
    "read_relations",
    "read_sizes",
]


TABLES: Final = {".csv", ".tsv", ".txt", ".dat", ".net", ".paj"}
"""What the names of tables end in."""


class Setting(NamedTuple):
    """A number that a theory leaves to whoever asks."""

    default: float
    low: float
    high: float
    meaning: str


@dataclass(frozen=True)
class Given:
    """What is asked of a theory.

    Attributes:
        file: a scenario, by file or name, or None; a file whose name ends in one of :data:`TABLES`
            is the table that the theory needs.
        sizes: a table of sizes, or None.
        propensities: a table of propensities, or None.
        actors: a table of positions, or None.
        data: a folder with tables of states and pairs by year (:mod:`sim.scenario.history`), or
            None.
        settings: numbers of the theory by name, as they are written.
    """

    file: str | None = None
    sizes: Path | str | None = None
    propensities: Path | str | None = None
    actors: Path | str | None = None
    data: Path | str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def _table(self) -> str | None:
        return self.file if self.file and Path(self.file).suffix.casefold() in TABLES else None

    def relations(self) -> Relations:
        """Return sizes and propensities: of the tables, or of the start of the scenario.

        Raises:
            UserError: there are none, or they cannot be read.
        """
        if (table := self.propensities or self._table) is not None:
            return read_relations(self.sizes, table)
        if self.file is None:
            raise UserError(
                "name a scenario, or tables: --propensities FILE.csv and, unless all are of one "
                "size, --sizes FILE.csv"
            )
        from sim.theories.given.start import relations_of

        found = relations_of(self.file)
        if self.sizes is None:
            return found
        names, sizes = read_sizes(self.sizes)
        if names and set(names) != set(found.names):
            raise UserError("the actors of --sizes are not the states of the scenario")
        given = dict(zip(names or found.names, sizes, strict=True))
        return Relations(found.names, tuple(given[x] for x in found.names), found.propensities)

    def positions(self) -> Positions:
        """Return influence, positions and saliences: of the table, or of the scenario's start.

        Raises:
            UserError: there are none, or they cannot be read.
        """
        if (table := self.actors or self._table) is not None:
            return read_positions(table)
        if self.file is None:
            raise UserError("name a scenario, or a table of positions: --actors FILE.csv")
        from sim.theories.given.start import positions_of

        return positions_of(self.file)

    def numbers(self, known: Mapping[str, Setting]) -> dict[str, float]:
        """Return the numbers of a theory, by default where nothing is said.

        Raises:
            UserError: a name that the theory does not know, or no number in its range.
        """
        found = {name: setting.default for name, setting in known.items()}
        for name, text in self.settings.items():
            if name not in known:
                names = ", ".join(known) or "none"
                raise UserError(
                    f"{shown(name)} is no setting of this theory; it has {names}{hint(name, known)}"
                )
            low, high = known[name].low, known[name].high
            try:
                found[name] = float(text)
            except ValueError:
                raise UserError(f"{name}: {shown(text)} is not a number") from None
            if not low <= found[name] <= high:
                raise UserError(f"{name}: {text} is out of range: expected {low:g} to {high:g}")
        return found

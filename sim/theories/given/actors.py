"""The names of actors in a table, held against those of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.errors import Problem, ScenarioError, UserError, foreign, hint, shown
from sim.system.inputs import named
from sim.theories.given.handed_in import Table


class Actors:
    """Actors in their order: the known ones, or as they are found if none are known.

    Names that differ in capitals and blanks only are the same.

    Args:
        table: where they are found.
        known: those told elsewhere, in their order.
        elsewhere: where, for messages.

    Attributes:
        names: in their order.
    """

    def __init__(self, table: Table, known: Sequence[str] = (), elsewhere: str = "") -> None:
        self.names = list(known)
        self._table, self._elsewhere, self._open = table, elsewhere, not known
        self._at = {_fold(name): at for at, name in enumerate(known)}
        self._seen: set[int] = set()
        self._problems: list[Problem] = []

    def __contains__(self, name: str) -> bool:
        return _fold(name) in self._at

    def place(self, name: str, line: int, column: int) -> int:
        """Return the place of a name in the order, -1 if it is not known, which is kept to tell."""
        if self._open and name and name not in self:
            self._at[_fold(name)] = len(self.names)
            self.names.append(name)
        at = self._at.get(_fold(name), -1)
        self._seen.add(at)
        if at < 0:
            said = f"{shown(name)} is not an actor of {self._elsewhere}"
            said = said + (hint(name, self.names) or foreign(name)) if name else "a name is missing"
            self._tell(line, column, said)
        return at

    def saw(self, at: int) -> None:
        """Something is said of the actor at a place, by the order of columns."""
        self._seen.add(at)

    def once(self, names: Iterable[str], places: Iterable[tuple[int, int]]) -> list[int]:
        """Return the places of names that each stand once; ``places`` are lines and columns."""
        found: dict[int, tuple[int, int]] = {}
        for name, where in zip(names, places, strict=True):
            at = self.place(name, *where)
            if at in found and at >= 0:
                self._tell(*where, f"{shown(name)} stands twice, first in line {found[at][0]}")
            found.setdefault(at, where)
        return [self._at.get(_fold(name), -1) for name in names]

    def check(self) -> None:
        """Tell what is wrong.

        Raises:
            UserError: names that are not known or stand twice, or that are known and not found.
        """
        if self._problems:
            raise ScenarioError(self._problems)
        missing = [name for at, name in enumerate(self.names) if at not in self._seen]
        if self._seen and missing:
            raise UserError(
                f"{named(self._table.path)} says nothing of {', '.join(map(shown, missing))}, "
                f"which {self._elsewhere} has"
            )

    def _tell(self, line: int, column: int, said: str) -> None:
        self._problems.append(Problem(named(self._table.path), line, column, "", said))


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())

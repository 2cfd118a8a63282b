"""A state as a Mesa agent: the readable face of its rows in the world's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim import vocabulary as names

if TYPE_CHECKING:
    from sim.model import MultipolarModel


class StateAgent(mesa.Agent["MultipolarModel"]):
    """One state of the model.

    Attributes:
        code: ISO 3166 alpha-3 code or another name that the scenario gives.
        name: its name for people.
        index: its position on the state axes.
    """

    def __init__(self, model: MultipolarModel, code: str, name: str, index: int) -> None:
        super().__init__(model)
        self.code = code
        self.name = name
        self.index = index

    def __repr__(self) -> str:
        return f"StateAgent({self.code})"

    def get(self, variable: str) -> float:
        """Present value of a variable of states.

        Raises:
            KeyError: no such variable; ``multipolar variables`` lists them.
        """
        return float(self.model.V[names.STATE_FIELDS[variable].row, self.index])

    def towards(self, other: StateAgent | str, variable: str) -> float:
        """Present value of a dyadic variable of this state towards another.

        Raises:
            KeyError: no such variable or state.
        """
        partner = other.index if isinstance(other, StateAgent) else self.model.world.index(other)
        return float(self.model.M[names.DYAD_FIELDS[variable].row, self.index, partner])

    @property
    def capability(self) -> float:
        """Material capability, share of the world."""
        return self.get("capability")

    @property
    def ideal_point(self) -> float:
        """Foreign-policy position on the UNGA scale."""
        return self.get("ideal_point")

    @property
    def threat(self) -> float:
        """Total threat perceived, in capability shares."""
        return self.get("threat")

    @property
    def partners(self) -> dict[str, int]:
        """Bilateral pacts in force: partner's code to level."""
        levels = self.model.M[names.DYAD_FIELDS["pact_level"].row, self.index]
        return {
            code: int(levels[j])
            for j, code in enumerate(self.model.world.codes)
            if levels[j] > 0.5 and j != self.index
        }

    def step(self, opportunity: int = 0, position: int = 0) -> None:
        """Take one opportunity to move; the model calls it in the order of the quarter's clock."""
        self.model.take_turn(self.index, opportunity, position)

"""Moves, one a file; dropping a file here registers it.

A move file ends with ``MOVE = Act(...)``, a move that needs nobody's consent. It declares the
parameter of its cost and three small functions: ``is_open(w, i, j, now)``, ``target(w, i, j, now)``
(what the variable becomes) and, in its :class:`Change`, ``now(w, i, j)`` and ``make(w, i, j, to)``.
Changes that several moves make (sanctions, aid, effort, tension) stand in
:mod:`sim.rules.decisions.acts`. What a move is worth is said by the terms: those that have a
function of the change's name feel it (:mod:`sim.rules.terms`). From these the kernel's weights, its
race, the table of alternatives and the making of moves are generated (:mod:`sim.rules.codegen`).

Pacts, which two must want at one of several levels, and steps of membership have kernels of their
own; their files say what they are called (``MOVE = Move(...)``).

Costs belong to the move, not to the state that results (creation and endowment functions of
stochastic actor-oriented models): they set base rates without changing what is desirable. Attention
to partners enters as the log of its share, so that a world with more states does not make more
moves per state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, NamedTuple

from sim.rules.declarations import discovered, param, shared

RATE = param(
    "moves.rate",
    4.0,
    (4.0, 4.0),
    bounds=(0.0, 40.0),
    unit="opportunities a year",
    meaning="opportunities of a calm state (the clock; not identified apart from the costs)",
    source="judgement: the clock; only rate and costs together are identified (Snijders 2001)",
)

#: With more than this there before, a move is said to raise it.
ANEW = 0.05
_WORDS = 4


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change: ``name`` is that of the terms' functions that feel it.

    ``now(w, i, j)`` is the present value of what it changes, ``make(w, i, j, to)`` changes it, with
    all that follows at once.
    """

    name: str
    now: Callable[..., float]
    make: Callable[..., None]


class Said(NamedTuple):
    """An act in words, with ``{x}`` for the other: what a state ``did``, and what it may ``do``."""

    did: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Something that a state can do towards another, with itself, or with an organisation.

    ``code`` is its number in the log and the key of its luck: one that no other move has. ``act``
    names the kind of act in tables, ``said`` says it in sentences, with the other (or the
    organisation) as ``{x}``, for a change of armament ``{change}``, and for pacts the ``{old}`` and
    ``{a_new}``; ``more`` where some was there before, ``less`` and ``end`` where it is lowered.
    """

    name: str
    code: int
    act: str
    said: Said
    more: Said | None = None
    less: Said | None = None
    end: Said | None = None
    towards: Literal["partner", "self", "organisation"] = "partner"
    change: Change | None = None

    def words(self, before: float, after: float) -> Said:
        """How a change from one value to another is said."""
        if after < before and self.less is not None and self.end is not None:
            return self.less if after > 0.0 else self.end
        return self.more if self.more is not None and before > ANEW else self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Move):
    """A move that a state makes alone; ``cost`` is the row of its cost in ``P``.

    ``ease(w, i, j)``, if any, makes the move likelier (logits) and is no part of what is gained.
    ``jointly``, if any, is the row in ``P`` of how much readier than a state a body is that decides
    on the move for its members (:mod:`sim.kernel.joint_decisions`).
    """

    change: Change
    cost: int
    is_open: Callable[..., bool]
    target: Callable[..., float]
    ease: Callable[..., float] | None = None
    jointly: int | None = None

    @property
    def luck(self) -> tuple[int, int]:
        """Block and word of its luck in the race, by its code: no other move shifts it.

        Block 1 is that of the levels of a pact, or of the two moves with oneself, 6 and 7, of which
        no word is kept among those of moves towards a partner.
        """
        if self.towards == "self":
            return divmod(self.code - 2, _WORDS)
        return divmod(self.code + (6 if self.code < 6 else 4), _WORDS)


def discover() -> list[tuple[Move, ModuleType]]:
    """All moves by their codes.

    Raises:
        ValueError: a file declares no move, or two share a name or a code, or two changes
            share a name.
    """
    found = discovered(__name__, __path__, "MOVE", Move)
    for what in ("name", "code"):
        shared("moves", what, [getattr(move, what) for move, _ in found])
    changes = {move.change.name: move.change for move, _ in found if move.change is not None}
    for move, module in found:
        if move.change is not None and move.change != changes[move.change.name]:
            raise ValueError(f"{module.__name__}: another move has a change {move.change.name!r}")
    return sorted(found, key=lambda pair: pair[0].code)

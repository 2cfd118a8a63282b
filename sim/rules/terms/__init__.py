"""Utility terms, one a file; dropping a file here registers it.

A term file declares its weight and parameters, a plain ``value(w, i)`` of the term for
state i, and for each kind of move that it feels one O(1) change:

* ``pact(w, i, j, a, b)``: tie of i and j from :class:`Tie` a to b, seen by i; or, for a term
  that is linear in the tie, ``per_commitment`` or ``per_entrapment`` ``(w, i, j)``: change
  per unit of g or gE, which the kernel then computes once for all levels;
* a function ``(w, i, j, x0, x1)`` of the name of the change, ``sanction``, ``aid``, ``court``,
  ``tension``, ``arm`` or that of another move (:mod:`sim.rules.moves`): the variable that the
  move changes goes from x0 to x1;
* ``third(w, m, i, j, threat, patron_i, patron_j)``: what a tie of i and j does to a third state m,
  by the change of its threat and of the patronage of i and of j;
* ``together(w, i, s)``: what a body gives to i at once, by :class:`Together`. A term without it
  lays the mean of its changes for the members upon i (:mod:`sim.kernel.organise`).

A change equals the difference of values before and after the move, to rounding (tested on random
worlds). Terms that are costs carry ``sign=-1``. The contribution to utility in logits is
``sign * w.P[weight] * w.V[multiplier, i] * change``: the multiplier is the mean of the state's
doctrines. In decisions about ties the weight counts in part (:class:`Ties`): what moves states to
ally is learned from who allied, and says nothing of why they arm, press or pay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from sim.rules.declarations import discovered, param, state_field


class Tie(NamedTuple):
    """A tie as i sees it: pact level, commitment g, entrapment weight gE, hostility of j."""

    level: float
    g: float
    e: float
    h: float


class Together(NamedTuple):
    """What entering or leaving a body changes for i, over all members at once.

    Threat, protection and the reach of markets, arms and munitions, in the units of the running
    sums of :mod:`sim.rules.decisions.assessment`.
    """

    threat: float
    protection: float
    markets: float
    arms: float
    munitions: float


class Ties(NamedTuple):
    """The part of a term's weight that counts in decisions about pacts and bodies.

    ``part`` of the weight with its ``plausible`` range, and how far history tells it: ``said``.
    """

    part: float
    plausible: tuple[float, float]
    said: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term of utility; ``weight`` and ``multiplier`` are rows of ``P`` and ``V``.

    ``ties`` is the row of ``P`` of the part of the weight that counts in decisions about ties, None
    where a term does not feel them or counts whole. ``said`` is how it is put where it adds and
    where it takes away, if not by its claim.
    """

    name: str
    sign: float
    weight: int
    multiplier: int
    claim: str
    value: Callable[..., float]
    ties: int | None = None
    said: tuple[str, str] | None = None


def term(
    name: str,
    weight: float,
    plausible: tuple[float, float],
    *,
    sign: int,
    claim: str,
    source: str,
    value: Callable[..., float],
    ties: Ties | None = None,
    said: tuple[str, str] | None = None,
) -> Term:
    """Declare a term: its weight becomes the parameter ``<name>.weight``.

    ``ties`` says which part of it counts in decisions about ties, the parameter ``<name>.ties``;
    ``said`` is how sentences put it where it adds and where it takes away, if not by its claim.
    """
    row = param(
        f"{name}.weight",
        weight,
        plausible,
        bounds=(0.0, 1000.0),
        unit="logits per unit of the term",
        meaning=f"weight of {claim}",
        source=source,
    )
    multiplier = state_field(
        f"weight_{name}",
        default=1.0,
        bounds=(0.0, 100.0),
        meaning=f"doctrine's multiplier of the weight of {claim}",
    )
    in_ties = ties and param(
        f"{name}.ties",
        ties.part,
        ties.plausible,
        bounds=(0.0, 100.0),
        meaning=f"part of the weight of {claim} that counts in decisions about pacts and bodies",
        source=f"estimated on offers, accessions and exits of defence pacts 1950-1975: {ties.said} "
        "(docs/validation.md)",
    )
    return Term(name, float(sign), row, multiplier, claim, value, in_ties, said)


def discover() -> list[tuple[Term, ModuleType]]:
    """All terms by file name.

    Raises:
        ValueError: a file declares no term.
    """
    return discovered(__name__, __path__, "TERM", Term)

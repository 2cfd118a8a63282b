"""Replay of one run with the choices laid open: what was weighed at each opportunity, and why.

The replay is the Mesa driver with one more look before each turn, so it is the same run to the last
bit. All changes of utility are in logits: a move that is worth 1 more is chosen e = 2.7 times as
often. A decision's ``gain`` is the change that the move itself makes; what making it costs, and
what a doctrine holds against it, stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim import kernel
from sim.compiled.jit import plain
from sim.drivers.ensemble import move_rows
from sim.drivers.model import MultipolarModel
from sim.kernel.layout import KIND, NONE, PARTNER, ROWS, SUM, TO
from sim.record.arrays import PACT_LEVELS
from sim.rules import catalogue as names
from sim.rules.moves import Act, pact
from sim.rules.pair_variables import ALIGNMENT
from sim.scenario import ScenarioSpec, format_quarter
from sim.system.progress import Progress
from sim.types import Floats

RUNNERS_UP: Final = 5
"""How many other moves a decision keeps."""

_LISTED: Final = 12
_ALTERNATIVES_A_PARTNER: Final = len(PACT_LEVELS) + len(names.MOVES)
_NOISE: Final = 1e-9
_JOINT: Final = frozenset(
    act.code for act in names.MOVES.values() if isinstance(act, Act) and act.jointly is not None
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one term of utility contributes to a change, in logits."""

    term: str
    change: float


@dataclass(frozen=True, slots=True)
class Side:
    """What a move does to one state: ``gain`` is the sum of its ``parts``, the largest first.

    ``reluctance`` is what the state's doctrine holds against a new pact of that level, in logits;
    it bears on the choice and is no part of the gain.
    """

    state: str
    gain: float
    parts: tuple[Part, ...]
    reluctance: float = 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """A move that was open at an opportunity.

    ``before`` and ``after`` are the value that it changes (a pact's level). ``gain`` is the change
    of utility if it comes about, ``consent`` the chance that the partner agrees, ``cost`` what the
    move and scarce attention to the partner cost. ``chance`` is the probability of choosing it:
    weight exp(consent * (gain - reluctance) - cost) over the sum of all weights; an offer that
    would be a loss is not softened by the chance of a refusal.
    """

    mover: str
    partner: str
    kind: str
    before: float
    after: float
    gain: float = 0.0
    reluctance: float = 0.0
    consent: float = 1.0
    cost: float = 0.0
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Third:
    """Change of utility of a state that had no part in the move."""

    state: str
    change: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A move that a state made, or offered in vain, and its reasons.

    ``partner`` is None for a state's own armament. For a pact its side is what the consent rests
    on; for a one-sided move it is what the other state feels of it at once. ``nothing`` is the
    chance of letting the opportunity pass, ``others`` the likeliest other moves, ``thirds`` the
    states that a concluded pact moved most. ``together`` is how many others moved with it, by one
    decision of their body, whoever had brought it up.
    """

    quarter: str
    order: int
    move: Alternative
    accepted: bool
    mover: Side
    partner: Side | None
    nothing: float
    others: tuple[Alternative, ...]
    thirds: tuple[Third, ...]
    together: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """An opportunity of a state: the likeliest moves in question, and what it did, if anything."""

    tick: int
    mover: str
    alternatives: tuple[Alternative, ...]
    decision: Decision | None


@dataclass(frozen=True)
class Asked:
    """What is asked about: one state, or one pair (then also from one side), and when.

    ``first`` and ``last`` are ticks, both included.
    """

    state: str | None
    pair: tuple[str, str] | None
    first: int
    last: int
    chooses: frozenset[str] = field(init=False)
    """States whose own choices are in question."""

    def __post_init__(self) -> None:
        whose = (self.state,) if self.state is not None else (self.pair or ())
        object.__setattr__(self, "chooses", frozenset(whose))

    def concerns(self, mover: str, partner: str) -> bool:
        """Whether a move of one state towards another (or itself) is in question."""
        if self.pair is not None:
            return {mover, partner} == set(self.pair)
        return self.state in (mover, partner)


class _Weighed(NamedTuple):
    """What a state weighed: the cells of its choice, and its alternatives, the likeliest first."""

    cells: Floats
    rows: Floats


class Replay(MultipolarModel):
    """A run that keeps the :class:`Turn` of every opportunity that is asked about in ``turns``."""

    def __init__(
        self, spec: ScenarioSpec, asked: Asked, *, seed: int | None = None, run: int = 0
    ) -> None:
        super().__init__(spec, seed=seed, run=run)
        self.asked = asked
        self.turns: list[Turn] = []
        self.first: Floats = self.M[ALIGNMENT].copy()  # at the start
        rows = _ALTERNATIVES_A_PARTNER * self.world.n
        self._table = np.zeros((rows, kernel.TABLE_COLUMNS))
        self._cells = np.zeros(kernel.choice_cells(self.world.n))

    def take_turn(self, i: int, k: int, position: int) -> None:
        """Look at the alternatives of the opportunity if it is asked about, then take it."""
        if not self.asked.first <= self.tick <= self.asked.last:
            super().take_turn(i, k, position)
            return
        codes = self.world.codes
        mine = self._weigh(i, k)
        kind, partner, to = int(mine.cells[KIND]), int(mine.cells[PARTNER]), float(mine.cells[TO])
        made = kind != NONE and self.asked.concerns(codes[i], codes[partner])
        # whoever is asked about may be carried along by a decision of its body
        carried = {
            m: self._weigh(m, k)
            for m in (self.world.index(code) for code in self.asked.chooses)
            if kind in _JOINT and m not in (i, partner)
            if self.asked.concerns(codes[m], codes[partner])
        }
        if not made and not carried and codes[i] not in self.asked.chooses:
            super().take_turn(i, k, position)
            return
        looked = {i: mine, **carried} if made else carried
        told = {m: self._told(m, seen, kind, partner, to) for m, seen in looked.items()}
        listed = {m: self._in_question(m, seen) for m, seen in {i: mine, **carried}.items()}
        before, logged = self._term_values(partner), self._logged
        super().take_turn(i, k, position)
        felt = self._term_values(partner) - before
        new = move_rows(self.run, self._log[logged : self._logged])
        rows = {int(row["mover"]): row for row in new}
        decisions = {
            m: self._decision(rows[m], move, nothing, others, felt, len(rows) - 1)
            for m, (move, nothing, others) in told.items()
            if m in rows and move is not None
        }
        if made or codes[i] in self.asked.chooses:
            self.turns.append(Turn(self.tick, codes[i], listed[i], decisions.get(i)))
        for m in carried:
            if m in decisions:
                self.turns.append(Turn(self.tick, codes[m], listed[m], decisions[m]))

    def _weigh(self, i: int, k: int) -> _Weighed:
        cells = self._cells.copy()
        kernel.entries().alternatives(self.blocks, self.luck(), i, k, cells, self._table)
        rows = self._table[: int(cells[ROWS])]
        return _Weighed(cells, rows[np.argsort(-rows[:, 6], kind="stable")])

    def _told(
        self, i: int, seen: _Weighed, kind: int, partner: int, to: float
    ) -> tuple[Alternative | None, float, tuple[Alternative, ...]]:
        """The move among what i weighed (None if it is not), the chance of nothing, the others."""
        rows = seen.rows
        it = (rows[:, 0] == kind) & (rows[:, 1] == partner) & (rows[:, 2] == to)
        others = tuple(self._alternative(i, row, seen) for row in rows[~it][:RUNNERS_UP])
        move = next((self._alternative(i, row, seen) for row in rows[it]), None)
        return move, 1.0 / float(seen.cells[SUM]), others

    def _in_question(self, i: int, seen: _Weighed) -> tuple[Alternative, ...]:
        codes = self.world.codes
        asked = [row for row in seen.rows if self.asked.concerns(codes[i], codes[int(row[1])])]
        return tuple(self._alternative(i, row, seen) for row in asked[:_LISTED])

    def _alternative(self, i: int, row: Floats, seen: _Weighed) -> Alternative:
        kind, j, after = names.MOVE_KINDS[int(row[0])], int(row[1]), float(row[2])
        gain, cost, consent, weight = (float(x) for x in row[3:7])
        before = self._present(kind, i, j)
        reluctance = self._reluctance(i, before, after) if kind == "pact" else 0.0
        # the kernel weighs a gainful offer by its expected gain
        gain = gain / consent if gain > 0.0 and consent > 0.0 else gain
        codes = self.world.codes
        return Alternative(
            mover=codes[i],
            partner=codes[j],
            kind=kind,
            before=before,
            after=after,
            gain=gain + reluctance,
            reluctance=reluctance,
            consent=consent,
            cost=cost,
            chance=weight / float(seen.cells[SUM]),
        )

    def _present(self, kind: str, i: int, j: int) -> float:
        """The value that a move of i towards j would change, as it is now."""
        change = names.MOVES[kind].change
        return float(plain(change.now)(self.blocks, i, j)) if change is not None else 0.0

    def _reluctance(self, i: int, before: float, after: float) -> float:
        return float(plain(pact.taboo)(self.blocks, i, after)) if after > before else 0.0

    def _term_values(self, i: int) -> Floats:
        out = np.zeros(kernel.TERM_COUNT)
        kernel.entries().term_values(self.blocks, i, out)
        return out

    def _decision(
        self,
        row: np.void,
        move: Alternative,
        nothing: float,
        others: tuple[Alternative, ...],
        felt: Floats,
        together: int,
    ) -> Decision:
        partner = None
        if move.kind == "pact":
            against = self._reluctance(int(row["partner"]), move.before, move.after)
            partner = _side(move.partner, row["terms_partner"], float(row["du_partner"]), against)
        elif move.partner != move.mover:
            partner = _side(move.partner, felt, float(felt.sum()))
        codes = self.world.codes
        return Decision(
            quarter=format_quarter(self.spec.start + self.tick),
            order=int(row["order"]),
            move=move,
            accepted=bool(row["accepted"]),
            mover=_side(move.mover, row["terms"], float(row["du"]), move.reluctance),
            partner=partner,
            nothing=nothing,
            others=others,
            thirds=tuple(
                Third(codes[state], float(change))
                for state, change in zip(row["third"], row["third_du"], strict=True)
                if state >= 0 and change != 0.0
            ),
            together=together,
        )


def _side(state: str, terms: npt.NDArray[Any], gain: float, reluctance: float = 0.0) -> Side:
    parts = [
        Part(name, float(change))
        for name, change in zip(names.TERMS, terms, strict=True)
        if abs(change) > _NOISE
    ]
    parts.sort(key=lambda part: -abs(part.change))
    return Side(state, gain, tuple(parts), reluctance)


def replay(
    spec: ScenarioSpec,
    asked: Asked,
    *,
    seed: int | None = None,
    run: int = 0,
    progress: Progress | None = None,
) -> Replay:
    """Play a run up to the last quarter asked about; ``progress`` gets (quarters done, all)."""
    model = Replay(spec, asked, seed=seed, run=run)
    for tick in range(1, asked.last + 1):
        model.step()
        if progress is not None:
            progress(tick, asked.last)
    return model

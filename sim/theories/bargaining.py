"""Expected-utility bargaining: who challenges whom, and where positions settle.

Actors have influence c, positions on D issues (here 0 to 1) and saliences s. Each turn:

1. A position that differs by delta_k from that of actor i on issue k is at a distance d from it,
   d^2 the mean of delta_k^2 with weights s_ik^2, and has the utility u = (1 - d)(1 + r d). Without
   regard to risk (r = 0), each pair of positions is voted on with votes c_k (u_ki - u_kj); a
   position beats another with the part of its votes in all votes, and all others with the product
   of these, normed to sum to 1. Risk attitudes follow from that, from -1/2 to 1:
   r = (3 p - p_max - 2 p_min) / (2 (p_max - p_min)).
2. Actor h believes that another's attitude is (2 r_h + r_i) / 3. As it sees it, i wins a contest
   with j with probability P, each side's votes counted with all third parties', which weigh in by
   what is at stake and what they risk; a challenge of j gains
   (1 - s_j) 2 u_ii + s_j (P 2 u_ii + (1 - P) 2 u_ij) - (u_ii + u_ij), s_j the sum of j's saliences.
   i challenges the one that promises most, if that is a gain.
3. A challenge is a bargain: on each issue both move to the mean of their positions, weighted with
   s_ik^2 P^2 and s_jk^2 (1 - P)^2.
4. Of the bargains that an actor is party to, and none, it follows that which all actors, voting
   with their influence on the mean utility of all positions, make most probable.

It ends when a turn moves less than a fiftieth of what the first did.

Source: Bueno de Mesquita (1994), Political forecasting: an expected utility method; in the
formulation, and with the defaults, of the spatial model of politics of KTAB (Wise, Lester and Efird
2015, Multidimensional bargaining using KTAB): proportional votes, linear odds, conditional
probabilities, risk from -1/2 to 1, semi-committed third parties, bargains of the one who sets out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, Self

import numpy as np

from sim.errors import UserError
from sim.theories.given import Given, Positions, Setting
from sim.types import Floats

_SCALE: Final = 100.0
_NONE: Final = 1e-10  # what a side of a contest has at least
_NO_VOTES: Final = 1e-8
_GAIN: Final = 1e-5  # a smaller gain is none
_QUIET: Final = 0.02
_GRAIN: Final = 1e4  # bargains are struck to a hundredth of a point


@dataclass(frozen=True)
class Bargaining:
    """Bargaining among actors with positions.

    Args:
        actors: who they are and where they stand.
        turns: most turns that are played.

    Raises:
        UserError: the saliences of an actor sum to nothing or to more than 100.
    """

    title: ClassVar[str] = "where bargains settle (Bueno de Mesquita 1994; KTAB's formulation)"
    settings: ClassVar[Mapping[str, Setting]] = {
        "turns": Setting(100, 1, 10_000, "most turns that are played"),
    }

    actors: Positions
    turns: int = 100

    def __post_init__(self) -> None:
        total = self.actors.saliences.sum(axis=1)
        for name, value in zip(self.actors.names, total.tolist(), strict=True):
            if not 0 < value <= _SCALE:
                raise UserError(
                    f"the saliences of {name} sum to {value:g}; expected above 0, at most "
                    f"{_SCALE:g}: they are the parts of its influence that it spends"
                )

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take a table of actors, or a scenario.

        Raises:
            UserError: there is none.
        """
        return cls(given.positions(), int(given.numbers(cls.settings)["turns"]))

    @cached_property
    def trajectory(self) -> Floats:
        """Positions by turn, ``(T + 1, N, D)``, 0 to 100."""
        x = self.actors.positions / _SCALE
        history = [x]
        for _ in range(self.turns):
            x = self._turn(x)
            history.append(x)
            moved = [np.linalg.norm(b - a, axis=1).sum() for a, b in (history[:2], history[-2:])]
            if moved[1] <= _QUIET * moved[0]:
                break
        return np.array(history) * _SCALE

    @cached_property
    def chances(self) -> Floats:
        """The probability that an actor's position beats all others, by turn, ``(T + 1, N)``.

        Actors who stand alike share a position.
        """
        found = []
        for x in self.trajectory / _SCALE:
            r = self._risk(self._distances(x, x))
            places, where = np.unique(x, axis=0, return_inverse=True)
            utility = _utility(self._distances(x, places), r[:, None])
            found.append(self._beats_all(utility)[where])
        return np.array(found)

    @property
    def risk(self) -> Floats:
        """Risk attitudes at the start, ``(N,)``."""
        x = self.actors.positions / _SCALE
        return self._risk(self._distances(x, x))

    @property
    def median(self) -> Floats:
        """Weighted median of the positions on each issue at the start, ``(D,)``.

        The weights are influence times salience. On one issue no position beats it in a vote by
        distance (Black 1948).
        """
        found = []
        for k in range(self.actors.positions.shape[1]):
            x = self.actors.positions[:, k]
            weight = self.actors.influence * self.actors.saliences[:, k]
            order = np.argsort(x, kind="stable")
            passed = np.cumsum(weight[order])
            found.append(x[order][np.searchsorted(passed, passed[-1] / 2)])
        return np.array(found)

    def together(self) -> None:
        """Say nothing: positions are no sides."""

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return where positions settle, for JSON; with those of every turn if asked."""
        a, moves = self.actors, self.trajectory
        found: dict[str, Any] = {
            "theory": "bargaining",
            "actors": list(a.names),
            "issues": list(a.issues),
            "turns": len(moves) - 1,
            "median": self.median.tolist(),
            "risk": self.risk.tolist(),
            "positions": moves[-1].tolist(),
            "chances": self.chances[-1].tolist(),
        }
        if every:
            found["trajectory"] = moves.tolist()
        return found

    def show(self) -> Any:
        """Return where each sets out and ends as a table."""
        from sim.system.terminal import table

        a, moves = self.actors, self.trajectory
        columns: list[str | tuple[str, str]] = ["actor", ("influence", "right"), ("risk", "right")]
        columns += [(f"{issue}: from", "right") for issue in a.issues]
        columns += [(f"{issue}: to", "right") for issue in a.issues]
        made = table(f"Bargaining: {len(a.names)} actors, {len(moves) - 1} turns", columns)
        risk = self.risk
        for i, name in enumerate(a.names):
            places = (f"{x:.1f}" for x in itertools.chain(moves[0, i], moves[-1, i]))
            made.add_row(name, f"{a.influence[i]:.3g}", f"{risk[i]:+.2f}", *places)
        return made

    # --- one turn ------------------------------------------------------------------------------
    def _turn(self, x: Floats) -> Floats:
        """Positions ``(N, D)`` after a turn."""
        n, d = len(x), self._distances(x, x)
        r = self._risk(d)
        bargains: list[list[tuple[int, int, Floats, Floats]]] = [[] for _ in range(n)]
        for i in range(n):
            found = self._challenge(i, _utility(d, (2 * r[i] + r)[:, None] / 3))
            if found is not None:
                j, chance = found
                struck = (i, j, *self._bargain(x[i], x[j], i, j, chance))
                bargains[i].append(struck)
                bargains[j].append(struck)
        now = _utility(d, r[:, None])
        result = x.copy()
        for k, mine in enumerate(bargains):
            if not mine:
                continue
            worth = [now.mean(axis=1)]
            for i, j, at_i, at_j in mine:
                new = _utility(self._distances(x, np.array([at_i, at_j])), r[:, None]).sum(axis=1)
                worth.append(worth[0] + (new - now[:, i] - now[:, j]) / n)
            best = int(self._beats_all(np.array(worth).T).argmax())
            if best:
                i, _, at_i, at_j = mine[best - 1]
                result[k] = at_i if i == k else at_j
        return result

    def _distances(self, x: Floats, to: Floats) -> Floats:
        """Distances ``(N, M)`` of M positions from the actors at ``x``, by their saliences."""
        s = self.actors.saliences / _SCALE
        apart = (s[:, None] * (x[:, None] - to[None])) ** 2
        d: Floats = np.sqrt(apart.sum(axis=2) / (s**2).sum(axis=1)[:, None])
        return d

    def _beats_all(self, u: Floats) -> Floats:
        """The probability that each of M options beats all others, by ``u (N, M)``."""
        votes = self.actors.influence[:, None, None] * (u[:, :, None] - u[:, None, :])
        strength = np.maximum(votes, 0).sum(axis=0) + _NO_VOTES
        odds = strength / (strength + strength.T)
        log = np.log(odds).sum(axis=1)
        p: Floats = np.exp(log - log.max())
        p /= p.sum()
        return p

    def _risk(self, d: Floats) -> Floats:
        p = self._beats_all(1 - d)
        span = p.max() - p.min()
        return np.zeros(len(p)) if span <= 0 else (3 * p - p.max() - 2 * p.min()) / (2 * span)

    def _challenge(self, i: int, u: Floats) -> tuple[int, float] | None:
        """Whom i challenges and the chance it sees of winning, by its view of utilities (N, N)."""
        s = self.actors.saliences.sum(axis=1) / _SCALE
        w, own = s * self.actors.influence, np.diag(u)
        best: tuple[int, float] | None = None
        most = _GAIN
        for j in range(len(u)):
            if j == i:
                continue
            mine = _NONE + w[i] * max(own[i] - u[i, j], 0.0)
            theirs = _NONE + w[j] * max(own[j] - u[j, i], 0.0)
            vote = w * (u[:, i] - u[:, j])
            alone = (mine + np.maximum(vote, 0)) / (mine + theirs + np.abs(vote))
            # a helper of the side that loses must take the other's position
            with_i = alone * (2 * u[:, i] + own) + (1 - alone) * 3 * u[:, j]
            with_j = alone * 3 * u[:, i] + (1 - alone) * (2 * u[:, j] + own)
            help_ = w * (with_i - with_j)
            help_[[i, j]] = 0.0
            mine += np.maximum(help_, 0).sum()
            theirs += np.maximum(-help_, 0).sum()
            chance = mine / (mine + theirs)
            contest = 2 * (chance * own[i] + (1 - chance) * u[i, j])
            gain = (1 - s[j]) * 2 * own[i] + s[j] * contest - (own[i] + u[i, j])
            if gain > most:
                best, most = (j, float(chance)), gain
        return best

    def _bargain(
        self, at_i: Floats, at_j: Floats, i: int, j: int, chance: float
    ) -> tuple[Floats, Floats]:
        """Where i and j go, ``(D,)`` each."""
        s = self.actors.saliences / _SCALE
        one, other = s[i] ** 2 * chance**2, s[j] ** 2 * (1 - chance) ** 2
        still = 1e-6  # who does not care and cannot win stays
        total = one + other + still
        i_goes = ((one + still) * at_i + other * at_j) / total
        j_goes = (one * at_i + (other + still) * at_j) / total
        return np.floor(i_goes * _GRAIN + 0.5) / _GRAIN, np.floor(j_goes * _GRAIN + 0.5) / _GRAIN


def _utility(d: Floats, r: Floats) -> Floats:
    """(1 - d)(1 + r d); beyond a distance of 1, which rounding leads to, (1 - d)(1 + r)."""
    return (1 - d) * (1 + r * np.minimum(d, 1))


THEORY = Bargaining

"""How far a partition can be from the best one: an upper bound on the score, or a proof.

The score is bounded by the linear relaxation of correlation clustering (Grotschel & Wakabayashi
1989): maximise sum tie_ij x_ij with x_ij in [0, 1] (1 for two states together) and x_ij + x_jk -
x_ik <= 1 for every triple. The triangle inequalities are many and few of them bind, so they are
added as they are violated; the bound holds at every stage. Where it stays above the score and the
network is small, the same rows with whole numbers settle the matter (branch and bound of HiGHS).

No bound is taken on the solver's word alone. Any multipliers y >= 0 of the inequalities give a true
one, sum y + sum max(0, tie - A'y), as every x_ij lies in [0, 1] (Neumaier & Shcherbina 2004); it is
that sum which is used, whatever the solver says of its success. Branch and bound can be trusted
only as far as HiGHS can, and is refused where it contradicts a partition that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.blocs.partitions import canonical, weight_inside
from sim.blocs.search import Labels, checked, find_blocs
from sim.types import Floats

EXACT_UP_TO: Final = 60
"""States up to which branch and bound is tried where the relaxation does not close the gap."""

SECONDS: Final = 60.0
"""Time after which the best bound so far is given."""

RELAXED_UP_TO: Final = 300
"""States up to which the relaxation is solved; beyond, all positive ties together are the bound."""

_ROUNDS: Final = 60
_ROWS_A_ROUND: Final = 4000
_VIOLATED: Final = 1e-6
_EQUAL: Final = 1e-7  # of the score: rounding in the solver
_OPTIMAL, _STOPPED = 0, 1  # of scipy's solvers: all others are failures


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is known of a partition's distance from the best.

    Attributes:
        labels: the partition, ``(N,)``; a better one if branch and bound found it.
        score: weight inside it.
        bound: no partition scores more.
        exact: whether branch and bound was needed.
        triangles: inequalities used.
    """

    labels: Labels
    score: float
    bound: float
    exact: bool
    triangles: int

    @property
    def gap(self) -> float:
        """(bound - score) / bound, 0 where both are nothing."""
        return max(0.0, self.bound - self.score) / self.bound if self.bound > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether the partition is a best one, up to the solver's rounding (1e-7 of the score)."""
        return self.gap <= _EQUAL


def certify(
    tie: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    exact_up_to: int = EXACT_UP_TO,
    seconds: float = SECONDS,
) -> Certificate:
    """Bound the score of a partition of the network ``tie (N, N)`` from above.

    Args:
        tie: symmetric signed weights; the diagonal is ignored.
        labels: the partition ``(N,)``; by default :func:`find_blocs` is asked for one.
        exact_up_to: states up to which branch and bound may be tried.
        seconds: after which no further step is begun; the bound found until then is given.

    Returns:
        The certificate; :attr:`Certificate.proven` where bound and score meet.

    Raises:
        ValueError: the array is not square, not symmetric or not finite, or the partition is not
            one of its states.

    >>> certify([[0, 1, -1], [1, 0, -1], [-1, -1, 0]]).proven
    True
    """
    weights = checked(tie)
    if weights.ndim != 2:
        raise ValueError(f"tie: expected one network (N, N), got {weights.shape}")
    z = find_blocs(weights) if labels is None else canonical(labels)
    if z.shape != weights.shape[:1]:
        raise ValueError(f"labels: expected ({len(weights)},), got {z.shape}")
    stop = monotonic() + seconds
    score = weight_inside(weights, z)
    program = _Program(weights, stop)
    bound = program.relax(score) if len(weights) <= RELAXED_UP_TO else program.loosest()
    exact = False
    if bound > score * (1.0 + _EQUAL) and len(weights) <= exact_up_to and monotonic() < stop:
        exact = True
        tighter, better = program.branch()
        if better is not None and weight_inside(weights, better) > score:
            z, score = better, weight_inside(weights, better)
        if tighter >= score * (1.0 - _EQUAL):  # else it is above no partition: the solver erred
            bound = min(bound, tighter)
    return Certificate(z, score, max(bound, score), exact, program.rows)


class _Program:
    """The relaxation with the inequalities found so far, until the time ``stop``."""

    def __init__(self, weights: Floats, stop: float) -> None:
        self.stop = stop
        self.n = len(weights)
        self.i, self.j = np.triu_indices(self.n, 1)
        self.at = np.zeros((self.n, self.n), np.int64)
        self.at[self.i, self.j] = self.at[self.j, self.i] = np.arange(len(self.i))
        self.scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        self.gain = weights[self.i, self.j] / self.scale
        self._triples = np.zeros((0, 3), np.int64)  # pairs (first, second, third) of each row

    @property
    def rows(self) -> int:
        """Number of inequalities."""
        return len(self._triples)

    def _matrix(self) -> Any:
        from scipy.sparse import csr_matrix

        rows = np.repeat(np.arange(self.rows), 3)
        signs = np.tile([1.0, 1.0, -1.0], self.rows)
        shape = (self.rows, len(self.gain))
        return csr_matrix((signs, (rows, self._triples.ravel())), shape=shape)

    def _left(self) -> float:
        """Seconds that the solver may take."""
        return max(0.01, self.stop - monotonic())

    def loosest(self) -> float:
        """The bound without any inequality: all positive ties."""
        return float(np.maximum(self.gain, 0.0).sum()) * self.scale

    def _add_violated(self, x: Floats) -> bool:
        """Add the worst violated inequalities, x_ij + x_jk - x_ik <= 1; say if there were any."""
        square = np.zeros((self.n, self.n))
        square[self.i, self.j] = square[self.j, self.i] = x
        found = []
        for middle in range(self.n):
            near = square[:, middle]
            excess = near[:, None] + near[None, :] - square - 1.0
            excess[middle, :] = excess[:, middle] = 0.0
            i, k = np.nonzero(np.triu(excess, 1) > _VIOLATED)
            if i.size > _ROWS_A_ROUND:  # no more than can be used are kept at any time
                worst = np.argpartition(-excess[i, k], _ROWS_A_ROUND)[:_ROWS_A_ROUND]
                i, k = i[worst], k[worst]
            if i.size:
                triples = np.stack([self.at[i, middle], self.at[middle, k], self.at[i, k]], axis=1)
                found.append((excess[i, k], triples))
        if not found:
            return False
        excesses = np.concatenate([excess for excess, _ in found])
        triples = np.concatenate([rows for _, rows in found])
        best = np.argsort(-excesses, kind="stable")[:_ROWS_A_ROUND]
        self._triples = np.concatenate([self._triples, triples[best]])
        return True

    def relax(self, score: float) -> float:
        """Solve the relaxation and return the bound; ends early once the score is met."""
        from scipy.optimize import linprog

        x = (self.gain > 0).astype(np.float64)
        bound = self.loosest()
        for _ in range(_ROUNDS):
            met = bound <= score * (1.0 + _EQUAL)
            if met or monotonic() >= self.stop or not self._add_violated(x):
                break
            matrix = self._matrix()
            solved = linprog(
                -self.gain,
                A_ub=matrix,
                b_ub=np.ones(self.rows),
                bounds=(0.0, 1.0),
                method="highs",
                options={"time_limit": self._left()},
            )
            if solved.status not in (_OPTIMAL, _STOPPED) or solved.x is None:
                break
            bound = min(bound, self._dual(matrix, solved.ineqlin.marginals))
            if solved.status == _STOPPED:
                break
            x = solved.x
        return bound

    def _dual(self, matrix: Any, marginals: npt.ArrayLike | None) -> float:
        """The bound that multipliers of the inequalities give: a true one for any y >= 0."""
        if marginals is None:
            return np.inf
        y = np.maximum(0.0, -np.asarray(marginals, np.float64))
        if y.shape != (self.rows,) or not np.isfinite(y).all():
            return np.inf
        left = np.maximum(0.0, self.gain - matrix.T @ y)
        return float(y.sum() + left.sum()) * self.scale

    def branch(self) -> tuple[float, Labels | None]:
        """Solve with whole numbers; return the bound and the partition, if one was found.

        With part of the inequalities the solver's bound holds all the same; only a solution that
        meets all of them is a partition.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        bound = np.inf
        for _ in range(_ROUNDS):
            solved = milp(
                -self.gain,
                integrality=np.ones(len(self.gain)),
                bounds=Bounds(0.0, 1.0),
                constraints=LinearConstraint(self._matrix(), -np.inf, 1.0),
                options={"time_limit": self._left(), "mip_rel_gap": 0.0},
            )
            if solved.status not in (_OPTIMAL, _STOPPED):
                break
            limit = solved.mip_dual_bound
            if limit is not None and np.isfinite(limit):
                bound = min(bound, -float(limit) * self.scale)
            if solved.status == _STOPPED or solved.x is None:
                break
            x = np.round(solved.x)
            if not self._add_violated(x):
                together = np.eye(self.n, dtype=bool)
                together[self.i, self.j] = together[self.j, self.i] = x > 0.5
                return bound, canonical(together.argmax(axis=1))
            if monotonic() >= self.stop:
                break
        return bound, None

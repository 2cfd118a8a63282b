"""Carrying a chosen move out, and the row of the log that explains it."""

from __future__ import annotations

import numpy as np

from sim.compiled.jit import njit
from sim.kernel.choice import consent
from sim.kernel.layout import LOG_HEAD, PACT, TERM_COUNT, rules
from sim.rules.decisions import assessment
from sim.rules.moves import pact
from sim.rules.pair_variables import COOLDOWN, LEVEL
from sim.rules.streams import CONSENT, keyed, unit
from sim.rules.terms import Tie
from sim.types import Blocks, Luck


@njit
def make(
    w: Blocks,
    luck: Luck,
    i: int,
    j: int,
    kind: int,
    to: float,
    k: int,
    position: int,
    rows: np.ndarray,
    logged: int,
) -> int:
    """Carry the chosen move out, after consent where it needs it, and write its row of the log."""
    row = min(logged, rows.shape[0] - 1)
    for c in range(rows.shape[1]):
        rows[row, c] = 0.0
    for slot in range(3):
        rows[row, LOG_HEAD + 2 * TERM_COUNT + slot] = -1.0
    accepted = True
    before = 0.0
    if kind == PACT:
        before = w.M[LEVEL, i, j]
        a = pact.tie_at(w, i, j, before)
        b = pact.tie_at(w, i, j, to)
        aj = pact.tie_at(w, j, i, before)
        bj = pact.tie_at(w, j, i, to)
        per_gj = rules.per_commitment(w, j, i)
        per_ej = rules.per_entrapment(w, j, i)
        rows[row, 8] = explain(w, i, j, a, b, rows, row, LOG_HEAD)
        rows[row, 9] = explain(w, j, i, aj, bj, rows, row, LOG_HEAD + TERM_COUNT)
        if to > before:
            bits, _, _, _ = keyed(luck, CONSENT, k, luck.keys[i], luck.keys[j], int(to))
            accepted = unit(bits) < consent(w, i, j, aj, to, per_gj, per_ej)
        if accepted:
            most_moved(w, i, j, a.g, b.g, rows, row)
            pact.conclude(w, i, j, a, b)
        else:
            w.M[COOLDOWN, i, j] = w.P[pact.COOL]
    else:
        before = rules.make(w, i, j, kind, to, rows, row, LOG_HEAD)
    rules.mirror_pair(w, i, j)
    rows[row, 0] = luck.tick
    rows[row, 1] = position
    rows[row, 2] = i
    rows[row, 3] = j
    rows[row, 4] = kind
    rows[row, 5] = before
    rows[row, 6] = to
    rows[row, 7] = 1.0 if accepted else 0.0
    return logged + 1


@njit
def explain(
    w: Blocks,
    i: int,
    j: int,
    a: Tie,
    b: Tie,
    rows: np.ndarray,
    row: int,
    at: int,
) -> float:
    """Write the parts of i's change of utility for a pact into a log row; returns their sum."""
    rules.pact_parts(w, i, j, a, b, rows, row, at)
    rules.per_commitment_parts(w, i, j, b.g - a.g, rows, row, at)
    rules.per_entrapment_parts(w, i, j, b.e - a.e, rows, row, at)
    total = 0.0
    for k in range(TERM_COUNT):
        total += rows[row, at + k]
    return total


@njit
def appraise(w: Blocks, level: float, out: np.ndarray) -> None:
    """Write the parts of i's change of utility for a tie of this level with j to row ``i n + j``.

    ``out (n n, terms)``; rows of states with themselves stay as they are.
    """
    for i in range(w.n):
        for j in range(w.n):
            if i != j:
                a, b = pact.tie_at(w, i, j, w.M[LEVEL, i, j]), pact.tie_at(w, i, j, level)
                explain(w, i, j, a, b, out, i * w.n + j, 0)


@njit
def most_moved(
    w: Blocks,
    i: int,
    j: int,
    g0: float,
    g1: float,
    rows: np.ndarray,
    row: int,
) -> None:
    """The three third states whose utility a pact changes most, with the change (logits)."""
    at = LOG_HEAD + 2 * TERM_COUNT
    for slot in range(3):
        rows[row, at + slot] = -1.0
    patron_i = (g1 - g0) * w.V[assessment.ROOT, j]
    patron_j = (g1 - g0) * w.V[assessment.ROOT, i]
    for m in range(w.n):
        if m in (i, j):
            continue
        threat = assessment.third_threat_change(w, m, i, j, g1 - g0)
        du = rules.third(w, m, i, j, threat, patron_i, patron_j)
        if du == 0.0:
            continue
        slot = 3
        while slot > 0 and (
            rows[row, at + slot - 1] < 0.0 or abs(du) > abs(rows[row, at + 3 + slot - 1])
        ):
            slot -= 1
        for s in range(2, slot, -1):
            rows[row, at + s] = rows[row, at + s - 1]
            rows[row, at + 3 + s] = rows[row, at + 3 + s - 1]
        if slot < 3:
            rows[row, at + slot] = m
            rows[row, at + 3 + slot] = du

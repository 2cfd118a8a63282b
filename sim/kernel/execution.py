"""Carrying a chosen move out, and the row of the log that explains it."""

from __future__ import annotations

import numpy as np

from sim.decisions import assessment, moves
from sim.decisions.terms import Tie
from sim.fields import AID, CONTACT, COOLDOWN, EFFORT, LEVEL, SANCTIONS, TENSION
from sim.jit import njit
from sim.kernel.choice import consent
from sim.kernel.layout import (
    ARM,
    COURT,
    DISARM,
    GRANT,
    LIFT,
    LOG_HEAD,
    PACT,
    SANCTION,
    STOP,
    TERM_COUNT,
    rules,
)
from sim.streams import CONSENT, block, unit
from sim.types import Dyads, States, Vector


@njit
def make(
    i: int,
    j: int,
    kind: int,
    to: float,
    k: int,
    position: int,
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
    tick: int,
    seed: int,
    run: int,
    keys: np.ndarray,
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
        before = M[LEVEL, i, j]
        a = moves.tie_at(M, P, i, j, before)
        b = moves.tie_at(M, P, i, j, to)
        aj = moves.tie_at(M, P, j, i, before)
        bj = moves.tie_at(M, P, j, i, to)
        per_gj = rules.per_commitment(M, V, P, j, i)
        per_ej = rules.per_entrapment(M, V, P, j, i)
        rows[row, 8] = explain(M, V, P, i, j, a, b, rows, row, LOG_HEAD)
        rows[row, 9] = explain(M, V, P, j, i, aj, bj, rows, row, LOG_HEAD + TERM_COUNT)
        if to > before:
            bits, _, _, _ = block(seed, run, CONSENT, tick, k, keys[i], keys[j], int(to))
            accepted = unit(bits) < consent(M, V, P, i, j, aj, to, per_gj, per_ej)
        if accepted:
            most_moved(M, V, P, n, i, j, a.g, b.g, rows, row)
            moves.conclude(M, V, P, n, i, j, a, b)
        else:
            M[COOLDOWN, i, j] = P[moves.COOL]
    elif kind in (SANCTION, LIFT):
        before = M[SANCTIONS, i, j]
        rules.sanction_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.sanction(M, V, P, i, j, before, to)
        moves.set_sanctions(M, V, P, i, j, to)
    elif kind in (GRANT, STOP):
        before = M[AID, i, j]
        rules.aid_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.aid(M, V, P, i, j, before, to)
        moves.set_aid(M, V, i, j, to)
    elif kind in (ARM, DISARM):
        before = V[EFFORT, i]
        rules.arm_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.arm(M, V, P, i, j, before, to)
        moves.set_effort(V, i, to)
    elif kind == COURT:
        before = M[CONTACT, j, i]
        rules.court_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.court(M, V, P, i, j, before, to)
        moves.court(M, V, i, j)
    else:
        before = M[TENSION, i, j]
        rules.tension_parts(M, V, P, i, j, before, to, rows, row, LOG_HEAD)
        rows[row, 8] = rules.tension(M, V, P, i, j, before, to)
        moves.set_tension(M, i, j, to)
    rows[row, 0] = tick
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
    M: Dyads,
    V: States,
    P: Vector,
    i: int,
    j: int,
    a: Tie,
    b: Tie,
    rows: np.ndarray,
    row: int,
    at: int,
) -> float:
    """Write the parts of i's change of utility for a pact into a log row; returns their sum."""
    rules.pact_parts(M, V, P, i, j, a, b, rows, row, at)
    rules.per_commitment_parts(M, V, P, i, j, b.g - a.g, rows, row, at)
    rules.per_entrapment_parts(M, V, P, i, j, b.e - a.e, rows, row, at)
    total = 0.0
    for k in range(TERM_COUNT):
        total += rows[row, at + k]
    return total


@njit
def most_moved(
    M: Dyads,
    V: States,
    P: Vector,
    n: int,
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
    patron_i = (g1 - g0) * V[assessment.ROOT, j]
    patron_j = (g1 - g0) * V[assessment.ROOT, i]
    for m in range(n):
        if m in (i, j):
            continue
        threat = assessment.third_threat_change(M, P, m, i, j, g1 - g0)
        du = rules.third(M, V, P, m, i, j, threat, patron_i, patron_j)
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

"""Keyed random streams: a draw is a function of who decides what and when, not of what came before.

Philox 4x64-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") maps a key
(seed, run) and a counter (tick and opportunity, pair of states, stream, block) to 256 random bits.
Two arms of a scenario with the same seed therefore share their luck draw by draw, and neither the
number of workers nor an added state or mechanism shifts the luck of the others. States enter by
:func:`state_key`, a stable hash of their code, not by their position.
"""

from __future__ import annotations

import hashlib

import numpy as np

from sim.compiled.jit import multiply_high, njit, wrapping
from sim.compiled.mathx import log
from sim.types import Luck

# streams, one a purpose; a rule in a file of its own has :func:`stream`
OPPORTUNITY = 1
CHOICE = 2
CONSENT = 3
DRIFT = 4
DRAWS = 5
ORGANISE = 6
ESCALATION = 7
ENTRY = 8
JOINT = 9

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_TWELVE = np.uint64(12)
_SCALE = 2.0**-52


def state_key(code: str) -> int:
    """A 31-bit hash of a state's code that never changes between versions or machines."""
    digest = hashlib.blake2b(code.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


def stream(name: str) -> int:
    """Number of a stream by the name of a rule, which never changes; beyond those above."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 2 | 1 << 62


@njit
@wrapping
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One block of Philox 4x64-10: four uint64 from a counter of four and a key of two."""
    for _ in range(10):
        high0 = multiply_high(_M0, c0)
        low0 = _M0 * c0
        high1 = multiply_high(_M1, c2)
        low1 = _M1 * c2
        c0 = high1 ^ c1 ^ k0
        c1 = low1
        c2 = high0 ^ c3 ^ k1
        c3 = low0
        k0 = k0 + _W0
        k1 = k1 + _W1
    return c0, c1, c2, c3


@njit
def unit(bits: np.uint64) -> float:
    """A uniform number in the open interval (0, 1) from 64 random bits."""
    return (float(bits >> _TWELVE) + 0.5) * _SCALE


@njit
def exponential(bits: np.uint64) -> float:
    """A standard exponential number, -ln u."""
    return -log(unit(bits))


@njit
def block(
    seed: int,
    run: int,
    stream: int,
    tick: int,
    opportunity: int,
    mover: int,
    partner: int,
    number: int,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """The 256 bits of one purpose: ``mover`` and ``partner`` are :func:`state_key` values."""
    return philox(
        np.uint64(tick) | (np.uint64(opportunity) << np.uint64(32)),
        np.uint64(mover) | (np.uint64(partner) << np.uint64(32)),
        np.uint64(stream),
        np.uint64(number),
        np.uint64(seed),
        np.uint64(run),
    )


@njit
def keyed(
    luck: Luck, stream: int, opportunity: int, mover: int, partner: int, number: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """:func:`block` of the present quarter of a run."""
    return block(luck.seed, luck.run, stream, luck.tick, opportunity, mover, partner, number)

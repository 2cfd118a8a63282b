"""What the plain equations read: a world by names, and the keyed luck of its states.

Nothing here calls a function of the package: rows of variables come from its vocabulary, random
bits from numpy's own Philox generator.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules import catalogue as names
from sim.rules import streams
from sim.rules.declarations import COLLECTIVES
from tests.support_world import Case

Floats = NDArray[np.float64]
#: New values by name: rows ``(N,)``, sheets ``(N, N)``, rows of collectives ``(K,)``; under
#: ``"parts"`` the parts of states in collectives ``(K, N)``.
Changes = dict[str, Floats]

FULL = 0.999


class World:
    """Variables and parameters by name.

    ``w["trust"]`` is a sheet, ``w["capability"]`` a row of states, ``w["cohesion"]`` a row of
    collectives; where a variable of pairs and one of collectives share a name,
    ``w.collective(name)`` is the latter.
    """

    def __init__(self, case: Case) -> None:
        self._values = {f.name: case.M[f.row].copy() for f in names.DYAD_FIELDS.values()}
        self._values |= {f.name: case.V[f.row].copy() for f in names.STATE_FIELDS.values()}
        self._p = {x.name: float(case.P[x.row]) for x in names.PARAMS.values()}
        self._collectives = {}
        if case.G.size:
            fields = names.COLLECTIVE_FIELDS.values()
            self._collectives = {f.name: case.G[f.row].copy() for f in fields}
        self.parts = case.B.copy()
        self.keys = case.keys
        self.n = case.n

    def __getitem__(self, name: str) -> Floats:
        return self._values[name] if name in self._values else self._collectives[name]

    def p(self, name: str) -> float:
        """A parameter."""
        return self._p[name]

    def collective(self, name: str) -> Floats:
        """A variable of collectives, ``(K,)``."""
        return self._collectives[name]

    def of_kind(self, kind: str) -> list[int]:
        """Columns of the collectives of a kind."""
        code = COLLECTIVES.index(kind)
        return [
            int(k)
            for k in np.flatnonzero(self._collectives.get("collective_kind", np.empty(0)) == code)
        ]

    def members(self, k: int) -> list[int]:
        """The full members of an organisation."""
        return [int(i) for i in np.flatnonzero(self.parts[k] > FULL)]

    def side(self, k: int, of: float) -> list[int]:
        """The full parties on a side (1 or -1) of a conflict."""
        return [int(i) for i in np.flatnonzero(of * self.parts[k] > FULL)]

    def copy(self) -> World:
        """A world of its own, to be written into."""
        new = self.changed({})
        new._values = {name: value.copy() for name, value in self._values.items()}
        new._collectives = {name: value.copy() for name, value in self._collectives.items()}
        new.parts = self.parts.copy()
        return new

    def changed(self, changes: Changes) -> World:
        """The world with new values of some variables; all others are shared, to be read only."""
        new = object.__new__(World)
        new.__dict__.update(self.__dict__)
        new._values, new._collectives = dict(self._values), dict(self._collectives)
        for name, value in changes.items():
            if name == "parts":
                new.parts = value.copy()
            elif name in new._values and new._values[name].shape == value.shape:
                new._values[name] = value.copy()
            else:
                new._collectives[name] = value.copy()
        return new

    def after(self, kind: str, i: int, j: int, to: float) -> World:
        """The world after a move of i towards j, as far as utility reads it, made by hand."""
        new = self.copy()
        match kind:
            case "pact":
                new["pact_level"][i, j] = new["pact_level"][j, i] = to
            case "sanction":
                new["sanctions"][i, j] = to
            case "aid":
                new["aid"][i, j] = to
            case "court":
                new["contact"][i, j] += 0.25 * (1.0 - new["contact"][i, j])
                new["contact"][j, i] += 0.15 * (1.0 - new["contact"][j, i])
            case "tension":
                new["tension"][i, j] = to
            case "arm":
                new["arms_effort"][i] = to
        return new


def luck(
    stream: int, tick: int, seed: int, run: int, chance: int, one: int, two: int, number: int = 0
) -> Floats:
    """Four uniform numbers of (0, 1) by a key: who decides (``one`` about ``two``), what and when.

    Philox 4x64-10 of the counter (tick | chance << 32, one | two << 32, stream, number) under the
    key (seed, run); numpy adds one to its counter before the first block.
    """
    words = (tick | chance << 32, one | two << 32, stream, number)
    before = (sum(word << (64 * at) for at, word in enumerate(words)) - 1) % 2**256
    counter = np.array([(before >> (64 * at)) & (2**64 - 1) for at in range(4)], dtype=np.uint64)
    bits = np.random.Philox(counter=counter, key=np.array([seed, run], dtype=np.uint64))
    return ((bits.random_raw(4) >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52


#: One stream a purpose.
DRIFT, ORGANISE, OPPORTUNITY = streams.DRIFT, streams.ORGANISE, streams.OPPORTUNITY
ESCALATION, ENTRY = streams.ESCALATION, streams.ENTRY
CHOICE, CONSENT = streams.CHOICE, streams.CONSENT


# --- small words of the equations ----------------------------------------------------------------


def no_self(sheet: Floats) -> Floats:
    """The sheet with nothing on its diagonal."""
    out = np.array(sheet, dtype=float)
    np.fill_diagonal(out, 0.0)
    return out


def up(x: Floats) -> Floats:
    """(x)+, what is above zero."""
    return np.maximum(0.0, x)


def unit(x: Floats) -> Floats:
    """Held in [0, 1]."""
    return np.clip(x, 0.0, 1.0)


def over(a: Floats, b: Floats) -> Floats:
    """a / b, and nothing of nothing."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b > 0.0)


def heavier(sheet: Floats) -> Floats:
    """The larger of what the two of a pair do to each other."""
    return np.maximum(sheet, sheet.T)


def share_of_other(x: Floats) -> Floats:
    """x_j / (x_i + x_j) at [i, j]."""
    return over(x, x[:, None] + x)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return float(1.0 / (1.0 + np.exp(-x)))


def barred(w: World) -> Floats:
    """The heavier of the two sides' sanctions above that of the start, (max S - max S0)+."""
    return up(heavier(w["sanctions"]) - heavier(w["sanctions_start"]))


def rise(w: World, name: str) -> Floats:
    """What a variable has risen by since the start, (x - x0)+."""
    return up(w[name] - w[f"{name}_start"])

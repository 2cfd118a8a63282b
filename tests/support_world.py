"""Made-up worlds of no country, straight from the registry, and compiled doors to the rules.

:func:`random_case` draws a valid initial state and valid parameters for a few states; new variables
and parameters are drawn by their declared bounds without a change here. :func:`probes` compiles
small doors to functions of the kernel that have no entry point of their own, once for a version of
the sources, beside the kernel's own cache.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import kernel
from sim.rules import catalogue as names
from sim.rules import codegen
from sim.rules.declarations import COLLECTIVES, Field
from sim.rules.priors import UNSTATED, complete
from sim.rules.streams import state_key
from sim.types import Blocks, Luck

Floats = NDArray[np.float64]

#: Kinds of moves in the words of the terms' change functions, with the variable that each changes.
CHANGED = {
    "pact": "pact_level",
    "sanction": "sanctions",
    "aid": "aid",
    "court": "contact",
    "tension": "tension",
    "arm": "arms_effort",
}


@dataclass
class Case:
    """The blocks of one world, with calls of the compiled kernel by argument names."""

    M: Floats
    V: Floats
    G: Floats
    B: Floats
    P: Floats
    keys: NDArray[np.int64]

    @property
    def n(self) -> int:
        return int(self.V.shape[1])

    @property
    def blocks(self) -> Blocks:
        """The arrays as rules get them."""
        return Blocks(self.M, self.V, self.G, self.B, self.P, self.n)

    def luck(self, tick: int = 1, seed: int = 1, run: int = 0) -> Luck:
        """What draws of a quarter are keyed by."""
        return Luck(tick, seed, run, self.keys)

    def copy(self) -> Case:
        blocks = (self.M, self.V, self.G, self.B, self.P)
        return Case(*(block.copy() for block in blocks), self.keys)

    def dyads(self, name: str) -> Floats:
        """The sheet of a dyadic variable, to read or to write."""
        return self.M[names.DYAD_FIELDS[name].row]

    def states(self, name: str) -> Floats:
        """The row of a variable of states, to read or to write."""
        return self.V[names.STATE_FIELDS[name].row]

    def collectives(self, name: str) -> Floats:
        """The row of a variable of collectives, ``(K,)``, to read or to write."""
        return self.G[names.COLLECTIVE_FIELDS[name].row]

    def collective(self, kind: str, at: int = 0) -> int:
        """Column of the ``at``-th collective of a kind."""
        kinds = self.collectives("collective_kind")
        return int(np.flatnonzero(kinds == COLLECTIVES.index(kind))[at])

    def parts(self, kind: str) -> Floats:
        """The parts of states in the collectives of a kind, ``(those, N)``, to read or write."""
        first = self.collective(kind)
        count = int((self.collectives("collective_kind") == COLLECTIVES.index(kind)).sum())
        return self.B[first : first + count]

    def p(self, name: str) -> float:
        return float(self.P[names.PARAMS[name].row])

    def set_p(self, **values: float) -> None:
        """Set parameters; ``__`` in a name stands for the dot."""
        for name, value in values.items():
            self.P[names.PARAMS[name.replace("__", ".")].row] = value

    def call(self, entry: str, **given: Any) -> Any:
        """Call an entry point of the kernel; blocks, keys and working space fill in themselves."""
        known: dict[str, Any] = {"w": self.blocks, "keys": self.keys}
        if "tick" in given:
            known["luck"] = self.luck(given.pop("tick"), given.pop("seed"), given.pop("run", 0))
        arguments = []
        for name in kernel.SIGNATURES[entry].split(", "):
            value = given.pop(name, known.get(name))
            if value is None and name == "choice":
                value = np.zeros(kernel.choice_cells(self.n))
            if value is None:
                raise TypeError(f"{entry} needs {name}")
            arguments.append(value)
        if given:
            raise TypeError(f"{entry} does not take {', '.join(given)}")
        return getattr(compiled(), entry)(*arguments)

    def schedule(self, tick: int, seed: int, run: int = 0) -> NDArray[np.int64]:
        """The (state, opportunity) pairs of a quarter in their order."""
        room = self.n * kernel.MAX_OPPORTUNITIES
        order = np.zeros((room, 2), dtype=np.int64)
        count = self.call(
            "schedule", tick=tick, seed=seed, run=run, order=order, times=np.empty(room)
        )
        return order[:count]

    def play(self, quarters: int, seed: int = 1, run: int = 0) -> Iterator[Floats]:
        """Advance quarter by quarter, in place; yields the log rows of each quarter."""
        log = np.zeros((17 * self.n, kernel.LOG_COLUMNS))
        counts = np.zeros(2, dtype=np.int64)
        for tick in range(1, quarters + 1):
            key = {"tick": tick, "seed": seed, "run": run}
            self.call("settle", **key)
            logged = self.call("organise", logged=0, **turns(log), **key)
            for position, (i, k) in enumerate(self.schedule(**key)):
                logged = self.call(
                    "turn",
                    i=int(i),
                    k=int(k),
                    position=position,
                    logged=logged,
                    counts=counts,
                    **turns(log),
                    **key,
                )
            self.call("finish")
            yield log[:logged].copy()

    def one_turn(
        self, i: int, *, seed: int = 1, run: int = 0, tick: int = 1, k: int = 0
    ) -> Floats | None:
        """One opportunity of state i, in place; the row of the log if it made a move."""
        log = np.zeros((1, kernel.LOG_COLUMNS))
        logged = self.call(
            "turn",
            i=i,
            k=k,
            position=0,
            logged=0,
            counts=np.zeros(2, dtype=np.int64),
            tick=tick,
            seed=seed,
            run=run,
            **turns(log),
        )
        return log[0] if logged else None

    def values(self, i: int) -> Floats:
        """Contributions of the terms to the utility of i, by the compiled plain definitions."""
        out = np.empty(kernel.TERM_COUNT)
        self.call("term_values", i=i, out=out)
        return out

    def changes(self, kind: str, i: int, j: int, to: float) -> Floats:
        """What the terms' change functions say of a move of i, in logits."""
        out = np.zeros((1, kernel.TERM_COUNT))
        if kind == "pact":
            probes().pact_parts(self.blocks, i, j, float(to), out)
        else:
            now = self.now(kind, i, j)
            getattr(probes(), f"{kind}_parts")(self.blocks, i, j, now, float(to), out)
        return out[0]

    def now(self, kind: str, i: int, j: int) -> float:
        """Present value of what a kind of move changes (for courting: the attention received)."""
        if kind == "arm":
            return float(self.states("arms_effort")[i])
        if kind == "court":
            return float(self.dyads("contact")[j, i])
        return float(self.dyads(CHANGED[kind])[i, j])

    def move(self, kind: str, i: int, j: int, to: float) -> None:
        """Make a move, in place, without asking anybody."""
        probes().move(list(CHANGED).index(kind), self.blocks, i, j, float(to))


def turns(log: Floats) -> dict[str, Floats]:
    """The log under the name that the entry point gives it."""
    return {"log": log}


# --- random worlds -------------------------------------------------------------------------------


def random_case(n: int = 8, seed: int = 0, *, settled: bool = True, wars: bool = True) -> Case:
    """A random valid world: variables within their bounds, parameters in their plausible ranges.

    Settled by the kernel's ``begin`` unless asked otherwise, and then ready for a first quarter.
    """
    rng = np.random.default_rng(seed)
    m = np.zeros((len(names.DYAD_FIELDS), n, n))
    v = np.zeros((len(names.STATE_FIELDS), n))
    p = np.array([rng.uniform(*x.plausible) for x in names.PARAMS.values()])
    # terms that count for nothing in ties would not be seen
    ties = [term.ties for term in names.TERMS.values() if term.ties is not None]
    p[ties] = rng.uniform(0.5, 1.5, len(ties))
    for field in names.STATE_FIELDS.values():
        v[field.row] = field.default
        if field.initial:
            v[field.row] = random_states(field, n, rng)
        elif field.name.startswith("weight_"):
            v[field.row] = rng.uniform(0.5, 1.5, n)
        elif field.name.startswith("taboo_"):
            v[field.row] = rng.choice([0.0, 1.0, 3.0], n)
    for field in names.DYAD_FIELDS.values():
        m[field.row] = field.default
        if field.initial:
            m[field.row] = random_pairs(field, n, rng)
    levels = rng.choice([0.0, 1.0, 2.0, 3.0], (n, n), p=[0.6, 0.2, 0.1, 0.1])
    m[names.DYAD_FIELDS["pact_level"].row] = symmetric(levels)
    floors = np.where(rng.random((n, n)) < 0.15, rng.uniform(0.1, 1.0, (n, n)), 0.0)
    m[names.DYAD_FIELDS["organisation_floor"].row] = symmetric(floors)
    if not wars:
        m[names.DYAD_FIELDS["war"].row] = 0.0
    for row in UNSTATED:
        m[row][rng.random((n, n)) < 0.3] = np.nan
    complete(m, v, p)
    g, b = random_collectives(n, rng)
    case = Case(m, v, g, b, p, np.array([state_key(f"S{i}") for i in range(n)], dtype=np.int64))
    if settled:
        case.call("begin")
    return case


#: Collectives of a random world: the order, organisations, conflicts and schools.
RANDOM_KINDS = (0, 1, 1, 1, 2, 2, 3, 3, 3)


def random_collectives(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """An order, some organisations and conflicts, and schools that nobody follows."""
    kinds = np.array(RANDOM_KINDS, dtype=float)
    g = np.zeros((len(names.COLLECTIVE_FIELDS), kinds.size))
    b = np.zeros((kinds.size, n))
    for field in names.COLLECTIVE_FIELDS.values():
        mine = kinds == COLLECTIVES.index(field.kind)
        g[field.row, mine] = field.default
        if field.initial:
            low, high = field.bounds
            g[field.row, mine] = rng.uniform(low, high, mine.sum())
    g[names.COLLECTIVE_FIELDS["collective_kind"].row] = kinds
    g[names.COLLECTIVE_FIELDS["collective_key"].row] = np.arange(kinds.size)
    conflicts = kinds == 2
    g[names.COLLECTIVE_FIELDS["rung"].row, conflicts] = 1.0
    g[names.COLLECTIVE_FIELDS["conflict_intensity"].row, conflicts] = 0.8
    g[names.COLLECTIVE_FIELDS["frozen"].row, conflicts] = [1.0, 0.0]
    g[names.COLLECTIVE_FIELDS["organisation_commitment"].row, kinds == 1] = [1.0, 0.4, 0.1]
    b[kinds == 1] = rng.choice([0.0, 0.5, 1.0], ((kinds == 1).sum(), n), p=[0.5, 0.2, 0.3])
    for k in np.flatnonzero(conflicts):
        one, other, friend = rng.permutation(n)[:3] if n > 2 else (0, 1, 0)
        b[k, friend] = 0.5
        b[k, one], b[k, other] = 1.0, -1.0
    return g, b


def random_states(field: Field, n: int, rng: np.random.Generator) -> Floats:
    """Values of a variable of states that a scenario may set."""
    low, high = field.bounds
    match field.name:
        case "capability" | "economy" | "arms_supply" | "munitions_supply":
            return rng.dirichlet(np.full(n, 0.7)) * 0.9 + 1e-3
        case "pole":
            return (np.arange(n) < max(2, n // 3)).astype(float)
        case "nuclear":
            return rng.choice([0.0, 1.0], n)
        case "ideal_point":
            return rng.normal(0.0, 1.0, n).clip(low, high)
        case "reach":
            return rng.uniform(0.5, 8.0, n)
        case "arms_effort":
            return rng.uniform(0.8, 1.4, n)
    return rng.uniform(low, high if high <= 100.0 else 1e5, n)


def random_pairs(field: Field, n: int, rng: np.random.Generator) -> Floats:
    """Values of a dyadic variable that a scenario may set; nothing towards oneself."""
    low, high = field.bounds
    sheet = rng.uniform(low, high if high <= 100.0 else 1e5, (n, n))
    match field.name:
        case "energy" | "arms" | "arms_stock" | "finance":
            sheet = rng.dirichlet(np.full(n + 1, 0.5), n)[:, :n]
        case "distance":
            sheet = rng.uniform(0.0, 8.0, (n, n))
        case "trust":
            sheet = rng.uniform(0.05, 0.95, (n, n))
        case "war":
            sheet = np.where(rng.random((n, n)) < 0.05, sheet, 0.0)
        case "sanctions" | "secondary_sanctions" | "aid":
            sheet = rng.choice([0.0, 0.5, 1.0], (n, n), p=[0.7, 0.1, 0.2])
        case "rivalry" | "tension":
            sheet = np.where(rng.random((n, n)) < 0.5, sheet, 0.0)
    if field.symmetric:
        sheet = symmetric(sheet)
    np.fill_diagonal(sheet, 0.0)
    return sheet


def symmetric(sheet: Floats) -> Floats:
    """The upper half of a sheet in both orders."""
    upper = np.triu(sheet, 1)
    return upper + upper.T


# --- compiled doors ------------------------------------------------------------------------------


@contextmanager
def alone() -> Iterator[None]:
    """Hold a lock of this tree and user, so that parallel workers compile once."""
    tree = hashlib.blake2b(__file__.encode(), digest_size=6).hexdigest()
    with (Path(tempfile.gettempdir()) / f"multipolar-{os.getuid()}-{tree}.lock").open(
        "w"
    ) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@cache
def compiled() -> ModuleType:
    """The kernel's entry points; the first call of each compiles it where no cache has it."""
    return once(kernel.entries())


@cache
def probes() -> ModuleType:
    """Doors to the functions of the kernel below its entry points."""
    text = probes_source()
    digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    return once(codegen._load(f"probes_{digest}", text))


def once(module: ModuleType) -> ModuleType:
    """A view of a module whose functions are first called under the lock of :func:`alone`."""
    view = ModuleType(module.__name__ + "_view")

    def guarded(name: str, function: Any) -> Any:
        def first(*arguments: Any) -> Any:
            with alone():
                result = function(*arguments)
            setattr(view, name, function)
            return result

        return first

    for name, function in vars(module).items():
        plain = inspect.isfunction(function) and function.__module__ == module.__name__
        if hasattr(function, "py_func") or plain:  # plain where compiling is switched off
            setattr(view, name, guarded(name, function))
    return view


def probes_source() -> str:
    """Text of the module of :func:`probes`."""
    lines = [PROBES]
    lines.extend(
        f"\n@entry\ndef {kind}_parts(w, i, j, x0, x1, out):\n"
        f"    rules.{kind}_parts(w, i, j, x0, x1, out, 0, 0)\n"
        for kind in CHANGED
        if kind != "pact"
    )
    for what in ("start", "update"):
        key = ", luck" if what == "update" else ""
        lines.append(f"\n@entry\ndef {what}_rule(which, w{key}):\n    pass\n")
        for k, (name, module) in enumerate(names.MECHANISM_MODULES.items()):
            rule = getattr(names.MECHANISMS[name], what)
            if rule is not None:
                lines.insert(1, f"import {module.__name__} as m{k}\n")
                called = f"m{k}.{what}({codegen.arguments_of(rule)})"
                lines.append(f"    if which == {k}:\n        {called}\n")
    return "".join(lines)


PROBES = '''"""Doors for tests; generated."""

import numpy as np

from sim.compiled import mathx
from sim.rules import streams
from sim.rules.codegen import load_rules
from sim.rules.decisions import acts, assessment
from sim.rules.moves import court, pact
from sim.rules.pair_variables import LEVEL
from sim.compiled.jit import entry
from sim.kernel import choice, step

rules = load_rules()


@entry
def pact_parts(w, i, j, to, out):
    a = pact.tie_at(w, i, j, w.M[LEVEL, i, j])
    b = pact.tie_at(w, i, j, to)
    rules.pact_parts(w, i, j, a, b, out, 0, 0)
    rules.per_commitment_parts(w, i, j, b.g - a.g, out, 0, 0)
    rules.per_entrapment_parts(w, i, j, b.e - a.e, out, 0, 0)


@entry
def move(kind, w, i, j, to):
    if kind == 0:
        pact.make(w, i, j, to)
    elif kind == 1:
        acts.set_sanctions(w, i, j, to)
    elif kind == 2:
        acts.set_aid(w, i, j, to)
    elif kind == 3:
        court.make(w, i, j, to)
    elif kind == 4:
        acts.set_tension(w, i, j, to)
    else:
        acts.set_effort(w, i, j, to)


@entry
def assess(w):
    step.assess(w)


@entry
def sums(w):
    assessment.sums(w)


@entry
def clock(bits, rate):
    return choice.clock(bits, rate)


@entry
def philox(counters, key, out):
    for t in range(counters.shape[0]):
        c = counters[t]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = streams.philox(
            c[0], c[1], c[2], c[3], key[0], key[1]
        )


@entry
def block(keys, out):
    for t in range(keys.shape[0]):
        k = keys[t]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = streams.block(
            k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7]
        )


@entry
def units(bits, out):
    for t in range(bits.size):
        out[t] = streams.unit(bits[t])


@entry
def exponentials(bits, out):
    for t in range(bits.size):
        out[t] = streams.exponential(bits[t])


@entry
def mathematics(which, x, out):
    for t in range(x.size):
        if which == 0:
            out[t] = mathx.exp(x[t])
        elif which == 1:
            out[t] = mathx.log(x[t])
        elif which == 2:
            out[t] = mathx.logistic(x[t])
        else:
            out[t] = mathx.normal_quantile(x[t])

'''

"""Made-up worlds of any size, for theory and for measuring speed.

A scenario may hold a block ``synthetic``; its states are then named S0001, S0002 ... by their
capability, and every variable that the scenario does not set itself is generated from the
block's seed, the same on every machine (numpy's PCG64). What is generated, from what:

- capability C: lognormal (sigma), Pareto (exponent) or equal, made to sum to one; the spread of the
  real world is about sigma 1.9 (Correlates of War). Economy: C^.9 with lognormal noise .3.
- places: on a ring, a grid, a plane or in clusters of a given extent in 1000 km; distances between
  places less 200 km, never below zero, never above 20.
- ideal points: normal, or bimodal with poles at plus and minus the spread.
- the k strongest states are poles, rivals of each other (.8), of long reach; a tenth of the pairs
  of neighbours are rivals (.6).
- trade: gravity Y_i Y_j / (1 + d), scaled to openness times a world economy of 10^8 million USD;
  openness .35 (Y / mean)^-.15 in [.05, .9].
- arms: supply C^1.5; shares of suppliers by supply, nearness and closeness of positions.
- contact: .1 + .5 exp(-d / 2), .15 more with poles.

Numbers of the block have no ranges: another world is another seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.entries import Entries, value_of
from sim.scenario.reader import Log, Node

Floats = NDArray[np.float64]

CAPABILITIES = ("lognormal", "pareto", "equal")
GEOGRAPHIES = ("ring", "grid", "plane", "clusters")
POSITIONS = ("normal", "bimodal")
MAX_SYNTHETIC = 2_000
WORLD_ECONOMY = 1e8
"""Million USD a year."""


@dataclass(frozen=True, slots=True)
class SyntheticSpec:
    """How a made-up world is made.

    Attributes:
        states: number of states, 2 to 2000.
        capability, spread: distribution of capability, and its sigma or exponent.
        geography, size: lie of the land, and its extent in 1000 km.
        poles: how many of the strongest are poles.
        positions, distance: distribution of ideal points, and its spread in UNGA units.
        seed: of all of it.
    """

    states: int
    capability: str
    spread: float
    geography: str
    size: float
    poles: int
    positions: str
    distance: float
    seed: int

    @property
    def codes(self) -> tuple[str, ...]:
        """Names of the states, the strongest first."""
        return codes(self.states)


#: Numbers of a made-up world: default, least, most.
_SYNTHETIC = {"spread": (1.9, 0.01, 10.0), "size": (16.0, 0.1, 40.0), "distance": (1.0, 0.0, 3.0)}


@dataclass(frozen=True)
class SyntheticWorld:
    """Variables by name: of states ``(N,)``, of ordered pairs ``(N, N)``."""

    states: dict[str, Floats]
    pairs: dict[str, Floats]


def read_synthetic(node: Node | None, log: Log) -> SyntheticSpec | None:
    """Read the block of a scenario, if there is one; what is out of bounds is noted."""
    if node is None:
        return None
    given: Entries = node.value
    numbers = {}
    for name, (default, low, high) in _SYNTHETIC.items():
        numbers[name] = float(value_of(given, name, default))
        if not low <= numbers[name] <= high:
            message = f"{numbers[name]:g} is outside {low:g} to {high:g}"
            log.value(given[name], f"synthetic.{name}", message)
    states = value_of(given, "states", 60)
    return SyntheticSpec(
        states,
        value_of(given, "capability", "lognormal"),
        numbers["spread"],
        value_of(given, "geography", "plane"),
        numbers["size"],
        min(states, value_of(given, "poles", 3)),
        value_of(given, "positions", "normal"),
        numbers["distance"],
        value_of(given, "seed", 1),
    )


def codes(states: int) -> tuple[str, ...]:
    """Names of the states of a made-up world, S0001 the strongest."""
    return tuple(f"S{i + 1:04d}" for i in range(states))


def generate(spec: SyntheticSpec) -> SyntheticWorld:
    """Make a world; the same specification gives the same world."""
    rng = np.random.Generator(np.random.PCG64(spec.seed))
    n = spec.states
    capability = _capability(spec, rng)
    economy = capability**0.9 * np.exp(rng.normal(0.0, 0.3, n))
    economy /= economy.sum()
    distance = _distances(_places(spec, rng), spec)
    if spec.positions == "normal":
        ideal = rng.normal(0.0, spec.distance, n)
    else:
        ideal = rng.choice([-1.0, 1.0], n) * spec.distance + rng.normal(0.0, 0.3, n)
    pole = (np.arange(n) < spec.poles).astype(float)
    openness = np.clip(0.35 * (economy * n) ** -0.15, 0.05, 0.9)
    supply = capability**1.5 / (capability**1.5).sum()
    near = np.exp(-distance / 2.0)
    states = {
        "capability": capability,
        "economy": economy,
        "arms_supply": supply,
        "openness": openness,
        "arms_import_need": np.clip(1.0 - 3.0 * np.sqrt(supply), 0.05, 1.0),
        "reach": np.where(pole > 0.0, 6.0, np.where(np.arange(n) < n // 10, 3.0, 1.25)),
        "ideal_point": np.clip(ideal, -5.0, 5.0),
        "pole": pole,
        "revisionism": np.where((pole > 0.0) & (np.arange(n) > 0), 0.3, 0.1),
    }
    quarrel = np.triu(rng.random((n, n)) < 0.1, 1) & (distance < 0.5)
    rivalry = 0.6 * (quarrel | quarrel.T) + 0.8 * np.outer(pole, pole)
    trade = np.outer(economy, economy) / (1.0 + distance)
    shares = supply[None, :] * np.exp(
        -distance / 8.0 - np.abs(states["ideal_point"][:, None] - states["ideal_point"][None, :])
    )
    pairs = {
        "distance": distance,
        "rivalry": np.minimum(rivalry, 2.0),
        "trade_flow": trade,
        "arms": shares,
        "contact": np.clip(0.1 + 0.5 * near + 0.15 * np.maximum(pole[:, None], pole), 0.0, 0.9),
    }
    for sheet in pairs.values():
        np.fill_diagonal(sheet, 0.0)
    exports = openness * economy * WORLD_ECONOMY
    pairs["trade_flow"] *= (exports / np.maximum(trade.sum(axis=1), 1e-300))[:, None]
    pairs["arms"] *= 0.9 / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
    return SyntheticWorld(states, pairs)


def _capability(spec: SyntheticSpec, rng: np.random.Generator) -> Floats:
    match spec.capability:
        case "lognormal":
            drawn = np.exp(rng.normal(0.0, spec.spread, spec.states))
        case "pareto":
            drawn = rng.pareto(spec.spread, spec.states) + 1.0
        case _:
            drawn = np.ones(spec.states)
    ordered: Floats = np.sort(drawn)[::-1] / drawn.sum()
    return ordered


def _places(spec: SyntheticSpec, rng: np.random.Generator) -> Floats:
    """Places ``(N, 2)`` in 1000 km; for a ring the angle and nothing."""
    n, size = spec.states, spec.size
    match spec.geography:
        case "ring":
            angle = rng.permutation(n) * (2.0 * np.pi / n)
            return np.stack([angle, np.zeros(n)], axis=1)
        case "grid":
            side = int(np.ceil(np.sqrt(n)))
            cells = rng.permutation(side * side)[:n]
            lattice = np.stack([cells % side, cells // side], axis=1).astype(np.float64)
            return lattice * (size / max(1, side - 1))
        case "plane":
            return rng.uniform(0.0, size, (n, 2))
        case _:
            centres = rng.uniform(0.0, size, (max(2, round(np.sqrt(n) / 2.0)), 2))
            chosen = centres[rng.integers(0, len(centres), n)]
            return np.asarray(chosen + rng.normal(0.0, size / 20.0, (n, 2)), np.float64)


def _distances(places: Floats, spec: SyntheticSpec) -> Floats:
    if spec.geography == "ring":
        apart = np.abs(places[:, None, 0] - places[None, :, 0])
        distance = np.minimum(apart, 2.0 * np.pi - apart) * spec.size / (2.0 * np.pi)
    else:
        x, y = (places[:, None, k] - places[None, :, k] for k in range(2))
        distance = np.hypot(x, y)
    clipped: Floats = np.clip(distance - 0.2, 0.0, 20.0)
    np.fill_diagonal(clipped, 0.0)
    return clipped

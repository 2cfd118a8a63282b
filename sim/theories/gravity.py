"""Gravity and common enemies: the chance that two states are allied, as a statistician has it.

::

    logit P(i and j are allied) = b0 + b1 ln(c_i c_j) + b2 ln(1 + km_ij) + b3 ln(1 + e_ij)

with c the capabilities, km the distance between borders and e the number of third states that are
rivals of both. The coefficients have the greatest likelihood, less a penalty of 0.005 times the sum
of their squares per spread of a column, so that they exist where one parts the pairs. They are
learned from tables of past years, or, without those, from the pacts that a scenario begins with:
then they describe these. Pairs and years count as if each were apart from all others, which they
are not: the standard errors are too small.

Sources: the form is that of the gravity of trade (Tinbergen 1962, Shaping the World Economy) put to
alliances; common enemies after Heider (1946), Attitudes and cognitive organization, and Maoz and
others (2007), What is the enemy of my enemy? Chances are of pairs one by one: that alliances come
by treaties of many is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from sim.errors import UserError, hint
from sim.statistics.logistic import expit, fit_logistic
from sim.theories.given import Given, Setting
from sim.types import Bools, Floats

TERMS: Final = ("constant", "capabilities", "distance", "common enemies")
_PENALTY: Final = 0.01
_SHOWN: Final = 15


@dataclass(frozen=True, eq=False)
class Gravity:
    """Chances of alliances between states.

    Args:
        names: N states.
        features: of :data:`TERMS`, ``(N, N, 4)``.
        tied: which pairs are allied, ``(N, N)``.
        coefficients: of the terms, ``(4,)``.
        errors: their standard errors.
        learned: how many pairs and years they are learned from.
    """

    title: ClassVar[str] = "who is allied by size, distance and common enemies (a logit)"
    settings: ClassVar[Mapping[str, Setting]] = {}

    names: tuple[str, ...]
    features: Floats
    tied: Bools
    coefficients: Floats
    errors: Floats
    learned: int

    @classmethod
    def of(cls, given: Given) -> Self:
        """Take a scenario, and tables to learn from.

        Raises:
            UserError: there is no scenario, or nothing to learn from.
        """
        given.numbers(cls.settings)
        if given.file is None:
            raise UserError("gravity needs distances and rivalries: name a scenario")
        from sim.theories.given.start import pairs_of

        pairs = pairs_of(given.file)
        rivals = pairs.rivals.astype(np.float64)
        x = features(np.multiply.outer(pairs.sizes, pairs.sizes), pairs.distance, rivals @ rivals)
        if given.data is None:
            upper = np.triu_indices(len(pairs.names), 1)
            known, y = x[upper], pairs.tied[upper].astype(np.float64)
        else:
            known, y = learn_from(given.data)
        if not 0 < y.sum() < len(y):
            raise UserError(
                "there is nothing to learn from: all pairs are allied, or none; name tables of "
                "past years: --data FOLDER"
            )
        found = _fit(known, y)
        if found is None:
            raise UserError("the coefficients do not settle; name tables of more years: --data")
        b, errors = found
        return cls(pairs.names, x, pairs.tied, b, errors, len(y))

    @property
    def chances(self) -> Floats:
        """The chance of each pair, ``(N, N)``, 0 on the diagonal."""
        p = expit(self.features @ self.coefficients)
        np.fill_diagonal(p, 0.0)
        return p

    @property
    def found(self) -> float:
        """Part of the allied pairs among as many pairs of the greatest chance; 0 without any."""
        upper = np.triu_indices(len(self.names), 1)
        tied = self.tied[upper]
        ranked = np.argsort(-self.chances[upper], kind="stable")
        return float(tied[ranked[: tied.sum()]].mean()) if tied.any() else 0.0

    def pairs(self) -> list[tuple[str, str, float, bool]]:
        """Return all pairs with their chance and whether they are allied, the likeliest first."""
        i, j = np.triu_indices(len(self.names), 1)
        p = self.chances[i, j]
        order = np.argsort(-p, kind="stable")
        return [
            (self.names[i[k]], self.names[j[k]], float(p[k]), bool(self.tied[i[k], j[k]]))
            for k in order.tolist()
        ]

    def together(self) -> Floats:
        """Return the chances: to be allied is to stand together, ``(N, N)``."""
        return self.chances

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return coefficients and the likeliest pairs, for JSON; all pairs if asked."""
        pairs = self.pairs()
        return {
            "theory": "gravity",
            "actors": list(self.names),
            "learned": self.learned,
            "coefficients": dict(zip(TERMS, self.coefficients.tolist(), strict=True)),
            "errors": dict(zip(TERMS, self.errors.tolist(), strict=True)),
            "found": self.found,
            "pairs": [
                {"pair": [one, other], "chance": p, "allied": tied}
                for one, other, p, tied in (pairs if every else pairs[:_SHOWN])
            ],
        }

    def show(self) -> Any:
        """Return coefficients and the likeliest pairs as tables."""
        from rich.console import Group

        from sim.system.terminal import table

        terms = table(
            f"Learned from {self.learned:,} pairs",
            ("term", ("coefficient", "right"), ("error", "right")),
        )
        for name, b, error in zip(TERMS, self.coefficients, self.errors, strict=True):
            terms.add_row(name, f"{b:+.3f}", f"{error:.3f}")
        made = table(
            f"Likeliest pairs ({self.found:.0%} of the allied are among as many)",
            ("pair", ("chance", "right"), "allied"),
        )
        for one, other, p, tied in self.pairs()[:_SHOWN]:
            made.add_row(f"{one}, {other}", f"{p:.1%}", "yes" if tied else "")
        return Group(terms, made)


def _fit(x: Floats, y: Floats) -> tuple[Floats, Floats] | None:
    """Coefficients and their standard errors, ``(4,)`` each, None if they do not settle."""
    # around their means, in units of their spread: else Newton's steps go astray
    centre, spread = x.mean(axis=0), x.std(axis=0)
    centre[0], spread[spread == 0] = 0.0, 1.0
    z = (x - centre) / spread
    found = fit_logistic(z, y, np.ones(len(y)), np.zeros(len(y)), _PENALTY)
    if found is None:
        return None
    p = expit(z @ found)
    curve = (z * (p * (1 - p))[:, None]).T @ z + _PENALTY * np.eye(len(found))
    back = np.diag(1 / spread)
    back[0] -= centre / spread
    return back @ found, np.sqrt(np.diag(back @ np.linalg.inv(curve) @ back.T))


def features(product: Floats, km: Floats, enemies: Floats) -> Floats:
    """Return the values of :data:`TERMS` of pairs, as a last axis.

    Args:
        product: of the capabilities of the two.
        km: between their borders.
        enemies: how many rivals they have in common.
    """
    logs = np.log(np.maximum(product, 1e-12)), np.log1p(km), np.log1p(enemies)
    return np.stack([np.ones_like(km), *logs], axis=-1)


def learn_from(folder: Path | str) -> tuple[Floats, Floats]:
    """Return features ``(M, 4)`` and defence pacts ``(M,)`` of all pairs and years of tables.

    Raises:
        UserError: the tables cannot be read, or lack a column.
    """
    import pandas as pd

    from sim.scenario.history import TARGETS
    from sim.scenario.history.formats import read_folder

    history = read_folder(folder)
    pairs, states = history.dyads, history.states
    for table, name in ((states, "cinc"), (pairs, "mindist"), (pairs, "common_rivals")):
        if name not in table:
            said = hint(name, map(str, table.columns))
            raise UserError(f"the tables in {folder} have no column {name}{said}")
    size = states.set_index(["ccode", "year"])["cinc"]

    def column(name: str) -> Floats:
        return pairs[name].to_numpy(np.float64)

    def sizes(code: str) -> Floats:
        wanted = pd.MultiIndex.from_arrays([pairs[code], pairs["year"]])
        return size.reindex(wanted).to_numpy(np.float64)

    km = column("mindist")
    if "cont" in pairs:
        km = np.where(pairs["cont"] == 1, 0.0, km)
    x = features(sizes("ccode1") * sizes("ccode2"), km, column("common_rivals"))
    y = column(TARGETS["defence"])
    known = np.isfinite(x).all(axis=1) & np.isfinite(y)
    return x[known], y[known]


THEORY = Gravity

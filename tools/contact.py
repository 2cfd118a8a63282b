"""Contact of two states in the base worlds: a formula that follows what was judged before.

Worlds of a year have nearness instead (:attr:`sim.scenario.years.variables.Figures.contact`): by
common organisations new alliances are told worse (docs/validation.md). How well the formula follows
the former judgements is told in docs/calibration.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.scenario.years.variables import Figures

CONTACT = ".4 igos / the most of 2014, .3 for allies, .15 with poles, less .1 rivalry"


def contact(figures: Figures) -> npt.NDArray[np.float64]:
    """Return :data:`CONTACT` of every pair ``(N, N)``, from .02 to .9."""
    most = float(np.nanmax(figures.history.dyads_of(figures.year)["igos"]))
    poles = np.maximum(figures.pole[:, None], figures.pole[None, :])
    met = 0.4 * figures.pair("igos", missing=0.0) / max(most, 1.0)
    met = met + 0.3 * figures.pair("defense", missing=0.0) + 0.15 * poles
    return np.clip(met - 0.1 * figures.rivalry, 0.02, 0.9)

"""Who stands between blocs, whatever bloc it is put in.

A partition gives every state one bloc or none. What a state has with the leaders of others is an
outcome of its own: a hedger is tied to two camps at once (Kuik 2008; Koga 2018), and is no pale
member of one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

SECOND: Final = 1 / 3
"""A state hedges if its tie to a second camp is this part of that to the first, or more.

Judgement: below a third the second tie is a window, not a footing."""

LEAST: Final = 0.25
"""And the second tie is at least this much of a defence pact: strangers are no hedgers.

Judgement: more than like votes alone, or a promise to consult alone."""


def hedges(camps: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which states stand between two camps, ``(..., N)``.

    ``camps (..., N, B)`` is the tie of each state with the leader of each camp, in units of a
    defence pact; what is hostile counts as none.

    >>> hedges([[0.9, 0.3], [0.9, 0.2], [0.3, 0.26]]).tolist()
    [True, False, True]
    """
    ranked = -np.sort(-np.maximum(np.asarray(camps, np.float64), 0.0), axis=-1)
    if ranked.shape[-1] < 2:
        return np.zeros(ranked.shape[:-1], np.bool_)
    first, second = ranked[..., 0], ranked[..., 1]
    found: npt.NDArray[np.bool_] = (second >= SECOND * first) & (second >= LEAST)
    return found

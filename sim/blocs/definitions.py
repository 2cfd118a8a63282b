"""Rival definitions of what ties states into blocs, to see how far an answer hangs on the choice.

``ties`` is the model's own: all ties. The others look at one thing only: who is bound to defend
whom, or whose foreign-policy positions are near.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sim.blocs.search import Floats

DEFINITIONS: Final = {
    "ties": "all ties: pacts, trust, tension, dependence and positions, as the model weighs them",
    "defence": "defence pacts only, of two states or of an organisation: whom they join, directly "
    "or through allies",
    "alignment": "positions only: states nearer to one another than two states are on the average",
}
"""Name and meaning of each definition."""

DEFENCE_FLOOR: Final = 0.7
"""Commitment by an organisation that counts as a defence pact.

Half way between what the model gives arms cooperation (0.4) and a bilateral defence pact (1).
"""

_DEFENCE: Final = 3  # level of a pact


def ties_by(
    definition: str,
    *,
    tie: npt.ArrayLike,
    level: npt.ArrayLike,
    floor: npt.ArrayLike,
    ideal_point: npt.ArrayLike,
) -> Floats:
    """Return the network ``(..., N, N)`` whose blocs are wanted.

    - ``ties``: ``tie`` as it is.
    - ``defence``: 1 where ``level`` is a defence pact or ``floor`` at least :data:`DEFENCE_FLOOR`,
      else 0. The best partition is then the components of the network, so chains of allies count.
    - ``alignment``: 1 - |x_i - x_j| / m, m the mean distance of two states' ideal points x. On one
      dimension, neighbours attract and the far apart repel (Bailey, Strezhnev & Voeten 2017 for the
      points).

    Args:
        definition: one of :data:`DEFINITIONS`.
        tie: signed weights ``(..., N, N)``.
        level: levels of bilateral pacts ``(..., N, N)``, 0 to 3.
        floor: commitment by shared organisations ``(..., N, N)``, 0 to 1.
        ideal_point: ``(..., N)``.

    Raises:
        ValueError: no such definition.
    """
    if definition == "ties":
        return np.asarray(tie, np.float64)
    if definition == "defence":
        bilateral = np.asarray(level) >= _DEFENCE
        return (bilateral | (np.asarray(floor) >= DEFENCE_FLOOR)).astype(np.float64)
    if definition == "alignment":
        x = np.asarray(ideal_point, np.float64)
        apart = np.abs(x[..., :, None] - x[..., None, :])
        n = x.shape[-1]
        mean = apart.sum(axis=(-1, -2), keepdims=True) / max(1, n * (n - 1))
        return np.asarray(1.0 - apart / np.where(mean > 0, mean, 1.0), np.float64)
    raise ValueError(
        f"{definition!r} is no definition of blocs; there are {', '.join(DEFINITIONS)}"
    )

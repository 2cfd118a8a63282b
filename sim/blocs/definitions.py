"""What ties states into blocs, by rival definitions, to see how far an answer hangs on the choice.

``ties`` is the model's own: all ties, read at one setting; ``looser`` and ``stricter`` read them at
the ends of what is plausible. The others look at one thing only: who is bound to defend whom, or
whose foreign-policy positions are near.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.types import Floats


class Reading(NamedTuple):
    """What makes blocs of ties, in units of a defence pact.

    Attributes:
        binding: a tie below this one binds nobody; one above it binds by what is above.
        cohesion: a state is of a bloc if what binds it to the members is more than this on the
            average, each member counted by the root of its capability.
    """

    binding: float
    cohesion: float


READINGS: Final = {
    "ties": Reading(0.45, 0.1),
    "looser": Reading(0.35, 0.05),
    "stricter": Reading(0.55, 0.2),
}
"""Readings of all ties, by the name of their definition.

Judgement: arms cooperation (0.4) binds states that trust each other or vote alike and no others; a
bloc that is a tenth of a defence pact deep holds a hub and its allies together, but not a state
that is bound to one of the lesser members alone.
"""

DEFINITIONS: Final = {
    "ties": "all ties: pacts, trust, hostility, positions, arms, fuel and finance, as the model "
    "weighs them",
    "defence": "defence pacts only, of two states or of an organisation: whom they join, directly "
    "or through allies",
    "alignment": "positions only: states nearer to one another than two states are on the average",
    "looser": "all ties, where less of a tie binds and a bloc asks less of its members",
    "stricter": "all ties, where more of a tie is needed to bind and a bloc asks more",
}
"""Name and meaning of each definition."""

DEFENCE_FLOOR: Final = 0.7
"""Commitment by an organisation that counts as a defence pact.

Half way between what the model gives arms cooperation (0.4) and a bilateral defence pact (1).
"""

_DEFENCE: Final = 3  # level of a pact


def bonds(tie: npt.ArrayLike, definition: str = "ties") -> npt.NDArray[np.floating]:
    """Return what of signed ties binds or divides by a reading, as ``tie (..., N, N)``.

    (t - binding)+ - (-t)+: nothing between 0 and ``binding``, which is the state of strangers.

    >>> bonds([[0.0, 0.5], [0.5, 0.0]]).round(2).tolist()
    [[0.0, 0.05], [0.05, 0.0]]
    """
    t: npt.NDArray[np.floating] = np.asarray(tie)
    t = t if t.dtype.kind == "f" else t.astype(np.float64)
    binding = t.dtype.type(READINGS[definition].binding)
    found: npt.NDArray[np.floating] = np.maximum(t - binding, 0) - np.maximum(-t, 0)
    return found


def network(
    tie: npt.ArrayLike, capability: npt.ArrayLike, definition: str = "ties"
) -> npt.NDArray[np.floating]:
    """Return the network whose best partition the blocs of a reading are, ``(..., N, N)``.

    w_ij = s_i s_j (b_ij - cohesion), b = :func:`bonds`, s = root of capability relative to the
    strongest: the constant Potts model with weights of nodes (Traag, Van Dooren & Nesterov 2011),
    in which a state joins where its mean bond, members weighted by s, exceeds ``cohesion``. So a
    state that is tied to one lesser member of a bloc alone is not of it, and allies of one strong
    hub are, though nothing ties them to each other.

    Args:
        tie: signed ties ``(..., N, N)``, symmetric.
        capability: ``(..., N)``, not negative.
        definition: one of :data:`READINGS`.
    """
    bound = bonds(tie, definition)
    strength = np.asarray(capability, np.float64)
    most = strength.max(axis=-1, keepdims=True, initial=0.0)
    s = np.sqrt(np.where(most > 0.0, strength / np.where(most > 0.0, most, 1.0), 1.0))
    weights = (s[..., :, None] * s[..., None, :]).astype(bound.dtype)
    found: npt.NDArray[np.floating] = weights * (
        bound - bound.dtype.type(READINGS[definition].cohesion)
    )
    return found


def ties_by(
    definition: str,
    *,
    tie: npt.ArrayLike,
    level: npt.ArrayLike,
    floor: npt.ArrayLike,
    ideal_point: npt.ArrayLike,
) -> npt.NDArray[np.floating]:
    """Return what ties and divides states by a definition, ``(..., N, N)``.

    - :data:`READINGS`: :func:`bonds`.
    - ``defence``: 1 where ``level`` is a defence pact or ``floor`` at least :data:`DEFENCE_FLOOR`,
      else 0. The best partition is then the components of the network, so chains of allies count.
    - ``alignment``: 1 - |x_i - x_j| / m, m the mean distance of two states' ideal points x. On one
      dimension, neighbours attract and the far apart repel (Bailey, Strezhnev & Voeten 2017 for the
      points).

    Args:
        definition: one of :data:`DEFINITIONS`.
        tie: signed ties ``(..., N, N)``.
        level: levels of bilateral pacts ``(..., N, N)``, 0 to 3.
        floor: commitment by shared organisations ``(..., N, N)``, 0 to 1.
        ideal_point: ``(..., N)``.

    Raises:
        ValueError: no such definition.
    """
    if definition in READINGS:
        return bonds(tie, definition)
    if definition == "defence":
        bilateral = np.asarray(level) >= _DEFENCE
        return (bilateral | (np.asarray(floor) >= DEFENCE_FLOOR)).astype(np.float64)
    if definition == "alignment":
        x: Floats = np.asarray(ideal_point, np.float64)
        apart = np.abs(x[..., :, None] - x[..., None, :])
        n = x.shape[-1]
        mean = apart.sum(axis=(-1, -2), keepdims=True) / max(1, n * (n - 1))
        return np.asarray(1.0 - apart / np.where(mean > 0, mean, 1.0), np.float64)
    raise ValueError(
        f"{definition!r} is no definition of blocs; there are {', '.join(DEFINITIONS)}"
    )

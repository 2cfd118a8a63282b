"""How the weights that were learnt from alliances go together.

The history of alliances tells sums of terms better than each: where one weighs more, another weighs
less. A run draws the parts of the weights that count in decisions about ties (``<term>.ties``) with
the correlations of the joint fit, by a Gaussian copula (Nelsen 2006, An Introduction to Copulas).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CORRELATIONS: Final[Mapping[tuple[str, str], float]] = {
    ("access", "autonomy"): 0.48,
    ("access", "challenge"): 0.16,
    ("access", "common_enemy"): -0.74,
    ("autonomy", "common_enemy"): -0.22,
    ("challenge", "common_enemy"): -0.20,
    ("access", "misfit"): 0.72,
    ("autonomy", "misfit"): 0.19,
    ("challenge", "misfit"): 0.21,
    ("common_enemy", "misfit"): -0.91,
    ("misfit", "retaliation"): -0.16,
    ("access", "upkeep"): 0.46,
    ("autonomy", "upkeep"): 0.27,
    ("common_enemy", "upkeep"): -0.12,
    ("misfit", "upkeep"): 0.26,
    ("retaliation", "upkeep"): -0.20,
}
"""Correlation of the weights of two terms; of those that are not listed it is below .1.

Source: `multipolar estimate --train 1950:1975 --jointly` (docs/validation.md).
"""

"""How the weights that were learnt from alliances go together.

The history of alliances tells sums of terms better than each: where one weighs more, another weighs
less. A run draws the parts of the weights that count in decisions about ties (``<term>.ties``) with
the correlations of the joint fit, by a Gaussian copula (Nelsen 2006, An Introduction to Copulas).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CORRELATIONS: Final[Mapping[tuple[str, str], float]] = {
    ("access", "autonomy"): 0.46,
    ("access", "challenge"): 0.15,
    ("access", "common_enemy"): -0.87,
    ("autonomy", "common_enemy"): -0.32,
    ("challenge", "common_enemy"): -0.17,
    ("access", "misfit"): 0.89,
    ("autonomy", "misfit"): 0.33,
    ("challenge", "misfit"): 0.19,
    ("common_enemy", "misfit"): -0.93,
    ("access", "retaliation"): 0.11,
    ("common_enemy", "retaliation"): -0.16,
    ("access", "upkeep"): 0.43,
    ("autonomy", "upkeep"): 0.29,
    ("misfit", "upkeep"): 0.22,
    ("retaliation", "upkeep"): -0.12,
}
"""Correlation of the weights of two terms; of those that are not listed it is below .1.

Source: `multipolar estimate --train 1950:1975 --jointly` (docs/validation.md).
"""

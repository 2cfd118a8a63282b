"""The engine's decisions, estimated on the alliances of states.

A world of each year is built from tables, the engine says what each pact would be worth to either
side, term by term, and how much each term weighs follows from what happened in the next year.
"""

from sim.study.estimate.engine import (
    PARTS,
    TIES,
    WEIGHTS,
    Estimates,
    Outlook,
    estimate,
    outlook,
)
from sim.study.estimate.hazards import Fitted, LogLinear, Offers, Shared, Weight, fit

__all__ = [
    "PARTS",
    "TIES",
    "WEIGHTS",
    "Estimates",
    "Fitted",
    "LogLinear",
    "Offers",
    "Outlook",
    "Shared",
    "Weight",
    "estimate",
    "fit",
    "outlook",
]

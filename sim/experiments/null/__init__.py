"""Null models: the same scenario without what is thought to make its findings."""

from sim.experiments.null.ask import null
from sim.experiments.null.models import EVERY, STANDARD, known_nulls
from sim.experiments.null.result import Nulls, Row

__all__ = ["EVERY", "STANDARD", "Nulls", "Row", "known_nulls", "null"]

"""Null models: the same scenario without what is thought to make its findings."""

from sim.study.null.models import EVERY, STANDARD, known_nulls
from sim.study.null.result import Nulls, Row
from sim.study.null.trial import null

__all__ = ["EVERY", "STANDARD", "Nulls", "Row", "known_nulls", "null"]

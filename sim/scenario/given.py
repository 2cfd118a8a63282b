"""A scenario that is given as a mapping: its values as nodes that have no place in a file."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

from sim.errors import UserError, shown
from sim.scenario.reader import MAX_DEPTH, Layer, Node


def nodes_of(value: Any, layer: Layer, depth: int = 0) -> Node:
    """Return the nodes of a mapping, a list or a scalar; tables in it stay as they are.

    Raises:
        UserError: it holds something that a scenario cannot.
    """
    if depth > MAX_DEPTH:
        raise UserError(f"{layer.file}: nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        wrong = next((key for key in value if not isinstance(key, str)), None)
        if wrong is not None:
            raise UserError(f"{layer.file}: keys are texts, not {shown(repr(wrong))}")
        value = {key: nodes_of(item, layer, depth + 1) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        value = [nodes_of(item, layer, depth + 1) for item in value]
    elif not (value is None or isinstance(value, bool | str) or hasattr(value, "columns")):
        value = _number(value, layer)
    return Node(value, layer, 0, 0)


def _number(value: Any, layer: Layer) -> int | float:
    """Return a number of any library as one of Python's."""
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    what = shown(repr(value))
    raise UserError(
        f"{layer.file}: expected a finite number, a text, a list or a mapping, not {what}"
    )

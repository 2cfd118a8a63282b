"""Shipped scenarios are read once in a process of the tests, and each variant is built once.

They are loaded hundreds of times, and reading one takes longer than most tests. What comes of it is
frozen, so that tests can share it. Files of a test's own are read every time.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from pathlib import Path
from typing import Any

from sim.rules import catalogue as names
from sim.scenario import SHIPPED, ScenarioSpec
from sim.scenario.finding import Source, display, find_scenario
from sim.scenario.loader import Loader

_LOADERS = 80  # all shipped scenarios and worlds, from several folders; each takes 3 MB
_VARIANTS = 200


def _is_shipped(source: Source) -> Path | None:
    """The file of a shipped scenario, or None for any other source."""
    if not isinstance(source, str | Path) or "\n" in str(source):
        return None
    found = find_scenario(source)
    return found if found.resolve().is_relative_to(SHIPPED) else None


def share_shipped(read: Any = Loader.__init__, build: Any = Loader.load) -> None:
    """Give all loaders of one shipped scenario the same trees, and the same specifications."""
    loaders: OrderedDict[tuple[object, ...], Loader] = OrderedDict()
    variants: OrderedDict[tuple[object, ...], ScenarioSpec] = OrderedDict()

    def init(self: Loader, source: Source) -> None:
        path = _is_shipped(source)
        if path is None:
            read(self, source)
            return
        words = (len(names.PARAMS), len(names.MECHANISMS), len(names.TERMS))
        key = (path.resolve(), path.stat().st_mtime_ns, display(path), words)
        if key not in loaders:
            read(self, source)
            loaders[key] = self
        loaders.move_to_end(key)
        vars(self).update(vars(loaders[key]), shared=key)
        if len(loaders) > _LOADERS:
            loaders.popitem(last=False)

    def load(
        self: Loader, arm: str, overrides: tuple[str, ...], quarters: int | None
    ) -> ScenarioSpec:
        shared = vars(self).get("shared")
        if shared is None:
            return build(self, arm, overrides, quarters)
        key = (shared, arm, overrides, quarters)
        found = variants.get(key)
        if found is None:
            found = variants[key] = build(self, arm, overrides, quarters)
            gc.freeze()  # it stays: no search for garbage goes through it again
        variants.move_to_end(key)
        if len(variants) > _VARIANTS:
            variants.popitem(last=False)
        return found

    Loader.__init__, Loader.load = init, load  # type: ignore[method-assign]

"""What was set, as a scenario file that extends the one that it was set against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sim.scenario import BASE_ARM, ScenarioSpec
from sim.scenario.schema import CHANGEABLE, FORMAT
from sim.show.app.settings import Setting, shown, whole_mix

_WIDTH = 100
_MAX_TITLE = 200
_MAX_NOTE = 2_000
_DOTTED_BLOCKS = frozenset(("parameters",))


def overlay(
    base: ScenarioSpec,
    extends: str,
    settings: Mapping[str, Setting],
    values: Mapping[str, float],
    *,
    seed: int | None = None,
) -> str:
    """Return the text of a scenario file that says what was set.

    The arm is written out in it, so that the file is run without naming one. What was set is exact
    (a range of 0 %), its source is judgement, and its note says what stood there before.

    Args:
        base: the scenario with its arm, before anything was set.
        extends: name of its file.
        settings: all that can be set, see :func:`sim.show.app.settings.catalogue`.
        values: what was set, by key.
        seed: seed of the runs if not the scenario's own.
    """
    content: dict[str, Any] = {}
    if base.arm != BASE_ARM:
        arm = base.arms[base.arm].overlay
        content = {name: _copy(block) for name, block in arm.items() if name in CHANGEABLE}
    mixes: dict[str, dict[str, float]] = {}
    for key, value in values.items():
        setting = settings[key]
        if setting.op == "mix":
            mix, _, member = key.rpartition(".")
            mixes.setdefault(mix, {})[member] = value
        else:
            _put(content, _path(key), _entry(setting, value))
    for mix, chosen in mixes.items():
        weights = {
            name: _entry(settings[f"{mix}.{name}"], x)
            for name, x in whole_mix(settings, mix, chosen)
        }
        _put(content, _path(mix), weights)
    if seed is not None and seed != base.ensemble.seed:
        content["ensemble"] = {"seed": seed}
    head = {
        "format": FORMAT,
        "title": f"{base.title}, as set in the dashboard"[:_MAX_TITLE],
        "extends": extends,
    }
    return _comment(base, extends, values) + "".join(
        yaml.safe_dump(part, sort_keys=False, allow_unicode=True, width=_WIDTH)
        for part in (head, content)
        if part
    )


def _comment(base: ScenarioSpec, extends: str, values: Mapping[str, float]) -> str:
    arm = "" if base.arm == BASE_ARM else f", its arm {base.arm}"
    count = {0: "nothing", 1: "one thing"}.get(len(values), f"{len(values)} things")
    return (
        f"# {extends}{arm}, with {count} set in the dashboard.\n"
        "# Run it with: multipolar run THIS_FILE\n"
        "# (it must lie beside the scenario that it extends, unless that is a shipped one)\n"
    )


def _path(key: str) -> tuple[str, ...]:
    block, _, rest = key.partition(".")
    return (block, rest) if block in _DOTTED_BLOCKS else tuple(key.split("."))


def _entry(setting: Setting, value: float) -> Any:
    if setting.is_switch:
        return bool(value)
    name = setting.op if setting.op in ("add", "multiply") else "value"
    before = shown(setting, setting.value)
    if setting.is_drawn:
        before += f" ({shown(setting, setting.low)} to {shown(setting, setting.high)})"
    note = f"set in the dashboard; before: {before}, {setting.source}"
    return {name: value, "range": "0%", "source": "judgement", "note": note[:_MAX_NOTE]}


def _put(content: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value at a path, as the last of its block: of two pairs that overlap the later wins."""
    block = content
    for name in path[:-1]:
        inner = block.get(name)
        block[name] = inner if isinstance(inner, dict) else {}
        block = block[name]
    block.pop(path[-1], None)
    block[path[-1]] = value


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, dict) else value

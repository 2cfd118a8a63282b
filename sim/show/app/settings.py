"""What of a scenario can be set: every number and switch with its meaning, range and source.

A setting goes by the dotted key of the scenario file, the same that ``--set`` takes. All numbers of
a scenario are here, and the parameters of the model that it leaves at their defaults; a list of
thousands, so it can be searched.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sim.errors import UserError
from sim.rules import catalogue as names
from sim.rules.declarations import Field
from sim.scenario import Number, ScenarioSpec, explain_sources

PINNED: Final = (
    "security.weight",
    "access.weight",
    "autonomy.weight",
    "entrapment.weight",
    "moves.create",
    "tension.decay",
)
"""Parameters of the model that are offered first: what states want, what a pact costs to make, how
fast tension fades."""

_FIRST, _SECOND = re.compile(r"\bi\b"), re.compile(r"\bj\b")
_SWITCH_PARAMS: Final = "switch."


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or a switch of a scenario.

    Attributes:
        key: dotted key, as ``--set`` takes it.
        label: what it is, in words.
        unit: unit of the number; empty for a switch.
        value: the stated value; of a switch 1 for on, 0 for off.
        low, high: the range that runs draw from; equal where the number is exact.
        bounds: values that have a meaning.
        source: name of the source.
        confidence, note: what the scenario says of the number, empty if nothing.
        op: how an event applies the number; ``switch`` for what is on or off; ``mix`` for a weight
            in a mix that sums to one.
    """

    key: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    bounds: tuple[float, float]
    source: str
    confidence: str = ""
    note: str = ""
    op: Literal["set", "add", "multiply", "switch", "mix"] = "set"

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off and no number."""
        return self.op == "switch"

    @property
    def is_drawn(self) -> bool:
        """Whether runs draw it from a range."""
        return self.low < self.high

    @property
    def block(self) -> str:
        """The block of the scenario file that holds it."""
        return self.key.partition(".")[0]


def catalogue(spec: ScenarioSpec) -> dict[str, Setting]:
    """Return all settings by key: parameters, then switches, then the rest in order of key."""
    found = {setting.key: setting for setting in (*_parameters(spec), *_switches(spec))}
    operations = {
        effect.number.key: effect.op for event in spec.events.values() for effect in event.effects
    }
    for key, number in explain_sources(spec):
        if key not in found:
            label, field = _describe(spec, key)
            op = "mix" if ".doctrine." in key else operations.get(key, "set")
            found[key] = _setting(number, label, field, op)
    return found


def pinned(settings: Mapping[str, Setting]) -> list[Setting]:
    """Return the settings that are offered first, see :data:`PINNED`."""
    return [settings[f"parameters.{name}"] for name in PINNED]


def search(settings: Mapping[str, Setting], text: str, limit: int) -> tuple[list[Setting], int]:
    """Return the first settings that hold all words of a text, and how many there are in all.

    >>> from sim import load_scenario
    >>> found, count = search(catalogue(load_scenario("europe_1936")), "security weight", 3)
    >>> found[0].key
    'parameters.security.weight'
    """
    words = text.casefold().split()
    found = [
        setting
        for setting in settings.values()
        if all(word in f"{setting.key} {setting.label}".casefold() for word in words)
    ]
    return found[:limit], len(found)


def shown(setting: Setting, value: float) -> str:
    """Write a value of a setting for people: ``0.35``, ``on``."""
    if setting.is_switch:
        return "on" if value else "off"
    return f"{value:.4g}"


def as_overrides(settings: Mapping[str, Setting], values: Mapping[str, float]) -> tuple[str, ...]:
    """Return the ``--set`` texts that give settings these values.

    Raises:
        UserError: a value is no finite number, or weights of one mix sum to more than one.
    """
    texts: list[str] = []
    mixes: dict[str, dict[str, float]] = {}
    for key, value in values.items():
        setting = settings[key]
        if not math.isfinite(value):
            raise UserError(f"{key}: expected a number, not {value}")
        if setting.op == "mix":
            mix, _, member = key.rpartition(".")
            mixes.setdefault(mix, {})[member] = value
        else:
            texts.append(f"{key}={written(setting, value)}")
    for mix, chosen in mixes.items():
        weights = ", ".join(f"{name}: {x!r}" for name, x in whole_mix(settings, mix, chosen))
        texts.append(f"{mix}={{{weights}}}")
    return tuple(texts)


def written(setting: Setting, value: float) -> str:
    """Write a value as a scenario file has it: a number, ``{add: 1}``, ``on``."""
    if setting.is_switch:
        return "on" if value else "off"
    return repr(value) if setting.op in ("set", "mix") else f"{{{setting.op}: {value!r}}}"


def whole_mix(
    settings: Mapping[str, Setting], mix: str, chosen: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """Yield all weights of a mix: the chosen ones, and the others scaled so that they sum to one.

    Raises:
        UserError: that cannot be.
    """
    stated = {
        key.removeprefix(f"{mix}."): setting.value
        for key, setting in settings.items()
        if setting.op == "mix" and key.startswith(f"{mix}.")
    }
    rest = 1.0 - sum(chosen.values())
    others = sum(x for name, x in stated.items() if name not in chosen)
    if rest < -1e-9 or min(chosen.values()) < 0.0 or (others == 0.0 and rest > 1e-9):
        raise UserError(f"{mix}: the weights of a mix sum to one")
    for name, x in stated.items():
        yield name, chosen.get(name, x * max(rest, 0.0) / others if others else 0.0)


# --- where settings come from --------------------------------------------------------------------
def _setting(number: Number, label: str, field: Field | None, op: str) -> Setting:
    bounds = (-math.inf, math.inf)
    if op == "mix":
        bounds = (0.0, 1.0)
    elif op == "multiply":
        bounds = (0.0, math.inf)
    elif op == "set" and field is not None:
        bounds = field.bounds
    unit = "" if field is None or field.unit == "1" or op == "multiply" else field.unit
    return Setting(
        key=number.key,
        label=label,
        unit=unit,
        value=number.value,
        low=number.low,
        high=number.high,
        bounds=bounds,
        source=number.source,
        confidence=number.confidence or "",
        note=number.note or "",
        op=op,  # type: ignore[arg-type]
    )


def _parameters(spec: ScenarioSpec) -> Iterator[Setting]:
    for name, known in names.PARAMS.items():
        if name.startswith(_SWITCH_PARAMS):
            continue
        given = spec.parameters.get(name)
        low, high = known.plausible if given is None else (given.low, given.high)
        yield Setting(
            key=f"parameters.{name}",
            label=known.meaning,
            unit="" if known.unit == "1" else known.unit,
            value=known.default if given is None else given.value,
            low=low,
            high=high,
            bounds=known.bounds,
            source=known.source if given is None else given.source,
            confidence="" if given is None else given.confidence or "",
            note="" if given is None else given.note or "",
        )


def _switches(spec: ScenarioSpec) -> Iterator[Setting]:
    def switch(block: str, name: str, label: str, on: bool, source: str) -> Setting:
        value = 1.0 if on else 0.0
        return Setting(
            f"{block}.{name}", label, "", value, value, value, (0.0, 1.0), source, op="switch"
        )

    for name, rule in names.MECHANISMS.items():
        on = spec.mechanisms.get(name, True)
        yield switch("mechanisms", name, f"Mechanism: {rule.claim}", on, rule.source)
    for name, term in names.TERMS.items():
        label = f"Term of utility: {term.claim}"
        yield switch("terms", name, label, spec.terms.get(name, True), "")
    for name, event in spec.events.items():
        yield switch("events", name, f"Event: {event.title}", True, event.source)


def _describe(spec: ScenarioSpec, key: str) -> tuple[str, Field | None]:
    """Say in words what a number is, and which variable it is a value of."""
    block, _, rest = key.partition(".")
    parts = rest.split(".")
    match block, parts:
        case "states", [code, "doctrine", doctrine]:
            return f"{_name(spec, code)}: weight of the school {doctrine}", None
        case "states", [code, name]:
            field = names.STATE_FIELDS[name]
            return f"{_name(spec, code)}: {field.meaning}", field
        case "relations", [name, *pair]:
            field = names.DYAD_FIELDS[name]
            return _of_pair(spec, ".".join(pair), field.meaning), field
        case "channels", [channel, "flows", seller, buyer]:
            field = names.DYAD_FIELDS[names.CHANNELS[channel]]
            label = _between(_name(spec, seller), "to", _name(spec, buyer), field.meaning)
            return label, field
        case "channels", [channel, _, holder, supplier]:
            field = names.DYAD_FIELDS[names.CHANNELS[channel]]
            label = _between(_name(spec, holder), "from", _name(spec, supplier), field.meaning)
            return label, field
        case "events", [name, "effects", variable, *place]:
            known = _any_field(variable)
            meaning = variable if known is None else known.meaning
            what = _of_pair(spec, ".".join(place), meaning)
            return f"{spec.events[name].title}: {what}", known
        case (("organisations" | "conflicts" | "doctrines"), [name, *inner]):
            known = _any_field(inner[-1])
            what = " ".join(inner) if known is None else known.meaning
            return f"{name}: {what}", known
        case _:
            known = _any_field(parts[-1])
            return (rest if known is None else known.meaning), known


def _any_field(name: str) -> Field | None:
    tables: Iterable[Mapping[str, Field]] = (
        names.STATE_FIELDS,
        names.DYAD_FIELDS,
        names.COLLECTIVE_FIELDS,
        names.PARTS,
    )
    return next((table[name] for table in tables if name in table), None)


def _name(spec: ScenarioSpec, code: str) -> str:
    return spec.states[code].name if code in spec.states else code


def _of_pair(spec: ScenarioSpec, text: str, meaning: str) -> str:
    """Say what a variable means of a pair such as ``AAA>BBB``, or of a single state."""
    for sign, joint in ((">", "towards"), ("-", "and")):
        left, found, right = text.partition(sign)
        if found:
            return _between(_name(spec, left), joint, _name(spec, right), meaning)
    return f"{_name(spec, text)}: {meaning}"


def _between(first: str, joint: str, second: str, meaning: str) -> str:
    """Put names for i and j in a meaning, or before it where it speaks of neither."""
    put = _SECOND.sub(second.replace("\\", ""), _FIRST.sub(first.replace("\\", ""), meaning))
    return put if put != meaning else f"{first} {joint} {second}: {meaning}"

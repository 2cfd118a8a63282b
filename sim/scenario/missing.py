"""What a scenario lacks, what is taken in its place, and that this is told.

What is missing is not zero. A state of which there is no figure for capability, economic size or
position gets the median of the other states of its scenario, drawn from the middle nine tenths of
them: nothing but its being a state is known of it, so it may be like any of them, the extremes
apart. Few others must not make that narrow: a share is drawn from zero to twice the median at
least, a position from one unit around it, about the standard deviation of the scale. ``unknown`` in
place of the number gives the same and says that the gap is meant. Where no state has a figure, a
scenario leaves the variable out, and all have its default, as for any other variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Problem
from sim.rules.declarations import Field
from sim.scenario.entries import items
from sim.scenario.reader import Log, Node
from sim.scenario.schema import Vocabulary
from sim.scenario.spec import Number, ScenarioSpec
from sim.scenario.synthetic import generate

PRIOR = "no figure"
"""Source of the numbers taken where there is none; nobody can declare a source of this name."""

_TAKEN = ("capability", "economy", "ideal_point")
_MIDDLE = (5.0, 95.0)
_SHARE = "share of the world"
_UNIT_OF_POSITION = 1.0
_ROUNDING = 0.005
_TITLE = "No figure: the median of the other states, drawn from the middle nine tenths of them"


def complete(
    spec: ScenarioSpec, root: Node, words: Vocabulary, log: Log, unknown: Mapping[str, str | None]
) -> ScenarioSpec:
    """Return the scenario with what is taken where it has no figure, and with its notices.

    Args:
        spec: a sound scenario as it is written.
        root: its tree, for the places of the notices.
        words: the names that the model knows.
        log: has the notices found so far, and gets those on what is missing.
        unknown: notes of the numbers that are said to be unknown, by dotted key.
    """
    gaps = _Gaps(spec, words, unknown)
    states = dict(spec.states)
    for code, numbers in gaps.numbers.items():
        state = states[code]
        states[code] = replace(state, values={**state.values, **numbers})
    sources = {**spec.sources, PRIOR: {"title": _TITLE}} if gaps.numbers else spec.sources
    found = replace(spec, states=states, sources=sources, unknown=unknown, places=_places(root))
    block = root.value.get("states", root)
    gaps.tell(block, log)
    _tell_sums(spec, words, block, log)
    return replace(found, notices=tuple(log.notices))


def prior(stated: Sequence[float], field: Field) -> tuple[float, float, float]:
    """Return value, low and high of a number without a figure, from those of the other states.

    >>> from sim.rules.declarations import Field
    >>> share = Field("x", "state", 0, 0.0, (0.0, 1.0), "share of the world", "", True, True, False)
    >>> prior([0.2], share)
    (0.2, 0.0, 0.4)
    """
    value = float(np.median(stated))
    least, most = (float(end) for end in np.percentile(stated, _MIDDLE))
    room = value if field.unit == _SHARE else _UNIT_OF_POSITION
    low, high = min(least, value - room), max(most, value + room)
    return value, max(low, field.bounds[0]), min(high, field.bounds[1])


@dataclass(frozen=True, slots=True)
class _Gap:
    """A variable that states lack, and what is told to be taken of it."""

    what: str
    taken: str

    def __str__(self) -> str:
        return f"{self.what} ({self.taken})"


class _Gaps:
    """The numbers taken for states that lack them, and which of these gaps nobody has named.

    Attributes:
        numbers: what is taken, by state and variable.
        lacks: what a state lacks without a word of it, by state.
        nowhere: what no state has.
    """

    def __init__(
        self, spec: ScenarioSpec, words: Vocabulary, unknown: Mapping[str, str | None]
    ) -> None:
        self.spec = spec
        self.words = words
        self.unknown = unknown
        made = frozenset(spec.synthetic.codes if spec.synthetic is not None else ())
        self.made = made
        self.codes = [code for code in spec.states if code not in made]
        self.numbers: dict[str, dict[str, Number]] = {}
        self.lacks: dict[str, list[_Gap]] = {}
        self.nowhere: list[_Gap] = []
        if self.codes:
            for name in _TAKEN:
                self._take(name, words.state_fields[name])
            self._distances(words.dyad_fields["distance"])
            self._trade()

    def _take(self, name: str, field: Field) -> None:
        spec = self.spec
        lacking = [code for code in self.codes if name not in spec.states[code].values]
        if not lacking:
            return
        unsaid = [code for code in lacking if f"states.{code}.{name}" not in self.unknown]
        stated = _stated(spec, name)
        if not stated:
            if unsaid == self.codes:
                self.nowhere.append(_Gap(name, f"{field.default:g} for all"))
            return
        value, low, high = prior(stated, field)
        note = f"median of {len(stated)} other states, range of the middle nine tenths of them"
        gap = _Gap(name, f"{value:.3g} taken, {low:.3g} to {high:.3g}")
        for code in lacking:
            key = f"states.{code}.{name}"
            said = self.unknown.get(key)
            told = note if said is None else f"{said}; {note}"
            number = Number(value, low, high, PRIOR, "low", told, None, key)
            self.numbers.setdefault(code, {})[name] = number
        for code in unsaid:
            self.lacks.setdefault(code, []).append(gap)

    def _distances(self, field: Field) -> None:
        """Note pairs without a distance, each at the state that lacks more of them."""
        stated = self.spec.relations.get("distance", {})
        n = len(self.spec.states)
        made = len(self.made)
        if len(stated) >= n * (n - 1) - made * (made - 1) or n < 2:
            return
        said = self.said_pairs("distance")
        if not stated and not said and not made:
            self.nowhere.append(_Gap("distance", f"{field.default:g} for all pairs"))
            return
        known: dict[str, set[str]] = {code: set() for code in self.spec.states}
        for i, j in (*stated, *said):
            known[i].add(j)
            known[j].add(i)
        done = set(self.made)
        for code in sorted(self.codes, key=lambda code: len(known[code])):
            others = self.made if code in done else self.spec.states.keys()
            missing = len(others - known[code] - (done - self.made) - {code})
            done.add(code)
            if missing:
                what = f"distance to {missing} states" if known[code] else "distance"
                gap = _Gap(what, f"{field.default:g} x {field.unit} taken")
                self.lacks.setdefault(code, []).append(gap)

    def said_pairs(self, name: str) -> set[tuple[str, str]]:
        """Return the pairs whose number of a relation is said to be unknown."""
        prefix = f"relations.{name}."
        found = set()
        for key in self.unknown:
            if key.startswith(prefix):
                left, right = (
                    self.spec.groups.get(side, (side,))
                    for side in key.removeprefix(prefix).replace(">", "-").split("-")
                )
                found |= {(i, j) for i in left for j in right if i != j}
        return found

    def _trade(self) -> None:
        flows = self.spec.channels.get("trade_flow", {})
        trading = {code for pair in flows for code in pair} | self.made
        prefix = "channels.trade.flows."
        for key in self.unknown:
            if key.startswith(prefix):
                trading |= set(key.removeprefix(prefix).split("."))
        without = [code for code in self.codes if code not in trading]
        if without and not trading:
            self.nowhere.append(_Gap("trade", "none for all"))
            return
        for code in without:
            self.lacks.setdefault(code, []).append(_Gap("trade", "none taken"))

    def tell(self, block: Node, log: Log) -> None:
        """Note what is lacking: one line for all states that lack the same."""
        if self.nowhere:
            what = ", ".join(map(str, self.nowhere))
            log.notice(block, "states", f"no state has a figure for {what}")
        alike: dict[tuple[_Gap, ...], list[str]] = {}
        for code in self.codes:
            if code in self.lacks:
                alike.setdefault(tuple(self.lacks[code]), []).append(code)
        for gaps, codes in alike.items():
            what = ", ".join(map(str, gaps))
            fix = "give the figures, or say `unknown`"
            node = block.value[codes[0]]
            if len(codes) == 1:
                log.notice(node, f"states.{codes[0]}", f"lacks {what}; {fix}")
            else:
                log.notice(node, "states", f"{', '.join(codes)} lack {what}; {fix}")


def _stated(spec: ScenarioSpec, name: str) -> list[float]:
    """Return the values of a variable of all states that have one, made-up ones included."""
    values = {code: state.values[name].value for code, state in spec.states.items()
              if name in state.values}  # fmt: skip
    if spec.synthetic is not None:
        made = generate(spec.synthetic).states
        if name in made:
            values = dict(zip(spec.synthetic.codes, made[name].tolist(), strict=True)) | values
    return list(values.values())


def _tell_sums(spec: ScenarioSpec, words: Vocabulary, block: Node, log: Log) -> None:
    """Note shares of the world that sum to more than the world."""
    for name in _TAKEN:
        stated = any(name in state.values for state in spec.states.values())
        if words.state_fields[name].unit != _SHARE or not stated:
            continue
        total = sum(_stated(spec, name))
        if total > 1.0 + _ROUNDING:
            message = f"{name} sums to {total:.3g} over all states, more than the world (1)"
            log.notice(block, "states", message)


def _places(root: Node) -> dict[str, Problem]:
    """Return where arms and changes of events are written, by dotted key."""
    found = {f"arms.{name}": node for name, node in items(root.value.get("arms"))}
    for event, entry in items(root.value.get("events")):
        found[f"events.{event}"] = entry
        for name, changes in items(entry.value.get("effects")):
            for text, node in items(changes):
                found[f"events.{event}.effects.{name}.{text}"] = node
    return {
        key: node.layer.problem(node.key_line, node.key_column, key, "")
        for key, node in found.items()
    }

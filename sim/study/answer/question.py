"""What answers a scenario's question: two arms, and the metrics in which they may differ.

A scenario says so in its block ``answer:``. What it leaves open follows from what differs between
the arms: first the pairs and states that this touches, then others. An intervention is always read
as the arm with it less the arm without it, whatever the two are called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sim.measure.language import BoundMetric, Scope, parse_metric, required_pairs
from sim.measure.language import Source as Place
from sim.measure.syntax import Call, Expression, Negation, Operation, Timed, Value
from sim.rules.catalogue import DYAD_FIELDS
from sim.scenario import BASE_ARM, ScenarioSpec
from sim.scenario.loader import Loader
from sim.statistics.paired import smallest_effect
from sim.study.arms import lacks
from sim.words.of_decisions import capital
from sim.words.of_metrics import metric_words

_PAIRS: Final = 3
_STATES: Final = 4
_ALIKE: Final[Mapping[str, str]] = {
    "pact": "pact_level"
}  # quantities that are a field seen otherwise


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric that may answer.

    Attributes:
        bound: what is measured.
        name: what it is called within a sentence.
        higher, lower: a verb and its object, for a rise and a fall.
        smallest: the smallest effect that matters, in its units; None for the usual rule.
        why: the reason for ``smallest``.
        put_in: whether a difference of the arms sets exactly this.
        many: of how many it is the one that moves most; 1 where it was named beforehand.
    """

    bound: BoundMetric
    name: str
    higher: str
    lower: str
    smallest: float | None = None
    why: str = ""
    put_in: bool = False
    many: int = 1

    def least(self, spread: float) -> float:
        """Return the smallest effect that matters, given the spread over the runs."""
        if self.smallest is not None:
            return self.smallest
        return smallest_effect(spread, self.bound.span)


@dataclass(frozen=True)
class Question:
    """A comparison of two arms, and what is looked at.

    Attributes:
        text: the question of the scenario.
        subject: what is asked about, as the subject of a sentence.
        arms: names of the arm with it and of the arm without it.
        titles: what these arms are called.
        asked: metrics that were named, or that follow from what differs.
        thirds: of other states; those that move most are told.
        pairs: ordered pairs of states to record.
        since: tick from which the arms differ by what is put in.
        derived: whether the metrics follow from the arms.
    """

    text: str
    subject: str
    arms: tuple[str, str]
    titles: tuple[str, str]
    asked: tuple[Asked, ...]
    thirds: tuple[Asked, ...]
    pairs: tuple[tuple[str, str], ...]
    since: int
    derived: bool


def find_question(
    path: Path,
    *,
    arms: tuple[str, str] | None = None,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    quarters: int | None = None,
) -> tuple[dict[str, ScenarioSpec], Question] | None:
    """Return the arms that answer the question of a scenario by name, and what is looked at.

    Args:
        path: its file.
        arms: with what is asked about, and without it; by default the scenario's own, else the pair
            that most claims are about, else the first arm and the base.
        set, quarters: override the scenario's own, in all arms.

    Returns:
        None where the scenario has no arm.

    Raises:
        ScenarioError: the scenario is not valid.
        UserError: a metric is not valid.
    """
    loader = Loader(path)
    base = loader.load(BASE_ARM, tuple(set), quarters)
    names = arms or _compared(base, loader.arm_names())
    if names is None:
        return None
    specs = {name: loader.load(name, tuple(set), quarters) for name in names if name != BASE_ARM}
    specs[BASE_ARM] = base
    own = tuple(base.answer.get("arms", ()))
    pair = names if names == own else _ordered(specs, *names)
    return specs, _question(specs, path, pair, own)


def answered_by(
    path: Path,
    arms: Sequence[str] | None,
    against: str,
    *,
    set: Sequence[str] = (),  # noqa: A002  (the word of the command line)
    quarters: int | None = None,
) -> tuple[dict[str, ScenarioSpec], Question] | None:
    """Return the question that a comparison of arms answers: of its two arms, or the scenario's.

    Args:
        path, set, quarters: as of :func:`find_question`.
        arms: names of those compared; None for all.
        against: what they are held against.

    Returns:
        None where there are more than two and the scenario's own two are not among them.
    """
    compared = None if arms is None else {against, *arms}
    own = find_question(path, set=set, quarters=quarters)
    if own is None or compared is None or {*own[1].arms} <= compared:
        return own
    if len(compared) != 2:
        return None
    (other,) = compared - {against}
    return find_question(path, arms=(other, against), set=set, quarters=quarters)


def _question(
    specs: Mapping[str, ScenarioSpec], path: Path, pair: tuple[str, str], own: tuple[str, ...]
) -> Question:
    base = specs[BASE_ARM]
    differing = Differences.of(*(specs[name] for name in pair))
    said = base.answer.get("metrics", {}) if set(pair) == set(own) else {}
    scope = Scope.of(base)
    asked = [_named(entry, f"{path}: answer.metrics.{key}", scope) for key, entry in said.items()]
    thirds: list[Asked] = []
    if not asked:
        touched = [_plain(text, scope) for text in _of_touched(base, differing)]
        asked = touched[:_PAIRS]
        thirds = [*touched[_PAIRS:], *(_plain(text, scope) for text in _of_others(base, differing))]
    asked, thirds = ([_marked(x, differing, scope) for x in group] for group in (asked, thirds))
    titles = _titles(specs, pair)
    subject = base.answer.get("of") if pair == own else None
    return Question(
        text=base.question,
        subject=capital(subject) if subject else _subject(pair, differing, titles),
        arms=pair,
        titles=titles,
        asked=tuple(asked),
        thirds=tuple(thirds),
        pairs=required_pairs([x.bound for x in (*asked, *thirds)]),
        since=differing.since,
        derived=not said,
    )


def _compared(base: ScenarioSpec, arms: Sequence[str]) -> tuple[str, str] | None:
    """Return two arms that answer, the likelier treatment first; None where there are no arms."""
    if "arms" in base.answer:
        first, second = base.answer["arms"]
        return first, second
    claimed = Counter(
        tuple(claim["arms"])
        for claim in base.claims.values()
        if len(claim.get("arms", ())) == 2 and not claim.get("less") and not claim.get("pending")
    )
    for (one, other), _ in claimed.most_common(1):
        return one, other
    return (arms[0], BASE_ARM) if arms else None


def _ordered(specs: Mapping[str, ScenarioSpec], one: str, other: str) -> tuple[str, str]:
    """Return two arms, the one with more put in or switched on first, else in their order."""
    return (other, one) if lacks(specs[one], specs[other]) else (one, other)


# --- what differs --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Differences:
    """What is put into one arm and not, or otherwise, into the other.

    Attributes:
        cells: how often each ``(field, i, j)`` is set; ``j`` is empty for a variable of states.
        events: titles of the events that only the first arm has.
        since: tick of the first difference.
    """

    cells: Counter[tuple[str, str, str]]
    events: tuple[str, ...]
    since: int

    @classmethod
    def of(cls, one: ScenarioSpec, other: ScenarioSpec) -> Differences:
        """Compare two arms."""
        cells: Counter[tuple[str, str, str]] = Counter()
        ticks = []
        for a, b in _apart(one.events, other.events):
            effects = [{*event.effects} if event else set() for event in (a, b)]
            cells.update((x.field, x.i, x.j or "") for x in effects[0] ^ effects[1])
            ticks += [event.at - one.start for event in (a, b) if event]
        for a, b in _apart(one.states, other.states):
            if a and b:
                cells.update((name, a.code, "") for name, _ in _keys(a.values, b.values))
        for name in {*one.relations, *one.channels, *other.relations, *other.channels}:
            for block in ("relations", "channels"):
                tables = (getattr(spec, block).get(name, {}) for spec in (one, other))
                cells.update((name, i, j) for (i, j), _ in _keys(*tables))
        for a, b in _apart(one.pacts, other.pacts):
            members = (a or b).members
            cells.update(("pact_level", i, j) for i in members for j in members if i != j)
        only = tuple(x.title for name, x in one.events.items() if name not in other.events)
        return cls(cells, only, max(0, min(ticks, default=0)))

    def pairs(self, codes: Iterable[str]) -> Counter[tuple[str, str]]:
        """Return the unordered pairs of states touched, with how often."""
        known = {*codes}
        found: Counter[tuple[str, str]] = Counter()
        for (_, i, j), times in self.cells.items():
            if i in known and j in known:
                found[min(i, j), max(i, j)] += times
        return found

    def states(self, codes: Iterable[str]) -> Counter[str]:
        """Return the states touched, with how often."""
        known = {*codes}
        found: Counter[str] = Counter()
        for (_, *sides), times in self.cells.items():
            found.update({code: times for code in sides if code in known})
        return found


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield one.get(name), other.get(name)


def _keys(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> Iterator[tuple[Any, None]]:
    for key in {*one, *other}:
        if one.get(key) != other.get(key):
            yield key, None


# --- metrics -------------------------------------------------------------------------------------
def _of_touched(spec: ScenarioSpec, differing: Differences) -> Iterator[str]:
    """Alignments of the pairs touched, focal ones and those touched most first."""
    pairs = differing.pairs(spec.states)
    focal = {*spec.focal}
    ranked = sorted(pairs, key=lambda pair: (-len(focal & {*pair}), -pairs[pair], pair))
    for i, j in ranked[: 2 * _PAIRS]:
        # of the two orders, from the state that is no pole
        a, b = (j, i) if i in spec.poles and j not in spec.poles else (i, j)
        yield f"alignment({a}, {b})"


def _of_others(spec: ScenarioSpec, differing: Differences) -> Iterator[str]:
    """What may move of states touched and of others: threat, alignment with poles, poles."""
    touched = differing.states(spec.states)
    first = [code for code in spec.focal if code in touched]
    first += [code for code, _ in touched.most_common() if code not in first]
    states = list(dict.fromkeys((*first[:_STATES], *spec.focal)))
    done = {frozenset(pair) for pair in differing.pairs(spec.states)}
    for code in states:
        yield from (
            f"alignment({code}, {pole})"
            for pole in spec.poles
            if pole != code and frozenset((code, pole)) not in done
        )
        yield f"threat({code})"
    yield "poles()"


def _plain(text: str, scope: Scope) -> Asked:
    return _phrased(parse_metric(text).bind(scope), scope)


def _named(entry: Mapping[str, Any], where: str, scope: Scope) -> Asked:
    bound = parse_metric(entry["metric"], Place(where)).bind(scope)
    return _phrased(
        bound,
        scope,
        entry.get("name"),
        higher=entry.get("higher"),
        lower=entry.get("lower"),
        smallest=entry.get("smallest"),
        why=entry.get("why", ""),
    )


def _phrased(
    bound: BoundMetric,
    scope: Scope,
    name: str | None = None,
    *,
    higher: str | None = None,
    lower: str | None = None,
    smallest: float | None = None,
    why: str = "",
) -> Asked:
    called = name or metric_words(bound.metric.text, scope.names)
    return Asked(
        bound,
        called,
        higher or f"raises {called}",
        lower or f"lowers {called}",
        None if smallest is None else float(smallest),
        why,
    )


def _marked(asked: Asked, differing: Differences, scope: Scope) -> Asked:
    """Say whether a difference of the arms sets exactly this."""
    found = any(_is_set(value, differing, scope) for value in _values(asked.bound.metric.tree))
    return replace(asked, put_in=found)


def _is_set(value: Value, differing: Differences, scope: Scope) -> bool:
    field = _ALIKE.get(value.name, value.name)
    words = [word.text for word in value.words[:2]] or ["order"]
    sides = [{*scope.groups.get(word, (word,))} for word in words]
    sides += [{""}] * (2 - len(sides))
    known = DYAD_FIELDS.get(field)
    either = (sides, sides[::-1]) if known is not None and known.symmetric else (sides,)
    return any(
        name == field and i in left and (j in right or (not j and "" in right))
        for name, i, j in differing.cells
        for left, right in either
    )


def _values(tree: Expression) -> Iterator[Value]:
    """The quantities of a metric."""
    match tree:
        case Value():
            yield tree
        case Call():
            for argument in tree.arguments:
                yield from _values(argument)
        case Timed():
            yield from _values(tree.inner)
        case Negation():
            yield from _values(tree.operand)
        case Operation():
            yield from _values(tree.left)
            yield from _values(tree.right)


# --- words ---------------------------------------------------------------------------------------
def _titles(specs: Mapping[str, ScenarioSpec], pair: tuple[str, str]) -> tuple[str, str]:
    base = specs[BASE_ARM]
    first, second = (
        "the scenario as it is" if name == BASE_ARM else base.arms[name].title or name
        for name in pair
    )
    return first, second


def _subject(pair: tuple[str, str], differing: Differences, titles: tuple[str, str]) -> str:
    """What is asked about, where nobody says it."""
    if len(differing.events) == 1:
        return f"“{differing.events[0]}”"
    if pair[0] != BASE_ARM:
        return f"“{titles[0]}”"
    return f"The scenario as it is, against “{titles[1]}”,"

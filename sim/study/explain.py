"""Why a state did what it did: the decisions of one run with their reasons, in plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sim.drivers.replay import Alternative, Asked, Decision, Turn, replay
from sim.errors import UserError, hint, shown
from sim.scenario import BASE_ARM, ScenarioSpec, format_quarter, parse_quarter
from sim.study.mattered import Stand, in_short, stands, weigh
from sim.system.progress import Progress
from sim.words.of_decisions import (
    UNIT,
    Prose,
    a_or_an,
    capital,
    chance,
    listed,
    signed,
    with_article,
)

_WINDOW = re.compile(r"([0-9]{4})(Q[1-4])?(?:\.\.([0-9]{4})(Q[1-4])?)?")
_CONSIDERED = 3


@dataclass(frozen=True, slots=True)
class Given:
    """Something that the scenario put in at a date, that no state chose."""

    quarter: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Considered:
    """A move that stayed undone: ``chance`` that it is chosen at one opportunity or more.

    ``move`` is the alternative as it stood at the opportunity where it was likeliest.
    """

    move: Alternative
    chance: float


@dataclass(frozen=True)
class Story:
    """What one run says of a state or a pair in a window of time.

    Attributes:
        title, arm, seed, run: the run.
        state, pair: what was asked about; the pair is empty if a state alone was.
        start, end: first and last quarter asked about.
        state_names: names by code.
        given: dated events of the scenario that touch the state, or both of the pair.
        decisions: its moves and the moves towards it, in their order.
        opportunities: chances that the state (either of the pair) had to move.
        considered: the likeliest moves that were left undone; empty if it made any move.
        stands: how the state stands towards each pole at the end, and why; empty for a pair.
    """

    title: str
    arm: str
    seed: int
    run: int
    state: str | None
    pair: tuple[str, ...]
    start: str
    end: str
    state_names: dict[str, str]
    given: tuple[Given, ...]
    decisions: tuple[Decision, ...]
    opportunities: int
    considered: tuple[Considered, ...]
    stands: tuple[Stand, ...] = ()

    @property
    def prose(self) -> Prose:
        """The writer of sentences with the names of this scenario."""
        return Prose(self.state_names)

    @property
    def who(self) -> str:
        """What was asked about, in words: a state, or a pair."""
        return listed([self.prose.name(code) for code in self.pair or (self.state or "",)])

    @property
    def when(self) -> str:
        """The window in words."""
        return in_words(self.start, self.end)

    def sentences(self) -> list[str]:
        """A paragraph for each event and decision in order of time, or what was weighed if none."""
        told = [
            (event.quarter, -1, f"{event.quarter}: {event.title} (given by the scenario).")
            for event in self.given
        ]
        told += [(it.quarter, it.order, self.prose.decision(it)) for it in self.decisions]
        told.sort(key=lambda item: item[:2])
        paragraphs = [text for _, _, text in told]
        if self.considered or not self.opportunities:
            paragraphs.append(self._undone())
        return paragraphs

    def in_short(self) -> list[str]:
        """Where the state stands, the moves that mattered, and those of chance in one line."""
        return list(in_short(self)) if self.decisions else self.sentences()

    def _undone(self) -> str:
        who = self.prose.name(self.state) if self.state else self.who
        who = capital(who)
        if not self.opportunities:
            return f"{who} had no opportunity to move {self.when}."
        one = self.opportunities == 1
        chances = "one opportunity" if one else f"{self.opportunities} opportunities"
        unused = "did not use it" if one else "used none of them"
        towards = ""
        if self.pair:
            other = [code for code in self.pair if code != self.state]
            towards = f" on {self.prose.name(other[0])}" if self.state else " on each other"
        text = f"{who} had {chances} to move {self.when} and {unused}{towards}."
        weighed = [self._weighed(it) for it in self.considered[:_CONSIDERED]]
        return f"{text} Weighed most seriously: {listed(weighed)}."

    def _weighed(self, it: Considered) -> str:
        mover = f"{self.prose.name(it.move.mover)} " if not self.state else ""
        consent = f", consent {chance(it.move.consent)}" if it.move.consent < 1.0 else ""
        return (
            f"{mover}{self.prose.to_do(it.move)} "
            f"({chance(it.chance)} in that time, {signed(it.move.gain)}{consent})"
        )

    def to_dict(self) -> dict[str, Any]:
        """The story as data for JSON, with its sentences."""
        return {
            **asdict(self),
            "mattered": [
                {
                    "quarter": it.decision.quarter,
                    "order": it.decision.order,
                    "changed": it.changed,
                    "worth": it.worth,
                    "chance": it.decision.move.chance,
                    "by_chance": it.by_chance,
                }
                for it in weigh(self.decisions)
            ],
            "short": self.in_short(),
            "sentences": self.sentences(),
            "unit": UNIT,
        }


# --- questions -----------------------------------------------------------------------------------
def ask(
    spec: ScenarioSpec,
    *,
    state: str | None = None,
    dyad: str | None = None,
    when: str | None = None,
) -> Asked:
    """Check a question against a scenario.

    Args:
        spec: the scenario.
        state: a state's code or name.
        dyad: two of them joined by a hyphen; with a state, which must be one of the two, what is
            asked about are the moves between them, chosen by it.
        when: a quarter ``2024Q3``, a year ``2024``, or ``2024Q3..2025Q2``; all the clock if None.

    Raises:
        UserError: a state is unknown or not in the pair, nothing is asked about, or the window is
            no time or wholly outside the clock.
    """
    if state is None and dyad is None:
        raise UserError("say whom to explain: a state (--state AAA) or a pair (--dyad AAA-BBB)")
    code = None if state is None else find_state(spec, state)
    pair = None if dyad is None else _find_pair(spec, dyad)
    if code is not None and pair is not None and code not in pair:
        raise UserError(
            f"the pair {'-'.join(pair)} does not include {code}; leave the state out, or name a "
            "pair that includes it"
        )
    first, last = _window(spec, when)
    return Asked(code, pair, first, last)


def find_state(spec: ScenarioSpec, text: str) -> str:
    """Return the code of the state with this code or name, whatever the case of its letters.

    Raises:
        UserError: there is none.
    """
    wanted = text.strip().casefold()
    for code, known in spec.states.items():
        if wanted in (code.casefold(), known.name.casefold()):
            return code
    options = [*spec.states, *(known.name for known in spec.states.values())]
    near = hint(text, options) or f"; the states are {', '.join(spec.states)}"
    raise UserError(f"unknown state {shown(text)}{near}")


def _find_pair(spec: ScenarioSpec, text: str) -> tuple[str, str]:
    cuts = [(text[:at], text[at + 1 :]) for at, letter in enumerate(text) if letter == "-"]
    if not cuts:
        raise UserError(f"expected two states such as AAA-BBB, not {shown(text)}")
    problems = []
    for a, b in cuts:  # a name may hold a hyphen itself
        try:
            pair = find_state(spec, a), find_state(spec, b)
        except UserError as problem:
            problems.append(problem)
            continue
        if pair[0] == pair[1]:
            raise UserError(f"a pair is of two states, not {shown(text)}")
        return pair
    raise problems[0]


def _window(spec: ScenarioSpec, when: str | None) -> tuple[int, int]:
    if when is None:
        return 1, spec.quarters
    found = _WINDOW.fullmatch(when.strip().upper())
    if found is None:
        raise UserError(
            f"expected a quarter such as 2024Q3, a year, or 2024Q3..2025Q2, not {shown(when)}"
        )
    year, quarter, last_year, last_quarter = found.groups()
    if last_year is None:
        last_year, last_quarter = year, quarter
    first = parse_quarter(f"{year}{quarter or 'Q1'}") - spec.start
    last = parse_quarter(f"{last_year}{last_quarter or 'Q4'}") - spec.start
    if first > last:
        raise UserError(f"{shown(when)} ends before it begins")
    if last < 1 or first > spec.quarters:
        raise UserError(
            f"{when} is outside the clock: moves are made from {format_quarter(spec.start + 1)} "
            f"to {format_quarter(spec.start + spec.quarters)}"
        )
    return max(first, 1), min(last, spec.quarters)


def check_run(run: int, runs: int) -> None:
    """Check the number of a run against the size of the ensemble.

    Raises:
        UserError: there is no such run.
    """
    if not 0 <= run < runs:
        have = "only run 0" if runs == 1 else f"runs 0 to {runs - 1}"
        raise UserError(f"there is no run {run}: the ensemble has {have}")


# --- one run -------------------------------------------------------------------------------------
def explain(
    spec: ScenarioSpec,
    *,
    state: str | None = None,
    dyad: str | None = None,
    when: str | None = None,
    run: int = 0,
    runs: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Story:
    """Replay one run of a scenario and explain the moves of a state or a pair.

    Args:
        spec: the scenario, with its arm and overrides applied.
        state, dyad, when: the question, see :func:`ask`.
        run: which run of the ensemble; the replay equals it to the last bit.
        runs, seed: size and seed of the ensemble if not the scenario's own.
        progress: called with (quarters done, all).

    Raises:
        UserError: the question does not fit the scenario.
    """
    asked = ask(spec, state=state, dyad=dyad, when=when)
    check_run(run, spec.ensemble.runs if runs is None else runs)
    model = replay(spec, asked, seed=seed, run=run, progress=progress)
    decisions = tuple(turn.decision for turn in model.turns if turn.decision is not None)
    own = [turn for turn in model.turns if turn.mover in asked.chooses]
    idle = all(turn.decision is None for turn in own)
    return Story(
        title=spec.title,
        arm=spec.arm,
        seed=model.seed,
        run=run,
        state=asked.state,
        pair=asked.pair or (),
        start=format_quarter(spec.start + asked.first),
        end=format_quarter(spec.start + asked.last),
        state_names={code: known.name for code, known in spec.states.items()},
        given=tuple(_given(spec, asked)),
        decisions=decisions,
        opportunities=len(own),
        considered=tuple(_considered(own)) if idle else (),
        stands=() if asked.state is None or asked.pair else stands(model, asked.state),
    )


def _considered(turns: Iterable[Turn]) -> list[Considered]:
    """The moves of some turns, by the chance that each is chosen at any of them."""
    likeliest: dict[tuple[str, str, str, float], Alternative] = {}
    avoided: dict[tuple[str, str, str, float], float] = {}
    for turn in turns:
        for move in turn.alternatives:
            level = move.after if move.kind == "pact" else 0.0
            key = (move.mover, move.partner, move.kind, level)
            avoided[key] = avoided.get(key, 1.0) * (1.0 - move.chance)
            if key not in likeliest or move.chance > likeliest[key].chance:
                likeliest[key] = move
    found = [Considered(move, 1.0 - avoided[key]) for key, move in likeliest.items()]
    return sorted(found, key=lambda it: -it.chance)[: 2 * _CONSIDERED]


def _given(spec: ScenarioSpec, asked: Asked) -> Iterator[Given]:
    """What the scenario dates within the window, as far as it touches whom is asked about."""
    for at, name, title, touched in dated(spec):
        if not asked.first <= at - spec.start <= asked.last:
            continue
        if asked.pair is not None:
            concerned = any(set(asked.pair) <= group for group in touched)
        else:
            concerned = any(asked.state in group for group in touched)
        if concerned:
            yield Given(format_quarter(at), name, title)


def dated(spec: ScenarioSpec) -> Iterator[tuple[int, str, str, list[set[str]]]]:
    """Date, name, title of each dated thing, and the groups of states that it touches together."""
    for event in spec.events.values():
        touched = [{effect.i, effect.j or effect.i} for effect in event.effects]
        yield event.at, event.id, event.title, touched
    for pact in spec.pacts.values():
        members = listed([with_article(spec.states[code].name) for code in pact.members])
        kind = f"{pact.type.replace('_', '-')} pact"
        gone = None if pact.until is None else pact.until + 1
        for at, verb in ((pact.since, "begins"), (gone, "has ended")):
            if at is not None:
                yield (
                    at,
                    pact.id,
                    f"{capital(a_or_an(kind))} of {members} {verb}",
                    [set(pact.members)],
                )
    for body in spec.organisations.values():
        if body.since is not None:
            yield body.since, body.id, f"{body.name} begins", [set(body.members)]
    for conflict in spec.conflicts.values():
        if conflict.since is not None and not conflict.frozen:
            parties = {code for side in conflict.parties for code in side}
            yield conflict.since, conflict.id, f"{conflict.id} begins", [parties]


def in_words(start: str, end: str) -> str:
    """A window in words.

    >>> in_words("2024Q1", "2024Q1"), in_words("2024Q1", "2025Q4")
    ('in 2024Q1', 'from 2024Q1 to 2025Q4')
    """
    return f"in {start}" if start == end else f"from {start} to {end}"


def heading(story: Story) -> str:
    """One line that says what follows: whose moves, in which run, when."""
    arm = "" if story.arm == BASE_ARM else f", arm {story.arm}"
    mine = sum(it.mover.state == story.state for it in story.decisions)
    if story.pair:
        count = f"{_moves(len(story.decisions))} between them"
    else:
        towards = len(story.decisions) - mine
        count = f"{_moves(mine)} of its own and {_moves(towards)} towards it"
    who = capital(story.who)
    return f"{who} {story.when}, run {story.run}{arm}, seed {story.seed}: {count}"


def _moves(number: int) -> str:
    words = {0: "no move", 1: "one move"}
    return words.get(number, f"{number} moves")

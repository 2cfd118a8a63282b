"""Which moves of a run mattered, how much of each was reason, and why a state stands where it does.

A move counts by the utility that it gave to or took from everybody who felt it. Its reason is its
worth to the mover, which multiplies its odds by exp(worth); what is left is attention, cost and
luck. A move whose worth does not raise its odds by a tenth is one of chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.rules.observation import BY_COMMITMENT, BY_POSITION, BY_TENSION, BY_TRUST
from sim.rules.pair_variables import ALIGNMENT, COMMITMENT, TENSION, TRUST
from sim.rules.state_variables import IDEAL_POINT
from sim.words.of_decisions import Prose, balance, capital, chance, is_asked, listed, signed

if TYPE_CHECKING:
    from sim.drivers.replay import Alternative, Decision, Replay
    from sim.study.explain import Story

REASON: Final = 0.1
"""Worth in logits from which a move is one of reason: its odds are a tenth higher for it."""

_SHOWN: Final = 5
_FELT: Final = 0.005
_KINDS: Final = 6


@dataclass(frozen=True, slots=True)
class Weighed:
    """A decision, the utility that it moved over all who felt it, and its worth in its odds."""

    decision: Decision
    changed: float
    worth: float

    @property
    def by_chance(self) -> bool:
        """Whether its worth hardly made it likelier."""
        return self.worth < REASON


@dataclass(frozen=True, slots=True)
class Stand:
    """How a state is aligned with a pole at the end of the window, and through what.

    Attributes:
        pole: the pole.
        start, alignment: at the start of the run and at the end of the window, -1 to 1.
        parts: what close positions, trust, pacts and hostile acts add; where they sum to more than
            1 or less than -1, alignment is held there.
    """

    pole: str
    start: float
    alignment: float
    parts: tuple[tuple[str, float], ...]


def stands(model: Replay, code: str) -> tuple[Stand, ...]:
    """Return how a state stands towards each pole, and why: the parts of its alignment."""
    world, m, p = model.world, model.M, model.P
    i = world.index(code)
    found = []
    for pole in model.spec.poles:
        if pole == code:
            continue
        j = world.index(pole)
        gap = abs(float(model.V[IDEAL_POINT, i] - model.V[IDEAL_POINT, j]))
        parts = (
            ("positions", p[BY_POSITION] * max(-1.0, 1.0 - gap / 1.5)),
            ("trust", p[BY_TRUST] * (2.0 * m[TRUST, i, j] - 1.0)),
            ("pacts", p[BY_COMMITMENT] * m[COMMITMENT, i, j]),
            ("hostile acts", -p[BY_TENSION] * max(m[TENSION, i, j], m[TENSION, j, i])),
        )
        found.append(
            Stand(
                pole,
                float(model.first[i, j]),
                float(m[ALIGNMENT, i, j]),
                tuple((name, float(x)) for name, x in parts),
            )
        )
    return tuple(found)


def weigh(decisions: Sequence[Decision]) -> list[Weighed]:
    """Return the decisions with what each changed, the weightiest first."""
    found = [Weighed(it, _changed(it), worth(it.move)) for it in decisions]
    return sorted(found, key=lambda it: -it.changed)


def worth(move: Alternative) -> float:
    """Return by how many logits the worth of a move raised its weight among all alternatives."""
    gain = move.gain - move.reluctance
    return move.consent * gain if gain > 0 else gain


def _changed(it: Decision) -> float:
    if not it.accepted:
        return 0.0
    partner = 0.0 if it.partner is None else abs(it.partner.gain)
    return abs(it.mover.gain) + partner + sum(abs(third.change) for third in it.thirds)


# --- words ---------------------------------------------------------------------------------------
def in_short(story: Story) -> Iterator[str]:
    """Yield the paragraphs of a story: where the state stands and why, the moves that mattered."""
    prose = story.prose
    if story.stands:
        yield "\n".join(_standing(story))
    if story.given:
        told = listed([f"{it.title} ({it.quarter})" for it in story.given[:_SHOWN]])
        more = len(story.given) - _SHOWN
        yield f"Put in by the scenario: {told}{f', and {more} more' if more > 0 else ''}."
    weighed = weigh(story.decisions)
    reasoned = [it for it in weighed if not it.by_chance and it.changed >= _FELT]
    for rank, it in enumerate(reasoned[:_SHOWN], 1):
        yield f"{rank}. {_told(it, prose)}"
    if weighed and not reasoned:
        told = _told(weighed[0], prose)
        yield f"No move rests on reason. Of those of chance this changed most: {told}"
    rest = len(reasoned) - _SHOWN
    if rest > 0:
        yield f"{rest} more that changed less: --full tells all."
    if lucky := [it for it in weighed if it.by_chance]:
        yield _luck(lucky, prose)


def _standing(story: Story) -> Iterator[str]:
    """At most five lines: the alignment with each pole, its start and its parts."""
    name = story.prose.name
    yield f"Where {name(story.state or '')} stands in {story.end}, from -1 to 1, and why:"
    ranked = sorted(story.stands, key=lambda it: -it.alignment)
    for it in ranked[: _SHOWN - 1]:
        parts = ", ".join(f"{part} {signed(x)}" for part, x in it.parts)
        yield (
            f"  with {name(it.pole)} {signed(it.alignment)} ({signed(it.start)} at the start): "
            f"{parts}"
        )


def _told(it: Weighed, prose: Prose) -> str:
    decision = it.decision
    sides = [(decision.mover.state, decision.mover.gain)]
    if decision.partner is not None:
        sides.append((decision.partner.state, decision.partner.gain))
    sides += [(third.state, third.change) for third in decision.thirds]
    felt = [(state, x) for state, x in sides if abs(x) >= _FELT]
    felt.sort(key=lambda side: -abs(side[1]))
    who = ", ".join(f"{prose.name(state)} {signed(x)}" for state, x in felt[:_SHOWN])
    asked = ""
    if is_asked(decision.move):
        asked = f", {chance(decision.move.consent)} likely to be agreed to"
    return (
        f"{decision.quarter}: {prose.headline(decision)}. It changed {it.changed:.2f} of utility "
        f"in all: {who}. {capital(prose.name(decision.mover.state))} {balance(decision.mover)}. "
        f"{_reason(it.worth)}; its chance at that moment was "
        f"{'still ' if it.worth > 0 else ''}{chance(decision.move.chance)}{asked}."
    )


def _reason(worth: float) -> str:
    """What reason made of the chance of a move, by what it was worth (logits)."""
    how = "as likely as" if worth >= 0.0 else "less likely than"
    return f"Reason made it {math.exp(abs(worth)):.1f} times {how} a move worth nothing"


def _luck(lucky: Sequence[Weighed], prose: Prose) -> str:
    """All moves of pure chance in one line, the most frequent kinds first."""
    names = Counter(
        f"{prose.name(it.decision.mover.state)} {prose.did(it.decision.move)}" for it in lucky
    )
    shown = [
        text if times == 1 else f"{text} ({times} times)"
        for text, times in names.most_common(_KINDS)
    ]
    more = len(names) - len(shown)
    rest = f", and {more} more kinds" if more > 0 else ""
    moves = "move" if len(lucky) == 1 else "moves"
    return (
        f"{len(lucky)} {moves} of chance, not a tenth likelier by what was gained: "
        f"{'; '.join(shown)}{rest}."
    )

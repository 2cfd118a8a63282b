"""Decisions in plain sentences, from the phrases of moves and terms and the names of a scenario.

Whatever a scenario's states are called, and whatever terms of utility there are, sentences come
from data: a state by its name, a move by its phrases, a term by its claim or its own phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sim.record.arrays import PACT_LEVELS
from sim.rules import catalogue as names

if TYPE_CHECKING:
    from sim.drivers.replay import Alternative, Decision, Part, Side, Third

UNIT: Final = (
    "Gains and losses are changes of utility in logits: a move that is worth 1 more is chosen 2.7 "
    "times as often. Very many moves are open at each opportunity, so that one that is improbable "
    "by itself may well come up."
)
"""What the numbers mean, to be said once under every text and figure."""

# Names that are plurals or common nouns take the article: the Lowlands, the United Provinces.
_WITH_ARTICLE = re.compile(
    r"^(United |(Union|Republic|Kingdom|Empire) of )|(lands|ines|Isles|States|Provinces|Emirates"
    r"|Kingdom|Republic|Federation|Confederation|Union|Empire)$"
)
_PARTS_FOR, _PARTS_AGAINST = 3, 2
_SMALL_PART = 0.05  # of the sum of all parts, without their signs
_OTHERS = 2
_LEAST = 0.005


# --- words ---------------------------------------------------------------------------------------
def with_article(name: str) -> str:
    """Write a state's name as it stands within a sentence.

    >>> with_article("Lowlands"), with_article("Highland")
    ('the Lowlands', 'Highland')
    """
    return f"the {name}" if _WITH_ARTICLE.search(name) else name


def state_words(code: str, state_names: Mapping[str, str]) -> str:
    """Write a state as it stands within a sentence: its name, or its code where it has none."""
    return with_article(state_names.get(code, code))


def a_or_an(noun: str) -> str:
    """Put the indefinite article before a noun.

    >>> a_or_an("defence pact"), a_or_an("arms-cooperation pact")
    ('a defence pact', 'an arms-cooperation pact')
    """
    return f"an {noun}" if noun[0].lower() in "aeio" else f"a {noun}"


def capital(text: str) -> str:
    """Begin with a capital, and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def possessive(name: str) -> str:
    """Put a name into the possessive.

    >>> possessive("Highland"), possessive("the Lowlands")
    ("Highland's", "the Lowlands'")
    """
    return f"{name}'" if name.endswith("s") else f"{name}'s"


_COMMON = 3  # words that names have in common to be folded


def listed(items: Sequence[str]) -> str:
    """Join items as a sentence does.

    >>> listed(["bread", "wine", "oil"])
    'bread, wine and oil'
    """
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def folded(names: Sequence[str]) -> str:
    """Join names as :func:`listed` does, three words that begin several of a row said once.

    >>> folded(["the price of bread", "the price of wine", "rain"])
    'the price of bread and wine, and rain'
    """
    groups: list[tuple[list[str], list[str]]] = []
    for name in names:
        *first, rest = name.split(" ", _COMMON)
        if len(first) == _COMMON and groups and groups[-1][0] == first:
            groups[-1][1].append(rest)
        else:
            groups.append((first, [rest]) if len(first) == _COMMON else ([], [name]))
    said = [" ".join([*first, listed(rests)]) for first, rests in groups]
    if len(said) > 1 and any(" and " in name for name in said):
        return f"{', '.join(said[:-1])}, and {said[-1]}"
    return listed(said)


def amount(x: float) -> str:
    """Write a size without its sign: 5.7, 0.42.

    >>> amount(-5.71), amount(0.421), amount(0.96)
    ('5.7', '0.42', '0.96')
    """
    return f"{abs(x):.1f}" if abs(x) >= 0.995 else f"{abs(x):.2f}"


def signed(x: float) -> str:
    """Write a change with its sign, none for one that rounds to nothing.

    >>> signed(-5.71), signed(0.421), signed(-0.001)
    ('-5.7', '+0.42', '0.00')
    """
    sign = "" if abs(x) < _LEAST else ("-" if x < 0 else "+")
    return f"{sign}{amount(x)}"


def chance(p: float) -> str:
    """Write a probability in per cent; never 0% or 100% for what is merely near.

    >>> chance(0.314), chance(0.0314), chance(0.00031), chance(0.9997)
    ('31%', '3.1%', 'under 0.1%', 'over 99%')
    """
    if 0.0 < p < 0.001:
        return "under 0.1%"
    if 0.99 < p < 1.0:
        return "over 99%"
    return f"{p:.1%}" if p < 0.0995 else f"{p:.0%}"


def pact_name(level: float) -> str:
    """Name a pact by its level.

    >>> pact_name(2.0)
    'arms-cooperation pact'
    """
    return f"{PACT_LEVELS[round(level)].replace(' ', '-')} pact"


def term_words(part: Part) -> str:
    """Put what a term contributes, as something won or something paid."""
    term = names.TERMS[part.term]
    if term.said is not None:
        return term.said[0 if part.change > 0 else 1]
    return term.claim if part.change * term.sign > 0 else f"less {term.claim}"


def is_asked(move: Alternative) -> bool:
    """Whether a move needs the partner's consent."""
    return move.kind == "pact" and move.after > move.before


class Prose:
    """Sentences about decisions, with the names that a scenario gives its states."""

    def __init__(self, state_names: Mapping[str, str]) -> None:
        self._names = {code: with_article(name) for code, name in state_names.items()}

    def name(self, code: str) -> str:
        """A state's name within a sentence."""
        return self._names.get(code, code)

    def did(self, move: Alternative) -> str:
        """What the mover did, without its name: ``offered Highland a defence pact``."""
        return self._act(move, 0)

    def to_do(self, move: Alternative) -> str:
        """What a state might do: ``to offer Highland a defence pact``."""
        return f"to {self._act(move, 1)}"

    def _act(self, move: Alternative, form: int) -> str:
        kind = names.MOVES[move.kind]
        is_pact = kind.name == "pact"
        other = self.name(move.partner)
        if kind.towards == "organisation":
            other = f"the organisation of {other}"
        return kind.words(move.before, move.after)[form].format(
            x=other,
            old=pact_name(move.before) if is_pact else "",
            a_new=a_or_an(pact_name(move.after)) if is_pact else "",
            change=f"{abs(move.after / move.before - 1.0):.0%}" if move.before > 0 else "",
        )

    # --- sentences -------------------------------------------------------------------------------
    def headline(self, decision: Decision) -> str:
        """What happened, in one clause: ``Highland courted the Lowlands``."""
        said = f"{capital(self.name(decision.mover.state))} {self.did(decision.move)}"
        if decision.together:
            others = "another" if decision.together == 1 else f"{decision.together} others"
            said += f", together with {others}"
        if not is_asked(decision.move):
            return said
        partner = self.name(decision.move.partner)
        return f"{said}{', and' if decision.accepted else ', but'} {partner} " + (
            "agreed" if decision.accepted else "refused"
        )

    def decision(self, decision: Decision) -> str:
        """The whole story of a decision: what, why, at what odds, and who else was moved."""
        sides = [decision.mover]
        if decision.partner is not None and _is_felt(decision.partner):
            sides.append(decision.partner)
        sentences = [
            f"{decision.quarter}: {self.headline(decision)}.",
            *(self._gain(side, accepted=decision.accepted) for side in sides),
            self._odds(decision),
            self._thirds(decision.thirds),
        ]
        return " ".join(sentence for sentence in sentences if sentence)

    def _gain(self, side: Side, *, accepted: bool) -> str:
        text = f"{capital(self.name(side.state))} {balance(side, accepted=accepted)}"
        if side.reluctance >= _LEAST:
            text += f"; its doctrine held {amount(side.reluctance)} against such a pact"
        return f"{text}."

    def _odds(self, decision: Decision) -> str:
        """How likely the choice was, what it cost to make, and what else was likely."""
        move = decision.move
        text = (
            f"The move had a chance of {chance(move.chance)} at that opportunity (doing nothing: "
            f"{chance(decision.nothing)})"
        )
        if move.cost > _LEAST:
            text += f", after {amount(move.cost)} for its cost and for scarce attention"
        if is_asked(move):
            text += f"; {self.name(move.partner)} was {chance(move.consent)} likely to agree"
        text += "."
        best = [self.weighed(other) for other in decision.others[:_OTHERS]]
        if best:
            verb = "move was" if len(best) == 1 else "moves were"
            text += f" The likeliest other {verb} {listed(best)}."
        return text

    def weighed(self, move: Alternative) -> str:
        """An alternative with its chance and gain: ``to court Highland (2.1%, +0.42)``."""
        return f"{self.to_do(move)} ({chance(move.chance)}, {signed(move.gain)})"

    def _thirds(self, thirds: Iterable[Third]) -> str:
        felt = [third for third in thirds if abs(third.change) >= _LEAST]
        hurt = [self._moved(third) for third in felt if third.change < 0]
        helped = [self._moved(third) for third in felt if third.change > 0]
        groups = [
            f"{listed(states)} {'was' if len(states) == 1 else 'were'} {verb}"
            for states, verb in ((hurt, "hurt"), (helped, "helped"))
            if states
        ]
        return f"Moved most among others: {', '.join(groups)}." if groups else ""

    def _moved(self, third: Third) -> str:
        return f"{self.name(third.state)} ({signed(third.change)})"


def balance(side: Side, *, accepted: bool = True) -> str:
    """What a state gained or lost by a move and through what, without its name.

    The parts named are at most three on the side that carried it and two on the other; ``chiefly``
    says that there are more.
    """
    would = "" if accepted else "would have "
    if abs(side.gain) < _LEAST:
        verb, carried = f"{would}gained nothing on balance", 1.0
    elif side.gain > 0:
        verb, carried = f"{would}gained {amount(side.gain)}", 1.0
    else:
        verb, carried = f"{would}lost {amount(side.gain)}", -1.0
    size = sum(abs(part.change) for part in side.parts)
    weighty = [part for part in side.parts if abs(part.change) >= max(_LEAST, _SMALL_PART * size)]
    main = [part for part in weighty if part.change * carried > 0][:_PARTS_FOR]
    other = [part for part in weighty if part.change * carried < 0][:_PARTS_AGAINST]
    if not main:
        return verb
    left_out = size - sum(abs(part.change) for part in (*main, *other))
    if left_out < _LEAST and len(main) == 1 and not other:
        return f"{verb} through {term_words(main[0])}"
    if abs(side.gain) < _LEAST:
        text = f"{verb}: {_parts(main)}"
    else:
        text = f"{verb}{', chiefly' if left_out >= _LEAST else ''} through {_parts(main)}"
    if other:
        text += f", {'against' if carried > 0 else 'despite'} {_parts(other)}"
    return text


def _is_felt(side: Side) -> bool:
    """Whether a move makes a difference to a state that is worth a sentence."""
    return side.reluctance >= _LEAST or any(abs(part.change) >= _LEAST for part in side.parts)


def _parts(parts: Iterable[Part]) -> str:
    return listed([f"{term_words(part)} ({signed(part.change)})" for part in parts])

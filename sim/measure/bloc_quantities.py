"""Quantities of blocs: who is with whom, how strong, how the whole system is divided.

They are known at the kept ticks and held from one to the next. Without a definition they are of all
ties; with one, of what :data:`sim.blocs.DEFINITIONS` says.
"""

from __future__ import annotations

from typing import Final

from sim.blocs import DEFINITIONS, MEASURES
from sim.measure.forms import Arguments, Form
from sim.measure.observed import Observed
from sim.measure.summary.states import similarity
from sim.types import Floats

_WORDS: Final = {"definition": tuple(DEFINITIONS)}


def _measure(name: str) -> tuple[Form, ...]:
    known = MEASURES[name]

    def series(seen: Observed, words: Arguments) -> Floats:
        return seen.measure(name, *words)

    def form(parameters: tuple[str, ...], meaning: str) -> Form:
        words = _WORDS if parameters else {}
        return Form(parameters, known.unit, known.low, known.high, meaning, series, words=words)

    return (
        form((), f"{known.meaning} *"),
        form(("definition",), "the same of the blocs by a definition *"),
    )


def _same_bloc(seen: Observed, words: Arguments) -> Floats:
    *definition, i, j = words
    return seen.same_bloc(i, j, *definition)


BLOC_FORMS: Final[dict[str, tuple[Form, ...]]] = {
    **{name: _measure(name) for name in MEASURES},
    "same_bloc": (
        Form(("i", "j"), "0 or 1", 0.0, 1.0, "1 while i and j are in one bloc *", _same_bloc),
        Form(
            ("definition", "i", "j"),
            "0 or 1",
            0.0,
            1.0,
            "1 while i and j are in one bloc by a definition *",
            _same_bloc,
            words=_WORDS,
        ),
    ),
    "bloc_share": (
        Form(
            ("i",),
            "share of the world",
            0.0,
            1.0,
            "capability share of the bloc that i is in *",
            lambda seen, words: seen.bloc_share(words[0]),
        ),
    ),
    "bloc_size": (
        Form(
            ("i",),
            "states",
            1.0,
            None,
            "number of states in the bloc that i is in, itself included *",
            lambda seen, words: seen.bloc_size(words[0]),
        ),
    ),
    "similarity": (
        Form(
            ("i", "j"),
            "1",
            -1.0,
            1.0,
            "likeness of the pacts of i and j: S-score over all states, weighted by capability *",
            lambda seen, words: seen.held(similarity(seen.record, *words)),
        ),
    ),
    "crosscutting": (
        Form(
            ("one", "other"),
            "share of pairs",
            0.0,
            1.0,
            "share of the pairs of states that one definition of blocs puts together and the other "
            "apart *",
            lambda seen, words: seen.crosscutting(*words),
            words={"one": tuple(DEFINITIONS), "other": tuple(DEFINITIONS)},
        ),
    ),
}
"""The ways to write each of them, by name."""

"""What each null model takes away from a scenario: a specification in, a specification out.

A null keeps all that it does not name: the same states, events, draws of numbers and luck. Two of
them need no simulation of their own: ``persistence`` holds the start of the full model, and
``seed`` is the full model with other luck, as near as anything can come to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from sim.errors import UserError, hint, shown
from sim.rules.catalogue import MECHANISMS, TERMS
from sim.scenario import ScenarioSpec

RANDOM: Final = "random_utility"
PERSISTENCE: Final = "persistence"
SEED: Final = "seed"

EVERY: Final[Mapping[str, str]] = {
    RANDOM: "states choose among moves without regard to utility, each kind of move as often as in "
    "the full model",
    "no_terms": "all terms of utility are off; the costs of moves stay",
    "shuffled_capability": "capabilities change hands among the states, by the seed",
    "no_pacts": "no bilateral pact is in force at the start",
    "neutral_judged": "trust, revisionism and doctrines are what they are where nothing is stated",
    PERSISTENCE: "nothing moves: the start holds to the end",
    SEED: "the full model under another seed: the ceiling",
}
"""What each null is. Beside them ``without:NAME`` switches off one mechanism or term, and
``alone:NAME`` all others."""

STANDARD: Final = tuple(EVERY)
_RULES: Final = ("without", "alone")
_JUDGED: Final = "revisionism"
_TRUST: Final = "trust"


def known_nulls(spec: ScenarioSpec) -> tuple[str, ...]:
    """Return the names of all nulls of a scenario, those of its single rules last."""
    return (*STANDARD, *(f"{how}:{rule}" for how in _RULES for rule in rules_on(spec)))


def rules_on(spec: ScenarioSpec) -> tuple[str, ...]:
    """Return the mechanisms and terms that the scenario has on."""
    switches = {**dict.fromkeys((*MECHANISMS, *TERMS), True), **spec.mechanisms, **spec.terms}
    return tuple(name for name, on in switches.items() if on)


def check_nulls(names: Sequence[str], spec: ScenarioSpec) -> tuple[str, ...]:
    """Return the names of nulls, each once.

    Raises:
        UserError: there is no such null, or its rule is off in the scenario.
    """
    if not names:
        raise UserError(f"--nulls: no name; there are {', '.join(STANDARD)}")
    known = known_nulls(spec)
    for name in names:
        if name in known:
            continue
        how, colon, rule = name.partition(":")
        if colon and how in _RULES and rule in (*MECHANISMS, *TERMS):
            raise UserError(f"--nulls: {shown(rule)} is off in this scenario already")
        single = ", ".join(f"{how}:NAME" for how in _RULES)
        fix = hint(name, known) or f"; there are {', '.join(STANDARD)}, {single}"
        raise UserError(f"--nulls: no null {shown(name)}{fix}")
    return tuple(dict.fromkeys(names))


def rule_of(null: str) -> tuple[str, str] | None:
    """Return ``without`` or ``alone`` and the rule of a null of one rule; None for another."""
    how, colon, rule = null.partition(":")
    return (how, rule) if colon else None


def apply_null(spec: ScenarioSpec, null: str, *, seed: int) -> ScenarioSpec:
    """Return a scenario, or an arm of it, under a null that is simulated.

    The rates of ``random_utility`` are not set here (:mod:`sim.study.null.rates`).
    """
    if single := rule_of(null):
        how, rule = single
        off = {rule} if how == "without" else {*MECHANISMS, *TERMS} - {rule}
        return _without(spec, off)
    changed: Callable[[ScenarioSpec, int], ScenarioSpec] = _CHANGES[null]
    return changed(spec, seed)


_KNOWN: Final = (MECHANISMS, TERMS)


def _without(spec: ScenarioSpec, off: set[str]) -> ScenarioSpec:
    """The scenario with rules off, in one order: what it means, and is kept by, hangs on that."""
    mechanisms, terms = ({name: False for name in known if name in off} for known in _KNOWN)
    return replace(
        spec,
        mechanisms={**spec.mechanisms, **mechanisms},
        terms={**spec.terms, **terms},
    )


def _no_terms(spec: ScenarioSpec, _seed: int) -> ScenarioSpec:
    return _without(spec, {*TERMS})


def _shuffled(spec: ScenarioSpec, seed: int) -> ScenarioSpec:
    codes = list(spec.states)
    order = np.random.default_rng([seed, len(codes)]).permutation(len(codes))
    states = {}
    for at, (code, state) in zip(order, spec.states.items(), strict=True):
        given = spec.states[codes[at]].values.get("capability")
        rest = {name: number for name, number in state.values.items() if name != "capability"}
        states[code] = replace(
            state, values=rest if given is None else {**rest, "capability": given}
        )
    return replace(spec, states=states)


def _no_pacts(spec: ScenarioSpec, _seed: int) -> ScenarioSpec:
    kept = {
        name: pact
        for name, pact in spec.pacts.items()
        if len(pact.members) > 2 or (pact.since is not None and pact.since > spec.start)
    }
    return replace(spec, pacts=kept)


def _neutral(spec: ScenarioSpec, _seed: int) -> ScenarioSpec:
    states = {
        code: replace(
            state,
            values={name: x for name, x in state.values.items() if name != _JUDGED},
            doctrine={},
        )
        for code, state in spec.states.items()
    }
    relations = {name: pairs for name, pairs in spec.relations.items() if name != _TRUST}
    return replace(spec, states=states, relations=relations)


def _random(spec: ScenarioSpec, seed: int) -> ScenarioSpec:
    """No term, no doctrine against a pact, no market that pulls: only costs and attention."""
    doctrines = {name: replace(school, taboos={}) for name, school in spec.doctrines.items()}
    return replace(_no_terms(spec, seed), doctrines=doctrines)


_CHANGES: Final[Mapping[str, Callable[[ScenarioSpec, int], ScenarioSpec]]] = {
    RANDOM: _random,
    "no_terms": _no_terms,
    "shuffled_capability": _shuffled,
    "no_pacts": _no_pacts,
    "neutral_judged": _neutral,
}

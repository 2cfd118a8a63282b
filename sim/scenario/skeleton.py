"""A scenario to begin with: a commented file over a world, which is valid as it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sim.errors import UserError, shown
from sim.scenario import find_scenario, load_scenario
from sim.scenario.quarter import format_quarter
from sim.scenario.shipped import SHIPPED
from sim.scenario.spec import ScenarioSpec
from sim.system.files import refuse_file, write_text

_TEXT: Final = """\
## {title}: a scenario of your own. What it does not say is taken from {extends}.
## Lines with ## explain, lines with # are YAML that you may want: remove the # before use.
##
##   multipolar validate {file}      every mistake with its place, and what has no effect
##   multipolar describe {file}      everything that it holds, with what it takes from below
##   multipolar compare {file}       what the event changes: runs with and without it, paired
##   multipolar run {file}           the world with it
##   multipolar names states         names of variables; also: pairs, parameters, mechanisms
format: 1
title: {title}
question: What does a pact of {one} and {two} change?
extends: {extends}
clock: {{start: {start}, quarters: {quarters}}}
focal: [{focal}]   ## whose story is told, and whose pairs are recorded

## Every number has a source from here, or `judgement` with a note that gives the reason.
sources:
  story: {{title: "Headline of the news story", author: "Newspaper", year: {year}, kind: news}}

## What happens, and when: each effect sets a variable, or changes it with add or times.
events:
  new_pact:
    at: {at}
    title: A pact of {one} and {two}
    source: story
    note: "what the story says, and where"
    effects:
      ## 1 consultation, neutrality or no aggression; 2 cooperation in arms; 3 defence
      pact_level: {{{a}-{b}: {{value: 3, range: 0%}}}}
      ## the leaders meet: contact of each with the other, for a while
      # contact: {{{a}-{b}: {{add: 0.2, range: 50%, source: judgement, note: "a visit of state"}}}}

## The same luck with something else: `compare` holds each arm against the base.
arms:
  without:
    title: No pact
    events: {{new_pact: off}}
  weaker:
    title: The pact is a promise to consult
    events:
      new_pact: {{effects: {{pact_level: {{{a}-{b}: {{value: 1, range: 0%, source: story}}}}}}}}

## What you expect, said beforehand; `multipolar claims {file}` tests it with any of
## the quantities that `multipolar metrics` lists.
# claims:
#   closer:
#     text: The pact brings the two closer.
#     metric: alignment({a}, {b})
#     arms: [base, without]
#     direction: higher
#     note: "why I expect it"

## A number that you know better than {extends}.
# states:
#   {a}:
#     revisionism: {{value: 0.3, range: [0.2, 0.4], source: judgement, note: "reason"}}
#   ## A state that is not there yet; `unknown` is the median of the others with their spread.
#   NEW:
#     name: A new state
#     capability: {{value: 0.002, range: 30%, source: judgement, note: "reason"}}
#     economy: {{value: 0.002, range: 30%, source: judgement, note: "reason"}}
#     ideal_point: unknown
# relations:
#   distance: {{NEW-{a}: {{value: 2, range: 20%, source: judgement, note: "thousand km"}}}}
# channels:
#   trade: {{flows: {{NEW: unknown}}}}

## A body with members, whose floor is the commitment that members owe one another, 0 to 1.
# organisations:
#   forum:
#     members: [{a}, {b}]
#     floor: {{value: 0.1, range: [0.05, 0.2]}}
#     source: judgement
#     note: "reason"

## How many runs, and whether numbers are drawn from their ranges.
ensemble: {{runs: 100, seed: 1, draws: on}}
# record: {{dyads: all}}   ## keep every pair, not only those of focal states: more room on disk
"""


def new_scenario(target: Path, below: str) -> Path:
    """Write a skeleton over another scenario to a file that is not there yet; return its path.

    It has one event, a pact of the first two focal states of ``below`` that have none, and an arm
    without it; the rest stands as comments.

    Args:
        target: ``.yaml`` file; its name becomes the title.
        below: file or shipped name of the scenario that is extended.

    Raises:
        UserError: the target is there, is no ``.yaml`` file or lies outside the folder of what it
            extends; or that has fewer than two states.
        ScenarioError: what it extends is not valid.
    """
    if not target.name:
        raise UserError("the name of the file is empty; write it as NAME.yaml")
    if target.suffix not in {".yaml", ".yml"}:
        target = target.with_name(f"{target.name}.yaml")
    refuse_file(target)
    source = find_scenario(below)
    spec = load_scenario(source)
    extends = _reference(source, target)
    return write_text(target, skeleton(spec, target, extends))


def _reference(source: Path, target: Path) -> str:
    """How a file names the scenario that it extends."""
    real, folder = source.resolve(), target.parent.resolve()
    if real.is_relative_to(SHIPPED.resolve()):
        return real.relative_to(SHIPPED.resolve()).as_posix()
    if not real.is_relative_to(folder):
        raise UserError(
            f"{target} cannot extend {shown(os.fspath(source))}: a scenario extends shipped ones, "
            "and files in its own folder or below"
        )
    return real.relative_to(folder).as_posix()


def skeleton(spec: ScenarioSpec, target: Path, extends: str) -> str:
    """Return the text of a skeleton over a scenario.

    Raises:
        UserError: that has fewer than two states.
    """
    a, b = _strangers(spec)
    return _TEXT.format(
        title=target.stem.replace("_", " ").replace("-", " "),
        file=target.name,
        extends=extends,
        start=format_quarter(spec.start),
        quarters=max(spec.quarters, 8),
        focal=", ".join(dict.fromkeys((a, b, *spec.focal))),
        year=spec.start // 4,
        at=format_quarter(spec.start + 2),
        one=spec.states[a].name,
        two=spec.states[b].name,
        a=a,
        b=b,
    )


def _strangers(spec: ScenarioSpec) -> tuple[str, str]:
    """The first two states of the story, not both poles, that no pact or organisation binds."""
    codes = list(dict.fromkeys((*spec.focal, *spec.poles, *spec.states)))
    bound = [set(pact.members) for pact in spec.pacts.values()]
    bound += [set(body.members) for body in spec.organisations.values()]
    pairs = [(a, b) for at, b in enumerate(codes) for a in codes[:at]]
    pairs.sort(key=set(spec.poles).issuperset)
    if not pairs:
        raise UserError(f"{spec.path}: a pact needs two states, and there are {len(codes)}")
    free = (pair for pair in pairs if not any(body.issuperset(pair) for body in bound))
    return next(free, pairs[0])

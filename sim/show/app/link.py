"""A link that restores a state of the page: what stands behind the question mark of its address.

A link comes from outside, so each part is checked before anything is loaded: only scenarios that
are offered, only so many settings, only numbers that are numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from sim.errors import UserError, hint, shown
from sim.scenario import BASE_ARM

NAMES: Final = ("scenario", "arm", "against", "seed", "run", "quarter", "set")
"""The parts of a link; what else an address has is left out."""

ALONE: Final = "none"
"""In the place of the arm to compare with: show one arm alone."""

_MOST_SET: Final = 100
_LONGEST: Final = 400
_WHOLE: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_QUARTER: Final = re.compile(r"[0-9]{4}Q[1-4]", re.ASCII)


@dataclass(frozen=True)
class Link:
    """A state of the page.

    Attributes:
        scenario: file or shipped name, empty for the page of questions.
        arm, against: the arms that are compared, empty for those that answer the question.
        seed, run: of the run, None for the scenario's own.
        quarter: such as ``2024Q2``, empty for the start.
        values: what is set, by key of a setting.
    """

    scenario: str = ""
    arm: str = ""
    against: str = ""
    seed: int | None = None
    run: int | None = None
    quarter: str = ""
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """What stands behind the question mark.

        >>> Link("europe_1936", quarter="1937Q2", values={"parameters.moves.create": 2.0}).query
        'scenario=europe_1936&quarter=1937Q2&set=parameters.moves.create%3D2.0'
        """
        pairs = [
            (name, str(value))
            for name in NAMES[:-1]
            if (value := getattr(self, name)) not in ("", None)
        ]
        pairs += [("set", f"{key}={value!r}") for key, value in self.values.items()]
        return urlencode(pairs)


def kept(pairs: Iterable[tuple[str, str]]) -> str:
    """Return what of an address belongs to a link, unchecked, as a query that is safe in HTML."""
    return urlencode([(name, value[:_LONGEST]) for name, value in pairs if name in NAMES])


def read(pairs: Iterable[tuple[str, str]], offered: Collection[str]) -> Link:
    """Return what a link asks for.

    Args:
        pairs: names and values of the address, from outside.
        offered: the scenarios that may be opened.

    Raises:
        UserError: a part is not possible. Arms and keys are checked where they are used.
    """
    said: dict[str, str] = {}
    values: dict[str, float] = {}
    for name, value in pairs:
        if name not in NAMES:
            continue
        if len(value) > _LONGEST or "\0" in value:
            raise UserError(f"link: {name} is too long or has a NUL character")
        if name == "set":
            key, equals, number = value.partition("=")
            values[key] = _number(key, number if equals else "")
        elif name in said:
            raise UserError(f"link: {name} is there twice")
        else:
            said[name] = value
    if len(values) > _MOST_SET:
        raise UserError(f"link: at most {_MOST_SET} numbers can be set")
    scenario = said.get("scenario", "")
    if not scenario and (said or values):
        raise UserError("link: no scenario is named")
    if scenario and scenario not in offered:
        raise UserError(f"link: no scenario {shown(scenario)}{hint(scenario, list(offered))}")
    quarter = said.get("quarter", "")
    if quarter and not _QUARTER.fullmatch(quarter):
        raise UserError(f"link: expected a quarter such as 2024Q2, not {shown(quarter)}")
    seed, run = (_whole(name, said.get(name)) for name in ("seed", "run"))
    arm, against = said.get("arm", ""), said.get("against", "")
    if against and not arm:
        arm = BASE_ARM
    return Link(scenario, arm, against, seed, run, quarter, values)


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise UserError(f"link: expected a whole number as {name}, not {shown(text)}")
    return int(text)


def _number(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UserError(f"link: expected a number for {shown(key)}, not {shown(text)}")
    return value

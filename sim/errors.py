"""Errors made for people: what is wrong, where it is, and what to write instead."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_SHOWN_LENGTH = 60
_SHOWN_PROBLEMS = 100
_CODE_LENGTH = 4
_COMMON_WORDS = {
    "alliance": "pact_level",
    "date": "at",
    "end": "until",
    "gdp": "economy",
    "ideology": "ideal_point",
    "kind": "type",
    "military": "capability",
    "pact": "pact_level",
    "pacts": "pact_level",
    "position": "ideal_point",
    "power": "capability",
    "quarter": "at",
    "regime": "governance",
    "start": "since",
    "when": "at",
}
"""What people write for a name that looks otherwise."""


class UserError(Exception):
    """A mistake that the person at the keyboard can mend; its text is the whole message.

    The command line prints the message without a traceback and exits with code 2.
    """


@contextmanager
def needed(said: str) -> Iterator[None]:
    """Tell a person, in these words, what to install where an import does not succeed.

    Raises:
        UserError: it did not.
    """
    try:
        yield
    except ImportError as error:
        raise UserError(said) from error


class Notice(UserWarning):
    """Something that a person should know, and that stops nothing; the command line prints it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a scenario.

    ``line`` and ``column`` count from one; a ``line`` of 0 means that the problem has no place in
    a file (the command line). ``key`` is the dotted key, empty for the file as a whole.
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line:column: dotted.key: message``."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ScenarioError(UserError):
    """Everything that is wrong in a scenario, in ``problems``; its text has one line for each.

    The text stops after the first hundred; ``problems`` holds them all.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return one line a problem."""
        lines = [str(problem) for problem in self.problems[:_SHOWN_PROBLEMS]]
        hidden = len(self.problems) - len(lines)
        if hidden:
            lines.append(f"... and {hidden} more")
        return "\n".join(lines)


def shown(text: str) -> str:
    """Return the text in quotes, cut short, safe to print: control characters are escaped."""
    cut = text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "..."
    return f"'{printable(cut)}'"


def printable(text: str, plain: Callable[[str], bool] = str.isprintable) -> str:
    r"""Return the text with escapes for characters that are not plain.

    >>> printable("a\u202eb\x1b[31m")
    'a\\u202eb\\x1b[31m'
    """
    return "".join(c if plain(c) else c.encode("unicode_escape").decode() for c in text)


def is_plain(character: str) -> bool:
    """Whether a character of a text is itself: no control, no direction, nothing of no width.

    Plain are also ends of lines and tabulators, any space that has a width, and the two joiners
    that Persian and Indian scripts are written with.
    """
    return (
        character.isprintable()
        or character in "\n\t\u200c\u200d"
        or unicodedata.category(character) == "Zs"
    )


def foreign(text: str) -> str:
    """Return the first character that is not ASCII by its name, for it may look like another.

    >>> foreign("USА")
    "; 'А' is CYRILLIC CAPITAL LETTER A"
    """
    odd = next((c for c in text if not c.isascii()), None)
    name = "" if odd is None else unicodedata.name(odd, f"U+{ord(odd):04X}")
    return "" if odd is None else f"; '{printable(odd)}' is {name}"


def nearest(name: str, options: Iterable[str]) -> str | None:
    """Return the option that looks most like the name, or None if none looks like it.

    Codes of a few capitals differ by a letter because they mean different things; of these only
    one whose neighbouring letters are swapped looks like another.
    """
    known = list(options)
    lower = name.casefold()
    for option in known:
        if option.casefold() == lower:
            return option
    if (meant := _COMMON_WORDS.get(lower)) in known:
        return meant
    if len(name) > _SHOWN_LENGTH:
        return None
    if _is_code(name):
        known = [option for option in known if not _is_code(option) or _swapped(name, option)]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return close[0] if close else None


def _is_code(name: str) -> bool:
    return len(name) <= _CODE_LENGTH and name.isupper()


def _swapped(name: str, other: str) -> bool:
    """Return whether two neighbouring letters of one are the other way round in the other."""
    return any(
        name[:at] + name[at + 1] + name[at] + name[at + 2 :] == other for at in range(len(name) - 1)
    )


def hint(name: str, options: Iterable[str]) -> str:
    """Return ``; did you mean 'option'?`` for the nearest option, or an empty text."""
    option = nearest(name, options)
    return "" if option is None else f"; did you mean '{option}'?"

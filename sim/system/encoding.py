"""Standard output and error in whatever encoding the terminal, the pipe or the container has."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
import warnings
from typing import Final

from sim.errors import Notice

_FORMS: Final = {
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("‘’′", "'"),
    **dict.fromkeys("“”″", '"'),
    **dict.fromkeys("•●■▪", "*"),
    **dict.fromkeys("█▇▆▅▄▃▂▁━", "#"),
    "·": ".",
    "×": "x",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "←": "<-",
    "↔": "<->",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "ı": "i",
    "æ": "ae",
}


def _form(character: str) -> str:
    """What stands for a character where only ASCII can be printed, or its escape."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    escape = character.encode("ascii", "backslashreplace").decode()
    return _FORMS.get(character) or plain or escape


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(map(_form, text)), error.end


codecs.register_error("multipolar", _replace)


def prepare() -> None:
    """Let nothing that is printed fail by its characters, and warnings of ours read as messages."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="multipolar")
    usual = warnings.formatwarning

    def shown(message: Warning | str, category: type[Warning], *rest: object) -> str:
        ours = issubclass(category, Notice)
        return f"Note: {message}.\n" if ours else usual(message, category, *rest)  # type: ignore[arg-type]

    warnings.formatwarning = shown  # type: ignore[assignment]


def holds_unicode() -> bool:
    """Whether standard output takes every character."""
    return (sys.stdout.encoding or "").lower().startswith("utf")

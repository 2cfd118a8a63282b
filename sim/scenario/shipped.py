"""The scenarios that come with the program, and what their files say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def _shipped() -> Path:
    package = Path(__file__).resolve().parent.parent
    packed = package / "_scenarios"
    return packed if packed.is_dir() else package.parent / "scenarios"


SHIPPED = _shipped()
"""Folder of the scenarios that come with the program."""


_HEADING = re.compile(r"^(?:question|arms|extends):.*(?:\n(?:[ #].*)?$)*", re.M)


def headings() -> Iterator[tuple[str, str, list[str]]]:
    """The name, the question and the arms of each shipped scenario, for a list of them.

    Only those blocks are read, of the file and of what it extends, and nothing is checked: to load
    all scenarios takes twenty times as long.
    """
    for path in sorted(SHIPPED.glob("*.yaml")):
        question, arms = _heading(path)
        yield path.stem, question, sorted(arms)


@cache
def _heading(path: Path) -> tuple[str, frozenset[str]]:
    import yaml

    blocks = "\n".join(_HEADING.findall(path.read_text("utf-8")))
    said = yaml.load(blocks, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    below = said.get("extends", ())
    question, arms = "", frozenset(said.get("arms", ()))
    for name in (below,) if isinstance(below, str) else below:
        near = path.parent / name
        asked, others = _heading(near if near.is_file() else SHIPPED / name)
        question, arms = asked or question, arms | others
    return said.get("question", question), arms

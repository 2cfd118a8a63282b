"""Rules are universal: ``sim/`` names no state, organisation, document or scenario.

What makes one state hedge and another provoke is data in ``scenarios/``, never a branch. Names are
looked for in identifiers and in string literals; docstrings and comments may give examples. The
names are read from the shipped scenarios, so a state added there is looked for here.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent

# Looked for whatever the scenarios hold.
CODES = "BLR CHN DEU FRA GBR IND IRN JPN KOR PRK RUS TWN UKR USA VNM".split()
WORDS = """
    russia russian ukraine ukrainian china chinese vietnam vietnamese dprk belarus moscow kremlin
    pyongyang hanoi beijing kyiv minsk washington soviet ussr taiwan japan korea germany eurasian
    nato csto eaeu brics asean aukus quad
""".split()
# Codes of states that are also ordinary words of the model or of English, left out as identifiers
# and words: arm (a move), and, can, nor, per.
ORDINARY = {"ARM", "AND", "CAN", "NOR", "PER"}
DOCUMENT = re.compile(r"\bdoc_?\d{3}\b|\b00\d:p\d+")


@dataclass
class Names:
    """What may not be named: exact ``codes``, lower-case ``phrases``, ``texts`` within strings."""

    codes: set[str] = field(default_factory=lambda: set(CODES))
    phrases: set[tuple[str, ...]] = field(default_factory=lambda: {(word,) for word in WORDS})
    texts: set[str] = field(default_factory=set)

    def add_name(self, name: str) -> None:
        """A code such as RUS or UN is matched exactly; other names word by word."""
        if name.isupper() and len(name) <= 3:
            if name not in ORDINARY:
                self.codes.add(name)
        else:
            self.phrases.add(tuple(words(name)))
            self.phrases.discard(())

    def longest(self) -> int:
        """Words of the longest phrase."""
        return max(map(len, self.phrases))

    def found(self, text: str, *, literal: bool) -> Iterator[str]:
        """The names that occur in an identifier or, with ``literal``, in a string."""
        yield from self.codes.intersection(re.findall(r"[A-Za-z]+", text))
        pieces = words(text)
        for size in range(1, min(len(pieces), self.longest()) + 1):
            runs = {tuple(pieces[k : k + size]) for k in range(len(pieces) - size + 1)}
            yield from map(" ".join, self.phrases & runs)
        if literal:
            yield from (match.group() for match in DOCUMENT.finditer(text))
            yield from (name for name in self.texts if name in text)


def words(text: str) -> list[str]:
    """``"SanctionsOn_NorthKorea"`` as ``["sanctions", "on", "north", "korea"]``."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.findall(r"[a-zà-ÿ]+", split.lower())


def names_of(folder: Path) -> Names:
    """The names of all scenarios in ``folder``."""
    names = Names()
    for path in sorted(folder.rglob("*.yaml")):
        # A scenario is given away by its file's name; plain words such as "escalation" are free.
        names.texts.add(path.name)
        if re.search(r"_(1[89]|20)\d\d", path.stem):
            names.texts.add(path.stem)
        # Every scalar stays a string: under YAML 1.1 the code NO would be false.
        tree = yaml.load(path.read_text("utf-8"), getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        if not isinstance(tree, dict):
            continue
        for block in ("states", "organisations"):
            for key, entry in section(tree, block):
                names.add_name(key)
                if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                    names.add_name(entry["name"])
        for key, entry in section(tree, "sources"):
            if isinstance(entry, dict) and entry.get("kind") == "document":
                names.texts.update({key, str(entry.get("title", key))})
    return names


def section(tree: dict[str, Any], block: str) -> Iterator[tuple[str, Any]]:
    entries = tree.get(block)
    if isinstance(entries, dict):
        yield from ((key, entry) for key, entry in entries.items() if key != "defaults")


def texts_of(source: str) -> Iterator[tuple[int, str, bool]]:
    """(line, text, is a literal) of every identifier and string literal but docstrings."""
    tree = ast.parse(source)
    docstrings = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        # A bare string that is a statement is documentation wherever it stands.
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                docstrings.add(id(statement.value))
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in docstrings:
                yield line, node.value, True
            continue
        for name in ("id", "attr", "name", "asname", "arg", "module", "rest"):
            text = getattr(node, name, None)
            if isinstance(text, str):
                yield line, text, False


def offences(source: str, names: Names) -> list[str]:
    return [
        f"line {line}: {text!r} names {name}"
        for line, text, literal in texts_of(source)
        for name in sorted(set(names.found(text, literal=literal)))
    ]


@pytest.fixture(scope="module")
def names() -> Names:
    return names_of(ROOT / "scenarios")


def test_nothing_is_named_under_sim(names: Names) -> None:
    found = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        place = path.relative_to(ROOT)
        found += [f"{place}: named {name}" for name in set(names.found(str(place), literal=False))]
        found += [f"{place}: {offence}" for offence in offences(path.read_text("utf-8"), names)]
    assert not found, "\n".join(["rules are universal; move this into scenarios/:", *found])


@pytest.mark.parametrize(
    "source",
    [
        "if code == 'RUS': pass",
        "RUS_WEIGHT = 2.0",
        "def north_korea_provokes(): pass",
        "class RussiaPolicy: pass",
        "x = f'{a} joins NATO'",
        "path = 'scenarios/some_scenario.yaml'",
        "from sim.rules.mechanisms import vietnam",
        "source = 'doc003'",
        "def f(*, ukraine): pass",
    ],
)
def test_names_are_found(source: str) -> None:
    names = Names()
    names.texts.add("some_scenario.yaml")
    names.add_name("North Korea")
    assert offences(source, names)


@pytest.mark.parametrize(
    "source",
    [
        '"""For example RUS>PRK of doc003."""',
        "x = 1  # as Vietnam does",
        "def f():\n    '''As RUS does.\n\n    >>> f('RUS')\n    '''",
        "ARM = 6",
        "escalation = 'escalation'",
        "woman = 'a chinaware quadrat'",
    ],
)
def test_examples_and_ordinary_words_are_free(source: str) -> None:
    assert offences(source, Names()) == []


def test_names_are_read_from_scenarios(tmp_path: Path) -> None:
    (tmp_path / "pact_1953.yaml").write_text(
        textwrap.dedent(
            """
            states:
              defaults: {range: 15%}
              NOR: {name: Norway}
              NO: {name: Norge}
              LTU: {name: Lithuania}
            organisations:
              WTO2: {name: Warsaw Treaty}
              EU: off
            sources:
              speech: {kind: document, title: A Speech}
              table: {kind: dataset, title: A Table}
            """
        )
    )
    names = names_of(tmp_path)
    assert {"LTU", "EU", "NO"} <= names.codes
    assert {("norway",), ("lithuania",), ("warsaw", "treaty")} <= names.phrases
    assert names.texts == {"pact_1953.yaml", "pact_1953", "speech", "A Speech"}

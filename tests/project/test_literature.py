"""Every source that the code names is one that a reader can find."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "literature.md").read_text("utf-8")
NAME = r"(?:Bueno de )?[A-Z][A-Za-z-]+"
WORK = re.compile(
    rf"((?:{NAME}, )*{NAME}(?: and {NAME}| et al\.)?) ((?:1[6-9]|20)\d\d(?:, (?:1[6-9]|20)\d\d)*)"
)


def entries(block: str) -> list[str]:
    found = re.findall(
        r"^- (.+)$", PAGE.partition(f"<!-- {block} -->")[2].partition("\n#")[0], re.M
    )
    assert found
    return found


WORKS = {entry.partition(":")[0] for entry in entries("works")}
DATA = [entry.partition(":")[0] for entry in entries("data sets")]
REST = re.compile(
    r"\bjudgement\b.*[a-z]{3,}.*[a-z]{3,}|\bregister\b|docs/(calibration|validation)\.md"
    r"|set by `mechanisms` of a scenario"
)


def sources() -> Iterator[tuple[str, str]]:
    """Every `source=` of a call in the code that is a text, with its place."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for word in node.keywords:
                    if word.arg == "source" and isinstance(word.value, ast.Constant):
                        place = f"{path.relative_to(ROOT)}:{word.value.lineno}"
                        if word.value.value:
                            yield place, str(word.value.value)


def cited(text: str) -> list[str]:
    """The works in a text, each with its year."""
    found = [f"{names} {year}" for names, years in WORK.findall(text) for year in years.split(", ")]
    return [work for work in found if not work.startswith(tuple(DATA))]


def test_every_source_can_be_found() -> None:
    wrong = []
    for place, text in sources():
        if "sim/scenario/years" in place:  # entries of its own list of data sets
            continue
        unknown = [work for work in cited(text) if work not in WORKS]
        if unknown:
            wrong.append(f"{place}: add to docs/literature.md: {', '.join(unknown)}")
        known = cited(text) or REST.search(text) or any(name in text for name in DATA)
        if not known:
            wrong.append(
                f"{place}: {text!r} is no work or data set of docs/literature.md, no register "
                "entry, and not 'judgement: REASON'"
            )
    assert not wrong, "\n".join(wrong)


def test_works_are_in_order_and_used_once() -> None:
    listed = [entry.partition(":")[0] for entry in entries("works")]
    assert len(set(listed)) == len(listed)
    assert listed == sorted(listed, key=str.casefold)


def test_formulas_name_works_of_the_list() -> None:
    tables = PAGE.partition("## Formulas")[2].partition("## Works")[0]
    assert not [work for work in cited(tables) if work not in WORKS]


def test_nobody_is_sent_to_notes_that_are_not_there() -> None:
    words = "design " + "notes"
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    files = [*(ROOT / "sim").rglob("*.py"), *(ROOT / "scenarios").rglob("*.yaml"), *pages]
    assert not [str(path) for path in files if words in path.read_text("utf-8")]

"""Write docs/reference/variables.md: which rule writes each variable, and who reads it.

    .venv/bin/python -m tools.variables_page

Mechanisms declare what they read and write; what decisions, accession and observation read is found in
their code.
"""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sim.rules import catalogue as names
from sim.system.files import write_text
from tools.odd_page import table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "variables.md"
DECIDING: Final = (
    "rules/decisions",
    "rules/moves",
    "rules/terms",
    "rules/observation.py",
    "kernel",
)
BLOCKS: Final = {
    "M": names.DYAD_FIELDS,
    "V": names.STATE_FIELDS,
    "G": names.COLLECTIVE_FIELDS,
}
HEAD: Final = """# Variables: who writes them, who reads them

Written by `make reference` from the code (`tools/variables_page.py`); do not edit. A chain of the model
runs from a rule through a variable to the rules and decisions that read it. *Rules* are
[mechanisms](../mechanisms.md); *decisions* are utility terms, moves, the assessment and accession. What
events and scenarios set is not listed: they may set any variable that has a start or a shock.
"""
STARTS: Final = """## What is counted from the start

A rule that counts from the value at the start answers changes, not levels. *data*: what is stated
for the start already holds what the level does; counted again a world at rest would drift.
*source*: a source gives the level that things fall back to. *weight*: a pattern or weight that has
to be that of before. *open*: the level would act, by a number that no source gives.
"""


def deciding() -> Mapping[str, set[str]]:
    """Variables by name, and the parts of decisions whose code mentions them."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in DECIDING:
        place = ROOT / "sim" / folder
        for path in sorted(place.rglob("*.py")) or [place]:
            if path.stem == "__init__":
                continue
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            known = vars(importlib.import_module(dotted))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Attribute):
                    continue
                fields = BLOCKS.get(node.value.attr)
                at = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else None
                if fields is None or not isinstance(at, ast.Name | ast.Attribute):
                    continue
                row = known.get(at.id) if isinstance(at, ast.Name) else _inner(known, at)
                for name, field in fields.items():
                    if field.row == row and isinstance(node.ctx, ast.Load):
                        found[name].add(path.stem)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):  # a sheet handed to a function
                    for word in node.args:
                        if isinstance(word, ast.Name) and word.id.isupper():
                            for name, field in names.DYAD_FIELDS.items():
                                if name.upper() == word.id and field.row == known.get(word.id):
                                    found[name].add(path.stem)
    return found


def starts() -> Iterator[tuple[str, str, str]]:
    """A row a value of the start that a rule counts from: rule, variable, ground and reason.

    What a rule keeps of the start itself, in a variable ``<name>_start`` of its own, has its reason
    in the line below.
    """
    for path in sorted((ROOT / "sim" / "rules" / "mechanisms").rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for node, below in zip(body, [*body[1:], None], strict=True):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            call = ast.unparse(node.value.func)
            name = str(ast.literal_eval(node.value.args[0])) if node.value.args else ""
            if call == "baseline":
                said: ast.expr | None = node.value.keywords[0].value
            elif call.endswith("_field") and name.endswith("_start"):
                said = below.value if isinstance(below, ast.Expr) else None
            else:
                continue
            why = str(said.value) if isinstance(said, ast.Constant) else "-"
            yield path.stem, f"`{name.removesuffix('_start')}`", why


def _inner(known: Mapping[str, object], at: ast.Attribute) -> object:
    owner = known.get(at.value.id) if isinstance(at.value, ast.Name) else None
    return getattr(owner, at.attr, None)


def rows() -> Iterator[tuple[str, str, str, str]]:
    """A row a variable: name, rules that write it, rules and decisions that read it."""
    decides = deciding()
    for fields in BLOCKS.values():
        for name, field in fields.items():
            if field.meaning.startswith("working space"):
                continue
            writes = [m.name for m in names.MECHANISMS.values() if name in m.writes]
            reads = [m.name for m in names.MECHANISMS.values() if name in m.reads]
            if writes or reads or decides.get(name):
                yield (
                    f"`{name}`",
                    ", ".join(writes) or "-",
                    ", ".join(reads) or "-",
                    ", ".join(sorted(decides.get(name, ()))) or "-",
                )


def ends() -> list[str]:
    """Variables that a rule writes and that no other rule and no decision reads."""
    decides = deciding()
    writers: dict[str, set[str]] = defaultdict(set)
    readers: dict[str, set[str]] = defaultdict(set)
    for rule in names.MECHANISMS.values():
        for name in rule.writes:
            writers[name].add(rule.name)
        for name in rule.reads:
            readers[name].add(rule.name)
    return sorted(
        name for name, by in writers.items() if not readers[name] - by and not decides.get(name)
    )


def text() -> str:
    """The whole page."""
    last = ", ".join(f"`{name}`" for name in ends())
    return (
        f"{HEAD}\n## Where chains end\n\nWritten by a rule and read by no other rule and no decision: "
        f"{last}. They are outcomes, or a rule's own\nbooks; what a scenario or a metric asks of them is "
        "not counted here.\n\n## All variables\n\n"
        + table(("variable", "written by rules", "read by rules", "read by decisions"), rows())
        + f"\n\n{STARTS}\n"
        + table(("rule", "counts from the start of", "why"), starts())
        + "\n"
    )


def main() -> None:
    write_text(PAGE, text())


if __name__ == "__main__":
    main()

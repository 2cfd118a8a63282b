"""Compile scenarios/register/index.yaml: the register of the documents in one line an entry.

    .venv/bin/python -m tools.register_index [--documents ../shared/documents]

The lines are built from the structured fields of the register, and hold no sentence of a document.
The register itself is needed for this tool only; pages and tests read the index.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

import yaml

from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
INDEX = ROOT / "scenarios" / "register" / "index.yaml"
DOCUMENTS = ROOT.parent / "shared" / "documents"

FILES: Final = {
    "relations": "relations",
    "events": "events",
    "doctrines": "doctrines",
    "quantities": "quantities",
    "conflicts": "conflicts",
}
"""Blocks of the index and the files of the register, each with a block of its own name."""

HEAD = """\
# The register of the five documents, one line an entry: what each relation (R), event (E),
# doctrine (D), quantity (Q) and conflict between documents (C) is about, and where. Generated from
# the fields of the register by tools/register_index.py; do not edit. Which scenario takes up which
# entry is told by docs/coverage.md.
"""


def relation(row: dict[str, Any]) -> str:
    between = f"{row['a']}>{row['b']}" if row["directed"] else f"{row['a']}-{row['b']}"
    kind = row["type"].replace("_", " ")
    if subtype := row.get("subtype"):
        kind += f" ({subtype.replace('_', ' ')})"
    if row["sign"] == "0" or row["sign"] == 0:
        kind += ", neutral"
    how = row["modality"].replace("_", " ")
    return f"{between} {kind}, strength {row['strength']}, {how}, {row['when']}"


def event(row: dict[str, Any]) -> str:
    return f"{row['date']}: {row['title']}"


def doctrine(row: dict[str, Any]) -> str:
    return f"{row['name']} ({', '.join(row['holders'])}; {row['period']})"


def quantity(row: dict[str, Any]) -> str:
    return f"{row['what']}: {row['value']} {row['unit']}, {row['when']}"


def conflict(row: dict[str, Any]) -> str:
    return f"{row['topic']}: {row['kind'].replace('_', ' ')}"


LINES: Final = {
    "relations": relation,
    "events": event,
    "doctrines": doctrine,
    "quantities": quantity,
    "conflicts": conflict,
}


def compiled(documents: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the index by block and id."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for block, file in FILES.items():
        rows = yaml.safe_load((documents / f"{file}.yaml").read_text("utf-8"))[block]
        found[block] = {}
        for row in rows:
            entry: dict[str, Any] = {"text": " ".join(LINES[block](row).split())}
            if block == "conflicts":
                entry["severity"] = row["severity"]
            entry["at"] = list(dict.fromkeys(place["at"] for place in row["loc"]))
            found[block][row["id"]] = entry
    return found


def text(index: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Write the index as YAML, a line an entry."""
    lines = [HEAD.rstrip()]
    for block, rows in index.items():
        lines.append(f"{block}:")
        for name, entry in rows.items():
            parts = ", ".join(
                f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()
            )
            lines.append(f"  {name}: {{{parts}}}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=Path, default=DOCUMENTS)
    write_text(INDEX, text(compiled(parser.parse_args().documents)))


if __name__ == "__main__":
    main()

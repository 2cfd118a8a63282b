"""Write the table of docs/explanation/claims.md from results/reference/claims.json.

    .venv/bin/python tools/claims_page.py

The text around the table is kept by hand; the table stands between two comments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.files import write_text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "claims.md"
NULLS = ROOT / "results" / "reference" / "claims_nulls.json"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def random(nulls: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    """What random choice at the same rates of moves makes of the effect of a claim."""
    said = nulls.get(claim["scenario"], {}).get(claim["id"])
    if said is None or not said["clear"]:
        return ""
    share = f"{said['value'] / said['full']:.0%}" if said["full"] else ""
    return f"{share}, the same" if said["reproduced"] else share


def rows() -> list[str]:
    found = json.loads((ROOT / "results" / "reference" / "claims.json").read_text("utf-8"))
    nulls = json.loads(NULLS.read_text("utf-8"))["scenarios"]
    lines = [
        "| claim | says | effect (95 %) | in sd | draws | verdict | random choice |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in found["claims"]:
        claim, effect = entry["claim"], entry["effect"]
        if effect is None:
            lines.append(f"| {claim['id']} | {claim['text']} | | | | {entry['verdict']} | |")
            continue
        agreeing = {"higher": effect["higher"], "lower": effect["lower"]}.get(claim["direction"])
        draws = "" if agreeing is None else f"{agreeing:.0%}"
        interval = f"{effect['difference']:+.2g} ({effect['low']:+.2g} to {effect['high']:+.2g})"
        sd = effect["standardised"]
        standard = "" if sd is None else f"{sd:+.2f}"
        lines.append(
            f"| {claim['id']} | {claim['text']} | {interval} | {standard} "
            f"| {draws} | {entry['verdict']} | {random(nulls, claim)} |"
        )
    return lines


def main() -> None:
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    write_text(PAGE, before + "\n".join([BEGIN, "", *rows(), "", END]) + after)


if __name__ == "__main__":
    main()

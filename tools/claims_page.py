"""Write the table of docs/explanation/claims.md from results/reference/claims.json.

    .venv/bin/python -m tools.claims_page

The text around the table is kept by hand; the table stands between two comments.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.study.verdicts import MIXED, ROBUST, of_row
from sim.system.files import write_text
from tools.marked import replaced

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "claims.md"
NULLS = ROOT / "results" / "reference" / "claims_nulls.json"
RULES = ROOT / "results" / "reference" / "claims_rules.json"
CLAIMS = ROOT / "results" / "reference" / "claims.json"
WHOLE, HALF = 0.8, 0.5
"""Parts of an effect: one rule has as good as all of it alone; not even half."""


def asked(file: Path = NULLS) -> Any:
    """What tools/claims_nulls.py or tools/claims_rules.py found; nothing before it was run."""
    return json.loads(file.read_text("utf-8")) if file.is_file() else {"scenarios": {}, "runs": 0}


def rests_on(rules: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """What a claim rests on: no rule, one rule, or several that meet; nothing where runs differ."""
    claim = entry["claim"]
    said = rules.get(claim["scenario"], {}).get(claim["id"])
    if said is None or said["full"] * entry["effect"]["difference"] <= 0.0:
        return ""
    if said["none"] >= WHOLE:
        return "no rule"
    if said["alone"] >= WHOLE:
        return f"`{said['rule']}`"
    if said["alone"] >= HALF:
        return f"`{said['rule']}` {said['alone']:.0%}"
    return "several"


def random(nulls: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    """What random choice at the same rates of moves makes of the effect of a claim."""
    said = nulls.get(claim["scenario"], {}).get(claim["id"])
    if said is None or not said["clear"]:
        return ""
    share = f"{said['value'] / said['full']:.0%}" if said["full"] else ""
    return f"{share}, the same" if said["reproduced"] else share


def verdict(entry: Mapping[str, Any]) -> str:
    """The verdict, with what the claim says of most runs or of its size, if it does."""
    claim, size = entry["claim"], entry.get("size")
    parts = [entry["verdict"]]
    if claim.get("most"):
        parts.append(f"in {entry['holds_low']:.0%} to {entry['holds_high']:.0%} of the runs")
    if size is not None:
        parts.append(f"size {size} {claim['size_low']:g} to {claim['size_high']:g}")
    return ", ".join(parts)


def rows() -> list[str]:
    found = json.loads(CLAIMS.read_text("utf-8"))
    nulls, rules = asked()["scenarios"], asked(RULES)["scenarios"]
    lines = [
        "| claim | says | effect (95 %) | in sd | draws | verdict | random choice | rests on |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for entry in found["claims"]:
        claim, effect = entry["claim"], entry["effect"]
        if effect is None:
            lines.append(f"| {claim['id']} | {claim['text']} | | | | {entry['verdict']} | | |")
            continue
        agreeing = {"higher": effect["higher"], "lower": effect["lower"]}.get(claim["direction"])
        draws = "" if agreeing is None else f"{agreeing:.0%}"
        interval = f"{effect['difference']:+.2g} ({effect['low']:+.2g} to {effect['high']:+.2g})"
        sd = effect["standardised"]
        standard = "" if sd is None else f"{sd:+.2f}"
        lines.append(
            f"| {claim['id']} | {claim['text']} | {interval} | {standard} "
            f"| {draws} | {verdict(entry)} | {random(nulls, claim)} | {rests_on(rules, entry)} |"
        )
    return lines


def counts() -> str:
    """How many claims came to which verdict, by parts and by rows, and what random choice has."""
    entries = json.loads(CLAIMS.read_text("utf-8"))["claims"]
    tested = [entry for entry in entries if entry["verdict"] not in ("open", "pending")]
    said = Counter(entry["verdict"] for entry in tested)
    there = [entry for entry in tested if entry["verdict"] in ("supported", "negligible")]
    robust = [entry for entry in there if entry["holds"] is not None and entry["holds"] >= ROBUST]
    rows: dict[str, list[str]] = {}
    for entry in tested:
        rows.setdefault(entry["claim"]["of"], []).append(entry["verdict"])
    whole = Counter(map(of_row, rows.values()))
    nulls = asked()
    rows_asked = [row for claims in nulls["scenarios"].values() for row in claims.values()]
    clear = [row for row in rows_asked if row["clear"]]
    same = sum(row["reproduced"] for row in clear)
    beside = (
        f" Random choice at the\nsame rates of moves has the effect, too, in {same} of the "
        f"{len(clear)} whose effect is clear in {nulls['runs']} runs an arm: these say what rules "
        "and\nevents do, and nothing about what states decide."
        if clear
        else ""
    )
    return f"""Of the {len(tested)} parts that are not open, {said["supported"]} are supported, \
{said["negligible"]} are there but too small to matter,
{said["undetermined"]} undetermined and {said["contradicted"]} contradicted. By the rule before, which asked for no size, \
{len(there)} would be supported. In {len(robust)} of
these the direction holds in eight draws of ten or more. Of {len(rows)} rows, {whole["supported"]} are supported in every part, \
{whole["contradicted"]} contradicted in one
and {whole[MIXED]} mixed.{beside}{meeting(entries)}"""


def meeting(entries: Sequence[Mapping[str, Any]]) -> str:
    """How many of the supported claims need several rules, rest on one, or on none."""
    rules = asked(RULES)
    held = [
        rests_on(rules["scenarios"], entry) for entry in entries if entry["verdict"] == "supported"
    ]
    held = [what for what in held if what]
    if not held:
        return ""
    several, none = held.count("several"), held.count("no rule")
    partly = sum(what.endswith("%") for what in held)
    return (
        f"\nOf {len(held)} that are supported, {several} need several rules (none alone has half of "
        f"the effect), {partly} rest mostly on one, {len(held) - several - partly - none}\nhave as "
        f"good as all of it ({WHOLE:.0%}) with one rule alone, {none} with none "
        f"({rules['runs']} runs an arm)."
    )


def main() -> None:
    page = replaced(PAGE.read_text("utf-8"), "table", "\n\n" + "\n".join(rows()) + "\n\n")
    write_text(PAGE, replaced(page, "counts", f"\n{counts()}\n"))


if __name__ == "__main__":
    main()

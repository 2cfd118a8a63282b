"""Ask which claims rest on one rule and which need several; write results/reference/claims_rules.json.

    .venv/bin/python -m tools.claims_rules [--runs 6] [--jobs N] [--go-on]

Every shipped scenario with claims is run with each of its rules alone, all others off
(`multipolar null --nulls alone:RULE`). Kept is, of each claim, the part of its effect that is there
with the rule that has most of it alone, and with the median rule, which says what is there with none.
Runs share draws and luck, so that few are enough for a share. The file is written after each
scenario; `--go-on` keeps what it has; tools/claims_page.py puts what comes out beside the verdicts.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from sim.rules.catalogue import MECHANISMS, TERMS
from sim.scenario import find_scenario, load_scenario
from sim.study.null import null
from sim.study.register import scenarios_with_claims
from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / "results" / "reference" / "claims_rules.json"


def alone(name: str, runs: int, jobs: int | None) -> dict[str, dict[str, Any]]:
    """By claim of a scenario: effect in full, the rule with most of it alone, the median rule."""
    spec = load_scenario(find_scenario(name))
    on = {**dict.fromkeys(MECHANISMS, True), **dict.fromkeys(TERMS, True)}
    on.update(spec.mechanisms)
    on.update(spec.terms)
    nulls = tuple(f"alone:{rule}" for rule, is_on in on.items() if is_on)
    found = null(name, nulls=nulls, runs=runs, claims=True, jobs=jobs)
    shares: dict[str, dict[str, float]] = {}
    full: dict[str, float] = {}
    for row in found.rows:
        if row.full_verdict is None or not row.full:
            continue
        full[row.what] = row.full
        shares.setdefault(row.what, {})[row.null.partition(":")[2]] = row.value / row.full
    return {
        claim: {
            "full": full[claim],
            "rule": max(of, key=lambda rule: of[rule]),
            "alone": max(of.values()),
            "none": median(of.values()),
        }
        for claim, of in shares.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--go-on", action="store_true")
    args = parser.parse_args()
    go_on = args.go_on and FOUND.is_file()
    before = json.loads(FOUND.read_text(encoding="utf-8")) if go_on else {}
    if before.get("runs", args.runs) != args.runs:
        parser.error(f"--go-on: {FOUND} has {before['runs']} runs an arm")
    said: dict[str, dict[str, Any]] = before.get("scenarios", {})
    for name in scenarios_with_claims():
        if name in said:
            continue
        said[name] = alone(name, args.runs, args.jobs)
        sys.stderr.write(f"{name}: {len(said[name])} claims\n")
        write_text(FOUND, json.dumps({"runs": args.runs, "scenarios": said}, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Ask which claims random choice supports as well; write results/reference/claims_nulls.json.

    .venv/bin/python -m tools.claims_nulls [--runs 60] [--go-on]

Every shipped scenario with claims is run in full and with random choice at the same rates of moves
(`multipolar null`); tools/claims_page.py puts what comes out beside the verdicts. The file is written
after each scenario; `--go-on` keeps what it has.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sim.study.null import null
from sim.study.null.findings import NETWORKS
from sim.study.null.models import RANDOM
from sim.study.register import scenarios_with_claims
from sim.system.files import write_text

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / "results" / "reference" / "claims_nulls.json"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--go-on", action="store_true")
    args = parser.parse_args()
    before = json.loads(FOUND.read_text(encoding="utf-8")) if args.go_on else {}
    said: dict[str, dict[str, Any]] = before.get("scenarios", {})
    networks: dict[str, dict[str, Any]] = before.get("networks", {})
    for name in scenarios_with_claims():
        if name in said:
            continue
        found = null(name, nulls=(RANDOM,), runs=args.runs, claims=True)
        said[name] = {
            row.what: {
                "full": row.full,
                "value": row.value,
                "verdict": row.verdict,
                "clear": row.clear,
                "reproduced": row.reproduced,
            }
            for row in found.rows
            if row.null == RANDOM and row.verdict is not None
        }
        networks[name] = {
            row.what: {"value": row.value, "ceiling": row.ceiling}
            for row in found.rows
            if row.null == RANDOM and row.what in NETWORKS
        }
        sys.stderr.write(f"{name}: {len(said[name])} claims\n")
        made = {"runs": args.runs, "scenarios": said, "networks": networks}
        write_text(FOUND, json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()

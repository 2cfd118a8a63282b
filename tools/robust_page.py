"""Set the engine beside rival theories and nulls; write the tables of docs/explanation/theories.md.

    .venv/bin/python -m tools.robust_page DATA [--runs 50]

DATA holds tables of states and of pairs by year, from which gravity learns (docs/how-to/hindcast.md). What the tables
teach is written by hand below them. Some ten minutes on two free cores.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sim.study.null.models import PERSISTENCE
from sim.study.robust import NULLS, START, Answer, Robust, robust
from sim.system.files import write_text
from tools.marked import replaced

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "theories.md"
SCENARIOS: Final = ("russia_dprk_pact", "vietnam_bamboo", "invasion_2022", "europe_1872_1914")
RUNS: Final = 50
BESIDE: Final = {START if name == PERSISTENCE else name: name for name in NULLS}


def counted(found: Robust, rival: str, answers: Sequence[Answer]) -> str:
    """How many answers a rival agrees with, and how many it disagrees with."""
    said = found.count(rival, answers)
    return f"{said['agrees']}, {said['disagrees']}"


def table(head: Sequence[str], rows: Iterator[list[str]]) -> str:
    """A table in Markdown; columns from the third on are figures."""
    rule = ["--:" if at > 1 else "---" for at in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows)) + "\n"


def beside_theories(all_found: dict[str, Robust]) -> str:
    """Of pairs, what each theory says."""
    first = next(iter(all_found.values()))
    theories = [rival for rival in first.rivals if rival not in BESIDE]

    def rows() -> Iterator[list[str]]:
        for name, found in all_found.items():
            cells = [counted(found, rival, found.pairs) for rival in (START, *theories)]
            yield [f"`{name}`", f"{len(found.pairs)} pairs", *cells]

    return table(["scenario", "", START, *theories], rows())


def beside_nulls(all_found: dict[str, Robust]) -> str:
    """Of pairs and of effects, what each null has, too."""

    def rows() -> Iterator[list[str]]:
        for name, found in all_found.items():
            for what, answers in (("pairs", found.pairs), ("effects", found.conclusions)):
                cells = [counted(found, rival, answers) for rival in BESIDE]
                yield [f"`{name}`", f"{len(answers)} {what}", *cells]

    return table(["scenario", "", *(rival.replace("_", " ") for rival in BESIDE)], rows())


def main() -> None:
    """Ask all, write both tables, print what the engine has of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    found = {name: robust(name, runs=given.runs, data=given.data) for name in SCENARIOS}
    page = PAGE.read_text(encoding="utf-8")
    page = replaced(page, "theories", f"\n{beside_theories(found)}")
    page = replaced(page, "nulls", f"\n{beside_nulls(found)}")
    write_text(PAGE, page)
    for name, one in found.items():
        sys.stdout.write(f"{name}: {one.sentence()}\n")
        for pair in one.pairs:
            rest = ", ".join(f"{r} {pair.verdict(r)}" for r in one.rivals if r not in BESIDE)
            sys.stdout.write(f"  {pair.what} {pair.engine:.2f}: {rest}\n")


if __name__ == "__main__":
    main()

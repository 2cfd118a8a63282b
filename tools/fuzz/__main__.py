"""The command line of :mod:`tools.fuzz`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import tools.fuzz
from tools.fuzz import commands, folders, languages, rules, scenarios, tables  # noqa: F401
from tools.fuzz.bench import ROOT, TARGETS, fuzz


def main() -> None:
    """Fuzz for a while and report."""
    parser = argparse.ArgumentParser(description=tools.fuzz.__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "multipolar-fuzz"
    )
    given = parser.parse_args()
    keep = given.keep.resolve()
    keep.mkdir(parents=True, exist_ok=True)
    if len(given.only) == 1:
        found = fuzz(given.only[0], given.seconds, given.seed, keep)
    else:
        found = 0
        for name in given.only:
            options = ["--only", name, "--seconds", str(given.seconds), "--seed", str(given.seed)]
            command = [sys.executable, "-m", "tools.fuzz", *options, "--keep", str(keep)]
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
            found += code != 0
            if code not in (0, 1):
                sys.stdout.write(f"{name:<10} died with code {code}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

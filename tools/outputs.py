"""Write the schemas of ``--json`` from what commands print in the tests: sim/show/outputs.json.

``make outputs`` runs the tests that print JSON and calls this on what they have kept; some commands
more are run here. Objects whose keys are names of something (states, arms, metrics) become maps,
others records with their keys.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections import defaultdict
from contextlib import chdir
from pathlib import Path
from typing import Any

from tests.support_outputs import watch

#: Commands whose JSON the tests do not print, or not in every form.
COMMANDS = (
    "run russia_dprk_pact --runs 3 --quarters 4 --no-figures --quiet --out run",
    "run synthetic --runs 3 --quarters 4 --no-figures --quiet --set synthetic.states=8 --out made",
    "blocs run",
    "compare russia_dprk_pact --runs 4 --quarters 4 --no-figures --quiet --out compared",
    "explain russia_dprk_pact --state RUS --runs 2 --quiet",
    "explain russia_dprk_pact --dyad RUS-PRK --runs 2 --quiet",
    "claims russia_dprk_pact --runs 3 --quiet --no-figures --out claims",
    "describe vietnam_bamboo",
    "describe europe_1936",
    "describe synthetic",
    "robust europe_1936 --runs 2 --quiet",
    *(f"theory {name} europe_1936 --all" for name in ("balance", "gravity", "landscape")),
    "theory bargaining europe_1936",
    "estimate --data data --train 1950:1960 --quiet --out weights.json",
    "metrics",
    "dictionary",
)
TARGET = Path(__file__).resolve().parent.parent / "sim" / "show" / "outputs.json"

#: Entries whose keys are names, whatever these look like.
MAPS = set(
    "arms claims doctrine effects groups numbers overlay parameters prior "
    "order partners processes relations settings silent sources stated supporters taboos taken values weights".split()
)
#: Entries that are schemas themselves.
WHOLE = {"outputs"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class Seen:
    """What has been seen at one place of the JSON."""

    def __init__(self, key: str = "") -> None:
        self.key, self.objects = key, 0
        self.types: set[str] = set()
        self.fields: dict[str, Seen] = {}
        self.counts: dict[str, int] = defaultdict(int)
        self.items: Seen | None = None
        self.samples: list[dict[str, Any]] = []

    def add(self, value: Any) -> None:
        if isinstance(value, dict):
            self.types.add("object")
            self.objects += 1
            self.samples.append(value)
            for name, item in value.items():
                self.fields.setdefault(name, Seen(name)).add(item)
                self.counts[name] += 1
        elif isinstance(value, list):
            self.types.add("array")
            self.items = self.items or Seen()
            for item in value:
                self.items.add(item)
        else:
            self.types.add(_TYPES[type(value)])

    def is_map(self) -> bool:
        return self.key in MAPS or not all(map(_KEY.fullmatch, self.fields))

    def schema(self) -> dict[str, Any]:
        types = set(self.types)
        if self.key in WHOLE:
            return {"type": "object"}
        if "number" in types:  # null where there is no number, as of an empty window
            types = (types - {"integer"}) | {"null"}
        if types == {"null"}:
            return {}  # what else it may be has not been seen
        found: dict[str, Any] = {"type": sorted(types) if len(types) > 1 else next(iter(types), "")}
        if not types:
            return {}
        if self.items is not None and (inner := self.items.schema()):
            found["items"] = inner
        if "object" in types and self.is_map():
            every = Seen()
            for sample in self.samples:
                for item in sample.values():
                    every.add(item)
            found["additionalProperties"] = every.schema() or True
        elif "object" in types:
            found["properties"] = {name: item.schema() for name, item in self.fields.items()}
            found["required"] = [n for n, count in self.counts.items() if count == self.objects]
        return found


def collect(folder: Path) -> None:
    """Print the JSON of some commands into the folder."""
    os.environ["MULTIPOLAR_OUTPUTS"] = str(folder.resolve())
    watch()
    from typer.testing import CliRunner

    from sim import cli
    from tests.support_history import drawn, write

    with tempfile.TemporaryDirectory() as place, chdir(place):
        write(drawn(), Path("data"))
        for command in COMMANDS:
            ran = CliRunner().invoke(cli.app, [*command.split(), "--json"])
            if ran.exit_code:
                raise SystemExit(f"{command}\n{ran.output}\n{ran.exception}")
            print(command)


def main(folder: Path) -> None:
    collect(folder)
    seen: dict[str, Seen] = {}
    for path in sorted(folder.glob("*@*.json")):
        name = path.name.partition("@")[0]
        seen.setdefault(name, Seen()).add(json.loads(path.read_text("utf-8")))
    known = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {}
    found = known | {name: whole.schema() for name, whole in seen.items()}
    text = json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False)
    TARGET.write_text(text + "\n", "utf-8")
    print(f"{TARGET}: {', '.join(sorted(seen))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

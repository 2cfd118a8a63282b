"""Feed broken input to everything that reads: nothing may end in a traceback.

    .venv/bin/python -m tools.fuzz [--seconds 60] [--seed 1] [--only loader metrics ...] [--keep DIR]

Each target takes valid input and breaks it: bytes turned, cut, doubled, swapped with odd ones, tokens
of other inputs put in, keys and values of YAML and JSON replaced. A reader may accept what comes or
say what is wrong (`UserError`); whatever else it raises is a finding, kept under DIR with its
traceback. Prints how often each target was tried, how often it accepted, and the findings; the exit
code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from sim.errors import UserError

load = partial(yaml.load, Loader=yaml.CSafeLoader)
dump = partial(yaml.dump, Dumper=yaml.CSafeDumper, allow_unicode=True)
ROOT = Path(__file__).resolve().parent.parent
ODD_TEXT = [
    "",
    " ",
    "\0",
    "\x1b[31m",
    "\ufeff",
    "\u202e",
    "²",
    "٣",
    "é",
    "𝟙",
    "null",
    "~",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "nan",
    ".nan",
    "inf",
    "-.inf",
    "1e999",
    "-0",
    "0x1f",
    "1_000",
    "1:30",
    "2024Q5",
    "2024-01-01",
    "!!python/object:os.system",
    "&a *a",
    "<<",
    "[",
    "]",
    "{",
    "}",
    ":",
    "- ",
    "#",
    "%",
    "'",
    '"',
    "\\",
    "\n",
    "\r\n",
    "\t",
    "*",
    "@",
    "../../etc/passwd",
    "/dev/zero",
    "a" * 3000,
    "[" * 500,
    "(" * 500,
    "-" * 300,
    "9" * 400,
]
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 10**30, "", "x",
    "unknown", [], {}, [[]], [None], {"": ""}, {"value": None}, {"value": 1, "range": "0%"}, ["AAA"] * 3,
    {"set": 1, "add": 1}, "AAA-BBB", "AAA>BBB", "2024Q1", "50%", "±1", "1..2",
]  # fmt: skip


def broken_bytes(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """A few random edits of a text or binary file."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(7):
            case 0 if out:
                out[at % len(out)] = rng.randrange(256)
            case 1:
                del out[at : at + rng.choice([1, 1, 2, 8, 200])]
            case 2:
                out[at:at] = rng.choice(ODD_TEXT).encode("utf-8", "surrogatepass")
            case 3:
                out[at:at] = out[at : at + rng.choice([1, 5, 50, 500])]
            case 4 if others:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                out[at:at] = other[start : start + rng.choice([3, 20, 200])]
            case 5:
                out[at:] = b""
            case _:
                words = [m.span() for m in re.finditer(rb"[\w.]+", bytes(out))]
                if words:
                    first, last = rng.choice(words)
                    out[first:last] = rng.choice(ODD_TEXT).encode("utf-8", "surrogatepass")
    return bytes(out)


def broken_tree(rng: random.Random, tree: Any) -> Any:
    """A copy of a tree of mappings and lists with a few nodes replaced, dropped or moved."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 2, 3])):
        places: list[tuple[Any, Any]] = []
        todo = [tree]
        while todo:
            node = todo.pop()
            children = node.items() if isinstance(node, dict) else enumerate(node)
            for key, child in children:
                places.append((node, key))
                if isinstance(child, dict | list):
                    todo.append(child)
        if not places:
            return rng.choice(ODD_VALUES)
        node, key = rng.choice(places)
        match rng.randrange(5):
            case 0:
                del node[key]
            case 1:
                node[key] = copy.deepcopy(rng.choice(ODD_VALUES))
            case 2:
                other, name = rng.choice(places)
                if name in other if isinstance(other, dict) else name < len(other):
                    node[key] = copy.deepcopy(other[name])
            case 3 if isinstance(node, dict):
                node[rng.choice(ODD_TEXT)] = node.pop(key)
            case _:
                if isinstance(node, dict):
                    node[str(key) + rng.choice("xQ0_")] = node.pop(key)
                else:
                    node.insert(key, copy.deepcopy(rng.choice(ODD_VALUES)))
    return tree


class Targets:
    """Everything that reads something a user wrote or may have edited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last: bytes | str = ""
        scenarios = [
            *(ROOT / "scenarios").glob("*.yaml"),
            *(ROOT / "tests/scenarios").rglob("*.yaml"),
        ]
        self.scenarios = [path.read_bytes() for path in scenarios]
        self.small = [text for text in self.scenarios if len(text) < 6000]
        self.targets = [p.read_bytes() for p in (ROOT / "scenarios/targets").glob("*.yaml")]
        pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
        claims = "".join(path.read_text("utf-8") for path in scenarios)
        self.metrics = sorted({
            *re.findall(r"metric: *[\"']?(.+?)[\"']?\s*$", claims, re.M),
            *re.findall(r"`([a-z_]+\([^`\n]*\)[^`\n]*)`", pages),
        })  # fmt: skip
        self.designs = [m.encode() for m in re.findall(r"```yaml\n(.*?)```", pages, re.S)] or [
            b"runs: 2\n"
        ]
        self.options = sorted({*re.findall(r"--(?:set|vary) '?\"?([^\s'\"`]+)", pages)}) or ["a=1"]
        self.saved: list[Path] = []

    def file(self, name: str, data: bytes) -> Path:
        """Write input to a file, and remember it."""
        self.last = data
        path = self.folder / name
        path.write_bytes(data)
        return path

    def loader(self, rng: random.Random) -> None:
        """A scenario file with broken bytes or a broken tree."""
        from sim.scenario import validate_scenario

        text = rng.choice(self.small)
        data = broken_bytes(rng, text, self.small)
        if rng.random() < 0.6:
            try:
                tree = load(text)
            except yaml.YAMLError:
                tree = None
            if isinstance(tree, dict):
                data = dump(broken_tree(rng, tree)).encode()
        validate_scenario(self.file("scenario.yaml", data))

    def overlays(self, rng: random.Random) -> None:
        """A small file over a shipped scenario, with broken parts of other scenarios."""
        from sim.scenario import load_scenario

        base = rng.choice(["europe_1936", "europe_1872_1914", "synthetic"])
        tree = load((ROOT / f"scenarios/{base}.yaml").read_text("utf-8"))
        part = {key: tree[key] for key in rng.sample(sorted(tree), k=min(3, len(tree)))}
        over = broken_tree(rng, part)
        over = over if isinstance(over, dict) else {}
        over["extends"] = rng.choice([f"{base}.yaml", base, [base], "scenario.yaml", "nowhere"])
        shutil.copy(ROOT / f"scenarios/{base}.yaml", self.folder / f"{base}.yaml")
        path = self.file("overlay.yaml", dump(over).encode())
        load_scenario(path, arm=rng.choice(["base", "base", "no_war", "²"]))

    def overrides(self, rng: random.Random) -> None:
        """`--set` and `--vary` with broken texts."""
        from sim.scenario import load_scenario

        texts = [
            broken_bytes(
                rng, rng.choice(self.options).encode(), [o.encode() for o in self.options]
            ).decode("utf-8", "replace")
            for _ in range(rng.choice([1, 2]))
        ]
        self.last = "\n".join(texts)
        load_scenario("europe_1936", overrides=texts)

    def metric(self, rng: random.Random) -> None:
        """An expression of the metric language."""
        from sim.measure.language import parse_metric

        pool = [m.encode() for m in self.metrics]
        text = broken_bytes(rng, rng.choice(pool), pool).decode("utf-8", "replace")
        self.last = text
        parse_metric(text)

    def design(self, rng: random.Random) -> None:
        """A design file of a sweep."""
        from sim.study.sweep.design_file import read_design

        text = rng.choice(self.designs)
        data = broken_bytes(rng, text, self.designs)
        if rng.random() < 0.5:
            try:
                tree = load(text)
            except yaml.YAMLError:
                tree = None
            if isinstance(tree, dict | list):
                data = dump(broken_tree(rng, tree)).encode()
        read_design(self.file("design.yaml", data))

    def target(self, rng: random.Random) -> None:
        """Targets of a calibration."""
        from sim.study.calibrate.targets import read_targets

        text = rng.choice(self.targets)
        data = broken_bytes(rng, text, self.targets)
        if rng.random() < 0.6:
            data = dump(broken_tree(rng, load(text)), allow_unicode=True).encode()
        read_targets(self.file("targets.yaml", data))

    def prepare(self) -> None:
        """Saved results of several kinds, to be damaged."""
        from typer.testing import CliRunner

        from sim.cli import app

        run = CliRunner()
        short = ["--quarters", "2", "--quiet"]
        for name, command in {
            "run": ["run", "europe_1936", "--runs", "2", "--no-figures"],
            "compare": ["compare", "europe_1936", "--runs", "2"],
            "sweep": [
                "sweep",
                "europe_1936",
                "--vary",
                "security.weight=8,10",
                "--metric",
                "poles()",
                "--runs",
                "2",
            ],
            "claims": ["claims", "europe_1936", "--runs", "2"],
        }.items():
            place = self.folder / "saved" / name
            done = run.invoke(
                app, [*command, *(short if name != "claims" else ["--quiet"]), "--out", str(place)]
            )
            if (place / "manifest.json").exists():
                self.saved.append(place)
            else:
                sys.stdout.write(f"  no saved {name} to damage: {done.output[-200:]}\n")

    def results(self, rng: random.Random) -> None:
        """A saved result, sweep, comparison with one damaged file."""
        from sim.record.saved import load_saved

        if not self.saved:
            self.prepare()
        whole = rng.choice(self.saved)
        place = self.folder / "damaged"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(whole, place)
        files = [path for path in sorted(place.rglob("*")) if path.is_file()]
        victim = rng.choice([*files, *[f for f in files if f.suffix == ".json"] * 8])
        data = victim.read_bytes()
        if victim.suffix == ".json" and rng.random() < 0.7:
            data = json.dumps(broken_tree(rng, json.loads(data))).encode()
        else:
            data = broken_bytes(rng, data, [])
        match rng.randrange(12):
            case 0:
                victim.unlink()
            case 1:
                victim.unlink()
                victim.mkdir()
            case _:
                victim.write_bytes(data)
        self.last = f"{whole.name}/{victim.relative_to(place)}\n".encode() + data[:100_000]
        found = load_saved(place)
        if hasattr(found, "summary"):
            found.summary()


NAMES = ("loader", "overlays", "overrides", "metric", "design", "target", "results")


def main() -> None:
    """Fuzz for a while and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "multipolar-fuzz"
    )
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    findings = 0
    with tempfile.TemporaryDirectory() as folder:
        targets = Targets(Path(folder))
        for name in given.only:
            rng = random.Random(f"{given.seed} {name}")
            tried = accepted = 0
            seen: dict[str, int] = {}
            if name == "results":
                targets.prepare()
            end = time.monotonic() + given.seconds
            while time.monotonic() < end:
                tried += 1
                try:
                    getattr(targets, name)(rng)
                    accepted += 1
                except UserError:
                    pass
                except (Exception, RecursionError) as error:  # noqa: BLE001
                    frames = traceback.extract_tb(error.__traceback__)
                    where = next((f for f in reversed(frames) if "/sim/" in f.filename), frames[-1])
                    what = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
                    seen[what] = seen.get(what, 0) + 1
                    if seen[what] == 1:
                        findings += 1
                        kept = given.keep / f"{name}-{given.seed}-{len(seen)}"
                        last = targets.last
                        kept.write_bytes(
                            last if isinstance(last, bytes) else last.encode("utf-8", "replace")
                        )
                        kept.with_suffix(".txt").write_text(traceback.format_exc(), "utf-8")
            sys.stdout.write(
                f"{name:<10} {tried:>8} tried {accepted:>7} accepted {len(seen):>3} kinds of traceback\n"
            )
            for what, count in seen.items():
                sys.stdout.write(f"  {count:>6} x {what}\n")
            sys.stdout.flush()
    sys.stdout.write(f"findings: {findings}" + (f", kept in {given.keep}\n" if findings else "\n"))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()

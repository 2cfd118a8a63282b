"""The scenario that a result was a run of, and saved experiments that belong to it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ScenarioError, UserError, shown
from sim.record.manifests import MANIFEST, read_manifest
from sim.scenario import ScenarioSpec, find_scenario, load_scenario

if TYPE_CHECKING:
    from sim.record.results import Results


@dataclass(frozen=True)
class Origin:
    """The scenario of a result; without one ``spec`` and ``path`` are None, for a ``reason``."""

    spec: ScenarioSpec | None
    path: Path | None
    reason: str = ""


def find_origin(results: Results, file: str | None = None) -> Origin:
    """Find the scenario that a result was a run of, and make sure that it is still the same.

    Args:
        results: the result.
        file: where the scenario is; by default the file of the command that is kept with the
            result, or else the shipped scenario of its name.
    """
    tried = [file] if file else [*_files(results.meta.command), results.meta.name]
    changed = ""
    for name in tried:
        try:
            path = find_scenario(name)
            spec = _same(results, path)
        except ScenarioError as error:
            changed = changed or f"its scenario cannot be read any more ({_first(error)})"
        except UserError:
            continue
        else:
            if spec is not None:
                return Origin(spec, path)
            changed = f"the scenario {shown(name)} has changed since the runs were made"
    named = shown(file or results.meta.name)
    return Origin(None, None, changed or f"its scenario {named} is not found")


def _files(command: str) -> list[str]:
    """The scenario files that a command line names."""
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    return [word for word in words if word.endswith((".yaml", ".yml")) and Path(word).is_file()]


def _same(results: Results, path: Path) -> ScenarioSpec | None:
    """The scenario as it was run, or None if it is another one by now."""
    meta = results.meta
    for quarters in (None, results.record.quarters):
        spec = load_scenario(path, arm=meta.arm, overrides=meta.overrides, quarters=quarters)
        if spec.hash() == meta.spec_hash:
            return spec
    return None


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def saved_beside(folder: Path, results: Results, kind: str) -> Path | None:
    """Return the saved experiment of a kind beside a result that has the same scenario, if any.

    Of several the one with most runs counts, then the newest.

    Args:
        folder: of the result.
        results: the result.
        kind: ``comparison`` or ``claims``.
    """
    found = []
    for place in sorted(folder.resolve().parent.glob(f"*/{MANIFEST}")):
        try:
            manifest = read_manifest(place.parent)
        except UserError:
            continue
        runs = _runs(manifest, results) if manifest.get("kind") == kind else 0
        if runs:
            found.append((runs, place.stat().st_mtime, place.parent))
    return max(found)[2] if found else None


def _runs(manifest: dict[str, Any], results: Results) -> int:
    """Runs of a saved experiment, nothing if it is of another scenario."""
    meta = results.meta
    try:
        if manifest["kind"] == "comparison":
            same = manifest["meta"]["spec_hash"] == meta.spec_hash
            same &= manifest["reference"] == meta.arm
            return int(manifest["runs"]) if same else 0
        scenarios = manifest["scenarios"]
        mine = scenarios.get(meta.name, {})
        same = len(scenarios) == 1 and mine.get("spec_hash") == meta.spec_hash
        return int(mine["runs"]) if same else 0
    except (KeyError, TypeError, ValueError, AttributeError):
        return 0

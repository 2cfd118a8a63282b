"""The generated reference pages are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

from sim.commands.names import markdown
from sim.scenario import scenario_schema

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def test_names_are_current() -> None:
    assert (REFERENCE / "names.md").read_text() == markdown(), "run: make reference"


def test_schema_is_current() -> None:
    page = json.loads((REFERENCE / "scenario.schema.json").read_text())
    assert page == json.loads(json.dumps(scenario_schema())), "run: make reference"

"""The generated reference pages are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from sim import cli
from sim.commands.names import markdown
from sim.drivers.ensemble import run_ensemble
from sim.record.results import TABLES, Results, RunMeta
from sim.scenario import load_scenario, scenario_schema
from sim.show import dictionary
from tests import support_outputs
from tests.inline_scenario import TEXT
from tests.support_command import call
from tools import architecture_page, odd_page, variables_page
from tools.marked import replaced

REFERENCE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference"


def test_names_are_current() -> None:
    assert (REFERENCE / "names.md").read_text() == markdown(), "run: make reference"


def test_schema_is_current() -> None:
    page = json.loads((REFERENCE / "scenario.schema.json").read_text())
    assert page == json.loads(json.dumps(scenario_schema())), "run: make reference"


def test_the_dictionary_is_current() -> None:
    assert (REFERENCE / "outputs.md").read_text() == dictionary.markdown(), "run: make reference"


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_dictionary(table: str) -> None:
    """Of a real run: its columns, in their order, of the kinds that are told."""
    spec = load_scenario(TEXT)
    results = Results(run_ensemble(spec, runs=1), RunMeta.of(spec))
    known = [column for column in dictionary.columns() if column.table == table]
    frame = results.table(table)
    assert [column.name for column in known] == list(frame.columns)
    assert all(column.meaning for column in known)
    kinds = {"number": "f", "whole": "iu", "truth": "b"}
    for column in known:
        kind = frame[column.name].dtype
        if column.kind in kinds:
            assert kind.kind in kinds[column.kind], column
        else:
            assert str(kind) == "category", column


def test_every_command_with_json_has_its_schema() -> None:
    asking = {
        command.name
        for command in get_command(cli.app).commands.values()
        if any("--json" in option.opts for option in command.params)
    }
    told = {name.split()[0] for name in dictionary.output_names()}
    assert asking == told
    for name in dictionary.output_names():
        Draft202012Validator.check_schema(dictionary.output_schema(name))


def test_a_schema_is_printed() -> None:
    told = call("schema", "--of", "run")
    assert json.loads(told.stdout)["$id"] == f"multipolar:run:{dictionary.VERSION}"
    assert "did you mean 'run'" in call("schema", "--of", "runn").stderr
    assert "did you mean 'moves'" in call("dictionary", "move").stderr


def test_an_output_that_changes_its_form_is_noticed() -> None:
    found = {"quantity": "a(i)", "unit": "1", "range": "", "meaning": "it"}
    support_outputs.check("metrics", [found | {"more": 1}])
    with pytest.raises(AssertionError, match=r"the JSON of `metrics` is not as .* at \$\[0\]"):
        support_outputs.check("metrics", [found | {"unit": 1}])


def test_odd_is_current() -> None:
    page = odd_page.PAGE.read_text("utf-8")
    assert page == odd_page.filled(page), "run: make reference"


def test_the_page_of_variables_is_current_and_has_the_chains() -> None:
    assert variables_page.PAGE.read_text("utf-8") == variables_page.text(), "run: make reference"
    rows = {row[0]: row for row in variables_page.rows()}
    assert "hostility" in rows["`alarm`"][2]
    assert "sanctioning" in rows["`trade`"][3]
    assert "organise" in rows["`charter`"][3]


def test_the_page_of_the_architecture_is_current() -> None:
    page = architecture_page.PAGE.read_text("utf-8")
    assert page == replaced(page, architecture_page.BLOCK, architecture_page.block()), (
        "run python -m tools.architecture_page"
    )


def test_rooms_import_in_one_direction() -> None:
    levels = architecture_page.levels(architecture_page.imports())
    assert levels["rules"] < levels["kernel"] < levels["study"] < levels["commands"]

"""`multipolar validate`, `list` and `schema`: scenario files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options, out, print_table, program, say, settings
from sim.errors import UserError
from sim.system.files import check_file, write_text


@program.command()
def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Scenario files, or names of shipped ones."),
    ],
    scope: options.Scope = None,
) -> None:
    """Check scenario files, with their arms and claims, and print every error with its place.

    Of a sound file it prints how much of everything there is, and what is to be told: states
    without a figure and what is taken instead, events and arms without effect. The whole
    inventory: multipolar describe FILE.
    """
    from sim.scenario import find_scenario, load_arms, validate_scenario
    from sim.scenario.inventory import inventory
    from sim.study.answer import find_question
    from sim.study.claim_specs import read_claims

    given, failed = settings(None, scope), False
    for file in files:
        try:
            path = find_scenario(file)
            spec = validate_scenario(path, overrides=given)
            read_claims(spec, path)
            find_question(path)
            found = inventory(spec, load_arms(path, overrides=given))
        except UserError as error:
            failed = True
            say(str(error))
        else:
            lines = (f"{file}: valid", found.counts(), *map(str, found.notices))
            told = "\n  ".join(lines)
            out.print(told, highlight=False, soft_wrap=True)
    if failed:
        sys.exit(2)


@program.command(name="list")
def list_scenarios() -> None:
    """List the shipped scenarios with their questions and arms."""
    from sim.scenario.shipped import headings

    rows = ((name, question, ", ".join(("base", *arms))) for name, question, arms in headings())
    print_table("Shipped scenarios", ("Scenario", "Question", "Arms"), rows)


@program.command()
def schema(
    target: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file.")
    ] = None,
    command: Annotated[
        str | None,
        typer.Option(
            "--of", metavar="COMMAND", help="Of what a command prints with --json instead."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a FILE that is no schema of this program.")
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files, for editors, or of the JSON of a command."""
    from sim.scenario import scenario_schema
    from sim.show.dictionary import output_schema

    found = scenario_schema() if command is None else output_schema(command)
    text = json.dumps(found, indent=1) + "\n"
    if target is None:
        sys.stdout.write(text)
    else:
        check_file(target, force=force)
        write_text(target, text)

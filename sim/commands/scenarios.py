"""`multipolar validate`, `list` and `schema`: scenario files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import err, out
from sim.errors import UserError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def validate(
        files: Annotated[
            list[str],
            typer.Argument(metavar="FILE...", help="Scenario files, or names of shipped ones."),
        ],
    ) -> None:
        """Check scenario files, with all their arms, and print every error with its place."""
        from sim.scenario import find_scenario, validate_scenario

        failed = False
        for file in files:
            try:
                validate_scenario(find_scenario(file))
            except UserError as error:
                failed = True
                err.print(str(error), highlight=False, soft_wrap=True)
            else:
                out.print(f"{file}: valid", highlight=False, soft_wrap=True)
        if failed:
            sys.exit(2)

    @app.command(name="list")
    def list_scenarios() -> None:
        """List the shipped scenarios with their questions and arms."""
        from sim.scenario import load_scenario, shipped_scenarios
        from sim.terminal import table

        made = table("Shipped scenarios", ("Scenario", "Question", "Arms"))
        for path in shipped_scenarios():
            spec = load_scenario(path)
            made.add_row(Path(path).stem, spec.question, ", ".join(("base", *spec.arms)))
        out.print(made)

    @app.command()
    def schema(
        target: Annotated[
            Path | None, typer.Option("--out", metavar="FILE", help="Write to a file.")
        ] = None,
    ) -> None:
        """Print the JSON Schema of scenario files, for editors."""
        from sim.scenario import scenario_schema

        text = json.dumps(scenario_schema(), indent=1) + "\n"
        if target is None:
            sys.stdout.write(text)
        else:
            target.write_text(text)

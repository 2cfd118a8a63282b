"""`multipolar describe`: the whole inventory of a scenario, and what it lacks."""

from __future__ import annotations

import typer

from sim.commands import Arm, AsJson, File, Scope, Set, out, print_json, settings


def register(app: typer.Typer) -> None:
    """Add the command to the application."""

    @app.command()
    def describe(
        file: File,
        arm: Arm = "base",
        set_: Set = None,
        scope: Scope = None,
        as_json: AsJson = False,
    ) -> None:
        """Print all that a scenario holds, and what it lacks.

        States with their numbers and with what is taken where there is none; pacts, organisations
        and conflicts with their members; events with their changes; groups, arms, parameters,
        claims and sources. At the end: what has no effect, and what is missing without a word.
        """
        from sim.scenario import find_scenario
        from sim.scenario.inventory import inventory, render
        from sim.scenario.loader import Loader

        loader = Loader(find_scenario(file))
        given = settings(set_, scope)
        arms = {name: loader.load(name, given, None) for name in ("base", *loader.arm_names())}
        spec = arms[arm] if arm in arms else loader.load(arm, given, None)
        found = inventory(spec, arms)
        if as_json:
            print_json(found.to_dict())
        else:
            out.print(render(found))

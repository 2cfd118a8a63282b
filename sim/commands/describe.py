"""`multipolar describe`: the whole inventory of a scenario, and what it lacks."""

from __future__ import annotations

from sim.commands import options, out, print_json, program, settings


@program.command()
def describe(
    file: options.File,
    arm: options.Arm = "base",
    set_: options.Set = None,
    scope: options.Scope = None,
    as_json: options.AsJson = False,
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

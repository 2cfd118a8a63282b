"""`multipolar step` and `compile`: the order of a step, and its compiled form."""

from __future__ import annotations

import time

import typer

from sim.commands import out, warm


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""

    @app.command()
    def step() -> None:
        """Print the order of a step: events, mechanisms, assessment, moves, observation."""
        from sim import vocabulary as names
        from sim.kernel import STEP

        for name in STEP:
            rule = names.MECHANISMS.get(name)
            out.print(f"{name:20s} {rule.claim if rule else ''}", highlight=False, soft_wrap=True)

    @app.command(name="compile")
    def compile_kernels() -> None:
        """Compile the kernels and keep them, so that later commands start at once."""
        began = time.perf_counter()
        warm(quiet=False)
        from sim.codegen import cache_folder
        from sim.experiments.warm import compile_all

        compile_all()
        out.print(
            f"Kernels ready in {cache_folder()} ({time.perf_counter() - began:.0f} s)",
            highlight=False,
            soft_wrap=True,
        )

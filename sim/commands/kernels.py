"""`multipolar step` and `compile`: the order of a step, and its compiled form."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from sim.commands import out, program, warm


@program.command()
def step() -> None:
    """Print the order of a step: events, mechanisms, assessment, moves, observation."""
    from sim.kernel import STEP
    from sim.rules import catalogue as names

    for name in STEP:
        rule = names.MECHANISMS.get(name)
        out.print(f"{name:20s} {rule.claim if rule else ''}", highlight=False, soft_wrap=True)


@program.command(name="compile")
def compile_kernels(
    where: Annotated[
        bool,
        typer.Option("--where", help="Say where kernels and arms are kept, and how much there is."),
    ] = False,
    clear: Annotated[
        bool,
        typer.Option("--clear", help="Remove all kept kernels and arms, and compile none."),
    ] = False,
) -> None:
    """Compile the kernels and keep them, so that later commands start at once."""
    from sim.compiled import kernel_cache

    if clear:
        tell(f"Removed: {len(kernel_cache.clear())} files of kernels")
        if arms := kernel_cache.clear(kernel_cache.ARMS):
            tell(f"Removed: {len(arms)} files of simulated arms")
    if where:
        folder, refused = kernel_cache.folder()
        tell(f"New kernels go to: {folder or 'no place, they last as long as a command'}")
        for reason in refused.split("; ") if refused else ():
            tell(f"not to {reason}")
        for place, files, size in kernel_cache.contents():
            tell(f"{place}: {files} files, {size / 1e6:.1f} MB")
        home, _ = kernel_cache.folder(kernel_cache.ARMS)
        most = kernel_cache.limit() / 1e6
        tell(f"Simulated arms go to: {home or 'no place'}, {most:,.0f} MB at most")
        for place, files, size in kernel_cache.contents(kernel_cache.ARMS):
            tell(f"{place}: {files} files, {size / 1e6:.1f} MB")
    if where or clear:
        return
    began = time.perf_counter()
    warm(quiet=False)
    from sim.kernel.warm import compile_all

    compile_all()
    places = " and ".join(str(place) for place, _, _ in kernel_cache.contents())
    held = f"ready in {places}" if places else "compiled, but not kept"
    tell(f"Kernels {held} ({time.perf_counter() - began:.0f} s)")


def tell(text: str) -> None:
    """Print a line that may hold a path, as it is."""
    out.print(text, highlight=False, soft_wrap=True)

"""`multipolar plot`: figures of a saved result."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import formats_of, options, program, say, took, words
from sim.show.plots.kinds import KINDS

_FITS = {"run": "of a run", "comparison": "of a comparison", "claims": "of tested claims"}


_ABOUT = (
    "Draw figures of a saved result, as PNG and SVG.\n\n"
    "RESULTS is a folder that another command wrote. Titles say what was found, the foot says from "
    "which runs, and a bloc has one colour in all figures of a result.\n\n"
    "For example: [cyan]multipolar plot results/1a2b3c4d-mine-base --kind network --style "
    "slides[/cyan]"
)


def _help() -> str:
    """The description, with a line for each kind of figure."""
    parts = [_ABOUT]
    for takes in dict.fromkeys(kind.takes for kind in KINDS.values()):
        rows = [
            f"[bold]{kind.name}[/bold]: {kind.help}"
            for kind in KINDS.values()
            if kind.takes == takes
        ]
        parts.append("\n".join([f"Kinds {_FITS.get(takes, f'of a {takes}')}:", *rows]))
    return "\n\n".join(parts)


@program.command(help=_help())
def plot(
    folder: Annotated[Path, typer.Argument(metavar="RESULTS", help="Folder of a saved result.")],
    kind: Annotated[
        str, typer.Option(metavar="A,B", help="Kinds of figures (default: all that fit).")
    ] = "all",
    style: Annotated[
        str, typer.Option(metavar="NAME", help="[cyan]paper[/cyan] or [cyan]slides[/cyan].")
    ] = "paper",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the figures (default: RESULTS/figures)."),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="A,B", help="[cyan]png[/cyan], [cyan]svg[/cyan].")
    ] = "png,svg",
    state: Annotated[
        str | None, typer.Option(metavar="A,B", help="Of plane, dependence, pacts: these states.")
    ] = None,
    axes: Annotated[
        str | None, typer.Option(metavar="A,B", help="Of plane: the poles across and up.")
    ] = None,
    variable: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of alignment, plane: another variable of pairs; of the phases of a sweep: a "
            "metric, 'METRIC > LEVEL' or partition.",
        ),
    ] = None,
    force: options.Replace = False,
    quiet: options.Quiet = False,
) -> None:
    """Draw figures of a saved result; the help is :func:`_help`."""
    from sim.errors import UserError
    from sim.record.saved import load_saved, saved_kind
    from sim.show.plots.kinds import find_kinds
    from sim.show.plots.style import find_page, save_figure

    began = time.perf_counter()
    wanted, page = words(kind), find_page(style)
    types = formats_of(formats)
    found = find_kinds(wanted, saved_kind(folder))
    result = load_saved(folder)
    place = out or folder / "figures"
    count = 0
    for one in found:
        try:
            figure = one.draw(result, page, state=state, axes=axes, variable=variable)
        except UserError as error:
            if one.name in wanted:
                raise
            say(f"No {one.name}: {error}")
            continue
        end = "" if page.name == "paper" else f"_{page.name}"
        path = place / f"{one.name}{end}"
        count += len(save_figure(figure, path, dpi=page.dpi, formats=types, force=force))
    took(f"{count} files in {place} ", began, quiet=quiet)

"""Options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A scenario file, or the name of a shipped scenario."),
]
Runs = Annotated[int | None, typer.Option(min=1, max=1_000_000, help="Number of runs.")]
Quarters = Annotated[
    int | None, typer.Option(min=1, max=400, help="Quarters to simulate from the start date.")
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**62, help="Seed of all random streams.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any number or switch of the scenario: [cyan]security.weight=8[/cyan], "
        "[cyan]states.AAA.capability=.02[/cyan], [cyan]relations.trust.AAA>BBB=.5[/cyan], "
        "[cyan]mechanisms.trust=off[/cyan], [cyan]events.NAME=off[/cyan]. May be repeated.",
    ),
]
Scope = Annotated[
    str | None,
    typer.Option(
        metavar="all|N|LIST",
        help="Which states act beside the scenario's own: [cyan]all[/cyan], so many of the "
        "strongest, or states and groups such as [cyan]AAA,BBB,GROUP[/cyan].",
    ),
]
Arm = Annotated[str, typer.Option(metavar="NAME", help="A counterfactual arm of the scenario.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Worker threads (default: one a core); never matters."),
]
Executor = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        help="[cyan]local:N[/cyan] threads (default: one a core), or a Dask cluster by "
        "[cyan]tcp://host:port[/cyan] or its scheduler file [cyan]scheduler.json[/cyan]; never "
        "matters.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Write to --out whatever is there. Nothing is deleted: files in the way are renamed.",
    ),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="Simulate every arm again, whatever is kept of earlier commands (default: what was "
        "simulated once is used again, up to 1 GB of it; see MULTIPOLAR_ARMS_MB).",
    ),
]
Formats = Annotated[
    str,
    typer.Option(
        "--format", metavar="A,B", help="Of figures: [cyan]png[/cyan], [cyan]svg[/cyan], or both."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
With = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        metavar="RULE.py",
        help="Rules of your own beside those of the package. May be repeated.",
    ),
]
Trust = Annotated[
    bool, typer.Option("--trust", help="Run the files of rules that the scenario names, too.")
]
Figures = Annotated[bool, typer.Option(help="Draw the figures, too.")]
Replace = Annotated[
    bool, typer.Option("--force", help="Replace files that are no figures of this program.")
]
Horizon = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="When to measure: a quarter, or [cyan]2024Q3..2026Q2[/cyan] (default: the end).",
    ),
]
Yearly = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Tables of states and pairs by year, which [cyan]gravity[/cyan] learns from.",
    ),
]


def folder(what: str) -> Any:
    """The option --out of a command that writes a folder, with what that is for."""
    return typer.Option("--out", metavar="FOLDER", help=what)


def evaluated(why: str = "") -> Any:
    """The option of where a study keeps its finished points, with why it does."""
    return typer.Option(
        metavar="FOLDER",
        help=f"Where finished points are kept{why} (default: evaluated in the folder of --out, "
        "without it results/evaluated).",
    )


Tables = Annotated[Path | None, folder("Folder for the tables (default: results/).")]


def metrics(example: str, default: str = "") -> Any:
    """The option of what to measure, with an example and what is measured without it."""
    return typer.Option(
        metavar="EXPRESSION",
        help=f"What to measure, such as [cyan]'{example}'[/cyan]; see [cyan]multipolar "
        f"metrics[/cyan]. May be repeated.{default}",
    )

"""`multipolar app`: the dashboard in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands import program, say, warm


@program.command("app")
def dashboard(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="A scenario file, or the name of a shipped scenario, to begin with.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to listen on (default: a free one)."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; only those of this machine.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Play with a scenario in the browser: change its numbers, step it, ask why.

    The page shows network, map, alignment plane and events of one run, which follows what is
    set; a click on a state tells why it moved. What was set is exported as a scenario file for
    [cyan]multipolar run[/cyan]. It works without a network, ends with Ctrl-C, and answers only
    browsers of this machine that were opened with the address told here, which has a token.

    For example: [cyan]multipolar app vietnam_bamboo[/cyan]
    """
    from sim.scenario import find_scenario, load_scenario
    from sim.show.app.guard import check_host

    check_host(host)
    if file is not None:
        load_scenario(find_scenario(file))  # what is wrong with it is told here
    from sim.show.app.server import serve

    warm(quiet=False)

    def announce(address: str) -> None:
        say(f"The dashboard is at {address} (Ctrl-C ends it)")

    serve(file, host=host, port=port, browser=browser, announce=announce)

"""The server of the dashboard: NiceGUI on the loopback address, behind the guard."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from sim.errors import UserError, needed
from sim.show.app.guard import Guard, Keys, check_host

TITLE = "multipolar"
_LONGEST_STOP = 30.0
_PATIENCE = 20.0
"""Seconds that a tab may be away. Of a server that is silent for two fifths of this the browser
thinks that it is gone, and loads the page again; a busy machine takes seconds to load kernels."""
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<path d='M8 22 16 8l9 12z' fill='none' stroke='#888' stroke-width='2'/>"
    "<circle cx='8' cy='22' r='6' fill='#0072B2'/><circle cx='16' cy='8' r='5' fill='#D55E00'/>"
    "<circle cx='25' cy='20' r='4' fill='#009E73'/></svg>"
)


def serve(
    file: str | None,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the dashboard until Ctrl-C.

    Args:
        file: a scenario to begin with, beside the shipped ones.
        host: address to listen on.
        port: by default one that is free.
        browser: open the page in the person's browser.
        announce: told the address, with the token that lets a browser in.

    Raises:
        UserError: the host is not loopback, the port is taken, or the library is missing.
    """
    check_host(host)
    with needed("the dashboard needs NiceGUI; install it with: pip install 'multipolar[app]'"):
        from nicegui import app, ui
        from nicegui.server import Server
    from sim.show.app.page import build
    from sim.show.app.work import stop_all

    chosen = _free_port(host, port)

    @ui.page("/", title=TITLE)
    async def page() -> None:
        request = ui.context.client.request
        await build(file, request.query_params.multi_items())

    keys = Keys(chosen)
    app.add_middleware(Guard, keys=keys)
    Thread(target=_load_beforehand, args=(file,), name="loading", daemon=True).start()
    address = f"http://{'[::1]' if host == '::1' else host}:{chosen}/"

    async def tell() -> None:
        while not Server.instance.started:
            await asyncio.sleep(0.02)
        announce(f"{address}?token={keys.token}")

    app.on_startup(tell)
    app.on_shutdown(lambda: stop_all(_LONGEST_STOP))
    # NiceGUI asks for reloading by default, which would start a second process
    ui.run(
        host=host,
        port=chosen,
        title=TITLE,
        favicon=_ICON,
        language="en-US",
        reload=False,
        show=f"/?token={keys.ticket}" if browser else False,
        show_welcome_message=False,
        reconnect_timeout=_PATIENCE,
        uvicorn_logging_level="error",
        # nothing is sent over a network, so packing would only cost time
        gzip_middleware_factory=None,
    )


def _load_beforehand(file: str | None) -> None:
    """Load libraries and kernels while the browser starts, so that the first page is there soon."""
    from sim.drivers.ensemble import run_ensemble
    from sim.show.app.pair import Pair
    from sim.show.app.start import choices, questions
    from sim.show.app.view import View

    with suppress(UserError):
        pair = Pair(questions(tuple(choices(file)))[0].scenario)
        pair.step()
        View(pair.left).network()
        run_ensemble(pair.left.spec, runs=1, seed=1, jobs=1)  # for the verdict


def _free_port(host: str, port: int | None) -> int:
    """The port if it is free, or a free one.

    Raises:
        UserError: the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port or 0))
        except OSError as error:
            raise UserError(f"cannot listen on port {port}: {error.strerror}") from None
        return int(probe.getsockname()[1])

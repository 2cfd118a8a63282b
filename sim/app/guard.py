"""Who may talk to the dashboard: pages of this server, opened on this machine.

A page of another site could reach a server on the loopback address through the browser, by a name
that it lets point here (DNS rebinding), or by a request or web socket across sites. So the names in
``Host`` and ``Origin`` must be loopback, and a request must not come from another origin.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from sim.errors import UserError, shown

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The browser itself refuses whatever is not on this server; the interface compiles templates."""

_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine, whatever a name server says.

    >>> [is_loopback(x) for x in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    bare = name.removeprefix("[").removesuffix("]")
    if bare.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def check_host(host: str) -> str:
    """Return the address to listen on.

    Raises:
        UserError: it is not loopback: the dashboard has no passwords.
    """
    if not is_loopback(host):
        raise UserError(
            f"the dashboard listens on this machine only, 127.0.0.1 or localhost, not {shown(host)}"
        )
    return host


def is_allowed(host: str | None, origin: str | None, site: str | None = None) -> bool:
    """Whether a request with these headers comes from a page of this server, or from no page.

    Args:
        host: the header ``Host``.
        origin: the header ``Origin``, None if there is none.
        site: the header ``Sec-Fetch-Site``, None if there is none.

    >>> is_allowed("localhost:80", "http://localhost:80"), is_allowed("localhost:80", "null")
    (True, False)
    """
    here = _host_name(f"http://{host}") if host else None
    if here is None or not is_loopback(here):
        return False
    if site in ("cross-site", "same-site"):
        return False
    return origin is None or origin.casefold() == f"http://{host}".casefold()


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


class Guard:
    """Middleware that turns away what :func:`is_allowed` does not let in, web sockets as well."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403 (of a web socket: close it before it is open)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        if not is_allowed(*(headers.get(name) for name in ("host", "origin", "sec-fetch-site"))):
            await _refuse(scope, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_guarded)


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by name; one that is given twice is malformed, so no value fits it."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").casefold()
        found[key] = "\0" if key in found else value.decode("latin-1")
    return found


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b"The dashboard answers pages of its own only.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})

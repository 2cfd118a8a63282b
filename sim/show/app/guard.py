"""Who may talk to the dashboard: pages of this server, opened by who started it.

A page of another site could reach a server on the loopback address through the browser, by a name
that it lets point here (DNS rebinding), or by a request or web socket across sites. So the names in
``Host`` and ``Origin`` must be loopback, and a request must not come from another origin.

The loopback address is that of every user of the machine. So the first request must bring a token
in its address, which only the terminal has shown, and every later one the cookie that it got then.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sim.errors import UserError, shown
from sim.show.app.link import kept

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


class Keys:
    """What a browser must bring: a token in the address at first, then a cookie.

    Attributes:
        token: good for as long as the server runs; for the person, who may open more browsers.
        ticket: good once; for the program that opens the browser, for a command can be seen by
            other users of the machine.
        cookie: its name; browsers do not tell the ports of a host apart.
    """

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(24)
        self.ticket = secrets.token_urlsafe(24)
        self.cookie = f"multipolar-{port}"
        self._secret = secrets.token_urlsafe(24)

    def opens(self, scope: Scope) -> bool:
        """Whether a request for the page has the token, or the ticket, which is used up by it."""
        if scope["type"] != "http" or scope["path"] != "/":
            return False
        given = dict(_asked(scope)).get("token", "")
        if self.ticket and _same(given, self.ticket):
            self.ticket = ""
            return True
        return _same(given, self.token)

    def admits(self, cookies: str) -> bool:
        """Whether the header ``Cookie`` has what :meth:`grant` gave."""
        pairs = (part.strip().partition("=") for part in cookies.split(";"))
        return any(name == self.cookie and _same(value, self._secret) for name, _, value in pairs)

    def grant(self) -> str:
        """Return the header ``Set-Cookie``."""
        return f"{self.cookie}={self._secret}; HttpOnly; SameSite=Strict; Path=/"


def _same(given: str, secret: str) -> bool:
    """Compare in a time that does not tell how much of it was right."""
    return secrets.compare_digest(given.encode(), secret.encode())


class Guard:
    """Middleware that turns away whom :func:`is_allowed` or the keys do not let in.

    It stands before pages, files and web sockets alike.
    """

    def __init__(self, app: Application, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403 (of a web socket: close it before it is open)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        if not is_allowed(*(headers.get(name) for name in ("host", "origin", "sec-fetch-site"))):
            await _refuse(scope, send, "The dashboard answers pages of its own only.")
            return
        if self._keys.opens(scope):
            page = _ENTER.format(query=escape(kept(_asked(scope))))
            await _answer(send, 200, page, ((b"set-cookie", self._keys.grant().encode()),))
            return
        if not self._keys.admits(headers.get("cookie", "")):
            await _refuse(scope, send, "Open the address that the dashboard told in its terminal.")
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


def _asked(scope: Scope) -> list[tuple[str, str]]:
    """Names and values of the address."""
    try:
        return parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


_MOST_FIELDS = 200

_ENTER = (
    '<!doctype html><title>multipolar</title><meta http-equiv=refresh content="0;url=/?{query}">'
)
"""Leads to the page without the token, which then stays in no history and no address bar."""


async def _refuse(scope: Scope, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await _answer(send, 403, f"{why}\n", plain=True)


async def _answer(
    send: Send,
    status: int,
    body: str,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    *,
    plain: bool = False,
) -> None:
    kind = b"text/plain" if plain else b"text/html"
    told = [(b"content-type", kind + b"; charset=utf-8"), (b"cache-control", b"no-store")]
    whole = [*told, *headers, *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body.encode()})

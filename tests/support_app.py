"""The dashboard in a process of its own, and a browser without a screen to look at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
HAS_CHROMIUM = Path(CHROMIUM).is_file()
MISSING = "no Chromium here: as root, apt-get install -y --no-install-recommends chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ADDRESS = re.compile(r"http://\S+/\?token=[\w-]+")
_INLINE = ("data:", "blob:", "about:")


@dataclass
class Served:
    """A running dashboard; once it has been stopped, its exit code and what it wrote."""

    process: subprocess.Popen[str]
    address: str
    code: int | None = None
    written: str = ""

    def stop(self) -> None:
        """Press Ctrl-C, and wait."""
        self.process.send_signal(signal.SIGINT)
        _, self.written = self.process.communicate(timeout=120)
        self.code = self.process.returncode


@contextmanager
def serving(*arguments: str, script: str = "") -> Iterator[Served]:
    """Serve ``multipolar app ARGUMENTS --no-browser``, or what a script of Python serves."""
    command = [sys.executable, "-c", script or "from sim.cli import main; main()", *arguments]
    if not script:
        command[3:3] = ["app", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    environment.pop("PYTEST_CURRENT_TEST", None)  # NiceGUI would serve on a port of its own tests
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        # a shell may have started the tests with the signal ignored, which children inherit
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert process.stderr is not None
    before = []
    try:
        for line in process.stderr:
            before.append(line)
            if found := _ADDRESS.search(line):
                served = Served(process, found.group())
                yield served
                if served.code is None:
                    served.stop()
                return
        raise AssertionError(f"the dashboard did not start: {''.join(before)}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@dataclass
class Seen:
    """A page, all that it asked for, and what it complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def outside(self, address: str) -> list[str]:
        """Requests to anything but the server."""
        server = address.partition("?")[0]
        socket = server.replace("http://", "ws://")
        return [url for url in self.asked if not url.startswith((server, socket, *_INLINE))]


@contextmanager
def browsing(width: int = 1280, height: int = 800) -> Iterator[Any]:
    """Start the browser and yield a function that opens a page in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )

        def watched() -> Seen:
            seen = Seen(context.new_page())
            seen.page.set_default_timeout(180_000)
            seen.page.on("request", lambda request: seen.asked.append(request.url))
            seen.page.on("websocket", lambda socket: seen.asked.append(socket.url))
            seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            seen.page.on(
                "console",
                lambda message: (
                    seen.complaints.append(message.text)
                    if message.type in ("error", "warning")
                    else None
                ),
            )
            return seen

        yield watched
        browser.close()


def opened(seen: Seen, address: str) -> Any:
    """Go to the dashboard of a scenario and wait until it can be used."""
    page = seen.page
    page.goto(address)
    button(page, "Step").wait_for()
    page.locator(".mp-network .textpoint").first.wait_for()
    return page


def button(page: Any, name: str) -> Any:
    """The button with exactly this name."""
    return page.get_by_role("button", name=name, exact=True)


def place_of(page: Any, figure: str, code: str) -> tuple[float, float]:
    """Where on the page a state is in a figure: ``mp-network``, ``mp-map``."""
    box = page.locator(f".{figure} .textpoint").filter(has_text=code).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

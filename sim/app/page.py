"""The page: header, figures and panels of one browser tab, around one session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from nicegui import run, ui

from sim.app import figures, style
from sim.app.export_dialog import ExportDialog
from sim.app.header import Header
from sim.app.runs_panel import RunsPanel
from sim.app.session import Session, choices
from sim.app.settings_panel import SettingsPanel
from sim.app.story_panel import StoryPanel
from sim.app.view import View, width_scale
from sim.errors import UserError

_CONNECT_SECONDS: Final = 30.0


async def build(file: str | None) -> None:
    """Build the page of a tab; its session begins when the browser has connected.

    Args:
        file: the scenario given at the start, if any.
    """
    ui.colors(primary=style.ACCENT)
    ui.add_css(style.CSS)
    ui.add_body_html(style.WATCH_WIDTH)
    client = ui.context.client
    root = ui.element("main").classes("mp-page")
    with root:
        waiting = ui.label("Loading the scenario ...").classes("mp-empty q-pa-md")
    await client.connected(_CONNECT_SECONDS)
    offered = choices(file)
    try:
        session = await run.io_bound(Session, offered[0])
    except UserError as error:
        waiting.set_text(str(error))
        return
    if session is None or client.is_deleted:
        return  # the server or the tab has been closed meanwhile
    root.clear()
    with root:
        page = Page(session, offered)
    client.on_delete(page.close)


class Page:
    """What a tab shows and does.

    Attributes:
        session, view: what is shown.
        playing: whether quarters follow one another by themselves.
        enlarged: area of the card that fills the page, empty for none.
    """

    def __init__(self, session: Session, offered: list[str]) -> None:
        self.session = session
        self.view = View(session)
        self.offered = offered
        self.playing = False
        self._lock = asyncio.Lock()
        self._waiting: dict[str, float | None] = {}
        self._target: int | None = None
        self._wide: Any = None
        self.enlarged = ""
        self.header = Header(self)
        with ui.element("div").classes("mp-body"):
            with ui.element("section").classes("mp-card").style("grid-area: side") as side:
                side.props["aria-label"] = "Settings and ensemble"
                with ui.tabs().props("dense align=left").classes("w-full") as tabs:
                    ui.tab("settings", "Settings")
                    ui.tab("runs", "Many runs")
                with ui.tab_panels(tabs, value="settings", animated=False).classes("mp-fill"):
                    with ui.tab_panel("settings").classes("q-pa-none column no-wrap full-height"):
                        self.settings = SettingsPanel(self)
                    with ui.tab_panel("runs").classes("q-pa-none column no-wrap full-height"):
                        self.runs = RunsPanel(self)
            self.figures = figures.Figures(self)
            self.story = StoryPanel(self)
        self.exporting = ExportDialog(self)
        self._timer = ui.timer(0.7, self._tick, active=False)
        ui.on("network_width", lambda event: self.resize(float(event.args)))
        ui.timer(0.1, self.measure, once=True)
        self.refresh()

    # --- what people do --------------------------------------------------------------------------
    async def change(self, act: Callable[[], None]) -> bool:
        """Do something to the session beside the page's own thread, and show what came of it.

        Returns:
            Whether it could be done; if not, the reason is shown and the session is as it was.
        """
        async with self._lock:
            try:
                await run.io_bound(act)
            except UserError as error:
                self.tell(str(error))
                self.refresh()
                return False
        self.refresh()
        return True

    async def choose_scenario(self, file: str) -> None:
        """Begin a session with another scenario; what was set is left behind."""
        if file not in self.offered or file == self.session.file:
            return
        self.pause()

        def begin() -> None:
            self.session = Session(file)
            self.view = View(self.session)

        scale = self.view.scale
        await self.change(begin)
        self.view.scale = scale
        self.settings.show()

    async def choose_arm(self, arm: str) -> None:
        """Take another arm of the scenario."""
        if arm != self.session.base.arm:
            await self.change(lambda: self.session.choose_arm(arm))
            self.settings.show()

    async def set(self, values: dict[str, float | None]) -> None:
        """Set numbers and switches, None for as they were; what comes while it runs is joined."""
        self._waiting |= values
        if await self.change(self._set_waiting):
            self.settings.problem("")

    def _set_waiting(self) -> None:
        values, self._waiting = self._waiting, {}
        if values:
            self.session.set(values)

    async def clear(self) -> None:
        """Take back all that was set."""
        await self.change(self.session.clear)
        self.settings.problem("")

    async def step(self) -> None:
        """Play one quarter."""
        await self.change(self.session.step)

    async def reset(self) -> None:
        """Go back to the start."""
        self.pause()
        await self.change(lambda: self.session.seek(0))

    async def seek(self, tick: int) -> None:
        """Go to a quarter."""
        self._target = tick
        await self.change(self._seek_target)

    def _seek_target(self) -> None:
        tick, self._target = self._target, None
        if tick is not None:
            self.session.seek(tick)

    async def play(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
            return
        if self.session.ended:
            await self.change(lambda: self.session.seek(0))
        self.playing = True
        self._timer.activate()
        self.header.refresh()

    def pause(self) -> None:
        """Stop playing."""
        self.playing = False
        self._timer.deactivate()
        self.refresh()

    def speed(self, seconds: float) -> None:
        """Choose the time that a quarter is shown for."""
        self._timer.interval = seconds

    async def _tick(self) -> None:
        if self._lock.locked() or not self.playing:
            return
        await self.step()
        if self.session.ended:
            self.pause()

    def choose_state(self, code: str) -> None:
        """Mark a state and tell why it moved."""
        if code in self.session.codes:
            self.view.chosen = code
            self.story.open()
            self.refresh()

    # --- what is shown ---------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show the present quarter everywhere."""
        if self.view.chosen not in self.session.codes:
            self.view.chosen = ""
        self.header.refresh()
        self.settings.refresh()
        self.figures.refresh()
        self.story.refresh()
        self.runs.refresh()

    def tell(self, problem: str) -> None:
        """Show what went wrong, in the person's words."""
        self.settings.problem(problem)
        ui.notify(problem, type="negative", multi_line=True, position="top", timeout=8000)

    async def measure(self) -> None:
        """Ask how wide the network is."""
        asked = "document.querySelector('.mp-network')?.clientWidth || 0"
        width = 0
        with suppress(TimeoutError):  # of a busy browser; the circles stay as they are
            width = await ui.run_javascript(asked)
        if width:
            self.resize(float(width))

    def resize(self, pixels: float) -> None:
        """Size the circles of the network for its width."""
        scale = width_scale(pixels)
        if abs(scale - self.view.scale) > 0.02:
            self.view.scale = scale
            self.figures.refresh()

    @contextmanager
    def card(self, area: str, title: str) -> Iterator[Any]:
        """A card of the grid with a heading; yields the place for its tools in the heading."""
        section = ui.element("section").classes("mp-card").style(f"grid-area: {area}")
        section.props["aria-label"] = title
        with section:
            with ui.element("div").classes("mp-card-head"):
                ui.html(title, tag="h2", sanitize=False)
                tools = ui.element("div").classes("mp-row mp-grow justify-end")
                button = ui.button(icon="open_in_full").props("flat dense round size=sm")
                button.props["aria-label"] = f"Enlarge: {title}"
                button.on_click(lambda: self._widen(area, section, button))
            yield tools

    async def _widen(self, area: str, section: Any, button: Any) -> None:
        was, self._wide, self.enlarged = self._wide, None, ""
        if was is not None:
            was[0].classes(remove="mp-wide")
            was[1].props("icon=open_in_full")
        if was is None or was[0] is not section:
            section.classes(add="mp-wide")
            button.props("icon=close_fullscreen")
            self._wide, self.enlarged = (section, button), area
        self.figures.refresh()
        await asyncio.sleep(0.1)
        await self.measure()

    def close(self) -> None:
        """The tab is closed: nothing goes on."""
        self.playing = False
        self._timer.deactivate()
        self.runs.close()

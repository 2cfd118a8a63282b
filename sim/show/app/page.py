"""The page: header, figures and panels of one browser tab, around two arms on one clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from nicegui import run, ui

from sim.errors import UserError
from sim.show.app import figure_cards, look
from sim.show.app.export_dialog import ExportDialog
from sim.show.app.header import Header
from sim.show.app.link import ALONE, Link, read
from sim.show.app.pair import Pair
from sim.show.app.runs_panel import RunsPanel
from sim.show.app.session import Session
from sim.show.app.settings_panel import SettingsPanel
from sim.show.app.start import Start, choices
from sim.show.app.story_panel import StoryPanel
from sim.show.app.verdict import Verdict
from sim.show.app.view import View, width_scale

_CONNECT_SECONDS: Final = 30.0


async def build(file: str | None, asked: Sequence[tuple[str, str]]) -> None:
    """Build the page of a tab; its session begins when the browser has connected.

    Without a scenario in the address, and none given at the start, it is the page of questions.

    Args:
        file: the scenario given at the start, if any.
        asked: names and values of the address, from outside, see :mod:`sim.show.app.link`.
    """
    ui.colors(primary=look.ACCENT)
    ui.add_css(look.CSS)
    offered = choices(file)
    try:
        link = read(asked, offered)
    except UserError as error:
        Start(offered, str(error))
        return
    if not link.scenario:
        if file is None or ("scenario", "") in asked:
            Start(offered)
            return
        link = Link(file)
    ui.add_body_html(look.WATCH_WIDTH)
    client = ui.context.client
    root = ui.element("main").classes("mp-page")
    with root:
        ui.label("Loading the scenario ...").classes("mp-empty q-pa-md")
    await client.connected(_CONNECT_SECONDS)
    problem, pair = "", None
    try:
        pair = await run.io_bound(Pair.of_link, link)
    except UserError as error:
        problem = str(error)
    if client.is_deleted:
        return  # the server or the tab has been closed meanwhile
    root.clear()
    if pair is None:
        with root:
            Start(offered, problem)
        return
    with root:
        page = Page(pair)
    client.on_delete(page.close)


class Page:
    """What a tab shows and does.

    Attributes:
        pair: the arms that are compared.
        views: how each of them is shown.
        verdict: the answer of the pair, None where one arm is shown alone.
        playing: whether quarters follow one another by themselves.
        enlarged: area of the card that fills the page, empty for none.
    """

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.views: list[View] = []
        self._view()
        self.verdict: Verdict | None = None
        self.playing = False
        self._lock = asyncio.Lock()
        self._waiting: dict[str, float | None] = {}
        self._target: int | None = None
        self._wide: Any = None
        self._address = ""
        self.enlarged = ""
        self.header = Header(self)
        with ui.element("div").classes("mp-body") as self._body:
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
            self.figures = figure_cards.Figures(self)
            self.story = StoryPanel(self)
        self.exporting = ExportDialog(self)
        self._timer = ui.timer(0.7, self._tick, active=False)
        self._watch = ui.timer(0.4, self._watch_verdict, active=False)
        ui.on("network_width", lambda event: self.resize(float(event.args)))
        ui.timer(0.1, self.measure, once=True)
        self.header.show_verdict()
        self.refresh()
        ui.timer(1.5, self.ask_again, once=True)  # when the page stands

    @property
    def session(self) -> Session:
        """The arm that is asked about; what is set is its."""
        return self.pair.left

    @property
    def view(self) -> View:
        """How that arm is shown."""
        return self.views[0]

    def _view(self) -> None:
        scales = [view.scale for view in self.views]
        first = View(self.pair.left)
        self.views = [first]
        if self.pair.right is not None:
            self.views.append(View(self.pair.right, beside=first))
        for view in self.views:
            view.scale = scales[0] if scales else view.scale

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

    def ask_another(self) -> None:
        """Go back to the questions."""
        ui.navigate.to("/?scenario=")

    async def choose_arms(self, arm: str, against: str) -> None:
        """Compare other arms; what is set is kept as far as they have it, and so is the quarter."""
        now = self.pair.link
        if (arm, against) == (now.arm, now.against):
            return
        self.pause()

        def begin() -> None:
            alone = ALONE if arm == against else against
            pair = Pair(now.scenario, arm=arm, against=alone)
            pair.choose_run(seed=now.seed, run=now.run)
            pair.set({key: x for key, x in now.values.items() if key in pair.left.settings})
            pair.seek(self.session.tick)
            self.pair = pair
            self._view()

        if await self.change(begin):
            self.settings.show()
            self.ask_again()

    # --- the answer ------------------------------------------------------------------------------
    def ask_again(self) -> None:
        """Ask the question anew for what is set; what was being asked is given up."""
        self._give_up()
        self.verdict = None
        if self.pair.question is not None:
            self.verdict = Verdict(self.pair)
            self.verdict.start()
            self._watch.activate()
        self.header.show_verdict()
        self.figures.refresh()

    def check(self) -> None:
        """Hold the answer against random choice, too."""
        if self.verdict is not None and not self.verdict.running:
            self.verdict = Verdict(self.pair, after=self.verdict)
            self.verdict.start()
            self._watch.activate()
            self.header.show_verdict()

    def _watch_verdict(self) -> None:
        self.header.show_verdict()
        if self.verdict is None or not self.verdict.running:
            self._watch.deactivate()
            self.figures.refresh()

    def _give_up(self) -> None:
        if self.verdict is not None:
            self.verdict.stop()

    # --- what is set, and the clock --------------------------------------------------------------
    async def set(self, values: dict[str, float | None]) -> None:
        """Set numbers and switches, None for as they were; what comes while it runs is joined."""
        self._waiting |= values
        self._give_up()
        if await self.change(self._set_waiting):
            self.settings.problem("")
        if not self._waiting:
            self.ask_again()

    def _set_waiting(self) -> None:
        values, self._waiting = self._waiting, {}
        if values:
            self.pair.set(values)

    async def clear(self) -> None:
        """Take back all that was set."""
        await self.change(self.pair.clear)
        self.settings.problem("")
        self.ask_again()

    async def choose_run(self, seed: int, run: int) -> None:
        """Take another run; another seed is another answer."""
        asked = self.session.seed
        await self.change(lambda: self.pair.choose_run(seed=seed, run=run))
        if self.session.seed != asked:
            self.ask_again()

    async def step(self) -> None:
        """Play one quarter."""
        await self.change(self.pair.step)

    async def reset(self) -> None:
        """Go back to the start."""
        self.pause()
        await self.change(lambda: self.pair.seek(0))

    async def seek(self, tick: int) -> None:
        """Go to a quarter."""
        self._target = tick
        await self.change(self._seek_target)

    def _seek_target(self) -> None:
        tick, self._target = self._target, None
        if tick is not None:
            self.pair.seek(tick)

    async def play(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
            return
        if self.session.ended:
            await self.change(lambda: self.pair.seek(0))
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
            for view in self.views:
                view.chosen = code
            self.story.open()
            self.refresh()

    # --- what is shown ---------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show the present quarter everywhere."""
        self._body.classes(**{"add" if self.pair.right is None else "remove": "mp-alone"})
        self.header.refresh()
        self.settings.refresh()
        self.figures.refresh()
        self.story.refresh()
        self.runs.refresh()
        self._show_address()

    def _show_address(self) -> None:
        """Keep the link to what is shown in the address; in play only where it ends."""
        address = f"/?{self.pair.link.query}"
        if self.playing or address == self._address:
            return
        self._address = address
        ui.run_javascript(f"history.replaceState(null, '', {json.dumps(address)})")

    def copy_link(self) -> None:
        """Put the link to what is shown on the clipboard."""
        query = json.dumps(self.pair.link.query)
        ui.run_javascript(f"navigator.clipboard.writeText(location.origin + '/?' + {query})")
        ui.notify("The link to what is shown is copied; it is in the address, too.")

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
            for view in self.views:
                view.scale = scale
            self.figures.refresh()

    @contextmanager
    def card(self, area: str, title: str, heading: Any = None) -> Iterator[Any]:
        """A card of the grid with a heading; yields the place for its tools in the heading.

        Args:
            area: of the grid.
            title: of the card.
            heading: told the element of the heading, where it changes.
        """
        section = ui.element("section").classes("mp-card").style(f"grid-area: {area}")
        section.props["aria-label"] = title
        with section:
            with ui.element("div").classes("mp-card-head"):
                head = ui.html(title, tag="h2", sanitize=False)
                if heading is not None:
                    heading(head)
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
        self._watch.deactivate()
        self._give_up()
        self.runs.close()

"""The header: which scenario, arm and run, the transport through time, and what is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nicegui import ui

from sim.app.settings import shown
from sim.app.slider import Slider
from sim.scenario import BASE_ARM

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.app.page import Page

_SPEEDS: Final = {1.5: "slow", 0.7: "normal", 0.25: "fast"}


class Header:
    """The two rows above everything, and the row that says what is set against the base."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._filling = False
        self._told: dict[str, float] | None = None
        with ui.element("header").classes("mp-head"):
            with ui.element("div").classes("mp-row"):
                ui.html("multipolar", tag="h1", sanitize=False).classes("mp-brand")
                self._scenario = ui.select(
                    page.offered, label="Scenario", on_change=self._choose_scenario
                )
                self._scenario.props("dense outlined options-dense").style("width: 232px")
                self._arm = ui.select([BASE_ARM], label="Arm", on_change=self._choose_arm)
                self._arm.props("dense outlined options-dense").style("width: 250px")
                self._seed = ui.number("Seed", min=0, precision=0).props("dense outlined")
                self._seed.style("width: 104px").on("change", self._choose_run)
                self._run = ui.number("Run", min=0, precision=0).props("dense outlined")
                self._run.style("width: 76px").on("change", self._choose_run)
                self._question = ui.label().classes("mp-question")
                export = ui.button("Export", icon="download", on_click=self._export)
                export.props("dense outline no-wrap").classes("q-px-sm")
            with ui.element("div").classes("mp-row q-mt-xs"):
                self._reset = ui.button("Reset", icon="restart_alt", on_click=page.reset)
                self._step = ui.button("Step", icon="skip_next", on_click=page.step)
                self._play = ui.button("Play", icon="play_arrow", on_click=page.play)
                for button in (self._reset, self._step, self._play):
                    button.props("dense unelevated no-wrap").classes("q-px-sm")
                self._reset.props("outline")
                speed = ui.select(_SPEEDS, value=0.7, on_change=self._speed)
                speed.props("dense borderless options-dense").style("width: 84px")
                speed.props["aria-label"] = "Speed of play"
                self._time = Slider("Quarter", low=0, high=1, step=1, moved=self._seek)
                self._time.classes("mp-grow q-px-sm")
                self._quarter = ui.label().classes("mp-quarter")
                self._of = ui.label().classes("mp-muted").style("white-space: nowrap")
                for label in (self._quarter, self._of):
                    label.props("role=status")
            self._set = ui.element("div").classes("mp-row mp-set q-mt-xs")
            self._set.props["aria-label"] = "What is set against the base"

    def refresh(self) -> None:
        """Show the session's scenario, run, quarter and settings."""
        page, session = self._page, self._page.session
        arms = {BASE_ARM: "base: the scenario as it is"}
        arms |= {name: f"{name}: {arm.title}" for name, arm in session.base.arms.items()}
        self._filling = True
        self._scenario.set_value(session.file)
        self._arm.set_options(arms, value=session.base.arm)
        self._seed.set_value(session.seed)
        self._run.set_value(session.run)
        self._filling = False
        self._question.set_text(session.spec.question)
        self._question.props["title"] = session.spec.question
        self._time.show(session.tick, 0, session.last)
        self._quarter.set_text(session.quarter)
        self._of.set_text(f"quarter {session.tick} of {session.last}")
        self._step.set_enabled(not session.ended)
        self._play.set_text("Pause" if page.playing else "Play")
        self._play.props(f"icon={'pause' if page.playing else 'play_arrow'}")
        self._show_set()

    def _show_set(self) -> None:
        page, session = self._page, self._page.session
        if self._told == session.values:
            return
        self._told = dict(session.values)
        self._set.clear()
        with self._set:
            if not session.values:
                ui.label(
                    "Nothing is set: this is the scenario as it is written. "
                    "Change a number under Settings, and the run follows."
                ).classes("mp-muted")
                return
            ui.label("Set against the base:").classes("mp-muted")
            for key, value in session.values.items():
                setting = session.settings[key]
                name = key.removeprefix("parameters.")
                with ui.element("span").classes("mp-chip"):
                    ui.label(f"{name} {shown(setting, setting.value)} → {shown(setting, value)}")
                    button = ui.button(icon="close").props("flat dense round size=xs")
                    button.props["aria-label"] = f"Take back {name}"
                    button.on_click(lambda _, key=key: page.set({key: None}))
            ui.button("Take all back", on_click=page.clear).props("flat dense size=sm")

    async def _choose_scenario(self, event: ValueChangeEventArguments[str]) -> None:
        if not self._filling and event.value is not None:
            await self._page.choose_scenario(event.value)

    async def _choose_arm(self, event: ValueChangeEventArguments[str]) -> None:
        if not self._filling and event.value is not None:
            await self._page.choose_arm(event.value)

    async def _choose_run(self) -> None:
        session = self._page.session
        seed, run = self._seed.value, self._run.value
        if seed is None or run is None:
            self._page.tell("Seed and run are whole numbers from 0.")
            self.refresh()
            return
        await self._page.change(lambda: session.choose_run(seed=int(seed), run=int(run)))

    async def _seek(self, tick: float) -> None:
        await self._page.seek(int(tick))

    def _speed(self, event: ValueChangeEventArguments[float]) -> None:
        self._page.speed(event.value)

    def _export(self) -> None:
        self._page.exporting.open()

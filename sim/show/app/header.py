"""The header: question and verdict, arms and run, the transport through time, what is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nicegui import ui

from sim.scenario import BASE_ARM
from sim.show.app.link import ALONE
from sim.show.app.settings import shown
from sim.show.app.slider import Slider

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.show.app.page import Page

_SPEEDS: Final = {1.5: "slow", 0.7: "normal", 0.25: "fast"}


class Header:
    """The rows above everything, and the row that says what is set against the base."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._filling = False
        self._told: dict[str, float] | None = None
        with ui.element("header").classes("mp-head"):
            with ui.element("div").classes("mp-row"):
                ui.html("multipolar", tag="h1", sanitize=False).classes("mp-brand")
                back = ui.button("Questions", icon="search", on_click=page.ask_another)
                back.props("dense outline no-wrap").classes("q-px-sm")
                self._question = ui.label().classes("mp-question")
                self._link = ui.button("Link", icon="link", on_click=page.copy_link)
                export = ui.button("Export", icon="download", on_click=self._export)
                for button in (self._link, export):
                    button.props("dense outline no-wrap").classes("q-px-sm")
            with ui.element("div").classes("mp-row mp-verdict"):
                self._verdict = ui.label().classes("mp-grow").props("role=status")
                self._check = ui.button("Check against chance", on_click=page.check)
                self._check.props("dense outline no-wrap size=sm").classes("q-px-sm")
            self._surety = ui.label().classes("mp-muted mp-surety")
            self._bar = ui.linear_progress(value=0, show_value=False, size="3px")
            self._bar.props["aria-label"] = "Paired runs finished"
            with ui.element("div").classes("mp-row mp-wrap q-mt-xs"):
                self._arm = ui.select([BASE_ARM], label="With", on_change=self._choose_arms)
                self._against = ui.select([BASE_ARM], label="Without", on_change=self._choose_arms)
                for field in (self._arm, self._against):
                    field.props("dense outlined options-dense").classes("mp-arm")
                self._seed = ui.number("Seed", min=0, precision=0).props("dense outlined")
                self._seed.style("width: 104px").on("change", self._choose_run)
                self._run = ui.number("Run", min=0, precision=0).props("dense outlined")
                self._run.style("width: 76px").on("change", self._choose_run)
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
        right = page.pair.right
        self._filling = True
        self._arm.set_options(arms, value=session.base.arm)
        other = ALONE if right is None else right.base.arm
        self._against.set_options({ALONE: "none: one arm alone"} | arms, value=other)
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

    def show_verdict(self) -> None:
        """Show the answer as far as it has come, and how it was found."""
        verdict = self._page.verdict
        answer = None if verdict is None else verdict.answer
        running = verdict is not None and verdict.running
        self._bar.classes(**{"remove" if running else "add": "mp-still"})
        self._check.set_visibility(answer is not None and not running and not answer.random_runs)
        if verdict is None:
            alone = "One arm alone answers nothing: choose another to compare with."
            asked = self._page.pair.question is not None
            self._verdict.set_text("Finding the answer ..." if asked else alone)
            self._surety.set_text("")
            return
        self._bar.set_value(verdict.done / max(1, verdict.whole))
        if answer is None:
            doing = "Finding the answer" if running else verdict.problem or "No answer"
            self._verdict.set_text(f"{doing} ...")
            self._surety.set_text("")
            return
        self._verdict.set_text(answer.sentence())
        held = ""
        if not answer.random_runs:
            held = (
                " Not held against random choice yet: what states decide is not told from what "
                "comes anyway."
            )
        self._verdict.classes(**{"remove" if answer.random_runs else "add": "mp-unheld"})
        doing = " Holding it against random choice ..." if running else ""
        self._surety.set_text(f"{answer.surety()}{doing or held} Within the model.")

    async def _choose_arms(self, _: ValueChangeEventArguments[str]) -> None:
        if not self._filling:
            await self._page.choose_arms(self._arm.value, self._against.value)

    async def _choose_run(self) -> None:
        seed, run = self._seed.value, self._run.value
        if seed is None or run is None:
            self._page.tell("Seed and run are whole numbers from 0.")
            self.refresh()
            return
        await self._page.choose_run(int(seed), int(run))

    async def _seek(self, tick: float) -> None:
        await self._page.seek(int(tick))

    def _speed(self, event: ValueChangeEventArguments[float]) -> None:
        self._page.speed(event.value)

    def _export(self) -> None:
        self._page.exporting.open()

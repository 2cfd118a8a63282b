"""The panel of settings: a list that can be searched, each with slider, range and source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from nicegui import ui

from sim.app import words
from sim.app.settings import Setting, pinned, search

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

    from sim.app.page import Page

_MOST: Final = 12
_STEPS: Final = 100
_BLOCKS: Final = {
    "": "everything",
    "parameters": "parameters of the model",
    "mechanisms": "mechanisms on and off",
    "terms": "terms of utility on and off",
    "events": "dated events",
    "states": "states",
    "relations": "relations",
    "channels": "trade, arms, energy, finance",
    "organisations": "organisations",
    "doctrines": "schools of policy",
    "conflicts": "conflicts",
    "order": "the international order",
}


class SettingsPanel:
    """What can be set, by search; at first what is set, and a few parameters to begin with."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with ui.element("div").classes("q-px-sm q-pt-sm w-full"):
            self._search = (
                ui.input(
                    label="Search all numbers",
                    placeholder="state, rule, event ...",
                    on_change=lambda _: self.show(),
                )
                .props("dense outlined clearable debounce=250")
                .classes("w-full")
            )
            self._block = (
                ui.select(_BLOCKS, value="", label="of", on_change=lambda _: self.show())
                .props("dense outlined options-dense")
                .classes("w-full q-mt-xs")
            )
            self._problem = ui.label().classes("mp-problem q-mt-xs").props("role=alert")
            self._problem.set_visibility(False)
        self._list = ui.element("div").classes("mp-scroll")
        self.show()

    def problem(self, text: str) -> None:
        """Say what is wrong with what was entered, or nothing."""
        self._problem.set_text(text)
        self._problem.set_visibility(bool(text))

    def show(self) -> None:
        """List what is looked for."""
        session = self._page.session
        text, block = (self._search.value or "").strip(), self._block.value
        every = session.settings
        self._list.clear()
        with self._list:
            if text or block:
                among = {k: it for k, it in every.items() if not block or it.block == block}
                found, count = search(among, text, _MOST)
                self._say(count, text)
                for setting in found:
                    self._row(setting)
                return
            changed = [every[key] for key in session.values]
            first = [it for it in pinned(every) if it.key not in session.values]
            for setting in (*changed, *first):
                self._row(setting)
            ui.label(
                f"These are a few of {len(every):,} numbers and switches. Search by the name of a "
                "state, a relation, a rule or an event to find the others."
            ).classes("mp-empty")

    def _say(self, count: int, text: str) -> None:
        if not count:
            said = f"Nothing here has all words of '{text}'." if text else "There is nothing here."
        elif count > _MOST:
            said = f"The first {_MOST} of {count:,}; more words narrow it down."
        else:
            said = "One found." if count == 1 else f"{count} found."
        ui.label(said).classes("mp-muted").props("role=status")

    def _row(self, setting: Setting) -> None:
        session = self._page.session
        value = session.values.get(setting.key, setting.value)
        changed = setting.key in session.values
        row = ui.element("div").classes(f"mp-setting{' mp-changed' if changed else ''}")
        row.props["data-key"] = setting.key
        with row:
            with ui.element("div").classes("mp-row"):
                label = setting.label[:1].upper() + setting.label[1:]
                ui.label(label).classes("mp-label mp-grow")
                if changed:
                    back = ui.button(icon="undo").props("flat dense round size=sm")
                    back.props["aria-label"] = f"Take back {setting.key}"
                    back.on_click(lambda: self._page.set({setting.key: None}))
                if setting.is_switch:
                    switch = ui.switch(value=bool(value)).props("dense")
                    switch.props["aria-label"] = setting.label
                    switch.on_value_change(lambda event: self._switched(setting, event))
            ui.label(setting.key.removeprefix("parameters.")).classes("mp-key")
            if not setting.is_switch:
                with ui.element("div").classes("mp-row"):
                    if setting.is_drawn:
                        self._slider(setting, value)
                    self._number(setting, value)
            ui.html(
                words.provenance(setting, session.drawn.get(setting.key)), sanitize=False
            ).props["title"] = setting.note

    def _slider(self, setting: Setting, value: float) -> None:
        low, high = min(setting.low, value), max(setting.high, value)
        slider = ui.slider(min=low, max=high, step=(high - low) / _STEPS, value=value)
        slider.props("dense").classes("mp-grow q-px-xs")
        slider.props["aria-label"] = f"{setting.label}, {setting.low:.4g} to {setting.high:.4g}"
        slider.on("change", lambda event: self._entered(setting, event.args))

    def _number(self, setting: Setting, value: float) -> None:
        field = ui.input(value=f"{value:.5g}").props("dense outlined inputmode=decimal")
        field.style("width: 84px")
        field.props["aria-label"] = f"{setting.label}, number"
        field.on("change", lambda _: self._entered(setting, field.value))

    async def _entered(self, setting: Setting, given: Any) -> None:
        try:
            value = float(str(given).strip().replace(",", "."))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._page.tell(f"{setting.key}: expected a number, not '{given}'")
            self.show()
            return
        # a slider counts its steps from the lower end; the sum has rounding in its last digits
        await self._page.set({setting.key: float(f"{value:.8g}")})

    async def _switched(self, setting: Setting, event: ValueChangeEventArguments[bool]) -> None:
        value = 1.0 if event.value else 0.0
        await self._page.set({setting.key: None if value == setting.value else value})

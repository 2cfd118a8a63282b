"""The panel of settings: a list that can be searched, each with slider, range and source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from nicegui import ui

from sim.show.app import pieces
from sim.show.app.settings import Setting, pinned, search
from sim.show.app.slider import Slider

if TYPE_CHECKING:
    from sim.show.app.page import Page

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
    "channels": "channels of dependence",
    "organisations": "organisations",
    "doctrines": "schools of policy",
    "conflicts": "conflicts",
    "order": "the international order",
}


class SettingsPanel:
    """What can be set, by search; at first what is set, and a few parameters to begin with."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rows: list[Row] = []
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
        self._rows.clear()
        with self._list:
            if text or block:
                among = {k: it for k, it in every.items() if not block or it.block == block}
                found, count = search(among, text, _MOST)
                self._say(count, text)
                for setting in found:
                    self._add(setting)
                return
            changed = [every[key] for key in session.values]
            first = [it for it in pinned(every) if it.key not in session.values]
            for setting in (*changed, *first):
                self._add(setting)
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

    def _add(self, setting: Setting) -> None:
        self._rows.append(Row(self._page, setting))

    def refresh(self) -> None:
        """Show the values as they are now, in the rows that are there."""
        for row in self._rows:
            row.refresh()


class Row:
    """One setting: what it is, slider and number or a switch, its range and source."""

    def __init__(self, page: Page, setting: Setting) -> None:
        self._page, self._setting = page, setting
        self._slider: Slider | None = None
        self._number: ui.input | None = None
        self._switch: ui.switch | None = None
        self._row = ui.element("div").classes("mp-setting")
        self._row.props["data-key"] = setting.key
        with self._row:
            with ui.element("div").classes("mp-row"):
                label = setting.label[:1].upper() + setting.label[1:]
                ui.label(label).classes("mp-label mp-grow")
                self._back = ui.button(icon="undo", on_click=self._take_back)
                self._back.props("flat dense round size=sm")
                self._back.props["aria-label"] = f"Take back {setting.key}"
                if setting.is_switch:
                    self._add_switch()
            ui.label(setting.key.removeprefix("parameters.")).classes("mp-key")
            if not setting.is_switch:
                with ui.element("div").classes("mp-row"):
                    if setting.is_drawn:
                        self._add_slider()
                    self._add_number()
            self._source = ui.html("", sanitize=False)
            self._source.props["title"] = setting.note
        self.refresh()

    def _add_slider(self) -> None:
        it = self._setting
        label = f"{it.label}, {it.low:.4g} to {it.high:.4g}"
        step = (it.high - it.low) / _STEPS
        self._slider = Slider(label, low=it.low, high=it.high, step=step, moved=self._moved)
        self._slider.props("dense").classes("mp-grow q-px-xs")

    def _add_number(self) -> None:
        self._number = field = ui.input().props("dense outlined inputmode=decimal")
        field.style("width: 84px")
        field.props["aria-label"] = f"{self._setting.label}, number"
        field.on("change", lambda _: self._entered(field.value))

    def _add_switch(self) -> None:
        self._switch = switch = ui.switch().props("dense")
        switch.props["aria-label"] = self._setting.label
        switch.on("click", lambda _: self._switched(bool(switch.value)))

    def refresh(self) -> None:
        """Show the value as it is now."""
        it, session = self._setting, self._page.session
        value = session.values.get(it.key, it.value)
        changed = it.key in session.values
        self._row.classes(**{"add" if changed else "remove": "mp-changed"})
        self._back.set_visibility(changed)
        if self._slider is not None:
            self._slider.show(value, min(it.low, value), max(it.high, value))
        if self._number is not None:
            self._number.set_value(f"{value:.5g}")
        if self._switch is not None:
            self._switch.set_value(bool(value))
        self._source.set_content(pieces.provenance(it, session.drawn.get(it.key)))

    async def _take_back(self) -> None:
        await self._page.set({self._setting.key: None})

    async def _moved(self, value: float) -> None:
        await self._page.set({self._setting.key: value})

    async def _entered(self, given: str) -> None:
        try:
            value = float(given.strip().replace(",", "."))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._page.tell(f"{self._setting.key}: expected a number, not '{given}'")
            self.refresh()
            return
        await self._page.set({self._setting.key: value})

    async def _switched(self, on: bool) -> None:
        value = 1.0 if on else 0.0
        await self._page.set({self._setting.key: None if value == self._setting.value else value})

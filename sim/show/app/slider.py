"""A slider that is not pulled back by answers to what it has asked for before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui


class Slider(ui.slider):
    """A slider that reports its value when it is let go, or for each key.

    The run is made anew for a value while keys go on; what the server then shows is older than
    what the person sees, so it is shown only when nothing is on its way.
    """

    LOOPBACK = False

    def __init__(
        self, label: str, *, low: float, high: float, step: float, moved: Callable[[float], Any]
    ) -> None:
        super().__init__(min=low, max=high, step=step)
        self.props["aria-label"] = label
        self._moved: Callable[[float], Awaitable[None]] = moved
        self._asked: float | None = None
        self._under_way = 0
        self._latest = (low, low, high)
        self.on("change", lambda event: self._ask(float(event.args)))

    async def _ask(self, value: float) -> None:
        # steps are counted from the lower end; the sum has rounding in its last digits
        self._asked = float(f"{value:.8g}")
        self._under_way += 1
        try:
            await self._moved(self._asked)
        finally:
            self._under_way -= 1
            self.show(*self._latest)

    def show(self, value: float, low: float, high: float) -> None:
        """Show a value and the ends, unless the slider itself has asked for it."""
        self._latest = value, low, high
        if self._under_way or value == self._asked:
            return
        self._asked = None
        self.props["min"], self.props["max"] = low, high
        self.set_value(value)

"""The cards with figures: network, map or poles through time, alignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nicegui import ui

if TYPE_CHECKING:
    from nicegui.events import GenericEventArguments

    from sim.app.page import Page
    from sim.plots.interactive import Figure

_CODE_OF_CLICK: Final = (
    "(event) => { const point = event.points && event.points[0];"
    " const code = point && (point.customdata || point.location);"
    " if (typeof code === 'string') emit(code); }"
)
_MAPS: Final = {"map": "Map", "poles": "Poles"}
_KINDS: Final = {"plane": "Plane", "state": "Through time"}


class Figures:
    """Three cards with figures that follow the session."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with page.card("net", "Network of ties") as tools:
            self._network = self._plot("mp-network")
        with tools:
            ui.label("area: capability; click a state").classes("mp-muted")
            button = ui.button(icon="scatter_plot", on_click=self._rearrange)
            button.props("flat dense round size=sm").tooltip("Arrange anew")
            button.props["aria-label"] = "Arrange the network anew"
        with page.card("map", "Map and poles") as tools:
            self._map = self._plot("mp-map")
        with tools:
            self._borders = ui.label("borders: no statement on their status").classes("mp-muted")
            self._which = ui.toggle(_MAPS, value="map", on_change=lambda _: self.refresh())
            self._which.props("dense flat size=sm")
        with page.card("plane", "Alignment") as tools:
            self._plane = self._plot()
            self._empty = ui.label("Choose a state to see its alignment through time.")
            self._empty.classes("mp-empty q-pa-md")
        with tools:
            self._kind = ui.toggle(_KINDS, value="plane", on_change=lambda _: self.refresh())
            self._kind.props("dense flat size=sm")

    def _plot(self, name: str = "") -> Any:
        plot = ui.plotly({"data": [], "layout": {}}).classes(f"mp-fill {name}")
        plot.props["role"] = "img"
        plot.on("plotly_click", self._clicked, js_handler=_CODE_OF_CLICK)
        return plot

    def refresh(self) -> None:
        """Draw the present quarter."""
        view = self._page.view
        self._show(self._network, view.network())
        self._which.set_visibility(view.has_map)
        on_map = view.has_map and self._which.value == "map"
        self._borders.set_visibility(on_map)
        large = self._page.enlarged == "map"
        self._show(self._map, view.map(large=large) if on_map else view.poles())
        kind = self._kind.value
        nobody = kind == "state" and not view.chosen
        self._empty.set_visibility(nobody)
        self._plane.set_visibility(not nobody)
        if not nobody:
            self._show(self._plane, view.alignment() if kind == "state" else view.plane())

    @staticmethod
    def _show(plot: Any, figure: Figure) -> None:
        if plot.figure is figure:
            return
        plot.props["aria-label"] = figure["layout"]["meta"]["alt"]
        plot.update_figure(figure)

    def _clicked(self, event: GenericEventArguments) -> None:
        self._page.choose_state(str(event.args))

    def _rearrange(self) -> None:
        self._page.view.rearrange()
        self.refresh()

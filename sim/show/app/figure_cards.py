"""The cards with figures: the two arms side by side, and what differs between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nicegui import ui

from sim.show.app import pieces

if TYPE_CHECKING:
    from nicegui.events import GenericEventArguments

    from sim.show.app.page import Page
    from sim.show.plots.interactive import Figure

_CODE_OF_CLICK: Final = (
    "(event) => { const point = event.points && event.points[0];"
    " const code = point && (point.customdata || point.location);"
    " if (typeof code === 'string') emit(code); }"
)
_KINDS: Final = {
    "gaps": "What differs now",
    "answer": "The answer through time",
    "plane": "Alignment plane",
    "state": "Alignment of a state",
    "map": "Map",
    "poles": "Number of poles",
}


class Figures:
    """A network for each arm, and a card that shows how they differ, in one of several ways."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._heads: list[Any] = []
        with page.card("net", "Network of ties", self._heads.append) as tools:
            self._left = self._plot("mp-network mp-left")
        with tools:
            button = ui.button(icon="scatter_plot", on_click=self._rearrange)
            button.props("flat dense round size=sm").tooltip("Arrange anew")
            button.props["aria-label"] = "Arrange the network anew"
        with page.card("other", "Without it", self._heads.append):
            self._right = self._plot("mp-right")
        with page.card("gaps", "Difference") as tools:
            self._figure = self._plot("mp-map")
            with ui.element("div").classes("mp-scroll") as self._words:
                self._said = ui.html("", sanitize=False)
        with tools:
            self._borders = ui.label("borders: no statement on their status").classes("mp-muted")
            self._metric = ui.select([""], value="", on_change=lambda _: self._choose())
            self._metric.props("dense borderless options-dense").classes("mp-metric")
            self._metric.props["aria-label"] = "Metric of the answer"
            self._kind = ui.select(_KINDS, value="gaps", on_change=lambda _: self.refresh())
            self._kind.props("dense borderless options-dense").style("width: 168px")
            self._kind.props["aria-label"] = "What the card shows"
        self._filling = False

    def _plot(self, name: str = "") -> Any:
        plot = ui.plotly({"data": [], "layout": {}}).classes(f"mp-fill {name}")
        plot.props["role"] = "img"
        plot.on("plotly_click", self._clicked, js_handler=_CODE_OF_CLICK)
        return plot

    def refresh(self) -> None:
        """Draw the present quarter of both arms, and what differs."""
        page = self._page
        left, *right = page.views
        at = page.session.quarter
        names = [pieces.arm_name(page.pair.left)]
        self._show(self._left, left.network())
        if page.pair.right is not None:
            names.append(pieces.arm_name(page.pair.right))
            self._show(self._right, right[0].network())
        signs = ("With", "Without") if right else ("",)
        for head, sign, name in zip(self._heads, signs, names, strict=False):
            head.set_content(pieces.heading(sign, name, at))
        self._show_gaps()

    def _show_gaps(self) -> None:
        page, view, kind = self._page, self._page.view, self._kind.value
        answer = None if page.verdict is None else page.verdict.answer
        said, figure = "", None
        self._borders.set_visibility(kind == "map" and view.has_map)
        self._metric.set_visibility(kind == "answer" and answer is not None)
        if kind == "gaps":
            said = pieces.gaps(page.pair)
        elif kind == "answer":
            if answer is None:
                said = pieces.paragraph("It is there when the paired runs are.")
            else:
                rows = [row for row in answer.rows if row.paths]
                self._fill({row.metric: row.name for row in rows})
                row = next((it for it in rows if it.metric == self._metric.value), None)
                figure = None if row is None else view.through(answer, row)
        elif kind == "state":
            if view.chosen:
                figure = view.alignment(*page.views[1:])
            else:
                said = pieces.paragraph("Choose a state to see its alignment through time.")
        elif kind == "map":
            if view.has_map:
                figure = view.map(large=page.enlarged == "gaps")
            else:
                said = pieces.paragraph("These states have no outlines on a map of today.")
        elif kind == "plane":
            figure = view.plane()
        else:
            figure = view.poles(*page.views[1:])
        # not by display: plotly complains of plots that are sized while they are not displayed
        self._figure.classes(**{"add" if figure is None else "remove": "mp-gone"})
        self._words.set_visibility(figure is None)
        if figure is not None:
            self._show(self._figure, figure)
        elif self._said.content != said:
            self._said.set_content(said)

    def _fill(self, metrics: dict[str, str]) -> None:
        value = self._metric.value if self._metric.value in metrics else next(iter(metrics), "")
        if list(self._metric.options) != list(metrics):
            self._filling = True
            self._metric.set_options(metrics, value=value)
            self._filling = False

    def _choose(self) -> None:
        if not self._filling:
            self._show_gaps()

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

"""The panel of many runs: a small ensemble of what is set, simulated beside the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nicegui import ui

from sim.errors import UserError
from sim.show.app import pieces
from sim.show.app.background_runs import MAX_RUNS, Ensemble
from sim.show.app.view import CONFIG, together

if TYPE_CHECKING:
    from sim.show.app.page import Page

_RUNS: Final = 50


class RunsPanel:
    """An ensemble with its progress, and the coalitions that come out."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._ensemble: Ensemble | None = None
        self._command = ""
        self._shown: Ensemble | None = None
        with ui.element("div").classes("mp-scroll"):
            ui.label(
                "One run is one history. Many, each with its own draw of every number within its "
                "range, tell how far the outcome hangs on chance and on what is not known."
            ).classes("mp-muted q-mb-sm")
            with ui.element("div").classes("mp-row"):
                self._runs = ui.number("Runs", value=_RUNS, min=1, max=MAX_RUNS, precision=0)
                self._runs.props("dense outlined").style("width: 92px")
                self._start = ui.button("Run", icon="play_arrow", on_click=self._begin)
                self._stop = ui.button("Stop", icon="stop", on_click=self._end)
                for button in (self._start, self._stop):
                    button.props("dense unelevated").classes("q-px-sm")
                self._stop.props("outline")
            self._bar = ui.linear_progress(value=0, show_value=False).classes("q-mt-sm")
            self._bar.props["aria-label"] = "Runs finished"
            self._said = ui.label().classes("mp-muted q-my-xs").props("role=status")
            self._table = ui.html("", sanitize=False)
            self._heat = ui.button("Who is with whom", icon="grid_on", on_click=self._open)
            self._heat.props("dense outline").classes("q-mt-sm")
        with ui.dialog() as self._dialog, ui.card().style("max-width: 96vw; max-height: 96vh"):
            with ui.element("div").classes("mp-row w-full"):
                ui.label("How often two states end in one bloc").classes("mp-grow text-bold")
                ui.button("Close", on_click=self._dialog.close).props("flat dense")
            self._figure = ui.plotly({"data": [], "layout": {}})
        self._timer = ui.timer(0.25, self.refresh, active=False)
        self.refresh()

    def _begin(self) -> None:
        session = self._page.session
        try:
            runs = int(self._runs.value or 0)
            ensemble = Ensemble(session.spec, runs=runs, seed=session.seed)
        except UserError as error:
            self._page.tell(str(error))
            return
        self.close()
        self._ensemble, self._shown = ensemble, None
        self._command = session.command
        ensemble.start()
        self._timer.activate()
        self.refresh()

    def _end(self) -> None:
        if self._ensemble is not None:
            self._ensemble.stop()

    def close(self) -> None:
        """Stop what is running."""
        self._end()

    def refresh(self) -> None:
        """Show how far it is, and what came out."""
        ensemble = self._ensemble
        running = ensemble is not None and ensemble.running
        self._start.set_enabled(not running)
        self._stop.set_visibility(running)
        self._bar.set_visibility(running)
        self._heat.set_visibility(ensemble is not None and ensemble.report is not None)
        if ensemble is None:
            self._said.set_text("Nothing has been run yet.")
            return
        self._bar.set_value(ensemble.done / ensemble.runs)
        self._said.set_text(self._status(ensemble, running=running))
        if running:
            self._table.set_content("")
            return
        self._timer.deactivate()
        if ensemble.report is not None and self._shown is not ensemble:
            self._shown = ensemble
            self._table.set_content(pieces.coalitions(ensemble.report, ensemble.spec.poles))

    def _status(self, ensemble: Ensemble, *, running: bool) -> str:
        if running:
            return f"{ensemble.done} of {ensemble.runs} runs"
        if ensemble.problem:
            return ensemble.problem
        report = ensemble.report
        if report is None:
            return "It ended without a result."
        count = f"{report.runs} runs" if report.runs > 1 else "one run"
        stopped = f" of {ensemble.runs}, stopped" if report.runs < ensemble.runs else ""
        old = "" if self._command == self._page.session.command else " Settings have changed since."
        poles = report.poles.end
        return (
            f"Blocs in {report.end}, {count}{stopped}. Effective number of poles "
            f"{poles.median:.2f} ({poles.low:.2f} to {poles.high:.2f}).{old}"
        )

    def _open(self) -> None:
        ensemble = self._ensemble
        if ensemble is None or ensemble.results is None or ensemble.report is None:
            return
        figure = together(ensemble.results, ensemble.report)
        side = max(420, figure["layout"]["height"])
        figure["layout"] |= {"width": side + 120}
        self._figure.props["aria-label"] = figure["layout"]["meta"]["alt"]
        self._figure.props["role"] = "img"
        self._figure.update_figure({**figure, "config": CONFIG})
        self._dialog.open()

"""The panel of what happened: the event log, the table of states, and why one of them moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nicegui import run, ui

from sim.app import words
from sim.errors import UserError

if TYPE_CHECKING:
    from nicegui.events import GenericEventArguments, ValueChangeEventArguments

    from sim.app.page import Page

_MOST: Final = 400
_LOG_COLUMNS: Final = [
    {"name": "quarter", "label": "Quarter", "field": "quarter", "align": "left"},
    {"name": "text", "label": "What happened", "field": "text", "align": "left"},
    {"name": "kind", "label": "Kind", "field": "kind", "align": "left"},
    {"name": "outcome", "label": "Outcome", "field": "outcome", "align": "left"},
]


class StoryPanel:
    """Three tabs below the network."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._filling = False
        with page.card("log", "What happens") as tools:
            self._panels = ui.tab_panels(value="log", animated=False).classes("mp-fill")
        with self._panels:
            with ui.tab_panel("log"):
                self._log = self._table(_LOG_COLUMNS, self._log_row)
            with ui.tab_panel("states"):
                self._states = self._table([], self._state_row)
            with ui.tab_panel("why").classes("column no-wrap full-height"):
                self._build_why()
        with tools, ui.tabs().props("dense") as self._tabs:
            ui.tab("log", "Log")
            ui.tab("states", "States")
            ui.tab("why", "Why")
        self._tabs.bind_value(self._panels, "value")
        self._tabs.on_value_change(lambda _: self.refresh())

    @staticmethod
    def _table(columns: list[dict[str, Any]], clicked: Any) -> Any:
        table = ui.table(columns=columns, rows=[], row_key="id", pagination=0)
        table.props("dense flat hide-pagination").classes("mp-table")
        table.props["no-data-label"] = "Nothing has happened yet. Press Step or Play."
        table.on("rowClick", clicked, js_handler="(_, row) => emit(row)")
        return table

    def _build_why(self) -> None:
        with ui.element("div").classes("mp-row q-px-sm"):
            self._who = ui.select({}, label="State", with_input=True, on_change=self._choose)
            self._who.props("dense outlined options-dense").style("width: 220px")
            self._what = ui.toggle({"moves": "Moves", "variables": "Variables"}, value="moves")
            self._what.props("dense flat size=sm").on_value_change(lambda _: self.refresh())
            self._now = ui.label().classes("mp-muted mp-grow")
        with ui.element("div").classes("mp-scroll"):
            self._text = ui.html("", sanitize=False)

    def open(self) -> None:
        """Turn to why."""
        self._tabs.set_value("why")

    def refresh(self) -> None:
        """Show the present quarter in the tab that is open."""
        which = self._panels.value
        if which == "log":
            self._show_log()
        elif which == "states":
            self._show_states()
        else:
            self._show_who()
            ui.timer(0.01, self._show_why, once=True)

    # --- the log ---------------------------------------------------------------------------------
    def _show_log(self) -> None:
        rows = [
            {
                "id": at,
                "quarter": entry.quarter,
                "text": entry.text,
                "kind": entry.kind.replace("_", " "),
                "outcome": _outcome(entry.accepted),
                "code": entry.mover,
            }
            for at, entry in enumerate(self._page.session.log())
        ]
        self._log.rows = rows[::-1][:_MOST]

    def _log_row(self, event: GenericEventArguments) -> None:
        self._page.choose_state(str(event.args.get("code", "")))

    # --- the states ------------------------------------------------------------------------------
    def _show_states(self) -> None:
        session = self._page.session
        now = session.moments[-1]
        cores, _ = self._page.view.cores
        columns = [
            _column("state", "State", "left"),
            _column("bloc", "Bloc", "left"),
            _column("capability", "Capability %"),
            *(_column(f"with_{code}", f"with {code}") for code in session.axes),
            _column("moves", "Moves"),
        ]
        made = session.moves_made()
        self._states.columns = columns
        self._states.rows = [
            {
                "id": code,
                "code": code,
                "state": f"{session.state_names[i]} ({code})",
                "bloc": cores[i] or "-",
                "capability": round(100.0 * float(now.capability[i]), 2),
                **{
                    f"with_{axis}": round(float(now.alignment[i, at]), 2)
                    for at, axis in enumerate(session.axes)
                },
                "moves": made[i],
            }
            for i, code in enumerate(session.codes)
        ]

    def _state_row(self, event: GenericEventArguments) -> None:
        self._page.choose_state(str(event.args.get("code", "")))

    # --- why -------------------------------------------------------------------------------------
    def _show_who(self) -> None:
        session, chosen = self._page.session, self._page.view.chosen
        named = dict(zip(session.codes, session.state_names, strict=True))
        ordered = dict(sorted(named.items(), key=lambda item: item[1]))
        self._filling = True
        self._who.set_options(ordered, value=chosen or None)
        self._filling = False

    def _choose(self, event: ValueChangeEventArguments[str]) -> None:
        if not self._filling and event.value:
            self._page.choose_state(event.value)

    async def _show_why(self) -> None:
        page, session, chosen = self._page, self._page.session, self._page.view.chosen
        self._now.set_text("")
        if not chosen:
            self._text.set_content(
                _said("Click a state in the network or the map, or choose one here.")
            )
            return
        i = session.codes.index(chosen)
        cores, _ = page.view.cores
        bloc = f"in the bloc of {cores[i]}" if cores[i] else "in no bloc"
        self._now.set_text(f"{session.quarter}: {bloc}")
        if self._what.value == "variables":
            self._text.set_content(
                words.variables(session.variables(chosen), session.pacts(chosen))
            )
            return
        if page.playing:
            self._text.set_content(_said("Pause to hear why this state has moved."))
            return
        try:
            told = await run.io_bound(session.why, chosen)
        except UserError as error:
            self._text.set_content(_said(str(error)))
            return
        if told is None:
            self._text.set_content(_said("Nothing has happened yet. Press Step or Play."))
        else:
            self._text.set_content(words.story(told))


def _column(name: str, label: str, align: str = "right") -> dict[str, Any]:
    return {"name": name, "label": label, "field": name, "align": align, "sortable": True}


def _outcome(accepted: bool | None) -> str:
    if accepted is None:
        return "given"
    return "done" if accepted else "refused"


def _said(text: str) -> str:
    return words.paragraph(text)

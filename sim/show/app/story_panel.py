"""The panel of what happened and why, and of what there is: states, pacts, organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nicegui import run, ui

from sim.errors import UserError
from sim.record.arrays import PACT_LEVELS
from sim.show.app import pieces
from sim.show.app.log import folded, given, ranked

if TYPE_CHECKING:
    from nicegui.events import GenericEventArguments, ValueChangeEventArguments

    from sim.show.app.page import Page

_MOST: Final = 400
_LOG_COLUMNS: Final = [
    {"name": "quarter", "label": "Quarter", "field": "quarter", "align": "left"},
    {"name": "text", "label": "What happened", "field": "text", "align": "left"},
    {"name": "changed", "label": "Changed", "field": "changed", "align": "right"},
    {"name": "outcome", "label": "Outcome", "field": "outcome", "align": "left"},
]
_TABS: Final = {
    "log": "Log",
    "why": "Why",
    "states": "States",
    "pacts": "Pacts",
    "bodies": "Organisations",
}


class StoryPanel:
    """Tabs below the networks: what happened, why, and what there is, each with a search."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._filling = False
        with page.card("log", "Story") as tools:
            self._panels = ui.tab_panels(value="log", animated=False).classes("mp-fill")
        self._tables: dict[str, Any] = {}
        with self._panels:
            for name in _TABS:
                with ui.tab_panel(name).classes("column no-wrap full-height"):
                    if name == "why":
                        self._build_why()
                    else:
                        self._build_table(name)
        with tools, ui.tabs().props("dense outside-arrows mobile-arrows") as self._tabs:
            for name, label in _TABS.items():
                ui.tab(name, label)
        self._tabs.bind_value(self._panels, "value")
        self._tabs.on_value_change(lambda _: self.refresh())

    def _build_table(self, name: str) -> None:
        with ui.element("div").classes("mp-row q-px-sm"):
            field = ui.input(placeholder="search").props("dense borderless clearable debounce=150")
            field.props["aria-label"] = f"Search: {_TABS[name]}"
            field.classes("mp-grow")
            if name == "log":
                self._order = ui.toggle({"weight": "What mattered", "time": "In order"})
                self._order.props("dense flat size=sm").set_value("weight")
                self._order.on_value_change(lambda _: self.refresh())
        if name == "log":
            self._given = ui.html("", sanitize=False)
        columns = _LOG_COLUMNS if name == "log" else []
        table = ui.table(columns=columns, rows=[], row_key="id", pagination=0)
        table.props("dense flat hide-pagination").classes("mp-table mp-fill")
        empty = "Nothing has happened yet. Press Step or Play." if name == "log" else "None."
        table.props["no-data-label"] = empty
        table.on("rowClick", self._clicked, js_handler="(_, row) => emit(row)")
        table.bind_filter_from(field, "value", lambda text: text or "")
        if name == "bodies":
            table.classes("mp-members")
        self._tables[name] = table

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
        shows = {
            "log": self._show_log,
            "states": self._show_states,
            "pacts": self._show_pacts,
            "bodies": self._show_bodies,
        }
        shows.get(self._panels.value, self._show_who)()

    # --- the log ---------------------------------------------------------------------------------
    def _show_log(self) -> None:
        log = self._page.session.log()
        by_weight = self._order.value == "weight"
        shown = ranked(log) if by_weight else log[::-1]
        said = [given(log), folded(log)] if by_weight else []
        self._given.set_content("".join(pieces.brief(text) for text in said if text))
        self._tables["log"].rows = [
            {
                "id": at,
                "quarter": entry.quarter,
                "text": entry.text,
                "changed": f"{entry.changed:.2f}" if entry.changed else "",
                "outcome": _outcome(entry.accepted),
                "code": entry.mover,
            }
            for at, entry in enumerate(shown[:_MOST])
        ]

    def _clicked(self, event: GenericEventArguments) -> None:
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
        self._tables["states"].columns = columns
        self._tables["states"].rows = [
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

    # --- pacts and organisations -----------------------------------------------------------------
    def _show_pacts(self) -> None:
        session, right = self._page.session, self._page.pair.right
        names = dict(zip(session.codes, session.state_names, strict=True))
        other = {} if right is None else {(a, b): level for a, b, level in right.pacts_held()}
        here = {(a, b): level for a, b, level in session.pacts_held()}
        columns = [
            _column("one", "State", "left"),
            _column("two", "State", "left"),
            _column("level", "Pact", "left"),
        ]
        if right is not None:
            columns.append(_column("other", "Without", "left"))
        self._tables["pacts"].columns = columns
        self._tables["pacts"].rows = [
            {
                "id": f"{a}-{b}",
                "code": a,
                "one": names[a],
                "two": names[b],
                "level": PACT_LEVELS[here.get((a, b), 0)],
                "other": PACT_LEVELS[other.get((a, b), 0)],
            }
            for a, b in dict.fromkeys((*here, *other))
        ]

    def _show_bodies(self) -> None:
        names = dict(zip(self._page.session.codes, self._page.session.state_names, strict=True))

        def listed(codes: tuple[str, ...]) -> str:
            return ", ".join(names[code] for code in codes)

        self._tables["bodies"].columns = [
            _column("name", "Organisation", "left"),
            _column("count", "Number"),
            _column("members", "Members now", "left"),
            _column("new", "Joined", "left"),
            _column("gone", "Left", "left"),
        ]
        self._tables["bodies"].rows = [
            {
                "id": body.name,
                "name": body.name,
                "members": listed(body.members),
                "count": len(body.members),
                "new": listed(body.new),
                "gone": listed(body.gone),
            }
            for body in self._page.session.organisations()
        ]

    # --- why -------------------------------------------------------------------------------------
    def _show_who(self) -> None:
        session, chosen = self._page.session, self._page.view.chosen
        named = dict(zip(session.codes, session.state_names, strict=True))
        ordered = dict(sorted(named.items(), key=lambda item: item[1]))
        self._filling = True
        self._who.set_options(ordered, value=chosen or None)
        self._filling = False
        ui.timer(0.01, self._show_why, once=True)

    def _choose(self, event: ValueChangeEventArguments[str]) -> None:
        if not self._filling and event.value:
            self._page.choose_state(event.value)

    async def _show_why(self) -> None:
        self._now.set_text("")
        self._text.set_content(await self._why())

    async def _why(self) -> str:
        page, session, chosen = self._page, self._page.session, self._page.view.chosen
        if not chosen:
            said = "Click a state in the network or the map, or choose one here."
            return pieces.paragraph(said)
        i = session.codes.index(chosen)
        cores, _ = page.view.cores
        bloc = f"in the bloc of {cores[i]}" if cores[i] else "in no bloc"
        self._now.set_text(f"{session.quarter}: {bloc}")
        if self._what.value == "variables":
            return pieces.variables(session.variables(chosen), session.pacts(chosen))
        if page.playing:
            return pieces.paragraph("Pause to hear why this state has moved.")
        try:
            told = await run.io_bound(session.why, chosen)
        except UserError as error:
            return pieces.paragraph(str(error))
        if told is None:
            return pieces.paragraph("Nothing has happened yet. Press Step or Play.")
        return pieces.story(told)


def _column(name: str, label: str, align: str = "right") -> dict[str, Any]:
    return {"name": name, "label": label, "field": name, "align": align, "sortable": True}


def _outcome(accepted: bool | None) -> str:
    if accepted is None:
        return "given"
    return "done" if accepted else "refused"

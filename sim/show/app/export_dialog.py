"""The dialogue that shows what was set as a scenario file and as a command, and saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

if TYPE_CHECKING:
    from sim.show.app.page import Page


class ExportDialog:
    """What was set, to be taken away."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with ui.dialog() as self._dialog, ui.card().style("width: 720px; max-width: 92vw"):
            ui.html("What is set, as a scenario file", tag="h2", sanitize=False).style(
                "font-size: 16px; font-weight: 650; margin: 0"
            )
            ui.label("It extends the scenario and holds only what differs, with what stood before.")
            self._text = ui.code("", language="yaml").classes("w-full")
            self._text.style("max-height: 46vh; overflow: auto")
            ui.label("The same from the command line:").classes("mp-muted")
            self._command = ui.code("", language="bash").classes("w-full")
            with ui.row().classes("w-full justify-end"):
                ui.button("Close", on_click=self._dialog.close).props("flat")
                ui.button("Download", icon="download", on_click=self._download)

    def open(self) -> None:
        """Show it as it is now."""
        self._text.set_content(self._page.session.export())
        self._command.set_content(self._page.session.command)
        self._dialog.open()

    def _download(self) -> None:
        session = self._page.session
        ui.download.content(session.export(), session.export_name, "application/yaml")

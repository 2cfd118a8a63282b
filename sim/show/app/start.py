"""The page of questions: a search over what the scenarios ask, the one with most arms first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nicegui import ui

from sim.scenario import shipped_scenarios
from sim.scenario.shipped import headings
from sim.show.app.link import Link


@dataclass(frozen=True, slots=True)
class Asked:
    """A scenario and what it asks."""

    scenario: str
    question: str
    arms: int

    def holds(self, text: str) -> bool:
        """Whether it has all words of a text, however they are written."""
        whole = f"{self.question} {self.scenario.replace('_', ' ')}".casefold()
        return all(word in whole for word in text.casefold().split())


def choices(file: str | None) -> list[str]:
    """The scenarios to choose from: the one given at the start, if any, and the shipped ones."""
    given = [] if file is None else [file]
    return list(dict.fromkeys((*given, *shipped_scenarios())))


@lru_cache(maxsize=4)
def questions(offered: tuple[str, ...]) -> tuple[Asked, ...]:
    """What the scenarios ask, those first that have been worked out furthest, by their arms."""
    known = {name: (question, len(arms)) for name, question, arms in headings()}
    shipped = [Asked(name, *known[name]) for name in offered if name in known]
    own = [
        Asked(name, f"Your own: {Path(name).stem.replace('_', ' ')}", 0)
        for name in offered
        if name not in known
    ]
    return (*own, *sorted(shipped, key=lambda it: (-it.arms, it.scenario)))


class Start:
    """A search field and the questions as links."""

    def __init__(self, offered: Sequence[str], problem: str = "") -> None:
        self._asked = questions(tuple(offered))
        with ui.element("div").classes("mp-start"):
            ui.html("multipolar", tag="h1", sanitize=False).classes("mp-brand")
            ui.html("What do you want to know?", tag="h2", sanitize=False)
            if problem:
                ui.label(problem).classes("mp-problem").props("role=alert")
            self._search = ui.input(
                label="Search the questions",
                placeholder="a state, an organisation, sanctions, alliance ...",
                on_change=lambda _: self._show(),
            )
            self._search.props("outlined clearable autofocus debounce=120").classes("w-full")
            self._said = ui.label().classes("mp-muted").props("role=status")
            self._list = ui.element("div").classes("w-full")
        self._show()

    def _show(self) -> None:
        text = str(self._search.value or "")
        found = [it for it in self._asked if it.holds(text)]
        count = f"{len(found)} of {len(self._asked)} questions" if text else ""
        self._said.set_text(count or f"{len(self._asked)} questions")
        self._list.clear()
        with self._list:
            for it in found:
                with ui.link(target=f"/?{Link(it.scenario).query}").classes("mp-ask"):
                    ui.label(it.question).classes("mp-ask-text")
                    arms = f"; {it.arms} arms" if it.arms else ""
                    ui.label(f"{it.scenario}{arms}").classes("mp-key")
            if not found:
                ui.label(f"No question has all words of '{text}'.").classes("mp-empty")

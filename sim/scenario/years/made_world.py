"""The world of a year as a scenario: tables for what is known, and a mapping that names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from sim.errors import UserError, hint, shown
from sim.scenario import SHIPPED, ScenarioSpec, load_scenario
from sim.scenario.history import History, Treaty, history_of
from sim.scenario.history.codes import SYSTEMS, converted
from sim.scenario.history.treaties import LEAST
from sim.scenario.history.yearly_tables import DYADS, STATES, checked
from sim.scenario.value_kinds import CODE, matches
from sim.scenario.years.sources import NOTES, SOURCES
from sim.scenario.years.variables import Figures
from sim.system.inputs import whole
from sim.types import Bools, Floats

type Treaties = Literal["organisations", "pacts"]
TREATIES: Final = ("organisations", "pacts")
CODES: Final = ("abb", *SYSTEMS)
"""Codes that a world may have: those of the tables, or of a system."""

DEFENCE, CONSULTATION, NONAGGRESSION = 1.0, 0.12, 0.06
"""Commitment of members with a duty to defend, to consult, and with neither.

The first two as the shipped worlds say; who only promises not to attack is bound half as much as
who is to consult (judgement).
"""
_STANDING: Final = SHIPPED / "tables" / "standing.csv"
_FOCAL: Final = 6
_ORDINARY_CONTACT: Final = (0.1, 0.005)
_LEAST_TRADE: Final = 1.0
#: Types of pacts by the obligation that tells them, the strongest first.
_TYPES: Final = (("consul", "consultation"), ("neutral", "neutrality"), ("nonagg", "nonaggression"))


@dataclass(frozen=True, eq=False)
class Made:
    """A world of a year before it is a scenario.

    Attributes:
        document: what its file would say, without ``tables``.
        tables: entries of ``tables`` by name, without ``file``.
        frames: their rows.
        codes: code of each state in the scenario, by its COW code, the strongest first.
    """

    document: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    frames: Mapping[str, pd.DataFrame]
    codes: Mapping[int, str]

    def mapping(self, files: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the scenario as a mapping, its tables as data frames, or as the files given."""
        given = self.frames if files is None else files
        tables = {
            name: {"rows": entry["rows"], "file": given[name], **entry}
            for name, entry in self.tables.items()
        }
        return {**self.document, "tables": tables}

    def spec(self) -> ScenarioSpec:
        """Return the checked scenario."""
        return load_scenario(self.mapping())


def world_from(
    states: pd.DataFrame | None = None,
    dyads: pd.DataFrame | None = None,
    *,
    year: int,
    history: History | None = None,
    keep: int | Sequence[int | str] | None = None,
    quarters: int = 40,
    codes: str | None = None,
    treaties: Treaties = "organisations",
    standing: pd.DataFrame | None = None,
    runs: int = 100,
    seed: int = 1,
) -> ScenarioSpec:
    """Return the world of a year from yearly tables, with nothing that was known later.

    Args:
        states: a row a state and year (``ccode``, ``year``), columns as
            :data:`sim.scenario.history.yearly_tables.STATES`.
        dyads: a row a pair and year (``ccode1`` < ``ccode2``, ``year``, ``defense``), columns as
            :data:`sim.scenario.history.yearly_tables.DYADS`.
        year: whose end is the start of the scenario.
        history: tables that have been read, instead of ``states`` and ``dyads``.
        keep: how many of the strongest states, or their codes in the tables or in the scenario;
            all if None.
        quarters: length of the clock.
        codes: of the scenario: ``abb`` (the column of the tables) or a system of
            :data:`sim.scenario.history.codes.SYSTEMS`; None is ``abb`` if there is one, else
            ``iso3``.
        treaties: what a treaty of four members or more becomes.
        standing: years of nuclear arms and of vetoes by ``ccode``; None for the shipped table.
        runs, seed: of the ensemble.

    Raises:
        UserError: something in the tables is wrong, or nothing is known of the year.
    """
    if history is None:
        if states is None or dyads is None:
            raise UserError("a world needs tables of states and of dyads, or a history")
        history = history_of(checked(states, STATES), checked(dyads, DYADS))
    made = make_world(
        history,
        year,
        keep=keep,
        quarters=quarters,
        codes=codes,
        treaties=treaties,
        standing=standing,
        runs=runs,
        seed=seed,
    )
    return made.spec()


def make_world(
    history: History,
    year: int,
    *,
    keep: int | Sequence[int | str] | None = None,
    quarters: int = 40,
    codes: str | None = None,
    treaties: Treaties = "organisations",
    standing: pd.DataFrame | None = None,
    runs: int = 100,
    seed: int = 1,
) -> Made:
    """Return the world of a year as a mapping and tables; arguments as :func:`world_from`.

    Raises:
        UserError: nothing is known of the year, or a state is not there.
    """
    if year not in history.years:
        known = history.years
        span = f"; they have {known[0]} to {known[-1]}" if known else ""
        raise UserError(f"there are no pairs of {year} in the tables{span}")
    named = _codes(history, year, codes)
    wanted = keep if keep is None or isinstance(keep, int) else _listed(keep, named)
    figures = Figures(history.until(year), year, wanted)
    if figures.n < 2:
        raise UserError("a world needs two states or more")
    here = {code: named[code] for code in map(int, figures.codes)}
    sheets = _Sheets(figures, list(here.values()))
    sheets.states(pd.read_csv(_STANDING) if standing is None else standing)
    sheets.pairs()
    sheets.flows()
    sheets.ties(treaties)
    poles = [code for code, pole in zip(here.values(), figures.pole, strict=True) if pole]
    used = {entry.get("source") for entry in sheets.tables.values()}
    for entry in sheets.tables.values():
        used |= {number["source"] for number in entry.get("columns", {}).values()}
    document = {
        "format": 1,
        "title": f"The world of {year}",
        "question": "Which pacts come and go in the years that follow?",
        "description": f"Made of yearly tables: what was known at the end of {year}, and nothing "
        "later. What each number is made of stands in its note.",
        "clock": {"start": f"{year}Q4", "quarters": quarters},
        "poles": poles,
        "focal": list(here.values())[:_FOCAL],
        "sources": {name: dict(work) for name, work in SOURCES.items() if name in used},
        "ensemble": {"runs": runs, "seed": seed, "draws": True},
    }
    return Made(document, sheets.tables, sheets.frames, here)


def _codes(history: History, year: int, system: str | None) -> dict[int, str]:
    """The code in the scenario of each state of a year."""
    states = history.states_of(year)
    if system is None:
        system = "abb" if "abb" in history.states else "iso3"
    found: dict[int, str] = {}
    for code, abb in zip(states.index.tolist(), states["abb"].tolist(), strict=True):
        text = str(abb) if system == "abb" else converted(str(code), "cow", system, year)
        word = re.sub(r"\W", "_", text or "")
        if not matches(CODE, word) or word in found.values():
            own = f"S{word}"
            word = own if word.isdigit() and own not in found.values() else f"S{code}"
        found[int(code)] = word
    return found


def _listed(keep: Iterable[int | str], named: Mapping[int, str]) -> list[int]:
    """The COW codes of the states that are asked for by a code of either kind."""
    by_name = {name: code for code, name in named.items()}
    found = []
    for one in keep:
        code = by_name.get(str(one), whole(str(one)))
        if code is None or code not in named:
            raise UserError(f"no state {shown(str(one))} in that year{hint(str(one), by_name)}")
        found.append(code)
    return found


class _Sheets:
    """The tables of a world, filled one after the other."""

    def __init__(self, figures: Figures, names: list[str]) -> None:
        self.figures = figures
        self.names = np.array(names, object)
        self.tables: dict[str, dict[str, Any]] = {}
        self.frames: dict[str, pd.DataFrame] = {}
        self._obligations: dict[str, Floats] = {}

    def _add(
        self, name: str, rows: str, frame: pd.DataFrame, columns: Mapping[str, str], **entry: Any
    ) -> None:
        """Add a table; ``columns`` have the range of each variable, and its note and source."""
        if not len(frame):
            return
        numbers = {}
        for variable, spread in columns.items():
            source, note = NOTES[name, variable]
            numbers[variable] = {"source": source, "range": spread}
            numbers[variable]["note"] = note.format(year=self.figures.year)
        self.tables[name] = {"rows": rows, **entry, **({"columns": numbers} if numbers else {})}
        self.frames[name] = frame.reset_index(drop=True)

    # --- states ----------------------------------------------------------------------------------
    def states(self, standing: pd.DataFrame) -> None:
        """Add what is known of states, and what is assumed where it is not."""
        it = self.figures
        rows = {
            "code": self.names,
            "name": it.states["name"].astype(str).to_numpy(),
            "capability": np.where(it.whole, it.capability, np.nan),
            "economy": it.economy,
            "ideal_point": np.clip(it.known("ideal_all"), -5.0, 5.0),
            "governance": it.known("v2x_polyarchy"),
            "arms_supply": it.arms_supply,
            "arms_import_need": it.arms_import_need,
            "openness": it.openness,
            "reach": it.reach,
            "revisionism": it.revisionism,
            "pole": it.pole.astype(float),
            "nuclear": _holds(standing, "nuclear", it),
            "veto": _holds(standing, "veto", it),
        }
        frame = pd.DataFrame(rows).dropna(axis=1, how="all")
        spreads = {
            "capability": "25%",
            "economy": "10%",
            "ideal_point": "±0.13",
            "governance": "±0.05",
            "arms_supply": "0%",
            "arms_import_need": "0%",
            "openness": "0%",
            "reach": "20%",
            "revisionism": "60%",
            "pole": "0%",
            "nuclear": "0%",
            "veto": "0%",
        }
        self._add("states", "states", frame, {x: y for x, y in spreads.items() if x in frame})
        assumed = {
            "capability": np.where(it.whole, np.nan, it.capability),
            "economy": it.assumed_economy(),
            "ideal_point": np.clip(it.assumed_ideal_point(), -5.0, 5.0),
            "governance": it.assumed_governance(),
            "arms_supply": it.assumed_arms_supply(),
        }
        spreads = {
            "capability": "50%",
            "economy": "60%",
            "ideal_point": "±1",
            "governance": "±0.2",
            "arms_supply": "50%",
        }
        frame = pd.DataFrame(assumed).dropna(axis=1, how="all")
        lacking = frame.notna().any(axis=1)
        frame.insert(0, "code", self.names)
        columns = {name: spread for name, spread in spreads.items() if name in frame}
        self._add("assumed_states", "states", frame[lacking], columns)

    # --- pairs -----------------------------------------------------------------------------------
    def _long(
        self, columns: Mapping[str, Floats], which: Bools, ends: tuple[str, str], *, once: bool
    ) -> pd.DataFrame:
        """The cells of sheets ``(N, N)`` as rows, those that ``which`` names."""
        mask = which & ~np.eye(self.figures.n, dtype=bool)
        i, j = np.nonzero(np.triu(mask) if once else mask)
        found = {ends[0]: self.names[i], ends[1]: self.names[j]}
        return pd.DataFrame({**found, **{name: sheet[i, j] for name, sheet in columns.items()}})

    def pairs(self) -> None:
        """Add distances, rivalries and contact."""
        it = self.figures
        every = np.ones((it.n, it.n), bool)
        ordinary, about = _ORDINARY_CONTACT
        assumed = it.assumed_distance()
        told = (
            ("distances", "distance", it.distance, every, "0%"),
            ("assumed_distances", "distance", assumed, ~np.isnan(assumed), "50%"),
            ("rivalries", "rivalry", it.rivalry, it.rivalry > 0.0, "20%"),
            ("contacts", "contact", it.contact, np.abs(it.contact - ordinary) > about, "20%"),
        )
        for name, variable, sheet, which, spread in told:
            frame = self._long({variable: sheet}, which, ("code1", "code2"), once=True)
            if frame[variable].notna().any() if len(frame) else False:
                self._add(name, "pairs", frame, {variable: spread})

    def flows(self) -> None:
        """Add trade, in which what is not known is told, and shares of arms."""
        it = self.figures
        trade, arms = it.trade, it.arms
        if not np.isnan(trade[~np.eye(it.n, dtype=bool)]).all():
            listed = np.isnan(trade) | (trade >= _LEAST_TRADE)
            frame = self._long({"trade": trade}, listed, ("from", "to"), once=False)
            self._add("trade", "flows", frame, {"trade": "0%"})
        frame = self._long({"arms": arms}, arms > 0.0, ("from", "to"), once=False)
        self._add("arms", "flows", frame, {"arms": "0%"})

    # --- ties ------------------------------------------------------------------------------------
    def ties(self, treaties: Treaties) -> None:
        """Add treaties as organisations and what is left of the ties as pacts."""
        it = self.figures
        tied = {"defence": it.pair("defense", missing=0.0) == 1.0}
        tied["any"] = tied["defence"].copy()
        if "any_atop" in it.pairs:
            tied["any"] |= it.pair("any_atop", missing=0.0) == 1.0
        bodies: list[dict[str, Any]] = []
        left = {name: np.triu(sheet, 1) for name, sheet in tied.items()}
        if treaties == "organisations":
            for treaty in it.history.treaties(it.year, "defence"):
                self._body(bodies, "D", treaty, DEFENCE, left, lambda _: True)
        left["any"] &= ~tied["defence"]
        if treaties == "organisations" and "any" in it.history.targets:
            for treaty in it.history.treaties(it.year, "any"):
                floor = CONSULTATION if self._consult(treaty) else NONAGGRESSION
                self._body(bodies, "A", treaty, floor, left, lambda open_: open_ > LEAST)
        self._add("treaties", "memberships", pd.DataFrame(bodies), {"floor": "20%"}, source="atop")
        signed = {name: self._signed(name) for name in ("defence", "any")}
        rows = []
        for name, open_ in left.items():
            for i, j in zip(*np.nonzero(open_), strict=True):
                kind = "defence" if name == "defence" else self._type(int(i), int(j))
                since = signed[name].get((int(i), int(j)), it.year)
                row = {"code1": self.names[i], "code2": self.names[j], "type": kind}
                rows.append({"id": f"{kind}-{row['code1']}-{row['code2']}", **row, "since": since})
        note = f"ties in force at the end of {it.year} outside treaties of {LEAST} members or more"
        self._add("pacts", "pacts", pd.DataFrame(rows), {}, source="atop", note=note)

    def _body(
        self,
        bodies: list[dict[str, Any]],
        letter: str,
        treaty: Treaty,
        floor: float,
        left: dict[str, Any],
        counts: Callable[[int], bool],
    ) -> None:
        """Add a treaty, if it counts, and take its pairs out of those that are left."""
        members = [self.figures.at[code] for code in treaty.members if code in self.figures.at]
        if len(members) < LEAST:
            return
        inside = np.ix_(members, members)
        sheet = left["defence" if letter == "D" else "any"]
        if not counts(int(sheet[inside].sum())):
            return
        sheet[inside] = False
        kind = "Defence treaty" if letter == "D" else "Treaty"
        told = {"organisation": f"{letter}{treaty.id:02d}", "name": f"{kind} {treaty.id}"}
        bodies += [{**told, "code": self.names[member], "floor": floor} for member in members]

    def _consult(self, treaty: Treaty) -> bool:
        """Whether most pairs of members are to consult or to defend one another, as far as told."""
        if "consul" not in self.figures.pairs:
            return True
        members = [self.figures.at[code] for code in treaty.members if code in self.figures.at]
        inside = np.ix_(members, members)
        bound = np.maximum(self._obligation("consul"), self._obligation("defense"))[inside]
        pairs = bound[np.triu_indices(len(members), 1)]
        return bool(2 * pairs.sum() >= len(pairs))

    def _signed(self, target: str) -> dict[tuple[int, int], int]:
        """The year in which each tied pair was signed, by the places of its states, in order."""
        it = self.figures
        if target not in it.history.targets:
            return {}
        ties = it.history.ties(it.year, target)
        ties = ties[ties["ccode1"].isin(it.codes) & ties["ccode2"].isin(it.codes)]
        found = {}
        for one, other, year in ties[["ccode1", "ccode2", "signed"]].itertuples(index=False):
            i, j = sorted((it.at[one], it.at[other]))
            found[i, j] = int(year)
        return found

    def _type(self, i: int, j: int) -> str:
        """The type of a pact without a duty to defend, by the strongest obligation in it."""
        told = (kind for column, kind in _TYPES if self._obligation(column)[i, j] == 1.0)
        return next(told, "consultation")

    def _obligation(self, column: str) -> Floats:
        if column not in self._obligations:
            self._obligations[column] = self.figures.pair(column, missing=0.0)
        return self._obligations[column]


def _holds(standing: pd.DataFrame, what: str, it: Figures) -> Floats:
    """1 for states that have nuclear arms or a veto at the end of the year, else 0."""
    since, until = standing[f"{what}_since"], standing[f"{what}_until"]
    held = (since <= it.year) & ~(until < it.year)
    return np.isin(it.codes, standing.loc[held, "ccode"].to_numpy()).astype(np.float64)

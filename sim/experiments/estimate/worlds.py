"""The world of one year out of tables, as a scenario, with nothing in it that came later.

What goes where, and what is a convention of ours:

- capability: ``milex**.6 cinc**.2 pwtrgdp**.2`` as shares (weights as in `scenarios/world`);
- distance: least distance in thousand km, 0 between neighbours by land; where it is missing the
  least that can be on the longest stretch of a way through third states;
- rivalry: 1 for a strategic rivalry and .03 more for each disputed year of the last ten, .05 a
  year without one;
- contact, openness and reach: what tables do not tell, from distance, size and rank;
- treaties of four members or more (:mod:`sim.history.treaties`) are organisations, other defence
  pacts and alliances are pacts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from sim import vocabulary as names_of
from sim.experiments.estimate.tables import Floats, filled, shares, ways
from sim.history import History

CONTACT_DEFAULT: Final = names_of.DYAD_FIELDS["contact"].default
_ROUND: Final = 0.005
_TREATY: Final = {"defence": ("defence", 1.0), "any": ("consultation", 0.12)}


def world_text(history: History, year: int) -> str:
    """Return the scenario of a year, four quarters from its last, states named ``S<code>``.

    Raises:
        UserError: nothing is known of the year.
    """
    states, codes = history.states_of(year), history.codes(year)
    names = [f"S{code}" for code in codes]
    size = len(codes)

    def figures(name: str) -> Floats:
        given = states.get(name, pd.Series(np.nan, states.index))
        return np.asarray(given, np.float64)

    def matrix(name: str, back: str | None = None) -> Floats:
        if name not in history.dyads:
            return np.full((size, size), np.nan)
        return history.matrix(year, name, back)

    economy = shares(figures("pwtrgdp"))
    capability = shares(figures("milex")) ** 0.6 * shares(figures("cinc")) ** 0.2 * economy**0.2
    capability /= capability.sum()
    rank = np.argsort(np.argsort(-capability))
    major = figures("major") == 1
    pole = major & (np.nan_to_num(figures("cinc")) > 0.05)
    if not pole.any():
        pole = rank == 0
    reach = np.select([pole & (capability > 0.15), major, rank < 20], [10.0, 4.0, 2.5], 1.25)
    near = matrix("cont") == 1
    distance = np.clip(ways(np.where(near, 0.0, matrix("mindist") / 1000.0)), 0.0, 20.0)
    tied = np.nan_to_num(matrix("defense")) == 1
    ideal = np.clip(filled(figures("ideal_all"), tied), -5.0, 5.0)
    sold = np.nan_to_num(matrix("arms5_12", "arms5_21"))
    supply = sold.sum(1) / max(float(sold.sum()), 1e-9)
    openness = np.clip(0.35 * (economy * size) ** -0.15, 0.05, 0.9)
    need = np.clip(1.0 - 3.0 * np.sqrt(supply), 0.05, 1.0)
    regime = figures("v2x_polyarchy")

    lines = [
        "format: 1",
        f"title: The world of {year}",
        f"clock: {{start: {year}Q4, quarters: 4}}",
        f"poles: [{', '.join(name for name, is_pole in zip(names, pole, strict=True) if is_pole)}]",
        "sources: {data: {title: Tables of states and pairs of states}}",
        "ensemble: {draws: off}",
        "states:",
        "  defaults: {source: data, range: 0%}",
    ]
    for k, name in enumerate(names):
        entry = {
            "capability": capability[k],
            "economy": economy[k],
            "arms_supply": supply[k],
            "openness": openness[k],
            "arms_import_need": need[k],
            "reach": reach[k],
            "ideal_point": ideal[k],
            "pole": int(pole[k]),
            **({} if np.isnan(regime[k]) else {"governance": regime[k]}),
        }
        lines.append(f"  {name}: {_flow(entry)}")
    rivals, disputes = np.nan_to_num(matrix("rivalry")), np.nan_to_num(matrix("mid10"))
    rivalry = np.where(rivals > 0, 1.0 + 0.03 * disputes, 0.05 * disputes).clip(0.0, 2.0)
    seen = 0.1 + 0.5 * np.exp(-distance / 2.0) + 0.15 * np.maximum(pole[:, None], pole)
    trade = np.nan_to_num(matrix("trade")) / 2.0
    bought = sold / np.where(sold.sum(0) > 0, sold.sum(0), 1.0)
    lines += ["relations:", "  defaults: {source: data, range: 0%}"]
    told = {
        "distance": (distance, np.ones_like(distance, bool)),
        "rivalry": (rivalry, rivalry > 0.0),
        "contact": (seen, np.abs(seen - CONTACT_DEFAULT) > _ROUND),
    }
    for field, (values, which) in told.items():
        some = np.argwhere(np.triu(which, 1))
        if len(some):
            lines.append(f"  {field}:")
            lines += [f"    {names[i]}-{names[j]}: {values[i, j]:.4g}" for i, j in some]
    lines += ["channels:", "  trade:", "    defaults: {source: data, range: 0%}"]
    lines += _rows("flows", names, trade, 1.0)
    lines += ["  arms:", "    defaults: {source: data, range: 0%}"]
    lines += _rows("shares", names, 0.95 * bought.T, 0.01)
    lines += _ties(history, year, names)
    return "\n".join(lines) + "\n"


def _flow(entry: dict[str, float]) -> str:
    return "{" + ", ".join(f"{key}: {value:.6g}" for key, value in entry.items()) + "}"


def _rows(key: str, names: list[str], values: Floats, least: float) -> list[str]:
    """The rows of a table of flows or shares with an entry of at least so much."""
    rows = []
    for k, name in enumerate(names):
        some = {names[j]: values[k, j] for j in np.flatnonzero(values[k] >= least)}
        if some:
            rows.append(f"      {name}: {_flow(some)}")
    return [f"    {key}:", *rows] if rows else [f"    {key}: {{}}"]


def _ties(history: History, year: int, names: list[str]) -> list[str]:
    """Organisations and pacts."""
    of = dict(zip(history.codes(year).tolist(), names, strict=True))
    bodies: list[str] = []
    pacts: list[str] = []
    covered: set[tuple[int, int]] = set()
    for target in history.targets:
        kind, floor = _TREATY[target]
        for treaty in history.treaties(year, target):
            inside = {(a, b) for a in treaty.members for b in treaty.members if a < b}
            if inside <= covered:
                continue  # the same treaty, told again as an alliance of any kind
            bodies.append(f"  T{len(bodies)}: {{{_list(of, treaty.members)}, floor: {floor}}}")
            covered |= inside
        ties = history.ties(year, target)
        for pair in zip(ties["ccode1"].tolist(), ties["ccode2"].tolist(), strict=True):
            if pair not in covered:
                members = _list(of, pair)
                pacts.append(f"  P{len(pacts)}: {{{members}, type: {kind}, since: {year}Q1}}")
                covered.add(pair)
    lines = []
    if bodies:
        lines += ["organisations:", "  defaults: {source: data, range: 0%}", *bodies]
    if pacts:
        lines += ["pacts:", "  defaults: {source: data}", *pacts]
    return lines


def _list(of: dict[int, str], codes: Iterable[int]) -> str:
    return f"members: [{', '.join(of[code] for code in codes)}]"

"""Where the numbers of a world of a year come from: data sets, and what is made of which column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sim.scenario.years.variables import BLEND

SOURCES: Final[Mapping[str, Mapping[str, str | int]]] = {
    "nmc": {"title": "National Material Capabilities", "author": "Correlates of War"},
    "gdp": {"title": "Real GDP, yearly estimates", "author": "Fariss and others"},
    "votes": {"title": "Ideal points of votes", "author": "Bailey, Strezhnev, Voeten"},
    "vdem": {"title": "Electoral democracy index", "author": "V-Dem Institute"},
    "polity": {"title": "Polity5", "author": "Marshall and Gurr"},
    "atop": {"title": "Alliance Treaty Obligations and Provisions", "author": "Leeds and others"},
    "cshapes": {"title": "Minimum distances, CShapes", "author": "Schvitz and others"},
    "rivalries": {"title": "Strategic rivalries; disputes", "author": "Thompson; COW MID"},
    "cow_trade": {"title": "Bilateral trade", "author": "Correlates of War"},
    "arms": {"title": "Arms transfers database", "author": "SIPRI"},
    "standing": {"title": "Years of nuclear arms and of permanent seats", "author": "compiled"},
}
"""Works by the name that a scenario gives them; what a table holds decides which are named."""

_BLENDED = ", ".join(f"{name} {weight:g}" for name, weight in BLEND.items())
_LAST = "last known by {year}"
#: Source and note of each variable, by table: columns are those of the yearly tables.
NOTES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("states", "capability"): ("nmc", f"geometric mean of shares ({_BLENDED}), {_LAST}"),
    ("states", "economy"): ("gdp", f"share of pwtrgdp, {_LAST}"),
    ("states", "ideal_point"): ("votes", f"ideal_all, {_LAST}"),
    ("states", "governance"): ("vdem", f"v2x_polyarchy, {_LAST}"),
    ("states", "arms_supply"): ("arms", "share of deliveries of five years to {year}, arms5"),
    ("states", "arms_import_need"): ("judgement", "1 - 3 sqrt(arms_supply), from .05 to 1"),
    ("states", "openness"): ("judgement", ".35 (economy / mean) ** -.15, from .05 to .9"),
    ("states", "reach"): (
        "judgement",
        "10 for a pole above .15 of capability, 4 for other major powers, 2.5 for the 20 strongest",
    ),
    ("states", "revisionism"): (
        "rivalries",
        ".05 + .085 sqrt(disputed years of ten, each shared by the other opponents of the two)",
    ),
    ("states", "pole"): ("nmc", "a major power (column major) with more than .05 of cinc"),
    ("states", "nuclear"): ("standing", "{year}"),
    ("states", "veto"): ("standing", "{year}"),
    ("assumed_states", "capability"): (
        "judgement",
        f"a figure of {', '.join(BLEND)} is missing: the others' mean, {_LAST}",
    ),
    ("assumed_states", "economy"): ("judgement", "no GDP: the share of cinc, else of milex"),
    ("assumed_states", "ideal_point"): (
        "judgement",
        "no votes: the mean of allies; before 1946 2 v2x_polyarchy - .5, for kind of regime",
    ),
    ("assumed_states", "governance"): ("polity", "no v2x_polyarchy: (polity2 + 10) / 20"),
    ("assumed_states", "arms_supply"): ("judgement", "no deliveries: share of capability ** 1.5"),
    ("distances", "distance"): ("cshapes", "mindist, 0 for neighbours by land (cont), {year}"),
    ("assumed_distances", "distance"): (
        "judgement",
        "no distance: the least over third states of the farther of the two known ones",
    ),
    ("rivalries", "rivalry"): (
        "rivalries",
        "1 + .03 for each of ten years with a dispute (mid10) if rivals, else .05 for each, {year}",
    ),
    ("contacts", "contact"): ("judgement", ".1 + .5 exp(-distance / 2), .15 more with poles"),
    ("trade", "trade"): ("cow_trade", "half of trade of the two, {year}"),
    ("arms", "arms"): ("arms", ".95 of the supplier's share of five years to {year}, arms5"),
    ("treaties", "floor"): ("judgement", "1 with a duty to defend, .12 without, as a consultation"),
}

"""The model in plain numpy, as the equations say it, beside the compiled kernel.

Written from the literature (docs/literature.md) and the equations in the docstrings of terms and
mechanisms, for reading: whole matrices or plain loops, nothing kept up to date, no function of the
package called. Where a rule's own text and what the rule does differ, the equation here says so.

======================== =========================================================================
:mod:`.world`            variables and parameters by name, keyed luck
:mod:`.decisions`        what states see, utility terms, the choice of moves
:mod:`.moves`            what a move does to pacts, acts and trust; dated events
:mod:`.accession`        who applies to, joins and leaves organisations
:mod:`.assessed`         what states know when a quarter begins; the start of a run
:mod:`.quarter`          whole quarters, as a Mesa model
:mod:`.observation`      alignment, ties, expected pacts
one module for each room the mechanisms: ``start_<name>(w)`` and ``<name>(w, tick, seed, run)``
======================== =========================================================================
"""

from __future__ import annotations

from collections.abc import Callable

from sim.rules import catalogue as names
from tests.reference import diplomacy, domestic, economy, order, security
from tests.reference.decisions import (
    TERMS,
    Alternative,
    Assessment,
    aid_received,
    alternatives,
    arms_access,
    assess,
    bilateral,
    calm,
    commitment,
    contributions,
    entrapment_weight,
    feared,
    hostility_base,
    in_ties,
    market_access,
    patronage,
    probabilities,
    protection,
    reassured,
    size,
    threat_total,
    utility,
)
from tests.reference.world import Changes, Floats, World

__all__ = [
    "RULES",
    "STARTS",
    "TERMS",
    "Alternative",
    "Assessment",
    "Changes",
    "Floats",
    "World",
    "aid_received",
    "alternatives",
    "arms_access",
    "assess",
    "bilateral",
    "calm",
    "commitment",
    "contributions",
    "entrapment_weight",
    "feared",
    "hostility_base",
    "in_ties",
    "market_access",
    "patronage",
    "probabilities",
    "protection",
    "reassured",
    "size",
    "threat_total",
    "utility",
]

_ROOMS = {
    module.__name__.rsplit(".", 1)[-1]: vars(module)
    for module in (diplomacy, domestic, economy, order, security)
}


def _equations(prefix: str) -> dict[str, Callable[..., Changes]]:
    found = {}
    for name, module in names.MECHANISM_MODULES.items():
        room = _ROOMS[module.__name__.split(".")[-2]]
        if prefix + name in room:
            found[name] = room[prefix + name]
    return found


#: One quarter of each mechanism: ``(w, tick, seed, run)`` to what it changes.
RULES: dict[str, Callable[..., Changes]] = _equations("")
#: What each mechanism remembers at the start: ``(w)`` to what it sets.
STARTS: dict[str, Callable[..., Changes]] = _equations("start_")

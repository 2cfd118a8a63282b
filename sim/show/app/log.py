"""The log of a run: what the scenario dates, and the moves with what each of them changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.drivers.model import MultipolarModel
from sim.drivers.replay import Alternative, Asked, Replay
from sim.rules import catalogue as names
from sim.scenario import format_quarter
from sim.study.explain import dated
from sim.study.mattered import REASON, Weighed, weigh
from sim.words.of_decisions import Prose, capital

_LAST: Final = 1_000_000
_KINDS: Final = 8


class _Everybody(Asked):
    """The moves of all states, at all times."""

    def concerns(self, mover: str, partner: str) -> bool:
        """Every move is in question."""
        return bool(mover and partner)


EVERYBODY: Final = _Everybody(None, None, 1, _LAST)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the event log: a move, or something that the scenario dates (without a mover).

    ``changed`` is the utility that a move gave to or took from all who felt it, in logits;
    ``by_chance`` whether its worth to the mover hardly made it likelier, see
    :mod:`sim.study.mattered`.
    """

    quarter: str
    text: str
    kind: str
    mover: str = ""
    partner: str = ""
    accepted: bool | None = None
    changed: float = 0.0
    by_chance: bool = False


def entries(model: MultipolarModel) -> list[Entry]:
    """What has happened in a run up to now, in order.

    What a move changed is known of a :class:`~sim.drivers.replay.Replay` of
    :data:`EVERYBODY`; of another run only what the log has of the mover.
    """
    start = model.spec.start
    told = [
        (at - start, -1, Entry(format_quarter(at), title, "event"))
        for at, _, title, _ in dated(model.spec)
        if 0 < at - start <= model.tick
    ]
    prose = Prose({code: state.name for code, state in model.spec.states.items()})
    weighed = _weighed(model)
    for row in model.moves:
        place = int(row["tick"]), int(row["order"])
        mover = model.world.codes[int(row["mover"])]
        told.append((*place, _entry(model, prose, row, weighed.get((*place, mover)))))
    told.sort(key=lambda item: item[:2])
    return [entry for _, _, entry in told]


def _weighed(model: MultipolarModel) -> Mapping[tuple[int, int, str], Weighed]:
    if not isinstance(model, Replay):
        return {}
    made = [(it.tick, it.decision) for it in model.turns if it.decision is not None]
    return {(tick, it.order, it.mover.state): weigh([it])[0] for tick, it in made}


def _entry(model: MultipolarModel, prose: Prose, row: np.void, weighed: Weighed | None) -> Entry:
    codes = model.world.codes
    kind = names.MOVE_KINDS[int(row["kind"])]
    mover, partner = codes[int(row["mover"])], codes[int(row["partner"])]
    collective = int(row["collective"])
    accepted = bool(row["accepted"])
    if collective:
        name = model.world.collectives[collective][1]
        said = names.MOVES[kind].said.did.format(x=name)
    else:
        move = Alternative(
            mover=mover,
            partner=partner,
            kind=kind,
            before=float(row["before"]),
            after=float(row["after"]),
            gain=float(row["du"]),
        )
        said = prose.did(move)
    changed, by_chance = abs(float(row["du"])), bool(row["du"] < REASON)
    if weighed is not None:
        changed, by_chance = weighed.changed, weighed.by_chance
    return Entry(
        quarter=format_quarter(model.spec.start + int(row["tick"])),
        text=f"{capital(prose.name(mover))} {said}",
        kind=kind,
        mover=mover,
        partner="" if partner == mover or collective else partner,
        accepted=accepted,
        changed=changed if accepted else 0.0,
        by_chance=by_chance,
    )


def ranked(log: Iterable[Entry]) -> list[Entry]:
    """Return the moves of reason, those that changed most first; no events, no refused offers."""
    moves = [it for it in log if it.mover and it.accepted and not it.by_chance]
    return sorted(moves, key=lambda it: -it.changed)


def given(log: Iterable[Entry]) -> str:
    """Say what the scenario has put in, the latest first; empty if nothing."""
    events = [f"{it.text} ({it.quarter})" for it in log if not it.mover][::-1]
    return f"Put in by the scenario: {_some(events)}." if events else ""


def folded(log: Iterable[Entry]) -> str:
    """Say all moves of pure chance in one line, the most frequent first; empty if none."""
    lucky = [it for it in log if it.mover and it.accepted and it.by_chance]
    if not lucky:
        return ""
    counts = Counter(it.text for it in lucky).most_common()
    kinds = [text if times == 1 else f"{text} ({times} times)" for text, times in counts]
    moves = "1 move" if len(lucky) == 1 else f"{len(lucky)} moves"
    return f"{moves} of chance, hardly likelier for what they are worth: {_some(kinds)}."


def _some(texts: list[str]) -> str:
    more = len(texts) - _KINDS
    return "; ".join(texts[:_KINDS]) + (f"; and {more} more" if more > 0 else "")

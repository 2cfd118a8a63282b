"""Progress of a work in parts."""

from __future__ import annotations

from sim.system.progress import Parts


def test_parts_are_told_as_one_whole() -> None:
    told: list[tuple[int, int]] = []
    parts = Parts(lambda done, whole: told.append((done, whole)), 10)
    parts.within(1, 4)
    parts.end(4)
    parts.done += 3
    parts.within(2, 3)
    parts.end()
    assert told == [(1, 10), (4, 10), (9, 10), (8, 10)]
    assert parts.done == 8


def test_nobody_needs_to_wait() -> None:
    parts = Parts(None, 3)
    parts.end(3)
    assert parts.done == 3

"""How far a long work is, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

type Progress = Callable[[int, int], None]
"""Is told how much is done, of how much."""


class Parts:
    """A work that is done in parts, told as a whole.

    Args:
        progress: is told; None if nobody waits.
        whole: how much there is to do.
    """

    def __init__(self, progress: Progress | None, whole: int) -> None:
        self._progress, self._whole = progress, whole
        self.done = 0

    def within(self, now: int, _all: int = 0) -> None:
        """Tell how much of a part is done, which began where the last one ended."""
        if self._progress is not None:
            self._progress(self.done + now, self._whole)

    def end(self, part: int = 1) -> None:
        """A part is done: tell it."""
        self.within(part)
        self.done += part

"""Work in a thread beside the page, with progress, that can be stopped."""

from __future__ import annotations

from threading import Event, Thread
from typing import Final
from weakref import WeakSet

from sim.errors import UserError
from sim.system.machine import cores


class Work:
    """Something that is being simulated or has been.

    Attributes:
        done, whole: runs finished, and all.
        problem: what went wrong, in words, empty if nothing did.
    """

    def __init__(self, whole: int) -> None:
        self.done = 0
        self.whole = whole
        self.problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._work, name=type(self).__name__, daemon=True)

    def start(self) -> None:
        """Begin."""
        _BEGUN.add(self)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until it has ended, at most so long."""
        self._thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether it is still being simulated."""
        return self._thread.is_alive()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def jobs(self) -> int:
        """Threads to simulate with: one core is left to the page."""
        return max(1, cores() - 1)

    def _advance(self, done: int, whole: int) -> None:
        self.done, self.whole = done, whole
        if self._stop.is_set():
            raise KeyboardInterrupt  # as Ctrl-C does: what is finished is kept

    def _work(self) -> None:
        try:
            self._simulate()
        except UserError as error:
            self.problem = str(error)
        except KeyboardInterrupt:
            self.problem = "Stopped."

    def _simulate(self) -> None:
        raise NotImplementedError


_BEGUN: Final[WeakSet[Work]] = WeakSet()


def stop_all(seconds: float) -> None:
    """Stop all work, and wait for each at most so long: the server is closing."""
    begun = [work for work in _BEGUN if work.running]
    for work in begun:
        work.stop()
    for work in begun:
        work.wait(seconds)

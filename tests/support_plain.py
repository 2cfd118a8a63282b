"""Plain Python instead of compiled rules (``NUMBA_DISABLE_JIT=1``): what would take hours skips.

Rules are then two or three hundred times slower. Every test is tried and given half a minute; one
that needs more, or whose fixtures do, skips and says so, and so do its other cases.
"""

from __future__ import annotations

import signal
from collections.abc import Generator

import numba
import pytest

IS_PLAIN = bool(numba.config.DISABLE_JIT)
PROCESSOR = 30.0  # seconds that a test may compute
WAITING = 300.0  # and that it may last, with all processes that it starts, on a busy machine
_TIMERS = {signal.SIGVTALRM: signal.ITIMER_VIRTUAL, signal.SIGALRM: signal.ITIMER_REAL}
_TOO_LONG = {
    signal.SIGVTALRM: f"takes more than {PROCESSOR:.0f} s in plain Python",
    signal.SIGALRM: f"lasts more than {WAITING:.0f} s in plain Python on this machine",
}


class Plain:
    """Hooks of pytest: what a test needs, and the test, each in limited time."""

    def __init__(self) -> None:
        self._stopped: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Prepare a test."""
        return (yield from self._limited(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run a test."""
        return (yield from self._limited(item))

    def _limited(self, item: pytest.Item) -> Generator[None, object, object]:
        test = item.nodeid.partition("[")[0]

        def stop(alarm: int, _: object) -> None:
            self._stopped[test] = _TOO_LONG[signal.Signals(alarm)]
            pytest.skip(self._stopped[test])

        if test in self._stopped:
            pytest.skip(f"another case of it {self._stopped[test]}")
        for (alarm, timer), limit in zip(_TIMERS.items(), (PROCESSOR, WAITING), strict=True):
            signal.signal(alarm, stop)
            signal.setitimer(timer, limit)
        try:
            return (yield)
        finally:
            for timer in _TIMERS.values():
                signal.setitimer(timer, 0.0)

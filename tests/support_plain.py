"""Plain Python instead of compiled rules (``NUMBA_DISABLE_JIT=1``): what would take hours skips.

Rules are then two or three hundred times slower. Every test is tried and given some seconds; one
that needs more, or whose fixtures do, skips and says so.
"""

from __future__ import annotations

import signal
from collections.abc import Generator

import numba
import pytest

IS_PLAIN = bool(numba.config.DISABLE_JIT)
PROCESSOR = 10.0  # seconds that a test may compute
WAITING = 60.0  # and that it may last, with all processes that it starts
_TIMERS = {signal.SIGVTALRM: signal.ITIMER_VIRTUAL, signal.SIGALRM: signal.ITIMER_REAL}


def _stop(*_: object) -> None:
    pytest.skip(f"takes more than {PROCESSOR:.0f} s in plain Python")


def _limited() -> Generator[None, object, object]:
    for (alarm, timer), limit in zip(_TIMERS.items(), (PROCESSOR, WAITING), strict=True):
        signal.signal(alarm, _stop)
        signal.setitimer(timer, limit)
    try:
        return (yield)
    finally:
        for timer in _TIMERS.values():
            signal.setitimer(timer, 0.0)


class Plain:
    """Hooks of pytest: what a test needs, and the test, each in limited time."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Prepare a test."""
        return (yield from _limited())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, object, object]:
        """Run a test."""
        return (yield from _limited())

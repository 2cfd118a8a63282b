"""The engine of all studies: blocks out to a pool, numbers in, parts to disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from sim import kernel
from sim.errors import UserError
from sim.study.laboratory.cases import Block, Cases, Instrument, Measured, cut
from sim.study.laboratory.parts import Parts
from sim.study.laboratory.pool import LOCAL, Pool, open_pool
from sim.system.progress import Progress

_AHEAD: Final = 2
"""Blocks handed in for each worker: one in work, one waiting."""
_PATIENCE: Final = 60.0
"""Seconds to wait for the first worker of a cluster, or for one to come back."""


class StoppedEarly(KeyboardInterrupt):
    """Ctrl-C; what was finished is kept."""

    def __init__(self, done: int, total: int, folder: Path | None) -> None:
        kept = f"; kept in {folder}, the same command goes on" if folder is not None else ""
        super().__init__(f"Stopped: {done:,} of {total:,} runs of this step are finished{kept}.")


class Lost(UserError):
    """Workers or the scheduler were lost; what was finished is kept."""

    def __init__(self, lost: Sequence[str], folder: Path | None) -> None:
        self.said = f"{len(lost)} batches were lost ({lost[0]})"
        kept = f"; the same command goes on with what is kept in {folder}" if folder else ""
        super().__init__(f"{self.said}{kept}")


class Laboratory(ExitStack):
    """Measures blocks of cases somewhere, and keeps what is finished; a context manager.

    Attributes:
        parts: what is kept.
        progress: called with (finished, all) cases of what is measured, those found kept included.

    Args:
        executor: where, see :func:`sim.study.laboratory.pool.open_pool`; numbers do not depend on
            it. It is opened when the first block is not found kept.
        parts: where blocks are kept; by default nowhere.
        progress: see above.
    """

    def __init__(
        self, executor: str = LOCAL, parts: Parts | None = None, progress: Progress | None = None
    ) -> None:
        super().__init__()
        self.parts = Parts(None) if parts is None else parts
        self.progress = progress
        self._executor = executor

    @cached_property
    def pool(self) -> Pool:
        """Where blocks are computed.

        Raises:
            UserError: it cannot be reached.
        """
        kernel.entries()
        return self.enter_context(open_pool(self._executor))

    def measure(self, asked: Sequence[tuple[Instrument, Cases]], size: int) -> list[Measured]:
        """Return the numbers of each instrument at its cases.

        Args:
            asked: instruments and cases.
            size: cases of a block; blocks of all instruments take turns, so that a stop leaves
                whole points.

        Raises:
            StoppedEarly, Lost, UserError: as of :meth:`run`.
        """
        most = max((len(cases[0]) for _, cases in asked), default=0)
        places = [
            (k, begin)
            for begin in range(0, most, size)
            for k, (_, cases) in enumerate(asked)
            if begin < len(cases[0])
        ]
        blocks = [Block(asked[k][0], cut(asked[k][1], at, at + size)) for k, at in places]
        found: list[Measured] = [
            (np.full((len(cases[0]), len(one.columns)), np.nan), []) for one, cases in asked
        ]
        for number, (values, failures) in self.run(blocks):
            k, begin = places[number]
            found[k][0][begin : begin + len(values)] = values
            found[k][1].extend((begin + at, message) for at, message in failures)
        return [(values, sorted(failures)) for values, failures in found]

    def run(self, blocks: Sequence[Block]) -> Iterator[tuple[int, Measured]]:
        """Give the numbers of blocks and their places: first of those kept, then as they come.

        Raises:
            StoppedEarly: Ctrl-C.
            Lost: workers were lost, and all others have done what they could.
            UserError: the pool cannot be reached, or a part cannot be written.
        """
        done = total = 0
        missing, lost = [], []
        for at in range(len(blocks)):  # one after the other: a long sweep makes them as it goes
            block = blocks[at]
            total += len(block)
            if (kept := self.parts.find(block)) is None:
                missing.append(at)
            else:
                done += len(block)
                yield at, kept
        try:
            self._tell(done, total)
            for at, result in self._computed(blocks, missing):
                try:
                    measured = result()
                except CancelledError as gone:
                    lost.append(str(gone) or "the scheduler or a worker is gone")
                except UserError:
                    raise
                except Exception as error:  # noqa: BLE001  (of a worker; it is told in the end)
                    lost.append(f"{type(error).__name__}: {error}")
                else:
                    self.parts.keep(blocks[at], measured)
                    done += len(measured[0])
                    self._tell(done, total)
                    yield at, measured
        except KeyboardInterrupt:
            raise StoppedEarly(done, total, self.parts.folder) from None
        if lost:
            raise Lost(lost, self.parts.folder)

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    def _computed(
        self, blocks: Sequence[Block], missing: Sequence[int]
    ) -> Iterator[tuple[int, Callable[[], Measured]]]:
        """Hand blocks to the pool, few ahead; give the result of each when it is there or lost."""
        waiting: dict[Future[Measured], int] = {}
        queue, left, gone = iter(missing), len(missing), ""
        workers, asked, seen = (
            self.pool.workers() if left else 0,
            time.monotonic(),
            time.monotonic(),
        )
        while left and not gone:
            while len(waiting) < max(_AHEAD * workers, _AHEAD):
                if (at := next(queue, None)) is None:
                    break
                waiting[self.pool.submit(blocks[at].instrument, blocks[at].cases)] = at
            for future in wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED).done:
                left -= 1
                yield waiting.pop(future), future.result
            now = time.monotonic()
            if now - asked > 5.0:
                workers, asked = self.pool.workers(), now
            if workers:
                seen = now
            if not self.pool.alive():
                gone = "the scheduler is gone"
            elif now - seen > _PATIENCE:
                gone = f"no worker for {_PATIENCE:.0f} s"
        for at in (*waiting.values(), *queue) if gone else ():
            yield at, _raising(gone)


def _raising(message: str) -> Callable[[], Measured]:
    def result() -> Measured:
        raise CancelledError(message)

    return result

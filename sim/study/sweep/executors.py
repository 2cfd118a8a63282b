"""Where the batches of a sweep are computed: threads of this process, or a Dask cluster.

Both are the executors of :mod:`concurrent.futures`, so that one loop serves them; a batch gives the
same values wherever it is computed.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, shown
from sim.rules import outside
from sim.study.sweep.evaluator import CHUNK, Evaluator
from sim.study.sweep.plan import code_version
from sim.system.inputs import whole
from sim.system.machine import cores

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]
type Cases = tuple[Floats, Ints, Ints]
"""Points ``(C, K)``, seeds and run numbers ``(C,)``."""
type Measured = tuple[Floats, list[tuple[int, str]]]
"""Values ``(C, M)``, and place and message of the runs that failed."""

LOCAL: Final = "local"
_ADDRESSES: Final = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
_SLICE: Final = 2 * CHUNK
_PATIENCE = 30.0
"""Seconds that a scheduler has to write its file: both are often started at the same time."""


@dataclass(frozen=True)
class Pool:
    """An executor at work.

    Attributes:
        submit: hands in a batch.
        workers: gives how many batches are computed at once; a cluster may grow.
        alive: whether what was handed in can still come back.
        where: for people.
    """

    submit: Callable[[Cases], Future[Measured]]
    workers: Callable[[], int]
    alive: Callable[[], bool]
    where: str


def measure(evaluator: Evaluator, cases: Cases, stop: threading.Event | None = None) -> Measured:
    """Evaluate cases in this thread, in slices, so that memory is small and a stop is soon.

    Raises:
        CancelledError: ``stop`` was set.
    """
    points, seeds, runs = cases
    values = np.full((len(points), len(evaluator.metrics)), np.nan)
    failures = []
    for at in range(0, len(points), _SLICE):
        if stop is not None and stop.is_set():
            raise CancelledError
        here = slice(at, at + _SLICE)
        values[here], found = evaluator.attempt_cases(points[here], runs[here], seeds[here], jobs=1)
        failures += [(at + failure.point, failure.message) for failure in found]
    return values, failures


@contextmanager
def open_pool(text: str, evaluator: Evaluator) -> Iterator[Pool]:
    """Open what ``--executor`` names.

    Args:
        text: ``local``, ``local:N``, the address of a Dask scheduler, or its JSON file.
        evaluator: of the sweep.

    Raises:
        UserError: it names nothing that can be used, or Dask is missing or does not answer.
    """
    name, _, rest = text.partition(":")
    if name == LOCAL and not text.startswith("local://"):
        threads = whole(rest) if rest else cores()
        if threads is None or not 1 <= threads <= 1024:
            raise UserError(
                f"--executor {shown(text)}: expected local or local:N, N from 1 to 1024"
            )
        with _threads(threads, evaluator) as pool:
            yield pool
    elif text.startswith(_ADDRESSES) or text.endswith(".json"):
        with _cluster(text, evaluator) as pool:
            yield pool
    else:
        known = "local:N, tcp://host:port or a scheduler file such as scheduler.json"
        raise UserError(f"--executor {shown(text)}: expected {known}")


@contextmanager
def _threads(count: int, evaluator: Evaluator) -> Iterator[Pool]:
    stop = threading.Event()
    threads = ThreadPoolExecutor(count)
    where = f"{count} thread{'s' * (count > 1)}"
    try:
        yield Pool(
            lambda cases: threads.submit(measure, evaluator, cases, stop),
            lambda: count,
            lambda: True,
            where,
        )
    finally:
        stop.set()
        threads.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str, evaluator: Evaluator) -> Iterator[Pool]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        said = "needs Dask: pip install 'multipolar[cluster]'"
        raise UserError(f"--executor {address} {said}") from error
    if address.endswith(".json"):
        _await_file(Path(address))
    packed, digest = pack(evaluator)
    code, rules = code_version(), outside.sent()
    try:
        if address.endswith(".json"):
            client = distributed.Client(scheduler_file=address, timeout="10s", set_as_default=False)
        else:
            client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {address}: {error}") from error
    # a batch that was on a worker that died is computed by another; results of none are shared
    executor: Executor = client.get_executor(pure=False)

    def workers() -> int:
        try:
            return sum(client.nthreads().values())
        except Exception:  # noqa: BLE001  (whatever it raises, a scheduler that is gone has none)
            return 0

    try:
        yield Pool(
            # workers take the rules before they import anything of the model
            lambda cases: executor.submit(
                outside.call, rules, f"{__name__}:remote", digest, packed, cases, code
            ),
            workers,
            lambda: client.status == "running",
            f"the Dask cluster at {client.scheduler.address}",
        )
    finally:
        executor.shutdown(wait=False)
        client.close(timeout=2)


def _await_file(path: Path) -> None:
    """Wait for a scheduler's file; Dask itself would wait for ever."""
    end = time.monotonic() + _PATIENCE
    while not path.is_file():
        if time.monotonic() >= end:
            raise UserError(f"no scheduler file {shown(str(path))}: is `dask scheduler` running?")
        time.sleep(0.1)


def pack(evaluator: Evaluator) -> tuple[bytes, str]:
    """Return an evaluator as bytes for :func:`remote`, and their digest."""
    packed = zlib.compress(pickle.dumps(evaluator, pickle.HIGHEST_PROTOCOL))
    return packed, hashlib.sha256(packed).hexdigest()


def remote(digest: str, packed: bytes, cases: Cases, code: str) -> Measured:
    """Evaluate a batch on a worker.

    Raises:
        RuntimeError: the worker has other code, which would give other values.
    """
    if code != code_version():
        raise RuntimeError(
            "a worker has another version of multipolar or its libraries than this process"
        )
    return measure(_unpacked(digest, _Bytes(packed)), cases)


class _Bytes:
    """Bytes that all count as equal, for they are told apart by their digest."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=2)
def _unpacked(digest: str, packed: _Bytes) -> Evaluator:  # noqa: ARG001  (the digest is the key)
    found: Any = pickle.loads(zlib.decompress(packed.content))  # noqa: S301  (from our own process)
    if not isinstance(found, Evaluator):
        raise TypeError("not an evaluator")
    return found

"""Where blocks are computed: threads of this process, or a Dask cluster.

Both are the executors of :mod:`concurrent.futures`, so that one loop serves them; a block gives the
same numbers wherever it is computed.
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
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.errors import UserError, needed, shown
from sim.rules import outside
from sim.study.laboratory.cases import Cases, Instrument, Measured, cut
from sim.study.laboratory.code import code_version
from sim.system.inputs import whole
from sim.system.machine import cores

LOCAL: Final = "local"
_ADDRESSES: Final = ("tcp://", "tls://", "ucx://", "ws://", "wss://", "inproc://")
_KEPT: Final = 8
"""Instruments that a worker keeps unpacked."""
_PATIENCE = 30.0
"""Seconds that a scheduler has to write its file: both are often started at the same time."""


@dataclass(frozen=True)
class Pool:
    """An executor at work.

    Attributes:
        submit: hands in cases and what measures them.
        workers: gives how many blocks are computed at once; a cluster may grow.
        alive: whether what was handed in can still come back.
        where: for people.
    """

    submit: Callable[[Instrument, Cases], Future[Measured]]
    workers: Callable[[], int]
    alive: Callable[[], bool]
    where: str


def local(jobs: int | None) -> str:
    """Return the executor of so many threads, by default one a core."""
    return LOCAL if jobs is None else f"{LOCAL}:{jobs}"


def sliced(instrument: Instrument, cases: Cases, stop: threading.Event | None = None) -> Measured:
    """Measure cases in this thread, in slices, so that memory is small and a stop is soon.

    Raises:
        CancelledError: ``stop`` was set.
    """
    parts, failures = [], []
    for at in range(0, len(cases[0]), instrument.slice):
        if stop is not None and stop.is_set():
            raise CancelledError
        values, failed = instrument.measure(cut(cases, at, at + instrument.slice))
        parts.append(values)
        failures += [(at + place, message) for place, message in failed]
    return np.concatenate(parts), failures


@contextmanager
def open_pool(text: str) -> Iterator[Pool]:
    """Open what ``--executor`` names.

    Args:
        text: ``local``, ``local:N``, the address of a Dask scheduler, or its JSON file.

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
        with _threads(threads) as pool:
            yield pool
    elif text.startswith(_ADDRESSES) or text.endswith(".json"):
        with _cluster(text) as pool:
            yield pool
    else:
        known = "local:N, tcp://host:port or a scheduler file such as scheduler.json"
        raise UserError(f"--executor {shown(text)}: expected {known}")


@contextmanager
def _threads(count: int) -> Iterator[Pool]:
    stop = threading.Event()
    threads = ThreadPoolExecutor(count)
    where = f"{count} thread{'s' * (count > 1)}"
    try:
        yield Pool(
            lambda instrument, cases: threads.submit(sliced, instrument, cases, stop),
            lambda: count,
            lambda: True,
            where,
        )
    finally:
        stop.set()
        threads.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[Pool]:
    with needed(f"--executor {address} needs Dask: pip install 'multipolar[cluster]'"):
        distributed: Any = import_module("distributed")
    if address.endswith(".json"):
        _await_file(Path(address))
    code, rules, packed = code_version(), outside.sent(), cache(pack)
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
            lambda instrument, cases: executor.submit(
                outside.call, rules, f"{__name__}:remote", *packed(instrument), cases, code
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


def pack(instrument: Instrument) -> tuple[str, bytes]:
    """Return the digest of an instrument, and the instrument as bytes for :func:`remote`."""
    packed = zlib.compress(pickle.dumps(instrument, pickle.HIGHEST_PROTOCOL))
    return hashlib.sha256(packed).hexdigest(), packed


def remote(digest: str, packed: bytes, cases: Cases, code: str) -> Measured:
    """Measure a block on a worker.

    Raises:
        RuntimeError: the worker has other code, which would give other values.
    """
    if code != code_version():
        raise RuntimeError(
            "a worker has another version of multipolar or its libraries than this process"
        )
    return sliced(_unpack(digest, packed), cases)


_unpacked: dict[str, Instrument] = {}


def _unpack(digest: str, packed: bytes) -> Instrument:
    """The instrument of a digest: a worker unpacks and prepares it once."""
    found = _unpacked.get(digest)
    if found is None:
        found = pickle.loads(zlib.decompress(packed))  # noqa: S301  (from our own process)
        while len(_unpacked) >= _KEPT:
            _unpacked.pop(next(iter(_unpacked)), None)
        _unpacked[digest] = found
    return found

"""Where targets work and are watched: their folder, their luck, limits, and what counts as found."""

from __future__ import annotations

import faulthandler
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.errors import Notice, UserError

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
"""Processor time that one input may take."""
MEGABYTES = 500
"""By how much one input may raise the memory of the process."""
_PLACED = re.compile(r":[1-9]\d*(:[1-9]\d*)?: ")
_OF_THE_WHOLE = re.compile(
    "no such file|cannot (be )?read|is empty|nothing to read|has no rows?|says nothing of|not valid UTF-8|is larger than"
    "|is a folder|at least (two|three) actors|actors, .* has|no arm|is damaged|[Mm]ore than .* overrides"
    "|is nothing that a table may hold|holds both ways|is no level of|sum to nothing|is not a folder|has no file of|no file whose"
)
"""What may be said without a line: it is about a whole file, or about none."""
_SPEAKS_PYTHON = re.compile(
    r"<class '|object at 0x|Traceback|NoneType|dtype\(|np\.\w+\(|mappingproxy|_\w+Error\b"
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Hang(BaseException):
    """One input has taken too long."""


class Fault(Exception):
    """A broken promise other than an exception."""


@dataclass
class Bench:
    """A target's folder, luck, and what it was given last, by the names of files.

    ``lines`` says whether what is given has lines, so that a message must have one, ``python``
    whether it is a program.
    """

    rng: random.Random
    folder: Path
    given: dict[str, bytes] = field(default_factory=dict)
    lines: bool = False
    python: bool = False

    def write(self, name: str, data: bytes | str) -> Path:
        """Write input to a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.say(name, data))
        return path

    def say(self, name: str, data: bytes | str) -> bytes:
        """Remember input that is no file."""
        self.given[name] = data.encode("utf-8", "replace") if isinstance(data, str) else data
        return self.given[name]

    def clear(self) -> None:
        """Begin anew in an empty folder."""
        self.given.clear()
        self.lines = self.python = False
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


type Target = Callable[[Bench], object]
TARGETS: dict[str, Callable[[], Target]] = {}
"""What prepares each target, once a process, by name."""


def target(prepare: Callable[[], Target]) -> Callable[[], Target]:
    """Register what prepares a target and is called as it."""
    TARGETS[prepare.__name__.rstrip("_")] = prepare
    return prepare


def fault_of(message: str, *, lines: bool, shown: bool = False, python: bool = False) -> str:
    """What is wrong with a message, empty if nothing.

    Args:
        message: what is said.
        lines: whether it is about something that has lines.
        shown: whether it is what a terminal gets, which escapes what it must not have.
        python: whether it is about Python that a person wrote.
    """
    if not message.strip():
        return "empty message"
    if shown and _UNPRINTABLE.search(message):
        return "unprintable message"
    if not python and "is damaged" not in message and _SPEAKS_PYTHON.search(message):
        return "message that speaks Python"
    if len(message) > 50_000:
        return "endless message"
    if lines and not (_PLACED.search(message) or _OF_THE_WHOLE.search(message)):
        return "message without a line"
    return ""


@contextmanager
def limited() -> Iterator[None]:
    """Within the block a :class:`Hang` rises after :data:`SECONDS`; much later the process ends."""
    faulthandler.dump_traceback_later(30 * SECONDS, exit=True)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def _hang(*_: Any) -> None:
    raise Hang


def attempt(bench: Bench, run: Target) -> tuple[bool, str]:
    """Try one input: whether it was accepted, and what was found, empty if nothing."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    accepted, found, error = False, "", None
    try:
        with limited():
            run(bench)
        accepted = True
    except UserError as said:
        error, found = said, fault_of(str(said), lines=bench.lines, python=bench.python)
    except Hang as hang:
        error, found = hang, "hang"
    except (Exception, SystemExit) as unforeseen:  # noqa: BLE001
        error, found = (
            unforeseen,
            str(unforeseen) if isinstance(unforeseen, Fault) else type(unforeseen).__name__,
        )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if grown > MEGABYTES:
        found = f"{grown // 100 * 100} MB, {found or 'accepted'}"
    if found and error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        where = next((f for f in reversed(frames) if "/sim/" in f.filename), frames[-1])
        found += f" at {Path(where.filename).name}:{where.lineno}"
        told = "".join(traceback.format_exception(error))
        bench.given["traceback.txt"] = told.encode("utf-8", "replace")
    return accepted, found


def fuzz(name: str, seconds: float, seed: int, keep: Path) -> int:
    """Try a target for a while, and print what came of it; return how many kinds were found."""
    faulthandler.enable()
    signal.signal(signal.SIGPROF, _hang)
    warnings.filterwarnings("error", module=r"sim\.")
    warnings.filterwarnings("ignore", category=Notice)
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    tried = accepted = 0
    seen: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as place, chdir(place):
        run = TARGETS[name]()
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_DATA, ((used.ru_maxrss >> 10 << 20) + (4 << 30),) * 2)
        bench = Bench(random.Random(f"{seed} {name}"), Path(place))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            bench.clear()
            tried += 1
            fine, found = attempt(bench, run)
            accepted += fine
            if found:
                seen[found] = seen.get(found, 0) + 1
                if seen[found] == 1:
                    _keep(bench, keep / f"{name}-{seed}-{len(seen)}")
    told = f"{name:<10} {tried:>8} tried {accepted:>8} accepted {len(seen):>4} findings"
    sys.stdout.write(f"{told} {sum(os.times()[:4]):>6.0f} s of processor time\n")
    for what, count in seen.items():
        sys.stdout.write(f"  {count:>6} x {what}\n")
    return len(seen)


def _keep(bench: Bench, place: Path) -> None:
    for name, data in bench.given.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data[:1_000_000])

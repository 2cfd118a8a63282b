"""Rules from outside the package: files of a person, of a scenario, or of installed packages.

Such a file is Python. It ends with one or more of :data:`DECLARATIONS`; what it declares stands
beside the package's own (:mod:`sim.rules.admission`). Rules are compiled into the model when that
is first used, so a process has one set of them, which :func:`use_rules` names beforehand.

A scenario is data: a file that it names is run only if the person says so.
"""

from __future__ import annotations

import hashlib
import linecache
import os
import re
import shlex
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from sim.errors import UserError, shown
from sim.system.inputs import named, read_bytes

GROUP: Final = "multipolar.rules"
"""Entry points by which installed packages name modules with rules."""

DECLARATIONS: Final = ("MECHANISM", "TERM", "MOVE", "METRIC", "FIGURE")
"""What a file may declare, by the names that it gives them."""

MANIFEST_KEY: Final = "outside_rules"
"""Where the manifest of a result says with which rules from outside it was made."""

_MODULE: Final = "multipolar_rule_"
_LARGEST: Final = 2**20


@dataclass(frozen=True, slots=True)
class Metric:
    """A quantity that metrics can ask for: ``METRIC = Metric(...)``.

    Attributes:
        name: as it is written.
        arguments: ``()``, ``("i",)`` for a state or ``("i", "j")`` for an ordered pair.
        unit, meaning: for people.
        series: called with a :class:`sim.measure.observed.Observed` and the arguments, gives
            an array of runs and quarters, ``(R, T + 1)``.
        low, high: bounds of its values, None where there is none.
    """

    name: str
    arguments: tuple[str, ...]
    unit: str
    meaning: str
    series: Callable[[Any, tuple[str, ...]], Any]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rules before it is run."""

    name: str
    path: str
    text: bytes
    entry: EntryPoint | None = None

    @property
    def sha256(self) -> str:
        """Checksum of what is run."""
        return hashlib.sha256(self.text).hexdigest()

    def line(self, start: str = "") -> str:
        """``file:line`` of the first line that begins so, for messages."""
        lines = self.text.decode(errors="replace").splitlines()
        found = (n for n, text in enumerate(lines, 1) if re.match(rf"{start}(\b|$)", text))
        return f"{named(_near(self.path))}:{next(found, 1)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A file of rules that has been run."""

    source: Source
    module: ModuleType

    def declared(self, what: str) -> Any:
        """What the file declares under a name of :data:`DECLARATIONS`, or None."""
        return getattr(self.module, what, None)

    @property
    def acts(self) -> bool:
        """Whether a run depends on it: metrics and figures only look at what it left."""
        return any(self.declared(name) is not None for name in ("MECHANISM", "TERM", "MOVE"))

    def error(self, what: str, message: str) -> UserError:
        """The error for what is wrong with a declaration or a function, with its place."""
        start = what if what in DECLARATIONS else f"def {what}"
        return UserError(f"{self.source.line(start)}: {what}: {message}")


@dataclass(slots=True)
class _Process:
    """What this process has been told to use, and what it has run."""

    given: dict[str, Source] = field(default_factory=dict)
    loaded: tuple[Rule, ...] | None = None
    trust: bool = False


_PROCESS = _Process()


# --- what is to be used ---------------------------------------------------------------------------
def use_rules(*files: str | os.PathLike[str], trust: bool = False) -> None:
    """Use files of rules from outside in this process, beside those that it uses already.

    Args:
        files: Python files, each with one or more of :data:`DECLARATIONS`.
        trust: run the files that scenarios name, too.

    Raises:
        UserError: a file cannot be read, or this process has used the model without it.
    """
    _PROCESS.trust |= trust
    for file in files:
        path = Path(file)
        if path.suffix != ".py" or not path.stem.isidentifier():
            raise UserError(
                f"{named(path)}: a file of rules is called NAME.py, with a name of letters, digits "
                "and _"
            )
        text = read_bytes(path, _LARGEST)
        if len(text) > _LARGEST:
            raise UserError(f"{named(path)}: a file of rules has at most {_LARGEST >> 20} MB")
        _give(Source(path.stem, str(path.resolve()), text))


def _give(source: Source) -> None:
    known = _PROCESS.given.get(source.path)
    if known == source:
        return
    if _PROCESS.loaded is not None:
        what = "has changed since" if known else "was not there when"
        raise UserError(
            f"{named(_near(source.path))} {what} this process compiled its rules, which it does "
            "once: give all rules at the start, by --with FILE, or in Python by "
            "sim.use_rules(FILE) before anything else"
        )
    _PROCESS.given[source.path] = source


def is_trusted(file: Path) -> bool:
    """Whether a file that a scenario names may be run."""
    return _PROCESS.trust or str(file.resolve()) in _PROCESS.given


def sources() -> list[Source]:
    """All that is to be run: the files that were given, and those of installed packages."""
    return [*_PROCESS.given.values(), *map(_installed, entry_points(group=GROUP))]


def _installed(entry: EntryPoint) -> Source:
    """The file of an installed package; the package is imported, the module itself is not."""
    from importlib.util import find_spec

    try:
        found = find_spec(entry.module)
    except Exception as error:
        raise UserError(f"{_of_package(entry)}: {type(error).__name__}: {error}") from error
    if found is None or found.origin is None or not found.origin.endswith(".py"):
        raise UserError(f"{_of_package(entry)}: there is no such module of Python")
    return Source(entry.name, found.origin, Path(found.origin).read_bytes(), entry)


def _of_package(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else "a package"
    return f"rule {shown(entry.name)} of {package} ({entry.value}; entry point {GROUP})"


# --- running them ---------------------------------------------------------------------------------
def load(admit: Callable[[Rule], None]) -> tuple[Rule, ...]:
    """Run all sources and let each be admitted; once a process, by :mod:`sim.rules.catalogue`.

    Raises:
        UserError: a file is not valid, with file and line; nothing of it is kept.
    """
    found: list[Rule] = []
    try:
        for source in sources():
            rule = Rule(source, _run(source, {rule.source.name for rule in found}))
            if all(rule.declared(what) is None for what in DECLARATIONS):
                raise UserError(
                    f"{source.line()}: declares nothing; a file of rules ends with "
                    "MECHANISM = Mechanism(...), TERM = term(...), MOVE = Act(...), "
                    "METRIC = Metric(...) or FIGURE = Kind(...)"
                )
            admit(rule)
            found.append(rule)
    except UserError:
        _PROCESS.given.clear()  # to be given again when they are mended
        raise
    _PROCESS.loaded = tuple(found)
    return _PROCESS.loaded


def _run(source: Source, taken: set[str]) -> ModuleType:
    if source.name in taken:
        raise UserError(f"{source.line()}: two files of rules are called {source.name}")
    try:
        if source.entry is not None:
            return import_module(source.entry.module)
        module = ModuleType(_MODULE + source.name)
        module.__file__ = source.path
        lines = source.text.decode(errors="replace").splitlines(keepends=True)
        # on a worker the file itself may not be there
        linecache.cache[source.path] = (len(source.text), None, lines, source.path)
        sys.modules[module.__name__] = module
        exec(compile(source.text, source.path, "exec"), vars(module))  # noqa: S102
    except (Exception, SystemExit) as error:
        raise UserError(_explained(error, [source]) or f"{source.line()}: {error}") from error
    return module


def loaded() -> tuple[Rule, ...]:
    """The rules from outside that the model has, in the order in which they were run."""
    return _PROCESS.loaded or ()


def facts() -> list[dict[str, str]]:
    """Name, path and SHA-256 of each file, for a manifest."""
    return [
        {"name": rule.source.name, "path": rule.source.path, "sha256": rule.source.sha256}
        for rule in loaded()
    ]


def missing(manifest: Mapping[str, Any]) -> str:
    """What to add where a result was made with rules that this process has not; empty if nothing.

    Args:
        manifest: of the result, as :func:`sim.record.manifests.read_manifest` gives it.
    """
    have = {rule.source.sha256 for rule in loaded()}
    lacking = [it["path"] for it in manifest.get(MANIFEST_KEY, ()) if it["sha256"] not in have]
    options = " ".join(f"--with {shlex.quote(path)}" for path in lacking)
    return f"it was made with {options}, as that was then" if lacking else ""


# --- on workers -----------------------------------------------------------------------------------
def sent() -> list[Source]:
    """The files for the workers of a cluster; installed packages they have themselves."""
    return [rule.source for rule in loaded() if rule.source.entry is None]


def call(rules: Sequence[Source], home: str, *arguments: Any) -> Any:
    """Call a function, ``module:name``, in a process that has these rules.

    The module is imported here, for it may use the model.

    Raises:
        UserError: the process has used the model without them; it has to be started anew.
    """
    for source in rules:
        _give(source)
    module, _, name = home.partition(":")
    return getattr(import_module(module), name)(*arguments)


# --- what goes wrong in them ----------------------------------------------------------------------
def explained(error: BaseException) -> str | None:
    """``file:line: what is wrong`` if an error arose in a rule from outside, else None."""
    return _explained(error, [rule.source for rule in loaded()])


def _explained(error: BaseException, files: Iterable[Source]) -> str | None:
    paths = {source.path for source in files}
    text = " ".join(str(error).split())
    if isinstance(error, SyntaxError) and error.filename in paths:
        place = f"{named(_near(error.filename))}:{error.lineno}:{max(error.offset or 1, 1)}"
        return f"{place}: this is not valid Python: {error.msg}"
    frames = reversed(traceback.extract_tb(error.__traceback__))
    lines = [(frame.filename, frame.lineno) for frame in frames if frame.filename in paths]
    what = type(error).__name__
    if not lines:  # numba tells the places in its text, the innermost first, too
        by_name = {os.path.realpath(name): name for name in paths}
        for name, number in re.findall(r'File "([^"]+)", line (\d+)', str(error)):
            if (path := os.path.realpath(name)) in by_name:
                lines.append((by_name[path], int(number)))
        what = "numba cannot compile this"
        text = _first_cause(str(error))
    if not lines:
        return None
    path, line = lines[0]
    return f"{named(_near(path))}:{line}: {what}: {text[:500]}"


def _first_cause(text: str) -> str:
    """The sentence of a message of numba that says what is wrong."""
    plain = [line.strip(" ->") for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()]
    noise = ("Failed in", "File ", "During:", "There are", "Overload", "<source", "This error")
    said = [line for line in plain if line and not line.startswith(noise)]
    return " ".join(said[:2])


def _near(path: str) -> str:
    """A path relative to the current folder where it lies in that."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (OSError, ValueError):
        return path

"""Scenario files: finding them by path or name, and reading a file with all that it extends.

The paths of an ``extends`` and of rules stay in the folder of the scenario that is loaded, or in
the folder of the shipped scenarios; symbolic links are followed before that is checked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from sim.errors import UserError, hint, shown
from sim.rules.outside import is_trusted, use_rules
from sim.scenario import schema
from sim.scenario.cells import SUFFIXES
from sim.scenario.given import nodes_of
from sim.scenario.reader import MAX_BYTES, Layer, Log, Node, decode, describe, read
from sim.scenario.rows import read_table
from sim.scenario.shipped import SHIPPED
from sim.scenario.tables import TABLES
from sim.system.inputs import read_bytes

_SUFFIXES = (".yaml", ".yml")
_MAX_LISTED = 1_000

type Source = str | os.PathLike[str] | Mapping[str, Any]
"""A scenario: its path or shipped name, its text, or a mapping of what its file would hold."""


def shipped_scenarios() -> tuple[str, ...]:
    """Return the names of the shipped scenarios, without the base worlds that they extend."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def find_scenario(name: str | os.PathLike[str]) -> Path:
    """Return the file of a scenario, given its path or the bare name of a shipped one.

    Raises:
        UserError: there is no such file; the message names the nearest.
    """
    text = os.fspath(name)
    if not text or "\0" in text:
        raise UserError("the path of a scenario is empty or has a NUL character")
    path = Path(text)
    try:
        if path.is_file():
            return path
        if path.exists():
            what = "a folder" if path.is_dir() else "a device or a pipe"
            raise UserError(f"{shown(text)} is {what}, not a scenario")
        parts = PurePosixPath(text).parts
        if ".." not in parts and not path.is_absolute():
            for candidate in (SHIPPED / text, SHIPPED / f"{text}.yaml"):
                if candidate.suffix in _SUFFIXES and candidate.is_file():
                    return candidate
        beside = [str(path.with_name(p.name)) for p in islice(path.parent.glob("*.yaml"), 500)]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot look for scenario {shown(text)}: {reason}") from None
    known = (*shipped_scenarios(), *beside)
    fix = hint(text, known)
    if not fix and (stem := hint(path.stem, shipped_scenarios())):
        fix = stem
    raise UserError(f"no scenario {shown(text)}{fix}")


def display(path: Path) -> str:
    """Return the path as it is shown to people: relative to the current folder where possible."""
    try:
        here = Path.cwd()
    except OSError:
        return str(path)
    absolute = Path(os.path.normpath(here / path))
    for form, folder in ((absolute, here), (path, here.resolve())):
        if form.is_relative_to(folder):
            return str(form.relative_to(folder))
    return str(absolute)


def read_source(source: Source, log: Log) -> Read:
    """Return what a scenario says, with its roots as :func:`read_chain` has them.

    Args:
        source: a file, the bare name of a shipped scenario, the text of one (which has more than
            one line) or a mapping. What the latter two refer to is sought in the current folder.
        log: gets the problems.

    Raises:
        ScenarioError: something in it cannot be read or found.
        UserError: there is no such file, or the mapping holds what a scenario cannot.
    """
    if not (isinstance(source, Mapping) or (isinstance(source, str) and "\n" in source)):
        found = find_scenario(source)
        chain = _rules_of(found, log)
        chain.fill()
        return Read(display(found), chain.roots, chain.wider, chain.scope)
    name = "text" if isinstance(source, str) else "mapping"
    layer = Layer(name)
    root = read(source, layer, log) if isinstance(source, str) else nodes_of(source, layer)
    chain = _Chain(Path.cwd() / name, log)
    chain.first = name
    chain.lay(root, Path.cwd() / name, (Path.cwd() / name,))
    log.stop(name)
    use_rules(*chain.rules)
    chain.fill()
    return Read(name, chain.roots, chain.wider, chain.scope)


def read_chain(path: Path, log: Log) -> list[Node]:
    """Return the roots of a scenario and of all that it extends, the most basic first.

    Tables of a file are roots of their own below it.

    Where a file extends several others, each lies over those before it in the list, with all that
    it extends itself; a file that is reached twice counts where it is reached first. The arms of
    each file are marked as layers of their own. The rules that the files name are used from now on.

    Raises:
        ScenarioError: a file cannot be read or found, the chain is a cycle or too long, or names
            rules that are not trusted.
        UserError: the first file cannot be opened, or its rules come too late.
    """
    chain = _rules_of(path, log)
    chain.fill()
    return chain.roots


def _rules_of(path: Path, log: Log) -> _Chain:
    """Read the files of a scenario without its tables, and use the rules that they name."""
    chain = _Chain(path, log)
    chain.add(path, ())
    if log.problems:
        log.stop(chain.first)
    use_rules(*chain.rules)
    return chain


def take_rules(name: str | os.PathLike[str]) -> None:
    """Use the rules that a scenario names, before anything uses the model.

    Raises:
        UserError: as of :func:`find_scenario` and :func:`read_chain`.
    """
    _rules_of(find_scenario(name), Log())


@dataclass(frozen=True)
class Wider:
    """The file that has the states which a base world lacks.

    ``roots`` are the first so many of the chain: the base world with all that it extends.
    """

    path: Path
    roots: int


@dataclass(frozen=True)
class Read:
    """What was read of a scenario: its name in messages, and its roots, the most basic first."""

    name: str
    roots: list[Node]
    wider: Wider | None
    scope: Node | None


class _Chain:
    """The files of a scenario in the order in which they lie over one another."""

    def __init__(self, path: Path, log: Log) -> None:
        self.first = display(path)
        self.roots: list[Node] = []
        self.rules: list[Path] = []
        self.wider: Wider | None = None
        self.scope: Node | None = None
        self._pending: list[tuple[Node, Node, Path]] = []
        self._folder = path.resolve().parent
        self._log = log
        self._seen: set[Path] = set()

    def add(self, path: Path, above: tuple[Path, ...]) -> None:
        """Add a file after all that it extends; ``above`` are the files that lead to it."""
        self._seen.add(path.resolve())
        layer = Layer(display(path))
        text = decode(read_bytes(path, MAX_BYTES), layer, self._log)
        root = None if text is None else read(text, layer, self._log)
        self.lay(root, path, (*above, path.resolve()))

    def lay(self, root: Node | None, path: Path, here: tuple[Path, ...]) -> None:
        """Add a root after its tables and all that it extends; ``here`` ends with its own file."""
        log = self._log
        if root is None or not _is_scenario(root, log):
            log.stop(self.first)
            raise UserError(f"cannot read {self.first if root is None else root.layer.file}")
        self._add_rules(root, path)
        tables = root.value.pop("tables", None)
        extends = root.value.pop("extends", None)
        wider, scope = root.value.pop("wider", None), root.value.pop("scope", None)
        for named in () if extends is None or extends.value is None else _named(extends, log):
            found = _resolve(named.value, path, self._folder, _SUFFIXES)
            if isinstance(found, str):
                log.value(named, "extends", found)
            elif found.resolve() in here:
                names = " -> ".join(p.name for p in (*here, found.resolve()))
                log.value(named, "extends", f"a scenario cannot extend itself: {names}")
            elif len(self._seen) > schema.MAX_EXTENDS:
                message = f"more than {schema.MAX_EXTENDS} scenarios extend one another"
                log.value(named, "extends", message)
            elif found.resolve() not in self._seen:
                self.add(found, here)
        self._tables(tables, path)
        self.roots.append(root)
        if scope is not None and schema.SCOPE.check(scope, "scope", log):
            self.scope = scope
        if wider is not None:
            text = wider.value if isinstance(wider.value, str) else ""
            found = _resolve(text, path, self._folder, _SUFFIXES)
            if isinstance(found, str):
                log.value(wider, "wider", found)
            else:
                self.wider = Wider(found, len(self.roots))

    def _add_rules(self, root: Node, path: Path) -> None:
        """Take the files of rules that a scenario names, as ``rules`` or a list of mechanisms."""
        blocks = {"rules": root.value.pop("rules", None)}
        if "mechanisms" in root.value and isinstance(root.value["mechanisms"].value, list):
            blocks["mechanisms"] = root.value.pop("mechanisms")
        for key, block in blocks.items():
            if block is None or not schema.RULES.check(block, key, self._log):
                continue
            for named in block.value:
                found = _resolve(named.value, path, self._folder, (".py",))
                if isinstance(found, str):
                    self._log.value(named, key, found)
                elif not is_trusted(found):
                    self._log.value(
                        named,
                        key,
                        f"would run the code of {display(found)}; nothing of it was run, for a "
                        "scenario is data: read that file and, if you trust it, add --trust "
                        "(in Python: sim.use_rules(trust=True))",
                    )
                else:
                    self.rules.append(found)

    def _tables(self, tables: Node | None, path: Path) -> None:
        """Add the layers of the tables of a file."""
        log = self._log
        if tables is None or not TABLES.check(tables, "tables", log):
            return
        root = Node({}, tables.layer, tables.line, tables.column)
        self.roots.append(root)
        self._pending.append((root, tables, path))

    def fill(self) -> None:
        """Read the tables, of which rules from outside may name columns: so after these."""
        for root, tables, path in self._pending:
            self._fill(root, tables, path)
        if self._log.problems:
            self._log.stop(self.first)

    def _fill(self, root: Node, tables: Node, path: Path) -> None:
        """Read the tables of one file into their root."""
        words, log = schema.vocabulary(), self._log
        for name, entry in tables.value.items():
            named = entry.value.get("file")
            if named is None or "rows" not in entry.value:
                continue  # noted by the check
            if not isinstance(named.value, str):
                read_table(root, name, entry, named.value, name, words, log)
                continue
            found = _resolve(named.value, path, self._folder, SUFFIXES)
            if isinstance(found, str):
                log.value(named, f"tables.{name}.file", found)
            else:
                read_table(root, name, entry, found, display(found), words, log)


def _named(extends: Node, log: Log) -> list[Node]:
    """Return the well-formed paths that an ``extends`` names, one or a list of them."""
    if not schema.EXTENDS.check(extends, "extends", log):
        return []
    return list(extends.value) if isinstance(extends.value, list) else [extends]


def _is_scenario(root: Node, log: Log) -> bool:
    """Check what must hold of a file before it can lie over another."""
    if not isinstance(root.value, dict):
        log.value(root, "", f"a scenario is a mapping, not {describe(root)}")
        return False
    version = root.value.pop("format", None)
    if version is None:
        log.value(root, "", f"missing 'format: {schema.FORMAT}', the version of the file format")
    elif version.value is True or version.value != schema.FORMAT:
        log.value(
            version,
            "format",
            f"this program reads format {schema.FORMAT}, not {describe(version)}",
        )
    if version is None or version.value != schema.FORMAT:
        return False
    for name, child in list(root.value.items()):
        if child.value is None:
            del root.value[name]  # a heading with nothing under it
    arms = root.value.get("arms")
    if arms is not None and isinstance(arms.value, dict):
        for name, arm in arms.value.items():
            layer = Layer(root.layer.file, f"arms.{name}.")
            if isinstance(arm.value, dict):
                arm.value = {k: v for k, v in arm.value.items() if v.value is not None}
                for child in arm.value.values():
                    _mark(child, layer)
    return True


def _mark(node: Node, layer: Layer) -> None:
    """Put a node and all in it on another layer."""
    node.layer = layer
    inner = node.value
    if isinstance(inner, dict | list):
        for child in inner.values() if isinstance(inner, dict) else inner:
            _mark(child, layer)


def _resolve(
    text: str, current: Path, folder: Path, suffixes: tuple[str, ...] = _SUFFIXES
) -> Path | str:
    """Return the file that an ``extends`` or a table means, or what is wrong with it."""
    posix = PurePosixPath(text)
    windows = PureWindowsPath(text)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or "\\" in text:
        return f"expected a path relative to this file, with /, not {shown(text)}"
    wanted = "a .yaml file" if suffixes == _SUFFIXES else f"a {' or '.join(suffixes)} file"
    if posix.suffix not in suffixes:
        return f"expected the path of {wanted}, not {shown(text)}"
    shipped = SHIPPED.resolve()
    outside = False
    try:
        for candidate in (current.parent / text, shipped / text):
            real = candidate.resolve()
            if not (real.is_relative_to(folder) or real.is_relative_to(shipped)):
                outside = True
            elif real.is_file():
                return real if real.suffix in suffixes else f"{shown(text)} is not {wanted}"
    except (OSError, ValueError, RuntimeError):
        return f"cannot follow {shown(text)}"
    if outside:
        return f"{shown(text)} is outside the folder of the scenario and of the shipped scenarios"
    known = _candidates(suffixes, current.resolve().parent, shipped)
    return f"no such file {shown(text)}{hint(text, known)}"


def _candidates(suffixes: tuple[str, ...], *folders: Path) -> list[str]:
    """Return the paths that could have been meant, relative to each folder."""
    found: list[str] = []
    for folder in folders:
        for pattern in (f"{inner}*{suffix}" for inner in ("", "*/") for suffix in suffixes):
            paths = islice(folder.glob(pattern), _MAX_LISTED)
            found.extend(path.relative_to(folder).as_posix() for path in paths)
    return found

"""YAML text to plain values that know their place in the file.

The text is read as a stream of parser events (libyaml when it is there) and never by PyYAML's
constructors, so no tag can build an object and no alias can multiply the text. Scalars follow the
core schema of YAML 1.2, plus ``on`` and ``off``: ``NO`` is a text, ``1e3`` a number. Keys are
always texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import yaml

from sim.errors import Problem, ScenarioError, is_plain, shown

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 200_000
MAX_DEPTH = 32
MAX_TEXT = 20_000
MAX_KEY = 100
_MAX_DIGITS = 40

_EVENTS: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
for _word in ("true", "on"):
    _WORDS |= {_word: True, _word.title(): True, _word.upper(): True}
for _word in ("false", "off"):
    _WORDS |= {_word: False, _word.title(): False, _word.upper(): False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_UNREADABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER_STARTS = frozenset("+-.0123456789")


class Layer:
    """Where a node was written: a file, an arm in a file, or an option of the command line."""

    __slots__ = ("file", "option", "prefix")

    def __init__(self, file: str, prefix: str = "", option: str | None = None) -> None:
        self.file = file
        self.prefix = prefix
        self.option = option

    def problem(self, line: int, column: int, key: str, message: str) -> Problem:
        """Return the problem at a place of this layer."""
        if self.option is None:
            return Problem(self.file, line, column, (self.prefix + key).rstrip("."), message)
        name = self.option.partition("=")[0].removeprefix("--set ").strip()
        if key and key != name and not key.endswith("." + name):
            message = f"{key}: {message}"
        return Problem(self.file, 0, 0, shown(self.option)[1:-1], message)


class Node:
    """A value with its place: a mapping of names to nodes, a list of nodes, or a scalar.

    ``key_line`` and ``key_column`` are the place of the key in front of the value. ``defaults``
    are the source, range, confidence and note in force where the value was written, each with the
    dotted key of the block that gives it, ``own`` those of them that its layer gives (see
    :mod:`sim.scenario.overlay`). ``sound`` says that its form has been checked, so that an arm
    checks only what it changes.
    """

    __slots__ = (
        "column",
        "defaults",
        "key_column",
        "key_line",
        "layer",
        "line",
        "own",
        "sound",
        "value",
    )

    def __init__(self, value: Any, layer: Layer, line: int, column: int) -> None:
        self.value = value
        self.layer = layer
        self.line = self.key_line = line
        self.column = self.key_column = column
        self.defaults: dict[str, tuple[Node, str]] = {}
        self.own: dict[str, tuple[Node, str]] = {}
        self.sound = False

    def like(self, value: Any) -> Node:
        """Return a node with another value at the same place."""
        node = Node(value, self.layer, self.line, self.column)
        node.key_line, node.key_column = self.key_line, self.key_column
        node.defaults = self.defaults
        return node

    def plain(self) -> Any:
        """Return the value with dictionaries, lists and scalars instead of nodes."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class Part(list[Node]):
    """A list that a scope has made shorter or longer; ``stated`` is its length where it is said."""

    def __init__(self, items: Iterable[Node], stated: int) -> None:
        super().__init__(items)
        self.stated = stated


class Log:
    """The problems found so far.

    ``dropped`` has the dotted keys of the entries taken out because they are malformed: a
    reference to one of those is not a second mistake. ``notices`` has what is no mistake but is
    told: what is said and has no effect, what is lacking and which default is taken.
    """

    def __init__(self) -> None:
        self.problems: dict[Problem, bool] = {}
        self.notices: dict[Problem, None] = {}
        self.dropped: set[str] = set()

    def at(self, layer: Layer, line: int, column: int, key: str, message: str) -> None:
        """Note a problem at a place; the same problem is noted once."""
        self.problems[layer.problem(line, column, key, message)] = bool(layer.prefix)

    def value(self, node: Node, key: str, message: str) -> None:
        """Note a problem with the value of a node."""
        self.at(node.layer, node.line, node.column, key, message)

    def key(self, node: Node, key: str, message: str) -> None:
        """Note a problem with the key in front of a node."""
        self.at(node.layer, node.key_line, node.key_column, key, message)

    def notice(self, node: Node, key: str, message: str) -> None:
        """Note something to be told about the key in front of a node; it stops nothing."""
        problem = node.layer.problem(node.key_line, node.key_column, key, message)
        self.notices[problem] = None

    def stop(self, first: str = "") -> None:
        """Raise what was found, if anything, in order of place, the file ``first`` first.

        Raises:
            ScenarioError: there are problems.
        """
        if self.problems:
            raise ScenarioError(
                sorted(self.problems, key=lambda p: (p.file != first, p.file, p.line, p.column))
            )


class _UnreadableError(Exception):
    """The text cannot be read further; the problem is in the log."""


def describe(node: Node) -> str:
    """Return what a node holds, for a message: ``text 'abc'``, ``a list``, ``on``."""
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return shown(value) if isinstance(value, str) else f"the number {value:.12g}"


def decode(data: bytes, layer: Layer, log: Log, limit: int = MAX_BYTES) -> str | None:
    """Return the text of a file, or None with the problem in the log."""
    if len(data) > limit:
        log.at(layer, 1, 1, "", f"the file is larger than {limit // 1024 // 1024} MB")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        log.at(layer, before.count(b"\n") + 1, column, "", "the file is not UTF-8 text")
        return None


def read(text: str, layer: Layer, log: Log) -> Node | None:
    """Return the one document of the text, or None when it cannot be read.

    Problems go to the log; some of them (a duplicate key, an infinite number) do not stop the
    reading, so a node may be returned although there are problems.
    """
    if bad := _UNREADABLE.search(text):  # libyaml would name a byte and no line
        index = bad.start()
        line = text.count("\n", 0, index) + 1
        column = index - (text.rfind("\n", 0, index) + 1) + 1
        log.at(layer, line, column, "", f"character U+{ord(bad.group()):04X} is not allowed")
        return None
    try:
        return _Reader(text, layer, log).document()
    except _UnreadableError:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        log.at(layer, line, column, "", f"not valid YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError, OverflowError, LookupError) as error:
        reason = getattr(error, "reason", None) or "unreadable character"
        log.at(layer, 1, 1, "", f"not valid YAML: {reason}")
    return None


class _Reader:
    """Builds nodes from events with its own stack, so that depth is bounded before recursion."""

    def __init__(self, text: str, layer: Layer, log: Log) -> None:
        self._next = _EVENTS(text).get_event
        self._layer = layer
        self._log = log
        self._count = 0

    def _note(self, event: Any, message: str) -> None:
        mark = event.start_mark
        self._log.at(self._layer, mark.line + 1, mark.column + 1, "", message)

    def _fail(self, event: Any, message: str) -> _UnreadableError:
        self._note(event, message)
        return _UnreadableError()

    def document(self) -> Node:
        top: Node | None = None
        stack: list[Node] = []  # the open collections
        keys: list[tuple[str, Any] | None] = []  # of each, the key that waits for its value
        while (event := self._next()) is not None:
            kind = type(event)
            if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                stack.pop()
                keys.pop()
                continue
            if kind is yaml.DocumentStartEvent and top is not None:
                raise self._fail(event, "a scenario is one document; found a second '---'")
            if kind not in _CONTENT:
                continue
            opened = stack[-1].value if stack else None
            if isinstance(opened, dict) and keys[-1] is None:
                keys[-1] = (self._key(event), event.start_mark)
                continue
            node = self._node(event)
            if opened is None:
                top = node
            elif isinstance(opened, list):
                opened.append(node)
            else:
                name, mark = keys[-1] or ("", event.start_mark)
                keys[-1] = None
                node.key_line, node.key_column = mark.line + 1, mark.column + 1
                if name in opened:
                    first = opened[name].key_line
                    self._log.key(node, "", f"duplicate key {shown(name)}; first on line {first}")
                else:
                    opened[name] = node
            if isinstance(node.value, dict | list):
                stack.append(node)
                keys.append(None)
                if len(stack) > MAX_DEPTH:
                    raise self._fail(event, f"nested more than {MAX_DEPTH} deep")
        if top is None:
            self._log.at(self._layer, 1, 1, "", "nothing but blanks and comments")
            raise _UnreadableError
        return top

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            sign = "*" if type(event) is yaml.AliasEvent else "&"
            what = f"{sign}{event.anchor}"
            self._note(event, f"anchors and aliases are not supported: {shown(what)}")
        if getattr(event, "tag", None) is not None:
            self._note(event, f"tags are not supported: {shown(event.tag)}")

    def _key(self, event: Any) -> str:
        if type(event) is not yaml.ScalarEvent:
            raise self._fail(event, "a key must be a plain text")
        self._refuse_extras(event)
        key: str = event.value
        if len(key) > MAX_KEY:
            raise self._fail(event, f"a key of more than {MAX_KEY} characters")
        if not key.isprintable():
            raise self._fail(event, f"a key with unprintable characters: {shown(key)}")
        return key

    def _node(self, event: Any) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._fail(event, f"more than {MAX_NODES} values")
        self._refuse_extras(event)
        mark = event.start_mark
        kind = type(event)
        value: Any = None
        if kind is yaml.ScalarEvent:
            value = event.value
            if event.implicit[0]:
                value = self._scalar(event)
            elif len(value) > MAX_TEXT:
                self._note(event, f"a text of more than {MAX_TEXT} characters")
            if isinstance(value, str) and not value.isprintable():
                self._check_characters(event, value)
        elif kind is yaml.MappingStartEvent:
            value = {}
        elif kind is yaml.SequenceStartEvent:
            value = []
        return Node(value, self._layer, mark.line + 1, mark.column + 1)

    def _check_characters(self, event: Any, text: str) -> None:
        """Refuse what an escape in quotes can bring in: control, direction, no width."""
        hidden = next((c for c in text if not is_plain(c)), None)
        if hidden is not None:
            code = f"U+{ord(hidden):04X}"
            self._note(event, f"the character {code} cannot be seen or turns text; leave it out")

    def _scalar(self, event: Any) -> bool | int | float | str | None:
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            if len(text) > MAX_TEXT:
                self._note(event, f"a text of more than {MAX_TEXT} characters")
            return text
        if _FLOAT.match(text):
            if len(text) > _MAX_DIGITS:
                self._note(event, f"a number of more than {_MAX_DIGITS} characters")
                return 0.0
            number = int(text) if _INTEGER.match(text) else float(text)
            if not math.isfinite(number):
                self._note(event, f"not a finite number: {shown(text)}")
                return 0.0
            return number
        if _BASED.match(text) and len(text) <= _MAX_DIGITS:
            return int(text[2:], 8 if text[1] == "o" else 16)
        if _NOT_FINITE.match(text):
            self._note(event, f"not a finite number: {shown(text)}")
            return 0.0
        if len(text) > MAX_TEXT:
            self._note(event, f"a text of more than {MAX_TEXT} characters")
        return text


_CONTENT = frozenset(
    (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent)
)

"""``--set key=value`` as one more layer over a scenario."""

from __future__ import annotations

from sim.errors import hint, shown
from sim.scenario.reader import MAX_KEY, Layer, Log, Node, read
from sim.scenario.schema import Vocabulary

_MAX_LENGTH = 2_000
_MAX_PATH = 8
_CLOSED = ("format", "extends", "rules", "tables", "wider", "arms", "answer", "claims")
_BLOCKS = ("parameters", "mechanisms", "terms")


def read_override(text: str, words: Vocabulary, allowed: tuple[str, ...], log: Log) -> Node | None:
    """Return the root of the layer that an override means, or None with the problem in the log.

    The key is a dotted path of the file, or just the name of a parameter, mechanism or term; the
    value is a YAML value.

    Args:
        text: ``key=value``.
        words: the names that the model knows.
        allowed: names of the blocks of a scenario.
        log: gets the problems.
    """
    layer = Layer("command line", option=f"--set {text[:_MAX_LENGTH]}")

    key, equals, written = text.partition("=")
    key = key.strip()
    if len(text) > _MAX_LENGTH:
        return _fail(layer, log, f"longer than {_MAX_LENGTH} characters")
    if not equals or not key or len(key) > 4 * MAX_KEY or not key.isprintable():
        return _fail(layer, log, "expected key=value, such as parameters.name=8")
    path = _path(key, words)
    if isinstance(path, str):
        return _fail(layer, log, path)
    top = path[0]
    if top in _CLOSED:
        return _fail(layer, log, f"'{top}' cannot be set on the command line")
    if top not in allowed:
        names = [*allowed, *words.params, *words.mechanisms, *words.terms]
        return _fail(
            layer, log, f"unknown key {shown(key)}{hint(key, names) or hint(top, allowed)}"
        )
    if len(path) > _MAX_PATH:
        return _fail(layer, log, f"no key has more than {_MAX_PATH} names")
    if not written.strip():
        return _fail(layer, log, "no value after '='")
    if not all(path):
        return _fail(layer, log, f"an empty name in the key {shown(key)}")
    before = len(log.problems)
    value = read(written, layer, log)
    if value is None or len(log.problems) > before:
        return None
    for name in reversed(path):
        value = Node({name: value}, layer, 0, 0)
    return value


def _fail(layer: Layer, log: Log, message: str) -> Node | None:
    log.at(layer, 0, 0, "", message)
    return None


def _path(key: str, words: Vocabulary) -> tuple[str, ...] | str:
    """Return the path that a key means, or what is wrong with it."""
    tables = dict(zip(_BLOCKS, (words.params, words.mechanisms, words.terms), strict=True))
    meant = [f"{block}.{key}" for block, table in tables.items() if key in table]
    if len(meant) > 1:
        return f"'{key}' may mean {' or '.join(meant)}; write one of them"
    if meant:
        return (meant[0].partition(".")[0], key)
    top, dot, rest = key.partition(".")
    if top in _BLOCKS and dot:
        return (top, rest)  # names of parameters have dots
    return tuple(key.split("."))

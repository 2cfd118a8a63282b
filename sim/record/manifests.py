"""Manifests, the files that say what a folder holds, read with distrust.

A folder may have been edited by hand, cut off by a full disk, or be another program's. Whatever is
wrong with it is told as what is damaged and where.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from sim.errors import UserError, shown
from sim.rules.outside import MANIFEST_KEY
from sim.rules.outside import facts as facts_of_rules
from sim.system.files import READY, alone, finish

PROGRAM: Final = "multipolar"
"""What the manifest of every folder of this program says under ``program``."""

FORMAT: Final = 4
"""Version of the layout on disk; a reader refuses any other."""

MANIFEST: Final = "manifest.json"
"""The file that makes a folder a result."""

_RULES: Final = [{"name": str, "path": str, "sha256": str}]
_LARGEST: Final = 512 * 2**20
_PATIENCE: Final = 30.0

type Shape = Any
"""What a value of JSON has to be.

A type; a mapping with these keys (``"key?"`` may be missing) and any others; ``{str: shape}``, a
mapping of any keys; ``[shape]``, a list of any length; a tuple of shapes, a list of that length.
"""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``least`` to ``most``."""

    least: int = 0
    most: int = 2**62


@dataclass(frozen=True, slots=True)
class Maybe:
    """Null, or a value of this shape."""

    shape: Shape


NUMBER: Final = int | float
TABLE: Final[Shape] = {"rows": Whole(), "sha256": str}
"""A table under ``files`` of a manifest: its rows and checksum."""

TEXT: Final = str | None


@contextmanager
def reading(place: Path | str) -> Iterator[None]:
    """Say of whatever fails in the block that ``place`` is damaged, or cannot be read.

    Raises:
        UserError: instead of any other exception; its cause is kept.
    """
    try:
        yield
    except UserError:
        raise
    except OSError as error:
        raise UserError(f"{place} cannot be read: {error.strerror or error}") from error
    except Exception as error:
        raise UserError(f"{place} is damaged: {_said(error)}") from error


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(error, KeyError):
        return f"{text} is missing"
    return shown(text)[1:-1] if len(text) > _SHOWN else text or type(error).__name__


_SHOWN: Final = 300


def read_json(path: Path) -> Any:
    """Return a file of JSON; a repeated key, NaN or infinity, or half a surrogate is an error.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read, or is no JSON.
    """
    if path.exists() and not path.is_file():
        raise ValueError("it is no ordinary file")
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST >> 20} MB")
    found = json.loads(
        path.read_text("utf-8"),
        object_pairs_hook=_once,
        parse_constant=_no_number,
        parse_float=_finite,
    )
    json.dumps(found, ensure_ascii=False).encode()  # half a surrogate cannot be printed
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
        raise ValueError(f"{shown(twice)} is there twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    if math.isinf(value := float(text)):
        raise ValueError(f"{shown(text)} is too large a number")
    return value


def check(value: Any, shape: Shape, where: str = "") -> None:
    """Check that a value of JSON has a shape.

    Raises:
        ValueError: it has not; the text says where (a dotted key) and what was expected.
    """
    match shape:
        case Whole():
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not shape.least <= value <= shape.most:
                limit = f" up to {shape.most}" if shape.most < Whole().most else ""
                _wrong(value, f"a whole number from {shape.least}{limit}", where)
        case Maybe():
            if value is not None:
                check(value, shape.shape, where)
        case dict():
            _check_mapping(value, shape, where)
        case list():
            if not isinstance(value, list):
                _wrong(value, "a list", where)
            for at, item in enumerate(value):
                check(item, shape[0], f"{where}[{at}]")
        case tuple():
            if not isinstance(value, list) or len(value) != len(shape):
                _wrong(value, f"a list of {len(shape)}", where)
            for at, part in enumerate(shape):
                check(value[at], part, f"{where}[{at}]")
        case _:
            # to Python, but not here, truth is a number
            truth = isinstance(value, bool) and shape == NUMBER
            if truth or not isinstance(value, shape):
                _wrong(value, _NAMES.get(shape, str(shape)), where)


def shape_of(record: type, *, gaps: bool = False) -> dict[str, Shape]:
    """Return the shape of a dataclass of plain fields as ``asdict`` gives it to JSON.

    Args:
        record: the class.
        gaps: whether a number may be null, which is how one that is not finite is written.
    """
    hints = get_type_hints(record)
    return {field.name: _shape(hints[field.name], gaps) for field in fields(record)}


def _shape(hint: Any, gaps: bool) -> Shape:
    if hint is float:
        return Maybe(NUMBER) if gaps else NUMBER
    if hint in _PLAIN:
        return _PLAIN[hint]
    of, inner = get_origin(hint), get_args(hint)
    if of is tuple and inner[-1] is Ellipsis:
        return [_shape(inner[0], gaps)]
    if of is Mapping:
        return {str: _shape(inner[1], gaps)}
    if of is UnionType:
        return Maybe(_shape(next(part for part in inner if part is not type(None)), gaps))
    if hasattr(hint, "__dataclass_fields__"):
        return shape_of(hint, gaps=gaps)
    return object


def _check_mapping(value: Any, shape: Mapping[Any, Shape], where: str) -> None:
    if not isinstance(value, dict):
        _wrong(value, "a mapping", where)
    for key, part in shape.items():
        if key is str:
            for name, item in value.items():
                check(item, part, _dotted(where, name))
        elif (name := key.removesuffix("?")) in value:
            check(value[name], part, _dotted(where, name))
        elif name == key:
            raise ValueError(f"{_dotted(where, name)} is missing")


_PLAIN: Final[Mapping[object, Shape]] = {
    str: str,
    bool: bool,
    int: Whole(),
}
_NAMES: Final[Mapping[object, str]] = {
    str: "a text",
    bool: "true or false",
    NUMBER: "a number",
    TEXT: "a text or null",
    object: "a value",
}


def _dotted(where: str, name: str) -> str:
    return f"{where}.{shown(name)[1:-1]}" if where else shown(name)[1:-1]


def _wrong(value: Any, expected: str, where: str) -> None:
    found = shown(json.dumps(value, ensure_ascii=False)[:200])[1:-1]
    raise ValueError(f"{where or 'it'}: expected {expected}, not {found}")


def read_manifest(
    folder: Path | str, kind: str | None = None, shape: Shape | None = None
) -> dict[str, Any]:
    """Return the manifest of a saved result.

    Args:
        folder: of the result.
        kind: which it has to be; any by default.
        shape: of what the reader needs of it.

    Raises:
        UserError: there is none, or it is damaged, of another program, format or kind.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UserError(f"{place}: there is no such folder of results")
    if (place / READY).is_dir():  # killed while it was replaced, or just now being replaced
        with alone(place, patience=_PATIENCE), reading(place):
            finish(place)
    path = place / MANIFEST
    if not path.exists():
        raise UserError(f"{place} has no {MANIFEST}: not a result, or an incomplete one")
    with reading(path):
        manifest = read_json(path)
        check(manifest, {})
    if manifest.get("program") != PROGRAM and "format" not in manifest:
        raise UserError(f"{place} is not a result: its {MANIFEST} is of another program")
    with reading(path):
        check(manifest, {"format": Whole()})
    if (number := manifest["format"]) != FORMAT:
        raise UserError(
            f"{place} has format {number}; this version reads format {FORMAT}: run it again"
        )
    with reading(path):
        check(manifest, {"program": str, "kind": str, f"{MANIFEST_KEY}?": _RULES})
    if manifest["program"] != PROGRAM:
        raise UserError(f"{place} is not a result: its {MANIFEST} is of another program")
    if kind is not None and manifest["kind"] != kind:
        raise UserError(f"{place} holds a {shown(manifest['kind'])[1:-1]}, not a {kind}")
    if shape is not None:
        with reading(path):
            check(manifest, shape)
    return dict(manifest)


def manifest_text(kind: str, facts: Mapping[str, Any]) -> str:
    """Return the text of a manifest of this kind; it names the rules from outside, if any.

    Raises:
        ValueError: a fact is no finite number.
    """
    whole = {
        "program": PROGRAM,
        "format": FORMAT,
        "kind": kind,
        MANIFEST_KEY: facts_of_rules(),
        **facts,
    }
    if not whole[MANIFEST_KEY]:
        del whole[MANIFEST_KEY]
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def tupled(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the lists of JSON back into tuples."""

    def tuples(value: Any) -> Any:
        return tuple(tuples(item) for item in value) if isinstance(value, list) else value

    return {key: tuples(value) for key, value in entries.items()}

"""Valid input made invalid: bytes, trees of YAML and JSON, tables."""

from __future__ import annotations

import copy
import csv
import io
import random
import re
from typing import Any

ODD_TEXT = [
    "", " ", "\0", "\x1b[31m", "\ufeff", "\u202e", "²", "٣", "é", "𝟙", "null", "~", "yes", "no", "on", "off", "true",
    "nan", ".nan", "inf", "-.inf", "1e999", "-0", "0x1f", "1_000", "1:30", "2024Q5", "2024-01-01", "1,5", "-9",
    "!!python/object:os.system", "&a *a", "<<", "[", "]", "{", "}", ":", "- ", "#", "%", "'", '"', "\\", "\n", "\r\n",
    "\r", "\t", ";", ",", "=", ">", "*", "@", "../nowhere/x", "/nowhere/x", "a" * 3000, "[" * 500, "(" * 500,
    "-" * 300, "9" * 400, "\x85", "\u2028", "ＡＡＡ", "AAA", "9999Q4", "0000Q1",
]  # fmt: skip
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2, 0.5, 1e308, -1e308, 1e-308, float("nan"), float("inf"), 10**30, "", "x", "all",
    "unknown", [], {}, [[]], [None], {"": ""}, {"value": None}, {"value": 1, "range": "0%"}, ["AAA"] * 3, ["AAA", "BBB"],
    {"set": 1, "add": 1}, "AAA-BBB", "AAA>BBB", "AAA", "2024Q1", "1975Q4", "50%", "±1", "1..2", "most runs", [0.1, 0.5],
    [0.5, 0.1], {"since": "1976Q1"}, {"until": "1975Q1"},
]  # fmt: skip


def broken_bytes(rng: random.Random, data: bytes, others: list[bytes] = []) -> bytes:  # noqa: B006
    """A few random edits of a text or binary file."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(7):
            case 0 if out:
                out[at % len(out)] = rng.randrange(256)
            case 1:
                del out[at : at + rng.choice([1, 1, 2, 8, 200])]
            case 2:
                out[at:at] = odd_bytes(rng)
            case 3:
                out[at:at] = out[at : at + rng.choice([1, 5, 50, 500])]
            case 4 if others:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                out[at:at] = other[start : start + rng.choice([3, 20, 200])]
            case 5:
                out[at:] = b""
            case _:
                words = [m.span() for m in re.finditer(rb"[\w.]+", bytes(out))]
                if words:
                    first, last = rng.choice(words)
                    out[first:last] = odd_bytes(rng)
    return bytes(out)


def odd_bytes(rng: random.Random) -> bytes:
    return rng.choice(ODD_TEXT).encode("utf-8", "surrogatepass")


def broken_text(rng: random.Random, text: str, others: list[str] = []) -> str:  # noqa: B006
    """The same of a text that stays one."""
    return broken_bytes(rng, text.encode(), [x.encode() for x in others]).decode("utf-8", "replace")


def broken_tree(rng: random.Random, tree: Any) -> Any:
    """A copy of a tree of mappings and lists with a few nodes replaced, dropped or moved."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 2, 3])):
        places: list[tuple[Any, Any]] = []
        todo = [tree]
        while todo:
            node = todo.pop()
            children = node.items() if isinstance(node, dict) else enumerate(node)
            for key, child in children:
                places.append((node, key))
                if isinstance(child, dict | list):
                    todo.append(child)
        if not places:
            return rng.choice(ODD_VALUES)
        node, key = rng.choice(places)
        match rng.randrange(6):
            case 0:
                del node[key]
            case 1:
                node[key] = copy.deepcopy(rng.choice(ODD_VALUES))
            case 2 | 3:
                other, name = rng.choice(places)
                if name in other if isinstance(other, dict) else name < len(other):
                    node[key] = copy.deepcopy(other[name])
            case 4 if isinstance(node, dict):
                node[rng.choice(ODD_TEXT)] = node.pop(key)
            case _:
                if isinstance(node, dict):
                    node[str(key) + rng.choice("xQ0_")] = node.pop(key)
                else:
                    node.insert(key, copy.deepcopy(rng.choice(ODD_VALUES)))
    return tree


def broken_cells(rng: random.Random, data: bytes) -> bytes:
    """A table of text with a few cells, rows or columns replaced, dropped, doubled or moved."""
    text = data.decode("utf-8", "replace")
    mark = ";" if ";" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    for _ in range(rng.choice([1, 1, 2, 4])):
        row = rng.choice(rows)
        at = rng.randrange(max(1, len(row)))
        match rng.randrange(7):
            case 0 | 1 if row:
                row[at] = rng.choice(ODD_TEXT)
            case 2 if row:
                other = rng.choice(rows)
                row[at] = rng.choice(other) if other else ""
            case 3:
                rows.remove(row)
            case 4:
                rows.insert(rng.randrange(len(rows) + 1), list(row))
            case 5:
                for each in rows:
                    del each[at : at + 1]
            case _:
                for each in rows:
                    each[at:at] = each[at : at + 1]
        rows = rows or [[""]]
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n", escapechar="\\").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def broken_table(rng: random.Random, table: Any) -> Any:
    """A table of Arrow with a column of another type, lost, doubled, of gaps, or of other rows."""
    import pyarrow as pa

    names = list(table.column_names)
    at = rng.randrange(max(1, len(names)))
    rows = table.num_rows
    odd: list[Any] = [
        ["x"] * rows, [None] * rows, [True] * rows, [[1]] * rows, [{"a": 1}] * rows, [b"\xff"] * rows, [2**62] * rows,
        [float("nan")] * rows, [float("inf")] * rows, [-1] * rows, pa.array([0] * rows, pa.timestamp("ns")),
        pa.array([0] * rows, pa.uint8()), pa.array([0.0] * rows, pa.float16()), pa.array(["x"] * rows).dictionary_encode(),
    ]  # fmt: skip
    match rng.randrange(6):
        case 0 | 1 if names:
            return table.set_column(at, names[at], pa.array(rng.choice(odd)))
        case 2 if names:
            return table.remove_column(at)
        case 3 if names:
            return table.append_column(rng.choice([names[at], "", "x\0"]), table.column(at))
        case 4:
            return table.slice(0, rng.choice([0, 1, max(0, rows - 1)]))
        case _:
            return table.rename_columns([rng.choice(["", "x", *names]) for _ in names])


def broken_file(rng: random.Random, data: bytes, name: str) -> bytes:
    """A file broken as its kind suggests, or in its bytes."""
    if rng.random() < 0.3:
        return broken_bytes(rng, data)
    if name.endswith(".csv"):
        return broken_cells(rng, data)
    if name.endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        out = pa.BufferOutputStream()
        table = pq.ParquetFile(pa.BufferReader(data)).read()
        kept = {"write_page_checksum": True, "row_group_size": max(1, table.num_rows)}
        pq.write_table(broken_table(rng, table), out, **kept)
        return out.getvalue().to_pybytes()
    return broken_bytes(rng, data)

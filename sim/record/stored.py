"""Records whose arrays stay on disk: tables written by batches of runs and read as they are needed.

A table holds its rows run by run, so a variable of all runs is one column, and some runs are some
of the rows. Nothing is mapped into memory: what is read is what is asked for.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError
from sim.record.arrays import AXES, BATCH, COUNTS, EnsembleRecord, move_dtype
from sim.record.columns import Columns, columns_of, move_columns, move_field, to_arrow

type Array = npt.NDArray[Any]

TABLES: Final = ("runs", "states", "dyads", "collectives", "network", "moves")
"""The tables that a record is made of; each is ``<name>.parquet``."""

_SPLIT: Final = ("float", "double")


def table_path(folder: Path, name: str) -> Path:
    """Return where a table is in its folder."""
    return folder / f"{name}.parquet"


# --- writing -------------------------------------------------------------------------------------
class TableWriter:
    """Writes a table, some of its rows at a time; a context that closes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def add(self, columns: Columns) -> None:
        """Append rows; they become a row group.

        Raises:
            OSError: the disk is full, or cannot be written.
        """
        import pyarrow.parquet as pq

        table = to_arrow(columns)
        if self._file is None:
            kinds = {column.name: str(column.type) for column in table.schema}
            self._file = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[key for key, kind in kinds.items() if kind.startswith("dict")],
                use_byte_stream_split=[key for key, kind in kinds.items() if kind in _SPLIT],
            )
        self._file.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Spool:
    """The tables of a record in the making, in a folder that goes when nobody reads it any more.

    Args:
        root: folder in which it is made.
        quarters: names of ticks 0 to T.

    Raises:
        UserError: it cannot be made.
    """

    def __init__(self, root: Path, quarters: list[str]) -> None:
        with _told(root):
            root.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix=".", suffix=".partial", dir=root))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.runs = 0
        self._quarters = quarters
        self._axes: dict[str, Any] = {}
        self._writers = {name: TableWriter(table_path(self.folder, name)) for name in TABLES}

    def add(self, part: EnsembleRecord) -> None:
        """Append the runs of a record.

        Raises:
            UserError: the disk is full, or cannot be written.
        """
        with _told(self.folder.parent):
            for name, writer in self._writers.items():
                writer.add(columns_of(name, part, self._quarters, first=self.runs))
        self._axes = {name: getattr(part, name) for name in AXES}
        self.runs += part.runs

    def record(self) -> EnsembleRecord:
        """Return the record of all runs that were added; no more can be.

        Raises:
            UserError: the disk is full, or cannot be written.
        """
        with _told(self.folder.parent):
            for writer in self._writers.values():
                writer.close()
        return stored_record(self.folder, self._axes, self.runs, self._quarters, keep=self)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"cannot write to {place}: {error.strerror or error}") from error


# --- reading -------------------------------------------------------------------------------------
class StoredTable:
    """A table on disk, of which any thread may read rows and columns.

    Args:
        path: the file.
        keep: what must not go as long as the table is read.

    Raises:
        OSError, pyarrow.ArrowException: it is no Parquet file.
    """

    def __init__(self, path: Path, keep: object = None) -> None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            self._metadata = file.metadata
        groups = range(self._metadata.num_row_groups)
        sizes = [self._metadata.row_group(at).num_rows for at in groups]
        self._path, self._keep = path, keep
        self._starts = np.cumsum([0, *sizes])

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._starts[-1])

    def read(self, columns: Sequence[str], begin: int = 0, end: int | None = None) -> Iterator[Any]:
        """Yield the rows from ``begin`` to ``end`` as ``pyarrow.Table``, a row group at a time."""
        import pyarrow.parquet as pq

        end = self.rows if end is None else end
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            for at in range(len(self._starts) - 1):
                low, high = max(begin, self._starts[at]), min(end, self._starts[at + 1])
                if low < high:
                    group = file.read_row_group(at, columns=list(columns), use_threads=False)
                    yield group.slice(low - self._starts[at], high - low)

    def numbers(self, column: str, begin: int = 0, end: int | None = None) -> Array:
        """Return a column of numbers, of the rows from ``begin`` to ``end``."""
        kind = self._metadata.schema.to_arrow_schema().field(column).type.to_pandas_dtype()
        end = self.rows if end is None else end
        found, at = np.empty(end - begin, kind), 0
        for table in self.read([column], begin, end):
            found[at : at + table.num_rows] = table.column(column).to_numpy()
            at += table.num_rows
        return found


class Series:
    """An array ``(R, ...)`` on disk, indexed as in memory; the first index is a run or a slice.

    Args:
        shape, dtype: as of an array.
        load: returns the runs from one number up to another, whole.
        variable: returns one variable of all runs, ``(R, T+1, W)``, if the third axis is variables.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: npt.DTypeLike,
        load: Callable[[int, int], Array],
        variable: Callable[[int], Array] | None = None,
    ) -> None:
        self.shape, self.dtype, self.ndim = shape, np.dtype(dtype), len(shape)
        self._load, self._variable = load, variable
        self._few = max(1, BATCH // max(1, self.dtype.itemsize * int(np.prod(shape[1:]))))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        runs, *rest = key if isinstance(key, tuple) else (key,)
        if self._variable is not None and len(rest) > 1 and isinstance(rest[1], int | np.integer):
            found: Array = self._variable(int(rest[1]))[runs, rest[0], *rest[2:]]
            return found
        if isinstance(runs, int | np.integer):
            run = range(len(self))[runs]
            found = self[run : run + 1][0][*rest] if rest else self[run : run + 1][0]
            return found
        begin, end, step = runs.indices(len(self))
        starts = range(begin, end, self._few) or (begin,)
        # copies, as a view would keep alive all that was read
        parts = [
            self._load(at, min(at + self._few, max(begin, end)))[(slice(None), *rest)].copy()
            for at in starts
        ]
        return (parts[0] if len(parts) == 1 else np.concatenate(parts))[::step]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self[:].astype(dtype or self.dtype, copy=False)


class StoredMoves:
    """Rows of :func:`sim.record.arrays.move_dtype` on disk: a field by its name, rows by a mask.

    Args:
        table: of moves.
        names: see :func:`sim.record.columns.move_field`.
    """

    ndim = 1

    def __init__(self, table: StoredTable, names: Mapping[str, tuple[str, ...]]) -> None:
        self._table, self._names = table, names
        self.dtype = move_dtype(len(names["terms"]))
        self.shape = (table.rows,)

    def __len__(self) -> int:
        return self._table.rows

    def __getitem__(self, key: Any) -> Array:
        if isinstance(key, str):
            columns = move_columns(key, self._names["terms"])
            parts = [move_field(rows, key, self._names) for rows in self._table.read(columns)]
            kind = self.dtype[key]
            return np.concatenate(parts) if parts else np.empty((0, *kind.shape), kind.base)
        if isinstance(key, slice):
            begin, end, step = key.indices(len(self))
            return self._rows(begin, max(begin, end))[::step]
        if getattr(key, "dtype", None) == np.bool_:
            found, at = [self._rows(0, 0)], 0
            for size in self._sizes:
                if key[at : at + size].any():
                    found.append(self._rows(at, at + size)[key[at : at + size]])
                at += size
            return np.concatenate(found)
        chosen: Array = self._rows(0, len(self))[key]
        return chosen

    @cached_property
    def _sizes(self) -> list[int]:
        return [table.num_rows for table in self._table.read(["run"])]

    def _rows(self, begin: int, end: int) -> Array:
        fields = self.dtype.names or ()
        columns = [name for key in fields for name in move_columns(key, self._names["terms"])]
        rows, at = np.zeros(end - begin, self.dtype), 0
        for table in self._table.read(columns, begin, end):
            for field in fields:
                rows[field][at : at + table.num_rows] = move_field(table, field, self._names)
            at += table.num_rows
        return rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self._rows(0, len(self))


def stored_record(
    folder: Path,
    axes: Mapping[str, Any],
    runs: int,
    quarters: Sequence[str],
    *,
    keep: object = None,
) -> EnsembleRecord:
    """Return a record that reads its arrays from the tables in a folder.

    Args:
        folder: of the tables :data:`TABLES`.
        axes: values of :data:`sim.record.arrays.AXES`.
        runs: how many there are.
        quarters: names of ticks 0 to T.
        keep: what must not go as long as the record is read.

    Raises:
        KeyError, ValueError, OSError, pyarrow.ArrowException: the tables are not of such a record.
    """
    tables = {name: StoredTable(table_path(folder, name), keep) for name in TABLES}
    n, ticks, kept = len(axes["states"]), axes["quarters"] + 1, len(axes["network_ticks"])
    upper = np.triu_indices(n, 1)
    for name, width in (
        ("runs", 1),
        ("states", ticks * n),
        ("dyads", ticks * len(axes["dyads"])),
        ("collectives", ticks * len(axes["cells"])),
        ("network", kept * len(upper[0])),
    ):
        if tables[name].rows != runs * width:
            raise ValueError(f"{name}: {tables[name].rows} rows are not {width} of each run")

    def variables(name: str, fields: Sequence[str], width: int) -> Series:
        size, table = ticks * width, tables[name]

        @lru_cache(maxsize=1)  # partners of a state are asked for one after the other
        def variable(row: int) -> Array:
            found = table.numbers(fields[row]).reshape(runs, ticks, width)
            found.flags.writeable = False
            return found

        def load(begin: int, end: int) -> Array:
            out = np.empty((end - begin, ticks, len(fields), width))
            for row, field in enumerate(fields):
                part = table.numbers(field, begin * size, end * size)
                out[:, :, row] = part.reshape(end - begin, ticks, width)
            return out

        return Series((runs, ticks, len(fields), width), np.float64, load, variable)

    def cells(begin: int, end: int) -> Array:
        size = ticks * len(axes["cells"])
        part = tables["collectives"].numbers("value", begin * size, end * size)
        return part.reshape(end - begin, ticks, len(axes["cells"]))

    def square(name: str, dtype: npt.DTypeLike) -> Series:
        i, j = upper
        size = kept * len(i)

        def load(begin: int, end: int) -> Array:
            out = np.zeros((end - begin, kept, n, n), dtype)
            part = tables["network"].numbers(name, begin * size, end * size)
            out[:, :, i, j] = part.reshape(end - begin, kept, len(i))
            out[:, :, j, i] = out[:, :, i, j]
            return out

        return Series((runs, kept, n, n), dtype, load)

    names = {
        "states": axes["states"],
        "terms": axes["term_names"],
        "collectives": axes["collectives"],
        "quarters": tuple(quarters),
    }
    columns = {"seeds": "seed"}
    counts: dict[str, Any] = {
        name: tables["runs"].numbers(columns.get(name, name)) for name in COUNTS
    }
    arrays: dict[str, Any] = {
        "state_series": variables("states", axes["state_fields"], n),
        "dyad_series": variables("dyads", axes["dyad_fields"], len(axes["dyads"])),
        "cell_series": Series((runs, ticks, len(axes["cells"])), np.float64, cells),
        "tie": square("tie", np.float32),
        "level": square("level", np.int8),
        "floor": square("floor", np.float32),
        "moves": StoredMoves(tables["moves"], names),
    }
    return EnsembleRecord(**axes, **arrays, **counts, folder=folder)

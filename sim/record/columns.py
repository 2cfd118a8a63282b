"""The record of an ensemble as tidy columns, one value a cell, for pandas and for Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.errors import UserError, shown
from sim.record.arrays import THIRD_PARTIES, EnsembleRecord, move_dtype
from sim.rules.catalogue import MOVE_KINDS
from sim.types import Floats

if TYPE_CHECKING:
    import pandas as pd

type Ints = npt.NDArray[np.integer[Any]]
type Moves = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of names: ``codes`` index ``names``, -1 for none; ``ordered`` if ranked."""

    codes: Ints
    names: tuple[str, ...]
    ordered: bool = False


type Columns = Mapping[str, Coded | npt.NDArray[Any]]
"""A table: equally long columns by their names."""

_QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def columns_of(
    name: str, record: EnsembleRecord, quarters: list[str], *, first: int = 0
) -> Columns:
    """Return a table.

    It is ``runs``, ``states``, ``dyads``, ``collectives``, ``network``, ``moves`` or ``summary``;
    ``quarters`` are the names of ticks 0 to T. Rows are in the order of the array axes. ``first``
    is the number of the first run, for a record of some of an ensemble's runs.

    Raises:
        KeyError: there is no such table.
    """
    table = _TABLES[name](record, tuple(quarters))
    return {
        key: column + first if key == "run" and not isinstance(column, Coded) else column
        for key, column in table.items()
    }


def bloc_columns(
    record: EnsembleRecord, quarters: list[str], labels: Ints, core: Ints, *, first: int = 0
) -> Columns:
    """Return the table of blocs of consecutive runs, the ``first`` and those after it.

    ``labels`` are their blocs, ``core`` the strongest members of these, both ``(R, L, N)``.
    """
    ticks, n = np.array(record.network_ticks), len(record.states)
    size = (labels[..., :, None] == labels[..., None, :]).sum(axis=-1)
    run, tick, state = _axes(len(labels), len(ticks), n)
    return {
        "run": run + first,
        "quarter": Coded(ticks[tick].astype(np.int16), tuple(quarters), ordered=True),
        "state": Coded(state.astype(np.int16), record.states),
        "bloc": labels.ravel().astype(np.int16),
        "core": Coded(core.ravel().astype(np.int16), record.states),
        "size": size.ravel().astype(np.int16),
    }


def _axes(*lengths: int) -> list[npt.NDArray[np.int32]]:
    """Indices of each axis of an array of this shape, flattened."""
    return [index.ravel() for index in np.indices(lengths, np.int32)]


def _runs_table(record: EnsembleRecord, _quarters: tuple[str, ...]) -> Columns:
    return {
        "run": np.arange(record.runs, dtype=np.int32),
        "seed": record.seeds,
        "opportunities": record.opportunities,
        "noops": record.noops,
    }


def _states_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    run, tick, state = _axes(record.runs, record.quarters + 1, len(record.states))
    keys: dict[str, Coded | npt.NDArray[Any]] = {
        "run": run,
        "quarter": Coded(tick.astype(np.int16), quarters, ordered=True),
        "state": Coded(state.astype(np.int16), record.states),
    }
    series = record.state_series
    return keys | {name: series[:, :, k].ravel() for k, name in enumerate(record.state_fields)}


def _dyads_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    run, tick, pair = _axes(record.runs, record.quarters + 1, len(record.dyads))
    keys: dict[str, Coded | npt.NDArray[Any]] = {
        "run": run,
        "quarter": Coded(tick.astype(np.int16), quarters, ordered=True),
        "state": Coded(_sides(record, 0)[pair], record.states),
        "partner": Coded(_sides(record, 1)[pair], record.states),
    }
    series = record.dyad_series
    return keys | {name: series[:, :, k].ravel() for k, name in enumerate(record.dyad_fields)}


def _collectives_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    run, tick, cell = _axes(record.runs, record.quarters + 1, len(record.cells))
    index = {code: at for at, code in enumerate(record.states)} | {"": -1}
    variables = tuple(dict.fromkeys(name for name, _, _ in record.cells))
    collectives = tuple(dict.fromkeys(name for _, name, _ in record.cells))
    rows = np.array(
        [
            (variables.index(name), collectives.index(where), index[who])
            for name, where, who in record.cells
        ],
        np.int16,
    ).reshape(-1, 3)
    return {
        "run": run,
        "quarter": Coded(tick.astype(np.int16), quarters, ordered=True),
        "variable": Coded(rows[cell, 0], variables),
        "collective": Coded(rows[cell, 1], collectives),
        "state": Coded(rows[cell, 2], record.states),
        "value": record.cell_series.ravel(),
    }


def _sides(record: EnsembleRecord, side: int) -> npt.NDArray[np.int16]:
    index = {code: at for at, code in enumerate(record.states)}
    return np.array([index[pair[side]] for pair in record.dyads], np.int16)


def _network_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    i, j = (side.astype(np.int16) for side in np.triu_indices(len(record.states), 1))
    ticks = np.array(record.network_ticks, np.int16)
    run, tick, pair = _axes(record.runs, len(ticks), len(i))
    return {
        "run": run,
        "quarter": Coded(ticks[tick], quarters, ordered=True),
        "state": Coded(i[pair], record.states),
        "partner": Coded(j[pair], record.states),
        "tie": record.tie[:, :, i, j].ravel(),
        "level": record.level[:, :, i, j].ravel(),
        "floor": record.floor[:, :, i, j].ravel(),
    }


def _moves_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    moves = record.moves
    columns: dict[str, Coded | npt.NDArray[Any]] = {
        "run": moves["run"].copy(),
        "quarter": Coded(moves["tick"].astype(np.int16), quarters, ordered=True),
        "order": moves["order"].copy(),
        "mover": Coded(moves["mover"].copy(), record.states),
        "partner": Coded(moves["partner"].copy(), record.states),
        "kind": Coded(moves["kind"].copy(), MOVE_KINDS),
        "before": moves["before"].copy(),
        "after": moves["after"].copy(),
        "accepted": moves["accepted"] != 0,
        "du": moves["du"].copy(),
        "du_partner": moves["du_partner"].copy(),
    }
    for k, term in enumerate(record.term_names):
        columns[f"term_{term}"] = moves["terms"][:, k].copy()
    for k, term in enumerate(record.term_names):
        columns[f"partner_term_{term}"] = moves["terms_partner"][:, k].copy()
    for k in range(THIRD_PARTIES):
        columns[f"third_{k + 1}"] = Coded(moves["third"][:, k].copy(), record.states)
        columns[f"third_du_{k + 1}"] = moves["third_du"][:, k].copy()
    concerned = np.where(moves["collective"] > 0, moves["collective"], -1)
    columns["organisation"] = Coded(concerned.astype(np.int16), record.collectives)
    return columns


def _summary_table(record: EnsembleRecord, quarters: tuple[str, ...]) -> Columns:
    """Statistics over the runs: rows by variable, then quarter, then state or pair."""
    n_state, n_dyad = len(record.state_fields), len(record.dyad_fields)
    ticks = record.quarters + 1
    field, tick, state = _axes(n_state, ticks, len(record.states))
    dyad_field, dyad_tick, pair = _axes(n_dyad, ticks, len(record.dyads))
    names = tuple(dict.fromkeys((*record.state_fields, *record.dyad_fields)))
    variable = [names.index(name) for name in (*record.state_fields, *record.dyad_fields)]
    found = [
        _statistics(series[:, :, row])
        for series, count in ((record.state_series, n_state), (record.dyad_series, n_dyad))
        for row in range(count)
    ]
    return {
        "variable": Coded(
            np.array(variable, np.int16)[np.concatenate([field, n_state + dyad_field])], names
        ),
        "quarter": Coded(np.concatenate([tick, dyad_tick]).astype(np.int16), quarters, True),
        "state": Coded(
            np.concatenate([state.astype(np.int16), _sides(record, 0)[pair]]), record.states
        ),
        "partner": Coded(
            np.concatenate([np.full(state.size, -1, np.int16), _sides(record, 1)[pair]]),
            record.states,
        ),
        **{name: np.concatenate([statistics[name] for statistics in found]) for name in found[0]},
    }


def _statistics(series: Floats) -> dict[str, Floats]:
    """Mean and quantiles over the runs of one variable ``(R, T+1, W)``, flattened."""
    # runs last and in one piece: sorting along a far axis is several times slower
    rows = np.array(series.transpose(1, 2, 0), order="C").reshape(-1, len(series))
    mean: Floats = rows.mean(axis=1)
    rows.sort(axis=1)
    return {"mean": mean} | {
        name: _sorted_quantile(rows, level) for name, level in _QUANTILES.items()
    }


def _sorted_quantile(values: Floats, level: float) -> Floats:
    """Return quantiles of the sorted rows of ``values``, linear between neighbours."""
    place = level * (values.shape[1] - 1)
    low = int(place)
    high = min(low + 1, values.shape[1] - 1)
    with np.errstate(invalid="ignore"):  # between what is not finite there is no number
        result: Floats = values[:, low] + (place - low) * (values[:, high] - values[:, low])
    return result


_TABLES: Final = {
    "runs": _runs_table,
    "states": _states_table,
    "dyads": _dyads_table,
    "collectives": _collectives_table,
    "network": _network_table,
    "moves": _moves_table,
    "summary": _summary_table,
}


def to_frame(columns: Columns) -> pd.DataFrame:
    """Return a table as a pandas data frame; names are categories, quarters in their order."""
    import pandas as pd

    data = {
        name: pd.Categorical.from_codes(
            column.codes, pd.Index(column.names), ordered=column.ordered
        )
        if isinstance(column, Coded)
        else column
        for name, column in columns.items()
    }
    return pd.DataFrame(data, copy=False)


def to_arrow(columns: Columns) -> Any:
    """Return a table as a ``pyarrow.Table``; names are dictionaries.

    Columns are buffers: ``pyarrow.array`` would import pandas to look at them.
    """
    import pyarrow as pa

    return pa.Table.from_arrays(
        [
            pa.DictionaryArray.from_arrays(_arrow(column.codes, column.codes < 0), _texts(column))
            if isinstance(column, Coded)
            else _arrow(column)
            for column in columns.values()
        ],
        names=list(columns),
    )


def _arrow(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """Return numbers or truth values as a ``pyarrow.Array`` without copying the numbers."""
    import pyarrow as pa

    kind, data = pa.from_numpy_dtype(values.dtype), np.ascontiguousarray(values)
    if values.dtype == np.bool_:
        data = np.packbits(data, bitorder="little")
    gaps, valid = 0, None
    if missing is not None and missing.any():
        gaps, valid = int(missing.sum()), pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(data)], gaps)


def _texts(column: Coded) -> Any:
    """Return the names of a column as a ``pyarrow.StringArray``."""
    import pyarrow as pa

    words = [name.encode() for name in column.names]
    ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words))
    )


def move_columns(field: str, terms: tuple[str, ...]) -> list[str]:
    """Return the columns that make up a field of :func:`move_dtype` in the table of moves."""
    several = {
        "terms": [f"term_{term}" for term in terms],
        "terms_partner": [f"partner_term_{term}" for term in terms],
        "third": [f"third_{k + 1}" for k in range(THIRD_PARTIES)],
        "third_du": [f"third_du_{k + 1}" for k in range(THIRD_PARTIES)],
        "tick": ["quarter"],
        "collective": ["organisation"],
    }
    return several.get(field, [field])


def move_field(table: Any, field: str, names: Mapping[str, tuple[str, ...]]) -> npt.NDArray[Any]:
    """Read a field of :func:`move_dtype` back from rows of the table of moves.

    ``names`` has those of ``states``, ``terms``, ``collectives`` and ``quarters``.

    Raises:
        KeyError: a column is missing, or holds a name that is not known.
        UserError: a move is of a kind that is not known.
    """
    kinds = {
        "mover": names["states"],
        "partner": names["states"],
        "third": names["states"],
        "kind": MOVE_KINDS,
        "collective": names["collectives"],
        "tick": names["quarters"],
    }
    kind = move_dtype(len(names["terms"]))[field]
    rows = np.empty((table.num_rows, *kind.shape), kind.base)
    for k, name in enumerate(move_columns(field, names["terms"])):
        column = table.column(name).combine_chunks()
        if field in kinds:
            known = {text: at for at, text in enumerate(kinds[field])}
            texts = column.dictionary.to_pylist()
            used = np.asarray(column.indices.fill_null(len(texts)))
            strange = [
                texts[k] for k in np.unique(used) if k < len(texts) and texts[k] not in known
            ]
            if strange and field == "kind":
                raise UserError(
                    f"the moves are of a kind {shown(strange[0])} that no rule in use declares; "
                    "add --with and the rules that its manifest.json names"
                )
            if strange:
                raise KeyError(strange[0])
            values = np.array([known.get(text, -1) for text in texts] + [-1])[used]
        else:
            values = np.asarray(column.to_numpy(zero_copy_only=False))
        (rows[:, k] if kind.shape else rows)[:] = values
    return np.maximum(rows, 0) if field == "collective" else rows

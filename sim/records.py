"""What an ensemble of runs leaves behind: plain arrays, the input of everything downstream.

Shapes: R runs, T quarters (so T + 1 ticks, tick 0 being the initial state), N states, D recorded
ordered pairs, L ticks at which the whole network is kept. The second half of the file writes the
arrays as tidy columns, one value a cell, for pandas and for Parquet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.types import Move, Pact

if TYPE_CHECKING:
    import pandas as pd

type Floats = npt.NDArray[np.float64]
type Floats32 = npt.NDArray[np.float32]
type Levels = npt.NDArray[np.int8]
type Ints = npt.NDArray[np.integer[Any]]
type Moves = npt.NDArray[np.void]

MOVE_KINDS: Final = tuple(move.name.lower() for move in Move)
"""Names of the move kinds; the position is the code kept in the field ``kind``."""

PACT_LEVELS: Final = tuple(pact.name.lower().replace("_", " ") for pact in Pact)
"""Names of the bilateral pact levels 0 to 3."""

THIRD_PARTIES: Final = 3
"""How many third states, the most moved ones, each logged move keeps."""


def move_dtype(n_terms: int) -> np.dtype[np.void]:
    """Return the row type of the move log for a utility of ``n_terms`` terms.

    ``run`` is the position of the run in the ensemble, ``tick`` the quarter since the start,
    ``order`` the sequence of the move within its tick. ``mover``, ``partner`` and ``third`` are
    indices of states, -1 for nobody. ``kind`` indexes :data:`MOVE_KINDS`; ``before`` and ``after``
    are the value that the move changes (for a pact its level). ``accepted`` is 0 if the partner
    refused. ``du`` and ``du_partner`` are changes of utility in logits and ``terms`` and
    ``terms_partner`` their parts; ``third_du`` are the changes for the third states.
    ``collective`` is the organisation that a move is about, 0 (the order) for none.
    """
    return np.dtype(
        [
            ("run", np.int32),
            ("tick", np.int32),
            ("order", np.int32),
            ("mover", np.int16),
            ("partner", np.int16),
            ("kind", np.int8),
            ("before", np.float32),
            ("after", np.float32),
            ("accepted", np.int8),
            ("du", np.float64),
            ("du_partner", np.float64),
            ("terms", np.float64, (n_terms,)),
            ("terms_partner", np.float64, (n_terms,)),
            ("third", np.int16, (THIRD_PARTIES,)),
            ("third_du", np.float64, (THIRD_PARTIES,)),
            ("collective", np.int16),
        ]
    )


@dataclass(frozen=True, eq=False)
class EnsembleRecord:
    """The record of R runs of one scenario arm.

    Attributes:
        states: codes of the N states, in the order of every state axis.
        start: quarter of tick 0, as year * 4 + (0 to 3).
        quarters: number T of simulated quarters.
        poles, focal: codes of the poles and of the states that a report shows.
        dyads: the D recorded ordered pairs of codes.
        state_fields, state_series: names of the variables and float64 ``(R, T+1, fields, N)``.
        dyad_fields, dyad_series: names of the variables and float64 ``(R, T+1, fields, D)``.
        collectives: names of the collectives, by the index that moves use.
        cells: the C watched cells of collectives, (variable, collective, state or "").
        cell_series: float64 ``(R, T+1, C)``.
        network_ticks: the L ticks, ascending, at which the network is kept.
        tie: float32 ``(R, L, N, N)``, symmetric signed weight for finding blocs.
        level: int8 ``(R, L, N, N)``, symmetric bilateral pact level. The diagonals mean nothing.
        term_names: names of the utility terms, in the order of ``moves["terms"]``.
        moves: rows of :func:`move_dtype`, one for each executed or refused move.
        opportunities, noops, seeds: integers ``(R,)``: chances to move, how many of them were
            left unused, and the seed of each run.

    Raises:
        ValueError: an array has another shape or type, or a code is unknown or repeated.
    """

    states: tuple[str, ...]
    start: int
    quarters: int
    poles: tuple[str, ...]
    focal: tuple[str, ...]
    dyads: tuple[tuple[str, str], ...]
    state_fields: tuple[str, ...]
    state_series: Floats
    dyad_fields: tuple[str, ...]
    dyad_series: Floats
    collectives: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]
    cell_series: Floats
    network_ticks: tuple[int, ...]
    tie: Floats32
    level: Levels
    term_names: tuple[str, ...]
    moves: Moves
    opportunities: Ints
    noops: Ints
    seeds: Ints

    def __post_init__(self) -> None:
        n, ticks, kept = len(self.states), self.quarters + 1, len(self.network_ticks)
        runs = self.runs
        self._check("state_series", (runs, ticks, len(self.state_fields), n), np.float64)
        pairs = (runs, ticks, len(self.dyad_fields), len(self.dyads))
        self._check("dyad_series", pairs, np.float64)
        self._check("cell_series", (runs, ticks, len(self.cells)), np.float64)
        self._check("tie", (runs, kept, n, n), np.float32)
        self._check("level", (runs, kept, n, n), np.int8)
        for name in ("opportunities", "noops", "seeds"):
            array = getattr(self, name)
            if array.shape != (runs,) or not np.issubdtype(array.dtype, np.integer):
                raise ValueError(f"{name}: expected integers ({runs},), got {array.shape}")
        if self.moves.ndim != 1 or self.moves.dtype != move_dtype(len(self.term_names)):
            raise ValueError("moves: expected one row a move, of the type move_dtype(len(terms))")
        for name in ("states", "dyads", "cells", "state_fields", "dyad_fields", "term_names"):
            values = getattr(self, name)
            if len(set(values)) != len(values):
                raise ValueError(f"{name}: an entry is repeated")
        named = [*self.poles, *self.focal, *(code for pair in self.dyads for code in pair)]
        unknown = sorted(set(named) - set(self.states))
        if unknown:
            raise ValueError(f"states without a row: {', '.join(unknown)}")
        if not kept or list(self.network_ticks) != sorted(set(self.network_ticks)):
            raise ValueError("network_ticks: expected at least one tick, ascending")
        if self.network_ticks[0] < 0 or self.network_ticks[-1] > self.quarters:
            raise ValueError("network_ticks: outside the simulated quarters")

    def _check(self, name: str, shape: tuple[int, ...], dtype: type[np.generic]) -> None:
        array = getattr(self, name)
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(
                f"{name}: expected {np.dtype(dtype)} {shape}, got {array.dtype} {array.shape}"
            )

    @property
    def runs(self) -> int:
        """Number R of runs."""
        return int(self.state_series.shape[0])

    def index(self, code: str) -> int:
        """Return the position of a state on the state axes.

        Raises:
            ValueError: no such state.
        """
        return self.states.index(code)

    def state(self, field: str) -> Floats:
        """Return a variable of states, ``(R, T+1, N)``.

        Raises:
            KeyError: the variable was not recorded.
        """
        if field not in self.state_fields:
            raise KeyError(f"state variable {field!r} was not recorded")
        series: Floats = self.state_series[:, :, self.state_fields.index(field), :]
        return series

    def dyad(self, field: str, i: str, j: str) -> Floats:
        """Return a variable of the ordered pair (i, j), ``(R, T+1)``.

        Raises:
            KeyError: the variable or the pair was not recorded.
        """
        if field not in self.dyad_fields:
            raise KeyError(f"dyadic variable {field!r} was not recorded")
        if (i, j) not in self.dyads:
            raise KeyError(f"the pair {i}>{j} was not recorded")
        row, column = self.dyad_fields.index(field), self.dyads.index((i, j))
        series: Floats = self.dyad_series[:, :, row, column]
        return series

    def cell(self, variable: str, collective: str, state: str = "") -> Floats:
        """Return a variable of a collective, or the part of a state in it, ``(R, T+1)``.

        Raises:
            KeyError: it was not recorded.
        """
        if (variable, collective, state) not in self.cells:
            of = f" of {state}" if state else ""
            raise KeyError(f"{variable!r}{of} in {collective!r} was not recorded")
        series: Floats = self.cell_series[:, :, self.cells.index((variable, collective, state))]
        return series


# --- tidy columns --------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Coded:
    """A column of names: ``codes`` index ``names``, -1 for none; ``ordered`` if ranked."""

    codes: Ints
    names: tuple[str, ...]
    ordered: bool = False


type Columns = Mapping[str, Coded | npt.NDArray[Any]]
"""A table: equally long columns by their names."""

_QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}


def columns_of(name: str, record: EnsembleRecord, quarters: list[str]) -> Columns:
    """Return a table.

    It is ``runs``, ``states``, ``dyads``, ``collectives``, ``network``, ``moves`` or ``summary``;
    ``quarters`` are the names of ticks 0 to T. Rows are in the order of the array axes.

    Raises:
        KeyError: there is no such table.
    """
    return _TABLES[name](record, tuple(quarters))


def bloc_columns(record: EnsembleRecord, quarters: list[str], labels: Ints, core: Ints) -> Columns:
    """Return the table of blocs from their ``labels`` and strongest members ``core (R, L, N)``."""
    ticks, n = np.array(record.network_ticks), len(record.states)
    size = (labels[..., :, None] == labels[..., None, :]).sum(axis=-1)
    run, tick, state = _axes(record.runs, len(ticks), n)
    return {
        "run": run,
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
    # runs last and in one piece: sorting along a far axis is several times slower
    values = [
        np.ascontiguousarray(series.transpose(2, 1, 3, 0)).reshape(-1, record.runs)
        for series in (record.state_series, record.dyad_series)
    ]
    statistics = {"mean": np.concatenate([part.mean(axis=1) for part in values])}
    for part in values:
        part.sort(axis=1)
    for name, level in _QUANTILES.items():
        statistics[name] = np.concatenate([_sorted_quantile(part, level) for part in values])
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
        **statistics,
    }


def _sorted_quantile(values: Floats, level: float) -> Floats:
    """Return quantiles of the sorted rows of ``values``, linear between neighbours."""
    place = level * (values.shape[1] - 1)
    low = int(place)
    high = min(low + 1, values.shape[1] - 1)
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


def move_rows(
    table: Any, states: tuple[str, ...], terms: tuple[str, ...], collectives: tuple[str, ...]
) -> Moves:
    """Read the move log back from its ``pyarrow.Table``, the rows of :func:`move_dtype`.

    Raises:
        KeyError: a column is missing.
    """
    rows: Moves = np.zeros(table.num_rows, move_dtype(len(terms)))

    def plain(name: str) -> npt.NDArray[Any]:
        return np.asarray(table.column(name).to_numpy())

    def codes(name: str, names: tuple[str, ...]) -> npt.NDArray[Any]:
        column = table.column(name).combine_chunks()
        known = {text: at for at, text in enumerate(names)}
        lookup = np.array([known[text] for text in column.dictionary.to_pylist()] + [-1])
        return lookup[np.asarray(column.indices.fill_null(len(lookup) - 1))]

    for name in ("run", "order", "before", "after", "accepted", "du", "du_partner"):
        rows[name] = plain(name)
    for name in ("mover", "partner"):
        rows[name] = codes(name, states)
    rows["kind"] = codes("kind", MOVE_KINDS)
    quarters = table.column("quarter").combine_chunks()
    rows["tick"] = quarters.indices
    for k, term in enumerate(terms):
        rows["terms"][:, k] = plain(f"term_{term}")
        rows["terms_partner"][:, k] = plain(f"partner_term_{term}")
    for k in range(THIRD_PARTIES):
        rows["third"][:, k] = codes(f"third_{k + 1}", states)
        rows["third_du"][:, k] = plain(f"third_du_{k + 1}")
    rows["collective"] = np.maximum(codes("organisation", collectives), 0)
    return rows

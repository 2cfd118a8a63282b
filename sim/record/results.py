"""The results of an ensemble: tidy tables, summaries, and a folder on disk that is whole or absent.

A saved result is a folder of Parquet files and ``manifest.json``, which says what was run, with
which versions, and the checksum of each file. The folder is written under another name, forced to
the disk and then renamed, so that an interrupted save leaves nothing that loads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

import sim
from sim.blocs import name_blocs
from sim.blocs.indices import Interval, effective_poles, interval
from sim.errors import UserError, shown
from sim.kernel.identity import source_hash
from sim.record import exports
from sim.record.arrays import AXES, EnsembleRecord
from sim.record.columns import Columns, bloc_columns, columns_of, to_frame
from sim.record.exports import Run
from sim.record.folders import place_of_partial, replaced
from sim.record.manifests import (
    FORMAT,
    MANIFEST,
    TABLE,
    Shape,
    Whole,
    manifest_text,
    read_manifest,
    reading,
    shape_of,
    tupled,
)
from sim.record.reading import labels_by, leaders_of
from sim.record.stored import TABLES as RECORDED
from sim.record.stored import StoredTable, TableWriter, stored_record, table_path
from sim.scenario.quarter import format_quarter
from sim.system.files import share_file, sync_file, write_text
from sim.types import Floats

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from sim.scenario.spec import ScenarioSpec

type Labels = npt.NDArray[np.int64]

KIND: Final = "run"
"""Kind of the folder of an ensemble."""

TABLES: Final = (*RECORDED, "blocs", "summary")
"""The tables of a result; each is ``<name>.parquet``."""

IN_MEMORY: Final = 2**28
"""Bytes of the arrays of a saved result from which they are left on disk."""

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
_NAMES: Final[Mapping[str, Shape]] = {
    **{key: [str] for key in ("states", "poles", "focal", "collectives", "term_names")},
    **{key: [str] for key in ("state_fields", "dyad_fields")},
    "dyads": [(str, str)],
    "cells": [(str, str, str)],
    "network_ticks": [Whole()],
}


@dataclass(frozen=True, slots=True)
class RunMeta:
    """What was run: kept with the results and shown under every figure.

    ``name`` is the scenario's short name, ``spec_hash`` its content's; ``started`` and ``finished``
    are ISO times with their zone; ``state_names`` gives names to codes, ``sources`` lists titles.
    ``rules`` is a hash of the code of the rules; ``asked`` is the number of runs that were asked
    for where they were stopped before the end, else 0.
    """

    name: str
    title: str
    arm: str
    spec_hash: str
    seed: int
    command: str = ""
    overrides: tuple[str, ...] = ()
    started: str = ""
    finished: str = ""
    state_names: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    rules: str = ""
    asked: int = 0

    @classmethod
    def of(
        cls,
        spec: ScenarioSpec,
        *,
        seed: int | None = None,
        command: str = "",
        started: dt.datetime | None = None,
        finished: dt.datetime | None = None,
        asked: int = 0,
    ) -> Self:
        """Describe a run of a scenario; ``seed`` defaults to the scenario's."""
        return cls(
            name=Path(spec.path).stem,
            title=spec.title,
            arm=spec.arm,
            spec_hash=spec.hash(),
            seed=spec.ensemble.seed if seed is None else seed,
            command=command,
            overrides=tuple(spec.overrides),
            started=started.isoformat(timespec="seconds") if started else "",
            finished=finished.isoformat(timespec="seconds") if finished else "",
            state_names={code: state.name for code, state in spec.states.items()},
            sources=tuple(str(entry.get("title", key)) for key, entry in spec.sources.items()),
            rules=source_hash(),
            asked=asked,
        )


META: Final = shape_of(RunMeta)
"""Under ``meta`` of a manifest."""

_SHAPE: Final[Shape] = {
    "meta": META,
    "versions": {str: str},
    "record": {"runs": Whole(1), "start": Whole(), "quarters": Whole(0, 100_000), **_NAMES},
    "files": dict.fromkeys((f"{name}.parquet" for name in TABLES), TABLE),
}
"""What a manifest has to have for its tables to be read."""


class Results:
    """An ensemble and what it was a run of; tables are made when first asked for.

    Args:
        record: the arrays.
        meta: what was run.
    """

    def __init__(self, record: EnsembleRecord, meta: RunMeta) -> None:
        self.record = record
        self.meta = meta
        self._columns: dict[str, Columns] = {}

    # --- identity and axes -----------------------------------------------------------------------
    @property
    def run_id(self) -> str:
        """Name for the folder: a short hash of what was run, then the scenario and the arm.

        Equal specification, seed, number of runs and rules give an equal id.
        """
        meta = self.meta
        what = (FORMAT, meta.spec_hash, meta.arm, meta.seed, self.record.runs, meta.rules)
        digest = hashlib.sha256(":".join(map(str, what)).encode()).hexdigest()[:8]
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.meta.name} {self.meta.arm}".lower()).strip("-")
        return f"{digest}-{words[:60]}".strip("-")

    @property
    def quarters(self) -> list[str]:
        """The quarters of ticks 0 to T, such as ``2024Q2``."""
        return [
            format_quarter(self.record.start + tick) for tick in range(self.record.quarters + 1)
        ]

    # --- tables ----------------------------------------------------------------------------------
    @cached_property
    def states(self) -> pd.DataFrame:
        """One row a run, quarter and state; one column a variable."""
        return to_frame(self._table("states"))

    @cached_property
    def dyads(self) -> pd.DataFrame:
        """One row a run, quarter and recorded ordered pair (state, partner)."""
        return to_frame(self._table("dyads"))

    @cached_property
    def network(self) -> pd.DataFrame:
        """One row a run, kept quarter and unordered pair: tie weight and pact level."""
        return to_frame(self._table("network"))

    @cached_property
    def moves(self) -> pd.DataFrame:
        """One row an executed or refused move, with the parts of its change of utility."""
        return to_frame(self._table("moves"))

    @cached_property
    def blocs(self) -> pd.DataFrame:
        """One row a run, kept quarter and state: its bloc's number, strongest member and size."""
        return to_frame(self._table("blocs"))

    @cached_property
    def bloc_labels(self) -> Labels:
        """Blocs of every run and kept tick, ``(R, L, N)``: see :func:`sim.blocs.find_blocs`."""
        return labels_by(self.record)

    @cached_property
    def leading(self) -> Floats:
        """How much of a leader each state is, by which blocs are named, ``(R, L, N)``."""
        return leaders_of(self.record, self.bloc_labels)

    @cached_property
    def effective_poles(self) -> Floats:
        """Effective number of poles of every run and kept tick, ``(R, L)``."""
        return effective_poles(self.bloc_labels, self.capability)

    @property
    def capability(self) -> Floats:
        """Capability of every run, kept tick and state, ``(R, L, N)``."""
        return self.record.kept("capability")

    def summary(self) -> pd.DataFrame:
        """Mean, median and 90% interval over the runs of each variable.

        One row a variable, state, partner (none for a variable of states) and quarter.
        """
        return to_frame(self._table("summary"))

    def poles(self, tick: int = -1) -> Interval:
        """Effective number of poles over the runs at a kept tick, by its position; 90% interval."""
        return interval(self.effective_poles[:, tick])

    def table(self, name: str) -> pd.DataFrame:
        """Return one of :data:`TABLES`."""
        return to_frame(self._table(name))

    def _table(self, name: str) -> Columns:
        if name not in self._columns:
            (self._columns[name],) = self._parts(name, [slice(0, self.record.runs)])
        return self._columns[name]

    def _parts(self, name: str, slices: Iterable[slice]) -> Iterator[Columns]:
        """A table, some runs at a time; in one piece what is of all of them."""
        whole = slice(0, self.record.runs)
        for runs in [whole] if name == "summary" else slices:
            if name == "blocs":
                labels = self.bloc_labels[runs]
                core = name_blocs(labels, self.leading[runs])
                yield bloc_columns(self.record, self.quarters, labels, core, first=runs.start)
            else:
                part = self.record if runs == whole else self.record.part(runs)
                yield columns_of(name, part, self.quarters, first=runs.start)

    # --- other programs --------------------------------------------------------------------------
    def to_networkx(
        self, quarter: str | int = -1, run: Run = "mean", *, pacts: bool = False
    ) -> nx.Graph:
        """Return the ties of a kept quarter as a graph: :func:`sim.record.exports.network_of`.

        With ``pacts`` the obligations instead, of organisations too:
        :func:`sim.record.exports.pacts_of`.

        Raises:
            UserError: the quarter is not kept, or there is no such run.
        """
        return (exports.pacts_of if pacts else exports.network_of)(self, quarter, run)

    def to_xarray(self) -> Any:
        """Return the arrays as an ``xarray.Dataset``: :func:`sim.record.exports.arrays_of`.

        Raises:
            UserError: xarray is not installed.
        """
        return exports.arrays_of(self)

    def to_csv(self, folder: Path | str, *, stata: bool = False, force: bool = False) -> list[Path]:
        """Write every table of :data:`TABLES` as CSV, or as ``.dta`` for Stata; return the files.

        Raises:
            UserError: a file is there, and no ``force``, or cannot be written.
        """
        parts = {name: self._parts(name, self.record.slices()) for name in TABLES}
        return exports.write_tables(parts, Path(folder), stata=stata, force=force)

    # --- disk ------------------------------------------------------------------------------------
    @property
    def partial(self) -> bool:
        """Whether it was stopped before all runs that were asked for were done."""
        return self.record.runs < self.meta.asked

    def place(self, folder: Path | str) -> Path:
        """Return where it is saved: ``folder``, or beside it if it is partial and that is whole."""
        if self.partial:
            return place_of_partial(folder, KIND, self.record.runs)
        return Path(folder)

    def save(self, folder: Path | str, *, force: bool = False) -> Path:
        """Write to :meth:`place` of ``folder``, whole or not at all, and return that.

        Of a result that is there, the files that its manifest lists go; others stay.

        Args:
            folder: where to.
            force: write there whatever there is; nothing is deleted then.

        Raises:
            UserError: the folder holds something else, is in use, or cannot be written.
        """
        target = self.place(folder)
        with replaced(target, KIND, force=force) as scratch:
            with ThreadPoolExecutor() as pool:  # packing needs no lock
                written = pool.map(partial(self._write, scratch), TABLES)
                files = {f"{n}.parquet": file for n, file in zip(TABLES, written, strict=True)}
            write_text(scratch / MANIFEST, manifest_text(KIND, self._manifest(files)))
        return target

    def save_in(self, root: Path | str) -> Path:
        """Write the result to its own folder, named by :attr:`run_id`, under ``root``."""
        return self.save(safe_run_folder(root, self.run_id))

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Read a saved result and check that every file is as it was written.

        Raises:
            UserError: there is no result, it is incomplete or damaged, or of a newer format.
        """
        place = Path(folder)
        manifest = read_manifest(place, KIND, _SHAPE)
        with reading(place):
            _check_rows(manifest)
            tables = {name: _read(place, name, manifest) for name in TABLES}
            record = _record(place, manifest["record"])
            meta = RunMeta(**tupled(manifest["meta"]))
            result = cls(record, meta)
            shape = (record.runs, len(record.network_ticks), len(record.states))
            result.bloc_labels = tables["blocs"].numbers("bloc").astype(np.int64).reshape(shape)
        return result

    def _write(self, scratch: Path, name: str) -> dict[str, Any]:
        path = table_path(scratch, name)
        if self.record.folder is not None and name in RECORDED:
            share_file(table_path(self.record.folder, name), path)
        else:
            with TableWriter(path) as writer:
                for columns in self._parts(name, self.record.slices()):
                    writer.add(columns)
        sync_file(path)
        return {"rows": StoredTable(path).rows, "sha256": _checksum(path)}

    def _manifest(self, files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        record = self.record
        stopped = {"finished": record.runs, "asked": self.meta.asked}
        return {
            "id": self.run_id,
            "partial": stopped if self.partial else None,
            "meta": asdict(self.meta),
            "versions": versions(),
            "record": {"runs": record.runs} | {name: getattr(record, name) for name in AXES},
            "files": files,
        }

    # --- faces -----------------------------------------------------------------------------------
    def _facts(self) -> list[tuple[str, str]]:
        record = self.record
        accepted = int((record.moves["accepted"] != 0).sum())
        poles = self.poles()
        title = self.meta.title + ("" if self.meta.arm == "base" else f" (arm: {self.meta.arm})")
        stopped = f", stopped before all {self.meta.asked:,} were done" if self.partial else ""
        return [
            ("scenario", title),
            ("runs", f"{record.runs} from seed {self.meta.seed}{stopped}"),
            ("clock", f"{self.quarters[0]} to {self.quarters[-1]}, {record.quarters} quarters"),
            ("states", f"{len(record.states)}, poles {', '.join(record.poles) or 'none'}"),
            ("moves", f"{len(record.moves)} logged, {accepted} accepted"),
            (
                "effective poles",
                f"{poles.median:.2f} at the end (90% of runs {poles.low:.2f} to {poles.high:.2f})",
            ),
            ("id", self.run_id),
        ]

    def __rich__(self) -> Any:
        from sim.system.terminal import facts

        return facts("Results", self._facts())

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self._facts())
        return "\n".join(f"{name:<{width}}  {value}" for name, value in self._facts())

    def __repr__(self) -> str:
        return f"<Results {self.run_id}: {self.record.runs} runs>"

    def _repr_html_(self) -> str:
        page: str = sim.results_html(self)  # by its public name: how it looks is for layers above
        return page


# --- folders -------------------------------------------------------------------------------------
def safe_run_folder(root: Path | str, name: str) -> Path:
    """Return the folder of a result under ``root``; no name leads out of it.

    Raises:
        UserError: the name is not a plain folder name (letters, digits, ``_``, ``.``, ``-``, not
            beginning with a dot), or is a link that leads elsewhere.
    """
    if not _FOLDER.fullmatch(name):
        raise UserError(
            f"{shown(name)} is not a name of a result: use up to 120 letters, digits, '-', '_', '.'"
        )
    base = Path(root)
    folder = base / name
    if folder.resolve().parent != base.resolve():
        raise UserError(f"{folder} leads out of {base}")
    return folder


def _read(place: Path, name: str, manifest: Mapping[str, Any]) -> StoredTable:
    """Check that a table is as it was written."""
    import pyarrow as pa

    path = table_path(place, name)
    entry = manifest["files"][path.name]
    try:
        if _checksum(path) != entry["sha256"]:
            raise UserError(
                f"{path} is not as it was written: its checksum differs from {MANIFEST}"
            )
        table = StoredTable(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise UserError(f"{path} is damaged: {error}") from error
    if table.rows != entry["rows"]:
        raise UserError(f"{path} has {table.rows} rows instead of {entry['rows']}")
    return table


def _record(place: Path, shape: Mapping[str, Any]) -> EnsembleRecord:
    """The record of a saved result, in memory if it is small."""
    axes = {key: value for key, value in tupled(shape).items() if key != "runs"}
    quarters = [format_quarter(axes["start"] + tick) for tick in range(axes["quarters"] + 1)]
    record = stored_record(place, axes, shape["runs"], quarters)
    small = record.run_bytes * record.runs <= IN_MEMORY
    return record.part(slice(None)) if small else record


def _check_rows(manifest: Mapping[str, Any]) -> None:
    """Check the lengths of the tables before there is memory for them.

    Raises:
        ValueError: one has another number of rows than its runs, quarters and states make.
    """
    record = manifest["record"]
    n, kept = len(record["states"]), record["runs"] * len(record["network_ticks"])
    ticks = record["runs"] * (record["quarters"] + 1)
    expected = {
        "runs": record["runs"],
        "states": ticks * n,
        "dyads": ticks * len(record["dyads"]),
        "collectives": ticks * len(record["cells"]),
        "network": kept * (n * (n - 1) // 2),
        "blocs": kept * n,
    }
    for name, rows in expected.items():
        if (found := manifest["files"][f"{name}.parquet"]["rows"]) != rows:
            raise ValueError(f"table {name}: {found} rows where the manifest makes them {rows}")


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Versions of this program and of what its numbers depend on, for a manifest."""
    found = {"multipolar": sim.__version__, "python": platform.python_version()}
    for package in ("numpy", "numba", "mesa", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found

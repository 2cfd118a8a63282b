"""The results of an ensemble: tidy tables, summaries, and a folder on disk that is whole or absent.

A saved result is a folder of Parquet files and ``manifest.json``, which says what was run, with
which versions, and the checksum of each file. The folder is written under another name, forced to
the disk and then renamed, so that an interrupted save leaves nothing that loads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt

import sim
from sim.blocs import find_blocs, name_blocs
from sim.columns import Columns, bloc_columns, columns_of, move_rows, to_arrow, to_frame
from sim.errors import UserError, shown
from sim.metrics import Interval, bloc_shares, effective_poles, interval
from sim.records import EnsembleRecord
from sim.scenario.quarter import format_quarter

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.spec import ScenarioSpec

type Floats = npt.NDArray[np.float64]
type Labels = npt.NDArray[np.int64]

FORMAT: Final = 2
"""Version of the layout on disk; a reader refuses a newer one."""

MANIFEST: Final = "manifest.json"
"""The file that makes a folder a result."""

TABLES: Final = ("runs", "states", "dyads", "collectives", "network", "moves", "blocs", "summary")
"""The tables of a result; each is ``<name>.parquet``."""

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")


@dataclass(frozen=True, slots=True)
class RunMeta:
    """What was run: kept with the results and shown under every figure.

    ``name`` is the scenario's short name, ``spec_hash`` its content's; ``started`` and ``finished``
    are ISO times with their zone; ``state_names`` gives names to codes, ``sources`` lists titles.
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

    @classmethod
    def of(
        cls,
        spec: ScenarioSpec,
        *,
        seed: int | None = None,
        command: str = "",
        started: dt.datetime | None = None,
        finished: dt.datetime | None = None,
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
        )


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

        Equal specification, seed and number of runs give an equal id.
        """
        what = f"{FORMAT}:{self.meta.spec_hash}:{self.meta.arm}:{self.meta.seed}:{self.record.runs}"
        digest = hashlib.sha256(what.encode()).hexdigest()[:8]
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
        return find_blocs(self.record.tie)

    @cached_property
    def effective_poles(self) -> Floats:
        """Effective number of poles of every run and kept tick, ``(R, L)``."""
        return effective_poles(self.bloc_labels, self.capability)

    @cached_property
    def bloc_shares(self) -> Floats:
        """Capability share of bloc b of every run and kept tick, ``(R, L, N)``."""
        return bloc_shares(self.bloc_labels, self.capability)

    @property
    def capability(self) -> Floats:
        """Capability of every run, kept tick and state, ``(R, L, N)``."""
        kept: Floats = self.record.state("capability")[:, list(self.record.network_ticks), :]
        return kept

    def summary(self) -> pd.DataFrame:
        """Mean, median and 90% interval over the runs of each variable.

        One row a variable, state, partner (none for a variable of states) and quarter.
        """
        return to_frame(self._table("summary"))

    def poles(self, tick: int = -1) -> Interval:
        """Effective number of poles over the runs at a kept tick, by its position; 90% interval."""
        return interval(self.effective_poles[:, tick])

    def _table(self, name: str) -> Columns:
        if name not in self._columns:
            if name == "blocs":
                core = name_blocs(self.bloc_labels, self.capability)
                found = bloc_columns(self.record, self.quarters, self.bloc_labels, core)
            else:
                found = columns_of(name, self.record, self.quarters)
            self._columns[name] = found
        return self._columns[name]

    # --- disk ------------------------------------------------------------------------------------
    def save(self, folder: Path | str) -> Path:
        """Write to ``folder``, whole or not at all, in place of a result there; return the folder.

        Raises:
            UserError: the folder exists and is not a result, or cannot be written.
        """
        target = Path(folder)
        vacant = not target.exists() or (target.is_dir() and not any(target.iterdir()))
        if not vacant and not (target / MANIFEST).is_file():
            raise UserError(f"{target} exists and is not a result; choose another folder")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _scratch_beside(target) as scratch:
                with ThreadPoolExecutor() as pool:  # packing needs no lock
                    written = pool.map(partial(self._write, scratch), TABLES)
                    files = {f"{n}.parquet": file for n, file in zip(TABLES, written, strict=True)}
                manifest = json.dumps(self._manifest(files), indent=1, ensure_ascii=False)
                _write_bytes(scratch / MANIFEST, (manifest + "\n").encode())
                _sync_folder(scratch)
                _take_place(scratch, target)
        except OSError as error:
            raise UserError(f"cannot write {target}: {error.strerror or error}") from error
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
        manifest = read_manifest(place)
        try:
            tables = {name: _read(place, name, manifest) for name in TABLES}
            record = _record(manifest["record"], tables)
            meta = RunMeta(**_tupled(manifest["meta"]))
            result = cls(record, meta)
            shape = (record.runs, len(record.network_ticks), len(record.states))
            labels = tables["blocs"].column("bloc").to_numpy().astype(np.int64)
            result.bloc_labels = labels.reshape(shape)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{place} is damaged: {error}") from error
        return result

    def _write(self, scratch: Path, name: str) -> dict[str, Any]:
        import pyarrow.parquet as pq

        table = to_arrow(self._table(name))
        kinds = {column.name: str(column.type) for column in table.schema}
        path = scratch / f"{name}.parquet"
        pq.write_table(
            table,
            path,
            compression="zstd",
            compression_level=1,
            use_dictionary=[key for key, kind in kinds.items() if kind.startswith("dict")],
            use_byte_stream_split=[key for key, kind in kinds.items() if kind in _SPLIT],
        )
        content = path.read_bytes()
        _sync_file(path)
        return {"rows": table.num_rows, "sha256": hashlib.sha256(content).hexdigest()}

    def _manifest(self, files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        record = self.record
        names = ("states", "start", "quarters", "poles", "focal", "dyads", "state_fields")
        more = ("dyad_fields", "collectives", "cells", "network_ticks", "term_names")
        return {
            "format": FORMAT,
            "id": self.run_id,
            "meta": asdict(self.meta),
            "versions": _versions(),
            "record": {"runs": record.runs}
            | {name: getattr(record, name) for name in (*names, *more)},
            "files": files,
        }

    # --- faces -----------------------------------------------------------------------------------
    def _facts(self) -> list[tuple[str, str]]:
        record = self.record
        accepted = int((record.moves["accepted"] != 0).sum())
        poles = self.poles()
        title = self.meta.title + ("" if self.meta.arm == "base" else f" (arm: {self.meta.arm})")
        return [
            ("scenario", title),
            ("runs", f"{record.runs} from seed {self.meta.seed}"),
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
        from sim.terminal import facts

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


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """Return the manifest of a saved result.

    Raises:
        UserError: there is none, or it is damaged or of a newer format.
    """
    place = Path(folder)
    if not place.is_dir():
        raise UserError(f"{place}: there is no such folder of results")
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        number = manifest["format"]
    except FileNotFoundError:
        raise UserError(f"{place} has no {MANIFEST}: not a result, or an incomplete one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{place / MANIFEST} is damaged: {error}") from error
    if number != FORMAT:
        raise UserError(
            f"{place} has format {number}; this version reads format {FORMAT}: run it again"
        )
    return dict(manifest)


_SPLIT = ("float", "double")


def _read(place: Path, name: str, manifest: Mapping[str, Any]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = place / f"{name}.parquet"
    entry = manifest["files"][path.name]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise UserError(f"{path} is not as it was written: its checksum differs from {MANIFEST}")
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except pa.ArrowException as error:
        raise UserError(f"{path} is damaged: {error}") from error
    if table.num_rows != entry["rows"]:
        raise UserError(f"{path} has {table.num_rows} rows instead of {entry['rows']}")
    return table


def _record(shape: Mapping[str, Any], tables: Mapping[str, Any]) -> EnsembleRecord:
    axes = {key: value for key, value in _tupled(shape).items() if key != "runs"}
    n, runs, ticks = len(axes["states"]), shape["runs"], axes["quarters"] + 1
    kept = len(axes["network_ticks"])

    def series(table: str, fields: Sequence[str], width: int) -> Floats:
        out = np.empty((runs, ticks, len(fields), width))
        for row, name in enumerate(fields):
            out[:, :, row, :] = tables[table].column(name).to_numpy().reshape(runs, ticks, width)
        return out

    def square(name: str, dtype: type[Any]) -> npt.NDArray[Any]:
        out = np.zeros((runs, kept, n, n), dtype)
        i, j = np.triu_indices(n, 1)
        out[:, :, i, j] = tables["network"].column(name).to_numpy().reshape(runs, kept, len(i))
        out[:, :, j, i] = out[:, :, i, j]
        return out

    def numbers(name: str) -> npt.NDArray[Any]:
        return np.array(tables["runs"].column(name).to_numpy())

    return EnsembleRecord(
        **axes,
        state_series=series("states", axes["state_fields"], n),
        dyad_series=series("dyads", axes["dyad_fields"], len(axes["dyads"])),
        cell_series=np.array(tables["collectives"].column("value").to_numpy()).reshape(
            runs, ticks, len(axes["cells"])
        ),
        tie=square("tie", np.float32),
        level=square("level", np.int8),
        floor=square("floor", np.float32),
        moves=move_rows(tables["moves"], axes["states"], axes["term_names"], axes["collectives"]),
        opportunities=numbers("opportunities"),
        noops=numbers("noops"),
        seeds=numbers("seed"),
    )


def _tupled(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the lists of JSON back into tuples, two deep."""

    def tupled(value: Any) -> Any:
        return tuple(tupled(item) for item in value) if isinstance(value, list) else value

    return {key: tupled(value) for key, value in entries.items()}


def _versions() -> dict[str, str]:
    found = {"multipolar": sim.__version__, "python": platform.python_version()}
    for package in ("numpy", "numba", "mesa", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


@contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    """A new folder beside ``target``, on the same file system, gone afterwards if still there."""
    scratch = target.parent / f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.partial"
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _take_place(scratch: Path, target: Path) -> None:
    """Rename ``scratch`` to ``target``; what stood there is moved aside first, then deleted."""
    aside = scratch.with_suffix(".old")
    if target.exists():
        target.rename(aside)
    try:
        scratch.rename(target)
    except OSError:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _sync_folder(target.parent)


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    _sync_file(path)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

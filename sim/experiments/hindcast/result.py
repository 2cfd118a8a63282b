"""What a hindcast found: scores, memberships and blocs, as tables, on disk and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiments.hindcast.cases import POOLED
from sim.experiments.store import load_tables, save_tables, short_id
from sim.manifests import Shape, Whole, reading

if TYPE_CHECKING:
    import pandas as pd

type Row = dict[str, Any]

TABLES: Final = ("scores", "memberships", "blocs", "reliability")
TARGET_NAMES: Final[Mapping[str, str]] = {"defence": "Defence pacts", "any": "Any alliance"}


_SHAPE: Final[Shape] = {"train": (Whole(), Whole()), "models": [str]}


@dataclass(eq=False)
class Hindcast:
    """Scores of models on years that they did not know.

    Attributes:
        train: first and last year of training.
        models: their names.
        scores: one row for each origin (``all`` for those pooled), horizon, target, part, weight
            and model, with the numbers of :func:`sim.experiments.hindcast.scores.score`.
        memberships: the same for accession to treaties and exit from them.
        blocs: agreement of blocs with those that came, for each origin (and its mean), horizon,
            target and model.
        reliability: bins of predictions with the frequency of what happened.
    """

    train: tuple[int, int]
    models: tuple[str, ...]
    scores: list[Row] = field(default_factory=list)
    memberships: list[Row] = field(default_factory=list)
    blocs: list[Row] = field(default_factory=list)
    reliability: list[Row] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        """Name of the result: it follows from models, training and scores."""
        return f"{short_id(self.models, self.train, self.scores)}-hindcast"

    def to_dict(self) -> dict[str, list[Row]]:
        """Return scores, blocs and memberships in the types of JSON."""
        return {"scores": self.scores, "blocs": self.blocs, "memberships": self.memberships}

    def table(self, name: str = "scores") -> pd.DataFrame:
        """Return one of :data:`TABLES` as a table; ``origin`` is text in it.

        Raises:
            ValueError: there is no such table.
        """
        import pandas as pd

        if name not in TABLES:
            raise ValueError(f"{name!r} is not a table; there are {', '.join(TABLES)}")
        table = pd.DataFrame(getattr(self, name))
        return table.assign(origin=table["origin"].astype(str)) if len(table) else table

    def save(self, folder: Path | str, *, force: bool = False) -> Path:
        """Write the tables and a manifest; return the folder.

        Raises:
            UserError: the folder holds something else, is in use, or cannot be written.
        """
        facts = {
            "id": self.run_id,
            "train": list(self.train),
            "models": list(self.models),
        }
        tables = {name: self.table(name) for name in TABLES}
        return save_tables(folder, tables, facts, kind="hindcast", force=force)

    @classmethod
    def load(cls, folder: Path | str) -> Hindcast:
        """Read what :meth:`save` wrote.

        Raises:
            UserError: there is none, or it is incomplete or damaged.
        """
        manifest, tables = load_tables(folder, "hindcast", TABLES, _SHAPE)
        with reading(folder):
            rows = {name: _rows(table) for name, table in tables.items()}
            first, last = manifest["train"]
            return cls((first, last), tuple(manifest["models"]), **rows)

    def find(self, table: str, **place: Any) -> list[Row]:
        """Return the rows of a table whose keys have these values."""
        rows: Sequence[Row] = getattr(self, table)
        return [row for row in rows if all(row.get(key) == v for key, v in place.items())]

    def cases(self) -> list[tuple[int, str]]:
        """Return the horizons and targets that there are."""
        return list(dict.fromkeys((row["horizon"], row["target"]) for row in self.scores))

    def origins(self, horizon: int) -> list[int]:
        """Return the origins of a horizon."""
        known = (row["origin"] for row in self.scores if row["horizon"] == horizon)
        return sorted({origin for origin in known if origin != POOLED})

    def __rich__(self) -> Any:
        from sim.experiments.hindcast.show import shown_tables

        return shown_tables(self)


def _rows(table: pd.DataFrame) -> list[Row]:
    given = table.astype(object).where(table.notna(), None).to_dict("records")
    return [
        {str(key): _origin(x) if key == "origin" else _bare(x) for key, x in row.items()}
        for row in given
    ]


def _origin(text: str) -> int | str:
    return text if text == POOLED else int(text)


def _bare(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value

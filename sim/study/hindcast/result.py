"""What a hindcast found: scores, memberships and blocs, as tables, on disk and on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.measure.summary import plural
from sim.record.manifests import Shape, Whole, reading
from sim.record.table_folders import SavedTables, load_tables, short_id
from sim.study.hindcast.cases import POOLED

if TYPE_CHECKING:
    import pandas as pd

_LEGEND = (
    "Onset: of pairs without the tie; ending: of pairs with it. AUC: how often what happened was "
    "thought likelier than what did not (90% of bootstraps of treaty events); AP: average "
    "precision; by event: all pairs of one treaty event count as one. Brier: mean squared error "
    "of all pairs, times 1,000. Slope: 1 where probabilities are spread rightly. Expected numbers "
    "are sums of probabilities / what happened. Joining and leaving are of treaties of four "
    "members or more; ARI and AMI say how far the blocs that ties make agree with those that came."
)


def shown_tables(found: Hindcast) -> Group:
    """Return three tables for each horizon and target: onsets, endings, treaties and blocs."""
    parts: list[Any] = []
    for horizon, target in found.cases():
        origins = ", ".join(map(str, found.origins(horizon)))
        title = f"{TARGET_NAMES[target]} after {plural(horizon, 'year')}, from {origins}"
        parts.append(Text(title, style="bold"))
        place = {"origin": POOLED, "horizon": horizon, "target": target}
        for names, cells in (
            (("onset AUC", "AP", "by event", "expected"), _onsets),
            (("ending AUC", "AP", "expected", "Brier", "slope"), _endings),
            (("joining AUC", "expected", "leaving AUC", "expected", "ARI", "AMI"), _treaties),
        ):
            table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
            table.add_column("model", overflow="fold")
            for name in names:
                table.add_column(name, justify="right")
            for model in (row["model"] for row in found.find("blocs", **place)):
                table.add_row(model, *cells(found, {**place, "model": model}))
            parts.append(table)
    first, last = found.train
    parts.append(Text(f"Learnt from {first} to {last}. {_LEGEND}"))
    return Group(*parts)


def _onsets(found: Hindcast, place: Row) -> Iterator[str]:
    (row,) = found.find("scores", **place, part="onset", weight="pair")
    (by_event,) = found.find("scores", **place, part="onset", weight="event")
    yield from (_interval(row), _number(row["ap"]), _number(by_event["auc"]), _sums(row))


def _endings(found: Hindcast, place: Row) -> Iterator[str]:
    (row,) = found.find("scores", **place, part="ending", weight="pair")
    (whole,) = found.find("scores", **place, part="all", weight="pair")
    yield from (_interval(row), _number(row["ap"]), _sums(row))
    yield _number(None if whole["brier"] is None else 1000 * whole["brier"], 1)
    yield _number(whole["slope"], 2)


def _treaties(found: Hindcast, place: Row) -> Iterator[str]:
    for part in ("accession", "exit"):
        (row,) = found.find("memberships", **place, part=part)
        yield from (_number(row["auc"]), _sums(row))
    (blocs,) = found.find("blocs", **place)
    yield from (_number(blocs["ari"]), _number(blocs["ami"]))


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _interval(row: Row) -> str:
    low, high = row["auc_low"], row["auc_high"]
    span = "" if low is None else f" ({low:.2f}-{high:.2f})"
    return f"{_number(row['auc'])}{span}"


def _sums(row: Row) -> str:
    return f"{row['expected']:.0f} / {row['actual']:.0f}"


type Row = dict[str, Any]

TABLES: Final = ("scores", "memberships", "blocs", "reliability")
TARGET_NAMES: Final[Mapping[str, str]] = {"defence": "Defence pacts", "any": "Any alliance"}


_SHAPE: Final[Shape] = {"train": (Whole(), Whole()), "models": [str]}


@dataclass(eq=False)
class Hindcast(SavedTables, kind="hindcast"):
    """Scores of models on years that they did not know.

    Attributes:
        train: first and last year of training.
        models: their names.
        scores: one row for each origin (``all`` for those pooled), horizon, target, part, weight
            and model, with the numbers of :func:`sim.study.hindcast.scores.score`.
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

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {name: self.table(name) for name in TABLES}

    def _facts(self) -> dict[str, Any]:
        return {"train": list(self.train), "models": list(self.models)}

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

"""The tables of a hindcast on the terminal: all origins pooled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sim.experiments.hindcast.cases import POOLED
from sim.summary import plural

if TYPE_CHECKING:
    from sim.experiments.hindcast.result import Hindcast, Row

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
    from sim.experiments.hindcast.result import TARGET_NAMES

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

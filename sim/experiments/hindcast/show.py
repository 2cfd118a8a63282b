"""The tables of a hindcast on the terminal: all origins pooled."""

from __future__ import annotations

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
    "are sums of probabilities, beside what happened."
)


def shown_tables(found: Hindcast) -> Group:
    """Return a table for each horizon and target, and one of blocs and memberships."""
    from sim.experiments.hindcast.result import TARGET_NAMES

    parts: list[Any] = []
    for horizon, target in found.cases():
        origins = ", ".join(map(str, found.origins(horizon)))
        title = f"{TARGET_NAMES[target]} after {plural(horizon, 'year')}, from {origins}"
        place = {"origin": POOLED, "horizon": horizon, "target": target}
        parts += [Text(title, style="bold"), _scores(found, place), _others(found, place)]
    first, last = found.train
    parts.append(Text(f"Learnt from {first} to {last}. {_LEGEND}"))
    return Group(*parts)


def _scores(found: Hindcast, place: Row) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model")
    for name in (
        "onset AUC", "AP", "by event", "expected", "ending AUC", "AP", "expected", "Brier", "slope",
    ):  # fmt: skip
        table.add_column(name, justify="right")
    for model in found.models:
        one = {**place, "model": model, "weight": "pair"}
        onset, ending, whole = (
            found.find("scores", **one, part=part)[0] for part in ("onset", "ending", "all")
        )
        by_event = found.find("scores", **{**one, "weight": "event"}, part="onset")[0]
        table.add_row(
            model,
            _interval(onset, "auc"),
            _number(onset["ap"]),
            _number(by_event["auc"]),
            _sums(onset),
            _interval(ending, "auc"),
            _number(ending["ap"]),
            _sums(ending),
            _number(None if whole["brier"] is None else 1000 * whole["brier"], 1),
            _number(whole["slope"], 2),
        )
    return table


def _others(found: Hindcast, place: Row) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("model")
    for name in ("accession AUC", "expected", "exit AUC", "expected", "blocs ARI", "AMI"):
        table.add_column(name, justify="right")
    for model in found.models:
        one = {**place, "model": model}
        joins, exits = (
            found.find("memberships", **one, part=part)[0] for part in ("accession", "exit")
        )
        bloc = found.find("blocs", **one)[0]
        table.add_row(
            model,
            _number(joins["auc"]),
            _sums(joins),
            _number(exits["auc"]),
            _sums(exits),
            _number(bloc["ari"]),
            _number(bloc["ami"]),
        )
    return table


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _interval(row: Row, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    span = "" if low is None else f" ({low:.2f}-{high:.2f})"
    return f"{_number(row[name])}{span}"


def _sums(row: Row) -> str:
    return f"{row['expected']:.0f} / {row['actual']:.0f}"

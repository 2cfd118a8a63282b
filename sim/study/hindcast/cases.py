"""What a hindcast is scored on: outcomes of pairs, of memberships and of blocs beside predictions.

A case is one origin, horizon and target; cases of several origins are pooled by joining them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd

from sim.scenario.history import TARGETS, History
from sim.study.hindcast.panel import outcomes
from sim.study.hindcast.prediction import Prediction
from sim.study.hindcast.scores import NO_EVENT, event_weights
from sim.types import Bools, Floats, Ints

POOLED: Final = "all"
PARTS: Final = ("all", "onset", "ending")
WEIGHTS: Final = ("pair", "event")
_SEED: Final = 1


@dataclass(frozen=True, eq=False)
class Rows:
    """Outcomes and what each model said of them.

    Attributes:
        y: what happened, 0 or 1, ``(M,)``.
        event: the treaty event of each row, or -1, ``(M,)``.
        weight: by which rows of an event share one, ``(M,)``.
        said: by model, the probability, ``(M,)``.
    """

    y: Floats
    event: Ints
    weight: Floats
    said: Mapping[str, Floats]

    @classmethod
    def of(cls, y: Floats, event: Ints, said: Mapping[str, Floats]) -> Rows:
        """Return rows with the weights of their events."""
        return cls(y, event, event_weights(event), said)

    @classmethod
    def pooled(cls, rows: Sequence[Rows]) -> Rows:
        """Return the rows of several origins as one; an event has its weight at each origin."""
        return cls(
            np.concatenate([one.y for one in rows]),
            np.concatenate([one.event for one in rows]),
            np.concatenate([one.weight for one in rows]),
            {name: np.concatenate([one.said[name] for one in rows]) for name in rows[0].said},
        )


def pair_rows(
    history: History, origin: int, horizon: int, target: str, said: Mapping[str, Prediction]
) -> dict[str, Rows]:
    """Return the rows of pairs by part: ``all``, ``onset``, ``ending``.

    Onsets are of pairs without a tie at the origin, endings of those with one, and their outcome is
    that the tie is gone. A tie's event is that of the horizon, of endings that of the origin.
    """
    now, later, (i, j) = outcomes(history, origin, horizon, target)
    tied = now[i, j] == 1
    y: Floats = later[i, j]
    codes = history.codes(origin)
    key = codes[i] * 1000 + codes[j]
    before, after = (
        history.ties(year, target).set_index("key")["event"].reindex(key).fillna(NO_EVENT)
        for year in (origin, origin + horizon)
    )
    then, event = before.to_numpy(np.int64), after.to_numpy(np.int64)
    event = np.where(event == NO_EVENT, then, event)
    chance = {name: one.ties[target][i, j] for name, one in said.items()}
    free = ~tied
    return {
        "all": Rows.of(y, event, chance),
        "onset": Rows.of(y[free], event[free], {k: p[free] for k, p in chance.items()}),
        "ending": Rows.of(1.0 - y[tied], then[tied], {k: 1.0 - p[tied] for k, p in chance.items()}),
    }


def membership_rows(
    history: History, origin: int, horizon: int, target: str, said: Mapping[str, Prediction]
) -> dict[str, Rows]:
    """Return the rows of states and treaties of the origin by part: ``accession``, ``exit``.

    Only of states that there are at both times. Where a treaty has ended all its members have
    left it. The event of a row is its treaty.
    """
    ids, members = history.memberships(origin, target)
    later_ids, later_members = history.memberships(origin + horizon, target)
    codes, later_codes = history.codes(origin), history.codes(origin + horizon)
    stay = np.isin(codes, later_codes)
    now = members[:, stay]
    later = np.zeros_like(now)
    for row, id_ in enumerate(ids):
        for place in np.flatnonzero(later_ids == id_):
            later[row] = later_members[place][np.searchsorted(later_codes, codes[stay])]
    tied = history.matrix(origin, TARGETS[target]) == 1
    chance = {name: _memberships(one, target, members, tied)[:, stay] for name, one in said.items()}
    event = np.broadcast_to(ids[:, None], now.shape)
    return {
        "accession": Rows.of(
            later[~now].astype(np.float64), event[~now], {k: p[~now] for k, p in chance.items()}
        ),
        "exit": Rows.of(
            (~later[now]).astype(np.float64),
            event[now],
            {k: 1.0 - p[now] for k, p in chance.items()},
        ),
    }


def _memberships(said: Prediction, target: str, members: Bools, tied: Bools) -> Floats:
    """What a model says of memberships ``(T, N)``, or what its ties do.

    A member stays as its ties with the other members do, on the average; another state joins as the
    ties with members come that it lacks.
    """
    if target in said.memberships:
        return said.memberships[target]
    ties, inside = said.ties[target] * ~np.eye(len(tied), dtype=bool), members.astype(np.float64)
    lacking = inside @ ~tied
    joins = np.where(
        lacking > 0,
        (inside @ (ties * ~tied)) / np.maximum(lacking, 1.0),
        (inside @ ties) / np.maximum(inside.sum(axis=1, keepdims=True), 1.0),
    )
    stays = (inside @ ties) / np.maximum(inside.sum(axis=1, keepdims=True) - 1.0, 1.0)
    return np.clip(np.where(members, stays, joins), 0.0, 1.0)


def bloc_rows(
    history: History, origin: int, horizon: int, target: str, said: Mapping[str, Prediction]
) -> Iterator[dict[str, Any]]:
    """Yield for each model how far its blocs agree with those of the horizon: ARI and AMI.

    Blocs are the communities of the network of ties (Louvain), a state without ties alone. Only of
    states that there are at both times.
    """
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    codes, later_codes = history.codes(origin), history.codes(origin + horizon)
    stay = np.isin(codes, later_codes)
    column = TARGETS[target]
    actual = communities(history.matrix(origin + horizon, column) == 1)
    truth = actual[np.searchsorted(later_codes, codes[stay])]
    for name, one in said.items():
        blocs = one.blocs.get(target)
        if blocs is None:
            blocs = communities(one.ties[target] > 0.5)
        yield {
            "model": name,
            "ari": float(adjusted_rand_score(truth, blocs[stay])),
            "ami": float(adjusted_mutual_info_score(truth, blocs[stay])),
            "states": int(stay.sum()),
            "blocs": _many(blocs[stay]),
            "actual_blocs": _many(truth),
        }


def communities(ties: Bools) -> Ints:
    """Return the community of each state ``(N,)`` in a network ``(N, N)``."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(ties)))
    graph.add_edges_from(np.argwhere(np.triu(ties, 1)).tolist())
    labels = np.zeros(len(ties), np.int64)
    for label, members in enumerate(nx.community.louvain_communities(graph, seed=_SEED)):
        labels[list(members)] = label
    return labels


def _many(labels: Ints) -> int:
    """Number of blocs of two states or more."""
    return int((np.unique(labels, return_counts=True)[1] > 1).sum())


def mean_agreement(blocs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the mean over origins of ARI and AMI, for each horizon, target and model."""
    table = pd.DataFrame(blocs)
    keys = ["horizon", "target", "model"]
    means = table.groupby(keys, sort=False)[["ari", "ami", "states", "blocs", "actual_blocs"]]
    rows = means.mean().reset_index().to_dict("records")
    return [{"origin": POOLED, **{str(k): v for k, v in row.items()}} for row in rows]

"""A hindcast: models that know nothing later than an origin, scored on what came after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sim.errors import UserError, hint, shown
from sim.scenario.history import History
from sim.study.hindcast.baselines import BASELINES, require_sklearn
from sim.study.hindcast.blend import Blend
from sim.study.hindcast.cases import (
    PARTS,
    POOLED,
    WEIGHTS,
    Rows,
    bloc_rows,
    mean_agreement,
    membership_rows,
    pair_rows,
)
from sim.study.hindcast.engine_model import Engine
from sim.study.hindcast.prediction import Maker, Prediction
from sim.study.hindcast.result import Hindcast
from sim.study.hindcast.scores import DRAWS, reliability, score
from sim.study.hindcast.simulation import RandomChoice, Simulation
from sim.system.progress import Parts, Progress

MODELS: Final[dict[str, Maker]] = {**BASELINES, "engine": Engine}
"""Every model by name; one named ``engine`` is blended with the logit as ``blend``."""
SLOW: Final[dict[str, Maker]] = {"simulation": Simulation, "random_choice": RandomChoice}
"""Models that run only where they are named."""
_BLENDED: Final = ("logit", "engine")
_JOINT: Final = "+"


def model_names() -> tuple[str, ...]:
    """Return the models that run where none are named."""
    blend = ("blend",) if set(_BLENDED) <= MODELS.keys() else ()
    return (*MODELS, *blend)


def find_models(names: Sequence[str]) -> dict[str, Maker]:
    """Return the makers of models by name; ``A+B`` is the blend of A and B.

    Raises:
        UserError: there is no such model.
    """
    return {name: _maker(name) for name in names}


def _maker(name: str) -> Maker:
    known = {**MODELS, **SLOW}
    parts = _BLENDED if name == "blend" else tuple(name.split(_JOINT))
    for part in parts:
        if part not in known:
            options = (*model_names(), *SLOW)
            said = f"there are {', '.join(options)}, and A+B for the blend of two"
            raise UserError(f"{shown(part)} is not a model{hint(part, options)}; {said}")
    if len(parts) == 1:
        return known[name]
    makers = {part: known[part] for part in parts}
    return lambda: Blend(makers)


def hindcast(
    history: History,
    origins: Sequence[int],
    horizons: Sequence[int],
    *,
    train: tuple[int, int] | None = None,
    models: Mapping[str, Maker] | None = None,
    draws: int = DRAWS,
    say: Callable[[str], None] = lambda _text: None,
    progress: Progress | None = None,
) -> Hindcast:
    """Score models on what became of the ties of some years.

    Args:
        history: what happened.
        origins: the years from which models look ahead.
        horizons: how many years they look.
        train: first and last year that they learn from (default: all until the first origin).
        models: how each is made, by name (default: all of :data:`MODELS` and their blend).
        draws: bootstraps for the intervals.
        say: is told what is left out, and why.
        progress: is told how many steps are done, of how many.

    Raises:
        UserError: no origin is left, years of training reach beyond an origin or are too few, or a
            library is missing.
    """
    require_sklearn()
    makers = find_models(model_names()) if models is None else dict(models)
    asked = _reached(history, origins, horizons, say)
    first, last = train or (history.years[0], min(origin for origin, _ in asked))
    _check_train(history, first, last, min(origin for origin, _ in asked))
    step = Parts(progress, len(makers) + 2 * len(asked)).end
    fitted, learnt = {}, history.until(last)
    for name, make in makers.items():
        fitted[name] = make()
        fitted[name].fit(learnt, (first, last))
        step()
    found = Hindcast((first, last), tuple(makers))
    pairs: dict[tuple[int, str, str], list[Rows]] = {}
    members: dict[tuple[int, str, str], list[Rows]] = {}
    for origin, horizon in asked:
        known = history.until(origin)
        everything = {name: model.predict(known, origin, horizon) for name, model in fitted.items()}
        step()
        treaties = {target: len(known.treaties(origin, target)) for target in known.targets}
        for name, one in everything.items():
            _checked(name, one, len(known.codes(origin)), treaties)
        for target in history.targets:
            said = {name: one for name, one in everything.items() if target in one.ties}
            place = {"origin": origin, "horizon": horizon, "target": target}
            for part, rows in pair_rows(history, origin, horizon, target, said).items():
                pairs.setdefault((horizon, target, part), []).append(rows)
                _tell_pairs(found, {**place, "part": part}, rows, draws)
            for part, rows in membership_rows(history, origin, horizon, target, said).items():
                members.setdefault((horizon, target, part), []).append(rows)
                found.memberships += _scored({**place, "part": part}, rows, "pair", draws)
            blocs = bloc_rows(history, origin, horizon, target, said)
            found.blocs += [{**place, **row} for row in blocs]
        step()
    for (horizon, target, part), several in pairs.items():
        place = {"origin": POOLED, "horizon": horizon, "target": target, "part": part}
        _tell_pairs(found, place, Rows.pooled(several), draws)
    for (horizon, target, part), several in members.items():
        place = {"origin": POOLED, "horizon": horizon, "target": target, "part": part}
        found.memberships += _scored(place, Rows.pooled(several), "pair", draws)
    found.blocs += mean_agreement(found.blocs)
    return found


def _reached(
    history: History,
    origins: Sequence[int],
    horizons: Sequence[int],
    say: Callable[[str], None],
) -> list[tuple[int, int]]:
    """The origins and horizons of which the tables know both ends."""
    years = history.years
    kept = []
    for origin in dict.fromkeys(origins):
        for horizon in dict.fromkeys(horizons):
            lacking = [year for year in (origin, origin + horizon) if year not in years]
            if lacking:
                say(
                    f"Left out: {origin} with a horizon of {horizon} years; there are no pairs of "
                    f"{lacking[0]} (the tables have {years[0]} to {years[-1]})"
                )
            else:
                kept.append((origin, horizon))
    if not kept:
        raise UserError(
            f"no origin is left: the tables have pairs of {years[0]} to {years[-1]}, and an origin "
            "and its horizon must lie within"
        )
    return kept


def _check_train(history: History, first: int, last: int, origin: int) -> None:
    if last > origin:
        raise UserError(
            f"the years of training reach to {last}, but the first origin is {origin}: what came "
            f"after it would be known; train to {origin} at most"
        )
    if not any(first <= year <= last for year in history.years):
        raise UserError(
            f"there are no pairs from {first} to {last}; the tables have {history.years[0]} to "
            f"{history.years[-1]}"
        )


def _checked(name: str, said: Prediction, states: int, treaties: Mapping[str, int]) -> None:
    try:
        said.check(states, treaties)
    except ValueError as error:
        raise ValueError(f"the model {name}: {error}") from error


def _tell_pairs(found: Hindcast, place: Mapping[str, Any], rows: Rows, draws: int) -> None:
    for weight in WEIGHTS:
        found.scores += _scored({**place, "weight": weight}, rows, weight, draws)
        for model, p in rows.said.items():
            used = rows.weight if weight == "event" else rows.weight * 0.0 + 1.0
            found.reliability += [
                {**place, "weight": weight, "model": model, **one}
                for one in reliability(rows.y, p, used)
            ]


def _scored(
    place: Mapping[str, Any], rows: Rows, weight: str, draws: int
) -> Iterator[dict[str, Any]]:
    used = rows.weight if weight == "event" else rows.weight * 0.0 + 1.0
    for model, p in rows.said.items():
        yield {**place, "model": model, **score(rows.y, p, used, rows.event, draws=draws)}


__all__ = ["MODELS", "PARTS", "find_models", "hindcast", "model_names"]

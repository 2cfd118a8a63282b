"""What an ensemble says, for people: the coalition report and the bloc report.

Plain data first (:func:`summarise` and :func:`describe_blocs` give dataclasses that turn into
JSON), then tables. Every share of runs is a frequency within the model under one scenario, not a
probability that something will happen in the world.
"""

from sim.measure.summary.bloc_report import BlocEvent, BlocReport, bloc_labels_by, describe_blocs
from sim.measure.summary.coalition_report import (
    NOTE,
    CoalitionReport,
    Dependence,
    FocalState,
    MembershipMove,
    PactHeld,
    PactMove,
    summarise,
)
from sim.measure.summary.members import CONTESTED, Bloc, Member
from sim.measure.summary.states import hedging_parts, hedging_series
from sim.words.of_numbers import Change, percent, plural

__all__ = [
    "CONTESTED",
    "NOTE",
    "Bloc",
    "BlocEvent",
    "BlocReport",
    "Change",
    "CoalitionReport",
    "Dependence",
    "FocalState",
    "Member",
    "MembershipMove",
    "PactHeld",
    "PactMove",
    "bloc_labels_by",
    "describe_blocs",
    "hedging_parts",
    "hedging_series",
    "percent",
    "plural",
    "summarise",
]

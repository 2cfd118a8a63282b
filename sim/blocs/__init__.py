"""Blocs: the partition of the states that keeps the most of what ties bind within its parts.

Blocs are never put into the model; they are read off the ties that a run ends with. A partition z
of their network is scored by W(z) = sum over i < j of w_ij [z_i = z_j], the tie of a pair less a
least density, weighted by the root of both capabilities: the constant Potts model (Traag, Van
Dooren and Nesterov 2011), in which a member is tied to the bloc and not to one of it. The number of
blocs is free, and a state that nothing ties to any bloc stays alone.
:mod:`~sim.blocs.search` finds a partition, :mod:`~sim.blocs.certificate` says how far from the best
it can be, :mod:`~sim.blocs.partitions` compares and names partitions, :mod:`~sim.blocs.definitions`
says what ties states, :mod:`~sim.blocs.camps` who stands between blocs,
:mod:`~sim.blocs.through_time` what becomes of blocs in time, :mod:`~sim.blocs.measures` what is
measured of them all.
"""

from sim.blocs.camps import hedges
from sim.blocs.certificate import Certificate, certify
from sim.blocs.definitions import DEFENCE_FLOOR, DEFINITIONS, READINGS, bonds, network, ties_by
from sim.blocs.measures import MEASURES, Measure, System, measured
from sim.blocs.partitions import (
    Consensus,
    agreement,
    canonical,
    co_membership,
    consensus,
    leadership,
    match_labels,
    name_blocs,
    weight_inside,
)
from sim.blocs.search import find_blocs
from sim.blocs.through_time import Turnover, persistence, turnover

__all__ = [
    "DEFENCE_FLOOR",
    "DEFINITIONS",
    "MEASURES",
    "READINGS",
    "Certificate",
    "Consensus",
    "Measure",
    "System",
    "Turnover",
    "agreement",
    "bonds",
    "canonical",
    "certify",
    "co_membership",
    "consensus",
    "find_blocs",
    "hedges",
    "leadership",
    "match_labels",
    "measured",
    "name_blocs",
    "network",
    "persistence",
    "ties_by",
    "turnover",
    "weight_inside",
]

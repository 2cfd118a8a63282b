"""The variables of ordered pairs of states that several mechanisms and utility terms share.

Variables that belong to one mechanism or term are declared in its own file. Naming: ``x(i, j)`` is
what i holds of, owes to or receives from j, said for each variable.
"""

from __future__ import annotations

from sim.rules.declarations import dyad_field
from sim.rules.state_variables import UNIT

# --- ordered pairs: attributes that a scenario sets ----------------------------------------------
DISTANCE = dyad_field(
    "distance",
    default=5.0,
    bounds=(0.0, 20.1),
    unit="1000 km",
    initial=True,
    symmetric=True,
    meaning="minimum distance between borders",
)
RIVALRY = dyad_field(
    "rivalry",
    bounds=(0.0, 2.0),
    initial=True,
    symmetric=True,
    meaning="strategic rivalry or territorial claim Q between the two",
    record=True,
)
IDENTITY = dyad_field(
    "identity",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="shared history, culture or kinship",
    record=True,
    fades=True,
)
TRUST_GOOD = dyad_field(
    "trust_good",
    default=2.0,
    bounds=(0.0, 1e6),
    unit="pseudo-counts",
    meaning="evidence that j keeps its word to i: alpha of the Beta belief",
    shock=True,
    fades=True,
)
TRUST_BAD = dyad_field(
    "trust_bad",
    default=2.0,
    bounds=(0.0, 1e6),
    unit="pseudo-counts",
    meaning="evidence that j does not keep its word to i: beta of the Beta belief",
    shock=True,
    fades=True,
)
TRUST = dyad_field(
    "trust",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="trust of i in j: mean of the Beta belief",
    record=True,
    fades=True,
    mirrored=True,
)
TENSION = dyad_field(
    "tension",
    bounds=UNIT,
    initial=True,
    meaning="hostile acts of i towards j, as a running level",
    record=True,
    fades=True,
    mirrored=True,
)
CONTACT = dyad_field(
    "contact",
    default=0.1,
    bounds=UNIT,
    initial=True,
    meaning="diplomatic attention of i to j: embassy, visits, summits",
    record=True,
    fades=True,
    mirrored=True,
)
SANCTIONS = dyad_field(
    "sanctions",
    bounds=UNIT,
    initial=True,
    meaning="sanctions that i has imposed on j",
    record=True,
    mirrored=True,
)
SECONDARY = dyad_field(
    "secondary_sanctions",
    bounds=UNIT,
    initial=True,
    meaning="readiness of i to punish third states that buy arms from j",
)
AID = dyad_field(
    "aid",
    bounds=UNIT,
    initial=True,
    meaning="economic or security assistance from i to j",
    record=True,
    mirrored=True,
)
WAR = dyad_field(
    "war",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="intensity of open war between the two",
    record=True,
)
CLAIM = dyad_field(
    "claim",
    bounds=UNIT,
    initial=True,
    meaning="territorial claim of i on land that j holds",
    record=True,
)
COMPATRIOTS = dyad_field(
    "compatriots",
    bounds=UNIT,
    initial=True,
    meaning="share of those in j whom i declares its compatriots, in contested regions above all",
)
PASSPORTS = dyad_field(
    "passports", bounds=UNIT, initial=True, meaning="policy of i to give passports to people in j"
)
CAPTURE = dyad_field(
    "capture",
    bounds=UNIT,
    initial=True,
    meaning="corrupt deals by which i holds rulers of j",
    record=True,
)
SUBVERSION = dyad_field(
    "subversion",
    bounds=UNIT,
    initial=True,
    meaning="information work and support of dissent by i against the order of j",
    record=True,
)
MEDIATION = dyad_field(
    "mediation",
    bounds=UNIT,
    initial=True,
    meaning="work of i as a bridge between j and those whom j is at odds with",
    record=True,
)
PERSONNEL = dyad_field(
    "personnel",
    bounds=UNIT,
    initial=True,
    meaning="trainers, advisers or soldiers of i at work in j",
    record=True,
)
CONNECTIVITY = dyad_field(
    "connectivity",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="transport corridors, pipelines and grids between the two",
    record=True,
)
CURRENCY = dyad_field(
    "currency",
    bounds=UNIT,
    initial=True,
    meaning="share of j's currency in the external settlement of i",
    record=True,
    fades=True,
)

# --- ordered pairs: channels of dependence (share of i's needs met by j) -------------------------
TRADE_FLOW = dyad_field(
    "trade_flow",
    bounds=(0.0, 1e8),
    unit="million USD a year",
    initial=True,
    meaning="goods exported by i to j",
    channel="trade",
    fades=True,
)
TRADE = dyad_field(
    "trade", bounds=UNIT, meaning="share of j in the goods trade of i, both ways", record=True
)
ENERGY = dyad_field(
    "energy",
    bounds=UNIT,
    initial=True,
    meaning="share of j in the fuel imports of i",
    record=True,
    channel="energy",
    fades=True,
)
ENERGY_DUE = dyad_field(
    "energy_due",
    bounds=(-1.0, 1.0),
    meaning="what the share of j in the fuel imports of i has still to change by, as things are",
)
ARMS = dyad_field(
    "arms",
    bounds=UNIT,
    initial=True,
    meaning="share of j in recent arms deliveries to i (flow)",
    record=True,
    channel="arms",
    fades=True,
)
ARMS_STOCK = dyad_field(
    "arms_stock",
    bounds=UNIT,
    initial=True,
    meaning="share of j's make in the arms that i has",
    record=True,
    channel="arms_stock",
    fades=True,
)
FINANCE = dyad_field(
    "finance",
    bounds=UNIT,
    initial=True,
    meaning="share of j in the external finance of i",
    record=True,
    channel="finance",
)

# --- ordered pairs: pacts and what follows -------------------------------------------------------
LEVEL = dyad_field(
    "pact_level",
    bounds=(0.0, 3.0),
    unit="level 0-3",
    symmetric=True,
    meaning="bilateral pact: 0 none, 1 consultation or non-aggression, 2 arms cooperation, "
    "3 defence",
    shock=True,
    record=True,
)
FLOOR = dyad_field(
    "organisation_floor",
    bounds=UNIT,
    symmetric=True,
    meaning="commitment that shared organisations imply, whatever the bilateral pact",
    shock=True,
)
COMMITMENT = dyad_field(
    "commitment",
    bounds=UNIT,
    symmetric=True,
    meaning="commitment g: the larger of the bilateral pact's and the organisations'",
    record=True,
)
ENTRAPMENT_WEIGHT = dyad_field(
    "entrapment_weight", bounds=UNIT, symmetric=True, meaning="entrapment weight gE of the tie"
)
COOLDOWN = dyad_field(
    "cooldown", bounds=(0.0, 100.0), unit="quarters", meaning="time until i may ask j again"
)
SANCTIONS_KNOWN = dyad_field(
    "sanctions_known", bounds=UNIT, meaning="sanctions of i on j that are no news any more"
)
ALARM = dyad_field(
    "alarm", bounds=UNIT, meaning="attacks of j on states that are like i, as i sees them"
)
HOSTILITY_BASE = dyad_field(
    "hostility_base",
    bounds=UNIT,
    meaning="hostility before the reassurance of a pact",
    mirrored=True,
)
HOSTILITY = dyad_field(
    "hostility",
    bounds=UNIT,
    meaning="hostile intent that i attributes to j, at the last assessment",
    record=True,
    mirrored=True,
)
VULNERABILITY = dyad_field(
    "vulnerability",
    bounds=UNIT,
    meaning="harm to i if j cuts every channel",
    record=True,
    mirrored=True,
)
PROJECTED = dyad_field(
    "projected",
    unit="capability share",
    meaning="capability of j that reaches i: C_j exp(-distance/reach_j)",
    mirrored=True,
)
THREAT = dyad_field(
    "threat_from",
    unit="capability share",
    meaning="threat that i perceives from j and its friends",
    record=True,
)
UNCERTAINTY = dyad_field(
    "uncertainty",
    bounds=UNIT,
    symmetric=True,
    shock=True,
    meaning="how little outsiders know of what the two have agreed",
    record=True,
    fades=True,
)
COVERT = dyad_field(
    "covert",
    bounds=UNIT,
    meaning="hidden part of what i buys from j under the threat of others",
    record=True,
)
ALIGNMENT = dyad_field(
    "alignment",
    bounds=(-1.0, 1.0),
    meaning="political alignment of i with j: closeness of positions, trust, commitment, "
    "less tension",
    record=True,
)

# --- variables that one rule writes and others read ----------------------------------------------
NEAR = dyad_field("nearness", bounds=(0.0, 1.0), symmetric=True, meaning="exp(-distance / scale)")
TECHNOLOGY = dyad_field(
    "technology",
    bounds=(0.0, 1.0),
    meaning="military and industrial know-how that i passes to j",
    record=True,
)
OPENING = dyad_field(
    "arms_opening", bounds=(0.0, 1.0), meaning="share in i's deliveries that j comes to offer"
)
MUNITIONS_FROM = dyad_field(
    "munitions_from",
    unit="stocks a year",
    meaning="munitions that i receives from j while i is at war",
    record=True,
)
AID_SHARE = dyad_field(
    "aid_share", bounds=(0.0, 1.0), meaning="part of i's needs that new aid of j meets"
)

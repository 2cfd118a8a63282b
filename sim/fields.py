"""The state variables that several mechanisms and utility terms share.

Variables that belong to one mechanism or term are declared in its own file. Naming of ordered
pairs: ``x(i, j)`` is what i holds of, owes to or receives from j, said for each variable.
"""

from __future__ import annotations

from sim.registry import collective_field, dyad_field, state_field

UNIT = (0.0, 1.0)

# --- states: attributes that a scenario sets -----------------------------------------------------
CAPABILITY = state_field(
    "capability",
    bounds=UNIT,
    unit="share of the world",
    initial=True,
    meaning="material capability C: blend of military spending, CINC and GDP shares",
)
ECONOMY = state_field(
    "economy", bounds=UNIT, unit="share of the world", initial=True, meaning="economic size Y"
)
ARMS_SUPPLY = state_field(
    "arms_supply",
    bounds=UNIT,
    unit="share of the world",
    initial=True,
    meaning="capacity A to supply arms and munitions to others",
)
MUNITIONS_SUPPLY = state_field(
    "munitions_supply",
    bounds=UNIT,
    unit="share of the world",
    initial=True,
    meaning="stocks and output of munitions that could go to others; arms supply if not stated",
)
OPENNESS = state_field(
    "openness",
    default=0.3,
    bounds=UNIT,
    initial=True,
    meaning="weight m of imports in the economy: imports over GDP, capped at one",
)
ARMS_IMPORT_NEED = state_field(
    "arms_import_need",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="part of its arms that the state cannot make itself",
)
REACH = state_field(
    "reach",
    default=1.25,
    bounds=(0.2, 20.0),
    unit="1000 km",
    initial=True,
    meaning="distance at which projected capability has fallen to 1/e",
)
IDEAL_POINT = state_field(
    "ideal_point",
    bounds=(-5.0, 5.0),
    unit="UNGA ideal-point scale",
    initial=True,
    meaning="foreign-policy position x",
)
REVISIONISM = state_field(
    "revisionism",
    default=0.1,
    bounds=UNIT,
    initial=True,
    meaning="wish r to change the order by pressure or force",
)
NEED = state_field(
    "need",
    bounds=UNIT,
    initial=True,
    meaning="unmet war and sanctions need for arms and goods from abroad",
    fades=True,
)
VIOLATION = state_field(
    "violation",
    bounds=UNIT,
    initial=True,
    meaning="violation of norms that others hold against the state",
)
POLE = state_field(
    "pole",
    bounds=UNIT,
    initial=True,
    meaning="1 for a state whose pull others feel as a pole, else 0",
)
NUCLEAR = state_field("nuclear", bounds=UNIT, initial=True, meaning="1 for a nuclear-armed state")

VETO = state_field(
    "veto", bounds=UNIT, initial=True, meaning="1 for a permanent seat in the Security Council"
)
LEGITIMACY = state_field(
    "legitimacy",
    default=0.6,
    bounds=UNIT,
    initial=True,
    meaning="support of the public for the government and the order that it stands for",
    fades=True,
)
REGIME_SECURITY = state_field(
    "regime_security",
    default=0.7,
    bounds=UNIT,
    initial=True,
    meaning="hold of the rulers on power, as they see it",
    fades=True,
)
GOVERNANCE = state_field(
    "governance",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="accountable government and rule of law: electoral democracy index, V-Dem",
)
POLARISATION = state_field(
    "polarisation",
    default=0.3,
    bounds=UNIT,
    initial=True,
    meaning="division of the public",
    fades=True,
)
INSTABILITY = state_field(
    "instability",
    default=0.1,
    bounds=UNIT,
    initial=True,
    meaning="loss of the state's control over its territory",
    fades=True,
)
STATUS_CLAIM = state_field(
    "status_claim",
    bounds=UNIT,
    initial=True,
    meaning="rank that the state claims: 1 a great power of the first rank",
)
ENERGY_EXPORTS = state_field(
    "energy_exports",
    bounds=UNIT,
    initial=True,
    meaning="share of fuels in the goods exports of the state",
    fades=True,
)

# --- states: what follows from the rest ----------------------------------------------------------
IDEAL_HOME = state_field(
    "ideal_home",
    bounds=(-5.0, 5.0),
    unit="UNGA ideal-point scale",
    meaning="position that the state reverts to: its ideal point at the start",
)
EFFORT = state_field(
    "arms_effort",
    default=1.0,
    bounds=(0.5, 3.0),
    initial=True,
    meaning="mobilised capability relative to peacetime",
)
THREAT_TOTAL = state_field(
    "threat", unit="capability share", meaning="total threat T perceived from all others"
)
PROTECTION = state_field(
    "protection", unit="capability share", meaning="own plus expected allied capability O"
)
ATTENTION = state_field(
    "attention", bounds=(0.0, 3.0), meaning="extra rate of moves after a rise of threat"
)
REVISIONISM_NOW = state_field(
    "effective_revisionism",
    bounds=(0.0, 2.0),
    meaning="revisionism as emboldened by the commitments of others",
)

RECOGNITION = state_field("recognition", meaning="attention received, weighted by sqrt(C)")
RECOGNITION_SCALE = state_field("recognition_scale", meaning="largest possible recognition")

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
)
IDENTITY = dyad_field(
    "identity",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="shared history, culture or kinship",
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
    fades=True,
)
TENSION = dyad_field(
    "tension",
    bounds=UNIT,
    initial=True,
    meaning="hostile acts of i towards j, as a running level",
    fades=True,
)
CONTACT = dyad_field(
    "contact",
    default=0.1,
    bounds=UNIT,
    initial=True,
    meaning="diplomatic attention of i to j: embassy, visits, summits",
    fades=True,
)
SANCTIONS = dyad_field(
    "sanctions", bounds=UNIT, initial=True, meaning="sanctions that i has imposed on j"
)
SECONDARY = dyad_field(
    "secondary_sanctions",
    bounds=UNIT,
    initial=True,
    meaning="readiness of i to punish third states that buy arms from j",
)
AID = dyad_field(
    "aid", bounds=UNIT, initial=True, meaning="economic or security assistance from i to j"
)
WAR = dyad_field(
    "war",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="intensity of open war between the two",
)

CLAIM = dyad_field(
    "claim", bounds=UNIT, initial=True, meaning="territorial claim of i on land that j holds"
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
    "capture", bounds=UNIT, initial=True, meaning="corrupt deals by which i holds rulers of j"
)
SUBVERSION = dyad_field(
    "subversion",
    bounds=UNIT,
    initial=True,
    meaning="information work and support of dissent by i against the order of j",
)
MEDIATION = dyad_field(
    "mediation",
    bounds=UNIT,
    initial=True,
    meaning="work of i as a bridge between j and those whom j is at odds with",
)
PERSONNEL = dyad_field(
    "personnel",
    bounds=UNIT,
    initial=True,
    meaning="trainers, advisers or soldiers of i at work in j",
)
CONNECTIVITY = dyad_field(
    "connectivity",
    bounds=UNIT,
    initial=True,
    symmetric=True,
    meaning="transport corridors, pipelines and grids between the two",
)
CURRENCY = dyad_field(
    "currency",
    bounds=UNIT,
    initial=True,
    meaning="share of j's currency in the external settlement of i",
    fades=True,
)

# --- ordered pairs: channels of dependence (share of i's needs met by j) -------------------------
TRADE_FLOW = dyad_field(
    "trade_flow",
    bounds=(0.0, 1e8),
    unit="million USD a year",
    initial=True,
    meaning="goods exported by i to j",
    fades=True,
)
TRADE = dyad_field("trade", bounds=UNIT, meaning="share of j in the goods trade of i, both ways")
ENERGY = dyad_field(
    "energy",
    bounds=UNIT,
    initial=True,
    meaning="share of j in the fuel imports of i",
    fades=True,
)
ARMS = dyad_field(
    "arms",
    bounds=UNIT,
    initial=True,
    meaning="share of j in recent arms deliveries to i (flow)",
    fades=True,
)
ARMS_STOCK = dyad_field(
    "arms_stock",
    bounds=UNIT,
    initial=True,
    meaning="share of j's make in the arms that i has",
    fades=True,
)
FINANCE = dyad_field(
    "finance", bounds=UNIT, initial=True, meaning="share of j in the external finance of i"
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
)
ENTRAPMENT_WEIGHT = dyad_field(
    "entrapment_weight", bounds=UNIT, symmetric=True, meaning="entrapment weight gE of the tie"
)
COOLDOWN = dyad_field(
    "cooldown", bounds=(0.0, 100.0), unit="quarters", meaning="time until i may ask j again"
)
HOSTILITY_BASE = dyad_field(
    "hostility_base", bounds=UNIT, meaning="hostility before the reassurance of a pact"
)
HOSTILITY = dyad_field(
    "hostility",
    bounds=UNIT,
    meaning="hostile intent that i attributes to j, at the last assessment",
)
VULNERABILITY = dyad_field(
    "vulnerability", bounds=UNIT, meaning="harm to i if j cuts every channel"
)
PROJECTED = dyad_field(
    "projected",
    unit="capability share",
    meaning="capability of j that reaches i: C_j exp(-distance/reach_j)",
)
THREAT = dyad_field(
    "threat_from", unit="capability share", meaning="threat that i perceives from j and its friends"
)
UNCERTAINTY = dyad_field(
    "uncertainty",
    bounds=UNIT,
    symmetric=True,
    shock=True,
    meaning="how little outsiders know of what the two have agreed",
    fades=True,
)
COVERT = dyad_field(
    "covert", bounds=UNIT, meaning="hidden part of what i buys from j under the threat of others"
)
ALIGNMENT = dyad_field(
    "alignment",
    bounds=(-1.0, 1.0),
    meaning="political alignment of i with j: closeness of positions, trust, commitment, "
    "less tension",
)

# --- collectives ---------------------------------------------------------------------------------
ORDER, ORGANISATION, CONFLICT, SCHOOL = 0.0, 1.0, 2.0, 3.0
COLLECTIVE_KIND = collective_field(
    "collective_kind",
    "order",
    unit="code",
    meaning="what a column is: 0 order, 1 organisation, 2 conflict, 3 school",
)
ARMS_CONTROL = collective_field(
    "arms_control",
    "order",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="integrity of the treaties and talks that limit strategic arms",
    fades=True,
)
NON_PROLIFERATION = collective_field(
    "non_proliferation",
    "order",
    default=0.6,
    bounds=UNIT,
    initial=True,
    meaning="integrity of the rules against the spread of nuclear arms and missiles",
    fades=True,
)
UN_AUTHORITY = collective_field(
    "un_authority",
    "order",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="authority of decisions of the United Nations",
    fades=True,
)
ORGANISATION_COMMITMENT = collective_field(
    "organisation_commitment",
    "organisation",
    bounds=UNIT,
    meaning="commitment between members: the floor stated in the scenario",
)
COHESION = collective_field(
    "cohesion",
    "organisation",
    default=0.6,
    bounds=UNIT,
    initial=True,
    meaning="readiness of members to act together",
    fades=True,
)
AUTHORITY = collective_field(
    "authority",
    "organisation",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="weight of the organisation's decisions and projects",
    fades=True,
)
EXCLUSIVITY = collective_field(
    "exclusivity",
    "organisation",
    bounds=UNIT,
    initial=True,
    meaning="how far membership rules out that of rival organisations",
)
MARKET = collective_field(
    "market",
    "organisation",
    bounds=UNIT,
    initial=True,
    meaning="depth of the common market or of joint projects of trade and transport",
)
RUNG = collective_field(
    "rung",
    "conflict",
    bounds=(0.0, 3.0),
    unit="0 none, 1 local, 2 regional, 3 global",
    shock=True,
    meaning="how far a conflict has escalated",
)
FROZEN = collective_field(
    "frozen", "conflict", bounds=UNIT, shock=True, meaning="1 while the fighting has stopped"
)
CONFLICT_INTENSITY = collective_field(
    "conflict_intensity",
    "conflict",
    bounds=UNIT,
    shock=True,
    meaning="intensity of war that a fight over it has",
)
ESCALATION_RISK = collective_field(
    "escalation_risk",
    "conflict",
    bounds=UNIT,
    unit="per quarter",
    meaning="chance that the conflict breaks out or climbs a rung in the quarter",
)
THREAT_LOADING = collective_field(
    "threat_loading",
    "school",
    bounds=(-3.0, 3.0),
    initial=True,
    meaning="how the school gains in a state whose threat has grown",
)
FORTUNE_LOADING = collective_field(
    "fortune_loading",
    "school",
    bounds=(-3.0, 3.0),
    initial=True,
    meaning="how the school gains in a state that holds out in war and under sanctions",
)
STATUS_LOADING = collective_field(
    "status_loading",
    "school",
    bounds=(-3.0, 3.0),
    initial=True,
    meaning="how the school gains in a state whose rank is not recognised",
)

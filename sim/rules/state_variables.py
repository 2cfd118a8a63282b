"""The state variables that several mechanisms and utility terms share.

Variables that belong to one mechanism or term are declared in its own file. Naming of ordered
pairs: ``x(i, j)`` is what i holds of, owes to or receives from j, said for each variable.
"""

from __future__ import annotations

from sim.rules.declarations import collective_field, param, state_field

UNIT = (0.0, 1.0)

# --- states: attributes that a scenario sets -----------------------------------------------------
CAPABILITY = state_field(
    "capability",
    bounds=UNIT,
    unit="share of the world",
    initial=True,
    meaning="material capability C: blend of military spending, CINC and GDP shares",
    record=True,
)
ECONOMY = state_field(
    "economy",
    bounds=UNIT,
    unit="share of the world",
    initial=True,
    meaning="economic size Y",
    record=True,
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
    record=True,
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
    record=True,
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
    record=True,
    fades=True,
)
REGIME_SECURITY = state_field(
    "regime_security",
    default=0.7,
    bounds=UNIT,
    initial=True,
    meaning="hold of the rulers on power, as they see it",
    record=True,
    fades=True,
)
GOVERNANCE = state_field(
    "governance",
    default=0.5,
    bounds=UNIT,
    initial=True,
    meaning="accountable government and rule of law: electoral democracy index, V-Dem",
    record=True,
)
POLARISATION = state_field(
    "polarisation",
    default=0.3,
    bounds=UNIT,
    initial=True,
    meaning="division of the public",
    record=True,
    fades=True,
)
INSTABILITY = state_field(
    "instability",
    default=0.1,
    bounds=UNIT,
    initial=True,
    meaning="loss of the state's control over its territory",
    record=True,
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
    record=True,
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
    record=True,
)
THREAT_TOTAL = state_field(
    "threat",
    unit="capability share",
    meaning="total threat T perceived from all others",
    record=True,
)
PROTECTION = state_field(
    "protection",
    unit="capability share",
    meaning="own plus expected allied capability O",
    record=True,
)
ATTENTION = state_field(
    "attention",
    bounds=(0.0, 3.0),
    meaning="extra rate of moves after a rise of threat",
    record=True,
)
REVISIONISM_NOW = state_field(
    "effective_revisionism",
    bounds=(0.0, 2.0),
    meaning="revisionism as emboldened by the commitments of others",
    record=True,
)
RECOGNITION = state_field(
    "recognition", meaning="attention received, weighted by sqrt(C)", record=True
)
RECOGNITION_SCALE = state_field("recognition_scale", meaning="largest possible recognition")

# --- collectives ---------------------------------------------------------------------------------
ORDER, ORGANISATION, CONFLICT, SCHOOL = 0.0, 1.0, 2.0, 3.0
COLLECTIVE_KIND = collective_field(
    "collective_kind",
    "order",
    unit="code",
    meaning="what a column is: 0 order, 1 organisation, 2 conflict, 3 school",
)
COLLECTIVE_KEY = collective_field(
    "collective_key",
    "order",
    unit="hash",
    meaning="stable key of the random streams of a column, by its name",
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
CLOSED = collective_field(
    "closed",
    "organisation",
    bounds=UNIT,
    initial=True,
    meaning="1 for a body that takes no applications, else 0",
)
CHARTER = collective_field(
    "charter",
    "organisation",
    bounds=(0.0, 50.0),
    meaning="0 for a body that any state may enter, else the number of its charter",
)
VACANT = collective_field(
    "vacant",
    "organisation",
    bounds=UNIT,
    meaning="1 for the place of a treaty that may yet be founded, else 0",
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
STATUS_GAP = state_field(
    "status_gap",
    bounds=(-1.0, 1.0),
    meaning="claimed rank less the recognised one",
    record=True,
)
OVERSTRETCH = state_field(
    "overstretch",
    bounds=(0.0, 1.0),
    meaning="attention taken up by new engagements far from home",
    record=True,
)
MUNITIONS = state_field(
    "munitions",
    default=1.0,
    bounds=(0.0, 1.0),
    unit="peacetime stocks",
    initial=True,
    meaning="munitions in stock",
    record=True,
    fades=True,
)
MUNITIONS_IMPORTS = state_field(
    "munitions_imports",
    unit="stocks a year",
    meaning="munitions received from others while at war",
    record=True,
)
RELIEF = state_field("aid_relief", meaning="part of the needs that new aid of all donors meets")
PRESENT = state_field(
    "present", default=1.0, bounds=UNIT, meaning="1 while the state exists, else 0"
)
ADMITTED = state_field(
    "admitted", unit="bit mask", meaning="charters that admit the state: bit k - 1 is number k's"
)
KEY = state_field("stream_key", unit="hash", meaning="stable key of the state's random streams")

# --- parameters that rules and decisions share ---------------------------------------------------
NEAR_SCALE = param(
    "fragility.near",
    1.5,
    (0.8, 2.5),
    bounds=(0.1, 20.0),
    unit="1000 km",
    meaning="distance between borders at which what happens next door is felt at 1/e",
    source="judgement: most refugees stay within one or two borders (UNHCR)",
)
OUTPUT_HALF = param(
    "munitions.half",
    0.05,
    (0.02, 0.1),
    bounds=(0.001, 1.0),
    unit="share of the world",
    meaning="arms supply at which output is half of the largest",
    source="judgement: a middling supplier, 5 % of world exports, has half of the largest output",
)
SECONDARY_FEAR = param(
    "arms_flow.fear",
    30.0,
    (15.0, 45.0),
    bounds=(0.0, 200.0),
    unit="logits per unit exposed trade",
    meaning="deterrence of purchases by secondary sanctions of a trade partner",
    source="SIPRI: share of an exposed buyer .56 (2017-21) to .34 (2020-24); cancelled purchases",
)
CONTACT_BY_PACT = param(
    "contact.pact",
    0.3,
    (0.1, 0.5),
    bounds=(0.0, 1.0),
    meaning="standing contact that full commitment adds",
    source="judgement: allies meet often, with or without a need",
)
RHO = param(
    "coalition_threat.rho",
    0.6,
    (0.3, 1.0),
    bounds=(0.0, 2.0),
    meaning="weight of a hostile state's partners in its threat",
    source="judgement: partners of a foe count for a third to all of their strength",
)
REASSURANCE = param(
    "hostility.reassurance",
    0.6,
    (0.2, 0.8),
    bounds=(0.0, 1.0),
    meaning="part of hostility that full, trusted commitment removes (app)",
    source="judgement: a trusted ally is feared little, and not never",
)
BY_TENSION = param(
    "hostility.tension",
    1.5,
    (0.8, 2.4),
    bounds=(0.0, 20.0),
    unit="logits",
    meaning="effect of the other's acts",
    source="judgement: full tension weighs as much as three units of position",
)
UNKNOWN_GAIN = param(
    "uncertainty.gain",
    0.5,
    (0.2, 1.0),
    bounds=(0.0, 5.0),
    meaning="extra weight of a wholly unknown tie in the threat that others see",
    source="judgement: a pledge read as the next higher level counts 1.5 to 2.5 times",
)

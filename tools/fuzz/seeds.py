"""Valid input that says something under every key: a small world of no country, its tables, a wider one."""

from __future__ import annotations

from tests.inline_scenario import TEXT

MORE = """
question: What does the pact do?
description: A world with a word in every block.
answer:
  arms: [base, calm]
  of: the shock
  metrics:
    trust: {metric: 'trust(CCC, AAA)', name: trust, higher: raises trust, lower: lowers trust, smallest: .1, why: so}
    poles: {metric: poles()}
claims:
  T1: {text: Calm is calmer., metric: 'tension(CCC, DDD)', arms: [calm, base], direction: lower, size: [.1, .5]}
  T2: {text: In most., of: T1, metric: 'tension(CCC, DDD)', arms: [calm, base], direction: lower, in: most runs}
  T3: {text: Each quarter., of: T1, metric: 'lowest(alignment(CCC, AAA) - alignment(CCC, AAA) @ start)', arms: [base],
       direction: higher, horizon: 2022Q1..2023Q1, margin: .01, smallest: .02, note: why, at: ['003:p24']}
  T4: {text: Nobody knows., arms: [calm, base], direction: unchanged, pending: a mechanism, open: contested}
  T5: {text: Less., metric: 'sum(capability(FRIENDS))', arms: [calm, base], less: [base, late], direction: not_higher}
order: {defaults: {source: made, range: 10%}, arms_control: .6, un_authority: .5}
parameters:
  defaults: {source: made}
  founding.rate: {value: .5, range: [.1, .9]}
  founding.cost: {value: 2, range: 10%}
  security.weight: {value: 8, range: 0%}
  trust.prior: {value: .7, range: ±.1}
mechanisms: {trust: on}
terms: {access: off}
"""
LATER = """
arms:
  late:
    title: Later
    description: The pact comes later
    pacts: {new: {members: [BBB, FFF], type: consultation, since: 2023Q1, until: 2023Q4, source: made}}
    parameters: {security.weight: {value: 2, source: made, range: 0%}}
    terms: {access: on}
    organisations: {club: {floor: {value: .1, source: made, range: 0%}}}
    events: {thaw: {effects: {trust: {EEE>AAA: {multiply: .5}}}}}
"""
EXISTS = TEXT.replace("name: Gamma,", "name: Gamma, exists: {since: 2022Q4, until: 2023Q4},")
EXISTS = EXISTS.replace(
    "floor: {value: 0.3,",
    "since: 2022Q1, open_to: [AAA, CCC], partners: {FFF: {value: .5, range: 10%}}, floor: {value: 0.3,",
)
EXISTS = EXISTS.replace(
    "type: defence, since", "conditional: on, type: defence, until: 2022Q4, since"
)
EXISTS = EXISTS.replace("record: {dyads: [EEE-AAA]}", "record: {dyads: all}")
FULL = EXISTS.replace("arms:\n", LATER.lstrip()) + MORE.replace("\n", "\n", 1)

STATES = """code,name,cinc,gdp,ideal,low,high,year,since,until
AAA,Alpha,0.3,600,1.5,1.4,1.7,1975,,
BBB,"Beta, the second",0.2,300,-1,,,1975,1950,1976Q4
CCC,,0.05,,0.5,0.4,0.6,1975,1976Q1,
AAA,Alpha,0.9,1,0,0,0,1974,,
"""
TABLES = """
format: 1
title: six states
clock: {start: 1975Q4, quarters: 4}
sources: {made: {title: Made up}, other: {title: Also made up}}
tables:
  states:
    rows: states
    file: states.csv
    year: 1975
    source: made
    range: 20%
    columns:
      capability: cinc
      economy: {column: gdp, unit: amount, source: other, range: 10%}
      ideal_point: {column: ideal, low: low, high: high, confidence: low, note: a note}
  near:
    {rows: pairs, file: pairs.csv, source: made, range: 0%,
     columns: {distance: {column: far, unit: km}, trust: {column: t12, back: t21}}}
  sent:
    {rows: flows, file: flows.csv, source: made, range: 0%,
     columns: {trade: {unit: billion USD}, arms: {unit: percent}}}
  pacts: {rows: pacts, file: pacts.csv, source: made, type: defence}
  bodies: {rows: memberships, file: bodies.csv, source: made, range: 10%, columns: {floor: floor, cohesion: coh}}
  one_way: {rows: pairs, file: ways.csv, keys: {from: a, to: b}, source: made, range: 5%, columns: {sanctions: x}}
"""
FILES = {
    "states.csv": STATES,
    "pairs.csv": "code1,code2,far,t12,t21\nAAA,BBB,500,.2,.8\nCCC,AAA,,.1,\n",
    "flows.csv": "from,to,trade,arms\nAAA,BBB,2,30\nBBB,AAA,1,\n",
    "pacts.csv": "id,code1,code2,type,since,until\nold,AAA,BBB,,1949,\nold,AAA,CCC,,,\n,BBB,CCC,neutrality,1970Q3,1976\n",
    "bodies.csv": "organisation,name,code,floor,part,coh\nCLUB,The Club,AAA,.5,,.4\nCLUB,,BBB,.5,1,.4\nCLUB,,CCC,.5,.3,.4\n",
    "ways.csv": "a,b,x\nAAA,BBB,.5\nBBB,CCC,.1\n",
}
COW = (
    TABLES.partition("tables:")[0].replace("1975Q4", "1975Q1")
    + """tables:
  states: {rows: states, file: cow.csv, codes: cow, year: 1975, keys: {code: ccode}, source: made, range: 0%,
           columns: {capability: cap}}
"""
)
CODED = {"cow.csv": "ccode,cap,year\n255,.3,1975\n816,.2,1975\n345,.1,1975\n"}

BASE = TEXT.replace("groups:", "wider: wide.yaml\ngroups:", 1)
WIDE = """
format: 1
title: all states
clock: {start: 2021Q4, quarters: 10}
sources: {made: {title: Made up}}
groups: {REST: [GGG, HHH], FRIENDS: [AAA, CCC, GGG]}
states:
  defaults: {source: made, range: 20%}
  GGG: {name: Eta, capability: .02, economy: .02, ideal_point: 1}
  HHH: {name: Theta, capability: .01, economy: .04, ideal_point: -1, exists: {until: 2023Q1}}
relations: {defaults: {source: made, range: 0%}, distance: {GGG-HHH: .5, GGG-AAA: 2, HHH-BBB: 1}}
organisations: {club: {members: [BBB, DDD, EEE, HHH], floor: .3, source: made, defaults: {range: 0%}}}
pacts: {far: {members: [GGG, HHH], type: defence, source: made}}
"""
SCOPED = """
format: 1
title: some of them
extends: base.yaml
scope: [REST]
focal: [CCC, GGG]
arms: {apart: {title: Apart, pacts: {far: off}}}
"""
ABOVE = """
format: 1
title: over it
extends: [full.yaml, parameters.yaml]
events: {thaw: {title: Another thaw}}
states: {CCC: {capability: {value: .1, source: made, range: 0%}}}
"""
PARAMETERS = """
format: 1
sources: {calibration_x: {title: 'Calibration: x', author: multipolar, year: 2026, note: 'ABC-SMC'}}
parameters:
  defaults: {source: calibration_x}
  moves.create: {value: 3.43, range: [3, 3.84], note: "declared 3.4; prior uniform"}
  security.ties: {value: 1.2, range: [.5, 2]}
  trust.memory: {value: .9, range: [.8, .95]}
"""
WORLDS: dict[str, dict[str, str]] = {
    "full.yaml": {"full.yaml": FULL},
    "above.yaml": {"above.yaml": ABOVE, "full.yaml": FULL, "parameters.yaml": PARAMETERS},
    "tables.yaml": {"tables.yaml": TABLES, **FILES},
    "cow.yaml": {"cow.yaml": COW, **CODED},
    "scoped.yaml": {"scoped.yaml": SCOPED, "base.yaml": BASE, "wide.yaml": WIDE},
    "made.yaml": {"made.yaml": "format: 1\ntitle: made\nclock: {start: 2000Q1, quarters: 3}\n"
                  "synthetic: {states: 8, capability: pareto, spread: 1.5, geography: plane, size: 5, poles: 2, "
                  "positions: bimodal, distance: 1, seed: 3}\nensemble: {runs: 2, seed: 1, draws: off}\n"},
}  # fmt: skip
"""Scenarios that are valid as they stand, each with the files beside it."""

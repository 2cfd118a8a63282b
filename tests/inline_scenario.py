"""A small scenario of no country that uses every kind of block, for tests of the drivers."""

TEXT = """
format: 1
title: six states
clock: {start: 2021Q4, quarters: 10}
poles: [AAA, BBB]
focal: [CCC, DDD]
groups:
  FRIENDS: [AAA, CCC]
sources:
  made: {title: Made up, kind: dataset, year: 2021}
states:
  defaults: {source: made, range: 20%}
  AAA: {name: Alpha, capability: 0.3, economy: 0.3, arms_supply: 0.4, ideal_point: 1.5, pole: 1}
  BBB: {name: Beta, capability: 0.2, economy: 0.2, arms_supply: 0.2, ideal_point: -1.0, pole: 1,
        revisionism: 0.4}
  CCC: {name: Gamma, capability: 0.05, economy: 0.06, ideal_point: 1.0}
  DDD: {name: Delta, capability: 0.08, economy: 0.03, arms_supply: 0.1, ideal_point: -0.8,
        revisionism: 0.6, doctrine: {hard: 0.7, soft: 0.3}}
  EEE: {name: Epsilon, capability: 0.01, economy: 0.01, ideal_point: -0.2, doctrine: {soft: 1.0}}
  FFF: {name: Zeta, capability: 0.02, economy: 0.02, ideal_point: 0.3}
relations:
  defaults: {source: made, range: 30%}
  distance: {AAA-BBB: 6.0, CCC-DDD: 0.2, CCC-BBB: 1.0, EEE-DDD: 0.1, BBB-DDD: 1.0, FFF-EEE: 0.5}
  rivalry: {CCC-DDD: 1.0, AAA-BBB: 0.8}
  identity: {AAA-CCC: 0.5}
  trust: {DDD>EEE: 0.7, FRIENDS>DDD: 0.2}
  contact: {BBB>DDD: 0.5, DDD>BBB: 0.4}
  sanctions: {FRIENDS>DDD: 0.5}
channels:
  defaults: {source: made, range: 10%}
  trade:
    flows:
      AAA: {BBB: 300, CCC: 200, ROW: 400}
      BBB: {AAA: 350, DDD: 80, ROW: 200}
      CCC: {AAA: 150, DDD: 60, FFF: 20}
      DDD: {BBB: 90, CCC: 70, EEE: 20}
      ROW: {AAA: 380, BBB: 150}
  energy: {shares: {CCC: {DDD: 0.4}}}
  arms: {shares: {EEE: {DDD: 0.6}, CCC: {AAA: 0.8}, FFF: {BBB: 0.4}}}
  finance: {shares: {EEE: {BBB: 0.3}}}
doctrines:
  defaults: {source: judgement, range: 20%, note: made up for a test}
  hard: {weights: {autonomy: 1.5, security: 1.3}, taboos: {defence: 2.0}}
  soft: {weights: {autonomy: 0.5}}
pacts:
  old: {members: [AAA, CCC], type: defence, since: 1949Q2, source: made}
  new: {members: [BBB, FFF], type: consultation, since: 2022Q3, source: made}
organisations:
  club: {members: [BBB, DDD, EEE], floor: {value: 0.3, range: [0.2, 0.4]}, source: made}
conflicts:
  border_war:
    parties: [[DDD], [CCC]]
    supporters: {CCC: [AAA]}
    intensity: {value: 0.6, range: [0.4, 0.8], source: made}
    rung: regional
    frozen: off
    since: 2022Q2
    source: made
events:
  shock:
    at: 2022Q1
    title: A shock
    source: made
    defaults: {range: 0%}
    effects:
      need: {DDD: 0.8}
      sanctions: {FRIENDS>DDD: 1}
      secondary_sanctions: {AAA>DDD: 1}
      trust_bad: {FRIENDS>DDD: {add: 4}}
  thaw:
    at: 2023Q1
    title: A thaw
    source: made
    defaults: {range: 0%}
    effects:
      ideal_point: {EEE: {add: 0.5}}
      trust: {EEE>AAA: 0.6}
arms:
  calm: {events: {shock: off}}
ensemble: {runs: 3, seed: 4, draws: on}
record: {dyads: [EEE-AAA]}
"""

"""Find the numbers of the base worlds that express relations and doctrines of the register.

Writes ``scenarios/register/carried.yaml``: id of a relation -> file and key of a number of the same
pair and of a variable of its kind, in the world of 2021 or, where that has none, of 2024 or the
shocks between. Reads the register at ../shared/documents, which users need not have.

    .venv/bin/python -m tools.register_carried [--documents ../shared/documents]
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import yaml

from sim.scenario import ScenarioSpec, load_scenario

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "scenarios" / "register" / "carried.yaml"
WORLDS = ("2021", "2024", "history_2022_2024")
#: Variables of pairs that express a kind of relation, the closest first.
FIELDS = {
    "political_alignment": ("trust", "trust_good", "trust_bad"),
    "hostility_threat": ("tension", "rivalry", "subversion", "war"),
    "diplomatic_contact": ("contact",),
    "patronage_influence": ("capture", "aid"),
    "arms_supply": ("arms", "arms_stock"),
    "arms_dependence": ("arms_stock", "arms"),
    "trade": ("trade_flow",),
    "sanction": ("sanctions", "secondary_sanctions"),
    "rivalry_territorial": ("rivalry", "claim"),
    "aid": ("aid",),
    "cultural_identity": ("identity", "compatriots"),
    "energy_dependence": ("energy",),
    "connectivity": ("connectivity",),
    "finance_currency": ("finance",),
    "trust_mistrust": ("trust",),
}
HEAD = """\
# Relations of the register that a number of a base world expresses: the pair and a variable of the
# relation's kind. Found by tools/register_carried.py; do not edit. That a number is there does not
# say that it was set from the relation: its own source says where it comes from.
carried:
"""


def members(spec: ScenarioSpec, name: str) -> tuple[str, ...]:
    """The states that a name of the register means in a world."""
    if name in spec.states:
        return (name,)
    other = {"POSTSOV": "POST_SOVIET", "RUS_ALLIES": "CSTO_STATES", "UNFRIENDLY": "WEST"}
    return spec.groups.get(other.get(name, name), ())


def place(spec: ScenarioSpec, kind: str, a: str, b: str) -> str | None:
    """Key of a number that expresses a relation of this kind between a and b."""
    pairs = [(i, j) for i, j in product(members(spec, a), members(spec, b)) if i != j]
    pairs += [(j, i) for i, j in pairs]
    for field in FIELDS.get(kind, ()):
        for table in (spec.relations, spec.channels):
            known = table.get(field, {})
            for pair in pairs:
                if pair in known and known[pair].value > 0.0:
                    return known[pair].key
        for event in spec.events.values():
            for effect in event.effects:
                if effect.field == field and (effect.i, effect.j) in pairs:
                    return f"events.{event.id}"
    if kind in ("security_pact", "membership"):
        for i, j in pairs:
            for pact in spec.pacts.values():
                if i in pact.members and j in pact.members:
                    return f"pacts.{pact.id}"
        for body in spec.organisations.values():
            inside = {*body.members, *body.partners}
            if body.id in (a, b) and inside & {*members(spec, a), *members(spec, b)}:
                return f"organisations.{body.id}"
            if any(i in inside and j in inside for i, j in pairs):
                return f"organisations.{body.id}"
    return None


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, default=ROOT.parent / "shared" / "documents")
    path = parser.parse_args().documents / "relations.yaml"
    relations = yaml.safe_load(path.read_text())["relations"]
    worlds = {name: load_scenario(ROOT / "scenarios" / "world" / f"{name}.yaml") for name in WORLDS}
    lines = []
    for row in relations:
        for name, spec in worlds.items():
            key = place(spec, row["type"], row["a"], row["b"])
            if key is not None:
                lines.append(f'  {row["id"]}: "world/{name} {key}"')
                break
    OUT.write_text(HEAD + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Compile the figures of the base worlds before 2021, as differences from the next later one.

Writes ``scenarios/world/figures_2020.yaml`` (figures of 2019, on top of ``2021.yaml``), then
``figures_2016.yaml`` (of 2015, on top of ``2020.yaml``) and ``figures_2014.yaml`` (of 2013, on top
of ``2016.yaml``): capability, economy, position in the General Assembly and governance, each only
where it differs from the later year by more than its error. What is judged stands in ``2020.yaml``,
``2016.yaml`` and ``2014.yaml``, which this script does not touch.

    python -m tools.compile_earlier [--data ../shared/data] [--out scenarios/world]

Needs pandas and pyarrow. The output is deterministic.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from sim.system.files import write_text
from tools.compile_world import BLEND, MILEX_2021, ROOT, STATES, short

#: world: (year of its figures, the world that it changes, year of that one's figures)
WORLDS = {"2020": (2019, "2021", 2021), "2016": (2015, "2020", 2019), "2014": (2013, "2016", 2015)}
RATIO, STEP, DEMOCRACY = 1.12, 0.2, 0.05
#: Key of the source, title, author, year of publication.
SOURCES = (
    (
        "blend",
        "Military spending^.6 x CINC^.2 x GDP^.2 of {}, renormalised over the world",
        "Correlates of War NMC 7.0; Fariss, Anders, Markowitz and Barnum",
        2022,
    ),
    ("gdp", "Real GDP {}, share of the world", "Fariss, Anders, Markowitz and Barnum", 2022),
    (
        "unga",
        "Ideal points in the General Assembly, {}",
        "Bailey, Strezhnev and Voeten",
        2017,
    ),
    (
        "vdem",
        "Electoral democracy index of {}, V-Dem version 16",
        "Coppedge, Gerring and others",
        2026,
    ),
)


def sources(year: int) -> list[str]:
    """The block of sources of a file."""
    return [
        "sources:",
        *(
            f'  {key}_{year}: {{title: "{title.format(year)}", author: "{author}", '
            f"year: {published}, kind: dataset}}"
            for key, title, author, published in SOURCES
        ),
    ]


def figures(states: pd.DataFrame, year: int) -> pd.DataFrame:
    """Capability blend, share of GDP, position and governance of a year, by state code."""
    known = states[states.year.between(year - 10, year)].sort_values("year")
    last = known.groupby("ccode")[["milex", "cinc", "pwtrgdp", "ideal_all", "v2x_polyarchy"]].last()
    last = last[last.index.isin(set(states[states.year == year].ccode))].copy()
    for code, value in MILEX_2021.items():
        if code in STATES:
            last.loc[STATES[code][1], "milex"] = value
    material = last[["milex", "cinc", "pwtrgdp"]].fillna(0.0)
    shares = material / material.sum()
    blend = (
        shares.milex ** BLEND["milex"]
        * shares.cinc ** BLEND["cinc"]
        * shares.pwtrgdp ** BLEND["gdp"]
    )
    last["capability"] = blend / blend.sum()
    last["economy"] = shares.pwtrgdp
    codes = {cow: code for code, (_, cow) in STATES.items()}
    return last[last.index.isin(codes)].rename(index=codes)


def changes(now: pd.Series, later: pd.Series, year: int) -> list[str]:
    """The numbers of a state that differ from those of the later world."""
    found = []
    for name, source in (("capability", "blend"), ("economy", "gdp")):
        ratio = now[name] / later[name] if later[name] > 0 else 1.0
        if max(ratio, 1.0 / max(ratio, 1e-9)) > RATIO:
            width = "20%" if name == "capability" else "10%"
            value = short(float(now[name]), 3)
            found.append(f"{name}: {{value: {value}, range: {width}, source: {source}_{year}}}")
    if abs(now["ideal_all"] - later["ideal_all"]) > STEP:
        value = short(float(now["ideal_all"]), 3)
        found.append(f"ideal_point: {{value: {value}, range: ±0.26, source: unga_{year}}}")
    if abs(now["v2x_polyarchy"] - later["v2x_polyarchy"]) > DEMOCRACY:
        value = short(float(now["v2x_polyarchy"]), 2)
        found.append(f"governance: {{value: {value}, range: ±0.06, source: vdem_{year}}}")
    return found


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "scenarios" / "world")
    options = parser.parse_args()
    states = pd.read_parquet(options.data / "states_1816_2024.parquet")
    for world, (year, base, base_year) in WORLDS.items():
        now, later = figures(states, year), figures(states, base_year)
        lines = [
            "# yaml-language-server: $schema=../../docs/reference/scenario.schema.json",
            f"# Written by tools/compile_earlier.py: do not edit. Judgements: {world}.yaml.",
            "format: 1",
            f"title: Measured figures of {year}",
            f"question: What do public data say of 48 states in {year}?",
            f"description: What differs from {base}.yaml by more than the error of the figures.",
            f"extends: {base}.yaml",
            f"clock: {{start: {year}Q4, quarters: 12}}",
            *sources(year),
            "states:",
        ]
        for code in STATES:
            if code in now.index and code in later.index:
                found = changes(now.loc[code], later.loc[code], year)
                if found:
                    lines.append(f"  {code}: {{{', '.join(found)}}}")
        write_text(options.out / f"figures_{world}.yaml", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

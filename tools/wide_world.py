"""Compile the figures of all states that lie beneath the base worlds, for ``scope:``.

Writes ``scenarios/world/wide``: tables of figures (states by year, trade, energy, arms, pacts,
rivalry, sanctions) with ``figures.yaml``, which says what their columns mean, and one file a year
with the states and the members of organisations at its start. What is judged stands by hand in
``judged.yaml`` between the two; ``members.csv`` and ``organisations.csv`` are kept by hand, too.

    python -m tools.wide_world [--data ../shared/data] [--out scenarios/world/wide]

Needs pandas and pyarrow. The output is deterministic. Distances are in no table: they are computed
from outlines (:mod:`sim.scenario.outlines`). Of pairs of states that the base worlds have in detail nothing
is written: those hold.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sim.scenario import load_scenario
from sim.scenario.history.codes import converted
from sim.scenario.history.known import History, history_of
from sim.scenario.outlines import distances
from sim.scenario.quarter import parse_quarter
from sim.scenario.years.sources import NOTES
from sim.scenario.years.variables import Figures
from sim.system.files import write_text
from tools.contact import CONTACT, contact

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "scenarios" / "world"
YEARS = {2014: 2013, 2016: 2015, 2020: 2019, 2021: 2021, 2024: 2024}  # world: year of the figures
NAMES = {
    "Bosnia and Herzegovina": "Bosnia", "Democratic Republic of the Congo": "DR Congo",
    "East Timor": "Timor-Leste", "Macedonia": "North Macedonia", "Swaziland": "Eswatini",
    "Yugoslavia": "Serbia", "Ivory Coast": "Côte d'Ivoire", "Cape Verde": "Cabo Verde",
    "Myanmar": "Myanmar", "United States of America": "United States", "Surinam": "Suriname",
}  # fmt: skip
# Votes in the Assembly are missing; capability and economy, too, of the last.
ASSUMED = {
    "TWN": {"ideal_point": (1.2, "no vote; near Japan and Korea by alignment")},
    "XKX": {"ideal_point": (1.6, "no vote; near Albania by declarations")},
    "PSE": {
        "ideal_point": (-1.0, "observer without a vote; near the Arab group"),
        "capability": (0.00005, "police and militias, no army"),
        "economy": (0.00022, "about 30 bn USD at purchasing power"),
    },
}
PALESTINE = "Palestine"
UNARMED = {"arms_supply": 0.0, "arms_import_need": 1.0, "reach": 1.25, "revisionism": 0.05}
REGIONS = {
    "NORTH_AMERICA": "USA CAN",
    "CARIBBEAN": "BHS CUB HTI DOM JAM TTO BRB DMA GRD LCA VCT ATG KNA GUY SUR BLZ",
    "CENTRAL_AMERICA": "MEX GTM HND SLV NIC CRI PAN",
    "SOUTH_AMERICA": "COL VEN ECU PER BRA BOL PRY CHL ARG URY",
    "NORTH_AFRICA": "MAR DZA TUN LBY EGY SDN",
    "WEST_AFRICA": "CPV STP GNB GMB MLI SEN BEN MRT NER CIV GIN BFA LBR SLE GHA TGO NGA",
    "CENTRAL_AFRICA": "GNQ CMR GAB CAF TCD COG COD AGO",
    "EAST_AFRICA": "UGA KEN TZA BDI RWA SOM DJI ETH ERI SSD COM MUS SYC MDG",
    "SOUTHERN_AFRICA": "MOZ ZMB ZWE MWI ZAF NAM LSO BWA SWZ",
    "GULF": "SAU KWT BHR QAT ARE OMN",
    "LEVANT": "IRN IRQ SYR LBN JOR ISR YEM PSE TUR",
    "CENTRAL_ASIA": "TKM TJK KGZ UZB KAZ",
    "CAUCASUS": "ARM GEO AZE",
    "SOUTH_ASIA": "AFG IND BTN PAK BGD LKA MDV NPL",
    "EAST_ASIA": "CHN MNG TWN PRK KOR JPN",
    "SOUTHEAST_ASIA": "MMR THA KHM LAO VNM MYS SGP BRN PHL IDN TLS",
    "OCEANIA": "AUS PNG NZL VUT SLB KIR TUV FJI TON NRU MHL PLW FSM WSM",
}  # all else is Europe
REGION = {code: region for region, codes in REGIONS.items() for code in codes.split()}
# Fuel in exports of goods: the larger exporters among the added states, World Bank, 2019-21.
FUEL = {
    "NOR": 0.6, "DZA": 0.93, "AGO": 0.9, "ARE": 0.5, "BHR": 0.5, "BRN": 0.8, "BOL": 0.3,
    "CMR": 0.45, "COL": 0.5, "ECU": 0.35, "EGY": 0.25, "GAB": 0.7, "GHA": 0.3, "GNQ": 0.9,
    "IRQ": 0.95, "KWT": 0.9, "LBY": 0.94, "MOZ": 0.4, "MYS": 0.14, "MMR": 0.25, "NGA": 0.88,
    "OMN": 0.65, "PNG": 0.45, "QAT": 0.87, "SDN": 0.1, "SSD": 0.95, "TKM": 0.9, "TLS": 0.9,
    "TTO": 0.4, "VEN": 0.85, "YEM": 0.6, "GUY": 0.6, "TCD": 0.75, "COG": 0.75, "LAO": 0.25,
    "MEX": 0.06, "GRC": 0.28, "ESP": 0.07, "BEL": 0.1, "CUB": 0.02,
}  # fmt: skip
KINDS = {"trade": 0.5, "financial": 0.3, "arms": 0.1, "military": 0.05, "travel": 0.05}
PARTIAL = 0.35  # as in the base worlds: nearly all measures are partial
LAST_OF_GSDB = 2023  # what ends then was in force when the data ended
LEAST_SANCTION = 0.02
# Cases of 2022 against members, and on held land that are coded as if against its owner.
NOT_BY_UNION = frozenset("UKR MDA POL HUN".split())
# Who joined the measures of the Union against Russia: level by world, judged.
FOLLOWERS = {
    2016: dict.fromkeys("NOR ISL ALB MNE".split(), 0.2),
    2020: dict.fromkeys("NOR ISL ALB MNE".split(), 0.2),
    2021: dict.fromkeys("NOR ISL ALB MNE".split(), 0.2),
    2024: dict.fromkeys("NOR ISL ALB MNE MKD XKX CHE".split(), 0.6) | {"NZL": 0.5, "TWN": 0.3},
}
LEAST_TRADE = 20.0  # million USD
USUAL_CONTACT, CONTACT_STEP = 0.1, 0.1  # the model's default, and what it is worth telling from
LEAST_SHARE = {"energy": 0.03, "arms": 0.1}
GROUPS_OF = {"EU": "EU", "ATLANTIC": "NATO", "ASEAN_STATES": "ASEAN", "BRICS_STATES": "BRICS"}
FRIENDS = frozenset("ESP HUN CZE MKD GRC BGR ROU RUS UKR BLR".split())
SOCIALIST = frozenset("HUN CZE BGR".split())
WEST = "NZL ISL NOR CHE ALB MKD MNE"  # beside the members of the Union and of the alliance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=WORLD / "wide")
    given = parser.parse_args()
    known = load_scenario(WORLD / "2021.yaml")
    pairs = read_pairs(given.data)
    states = pd.read_parquet(given.data / "states_1816_2024.parquet")
    tables = Tables(given.data, frozenset(known.states), pairs)
    economy = {}
    for world, year in YEARS.items():
        frame = states_of(history_of(states, pairs.assign(year=year)), year)
        economy[world] = frame.set_index("code")["economy"]
        save(given.out / f"states_{world}.csv", frame)
    frames = {
        "trade": tables.trade(),
        "energy": tables.energy(),
        "arms": tables.arms(),
        "pacts": tables.pacts(),
        "rivalry": tables.rivalry(),
        "contact": tables.contact(states),
    }
    frames["gravity"] = tables.gravity(economy[2021])
    for name, frame in frames.items():
        save(given.out / f"{name}.csv", frame)
    write_yaml(given.out / "figures.yaml", figures(tables))
    for world, year in YEARS.items():
        frame, union = tables.sanctions(year)
        save(given.out / f"sanctions_{world}.csv", frame)
        write_yaml(given.out / f"{world}.yaml", year_file(world, given.out, union))
    size = sum(file.stat().st_size for file in given.out.iterdir())
    print(f"{given.out}: {size / 1024:.0f} KB; trade by gravity: {tables.fit}")


def read_pairs(data: Path) -> pd.DataFrame:
    pairs = pd.read_parquet(data / "world_dyads_2018.parquet")
    codes = set(pairs["ccode1"]) | set(pairs["ccode2"])
    iso = {code: converted(str(code), "cow", "iso3", 2021) for code in codes}
    pairs = pairs.rename(columns={"igos_2014": "igos"})
    return pairs.assign(i=pairs["ccode1"].map(iso), j=pairs["ccode2"].map(iso))


def states_of(history: History, year: int) -> pd.DataFrame:
    """The figures of all states, the last known by the year, and their region."""
    it = Figures(history, year)
    codes = [converted(str(code), "cow", "iso3", min(year, 2021)) or "" for code in it.codes]
    frame = pd.DataFrame(
        {
            "code": codes,
            "name": [NAMES.get(name, name) for name in it.states["name"]],
            "capability": it.capability,
            "economy": np.where(np.isnan(it.economy), it.assumed_economy(), it.economy),
            "ideal_point": it.known("ideal_all").round(2),
            "governance": it.known("v2x_polyarchy").round(2),
            "openness": np.round(it.openness, 2),
            "arms_supply": it.arms_supply.round(4),
            "arms_import_need": it.arms_import_need.round(2),
            "reach": it.reach,
            "revisionism": it.revisionism.round(2),
        }
    )
    palestine = {"code": "PSE", "name": PALESTINE, "openness": 0.6, **UNARMED}
    frame = pd.concat([frame, pd.DataFrame([palestine])], ignore_index=True)
    for code, numbers in ASSUMED.items():
        for name, (value, _) in numbers.items():
            frame.loc[frame["code"] == code, name] = value
    frame["energy_exports"] = frame["code"].map(FUEL).fillna(0.0)
    frame["region"] = frame["code"].map(REGION).fillna("EUROPE")
    for name in ("capability", "economy"):
        frame[name] = frame[name].map(lambda x: float(f"{x:.2g}"))
    return frame.sort_values("code", ignore_index=True)


class Tables:
    """Tables of pairs of which at least one state is not among those that are known in detail."""

    def __init__(self, data: Path, own: frozenset[str], pairs: pd.DataFrame) -> None:
        self.data = data
        self.own = own
        self.pairs = pairs[~(pairs["i"].isin(own) & pairs["j"].isin(own))]
        self.all_pairs = pairs
        self.flows: dict[tuple[str, str], float] = {}
        self.fit = ""
        self.growth = 1.0
        self.sellers = own

    def added(self, one: str, other: str) -> bool:
        return not (one in self.own and other in self.own)

    def trade(self) -> pd.DataFrame:
        """Flows of 2021 where a table has them, else half of the sum of 2014 carried forward."""
        table = pd.read_csv(self.data / "trade_2021.csv")
        listed = set(table["exporter_iso3"]) | set(table["importer_iso3"])
        now = {
            (row.exporter_iso3, row.importer_iso3): float(row.value_musd)
            for row in table.itertuples()
        }
        both = [
            (now[r.i, r.j] + now[r.j, r.i]) / r.trade_2014
            for r in self.all_pairs.itertuples()
            if (r.i, r.j) in now and (r.j, r.i) in now and r.trade_2014 > 1000.0
        ]
        growth = float(np.median(both))
        self.growth = growth
        found = {pair: value for pair, value in now.items() if self.added(*pair)}
        for row in self.pairs.itertuples():
            if row.trade_2014 >= 0.0 and not {row.i, row.j} <= listed:
                for pair in ((row.i, row.j), (row.j, row.i)):
                    found.setdefault(pair, row.trade_2014 * growth / 2.0)
        self.flows = found
        rows = [
            (*pair, 2021 if pair in now else 2014, float(f"{value:.2g}"))
            for pair, value in sorted(found.items())
            if value >= LEAST_TRADE
        ]
        self.sellers = {row[0] for row in rows} | self.own
        return pd.DataFrame(rows, columns=["from", "to", "figure_of", "trade"])

    def gravity(self, economy: pd.Series) -> pd.DataFrame:
        """Flows of pairs that no table has: sizes and distance, fitted on those of 2021."""
        codes = tuple(economy.index)
        km = distances(codes)
        at = {code: k for k, code in enumerate(codes)}
        table = pd.read_csv(self.data / "trade_2021.csv")
        rows = [
            (r.exporter_iso3, r.importer_iso3, r.value_musd)
            for r in table.itertuples()
            if r.value_musd > 1.0 and r.exporter_iso3 in at and r.importer_iso3 in at
        ]

        def design(pairs: list[tuple[str, str]]) -> np.ndarray:
            sizes = np.array([[np.log(economy[i]), np.log(economy[j])] for i, j in pairs])
            far = np.log([km[at[i], at[j]] + 300.0 for i, j in pairs])
            return np.column_stack([np.ones(len(pairs)), sizes, far])

        x = design([(i, j) for i, j, _ in rows])
        y = np.log([value for *_, value in rows])
        slopes, *_ = np.linalg.lstsq(x, y, rcond=None)
        error = float((y - x @ slopes).std(ddof=x.shape[1]))
        self.fit = (
            f"exp({slopes[0]:.2f}) Y^{slopes[1]:.2f} Y'^{slopes[2]:.2f} "
            f"(km + 300)^{slopes[3]:.2f}, standard error {error:.2f} in logarithms, {len(y)} flows"
        )
        open_pairs = [
            (i, j)
            for i in codes
            for j in codes
            if i != j and self.added(i, j) and (i, j) not in self.flows
        ]
        guessed = dict(zip(open_pairs, np.exp(design(open_pairs) @ slopes), strict=True))
        best: dict[str, float] = {}  # what is small but all that a state has
        for (giver, _), value in guessed.items():
            if giver not in self.sellers:
                best[giver] = max(best.get(giver, 0.0), value)
        found = [
            (*pair, float(f"{value:.2g}"))
            for pair, value in guessed.items()
            if value >= min(LEAST_TRADE, best.get(pair[0], LEAST_TRADE))
        ]
        return pd.DataFrame(found, columns=["from", "to", "trade"])

    def energy(self) -> pd.DataFrame:
        """Shares of the value of coal, crude oil and gas that importers bought, 2021."""
        table = pd.read_csv(self.data / "energy_baci_2017_2024.csv")
        table = table[table["year"] == 2021]
        total = table.groupby(["importer", "fuel"])["importer_total_musd"].max()
        of_all = total.groupby("importer").sum()
        bought = table.groupby(["exporter", "importer"])["value_musd"].sum()
        shares = {pair: value / of_all[pair[1]] for pair, value in bought.items()}
        return self._shares("energy", shares)

    def arms(self) -> pd.DataFrame:
        """Shares of deliveries in the five years to 2018."""
        delivered: dict[tuple[str, str], float] = {}
        for row in self.all_pairs.itertuples():
            delivered[row.i, row.j] = max(row.arms5_12, 0.0)
            delivered[row.j, row.i] = max(row.arms5_21, 0.0)
        total: dict[str, float] = {}
        for (_, taker), value in delivered.items():
            total[taker] = total.get(taker, 0.0) + value
        shares = {
            (giver, taker): value / total[taker]
            for (giver, taker), value in delivered.items()
            if total[taker] > 0.0
        }
        return self._shares("arms", shares)

    def contact(self, states: pd.DataFrame) -> pd.DataFrame:
        """Contact by :data:`tools.contact.CONTACT`, where it is not the usual one."""
        it = Figures(history_of(states, self.all_pairs.assign(year=2021)), 2021)
        at = {code: k for k, code in enumerate(it.codes.tolist())}
        sheet = contact(it)
        rows = [
            (row.i, row.j, round(float(sheet[at[row.ccode1], at[row.ccode2]]), 2))
            for row in self.pairs.itertuples()
            if row.ccode1 in at and row.ccode2 in at
        ]
        told = [row for row in rows if abs(row[2] - USUAL_CONTACT) > CONTACT_STEP]
        return pd.DataFrame(told, columns=["code1", "code2", "contact"])

    def _shares(self, name: str, shares: Mapping[tuple[Any, Any], float]) -> pd.DataFrame:
        known = {*self.pairs["i"], *self.pairs["j"]}
        rows = [
            (giver, taker, min(round(value, 2), 0.95))
            for (giver, taker), value in sorted(shares.items())
            if value >= LEAST_SHARE[name] and self.added(giver, taker) and {giver, taker} <= known
        ]
        return pd.DataFrame(rows, columns=["from", "to", name])

    def pacts(self) -> pd.DataFrame:
        """Bilateral duties of 2018 to defend or consult that no organisation here carries.

        Declarations not to attack, those of Helsinki and of the south-east of Asia above all, are
        left out, as in the base worlds; so are treaties of friendship of European states that also
        speak of consultation: those of the nineties with one another, of their former governments
        with Africa and Syria.
        """
        carried = [set(group) for group in members_at("2018Q4", WORLD / "wide").values()]
        rows = []
        for row in self.pairs.itertuples():
            kind = "defence" if row.defense else "consultation" if row.consul else None
            europeans = {row.i, row.j} & FRIENDS
            if europeans and (europeans & SOCIALIST or not {row.i, row.j} - FRIENDS):
                kind = kind if row.defense else None
            if kind and not any({row.i, row.j} <= group for group in carried):
                rows.append((row.i, row.j, kind))
        return pd.DataFrame(rows, columns=["code1", "code2", "type"])

    def rivalry(self) -> pd.DataFrame:
        """1 + .03 a year of ten with a dispute for rivals, .05 a year for others from two on."""
        rows = []
        for row in self.pairs.itertuples():
            if row.rivalry > 0 or row.mid10 > 1:
                value = 1.0 + 0.03 * row.mid10 if row.rivalry > 0 else 0.05 * row.mid10
                rows.append((row.i, row.j, round(value, 2)))
        return pd.DataFrame(rows, columns=["code1", "code2", "rivalry"])

    def sanctions(self, year: int) -> tuple[pd.DataFrame, dict[str, float]]:
        """In force in a year, as far as they were in 2021, too; those of the Union apart."""
        table = pd.read_csv(self.data / "sanctions_dyads_active_2021.csv")
        table = table[(table["begin"] <= year) & (table["end"] >= min(year, LAST_OF_GSDB))]
        kinds = table.groupby(["sender_iso3", "target_iso3"])[list(KINDS)].max()
        level = (PARTIAL * (kinds * pd.Series(KINDS)).sum(axis=1)).round(2)
        levels = {pair: float(value) for pair, value in level.items() if value >= LEAST_SANCTION}
        rows = [(*pair, value) for pair, value in levels.items() if self.added(*pair)]
        rows = [row for row in rows if row[0] != "UN"]
        union = {
            target: value
            for (sender, target), value in levels.items()
            if sender == "DEU" and target not in NOT_BY_UNION
        }
        return pd.DataFrame(rows, columns=["from", "to", "sanctions"]), union


def members_at(quarter: str, folder: Path) -> dict[str, list[str]]:
    """The members of each organisation in a quarter, by ``members.csv``."""
    at = parse_quarter(quarter)
    found: dict[str, list[str]] = {}
    for row in pd.read_csv(folder / "members.csv", dtype=str).fillna("").itertuples():
        listed = found.setdefault(str(row.organisation), [])
        if parse_quarter(row.since) <= at and (not row.until or at <= parse_quarter(row.until)):
            listed.extend(str(row.members).split())
    return {name: sorted(listed) for name, listed in found.items()}


def figures(tables: Tables) -> dict[str, Any]:
    """What the columns of the tables mean, with their sources."""

    def table(rows: str, name: str, source: str, spread: str, note: str) -> dict[str, Any]:
        columns = {} if rows == "pacts" else {"columns": {COLUMN.get(name, name): column(name)}}
        provenance = {"source": source, "note": note} | (
            {} if rows == "pacts" else {"range": spread}
        )
        return {"rows": rows, "file": f"{name}.csv", **provenance, **columns}

    growth = f"{tables.growth:.2f}"
    return {
        "format": 1,
        "sources": SOURCES,
        "tables": {
            "trade": table(
                "flows", "trade", "trade_mixed", "40%",
                "column figure_of: flows of 2021 from customs; of 2014 half of what the two traded, "
                f"times {growth}, the median growth of pairs that are in both",
            ),
            "gravity": table(
                "flows", "gravity", "gravity", "75%",
                f"no table has the pair: {tables.fit}; the range is narrower than that error",
            ),
            "energy": table(
                "flows", "energy", "baci_energy", "25%", "coal, crude oil and gas by value, 2021"
            ),
            "arms": table(
                "flows", "arms", "sipri_shares", "30%",
                "larger suppliers, five years to 2018",
            ),
            "pacts": table("pacts", "pacts", "atop_2018", "", "in force in 2018"),
            "rivalry": table(
                "pairs", "rivalry", "tss_2020", "30%",
                "rivals 1 + .03 a year of ten with a dispute; others .05 a year, from two on",
            ),
            "contact": table(
                "pairs", "contact", "contact_wide", "50%",
                CONTACT,
            ),
        },
    }  # fmt: skip


COLUMN = {"gravity": "trade"}


def column(name: str) -> str:
    return COLUMN.get(name, name)


SOURCES = {
    "wide_capability": {"title": "Military spending^.6 x CINC^.2 x GDP^.2 over the sum of all states; Correlates of War NMC 7.0 and GDP of Fariss et al.", "author": "Singer, Bremer and Stuckey; Fariss, Anders, Markowitz and Barnum", "year": 2022, "kind": "dataset"},
    "wide_gdp": {"title": "Real GDP, share of the world (to 2019)", "author": "Fariss, Anders, Markowitz and Barnum", "year": 2022, "kind": "dataset"},
    "wide_votes": {"title": "Ideal points, all votes in the General Assembly", "author": "Bailey, Strezhnev and Voeten", "year": 2024, "kind": "dataset"},
    "wide_vdem": {"title": "Electoral democracy index, V-Dem 16", "author": "V-Dem Institute", "year": 2025, "kind": "dataset"},
    "wide_fuel": {"title": "Fuel exports, share of exports of goods 2019-21, rounded", "author": "World Bank", "year": 2022, "kind": "dataset", "note": "from memory, rounded, not checked"},
    "natural_earth": {"title": "Natural Earth 1:50m: nearest points of the outlines that the package ships", "author": "Natural Earth", "year": 2022, "kind": "dataset"},
    "trade_mixed": {"title": "UN Comtrade and IMF Direction of Trade Statistics 2021; Correlates of War trade 4.0, 2014", "author": "United Nations; IMF; Barbieri and Keshk", "year": 2023, "kind": "dataset"},
    "gravity": {"title": "Gravity of trade, fitted on the flows of 63 states in 2021", "author": "computed by tools/wide_world.py", "year": 2023, "kind": "dataset"},
    "baci_energy": {"title": "BACI: coal, crude oil, gas; value shares", "author": "Gaulier and Zignago", "year": 2025, "kind": "dataset"},
    "sipri_shares": {"title": "Arms transfers database: single rounded shares of larger suppliers", "author": "Stockholm International Peace Research Institute", "year": 2025, "kind": "dataset"},
    "atop_2018": {"title": "Alliance Treaty Obligations and Provisions 5.1, bilateral duties of 2018", "author": "Leeds, Ritter, Mitchell and Long", "year": 2022, "kind": "dataset"},
    "tss_2020": {"title": "Strategic rivalries 1494-2020; militarised disputes of ten years", "author": "Thompson, Sakuwa and Suhas; Gibler, Miller and Little", "year": 2021, "kind": "dataset"},
    "dispute_formula": {"title": f"Formula: {NOTES['states', 'revisionism'][1]}", "author": "Gibler, Miller and Little", "year": 2020, "kind": "dataset", "note": "disputes coded to 2014, in the ten years to 2018"},
    "make_formula": {"title": f"Formula: {NOTES['states', 'arms_import_need'][1]}", "author": "Stockholm International Peace Research Institute", "year": 2025, "kind": "dataset"},
    "reach_formula": {"title": f"Formula: {NOTES['states', 'reach'][1]}", "author": "Correlates of War; Fariss et al.", "year": 2022, "kind": "dataset", "note": "major powers of 2016"},
    "contact_wide": {"title": f"Formula: {CONTACT}", "author": "Correlates of War IGO 3; Leeds et al.; Thompson, Sakuwa and Suhas", "year": 2021, "kind": "dataset", "note": "organisations of 2014, alliances of 2018, rivalries to 2020"},
    "gsdb_2021": {"title": "Global Sanctions Data Base 4, in force in 2021", "author": "Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov", "year": 2025, "kind": "dataset"},
    "member_lists": {"title": "Member lists and founding treaties, dates in members.csv, addresses in organisations.csv", "author": "the organisations", "year": 2024, "kind": "statute"},
}  # fmt: skip
# Duties since 2014: (members, type, since, note).
LATER = {
    "russia_syria_2015": ("RUS SYR", "arms_cooperation", "2015Q3", "bases, aircraft"),
    "russia_central_africa_2018": ("RUS CAF", "arms_cooperation", "2018Q3", "instructors"),
    "turkey_libya_2019": ("TUR LBY", "arms_cooperation", "2019Q4", ""),
    "israel_emirates_2020": ("ISR ARE", "consultation", "2020Q3", "Abraham accords"),
    "israel_bahrain_2020": ("ISR BHR", "consultation", "2020Q3", "Abraham accords"),
    "greece_emirates_2020": ("GRC ARE", "defence", "2020Q4", ""),
    "israel_morocco_2021": ("ISR MAR", "arms_cooperation", "2021Q4", ""),
    "russia_mali_2021": ("RUS MLI", "arms_cooperation", "2021Q4", "instructors"),
    "china_solomons_2022": ("CHN SLB", "consultation", "2022Q2", "security agreement"),
    "us_papua_2023": ("USA PNG", "arms_cooperation", "2023Q3", ""),
    "turkey_somalia_2024": ("TUR SOM", "defence", "2024Q1", "navy and coast"),
    "russia_niger_2024": ("RUS NER", "arms_cooperation", "2024Q2", "instructors"),
    "australia_tuvalu_2024": ("AUS TUV", "defence", "2024Q3", "union of Falepili"),
}
# Wars of the year, in place of a line of fire in judged.yaml.
WARS = {
    2024: {
        "palestine": {
            "parties": [["ISR"], ["PSE"]],
            "supporters": {"ISR": ["USA"]},
            "intensity": {
                "value": 0.8, "range": "25%", "source": "judgement", "note": "war in Gaza",
            },
            "rung": "local",
            "frozen": False,
            "since": "2023Q4",
        }
    }
}  # fmt: skip
RANGES: Mapping[str, tuple[str, str]] = {
    "capability": ("wide_capability", "35%"),
    "economy": ("wide_gdp", "20%"),
    "ideal_point": ("wide_votes", "±0.25"),
    "governance": ("wide_vdem", "±0.06"),
    "openness": ("judgement", "30%"),
    "energy_exports": ("wide_fuel", "20%"),
    "arms_supply": ("sipri_shares", "30%"),
    "arms_import_need": ("make_formula", "35%"),
    "reach": ("reach_formula", "35%"),
    "revisionism": ("dispute_formula", "60%"),
}


def year_file(world: int, folder: Path, union: Mapping[str, float]) -> dict[str, Any]:
    """The states and the members of organisations of a world, on top of what is judged."""
    start = f"{YEARS[world]}Q4"
    members = members_at(start, folder)
    regions: dict[str, list[str]] = {}
    for row in pd.read_csv(folder / f"states_{world}.csv", keep_default_na=False).itertuples():
        regions.setdefault(str(row.region), []).append(str(row.code))
    every = sorted(code for codes in regions.values() for code in codes)
    groups = {name: members[body] for name, body in GROUPS_OF.items()} | regions | {"ALL": every}
    west = {*members["EU"], *members["NATO"], *WEST.split()} - {"TUR"}
    groups["WEST"] = sorted(west)
    if world == 2014:
        groups["SANCTIONERS_2014"] = sorted({*members["EU"], *WEST.split()} - {"NZL", "MKD"})
    names = pd.read_csv(folder / "organisations.csv").set_index("organisation")["name"]
    note = {"openness": {"note": ".35 (economy / mean) ** -.15, from .05 to .9"}}
    columns = {
        name: {"source": source, "range": spread, **note.get(name, {})}
        for name, (source, spread) in RANGES.items()
    }
    assumed = {
        code: {
            name: {"value": value, "range": "40%" if name != "ideal_point" else "±0.6",
                   "source": "judgement", "note": said}
            for name, (value, said) in numbers.items()
        }
        for code, numbers in ASSUMED.items()
    }  # fmt: skip
    kinds = "kinds weighted (trade .5, financial .3, arms .1, military and travel .05) x .35"
    in_force = {"source": "gsdb_2021", "range": "40%", "note": kinds}
    joined = {"source": "judgement", "note": "joined the measures of the Union"}
    measures = {f"EU>{target}": value for target, value in sorted(union.items())} | {
        f"{code}>RUS": {"value": value, **joined}
        for code, value in FOLLOWERS.get(world, {}).items()
    }
    pacts = {
        name: {"members": both.split(), "type": kind, "since": since, "source": "treaties_wide"}
        | ({"note": said} if said else {})
        for name, (both, kind, since, said) in LATER.items()
        if parse_quarter(since) <= parse_quarter(start)
    }
    return {
        "format": 1,
        "title": f"All states at the start of the world of {world}",
        "extends": "judged.yaml",
        "clock": {"start": start, "quarters": 12},
        "groups": groups,
        "tables": {
            "states": {"rows": "states", "file": f"states_{world}.csv", "columns": columns},
            "sanctions": {
                "rows": "pairs",
                "file": f"sanctions_{world}.csv",
                "keys": {"from": "from", "to": "to"},
                **in_force,
                "columns": {"sanctions": "sanctions"},
            },
        },
        "relations": {"sanctions": {"defaults": in_force, **measures}},
        "states": assumed,
        **({"pacts": pacts} if pacts else {}),
        **({"conflicts": WARS[world]} if world in WARS else {}),
        "organisations": {
            name: {"name": names[name], "members": listed, "source": "member_lists"}
            for name, listed in members.items()
        },
    }


def save(path: Path, frame: pd.DataFrame) -> None:
    write_text(path, frame.to_csv(index=False, float_format="%.5g"))


class _Whole(yaml.SafeDumper):
    """Writes a list as often as it stands: scenarios have no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    text = yaml.dump(
        content,
        Dumper=_Whole,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None,
    )
    head = "# Written by tools/wide_world.py: do not edit. What is judged is in judged.yaml.\n"
    write_text(path, head + text)


if __name__ == "__main__":
    main()

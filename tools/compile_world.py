"""Compile the figures of the base worlds from public data sets.

Writes ``scenarios/world/figures_2021.yaml`` and ``figures_2024.yaml``: what is measured, or follows
from measurement by a formula (capabilities, economies, distances, trade, energy and arms shares,
sanctions in force, positions in the General Assembly). What is judged stands by hand in
``2021.yaml`` and ``2024.yaml``, which extend them; this script never touches those two.

    python -m tools.compile_world [--data ../shared/data] [--out scenarios/world] [--check]

Needs pandas and pyarrow. The output is deterministic. ``--check`` prints the control totals.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from sim.scenario.history import history_of
from sim.scenario.years.sources import NOTES
from sim.scenario.years.variables import Figures
from sim.system.files import write_text
from tools.contact import CONTACT, contact
from tools.wide_world import read_pairs

ROOT = Path(__file__).resolve().parent.parent

# code: (name, COW code)
STATES = {
    "USA": ("United States", 2), "CHN": ("China", 710), "RUS": ("Russia", 365),
    "IND": ("India", 750), "DEU": ("Germany", 255), "FRA": ("France", 220),
    "ITA": ("Italy", 325), "NLD": ("Netherlands", 210), "POL": ("Poland", 290),
    "HUN": ("Hungary", 310),
    "SVK": ("Slovakia", 317), "BGR": ("Bulgaria", 355), "EST": ("Estonia", 366),
    "LVA": ("Latvia", 367), "LTU": ("Lithuania", 368), "FIN": ("Finland", 375),
    "SWE": ("Sweden", 380), "GBR": ("United Kingdom", 200), "CAN": ("Canada", 20),
    "AUS": ("Australia", 900), "JPN": ("Japan", 740), "KOR": ("South Korea", 732),
    "PRK": ("North Korea", 731), "VNM": ("Vietnam", 816), "UKR": ("Ukraine", 369),
    "BLR": ("Belarus", 370), "MDA": ("Moldova", 359), "SRB": ("Serbia", 345),
    "GEO": ("Georgia", 372), "ARM": ("Armenia", 371), "AZE": ("Azerbaijan", 373),
    "KAZ": ("Kazakhstan", 705), "KGZ": ("Kyrgyzstan", 703), "TJK": ("Tajikistan", 702),
    "UZB": ("Uzbekistan", 704), "MNG": ("Mongolia", 712), "AFG": ("Afghanistan", 700),
    "PAK": ("Pakistan", 770), "TUR": ("Turkey", 640), "IRN": ("Iran", 630),
    "ISR": ("Israel", 666), "SAU": ("Saudi Arabia", 670), "PHL": ("Philippines", 840),
    "IDN": ("Indonesia", 850), "THA": ("Thailand", 800), "SGP": ("Singapore", 830),
    "BRA": ("Brazil", 140), "ZAF": ("South Africa", 560),
}  # fmt: skip
CODES = tuple(STATES)
INDEX = {code: k for k, code in enumerate(CODES)}
STANDING = ROOT / "scenarios" / "tables" / "standing.csv"

# Exponents of the capability blend and the ranges that scenarios draw from.
BLEND = {"milex": 0.6, "cinc": 0.2, "gdp": 0.2}
# Military spending, thousand USD, where the last figure of NMC is too old to carry forward.
MILEX_2021 = {"PRK": 6_000_000.0, "SYR": 1_500_000.0, "VEN": 700_000.0, "UZB": 1_600_000.0}
CAPABILITY_RANGE = {"PRK": "[0.002, 0.01]"}  # spending at home prices unknown by a factor of three
# SIPRI, billion USD: for the change 2021-2024 of the states that rearmed.
MILEX_SIPRI = {
    "world": (2113.0, 2718.0), "RUS": (65.9, 149.0), "UKR": (5.9, 64.7), "POL": (13.7, 38.0),
    "ISR": (24.3, 46.5), "DEU": (56.0, 88.5), "SWE": (7.9, 12.0),
}  # fmt: skip
# GDP at market prices 2021, billion USD (for openness only).
GDP_2021 = {
    "USA": 23320, "CHN": 17730, "RUS": 1837, "IND": 3150, "DEU": 4260, "FRA": 2958, "ITA": 2116,
    "POL": 681, "HUN": 182, "SVK": 118, "BGR": 84, "EST": 37.2, "LVA": 39.9, "LTU": 66.4,
    "FIN": 297, "SWE": 636, "GBR": 3122, "CAN": 2001, "AUS": 1553, "JPN": 5006, "KOR": 1818,
    "PRK": 18, "VNM": 366, "UKR": 200, "BLR": 69.7, "MDA": 13.7, "SRB": 63.1, "GEO": 18.6,
    "ARM": 13.9, "AZE": 54.8, "KAZ": 197, "KGZ": 9.2, "TJK": 8.9, "UZB": 69.6, "MNG": 15.3,
    "AFG": 14.3, "PAK": 348, "TUR": 820, "IRN": 359, "ISR": 489, "SAU": 868, "PHL": 394,
    "IDN": 1187, "THA": 506, "SGP": 424, "NLD": 1030, "BRA": 1650, "ZAF": 420,
}  # fmt: skip
# Goods exports 2021, million USD.
EXPORTS_2021 = {
    "USA": 1754000, "CHN": 3364000, "RUS": 492000, "IND": 395000, "DEU": 1632000, "FRA": 585000,
    "ITA": 613000, "POL": 338000, "HUN": 141000, "SVK": 104000, "BGR": 41000, "EST": 21500,
    "LVA": 19500, "LTU": 40800, "FIN": 82000, "SWE": 190000, "GBR": 468000, "CAN": 505000,
    "AUS": 345000, "JPN": 756000, "KOR": 644000, "PRK": 75, "VNM": 336000, "UKR": 68000,
    "BLR": 39900, "MDA": 3140, "SRB": 25600, "GEO": 4240, "ARM": 3020, "AZE": 22200, "KAZ": 60300,
    "KGZ": 2750, "TJK": 2150, "UZB": 14100, "MNG": 9240, "AFG": 900, "PAK": 28900, "TUR": 225000,
    "IRN": 65000, "ISR": 60200, "SAU": 276000, "PHL": 74600, "IDN": 231600, "THA": 271000,
    "SGP": 457000, "NLD": 836000, "BRA": 280800, "ZAF": 123500,
}  # fmt: skip
# Goods imports, million USD, where the table has none or is off; Russia: customs and balance of
# payments bracket 267-304 bn, and 275 keeps China at a quarter of Russian imports.
IMPORTS_2021 = {"NLD": 757000, "FIN": 86300, "SWE": 187000, "RUS": 275000, "PRK": 256}

# Pairs that the trade table lacks, million USD 2021: rounded mirror and customs figures.
FILL_2021: dict[str, dict[str, float]] = {
    "NLD": {"POL": 27000, "HUN": 7000, "SVK": 3000, "BGR": 2200, "EST": 2000, "LVA": 1800,
            "LTU": 3500, "FIN": 9000, "SWE": 18000, "RUS": 7500, "UKR": 1600, "TUR": 7300,
            "KAZ": 500, "SAU": 2700, "ISR": 2900, "ZAF": 2700, "SRB": 800, "BLR": 250, "MDA": 100,
            "GEO": 150, "ARM": 100, "AZE": 200, "UZB": 150, "PAK": 800, "IRN": 400, "MNG": 50},
    "RUS": {"POL": 16600, "HUN": 5000, "BGR": 3200, "PRK": 5, "AFG": 100, "PAK": 550, "IRN": 3060,
            "ISR": 1900, "SAU": 2100, "ZAF": 280, "FIN": 10300, "SWE": 3200},
    "DEU": {"FIN": 12600, "SWE": 33000}, "FRA": {"FIN": 2200, "SWE": 7600},
    "ITA": {"FIN": 2400, "SWE": 6700}, "CHN": {"FIN": 7600, "SWE": 10500},
    "USA": {"FIN": 2600, "SWE": 6000}, "GBR": {"FIN": 1900, "SWE": 8500},
    "JPN": {"FIN": 800, "SWE": 1900}, "KOR": {"FIN": 500, "SWE": 1200},
    "IND": {"FIN": 350, "SWE": 1200},
    "TUR": {"RUS": 5770, "UKR": 2900, "POL": 4400, "HUN": 1600, "SVK": 900, "EST": 150, "LVA": 200,
            "LTU": 500, "BLR": 700, "MDA": 500, "SAU": 265, "PAK": 730, "ZAF": 600, "AFG": 200,
            "FIN": 600, "SWE": 2200},
    "POL": {"BGR": 1900, "EST": 1500, "MDA": 300, "SRB": 1500, "GEO": 150, "AZE": 150, "KAZ": 600,
            "UZB": 130, "TUR": 4300, "ISR": 900, "SAU": 900, "ZAF": 900, "FIN": 3400, "SWE": 9500},
    "HUN": {"RUS": 2200, "POL": 6000, "BGR": 1600, "EST": 200, "LVA": 250, "LTU": 350, "UKR": 3000,
            "BLR": 150, "MDA": 200, "GEO": 60, "AZE": 60, "KAZ": 250, "TUR": 2400, "ISR": 400,
            "SAU": 300, "ZAF": 300, "FIN": 500, "SWE": 2100},
    "SVK": {"RUS": 1350, "BGR": 700, "EST": 150, "LVA": 250, "LTU": 250, "UKR": 750, "BLR": 150,
            "SRB": 800, "TUR": 1300, "ISR": 250, "SAU": 200, "FIN": 300, "SWE": 1400},
    "BGR": {"RUS": 650, "POL": 1000, "HUN": 1300, "SVK": 450, "UKR": 550, "MDA": 150, "SRB": 900,
            "GEO": 150, "ISR": 150, "SWE": 350, "FIN": 120},
    "EST": {"POL": 350, "LTU": 1170, "UKR": 200, "BLR": 50, "TUR": 200, "FIN": 3000, "SWE": 2700},
    "LVA": {"POL": 750, "UKR": 200, "BLR": 200, "UZB": 100, "FIN": 600, "SWE": 1700},
    "LTU": {"UKR": 1300, "BLR": 1250, "KAZ": 350, "HUN": 250, "TUR": 300, "FIN": 600, "SWE": 2300},
    "FIN": {"RUS": 4300, "SWE": 9000, "POL": 3000, "LVA": 900, "LTU": 900, "HUN": 300, "SVK": 250,
            "UKR": 350, "TUR": 1000, "SAU": 400, "ZAF": 300, "KAZ": 150, "ISR": 200},
    "SWE": {"RUS": 2300, "FIN": 12500, "POL": 8100, "EST": 2200, "LVA": 900, "LTU": 1500,
            "HUN": 1600, "SVK": 900, "TUR": 1900, "UKR": 500, "SAU": 1100, "ZAF": 900, "ISR": 500},
    "BLR": {"POL": 2000, "LTU": 1300, "LVA": 550, "EST": 300, "KAZ": 800, "UZB": 250, "TUR": 250,
            "HUN": 150, "AZE": 150, "MDA": 200, "GEO": 60, "SRB": 60, "KGZ": 90, "SWE": 200},
    "UKR": {"HUN": 1600, "SVK": 950, "BGR": 700, "LTU": 600, "LVA": 300, "EST": 200, "SRB": 300,
            "GEO": 450, "AZE": 450, "KAZ": 370, "UZB": 300, "PAK": 250, "IRN": 250, "ISR": 750,
            "SAU": 800, "SWE": 250, "FIN": 120},
    "MDA": {"POL": 120, "UKR": 95, "BGR": 90, "HUN": 60, "BLR": 70, "SVK": 30, "GEO": 20},
    "SRB": {"POL": 800, "SVK": 700, "BGR": 850, "UKR": 250, "TUR": 350, "SWE": 350, "LTU": 60},
    "GEO": {"BGR": 280, "KAZ": 100, "UZB": 80, "BLR": 40, "POL": 40, "ISR": 30},
    "ARM": {"BLR": 40, "UKR": 25, "KAZ": 20, "IRN": 65},
    "AZE": {"RUS": 920, "UKR": 450, "KAZ": 100, "BGR": 250, "BLR": 50, "HUN": 40, "UZB": 30},
    "KAZ": {"TUR": 1700, "UKR": 400, "POL": 800, "LTU": 400, "AFG": 440, "BLR": 120, "AZE": 110,
            "IRN": 160, "GEO": 50, "FIN": 300, "SWE": 300, "BGR": 250, "HUN": 100},
    "KGZ": {"TJK": 30, "BLR": 20}, "TJK": {"RUS": 80, "AFG": 80},
    "PAK": {"RUS": 160, "SAU": 400, "TUR": 330, "IRN": 30, "ZAF": 150, "POL": 350, "KAZ": 60,
            "SWE": 180},
    "IRN": {"RUS": 970, "AFG": 1800, "PAK": 1000, "AZE": 400, "KAZ": 200, "UZB": 300, "TJK": 60,
            "GEO": 120},
    "ISR": {"RUS": 720, "TUR": 1900, "UKR": 200, "POL": 300, "ZAF": 200, "AZE": 40, "HUN": 150},
    "SAU": {"RUS": 30, "TUR": 3300, "POL": 2500, "LTU": 300, "UKR": 200, "SWE": 250},
    "ZAF": {"RUS": 320, "POL": 500, "HUN": 250, "SVK": 200, "TUR": 900, "ISR": 250, "PAK": 1100,
            "SAU": 500, "SWE": 300, "FIN": 250},
    "VNM": {"FIN": 250, "SWE": 1400, "KAZ": 300, "BLR": 30, "UZB": 40},
    "BRA": {"SWE": 800, "FIN": 400}, "CAN": {"SWE": 700, "FIN": 300},
    "THA": {"SWE": 800, "FIN": 200}, "IDN": {"SWE": 400}, "AUS": {"SWE": 300, "FIN": 250},
    "SGP": {"SWE": 300}, "PHL": {"SWE": 150},
}  # fmt: skip
# Exports to the Netherlands, transit included; Russia's between its own and the Dutch account.
TO_NLD_2021 = {
    "RUS": 36000, "DEU": 122000, "CHN": 100000, "USA": 55000, "GBR": 32000, "FRA": 25000, "ITA":
    17000, "POL": 21000, "SWE": 12000, "FIN": 5000, "IND": 9500, "VNM": 8000, "TUR": 7000,
    "JPN": 11000, "KOR": 5500, "BRA": 9300, "ZAF": 4000, "HUN": 4800, "SVK": 2400, "IDN": 4600,
    "THA": 4300, "SGP": 4000, "SAU": 5000, "KAZ": 4400, "UKR": 3300, "LTU": 2300, "EST": 900,
    "LVA": 600, "BGR": 1100, "SRB": 600, "CAN": 5000, "AUS": 4300, "PHL": 3800, "ISR": 2200,
    "PAK": 1400, "BLR": 400, "AZE": 300
}  # fmt: skip
# Pairs of the table that are kept however small, because a scenario looks at them.
FOCAL_PAIRS = {("PRK", "CHN"), ("CHN", "PRK"), ("RUS", "PRK"), ("PRK", "RUS")}
FLOOR_MUSD = 20.0

ADDED = frozenset({"NLD", "FIN", "SWE"})  # not in the tables of the present

# Figures from memory: SIPRI below, GDP at market prices, exports and fills above. They say so in
# their sources; what stands under the name of a data set is computed from it.

# Energy: what the tables lack. BACI has no gas for those in EUROSTAT, or not the importer.
EUROSTAT = ("DEU", "NLD", "POL", "LTU", "FIN", "SWE", "TUR")
CARRIERS = {"BLR": "RUS", "UKR": "RUS", "GEO": "AZE"}  # gas that passes them is the producer's
TJ_A_KTON = 41.868  # crude oil
ENERGY_JUDGED = {
    "PRK": {"CHN": 0.9, "RUS": 0.07}, "MNG": {"RUS": 0.9, "CHN": 0.05},
    "AFG": {"IRN": 0.4, "UZB": 0.15, "RUS": 0.12}, "TJK": {"RUS": 0.6, "KAZ": 0.2, "UZB": 0.12},
}  # fmt: skip
FUEL_NOTE = "fuel by pipe, rail and road that customs data lack or hide"
ARMS_NOTE = "deliveries 2017-21 before the war, from the larger known orders"
# Net exporters of fuel: their imports are a convenience, not a dependence.
FUEL_EXPORTERS = frozenset({"RUS", "SAU", "IRN", "KAZ", "AZE", "CAN", "AUS", "IDN", "USA"})
# No table of 2024 has these importers, or their gas.
ENERGY_2024: dict[str, dict[str, float]] = {
    "FIN": {"RUS": 0.1, "USA": 0.1}, "NLD": {"RUS": 0.03, "USA": 0.3, "GBR": 0.1},
    "SWE": {"RUS": 0.0, "USA": 0.12}, "TUR": {"RUS": 0.38, "IRN": 0.08, "AZE": 0.15, "USA": 0.12},
}  # fmt: skip
ENERGY_2024_KEEP = frozenset({"BLR", "PRK", "MNG", "AFG", "KGZ", "TJK", "MDA", "UZB", "AZE"})

# Arms: five-year windows to 2021 as published, from memory; other rows are the deliveries of 2014-18.
# None: no recorded imports.
ARMS_2021: dict[str, dict[str, float] | None] = {
    "VNM": {"RUS": 0.56, "ISR": 0.14, "BLR": 0.1, "KOR": 0.08},  # the table lacks most of Russia's
    "IND": {"RUS": 0.46, "FRA": 0.27, "USA": 0.12},
    "RUS": {"ITA": 0.1}, "MDA": None, "PRK": None, "BGR": None, "ZAF": None,
}  # fmt: skip
ARMS_2024: dict[str, dict[str, float]] = {
    "VNM": {"RUS": 0.34, "ISR": 0.2, "BLR": 0.05, "KOR": 0.15},
    "IND": {"RUS": 0.36, "FRA": 0.33, "USA": 0.1, "ISR": 0.13}, "ARM": {"RUS": 0.32, "IND": 0.63},
    "SRB": {"RUS": 0.2, "CHN": 0.57}, "RUS": {"IRN": 0.64, "PRK": 0.33},
}  # fmt: skip
ARMS_JUDGED = frozenset({"RUS"})  # no published share
WEST_GERMANY = 260  # COW code to 1990
# Arms in service that deliveries do not tell: own make under licence, a document, a window unlike others.
STOCK_BY_HAND = frozenset({"JPN", "IND", "VNM", "RUS", "USA"})

# Arms supply 2020-24 where it has left the share of 2015-24, as published, from memory.
SUPPLY_2024 = {"RUS": 0.078, "ITA": 0.048, "NLD": 0.012, "TUR": 0.017, "POL": 0.01}
FUEL_JUDGED = frozenset({"PRK", "BLR", "IRN"})  # refined oil; or hardly any recorded trade
SHELLS = (
    "shell stocks and output near those of Russia; up to five million shells by the "
    "South Korean estimate; hardly any recorded deliveries before 2023"
)
# Stocks and output of munitions that delivery statistics do not show: value, range, reason.
SUPPLY_STOCKS = {
    "PRK": (0.04, (0.012, 0.1), SHELLS),
    "IRN": (0.015, (0.005, 0.04), "missile and drone output; few recorded deliveries"),
    "IND": (0.006, (0.002, 0.015), "large state munitions industry, few recorded exports"),
    "PAK": (0.005, (0.002, 0.012), "state munitions industry"),
    "SRB": (0.004, (0.001, 0.01), "munitions industry of Soviet calibres"),
    "BGR": (0.005, (0.002, 0.015), "munitions industry of Soviet calibres"),
    "SVK": (0.004, (0.001, 0.01), "munitions industry of Soviet calibres"),
    "JPN": (0.004, (0.001, 0.02), "large industry, exports barred by policy until 2023"),
}  # fmt: skip

# Sanctions: weight of each kind in GSDB, times what kind of case it is.
KINDS = {"trade": 0.5, "arms": 0.1, "military": 0.05, "financial": 0.3, "travel": 0.05}
PARTIAL = 0.35  # lists of persons, firms or goods; comprehensive cases are set by hand
SANCTION_TARGETS = ("PRK", "IRN", "RUS", "BLR", "AFG", "CHN", "ARM", "UKR", "TUR", "USA")
# Coded cases that are not sanctions by that sender against that state.
NOT_COUNTED = {("UKR", "AUS"), ("UKR", "CAN"), ("UKR", "JPN"), ("UKR", "USA"), ("UKR", "GBR"),
               ("UKR", "MDA"), ("ARM", "GBR"), ("PRK", "UN"), ("IRN", "UN"), ("AFG", "UN"),
               ("USA", "IRN")}  # fmt: skip
EU = ("DEU", "FRA", "ITA", "NLD", "POL", "HUN", "SVK", "BGR", "EST", "LVA", "LTU", "FIN", "SWE")
LEAST_SUPPLY = 0.003  # below, single orders decide
IDEAL_STEP = 0.15  # smallest change of position 2021-2023 worth an override: the scale's error


def short(value: float, digits: int = 3) -> str:
    """``value`` to ``digits`` significant digits, without exponent or trailing zeros."""
    if value == 0:
        return "0"
    text = f"{float(f'{value:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    return text


def num(value: float, range_: str, source: str, digits: int = 3, note: str = "") -> str:
    """One number in the form of the scenario format."""
    tail = f', note: "{note}"' if note else ""
    return f"{{value: {short(value, digits)}, range: {range_}, source: {source}{tail}}}"


def flow(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"


# --- states --------------------------------------------------------------------------------------


def capability(states: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Capability blend and GDP share of every state in 2021, normalised over the whole world."""
    codes = {cow: code for code, (_, cow) in STATES.items()}
    table = states[states.year.between(2005, 2021)].sort_values("year")
    last = table.groupby("ccode")[["milex", "cinc", "pwtrgdp"]].last()  # last known value
    now = set(states[states.year == 2021].ccode)
    last = last[last.index.isin(now)].copy()
    for code, value in MILEX_2021.items():
        cow = STATES[code][1] if code in STATES else {"SYR": 652, "VEN": 101}[code]
        last.loc[cow, "milex"] = value
    last = last.fillna(0.0)
    shares = last / last.sum()
    blend = (
        shares.milex ** BLEND["milex"]
        * shares.cinc ** BLEND["cinc"]
        * shares.pwtrgdp ** BLEND["gdp"]
    )
    blend = blend / blend.sum()
    return (
        {codes[c]: float(v) for c, v in blend.items() if c in codes},
        {codes[c]: float(v) for c, v in shares.pwtrgdp.items() if c in codes},
    )


def ideal_points(states: pd.DataFrame, year: int) -> dict[str, float]:
    table = states[states.year == year].set_index("ccode").ideal_all
    return {code: float(table[cow]) for code, (_, cow) in STATES.items()}


def supply(code: str, table: Mapping[str, float]) -> tuple[float, str, str, str]:
    """Arms supply: value, range, source and note."""
    if code in SUPPLY_STOCKS:
        value, (low, high), note = SUPPLY_STOCKS[code]
        return value, f"[{low}, {high}]", "judgement", note
    share = round(float(table.get(code, 0.0)), 4)
    if share < LEAST_SUPPLY:
        return max(share, 0.0005), "[0, 0.01]", "sipri_2018", ""
    return share, "20%", "sipri_2018", ""


# --- dyads ---------------------------------------------------------------------------------------


def distances(data: Path) -> dict[tuple[str, str], float]:
    """Minimum border distance in 1000 km of every pair (first code before second)."""
    pairs = read_pairs(data)
    return {
        ordered(a, b): float(km) / 1000
        for a, b, km in zip(pairs.i, pairs.j, pairs.mindist, strict=True)
        if a in INDEX and b in INDEX
    }


def ordered(a: str, b: str) -> tuple[str, str]:
    """The two codes, the first of the list of states before the other."""
    return (a, b) if INDEX[a] < INDEX[b] else (b, a)


def rivalries(data: Path) -> dict[tuple[str, str], float]:
    """1 for a strategic rivalry, plus .03 a disputed year in ten; .05 a year without rivalry."""
    present = pd.read_csv(data / "present_dyads.csv")
    out = {}
    for a, b, rival, mid in zip(
        present.iso1, present.iso2, present.rivalry_2020, present.mid10_2018, strict=True
    ):
        if a in INDEX and b in INDEX:
            value = 1 + 0.03 * mid if rival else min(0.05 * mid, 0.3)
            if value >= 0.1:
                out[ordered(a, b)] = round(float(value), 2)
    return out


def sanctions(data: Path) -> dict[tuple[str, str], float]:
    """Level of the sanctions in force in 2021 by sender and target."""
    table = pd.read_csv(data / "sanctions_dyads_active_2021.csv")
    table = table[(table.begin <= 2021) & table.target_iso3.isin(SANCTION_TARGETS)]
    kinds = table.groupby(["target_iso3", "sender_iso3"])[list(KINDS)].max()
    level = PARTIAL * (kinds * pd.Series(KINDS)).sum(axis=1)
    out: dict[tuple[str, str], float] = {}
    for target, sender, value in level.reset_index().itertuples(index=False, name=None):
        if (target, sender) in NOT_COUNTED or (target == "UKR" and sender in EU):
            continue  # measures on occupied Crimea are coded as if against Ukraine
        if sender in INDEX and value >= 0.05:
            out[(sender, target)] = round(value + 1e-9, 2)
            if sender == "DEU":  # cases of the Union stand on each member of the data set
                out.update({(member, target): out[sender, target] for member in ADDED})
    return out


# --- channels ------------------------------------------------------------------------------------


def trade(data: Path) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, str]]]:
    """Exports by exporter and importer, million USD, ROW included, and the source of fills."""
    table = pd.read_csv(data / "trade_2021.csv")
    flows: dict[str, dict[str, float]] = {c: {} for c in (*CODES, "ROW")}
    rough: dict[str, dict[str, str]] = {c: {} for c in CODES}
    for a, b, v, s in zip(
        table.exporter_iso3, table.importer_iso3, table.value_musd, table.source, strict=True
    ):
        if a in INDEX and b in INDEX:
            flows[a][b] = float(v)
            if s.startswith("factbook"):
                rough[a][b] = "factbook"
    shares = pd.read_csv(data / "import_shares.csv")
    shares = shares[shares.year == 2021]
    imports = dict(shares.groupby("importer").importer_total_musd.first())
    for a in sorted(ADDED):
        for b, s, total in zip(
            *(
                shares[shares.partner == a][k]
                for k in ("importer", "share_total_imports", "importer_total_musd")
            ),
            strict=True,
        ):
            if b in INDEX:
                flows[a][b] = float(s * total)
    fills = [(a, b, v) for a, row in FILL_2021.items() for b, v in row.items()]
    fills += [(a, "NLD", v) for a, v in TO_NLD_2021.items()]
    for a, b, v in fills:
        flows[a][b] = float(v)
        rough[a][b] = "trade_fill"
    imports.update(IMPORTS_2021)
    for a in CODES:
        small = [b for b, v in flows[a].items() if v < FLOOR_MUSD and (a, b) not in FOCAL_PAIRS]
        for b in small:
            del flows[a][b]
        known = sum(flows[a].values())
        flows[a]["ROW"] = max(EXPORTS_2021[a] - known, 0.1 * known)
    for b in CODES:
        known = sum(flows[a].get(b, 0.0) for a in CODES)
        flows["ROW"][b] = max(imports[b] - known, 0.05 * known)
    return flows, rough


def energy(data: Path, year: int) -> dict[str, dict[str, float]]:
    """Supplier's share of fuel imports by value, shares of .03 and more."""
    table = pd.read_csv(data / "energy_baci_2017_2024.csv")
    table = table[table.year == year]
    value = table.groupby(["importer", "exporter"]).value_musd.sum()
    out: dict[str, dict[str, float]] = {}
    for code in CODES:
        if code in FUEL_EXPORTERS or code not in value.index.get_level_values(0):
            continue
        out[code] = largest(value[code] / value[code].sum(), code, 0.03)
    return out


def eurostat(data: Path) -> dict[str, dict[str, float]]:
    """Supplier's share of crude oil and gas by energy content in 2021, shares of .03 and more."""
    table = pd.read_csv(data / "energy_eurostat_2019_2021.csv")
    table = table[(table.year == 2021) & table.importer.isin(EUROSTAT)]
    oil = table[table.commodity == "crude_oil"].assign(value=lambda t: TJ_A_KTON * t.value)
    gas = table[(table.commodity == "gas_all") & (table.unit == "TJ")]
    gas = gas.assign(exporter=gas.exporter.replace(CARRIERS))
    value = pd.concat([oil, gas]).groupby(["importer", "exporter"]).value.sum()
    return {code: largest(value[code] / value[code].sum(), code, 0.03) for code in EUROSTAT}


def largest(shares: pd.Series, own: str, least: float, most: int = 99) -> dict[str, float]:
    """The largest shares of suppliers among the states here, rounded."""
    ordered = shares[shares >= least].sort_values(ascending=False)
    listed = [(str(s), round(float(v), 2)) for s, v in ordered.items() if s in INDEX and s != own]
    return dict(listed[:most])


def delivered(data: Path) -> pd.DataFrame:
    """Arms delivered in the five years to 2018: supplier, recipient, value."""
    return both_ways(read_pairs(data))


def both_ways(pairs: pd.DataFrame) -> pd.DataFrame:
    """Deliveries between the two of each pair, a row a direction: supplier, recipient, value."""
    there = pairs[["i", "j", "arms5_12"]].set_axis(["supplier", "recipient", "value"], axis=1)
    back = pairs[["j", "i", "arms5_21"]].set_axis(["supplier", "recipient", "value"], axis=1)
    both = pd.concat([there, back], ignore_index=True)
    return both[both.value > 0.0]


def stocks(data: Path) -> dict[str, dict[str, float]]:
    """Make of the arms in service: mean share of deliveries to 1990 and to 2018, times the need.

    A window without deliveries is left out. States that have come since have no row.
    """
    columns = ["ccode1", "ccode2", "year", "arms5_12", "arms5_21"]
    pairs = pd.read_parquet(data / "dyads_1950_1990.parquet", columns=columns)
    pairs = pairs[pairs.year == 1990]
    code = {number: name for name, (_, number) in STATES.items()} | {WEST_GERMANY: "DEU"}
    named = pairs.assign(i=pairs.ccode1.map(code), j=pairs.ccode2.map(code)).fillna(
        {"i": "", "j": ""}
    )
    then = both_ways(named).groupby(["recipient", "supplier"]).value.sum()
    now = arms(data)
    sold = delivered(data).groupby("supplier").value.sum()
    out = {}
    for taker in CODES:
        if taker in STOCK_BY_HAND or taker not in then.index.get_level_values(0):
            continue
        windows = [dict(then[taker] / then[taker].sum()), *([now[taker]] if taker in now else [])]
        need = need_of(supply(taker, dict(sold / sold.sum()))[0])
        mean = {s: sum(w.get(s, 0.0) for w in windows) / len(windows) for s in CODES}
        out[taker] = largest(need * pd.Series(mean), taker, 0.05)
    return {code: row for code, row in out.items() if row}


def need_of(supplied: float) -> float:
    """Arms that must come from abroad, by the share of world deliveries; as worlds of a year."""
    return float(min(max(1.0 - 3.0 * supplied**0.5, 0.05), 1.0))


def arms(data: Path) -> dict[str, dict[str, float]]:
    """Supplier's share of arms deliveries, three largest of a tenth and more, windows by hand."""
    value = delivered(data).groupby(["recipient", "supplier"]).value.sum()
    out: dict[str, dict[str, float]] = {}
    for code in CODES:
        if code in ARMS_2021:
            out[code] = dict(ARMS_2021[code] or {})
        elif code in value.index.get_level_values(0):
            out[code] = largest(value[code] / value[code].sum(), code, 0.1, 3)
    return {c: row for c, row in out.items() if row}


def arms_to_2024(data: Path) -> dict[str, dict[str, float]]:
    """The same of 2015-24, where no share of 2020-24 is known."""
    table = pd.read_csv(data / "present_arms_dependence.csv").set_index(["recipient", "supplier"])
    shares = table.share_of_recipient_imports
    return {
        code: largest(shares[code], code, 0.1, 3)
        for code in CODES
        if code not in ARMS_2021 and code in shares.index.get_level_values(0)
    }


# --- formulas -------------------------------------------------------------------------------------


def derived(data: Path) -> tuple[Figures, dict[str, int]]:
    """What worlds of a year make of the same tables of all states, and the row of each code."""
    states = pd.read_parquet(data / "states_1816_2024.parquet")
    figures = Figures(history_of(states, read_pairs(data).assign(year=2021)), 2021)
    row = {number: k for k, number in enumerate(figures.codes.tolist())}
    return figures, {code: row[number] for code, (_, number) in STATES.items()}


def contacts(data: Path) -> dict[tuple[str, str], float]:
    """Contact by :data:`tools.contact.CONTACT`, where it is not the usual one."""
    figures, row = derived(data)
    sheet = contact(figures)
    found = {(a, b): round(float(sheet[row[a], row[b]]), 2) for a in CODES for b in CODES}
    return {
        (a, b): value
        for (a, b), value in found.items()
        if INDEX[a] < INDEX[b] and abs(value - 0.1) > 0.025
    }


def fuel_exports(data: Path) -> dict[str, float]:
    """Coal, crude oil and gas over goods, both as sold to the states of the trade table in 2021."""
    fuel, goods = (
        pd.read_csv(data / "energy_baci_2017_2024.csv"),
        pd.read_csv(data / "trade_2021.csv"),
    )
    fuel = fuel[(fuel.year == 2021) & fuel.importer.isin(goods.importer_iso3)]
    share = (
        fuel.groupby("exporter").value_musd.sum() / goods.groupby("exporter_iso3").value_musd.sum()
    )
    return {
        code: float(share[code])
        for code in CODES
        if code not in FUEL_JUDGED and share.get(code, 0.0) >= 0.05
    }


# --- writing -------------------------------------------------------------------------------------

#: Of formulas, as worlds of a year state them.
MADE = {
    name: NOTES[key][1].format(year=2014)
    for name, key in {
        "make": ("states", "arms_import_need"),
        "reach": ("states", "reach"),
        "dispute": ("states", "revisionism"),
    }.items()
}
SOURCES = f"""\
sources:
  capability_blend: {{title: "Military spending^.6 x CINC^.2 x GDP^.2, renormalised over the world, from Correlates of War NMC 7.0 (2021) and the GDP estimates of Fariss et al. (2019)", author: "Singer, Bremer and Stuckey; Fariss, Anders, Markowitz and Barnum", year: 2022, kind: dataset}}
  gdp_fariss: {{title: "New Estimates of Over 500 Years of Historic GDP and Population Data (real GDP 2019, share of the world)", author: "Fariss, Anders, Markowitz and Barnum", year: 2022, kind: dataset}}
  unga_ideal: {{title: "Estimating Dynamic State Preferences from United Nations Voting Data (ideal points, all votes)", author: "Bailey, Strezhnev and Voeten", year: 2017, kind: dataset, note: "yearly values, updates to session 78"}}
  cshapes: {{title: "CShapes 2.0 and the minimum distance data (borders of 2018)", author: "Schvitz, Girardin, Rueegger, Weidmann, Cederman and Gleditsch", year: 2022, kind: dataset}}
  tss_rivalry: {{title: "Strategic rivalries 1494-2020, with years of militarised dispute 2009-2018 (Gibler-Miller-Little)", author: "Thompson, Sakuwa and Suhas; Gibler, Miller and Little", year: 2021, kind: dataset}}
  gsdb: {{title: "Global Sanctions Data Base, release 4", author: "Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov; Yalcin et al.", year: 2025, kind: dataset}}
  comtrade_2021: {{title: "UN Comtrade and IMF Direction of Trade Statistics, goods trade 2021", author: "United Nations; International Monetary Fund", year: 2023, kind: dataset}}
  factbook: {{title: "The World Factbook, trade partner shares (estimate: share times total)", author: "Central Intelligence Agency", year: 2022, kind: dataset}}
  trade_fill: {{title: "National customs and partner statistics 2021, rounded", author: various, year: 2022, kind: dataset, note: "from memory, not checked: pairs that the compiled table lacks, hence the wide range"}}
  trade_totals: {{title: "Total goods exports and imports 2021 less the pairs listed", author: "World Trade Organization; United Nations", year: 2022, kind: dataset, note: "total exports from memory; a residual, which also holds the pairs below 20 million USD"}}
  openness: {{title: "Goods imports over GDP at market prices, 2021", author: "United Nations; World Bank", year: 2022, kind: dataset, note: "GDP from memory, rounded, not checked"}}
  baci: {{title: "BACI: International Trade Database at the Product Level (coal, crude oil, gas; value shares)", author: "Gaulier and Zignago", year: 2025, kind: dataset}}
  eurostat_energy: {{title: "Imports of natural gas and oil by partner country 2019-2021", author: Eurostat, year: 2022, kind: dataset}}
  baci_exports: {{title: "BACI coal, crude oil and gas over goods trade, both with the 63 states of the trade table, 2021", author: "Gaulier and Zignago; United Nations", year: 2025, kind: dataset}}
  sipri_2018: {{title: "Arms transfers database: shares of trend-indicator values of five years to 2018", author: "Stockholm International Peace Research Institute", year: 2025, kind: dataset, note: "single rounded shares"}}
  sipri_2021: {{title: "Trends in International Arms Transfers, 2021", author: "Wezeman, Kuimova and Wezeman", year: 2022, kind: paper, note: "from memory, not checked; the table of 2014-18 lacks most deliveries of Russia to India and Vietnam"}}
  standing: {{title: "Years of nuclear arms: scenarios/tables/standing.csv", author: compiled, year: 2025, kind: dataset}}
  make_formula: {{title: "Formula: {MADE["make"]}", author: "Stockholm International Peace Research Institute", year: 2025, kind: dataset, note: "of arms_supply above"}}
  stock_formula: {{title: "Formula: mean share of deliveries in the five years to 1990 and to 2018, times the need of arms from abroad", author: "Stockholm International Peace Research Institute", year: 2025, kind: dataset}}
  reach_formula: {{title: "Formula: {MADE["reach"]}", author: "Correlates of War; Fariss et al.", year: 2022, kind: dataset, note: "major powers of 2016"}}
  dispute_formula: {{title: "Formula: {MADE["dispute"]}", author: "Gibler, Miller and Little", year: 2020, kind: dataset, note: "disputes coded to 2014, in the ten years to 2018"}}
  contact_formula: {{title: "Formula: {CONTACT}; without igos .1 + .5 exp(-distance / 2) and .15", author: "Correlates of War IGO 3; Leeds et al.; Thompson, Sakuwa and Suhas", year: 2021, kind: dataset, note: "organisations of 2014, alliances of 2018, rivalries to 2020"}}
"""

SOURCES_2024 = """\
sources:
  milex_2024: {title: "Trends in World Military Expenditure, 2024 (ratio to 2021, to the power .6)", author: "Liang, Tian, Lopes da Silva, Scarazzato, Karim and Guiberteau Ricard", year: 2025, kind: paper, note: "from memory, not checked"}
  sipri_2024: {title: "Trends in International Arms Transfers, 2024", author: "George, Djokic, Hussain, Wezeman and Wezeman", year: 2025, kind: paper, note: "from memory, not checked"}
  sipri_register: {title: "Arms transfers database: shares of trend-indicator values 2015-24", author: "Stockholm International Peace Research Institute", year: 2025, kind: dataset, note: "single rounded shares"}
"""

HEAD = """\
# yaml-language-server: $schema=../../docs/reference/scenario.schema.json
# Written by tools/compile_world.py: do not edit. Judged numbers are in {hand}, which extends this.
"""


def write_2021(data: Path) -> str:
    table = pd.read_parquet(data / "states_1816_2024.parquet")
    cap, gdp = capability(table)
    ideal = ideal_points(table, 2021)
    flows, rough = trade(data)
    sold = delivered(data).groupby("supplier").value.sum()
    figures, row_of = derived(data)
    fuel = fuel_exports(data)
    standing = pd.read_csv(STANDING, index_col="ccode")
    holds = standing.nuclear_until.isna() & (standing.nuclear_since <= 2021)
    armed = {code for code, (_, cow) in STATES.items() if cow in standing.index[holds]}
    imports = {b: sum(flows[a].get(b, 0.0) for a in (*CODES, "ROW")) for b in CODES}
    lines = [
        HEAD.format(hand="2021.yaml") + "format: 1\n"
        "title: Measured figures of 2021\n"
        "question: What do public data say of 48 states at the end of 2021?\n"
        "description: Capabilities, positions, distances, trade, energy, arms and sanctions.\n"
        "clock: {start: 2021Q4, quarters: 12}\n" + SOURCES,
        "# Capability understates states that buy at home prices (Russia, China, India): the",
        "# range is wide. Spending of North Korea and Uzbekistan is an estimate. Ideal points",
        "# carry a measurement error near .13; their range is two errors.",
        "states:",
    ]
    for code, (name, _) in STATES.items():
        value, spread, source, note = supply(code, dict(sold / sold.sum()))
        at = row_of[code]
        width = CAPABILITY_RANGE.get(code, "25%")
        guess = code in MILEX_2021
        blend = num(
            cap[code],
            width,
            "judgement" if guess else "capability_blend",
            2,
            "the blend of other states, with an estimate of military spending" if guess else "",
        )
        openness = min(1.0, imports[code] / 1000 / GDP_2021[code])
        lines += [
            f"  {code}:",
            f"    name: {name}",
            f"    capability: {blend}",
            f"    economy: {num(gdp[code], '15%', 'gdp_fariss', 2)}",
            f"    arms_supply: {num(value, spread, source, 2, note)}",
            f"    openness: {num(openness, '20%', 'openness', 2)}",
            f"    ideal_point: {num(round(ideal[code], 2), '±0.25', 'unga_ideal')}",
        ]
        if code in fuel:
            lines.append(f"    energy_exports: {num(fuel[code], '30%', 'baci_exports', 2)}")
        if code in armed:
            lines.append(f"    nuclear: {num(1, '0%', 'standing')}")
        lines += [
            f"    arms_import_need: {num(need_of(value), '35%', 'make_formula', 2)}",
            f"    reach: {num(figures.reach[at], '35%', 'reach_formula')}",
            f"    revisionism: {num(figures.revisionism[at], '60%', 'dispute_formula', 2)}",
        ]
    lines += [
        "",
        "relations:",
        "  # Thousand km between the nearest points of the borders; neighbours 0.",
        *pair_block("distance", "cshapes", "5%", "-", distances(data), 2),
        "  # Strategic rivalries, and repeated disputes without a rivalry on the list.",
        *pair_block("rivalry", "tss_rivalry", "30%", "-", rivalries(data)),
        "  # In force in 2021. Weights by kind: trade .5, financial .3, arms .1, military .05,",
        f"  # travel .05; times {PARTIAL}, because lists of persons, firms and goods are partial.",
        *pair_block("sanctions", "gsdb", "40%", ">", sanctions(data)),
        "  # By formula from shared organisations, alliances, poles and rivalry; elsewhere .1.",
        *pair_block("contact", "contact_formula", "50%", "-", contacts(data)),
    ]
    lines += ["", "channels:", *trade_block(flows, rough)]
    fuels = {**energy(data, 2021), **eurostat(data), **ENERGY_JUDGED}
    lines += [
        "  # Coal, crude oil and gas by value; net exporters of fuel are left out. By Eurostat crude oil",
        "  # and gas by energy content, gas that passes Belarus, Ukraine and Georgia the producer's.",
        "  energy:",
        "    defaults: {source: baci, range: 20%}",
        "    shares:",
    ]
    guess = f'range: 40%, source: judgement, note: "{FUEL_NOTE}"'
    measured = "range: 25%, source: eurostat_energy"
    other = dict.fromkeys(ENERGY_JUDGED, guess) | dict.fromkeys(EUROSTAT, measured)
    lines += share_rows(fuels, other)
    lines += [
        "  # Deliveries 2014-18, of India and Vietnam 2017-21; largest suppliers.",
        "  arms:",
        "    defaults: {source: sipri_2018, range: 25%}",
        "    shares:",
    ]
    guess = f'range: 40%, source: judgement, note: "{ARMS_NOTE}"'
    lines += share_rows(
        arms(data),
        {c: guess if c in ARMS_JUDGED else "range: 20%, source: sipri_2021" for c in ARMS_2021},
    )
    lines += [
        "  # Make of the arms in service, by formula from deliveries; others are judged.",
        "  arms_stock:",
        "    defaults: {source: stock_formula, range: 40%}",
        "    shares:",
        *share_rows(stocks(data), {}),
    ]
    return "\n".join(lines) + "\n"


def pair_block(
    field: str,
    source: str,
    spread: str,
    sign: str,
    values: Mapping[tuple[str, str], float],
    decimals: int | None = None,
) -> list[str]:
    """A field of pairs in flow style, one line a first state."""
    lines = [f"  {field}: {{", f"    defaults: {{source: {source}, range: {spread}}},"]
    for a in CODES:
        row = [
            f"{a}{sign}{b}: {v if decimals is None else f'{v:.{decimals}f}'}"
            for b in CODES
            if (v := values.get((a, b))) is not None
        ]
        if row:
            lines.append(f"    {', '.join(row)},")
    lines[-1] = lines[-1].rstrip(",")
    return [*lines, "  }"]


def trade_block(
    flows: Mapping[str, Mapping[str, float]], rough: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """The trade channel: one row an exporter, weak figures with their own source and range."""
    lines = [
        "  # Million USD, exporter: {importer: value}. A pair not listed is below 20 million or",
        "  # unknown and then inside ROW. Weak: pairs from trade_fill and factbook, and all of",
        "  # North Korea, whose trade in oil and arms is not recorded.",
        "  trade:",
        "    defaults: {source: comtrade_2021, range: 10%}",
        "    flows:",
    ]
    spread = {"factbook": "25%", "trade_fill": "40%"}
    for a in (*CODES, "ROW"):
        cells = [("defaults", "{source: trade_totals, range: 20%}")] if a == "ROW" else []
        for b in sorted(flows[a], key=lambda c: INDEX.get(c, 999)):
            v = short(flows[a][b])
            if b == "ROW":
                v = f"{{value: {v}, range: 20%, source: trade_totals}}"
            elif (a, b) == ("RUS", "PRK"):
                v = f"{{value: {v}, range: [0, 50], source: trade_fill}}"
            elif a != "ROW" and b in rough[a]:
                s = rough[a][b]
                v = f"{{value: {v}, range: {spread[s]}, source: {s}}}"
            cells.append((b, v))
        lines.append(f"      {a}: {flow(cells)}")
    return lines


def share_rows(rows: Mapping[str, Mapping[str, float]], other: Mapping[str, str]) -> list[str]:
    """Rows of a channel of shares; ``other`` holds the provenance of rows that are not default."""
    lines = []
    for code in CODES:
        row = dict(rows.get(code, {}))
        if not row:
            continue
        if sum(row.values()) > 1.0 + 1e-9:
            raise ValueError(f"shares of {code} exceed one")
        cells = [
            (s, f"{{value: {short(v)}, {other[code]}}}") if code in other else (s, short(v))
            for s, v in sorted(row.items(), key=lambda kv: -kv[1])
        ]
        lines.append(f"      {code}: {flow(cells)}")
    return lines


def write_2024(data: Path) -> str:
    table = pd.read_parquet(data / "states_1816_2024.parquet")
    cap, _ = capability(table)
    old, new = ideal_points(table, 2021), ideal_points(table, 2023)
    world = MILEX_SIPRI["world"]
    lines = [
        HEAD.format(hand="2024.yaml") + "format: 1\n"
        "title: Measured figures of 2024\n"
        "question: What have public data of 2022-2024 changed in the world of 2021?\n"
        "description: Only what moved by more than its measurement error.\n"
        "extends: 2021.yaml\n"
        "clock: {start: 2024Q4, quarters: 12}\n" + SOURCES_2024,
        "# Capability: states at war or rearming only; falls elsewhere are exchange rates.",
        f"# Positions: votes of 2023 where they moved by {IDEAL_STEP} or more.",
        "states:",
    ]
    deliveries = pd.read_csv(data / "present_arms_dependence.csv")
    sold = deliveries.groupby("supplier").tiv_2015_2024.sum()
    sold = sold / sold.sum()
    for code in CODES:
        row = []
        if code in MILEX_SIPRI:
            before, after = MILEX_SIPRI[code]
            ratio = ((after / world[1]) / (before / world[0])) ** BLEND["milex"]
            row.append(f"    capability: {num(cap[code] * ratio, '25%', 'milex_2024', 2)}")
        if code in SUPPLY_2024:
            row.append(f"    arms_supply: {num(SUPPLY_2024[code], '20%', 'sipri_2024', 2)}")
        elif sold.get(code, 0.0) >= LEAST_SUPPLY and code not in SUPPLY_STOCKS:
            row.append(f"    arms_supply: {num(sold[code], '20%', 'sipri_register', 2)}")
        if abs(new[code] - old[code]) >= IDEAL_STEP:
            row.append(f"    ideal_point: {num(round(new[code], 2), '±0.25', 'unga_ideal')}")
        if row:
            lines += [f"  {code}:", *row]
    before_fuel = {**energy(data, 2021), **eurostat(data)}
    after_fuel = {**energy(data, 2024), **ENERGY_2024}
    lines += ["", "channels:", "  energy:", "    shares:"]
    guess = f'source: judgement, note: "{FUEL_NOTE}"'
    for code in CODES:
        a, b = before_fuel.get(code), after_fuel.get(code)
        if a and b is not None and code not in ENERGY_2024_KEEP:
            lines += changes(code, a, b, guess if code in ENERGY_2024 else "source: baci")
    first, later = arms(data), {**arms_to_2024(data), **ARMS_2024}
    lines += ["  # Deliveries 2020-24 where known, else 2015-24.", "  arms:", "    shares:"]
    for code, shares in later.items():
        known = "source: sipri_2024" if code in ARMS_2024 else "source: sipri_register"
        lines += changes(code, first.get(code, {}), shares, known)
    return "\n".join(lines) + "\n"


def changes(
    code: str, before: Mapping[str, float], after: Mapping[str, float], source: str
) -> list[str]:
    """The row of a channel of shares if one has moved by .05 or more; what is gone is 0."""
    moved = {s: after.get(s, 0.0) for s in sorted({*before, *after}, key=lambda c: INDEX[c])}
    if all(abs(share - before.get(s, 0.0)) < 0.0499 for s, share in moved.items()):
        return []
    cells = [
        (s, f"{{value: {short(share)}, range: {'25%' if share else '[0, 0.02]'}, {source}}}")
        for s, share in moved.items()
        if share != before.get(s, 0.0)
    ]
    return [f"      {code}: {flow(cells)}"]


def check(data: Path) -> None:
    """Print the control totals that the sources fix."""
    flows, _ = trade(data)
    exports = {a: sum(flows[a].values()) for a in CODES}
    imports = {b: sum(flows[a].get(b, 0.0) for a in (*CODES, "ROW")) for b in CODES}

    def part(i: str, j: str) -> float:
        return (flows[i].get(j, 0.0) + flows[j].get(i, 0.0)) / (exports[i] + imports[i])

    print(f"China in Russian imports        {flows['CHN']['RUS'] / imports['RUS']:.3f} (.248-.252)")
    print(f"China in Russian trade          {part('RUS', 'CHN'):.3f} (.18)")
    print(f"Russia in Chinese trade         {part('CHN', 'RUS'):.4f} (.024)")
    print(f"China in North Korean trade     {part('PRK', 'CHN'):.3f} (.90-.96)")
    print(f"China in Vietnamese imports     {flows['CHN']['VNM'] / imports['VNM']:.3f} (.330)")
    print(f"USA in Vietnamese exports       {flows['VNM']['USA'] / exports['VNM']:.3f} (.29)")
    for a in CODES:
        if flows[a]["ROW"] > EXPORTS_2021[a] - exports[a] + flows[a]["ROW"]:
            print(f"partners report more than the total exports of {a}")
        if flows["ROW"][a] <= 0.0501 * (imports[a] - flows["ROW"][a]):
            print(f"partners report nearly all the imports of {a}")
    missing = [(a, b) for k, a in enumerate(CODES) for b in CODES[k + 1 :]
               if (a, b) not in distances(data)]  # fmt: skip
    print(f"pairs without a distance        {missing}")
    print(f"pairs with a trade figure       {sum(len(flows[a]) - 1 for a in CODES)} of 2256")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / "scenarios" / "world")
    parser.add_argument("--check", action="store_true", help="print the control totals")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    write_text(args.out / "figures_2021.yaml", write_2021(args.data))
    write_text(args.out / "figures_2024.yaml", write_2024(args.data))
    if args.check:
        check(args.data)


if __name__ == "__main__":
    main()

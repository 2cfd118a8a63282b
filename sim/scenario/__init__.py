"""Scenarios: from a YAML file, the files that it extends and its arms to a frozen specification.

Every number carries its source and its range; every mistake is reported with its place, all of
them at once. See ``docs/reference`` for the format and :func:`scenario_schema` for its JSON Schema.
"""

from sim.scenario.finding import Source, find_scenario, shipped_scenarios
from sim.scenario.loader import Loader, load_arms, load_scenario, validate_scenario
from sim.scenario.quarter import Quarter, format_quarter, parse_quarter
from sim.scenario.schema import scenario_schema
from sim.scenario.shipped import SHIPPED
from sim.scenario.spec import (
    BASE_ARM,
    REST_OF_WORLD,
    ArmSpec,
    ConflictSpec,
    DoctrineSpec,
    Effect,
    EnsembleSpec,
    EventSpec,
    Existence,
    Number,
    OrganisationSpec,
    PactSpec,
    RecordSpec,
    ScenarioSpec,
    StateSpec,
    explain_sources,
)

__all__ = [
    "BASE_ARM",
    "REST_OF_WORLD",
    "SHIPPED",
    "ArmSpec",
    "ConflictSpec",
    "DoctrineSpec",
    "Effect",
    "EnsembleSpec",
    "EventSpec",
    "Existence",
    "Loader",
    "Number",
    "OrganisationSpec",
    "PactSpec",
    "Quarter",
    "RecordSpec",
    "ScenarioSpec",
    "Source",
    "StateSpec",
    "explain_sources",
    "find_scenario",
    "format_quarter",
    "load_arms",
    "load_scenario",
    "parse_quarter",
    "scenario_schema",
    "shipped_scenarios",
    "validate_scenario",
]

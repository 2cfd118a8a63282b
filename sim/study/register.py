"""The register of testable claims that comes with the program, and what has become of each row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.errors import ScenarioError, UserError
from sim.scenario import SHIPPED, find_scenario, load_scenario, shipped_scenarios
from sim.scenario.reader import Layer, Log, read
from sim.study.claim_specs import Claim, read_claims

if TYPE_CHECKING:
    from pathlib import Path

TESTED, PENDING, MISSING = "ready", "pending", "no scenario yet"
STATES: Final = (TESTED, PENDING, MISSING)
"""Of a row: some claim of a scenario tests it; all its claims wait for a mechanism; or none yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the register.

    ``state`` is one of :data:`STATES`, ``claims`` are the claims of the scenario that belong to it,
    ``reason`` says why they are pending.
    """

    id: str
    scenario: str
    text: str
    direction: str
    at: tuple[str, ...]
    state: str
    claims: tuple[str, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the row in the types of JSON."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}


def register_file() -> Path:
    """The file of the register, in the folder of the shipped scenarios."""
    return (SHIPPED / "register" / "claims").with_suffix(".yaml")


def read_register() -> list[Row]:
    """Return every row of the register in its order, with what has become of it.

    Raises:
        UserError: the register or a scenario cannot be read.
    """
    path = register_file()
    log = Log()
    try:
        root = read(path.read_text("utf-8"), Layer(str(path)), log)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {error}") from None
    if root is None or log.problems:
        raise ScenarioError(log.problems)
    rows: dict[str, dict[str, Any]] = root.plain()["claims"]
    known = shipped_scenarios()
    claims = {
        name: claims_of(name)
        for name in dict.fromkeys(row["scenario"] for row in rows.values())
        if name in known
    }
    return [_row(name, row, claims) for name, row in rows.items()]


def claims_of(name: str) -> list[Claim]:
    """Return the claims of a scenario.

    Raises:
        ScenarioError: the scenario or a claim is not valid.
    """
    path = find_scenario(name)
    return [claim for claim, _ in read_claims(load_scenario(path), path)]


def _row(name: str, row: dict[str, Any], claims: dict[str, list[Claim]]) -> Row:
    mine = [claim for claim in claims.get(row["scenario"], ()) if claim.of == name]
    ready = any(claim.pending is None for claim in mine)
    state = TESTED if ready else PENDING if mine else MISSING
    reasons = dict.fromkeys(claim.pending for claim in mine if claim.pending)
    return Row(
        id=name,
        scenario=row["scenario"],
        text=row["text"],
        direction=row["direction"],
        at=tuple(row["at"]),
        state=state,
        claims=tuple(claim.id for claim in mine),
        reason="; ".join(reasons) if state == PENDING else "",
    )


def scenarios_with_claims() -> list[str]:
    """Return the names of the shipped scenarios that have claims, in their order."""
    return [name for name in shipped_scenarios() if load_scenario(find_scenario(name)).claims]

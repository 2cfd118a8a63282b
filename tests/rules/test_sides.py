"""Sheets that are kept twice while states move, and the view of a pair that reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import load_scenario
from sim.drivers.model import MultipolarModel
from sim.rules import catalogue as names
from sim.rules.declarations import MIRRORS
from tests.support_forks import forked

BY_ROW = {field.row: field for field in names.DYAD_FIELDS.values()}


@pytest.mark.parametrize("name", ["synthetic", "russia_dprk_pact"])
def test_mirrors_follow_every_move(name: str) -> None:
    model = MultipolarModel(load_scenario(name, quarters=6), seed=2)
    for _ in range(6):
        model.step()
        for sheet, mirror in MIRRORS.items():
            held, due = model.M[mirror], model.M[sheet].T
            np.testing.assert_array_equal(held, due, err_msg=BY_ROW[sheet].name)
    assert len(model.moves) > 0


class Noted:
    """Sheets that note which of them are read the other way around by state i."""

    def __init__(self, sheets: np.ndarray, i: int) -> None:
        self.sheets, self.i = sheets, i
        self.shape = sheets.shape
        self.columns: set[int] = set()

    def __getitem__(self, at: tuple[int, int, int]) -> float:
        row, a, b = at
        if b == self.i != a:
            self.columns.add(int(row))
        return float(self.sheets[at])

    def __setitem__(self, at: tuple[int, int, int], value: float) -> None:
        self.sheets[at] = value


PROGRAM = """
import numpy as np
from sim import load_scenario
from sim.kernel import choice
from sim.drivers.model import MultipolarModel
from sim.rules.declarations import MIRRORS
from tests.rules.test_sides import BY_ROW, Noted

model = MultipolarModel(load_scenario("synthetic", overrides=["synthetic.states=8"], quarters=1))
sheets = Noted(model.M, 3)
choice.weigh(model.blocks._replace(M=sheets), 3, np.zeros(choice.WEIGHTS + 8))
print(sorted(BY_ROW[row].name for row in sheets.columns - MIRRORS.keys()))
"""


def test_all_that_weighing_reads_of_partners_is_mirrored(root: Path) -> None:
    done = forked(PROGRAM, folder=root)
    assert done.stdout.strip() == "[]", done.stderr

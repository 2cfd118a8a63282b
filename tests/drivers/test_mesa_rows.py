"""States that weigh whole rows with numpy do what those of the kernel do."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.mesa_rows import RowModel
from sim import kernel, load_scenario
from sim.drivers.model import MultipolarModel
from sim.rules import catalogue as names


@pytest.mark.parametrize(
    ("name", "overrides", "quarters"),
    [("synthetic", ("synthetic.states=14",), 12), ("russia_dprk_pact", (), 3)],
)
def test_moves_are_those_of_the_kernel(
    name: str, overrides: tuple[str, ...], quarters: int
) -> None:
    spec = load_scenario(name, overrides=overrides, quarters=quarters)
    rows, due = RowModel(spec, seed=3), MultipolarModel(spec, seed=3)
    table, choice = np.zeros((16 * due.world.n, kernel.TABLE_COLUMNS)), due._choice
    for _ in range(quarters):
        rows.step()
        due.step()
        assert [str(move) for move in rows.moves] == [str(move) for move in due.moves]
        for field in names.DYAD_FIELDS.values():
            if not field.name.startswith("offer_"):  # working space
                np.testing.assert_allclose(
                    rows.M[field.row], due.M[field.row], rtol=1e-9, atol=1e-12, err_msg=field.name
                )
        for state in rows.states[:5]:
            weights, _ = state.weights()
            kernel.entries().alternatives(due.blocks, due.luck(), state.index, 0, choice, table)
            noted = table[: int(choice[kernel.layout.ROWS])]
            for j in range(due.world.n):
                found = noted[noted[:, 1] == j, 6].sum()
                assert weights[j] == pytest.approx(found, rel=1e-9)
    assert len(due.moves) > 0

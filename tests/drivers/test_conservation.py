"""What no run may break: margins of trade, shares, symmetry, levels, beliefs and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.drivers import starts
from sim.rules import catalogue as names
from sim.rules.declarations import COLLECTIVES, PARTS
from sim.scenario import load_scenario
from sim.scenario.world import World
from tests import golden
from tests.support_world import Case, probes, random_case

QUARTERS = 8
#: What :mod:`sim.rules.declarations` gives a variable that declares no bounds.
UNBOUNDED = (-1e12, 1e12)
SHARES = ("trade", "energy", "arms", "arms_stock", "finance")


def eventful(seed: int) -> Case:
    """A random world in which states move about every quarter, and sanction readily."""
    case = random_case(6, seed)
    for name in ("create", "break", "sanction", "lift", "aid", "court", "provoke", "reconcile"):
        case.set_p(**{f"moves__{name}": 1.0})
    case.set_p(moves__rate=8.0)
    return case


def off_diagonal(case: Case, name: str) -> np.ndarray:
    return case.dyads(name)[~np.eye(case.n, dtype=bool)]


def jointly(seed: int, how: str) -> np.ndarray:
    """All parameters at once, anywhere within their declared bounds."""
    rng = np.random.default_rng(seed)
    low, high = np.array([x.bounds for x in names.PARAMS.values()]).T
    inside, end = rng.uniform(low, high), np.where(rng.random(low.size) < 0.5, low, high)
    usual = np.array([x.default for x in names.PARAMS.values()])
    mixed = np.choose(rng.integers(3, size=low.size), [inside, end, usual])
    return {"inside": inside, "end": end, "mixed": mixed}[how]


def assert_valid(case: Case) -> None:
    """What holds of every state of the world, whatever the parameters."""
    blocks = ((names.STATE_FIELDS, case.V), (names.DYAD_FIELDS, case.M))
    kinds = case.collectives("collective_kind")
    cells = [(field, block[field.row]) for fields, block in blocks for field in fields.values()]
    for field in names.COLLECTIVE_FIELDS.values():
        mine = kinds == COLLECTIVES.index(field.kind) if field.kind in COLLECTIVES else kinds >= 0
        cells.append((field, case.G[field.row, mine]))
    for field, values in cells:
        assert np.isfinite(values).all(), field.name
        if field.bounds != UNBOUNDED and values.size:
            assert values.min() >= field.bounds[0] - 1e-12, field.name
            assert values.max() <= field.bounds[1] + 1e-12, field.name
    for part in PARTS.values():
        values = case.parts(COLLECTIVES[part.row])
        assert part.bounds[0] <= values.min(), part.name
        assert values.max() <= part.bounds[1], part.name
    for name in SHARES:
        shares = case.dyads(name)
        assert shares.min() >= 0.0, name
        assert shares.sum(axis=1).max() <= 1.0 + 1e-9, name
    for field in names.DYAD_FIELDS.values():
        if field.symmetric:
            sheet = case.M[field.row]
            np.testing.assert_allclose(sheet, sheet.T, rtol=1e-12, err_msg=field.name)


def assert_conserved(case: Case) -> None:
    """Every state trades what it traded, less at most the loss; partners and the rest make 1."""
    rest_out, rest_in = case.states("exports_to_rest_now"), case.states("imports_from_rest_now")
    flow = case.dyads("trade_flow")
    assert flow.min() >= 0.0
    out, into = flow.sum(axis=1) + rest_out, flow.sum(axis=0) + rest_in
    kept = 1.0 - case.p("trade_rerouting.loss")
    # sweeps end with importers; exporters' margins are fitted to a hundredth where most is barred
    for now, start, slack in (
        (into, case.states("imports"), 1e-6),
        (out, case.states("exports"), 0.02),
    ):
        assert (now <= start * (1.0 + slack) + 1e-6).all()
        assert (now >= start * kept * (1.0 - slack) - 1e-6).all()
    total = out + into
    whole = case.dyads("trade").sum(axis=1) + (rest_out + rest_in) / np.where(total > 0, total, 1)
    np.testing.assert_allclose(whole[total > 0], 1.0, rtol=1e-6)


@given(st.integers(0, 2**31))
def test_whole_runs_stay_valid(seed: int) -> None:
    case, moved = eventful(seed), 0
    for rows in case.play(QUARTERS, seed=seed):
        moved += len(rows)
        assert_valid(case)
        assert_conserved(case)
        assert set(np.unique(case.dyads("pact_level"))) <= {0.0, 1.0, 2.0, 3.0}
        assert off_diagonal(case, "trust").min() > 0.0
        assert off_diagonal(case, "trust").max() < 1.0
    assert moved > 0


@given(st.integers(0, 2**31), st.sampled_from(["inside", "end", "mixed"]))
def test_any_parameters_within_their_bounds_leave_a_valid_world(seed: int, how: str) -> None:
    case = random_case(6, seed, settled=False)
    case.P[:] = jointly(seed, how)
    case.call("begin")
    assert_valid(case)
    for _ in case.play(QUARTERS, seed=seed):
        assert_valid(case)
        assert_conserved(case)


@pytest.mark.parametrize("seed", range(10))
def test_trade_is_not_negative_where_all_that_is_barred_is_lost(seed: int) -> None:
    """Corridors scale the pattern of trade: more of it may be barred than was ever traded."""
    case = random_case(6, seed)
    case.set_p(trade_rerouting__loss=1.0)
    case.dyads("trade_flow_start")[:] *= np.exp(1.5)  # full corridors at connectivity.flow = 1.5
    case.dyads("sanctions")[0, 1:] = 1.0
    which = list(names.MECHANISMS).index("trade_rerouting")
    for tick in range(8):
        probes().update_rule(which, case.blocks, case.luck(tick))
        assert_conserved(case)


@pytest.mark.parametrize("name", golden.shipped())
def test_drawn_worlds_are_valid(name: str) -> None:
    """Numbers drawn from their ranges leave every variable within bounds and shares within one."""
    world = World(load_scenario(golden.path(name)))
    for run in range(20):
        blocks = starts.start(world, 1, run).blocks
        for share in ("energy", "arms", "arms_stock", "finance"):
            most = blocks.M[names.DYAD_FIELDS[share].row].sum(axis=1).max()
            assert most <= 1.0 + 1e-9, f"{share}: shares of one state sum to {most:.2f}"
        for fields, values in ((names.STATE_FIELDS, blocks.V), (names.DYAD_FIELDS, blocks.M)):
            for field in fields.values():
                low, high = field.bounds
                assert low <= values[field.row].min(), field.name
                assert values[field.row].max() <= high, field.name


@pytest.mark.parametrize("seed", range(5))
def test_trade_margins_in_the_long_run(seed: int) -> None:
    """Under lasting sanctions every state places what it traded, but for the declared loss."""
    case = random_case(7, seed)
    start = case.dyads("trade_flow").copy()
    old = np.maximum(case.dyads("sanctions"), case.dyads("sanctions").T)
    case.dyads("sanctions")[0, 1:6] = 1.0
    case.dyads("sanctions")[5, 6] = 1.0
    which = list(names.MECHANISMS).index("trade_rerouting")
    for tick in range(400):
        probes().update_rule(which, case.blocks, case.luck(tick))
    new = np.maximum(case.dyads("sanctions"), case.dyads("sanctions").T)
    bar = np.maximum(0.0, case.p("trade_rerouting.block") * (new - old))
    # fuel goes the ways of its own rule, which does not run here: what is due stays due
    usual = case.dyads("energy_start").T
    bought = np.maximum(0.0, case.dyads("energy") + case.dyads("energy_due")).T
    volume = case.states("economy") * case.states("openness")
    part = np.minimum(case.states("fuel_value")[:, None] * volume * usual, start)
    fewer = part * np.maximum(0.0, usual - bought) / np.where(usual > 0.0, usual, 1.0)
    barred = (start - part) * (1.0 - np.exp(-bar)) + fewer
    loss = case.p("trade_rerouting.loss")
    into = case.dyads("trade_flow").sum(axis=0) + case.states("imports_from_rest_now")
    out = case.dyads("trade_flow").sum(axis=1) + case.states("exports_to_rest_now")
    np.testing.assert_allclose(into, case.states("imports") - loss * barred.sum(axis=0), rtol=1e-9)
    # sweeps end with importers: exporters' margins are fitted less closely
    np.testing.assert_allclose(out, case.states("exports") - loss * barred.sum(axis=1), rtol=5e-3)
    assert barred.sum() > 0.0
    # and the shares are those of the flows, both ways together
    both = case.dyads("trade_flow") + case.dyads("trade_flow").T
    np.testing.assert_allclose(case.dyads("trade"), both / (out + into)[:, None], rtol=1e-9)


def test_without_news_trade_does_not_move() -> None:
    case = random_case(7, 1)
    before = case.dyads("trade_flow").copy()
    which = list(names.MECHANISMS).index("trade_rerouting")
    probes().update_rule(which, case.blocks, case.luck())
    np.testing.assert_array_equal(case.dyads("trade_flow"), before)


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_pacts_are_mutual_and_earn_trust(seed: int, other: int) -> None:
    """A pact binds both and earns trust on both sides; a break costs the trust of its victim."""
    case, rng = random_case(6, seed), np.random.default_rng(other)
    i, j = rng.choice(case.n, 2, replace=False)
    before, to = case.copy(), float(rng.integers(4))
    if to == case.now("pact", i, j):
        return
    case.move("pact", i, j, to)
    assert case.dyads("pact_level")[i, j] == case.dyads("pact_level")[j, i] == to
    g, old = case.dyads("commitment"), before.dyads("commitment")
    assert g[i, j] == g[j, i]
    assert g[i, j] >= case.dyads("organisation_floor")[i, j]
    good = case.dyads("trust_good") - before.dyads("trust_good")
    bad = case.dyads("trust_bad") - before.dyads("trust_bad")
    assert (good >= 0.0).all()
    assert (bad >= 0.0).all()
    if g[i, j] > old[i, j]:
        assert good[i, j] > 0.0
        assert good[i, j] == pytest.approx(good[j, i], rel=1e-9)
        assert not np.delete(good, [i, j], axis=0).any()
    else:
        assert not good.any()
        assert not np.delete(bad, j, axis=0).any()
        assert (bad[j, i] > 0.0) == (g[i, j] < old[i, j])

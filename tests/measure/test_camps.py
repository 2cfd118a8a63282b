"""Who leads a bloc, who stands between blocs, who moved, and what makes a bloc of ties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.blocs import READINGS, bonds, find_blocs, hedges, leadership, name_blocs, network
from sim.measure.summary import describe_blocs, summarise
from sim.record.results import Results
from tests.support import synthetic_meta, synthetic_record


def hub(allies: int, tie: float = 1.2) -> np.ndarray:
    """A strong state with allies that nothing ties to each other."""
    out = np.zeros((allies + 1, allies + 1))
    out[0, 1:] = out[1:, 0] = tie
    return out


def test_allies_of_a_hub_are_of_its_bloc() -> None:
    capability = np.array([0.4, *[0.05] * 6])
    assert set(find_blocs(network(hub(6), capability))) == {0}


def test_one_tie_with_a_lesser_member_makes_no_member() -> None:
    """The last state is tied to one small ally of the hub, as closely as the ally is to the hub."""
    ties = np.zeros((5, 5))
    ties[:4, :4] = hub(3)
    ties[4, 3] = ties[3, 4] = 0.8
    labels = find_blocs(network(ties, [0.4, 0.05, 0.05, 0.02, 0.05]))
    assert labels.tolist() == [0, 0, 0, 0, 1]
    ties[4, 0] = ties[0, 4] = 0.8  # tied to the hub it is
    assert set(find_blocs(network(ties, [0.4, 0.05, 0.05, 0.02, 0.05]))) == {0}


def test_strangers_and_faint_ties_bind_nobody() -> None:
    assert len(set(find_blocs(network(np.full((4, 4), 0.44), [0.3, 0.2, 0.2, 0.1])))) == 4
    assert len(set(find_blocs(network(np.zeros((4, 4)), np.zeros(4))))) == 4


@given(
    st.floats(-1.0, 2.0), st.floats(1e-4, 0.5), st.sampled_from(sorted(READINGS)), st.floats(0, 1)
)
def test_the_network_is_continuous(t: float, capability: float, reading: str, other: float) -> None:
    """A small step of tie or capability is a small step of the network: there is no threshold."""
    ties, strength = np.array([[0.0, t], [t, 0.0]]), np.array([0.3, capability])
    one = network(ties, strength, reading)[0, 1]
    assert network(ties + 1e-6, strength, reading)[0, 1] == pytest.approx(one, abs=2e-6)
    assert network(ties, strength + 1e-9, reading)[0, 1] == pytest.approx(one, abs=1e-4)
    assert network(ties + other, strength, reading)[0, 1] >= one


def test_stricter_binds_no_more_than_looser() -> None:
    t = np.linspace(-1, 2, 31)
    assert (bonds(t, "looser") >= bonds(t)).all()
    assert (bonds(t) >= bonds(t, "stricter")).all()
    assert bonds(np.float32([0.2])).dtype == np.float32
    assert bonds([1]).tolist() == pytest.approx([0.55])


def test_who_is_tied_to_the_members_leads_not_who_is_strong() -> None:
    ties = hub(4)
    ties[0, 4] = ties[4, 0] = 0.6
    capability = [0.1, 0.02, 0.02, 0.02, 0.12]
    labels = np.zeros(5, int)
    assert set(name_blocs(labels, leadership(labels, ties, capability))) == {0}
    two = [[0.0, 1.0], [1.0, 0.0]]
    assert name_blocs([0, 0], leadership([0, 0], two, [0.1, 0.2])).tolist() == [1, 1]


def test_hedging_hangs_on_both_camps() -> None:
    assert hedges([0.9, 0.35, 0.0])
    assert not hedges([0.9, 0.25, 0.0])  # less than a third
    assert not hedges([0.3, 0.2, 0.0])  # strangers
    assert not hedges([0.9, -0.5])
    assert hedges(np.zeros((3, 1))).tolist() == [False] * 3


def test_stances_and_shifts_of_a_record() -> None:
    """One state goes over from the second bloc to the third in two of three runs."""
    record = synthetic_record()
    report = summarise(Results(record, synthetic_meta()))
    assert [it.state for it in report.stances] == list(record.states)
    moved = {(it.state, it.core): it for it in report.shifts}
    (wanderer,) = {state for state, _ in moved}
    ends = {(round(it.before, 2), round(it.after, 2)) for it in moved.values()}
    assert ends == {(1.0, 0.33), (0.0, 0.67)}
    assert wanderer not in {bloc.core for bloc in report.blocs}
    assert "leaves" in report.text()

    tie = record.tie.copy()
    i, leaders = record.index("JJJ"), [record.index(bloc.core) for bloc in report.blocs[:2]]
    for j in leaders:
        tie[:, -1, i, j] = tie[:, -1, j, i] = 0.4
    told = describe_blocs(Results(replace(record, tie=tie), synthetic_meta()), networks=0)
    (stance,) = (it for it in told.stances if it.state == "JJJ")
    assert stance.bloc is None
    assert (stance.hedging, stance.before) == (1.0, 0.0)
    assert set(stance.between) == {bloc.core for bloc in report.blocs[:2]}
    assert "Hedgers" in told.text()

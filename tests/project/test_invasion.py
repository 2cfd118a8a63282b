"""The invasion alone: what is put in, how it is scored, and that its page is current."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.drivers.ensemble import run_ensemble
from sim.scenario import find_scenario, load_arms
from tools import invasion_page
from tools.invasion_page import ASKED, auc, average_precision, baselines, facts, interval, told
from tools.marked import replaced

ALONE = "only_the_invasion"


def test_the_invasion_is_the_only_event() -> None:
    specs = load_arms(find_scenario("invasion_2022"))
    assert list(specs["base"].events) == ["invasion"]
    assert {effect.field for effect in specs["base"].events["invasion"].effects} == {
        "war",
        "violation",
        "trust_bad",
    }
    assert not specs["no_invasion"].events


@pytest.mark.parametrize("name", ["vietnam_bamboo", "russia_dprk_pact"])
def test_flagships_have_an_arm_with_the_invasion_alone(name: str) -> None:
    (spec,) = load_arms(find_scenario(name), arms=[ALONE]).values()
    assert list(spec.events) == ["invasion"]


def test_scores_against_examples_by_hand() -> None:
    score, true = (0.9, 0.8, 0.8, 0.1), (True, False, True, False)
    assert auc(score, true) == pytest.approx((2 + 1.5) / 4)
    assert average_precision(score, true) == pytest.approx((1 + 2 / 3) / 2)
    assert auc((1, 1, 1), (True, False, False)) == 0.5
    assert average_precision((1, 1, 1), (True, False, False)) == pytest.approx(1 / 3)
    assert np.isnan(auc((1, 2), (True, True)))
    assert np.isnan(average_precision((1, 2), (False, False)))
    low, high = interval(np.arange(60.0).tolist(), [at % 3 == 0 for at in range(60)])
    assert low < auc(np.arange(60.0).tolist(), [at % 3 == 0 for at in range(60)]) < high


def test_facts_and_baselines_are_about_the_states_of_the_scenario() -> None:
    (spec,) = load_arms(find_scenario("invasion_2022"), arms=["base"]).values()
    known = facts()
    assert {*known} == {*ASKED}
    for name, did in known.items():
        assert set(did) <= set(spec.states) - {"RUS"}, name
        for scores in baselines(spec, ASKED[name]).values():
            assert set(did) <= set(scores)
    assert sum(known["sanctions"].values()) == 34
    assert [code for code, did in known["applies"].items() if did] == ["FIN", "SWE", "UKR"]
    assert not set(known["applies"]) & set(spec.organisations["NATO"].members)


def test_what_the_model_says_is_counted_in_runs() -> None:
    (spec,) = load_arms(find_scenario("invasion_2022"), arms=["base"]).values()
    pairs = [("RUS", code) for code in spec.states if code != "RUS"]
    record = run_ensemble(spec, runs=4, extra_pairs=pairs)
    for asked in ASKED.values():
        chances, ranks = told(record, asked)
        assert set(chances) == set(ranks) == set(spec.states)
        assert all(share * 4 == int(share * 4) for share in chances.values())
    chances, ranks = told(record, ASKED["trade"])
    series = record.dyad("trade", "RUS", "CHN")
    change = series[:, 8] - series[:, 0]
    assert ranks["CHN"] == pytest.approx(change.mean())
    assert chances["CHN"] == (change > 0).mean()


def test_page_is_current() -> None:
    found = json.loads(invasion_page.FOUND.read_text("utf-8"))
    page = invasion_page.PAGE.read_text("utf-8")
    assert page == replaced(page, "scores", invasion_page.render(found)), (
        "run: python -m tools.invasion_page --render"
    )

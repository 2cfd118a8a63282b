"""Who arms a belligerent risks a clash with its enemy, from whenever it has done so."""

from __future__ import annotations

import pytest

from tests.rules.mechanisms.quiet import play
from tests.rules.mechanisms.rows.security import BUFFER, FRIEND, GREAT, fighting, of


@pytest.mark.parametrize("aid", [0.0, 0.4, 0.8])
def test_aid_that_goes_on_since_before_the_start_is_help(aid: float) -> None:
    case = fighting()
    case.dyads("hostility")[GREAT, FRIEND] = 0.5
    case.dyads("aid")[FRIEND, BUFFER] = aid
    after = play(case, None, 1)
    assert (of("clash_risk", GREAT, FRIEND)(after) > 0.0) is (aid > 0.0)

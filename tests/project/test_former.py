"""Former names of modules lead to the modules, not to copies of them."""

from __future__ import annotations

import pickle
import sys
from importlib import import_module
from pathlib import Path

import pytest

from sim import former
from tests.support_forks import forked

ROOT = Path(__file__).resolve().parent.parent.parent


def test_former_names_lead_to_the_modules() -> None:
    code = """
import warnings
from importlib import import_module
warnings.simplefilter("ignore")
from sim.former import MOVED
print([old for old, new in MOVED.items() if import_module(old) is not import_module(new)])
"""
    done = forked(code, folder=ROOT)
    assert done.stdout == "[]\n", done.stderr


def test_it_is_said() -> None:
    sys.modules.pop("sim.metrics", None)
    with pytest.warns(DeprecationWarning, match="is called sim.blocs.indices"):
        import_module("sim.metrics")


def test_what_was_pickled_is_read() -> None:
    text = b"csim.metrics\nInterval\n."
    sys.modules.pop("sim.metrics", None)
    with pytest.warns(DeprecationWarning, match="is called"):
        found = pickle.loads(text)
    assert found is import_module("sim.blocs.indices").Interval


def test_what_has_not_moved_is_left_alone() -> None:
    assert former.present("sim.errors") is None
    with pytest.raises(ModuleNotFoundError):
        import_module("sim.mechanisms.nowhere")

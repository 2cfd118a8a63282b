"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
import typer.main
import typer.testing
from hypothesis import HealthCheck, settings

from tests.support_loading import share_shipped
from tests.support_outputs import watch
from tests.support_plain import IS_PLAIN, Plain

# Figures are drawn into files, whatever screen there is.
os.environ.setdefault("MPLBACKEND", "Agg")
# Arms are simulated anew by each test, unless it is about keeping them.
os.environ["MULTIPOLAR_ARMS_MB"] = "0"

# The same examples on every run of the gate; more of them with HYPOTHESIS_PROFILE=search.
settings.register_profile(
    "gate",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.register_profile("plain", settings.get_profile("gate"), max_examples=5)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "plain" if IS_PLAIN else "gate"))

share_shipped()
watch()
# The tree of commands is made once, not for each command that is called: that takes as long as many
# of them.
typer.main.get_command = typer.testing._get_command = cache(typer.main.get_command)

ROOT = Path(__file__).resolve().parent.parent


#: Files with a test, or what tests share, that takes longest: begun first, so that none of them is
#: what all wait for in the end.
LONGEST = (
    "test_app",
    "first_walk",
    "test_tutorials",
    "test_docs_commands",
    "test_compare",
    "test_report",
    "test_encoding",
    "test_mesa_reference",
    "test_calibrate",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with the longest tests first."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


#: What the kernel of a notebook runs first: few runs, as in the tests of all pages.
FEW_RUNS = """
import sim, sim.study.compare
def few(function):
    return lambda *given, runs, **named: function(*given, runs=min(runs, 6), **named)
sim.run, sim.study.compare.compare = few(sim.run), few(sim.study.compare.compare)
"""


def pytest_configure(config: pytest.Config) -> None:
    """Limit the time of tests in plain Python, and the runs of notebooks."""
    if IS_PLAIN:
        config.pluginmanager.register(Plain())
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "few_runs.py").write_text(FEW_RUNS, "utf-8")
    os.environ["IPYTHONDIR"] = folder.name


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def scenarios(root: Path) -> Path:
    """The folder of the shipped scenarios."""
    return root / "scenarios"


@pytest.fixture(scope="module")
def one_round() -> Iterator[None]:
    """Random choice is fitted to the full model by one round, not by six: where it is only told."""
    with patch("sim.study.null.rates.ROUNDS", 1):
        yield

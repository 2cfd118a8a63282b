"""A scenario to begin with is valid as it stands, and with each of its comments made use of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import load_scenario, validate_scenario
from sim.study.claim_specs import read_claims
from tests.inline_scenario import TEXT
from tests.support_command import call


def written(folder: Path, below: str, name: str = "my_question") -> Path:
    done = call("new", name, "--extends", below, folder=folder)
    assert done.returncode == 0, done.stderr
    assert f"{name}.yaml: edit it" in done.stderr
    return folder / f"{name}.yaml"


def test_a_skeleton_is_valid_and_its_event_is_new(tmp_path: Path) -> None:
    path = written(tmp_path, "world/2024")
    spec = validate_scenario(path)
    assert spec.title == "my question"
    assert set(spec.arms) == {"without", "weaker"}
    assert set(spec.events) == {"new_pact"}
    assert not [notice for notice in spec.notices if "my_question" in str(notice)]
    (pair,) = set(re.findall(r"pact_level: \{(\w+-\w+)", path.read_text("utf-8")))
    assert not any(set(pair.split("-")) <= set(pact.members) for pact in spec.pacts.values())


@pytest.mark.parametrize("below", ["synthetic", "europe_1936"])
def test_every_comment_can_be_made_use_of(tmp_path: Path, below: str) -> None:
    path = written(tmp_path, below)
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"^( *)# ", r"\1", text, flags=re.M), "utf-8")
    spec = validate_scenario(path)
    assert "NEW" in spec.states
    assert "forum" in spec.organisations
    assert len(read_claims(spec, path)) >= 1
    assert text.count("\n#") > 10


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, "synthetic")
    path.write_text("mine", "utf-8")
    told = call("new", "my_question", "--extends", "synthetic", folder=tmp_path)
    assert told.returncode == 2
    assert "my_question.yaml exists" in told.stderr
    assert path.read_text("utf-8") == "mine"


def test_a_name_is_needed(tmp_path: Path) -> None:
    told = call("new", "", "--extends", "synthetic", folder=tmp_path)
    assert (told.returncode, told.stderr) == (
        2,
        "the name of the file is empty; write it as NAME.yaml\n",
    )


def test_a_world_of_ones_own_may_be_extended(tmp_path: Path) -> None:
    (tmp_path / "six.yaml").write_text(TEXT, "utf-8")
    path = written(tmp_path, "six.yaml")
    assert "extends: six.yaml" in path.read_text("utf-8")
    assert len(load_scenario(path).states) == 6
    (tmp_path / "elsewhere").mkdir()
    told = call("new", "elsewhere/mine", "--extends", "six.yaml", folder=tmp_path)
    assert told.returncode == 2
    assert "its own folder or below" in told.stderr
    assert not list((tmp_path / "elsewhere").iterdir())


def test_what_is_extended_has_to_be_there(tmp_path: Path) -> None:
    told = call("new", "mine", "--extends", "wrld/2024", folder=tmp_path)
    assert told.returncode == 2
    assert "no scenario 'wrld/2024'" in told.stderr
    assert not list(tmp_path.iterdir())

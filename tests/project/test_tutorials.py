"""Every step of the tutorials, in their order, in an empty folder; with few runs and quarters."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import UserError
from sim.scenario import load_arms
from tests.support_command import call

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "tutorial"
PAGES = sorted(FOLDER.glob("*.md"))
#: What makes a command small; the last of an option that is given twice counts.
SMALL = {
    "run": "--runs 2 --no-figures",
    "compare": "--runs 2 --no-figures",
    "claims": "--runs 2 --no-figures",
    "report": "--runs 2",
    "explain": "--runs 2",
    "sweep": "--runs 1 --quarters 2 --executor local:1",
    "phase": "--points 2 --refine 0 --runs 1 --quarters 2 --no-figures",
    "discover": "--method cart",
    "null": "--runs 2",
}


def steps(page: Path) -> Iterator[tuple[str, str]]:
    """The files (by name) and the commands (without a name) of a page, in their order."""
    text = page.read_text("utf-8")
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S):
        if language == "sh":
            for line in block.splitlines():
                command, name, words = line.partition("multipolar ")
                assert (command, name) == ("", "multipolar "), line
                yield "", words
        else:
            found = re.match(r"# (\w+\.yaml)\n", block)
            assert found, block
            yield found[1], block


@pytest.mark.usefixtures("one_round")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_step_runs(page: Path, tmp_path: Path) -> None:
    for name, text in steps(page):
        if name:
            (tmp_path / name).write_text(text, "utf-8")
            continue
        command, *words = shlex.split(text, comments=True)
        if "--resume" not in words:
            words += shlex.split(SMALL.get(command, ""))
        try:
            done = call(command, *words, folder=tmp_path)
        except UserError as error:
            pytest.fail(f"{text}: {error}")
        # of a sweep this small every point may have what is looked for, or none
        told = done.returncode == 0 or "no region to find" in done.stderr
        assert told, f"{text}\n{done.stdout}\n{done.stderr}"


def test_the_scenario_from_the_news_is_what_its_page_says(tmp_path: Path) -> None:
    (text,) = [text for name, text in steps(FOLDER / "news_story.md") if name]
    path = tmp_path / "pacific_pact.yaml"
    path.write_text(text, "utf-8")
    arms = load_arms(path)
    assert set(arms) == {"base", "without", "words_only"}
    assert arms["base"].states["NZL"].name == "New Zealand"
    assert set(arms["base"].events) - set(arms["without"].events) == {"treaty", "observer"}
    told = [str(notice) for notice in arms["base"].notices if "pacific" in str(notice)]
    assert not told


def test_the_index_has_every_tutorial() -> None:
    index = (FOLDER.parent / "README.md").read_text("utf-8")
    for page in FOLDER.iterdir():
        assert f"(tutorial/{page.name})" in index

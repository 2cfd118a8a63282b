"""What a notebook shows of results, and the notebook of the tutorial."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import sim
from sim.record.results import Results
from sim.show.notebook import results_html
from sim.show.plots.style import bloc_colours, coalitions
from tests.support import synthetic_meta, synthetic_record, synthetic_results

VOID = {"br", "meta"}


class Checked(HTMLParser):
    """Reads the elements and fails on one that is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def picture(page: str) -> ET.Element:
    begin, end = page.index("<svg"), page.index("</svg>") + len("</svg>")
    return ET.fromstring(page[begin:end])


@pytest.fixture(scope="module")
def results() -> Results:
    return synthetic_results()


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return results._repr_html_()


def test_results_show_themselves(results: Results, page: str) -> None:
    assert page == results_html(results) == sim.results_html(results)
    read = Checked(page)
    text = " ".join("".join(read.words).split())
    for code in results.record.states:
        assert code in text
    assert "KKK 67%" in text  # co-membership of the one that wanders
    assert "at times: KKK 33%" in text
    assert "Blocs in 2026Q2" in text
    assert "alignmentwith AAA" in text
    assert "not predictions" in text
    assert results.run_id in text
    assert read.seen.count("svg") == 1


def test_the_picture_shows_who_ends_with_whom(results: Results, page: str) -> None:
    svg = picture(page)
    assert svg.get("role") == "img"
    assert "Share of runs" in svg.get("aria-label", "")
    names = [text.text for text in svg.iter("text")]
    assert names[0] == "AAA"
    assert names[-1] == "JJJ"
    assert sorted(names, key=str) == sorted(results.record.states)
    frames = [rect.get("stroke") for rect in svg.iter("rect") if rect.get("fill") == "none"]
    colours = bloc_colours(results, coalitions(results))
    assert frames == [colours[core] for core in ("AAA", "CCC", "BBB")]
    shades = {rect.get("fill-opacity") for rect in svg.iter("rect")} - {None}
    assert shades == {"1", "0.7", "0.3"}


def test_names_are_escaped() -> None:
    results = Results(synthetic_record(), synthetic_meta(title="<script>x</script>"))
    page = results._repr_html_()
    assert "<script>" not in page
    assert "Aland &lt;b&gt;" in page


@pytest.mark.parametrize(("runs", "n"), [(1, 4), (3, 45), (2, 90)])
def test_worlds_of_any_size_are_shown(runs: int, n: int) -> None:
    page = synthetic_results(runs=runs, n=n)._repr_html_()
    Checked(page)
    named = len(list(picture(page).iter("text")))
    assert named == (n if n <= 60 else 0)
    assert len(page) < 100_000


def test_a_world_without_blocs_or_focal_states() -> None:
    record = synthetic_record(runs=3)
    bare = replace(
        record,
        tie=np.zeros_like(record.tie),
        focal=(),
        dyads=(),
        dyad_series=record.dyad_series[..., :0],
    )
    page = Results(bare, synthetic_meta())._repr_html_()
    Checked(page)
    assert "unaligned" in page
    assert "alignment with" not in page


def test_notebooks_are_kept_without_outputs(root: Path) -> None:
    found = list((root / "docs").rglob("*.ipynb"))
    assert found
    for path in found:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert code
        for cell in code:
            assert cell["outputs"] == []
            assert cell["execution_count"] is None

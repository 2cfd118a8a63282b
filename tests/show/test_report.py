from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.drivers.starts import draw
from sim.errors import UserError
from sim.measure.summary import summarise
from sim.record.arrays import EnsembleRecord
from sim.record.results import Results, RunMeta
from sim.record.table_folders import SavedTables
from sim.scenario import find_scenario, load_scenario
from sim.scenario.world import World
from sim.show.plots.interactive.base import contrast
from sim.show.report import gather, render
from sim.show.report.content import Influence, Sensitivity
from sim.show.report.decisions import find_why, typical_run
from sim.show.report.html_page import MOST_BYTES
from sim.show.report.opening import what_would_change
from sim.show.report.origin import Origin, find_origin, saved_beside
from sim.show.report.ranges import POLES, find_influence
from sim.show.report.sensitivity_section import read_sensitivity
from sim.show.report.sourced_numbers import is_judged, list_inputs
from sim.study.answer import read_answer
from sim.study.compare import compare
from sim.words import of_numbers
from sim.words.of_metrics import metric_words
from tests.reference.decisions import Move
from tests.show.test_kinds import answers
from tests.support import synthetic_meta, synthetic_record, synthetic_results

NOWHERE = Origin(None, None, "its scenario 'three_blocs' is not found")
NASTY = "<script>alert('x')</script> & \"quoted\" </script><!-- "
SCENARIO = "africa_outreach"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
VOID = {"meta", "br", "img", "input", "wbr", "link", "hr"}


#: Elements that HTML closes by itself.
IMPLIED = {"th", "td", "tr"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and whether they are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] != tag and self.open[-1] in IMPLIED:
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, one_round: None) -> Path:
    """A saved result of a shipped scenario, with its report."""
    place = tmp_path_factory.mktemp("reports") / "result"
    runner = CliRunner()
    quick = ["--quiet", "--runs"]
    made = runner.invoke(app, ["run", SCENARIO, "--no-figures", "--out", str(place), *quick, "40"])
    assert made.exit_code == 0, made.output
    made = runner.invoke(app, ["report", str(place), *quick, "6"])
    assert made.exit_code == 0, made.output
    return place


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def bare() -> str:
    """The report of a result whose scenario is nowhere, with names that are markup."""
    names = {"AAA": NASTY, "BBB": "Beeland"}
    meta = synthetic_meta(title=NASTY, state_names=names, command=f"multipolar run {NASTY}")
    return render(gather(Results(synthetic_record(), meta), NOWHERE))


# --- the page ------------------------------------------------------------------------------------
@pytest.mark.parametrize("which", ["page", "bare"])
def test_the_page_asks_nothing_of_the_network(which: str, request: pytest.FixtureRequest) -> None:
    html = request.getfixturevalue(which)
    found = Page(html)
    assert not found.open
    for tag, attributes in found.elements:
        for name in ("src", "href", "srcset", "action", "poster", "data", "xlink:href"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:image/svg+xml,")), (tag, value)
        assert not any(name.startswith("on") for name in attributes)
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.S))
    assert "url(" not in styles
    assert "@import" not in styles
    policy = next(a["content"] for a in found.all("meta") if "http-equiv" in a)
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "http" not in policy.replace("http-equiv", "")
    assert len(html.encode()) < MOST_BYTES


@pytest.mark.parametrize("which", ["page", "bare"])
def test_the_page_can_be_read_by_everybody(which: str, request: pytest.FixtureRequest) -> None:
    found = Page(request.getfixturevalue(which))
    assert found.all("html")[0]["lang"] == "en"
    ids = [a["id"] for _, a in found.elements if "id" in a]
    assert len(ids) == len(set(ids))
    first = next(a for tag, a in found.elements if tag == "a")
    assert first["class"] == "skip"
    for link in found.all("a"):
        assert str(link["href"])[1:] in ids
    for landmark in ("header", "nav", "main", "footer"):
        assert len(found.all(landmark)) == 1
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all(a.get("scope") in ("row", "col") for a in found.all("th"))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(len(str(a["alt"])) > 20 for a in found.all("img"))
    pictures = [a for a in found.all("div") if a.get("role") == "img"]
    assert pictures
    assert all(len(str(a["aria-label"])) > 20 for a in pictures)
    regions = [a for a in found.all("div") if a.get("class") == "scroll"]
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in regions)


def test_colours_of_text_have_contrast(root: Path) -> None:
    styles = (root / "sim" / "show" / "report" / "page.css").read_text()
    names = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", styles))
    used = [names.get(a or "", b) for a, b in
            re.findall(r"[ {;]color: (?:var\(--(\w+)\)|(#[0-9a-f]{3,6}))", styles)]  # fmt: skip
    assert len(used) > 10
    for shade in set(used) - {"#fff"}:
        full = shade if len(shade) == 7 else "#" + "".join(2 * x for x in shade[1:])
        assert contrast(full, "#ffffff") >= 4.5, shade
        assert contrast(full, "#f5f6f7") >= 4.5, shade


def test_names_and_titles_cannot_become_markup(bare: str) -> None:
    found = Page(bare)
    said = "".join(found.text)
    assert said.count("<script>alert('x')</script>") >= 3
    assert "<script>alert" not in bare
    data = [s for s in found.scripts if s.startswith('{"data"')]
    assert data
    for part in data:
        assert json.loads(part)["layout"]
        assert "<" not in part
    scripts = len(found.all("script"))
    assert scripts == len(data) + 2


def test_without_the_scenario_the_report_says_so_and_leaves_out_what_needs_it(bare: str) -> None:
    found = Page(bare)
    said = " ".join(found.text)
    assert "Its scenario 'three_blocs' is not found" in said
    sections = [a["id"] for a in found.all("section")]
    assert sections == ["answer", "full", "coalitions", "time", "why", "reproduce"]


def test_answers_beside_other_models_are_an_annex(tmp_path: Path) -> None:
    result = Results(synthetic_record(), synthetic_meta())
    beside = answers(3)
    assert result.meta.spec_hash == beside.meta.spec_hash
    content = gather(result, NOWHERE, robust=beside)
    found = Page(render(content))
    assert found.all("section")[-1]["id"] == "robust"
    said = " ".join(found.text)
    for part in ("AAA, S02", "shuffled capability", "agrees 90%", "x is silent: it is shy"):
        assert part.lower() in said.lower()
    saved = beside.save(tmp_path / "robust")
    result.save(tmp_path / "result")
    quick = ["--quiet", "--arms", "none", "--robust"]
    made = CliRunner().invoke(app, ["report", str(tmp_path / "result"), *quick, str(saved)])
    assert made.exit_code == 0, made.output
    assert "Annex" in (tmp_path / "result" / "report.html").read_text("utf-8")
    other = replace(beside, meta=replace(beside.meta, spec_hash="0" * 64)).save(tmp_path / "other")
    made = CliRunner().invoke(app, ["report", str(tmp_path / "result"), *quick, str(other)])
    assert isinstance(made.exception, UserError)
    assert "another scenario" in str(made.exception)


def test_the_report_of_a_scenario_is_whole(page: str, folder: Path) -> None:
    found = Page(page)
    sections = [a["id"] for a in found.all("section")]
    assert sections == [
        "answer", "full", "coalitions", "time", "why", "whatif", "claims", "sensitivity",
        "assumptions", "reproduce",
    ]  # fmt: skip
    spec = load_scenario(find_scenario(SCENARIO))
    said = " ".join(found.text)
    assert spec.question in said
    for arm in spec.arms.values():
        assert arm.title in said
    for claim in spec.claims.values():
        assert claim["text"] in said
    results = Results.load(folder)
    assert results.meta.spec_hash in said
    assert f"multipolar run {SCENARIO} --runs 40 --seed {results.meta.seed}" in said
    assert list_inputs(spec).hidden == 0
    keys = page
    for key in ("parameters.security.weight", f"states.{spec.focal[0]}.capability"):
        assert key in keys


def test_the_first_page_is_short_and_leads_with_the_verdict(page: str, folder: Path) -> None:
    verdict = read_answer(folder)
    assert verdict is not None
    first, _, annex = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S).partition(
        '<details id="annex">'
    )
    assert annex
    said = " ".join(Page(f"{first}</main></body></html>").text)
    assert len(said.split()) < 1_500
    assert said.partition("The answer")[2].strip().startswith(verdict.sentence())
    assert first.count("<figure") == 3
    assert "How sure" in said
    assert "What would change it" in said


def test_what_was_run_and_what_is_lacking_stand_below_the_answer(bare: str) -> None:
    said = " ".join(Page(bare).text)
    assert said.index("The answer") < said.index("What this report lacks") < said.index("Runs")


def test_what_would_change_the_answer_keeps_to_whom_it_is_about() -> None:
    content = gather(synthetic_results(), NOWHERE)
    lead = "the alignment asked about"
    poles = Influence(POLES, "states.AAA.capability", -0.9)
    ours = Influence(lead, "relations.trust.AAA>BBB", 0.8)
    for found in ((poles,), (poles, ours)):
        known = Sensitivity(found=found, outcomes=(lead, POLES), bar=0.7, numbers=9, runs=30)
        said = " ".join(what_would_change(replace(content, sensitivity=known)))
        assert POLES not in said
        assert ("where it is drawn higher" in said) == (ours in found)
        assert "relations." not in said


def test_the_same_result_gives_the_same_page() -> None:
    results = synthetic_results()
    assert render(gather(results, NOWHERE)) == render(gather(results, NOWHERE))


# --- the answer ----------------------------------------------------------------------------------
def test_the_answer_follows_from_the_numbers() -> None:
    results = synthetic_results(runs=12, n=12, quarters=8)
    said = " ".join(gather(results, NOWHERE).answer)
    report = summarise(results)
    assert "three blocs" in said
    for bloc in report.blocs:
        assert f"{of_numbers.share(bloc.share.end)} of capability" in said
    lead = next(code for code in results.record.focal if code not in results.record.poles)
    series = results.record.dyad("alignment", lead, results.record.poles[2])
    start, end = np.median(series[:, 0]), np.median(series[:, -1])
    assert f"from {start:.2f} to {end:.2f}" in said
    assert "not predictions" in said


def test_no_bloc_is_said_plainly() -> None:
    record = synthetic_record(runs=3)
    lonely = Results(replace(record, tie=-np.abs(record.tie)), synthetic_meta())
    content = gather(lonely, NOWHERE)
    assert "No bloc has formed" in " ".join(content.answer)
    render(content)


def test_metrics_in_words_keep_what_they_cannot_say() -> None:
    names = {"AAA": "Highland"}
    assert metric_words("threat(AAA)", names) == "the threat that Highland sees"
    assert metric_words("poles()", names) == "the effective number of poles"
    assert metric_words("alignment(AAA, BBB) / 2", names) == "alignment(AAA, BBB) / 2"


# --- why -----------------------------------------------------------------------------------------
def with_pact_left(
    record: EnsembleRecord, runs: list[int], i: int, j: int, gain: float = 1.0
) -> EnsembleRecord:
    """The record with one more accepted move in some runs: i leaves its pact with j."""
    moves = record.moves.copy()
    for run in runs:
        row = np.flatnonzero(moves["run"] == run)[-1]
        moves[row]["mover"], moves[row]["partner"] = i, j
        moves[row]["kind"], moves[row]["accepted"] = Move.PACT, 1
        moves[row]["before"], moves[row]["after"] = 2.0, 0.0
        moves[row]["du"] = gain
    return replace(record, moves=moves)


def test_a_decision_that_goes_with_another_ending_is_found() -> None:
    record = synthetic_record(runs=30, n=12, quarters=8)
    plain = Results(record, synthetic_meta())
    wanderer = next(
        m.state for b in summarise(plain).blocs for m in (*b.members, *b.contested)
        if 0.1 < m.together < 0.9
    )  # fmt: skip
    at = record.index(wanderer)
    gone = [run for run in range(30) if run % 3 != 0]
    results = Results(with_pact_left(record, gone, at, 1), synthetic_meta())
    found = find_why(results, summarise(results), None)
    assert found.forks
    best = found.forks[0]
    assert best.state == wanderer
    assert "left its arms-cooperation pact" in best.text
    assert {best.with_it, best.without} == {0.0, 1.0}
    # and nothing where the decision has nothing to do with the ending
    idle = Results(with_pact_left(record, list(range(15)), at, 1), synthetic_meta())
    assert all("left its arms" not in it.text for it in find_why(idle, summarise(idle), None).forks)


def test_choices_count_the_runs_and_name_the_parts() -> None:
    record = synthetic_record(runs=20, n=12, quarters=8)
    mover, partner = record.index(record.focal[0]), 1
    results = Results(with_pact_left(record, [0, 1, 2, 3], mover, partner), synthetic_meta())
    mine = [it for it in find_why(results, summarise(results), None).choices
            if it.state == record.focal[0] and "left its arms" in it.text]  # fmt: skip
    assert mine
    assert mine[0].runs == 0.2
    sizes = [abs(x) for _, x in mine[0].parts]
    assert sizes == sorted(sizes, reverse=True)


def test_decisions_that_gain_the_mover_nothing_are_counted_as_chance() -> None:
    record = synthetic_record(runs=20, n=12, quarters=8)
    mover = record.index(record.focal[0])
    for gain in (1.0, -1.0):
        results = Results(with_pact_left(record, [0, 1, 2], mover, 1, gain), synthetic_meta())
        found = find_why(results, summarise(results), None)
        assert any("left its arms" in it.text for it in found.choices) == (gain > 0)
        assert all(it.gain > 0 for it in found.choices)
        assert gain > 0 or found.idle > 0


def test_the_run_that_is_told_ends_as_most_do() -> None:
    results = synthetic_results(runs=12, n=12, quarters=8)
    assert typical_run(results) % 3 != 0  # two of three runs end with the wanderer elsewhere


# --- sensitivity ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def many(folder: Path) -> Results:
    return Results.load(folder)


def test_the_number_that_makes_an_outcome_is_found_and_noise_is_not(many: Results) -> None:
    spec = load_scenario(find_scenario(SCENARIO))
    world = World(spec)
    drawn = np.stack([draw(world, many.meta.seed, run) for run in range(many.record.runs)])
    at = int(np.argmax(np.ptp(drawn, axis=0)))
    record = many.record
    lead, pole = record.focal[0], record.poles[0]
    rng = np.random.default_rng(4)
    for planted in (True, False):
        series = record.dyad_series.copy()
        column = record.dyads.index((lead, pole))
        values = drawn[:, at] if planted else rng.normal(size=record.runs)
        series[:, -1, record.dyad_fields.index("alignment"), column] = values
        found = find_influence(Results(replace(record, dyad_series=series), many.meta), spec)
        assert found is not None
        mine = [it for it in found.found if it.outcome == found.outcomes[0]]
        if planted:
            assert mine[0].key == world.uncertain[at].key
            assert mine[0].rho > 0.99
        else:
            assert not mine


def test_few_runs_say_nothing_of_sensitivity(many: Results) -> None:
    spec = load_scenario(find_scenario(SCENARIO))
    assert find_influence(Results(synthetic_record(), many.meta), spec) is None


class Analysis(SavedTables, kind="sensitivity"):
    """What of a saved result a report looks at."""

    def __init__(self, name: str, tables: dict[str, pd.DataFrame], facts: dict[str, Any]) -> None:
        self._name, self._own, self._said = name, tables, facts

    @property
    def run_id(self) -> str:
        return self._name

    def _tables(self) -> dict[str, pd.DataFrame]:
        return self._own

    def _facts(self) -> dict[str, Any]:
        return self._said


class Compared(Analysis, kind="comparison"):
    pass


def test_a_saved_analysis_is_read_and_one_of_another_scenario_refused(tmp_path: Path) -> None:
    results = synthetic_results()
    table = pd.DataFrame(
        {"finding": ["T1"] * 3, "factor": ["a", "b", "c"], "first": [0.1, 0.5, np.nan],
         "total": [0.2, 0.6, 0.1], "total_low": [0.1] * 3, "total_high": [0.7] * 3}
    )  # fmt: skip
    for name, spec_hash in (("mine", results.meta.spec_hash), ("other", "0" * 64)):
        facts = {"meta": {"spec_hash": spec_hash}}
        Analysis(name, {"indices": table}, facts).save(tmp_path / name)
    found = read_sensitivity(tmp_path / "mine", results)
    assert [row[0] for row in found.table[1:]] == ["b", "a", "c"]
    with pytest.raises(UserError, match="another scenario"):
        read_sensitivity(tmp_path / "other", results)


# --- where the result comes from -----------------------------------------------------------------
def test_the_scenario_is_found_by_name_and_by_the_command(many: Results, tmp_path: Path) -> None:
    found = find_origin(many)
    assert found.spec is not None
    assert found.spec.hash() == many.meta.spec_hash
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"format: 1\ntitle: Mine\nquestion: What?\nextends: {SCENARIO}.yaml\n", "utf-8")
    spec = load_scenario(mine)
    meta = RunMeta.of(spec, command=f"multipolar run {mine} --runs 3")
    assert find_origin(Results(many.record, meta)).path == mine
    mine.write_text(mine.read_text().replace("What?", "What else?"), "utf-8")
    changed = find_origin(Results(many.record, meta))
    assert changed.spec is None
    assert "has changed" in changed.reason


def test_a_scenario_that_is_gone_or_broken_is_a_reason_not_an_error(tmp_path: Path) -> None:
    gone = find_origin(synthetic_results())
    assert gone.spec is None
    assert "not found" in gone.reason
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: 1\ntitle: [", "utf-8")
    results = Results(synthetic_record(), synthetic_meta(command=f"multipolar run {broken}"))
    assert "cannot be read" in find_origin(results).reason


def test_of_saved_comparisons_the_one_of_the_same_scenario_counts(tmp_path: Path) -> None:
    results = synthetic_results()
    place = results.save(tmp_path / "result")
    assert saved_beside(place, results, "comparison") is None
    table = {"effects": pd.DataFrame({"x": [1]})}
    for name, runs, arm, spec_hash in (
        ("few", 5, "base", results.meta.spec_hash),
        ("many", 50, "base", results.meta.spec_hash),
        ("other_arm", 90, "calm", results.meta.spec_hash),
        ("other", 90, "base", "0" * 64),
    ):
        facts = {"meta": {"spec_hash": spec_hash}, "reference": arm, "runs": runs}
        Compared(name, table, facts).save(tmp_path / name)
    assert saved_beside(place, results, "comparison") == (tmp_path / "many").resolve()


def test_judgement_counts_also_where_the_source_says_more() -> None:
    assert is_judged("judgement")
    assert is_judged("judgement: equal weights")
    assert not is_judged("judgemental")


# --- the command ---------------------------------------------------------------------------------
def test_arms_can_be_left_out_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "page.html"
    made = CliRunner().invoke(
        app, ["report", str(folder), "--arms", "none", "--out", str(out), "-q"]
    )
    assert made.exit_code == 0, made.output
    html = out.read_text("utf-8")
    assert "What arms change: left out as asked" in html
    sections = [a["id"] for a in Page(html).all("section")]
    assert "whatif" not in sections
    assert "assumptions" in sections


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--compare", "."], "not a result"),
        (["--scenario", "vietnam_bamboo"], "has changed since"),
        (["--arms", "no_such_arm"], "no arm"),
    ],
)
def test_mistakes_are_told(folder: Path, options: list[str], message: str) -> None:
    made = CliRunner().invoke(app, ["report", str(folder), "-q", *options])
    assert isinstance(made.exception, UserError)
    assert message in str(made.exception)


# --- in a browser --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def opened(folder: Path) -> Any:
    """The report in a headless browser, with all requests and messages that it makes."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here: as root, apt-get install -y chromium")
    api = pytest.importorskip("playwright.sync_api")
    options = "--no-sandbox --disable-gpu --disable-quic --no-first-run"
    options += " --disable-background-networking --disable-component-update --disable-sync"
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options.split())
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        seen = SimpleNamespace(tab=tab, requests=[], messages=[])
        tab.on("request", lambda request: seen.requests.append(request.url))
        tab.on("console", lambda message: seen.messages.append(message.text))
        tab.on("pageerror", lambda error: seen.messages.append(str(error)))
        tab.goto((folder / "report.html").resolve().as_uri())
        tab.wait_for_selector("html[data-drawn=yes]", timeout=180_000)
        yield seen
        browser.close()


def test_it_opens_from_the_disk_without_a_request_or_a_complaint(opened: Any) -> None:
    assert len(opened.requests) == 1
    assert opened.requests[0].startswith("file:")
    assert opened.messages == []
    first = opened.tab.locator("#answer .plot .main-svg").count()
    assert first
    assert opened.tab.locator(".plot .main-svg").count() == first  # the annex is folded
    opened.tab.locator("#annex > summary").click()
    opened.tab.wait_for_function(
        "document.querySelectorAll('.js-plotly-plot').length"
        " === document.querySelectorAll('.plot').length",
        timeout=180_000,
    )
    assert opened.messages == []


def test_a_telephone_shows_it_without_scrolling_sideways(opened: Any) -> None:
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_hidden_lines_are_shown_by_keyboard(opened: Any) -> None:
    button = opened.tab.locator("button[data-trace]").first
    button.focus()
    assert button.get_attribute("aria-pressed") == "false"
    opened.tab.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"


def test_numbers_can_be_searched(opened: Any) -> None:
    opened.tab.get_by_role("searchbox").fill("parameters security weight")
    status = opened.tab.locator("#found")
    found = re.fullmatch(r"(\d+) of ([\d,]+) numbers match", status.inner_text())
    assert found
    assert 0 < int(found[1]) < int(found[2])
    shown = opened.tab.locator("details[open] details[open] table[data-searched] tbody tr:visible")
    assert shown.count() == int(found[1])
    opened.tab.get_by_role("searchbox").fill("")
    assert opened.tab.locator("details[open] details[open] table[data-searched]").count() == 0


def test_drawings_stand_beside_their_titles_and_say_what_they_show(page: str) -> None:
    found = Page(page)
    drawings = found.all("img")
    assert len(drawings) >= 3
    for drawing in drawings:
        assert unquote(str(drawing["src"]).partition(",")[2]).startswith("<?xml")
        title = str(drawing["alt"]).split(". ")[0]
        assert title in "".join(found.text)


def test_the_answer_names_the_arm_that_moves_the_state_in_question(folder: Path) -> None:
    results = Results.load(folder)
    origin = find_origin(results)
    assert origin.path is not None
    found = compare(origin.path, runs=8, seed=results.meta.seed)
    lead = results.record.focal[0]
    tall = replace(found.arms[0].metrics[0].effect, difference=-0.5, low=-0.6, high=-0.4,
                   standardised=-3.0)  # fmt: skip
    planted = replace(found.arms[0].metrics[0], metric=f"alignment({lead}, USA)", effect=tall)
    calm = replace(tall, difference=0.0, low=-0.1, high=0.1, standardised=0.0)
    others = tuple(replace(it, effect=calm) for it in found.arms[0].metrics[1:])
    arms = (replace(found.arms[0], metrics=(planted, *others)),
            *(replace(arm, metrics=others) for arm in found.arms[1:]))  # fmt: skip
    content = gather(results, origin, comparison=replace(found, arms=arms))
    assert content.whatif is not None
    assert content.whatif.main.name == found.arms[0].name
    assert "alignment with the United States is 0.50 lower" in content.answer[0]

"""Sessions of the dashboard without a browser: what is set is what is run, and what is exported."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import cli
from sim.drivers import starts
from sim.errors import UserError
from sim.scenario import ScenarioSpec, load_scenario, shipped_scenarios
from sim.scenario.world import World
from sim.show.app.background_runs import MAX_RUNS, Ensemble
from sim.show.app.guard import Guard, Keys, check_host, is_allowed
from sim.show.app.link import Link, kept, read
from sim.show.app.log import folded, given, ranked
from sim.show.app.pair import Pair
from sim.show.app.pieces import coalitions, gaps, provenance, story, variables
from sim.show.app.session import Session
from sim.show.app.settings import PINNED, Setting, as_overrides, catalogue, pinned, search
from sim.show.app.start import choices, questions
from sim.show.app.verdict import Verdict
from sim.show.app.view import View, together
from sim.study.run import run

SMALL = "europe_1936"
WEIGHT = "parameters.security.weight"


@pytest.fixture
def session() -> Session:
    return Session(SMALL)


@pytest.fixture(scope="module")
def large() -> Session:
    """A session of a flagship, on its way."""
    session = Session("russia_dprk_pact")
    session.seek(12)
    return session


def simulated(spec: ScenarioSpec) -> str:
    """A hash of all that the kernel gets: arrays and events of three runs, clock and seed."""
    digest = hashlib.sha256(repr((spec.start, spec.quarters, spec.ensemble)).encode())
    world = World(spec)
    for at in range(3):
        blocks, events = starts.start(world, spec.ensemble.seed, at)
        for block in (*blocks[:5], events):
            digest.update(np.ascontiguousarray(block).tobytes())
    return digest.hexdigest()


# --- what can be set -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["vietnam_bamboo", "europe_1936", "synthetic"])
def test_every_drawn_number_can_be_found(name: str) -> None:
    spec = load_scenario(name)
    settings = catalogue(spec)
    for number in World(spec).uncertain:
        found = settings[number.key]
        assert (found.value, found.low, found.high) == (number.value, number.low, number.high)
        assert found.source == number.source
        assert found.label


def test_numbers_of_every_block_can_be_set_and_nothing_else_changes() -> None:
    spec = load_scenario("russia_dprk_pact")
    settings = catalogue(spec)
    stated = {number.key: number for number in World(spec).uncertain}
    tried = set()
    for setting in settings.values():
        kind = (setting.block, setting.op, setting.key.count("."))
        if setting.key not in stated or kind in tried or setting.op == "mix":
            continue
        tried.add(kind)
        value = 0.75 * setting.value + 0.25 * setting.low
        changed = load_scenario(
            "russia_dprk_pact", overrides=as_overrides(settings, {setting.key: value})
        )
        left = {number.key: number for number in World(changed).uncertain}
        assert {key for key in stated if left.get(key) != stated[key]} == {setting.key}
        assert left.keys() <= stated.keys()
        known = catalogue(changed)[setting.key]
        assert (known.value, known.op) == (pytest.approx(value), setting.op)
    assert {block for block, _, _ in tried} >= {
        "parameters", "states", "relations", "channels", "events", "organisations", "doctrines"
    }  # fmt: skip
    assert {op for _, op, _ in tried} >= {"set", "add"}


def test_a_weight_of_a_mix_takes_from_the_others() -> None:
    spec = load_scenario("vietnam_bamboo")
    settings = catalogue(spec)
    code = next(code for code, state in spec.states.items() if len(state.doctrine) > 1)
    first = next(iter(spec.states[code].doctrine))
    key = f"states.{code}.doctrine.{first}"
    changed = load_scenario("vietnam_bamboo", overrides=as_overrides(settings, {key: 0.25}))
    mix = changed.states[code].doctrine
    assert mix[first].value == 0.25
    assert sum(number.value for number in mix.values()) == pytest.approx(1.0)
    with pytest.raises(UserError, match="sum to one"):
        as_overrides(settings, {key: 1.5})


def test_what_is_offered_first_exists() -> None:
    settings = catalogue(load_scenario(SMALL))
    first = pinned(settings)
    assert [it.key for it in first] == [f"parameters.{name}" for name in PINNED]
    assert all(it.is_drawn for it in first)


def test_search_wants_all_words_and_counts() -> None:
    settings = catalogue(load_scenario("russia_dprk_pact"))
    found, count = search(settings, "TRUST north korea", 3)
    assert len(found) == 3 < count
    assert all("PRK" in it.key and "trust" in it.key for it in found)
    assert search(settings, "no such thing anywhere", 3) == ([], 0)


# --- a run ---------------------------------------------------------------------------------------
def test_the_run_is_that_of_the_ensemble(session: Session) -> None:
    session.choose_run(seed=5, run=2)
    session.seek(session.last)
    record = run(load_scenario(SMALL), runs=3, seed=5).record
    mine, theirs = session.model.moves, record.moves[record.moves["run"] == 2]
    assert len(mine) == len(theirs) > 0
    assert np.array_equal(mine["du"], theirs["du"])
    tie = session.dyads("tie").astype(np.float32)
    off = ~np.eye(len(tie), dtype=bool)
    assert np.array_equal(tie[off], record.tie[2, -1][off])


def test_going_back_and_forth_is_the_same_run(session: Session) -> None:
    session.seek(8)
    there = session.model.M.copy(), session.moments[-1].labels.copy()
    session.seek(3)
    assert session.tick == 3
    assert len(session.moments) == 4
    session.seek(8)
    assert np.array_equal(session.model.M, there[0])
    assert np.array_equal(session.moments[-1].labels, there[1])


def test_the_clock_ends(session: Session) -> None:
    session.seek(10_000)
    assert session.ended
    session.step()
    assert session.tick == session.last == len(session.moments) - 1


def test_what_is_set_is_run_from_the_start_to_the_same_quarter(session: Session) -> None:
    session.seek(6)
    session.set({WEIGHT: 3.0, "mechanisms.trust": 0.0})
    assert session.tick == 6
    expected = load_scenario(SMALL, overrides=(f"{WEIGHT}=3.0", "mechanisms.trust=off"))
    assert session.spec.hash() == expected.hash()
    session.set({WEIGHT: None})
    assert session.values == {"mechanisms.trust": 0.0}
    session.clear()
    assert session.spec.hash() == load_scenario(SMALL).hash()


@pytest.mark.parametrize(
    "values", [{WEIGHT: -1.0}, {WEIGHT: float("nan")}, {WEIGHT: float("inf")}, {"no.such": 1.0}]
)
def test_a_bad_value_is_a_message_and_changes_nothing(
    session: Session, values: dict[str, float | None]
) -> None:
    session.set({"parameters.access.weight": 2.0})
    session.step()
    before = session.spec, session.model, dict(session.values)
    with pytest.raises(UserError):
        session.set(values)
    assert (session.spec, session.model, session.values) == before


@pytest.mark.parametrize(("seed", "number"), [(-1, 0), (0, -1), (2**63, 0), (0, 10**7)])
def test_bad_runs_are_messages(session: Session, seed: int, number: int) -> None:
    with pytest.raises(UserError, match="expected a whole number"):
        session.choose_run(seed=seed, run=number)


# --- two arms, a link, an answer -----------------------------------------------------------------
def test_two_arms_stand_on_one_clock() -> None:
    pair = Pair("russia_dprk_pact")
    assert pair.right is not None
    assert (pair.left.spec.arm, pair.right.spec.arm) == ("base", "no_pact")
    assert pair.gaps() == []
    assert "may differ all the same" in gaps(pair)  # the answer looks at more than this table
    pair.seek(12)
    assert pair.right.tick == 12
    found = pair.gaps()
    pact = next(it for it in found if it.what == "pact" and it.states == ("PRK", "RUS"))
    assert (pact.here, pact.there) == ("defence", "consultation")
    assert "North Korea and Russia" in gaps(pair)
    event = "events.pact_2024"  # which only the left arm has
    pair.set({WEIGHT: 6.0, event: 0.0})
    assert pair.right.values == {WEIGHT: 6.0}
    with pytest.raises(UserError):
        pair.set({WEIGHT: -1.0})
    assert pair.left.values == {WEIGHT: 6.0, event: 0.0}
    json.dumps(View(pair.right, beside=View(pair.left)).network(), allow_nan=False)


def test_a_link_restores_what_is_seen() -> None:
    pair = Pair("vietnam_bamboo")
    pair.choose_run(seed=5, run=2)
    pair.set({WEIGHT: 7.5})
    pair.seek(4)
    query = pair.link.query
    pairs = [tuple(part.split("=", 1)) for part in query.replace("%3D", "=").split("&")]
    again = Pair.of_link(read(pairs, choices(None)))  # type: ignore[arg-type]
    assert again.link == pair.link
    assert np.array_equal(again.left.model.M, pair.left.model.M)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"scenario": "../../etc/passwd"}, "no scenario"),
        ({"scenario": "russia_dprk_pct"}, "did you mean"),
        ({"scenario": SMALL, "seed": "-1"}, "whole number"),
        ({"scenario": SMALL, "seed": "٣"}, "whole number"),
        ({"scenario": SMALL, "quarter": "1936"}, "a quarter"),
        ({"scenario": SMALL, "quarter": "2036Q1"}, "outside the clock"),
        ({"scenario": SMALL, "set": f"{WEIGHT}=nan"}, "expected a number"),
        ({"scenario": SMALL, "set": WEIGHT}, "expected a number"),
        ({"scenario": SMALL, "set": "no.such=1"}, "has no no.such"),
        ({"scenario": SMALL, "set": f"{WEIGHT}=-1"}, "bounds"),
        ({"scenario": SMALL, "arm": "x" * 900}, "too long"),
        ({"scenario": SMALL, "arm": "<script>"}, "script"),
        ({"scenario": SMALL, "run": "99999999"}, "run"),
        ({"seed": "1"}, "no scenario is named"),
    ],
)
def test_a_bad_link_is_a_message(query: dict[str, str], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        Pair.of_link(read(list(query.items()), choices(None)))


def test_what_is_kept_of_an_address_is_harmless() -> None:
    assert kept([("token", "t"), ("scenario", "'><script>"), ("x", "y")]) == (
        "scenario=%27%3E%3Cscript%3E"
    )
    assert read([], choices(None)) == Link()


def test_questions_begin_with_those_worked_out_furthest() -> None:
    found = questions(tuple(choices("mine.yaml")))
    assert [it.scenario for it in found[:3]] == ["mine.yaml", "russia_dprk_pact", "vietnam_bamboo"]
    assert [it.scenario for it in found if it.holds("pyongyang KOREA treaty")] == []
    assert [it.scenario for it in found if it.holds("korea TREATY")] == ["russia_dprk_pact"]


def test_the_verdict_is_that_of_the_command() -> None:
    pair = Pair("russia_dprk_pact")
    pair.set({"parameters.moves.create": 3.0})
    verdict = Verdict(pair, runs=6)
    verdict.start()
    verdict.wait(300)
    assert verdict.problem == ""
    assert verdict.answer is not None
    assert verdict.answer.runs == 6
    assert verdict.answer.arms == ("base", "no_pact")
    assert verdict.answer.sentence().startswith("The treaty ")
    figure = View(pair.left).through(verdict.answer, verdict.answer.rows[0])
    json.dumps(figure, allow_nan=False)


def test_a_verdict_is_given_up_when_something_is_set() -> None:
    verdict = Verdict(Pair("vietnam_bamboo"), runs=500)
    verdict.start()
    verdict.stop()
    verdict.wait(120)
    assert not verdict.running
    assert verdict.answer is None


# --- what is seen --------------------------------------------------------------------------------
def test_blocs_keep_their_colours(large: Session) -> None:
    for before, after in zip(large.moments, large.moments[1:], strict=False):
        kept = before.ranks.keys() & after.ranks.keys()
        assert kept
        assert all(before.ranks[label] == after.ranks[label] for label in kept)
        assert len(set(after.ranks.values())) == len(after.ranks)
    poles = {bloc[0]: bloc[3] for bloc in large.blocs() if bloc[0] in large.spec.poles}
    first = {code: at for at, code in enumerate(large.spec.poles)}
    assert poles
    assert all(rank == first[code] for code, rank in poles.items())


def test_the_log_has_moves_and_dated_events(large: Session) -> None:
    log = large.log()
    moves = [entry for entry in log if entry.mover]
    assert len(moves) == len(large.model.moves)
    assert [entry.quarter for entry in log] == sorted(entry.quarter for entry in log)
    titles = {entry.text for entry in log if entry.kind == "event"}
    assert {event.title for event in large.spec.events.values()} & titles
    assert sum(large.moves_made()) == sum(bool(entry.accepted) for entry in moves)


def test_what_mattered_comes_first(large: Session) -> None:
    log = large.log()
    first = ranked(log)
    assert [it.changed for it in first] == sorted((it.changed for it in first), reverse=True)
    assert all(it.accepted and not it.by_chance for it in first)
    assert "of chance" in folded(log)
    assert "Put in by the scenario" in given(log)


def test_pacts_and_organisations_are_there(large: Session) -> None:
    held = large.pacts_held()
    assert {(a, b) for a, b, _ in held} <= {(a, b) for a in large.codes for b in large.codes}
    assert held[0][2] == max(level for *_, level in held)
    bodies = {body.name: body for body in large.organisations()}
    alliance = bodies["North Atlantic Treaty Organization"]
    assert "USA" in alliance.members
    assert not {*alliance.new} & {*alliance.gone}


def test_why_is_told_of_this_run(large: Session) -> None:
    code = next(entry.mover for entry in large.log() if entry.mover)
    told = large.why(code)
    assert told is not None
    assert told.decisions
    rows = large.model.moves
    i = large.codes.index(code)
    mine = rows[(rows["mover"] == i) & (rows["collective"] == 0)]
    gains = [it.mover.gain for it in told.decisions if it.mover.state == code]
    assert gains == pytest.approx(mine["du"].tolist())
    page = story(told)
    assert "mp-bar" in page
    assert large.why(code) is told


def test_nothing_to_tell_at_the_start(session: Session) -> None:
    assert session.why(session.codes[0]) is None
    assert session.log() == []


@pytest.mark.parametrize("name", ["europe_1872_1914", "russia_dprk_pact", "synthetic"])
def test_figures_of_any_world_are_json(name: str) -> None:
    session = Session(name)
    view = View(session)
    view.chosen = session.codes[0]
    for _ in range(2):
        session.step()
        figures = [view.network, view.plane, view.poles, view.alignment]
        for make in (*figures, *([view.map] if view.has_map else [])):
            figure = make()
            json.dumps(figure, allow_nan=False)
            assert figure["layout"]["meta"]["alt"]
            assert "height" not in figure["layout"]


def test_a_click_can_name_every_state(large: Session) -> None:
    view = View(large)
    assert view.has_map
    for figure in (view.network(), view.map(), view.map(large=True)):
        named = {code for trace in figure["data"] for code in trace.get("customdata", ())}
        assert named == set(large.codes)


def test_the_map_is_drawn_anew_only_if_it_changes(large: Session) -> None:
    view = View(large)
    before = view.map()
    assert view.map() is before
    view.chosen = large.codes[3]
    assert view.map() is not before
    assert not View(Session("synthetic")).has_map


def test_names_of_a_scenario_are_escaped(large: Session) -> None:
    bad = "<img src=x onerror=alert(1)>"
    setting = Setting("parameters.x", "x", bad, 1.0, 0.0, 2.0, (0.0, 2.0), bad, bad, bad)
    assert "<img" not in provenance(setting, 1.5)
    assert "<img" not in variables(large.variables(large.codes[0]), {bad: bad})


# --- export --------------------------------------------------------------------------------------
@pytest.mark.parametrize("arm", ["base", "no_pact", "weaker_pact", "no_emboldenment_no_pact"])
def test_the_export_is_what_was_set(tmp_path: Path, arm: str) -> None:
    session = Session("russia_dprk_pact", arm=arm)
    settings = session.settings
    wanted: dict[str, float | None] = {WEIGHT: 7.5, "mechanisms.trust": 0.0, "terms.closure": 0.0}
    blocks = ("states", "relations", "channels", "organisations", "doctrines", "events")
    for block in blocks:
        of_block = [it for it in settings.values() if it.block == block and it.is_drawn]
        for setting in (of_block[0], of_block[-1]):
            wanted[setting.key] = 0.5 * (setting.value + setting.low)
    event = next(it for it in settings.values() if it.block == "events" and it.is_switch)
    wanted = {key: x for key, x in wanted.items() if not key.startswith(f"{event.key}.")}
    wanted[event.key] = 0.0
    session.choose_run(seed=77)
    session.set(wanted)
    file = tmp_path / session.export_name
    file.write_text(session.export(), encoding="utf-8")
    loaded = load_scenario(file)
    assert loaded.ensemble.seed == 77
    overrides = (*session.spec.overrides, "ensemble.seed=77")
    expected = load_scenario("russia_dprk_pact", arm=arm, overrides=overrides)
    assert simulated(loaded) == simulated(expected)
    assert simulated(loaded) != simulated(session.base)


def test_the_export_of_nothing_is_the_scenario(tmp_path: Path, session: Session) -> None:
    file = tmp_path / "nothing.yaml"
    file.write_text(session.export(), encoding="utf-8")
    assert simulated(load_scenario(file)) == simulated(session.base)


def test_the_export_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session = Session(SMALL)
    session.set({WEIGHT: 4.0})
    Path("mine.yaml").write_text(session.export(), encoding="utf-8")
    ran = CliRunner().invoke(cli.app, ["run", "mine.yaml", "--runs", "2", "--no-figures", "-q"])
    assert ran.exit_code == 0, ran.output
    assert session.command == f"multipolar run {SMALL} --set {WEIGHT}=4.0"


# --- many runs -----------------------------------------------------------------------------------
def test_an_ensemble_equals_the_command(session: Session) -> None:
    session.set({WEIGHT: 4.0})
    ensemble = Ensemble(session.spec, runs=6, seed=3)
    ensemble.start()
    ensemble.wait(60)
    assert not ensemble.running
    assert ensemble.results is not None
    assert ensemble.report is not None
    expected = run(session.spec, runs=6, seed=3)
    assert np.array_equal(ensemble.results.record.tie, expected.record.tie)
    assert ensemble.report.runs == ensemble.done == 6
    page = coalitions(ensemble.report, session.spec.poles)
    assert all(bloc.core in page for bloc in ensemble.report.blocs)
    json.dumps(together(ensemble.results, ensemble.report), allow_nan=False)


def test_an_ensemble_can_be_stopped() -> None:
    ensemble = Ensemble(load_scenario("vietnam_bamboo"), runs=MAX_RUNS, seed=1)
    ensemble.start()
    ensemble.stop()
    ensemble.wait(60)
    assert not ensemble.running
    assert ensemble.done < MAX_RUNS
    if ensemble.report is None:
        assert ensemble.problem
    else:
        assert ensemble.report.runs == ensemble.done


@pytest.mark.parametrize("runs", [0, MAX_RUNS + 1])
def test_the_size_of_an_ensemble_is_bounded(session: Session, runs: int) -> None:
    with pytest.raises(UserError, match="expected 1 to"):
        Ensemble(session.spec, runs=runs, seed=1)


# --- who may ask ---------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "", "::"])
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(UserError, match="this machine only"):
        check_host(host)
    ran = CliRunner().invoke(cli.app, ["app", "--host", host, "--no-browser"])
    assert isinstance(ran.exception, UserError)


@pytest.mark.parametrize(
    ("host", "origin", "site", "allowed"),
    [
        ("127.0.0.1:80", None, None, True),
        ("localhost:80", "http://localhost:80", "same-origin", True),
        ("[::1]:80", "http://[::1]:80", None, True),
        ("127.0.0.1:80", None, "none", True),
        ("rebound.example:80", None, None, False),
        ("127.0.0.1.example:80", None, None, False),
        ("evil@127.0.0.1:80", "http://evil.example", None, False),
        (None, None, None, False),
        ("", None, None, False),
        ("127.0.0.1:80", "http://evil.example", None, False),
        ("127.0.0.1:80", "http://127.0.0.1:81", None, False),
        ("127.0.0.1:80", "https://127.0.0.1:80", None, False),
        ("127.0.0.1:80", "null", None, False),
        ("127.0.0.1:80", None, "cross-site", False),
        ("[::1:80", None, None, False),
    ],
)
def test_only_its_own_pages_may_ask(
    host: str | None, origin: str | None, site: str | None, allowed: bool
) -> None:
    assert is_allowed(host, origin, site) is allowed


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ([(b"host", b"localhost:1")], True),
        ([(b"host", b"localhost:1"), (b"origin", b"http://other.example")], False),
        ([(b"host", b"localhost:1"), (b"host", b"localhost:1")], False),
        ([], False),
    ],
)
def test_the_guard_stands_before_pages_and_sockets(
    kind: str, headers: list[tuple[bytes, bytes]], passes: bool
) -> None:
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.passed"})
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    keys = Keys(1)
    cookie = (b"cookie", keys.grant().partition(";")[0].encode())
    scope = {"type": kind, "path": "/", "query_string": b""}
    asyncio.run(Guard(inner, keys)({**scope, "headers": headers}, receive, send))
    assert sent.pop(0)["type"] in ("http.response.start", "websocket.close")
    sent.clear()
    asyncio.run(Guard(inner, keys)({**scope, "headers": [*headers, cookie]}, receive, send))
    if passes:
        assert sent[0]["type"] == f"{kind}.passed"
        assert b"content-security-policy" in dict(sent[1]["headers"])
    elif kind == "http":
        assert sent[0]["status"] == 403
    else:
        assert sent[0]["type"] == "websocket.close"


def test_a_ticket_opens_once_and_the_token_always() -> None:
    keys = Keys(1)

    def opens(token: str, kind: str = "http", path: str = "/") -> bool:
        return keys.opens({"type": kind, "path": path, "query_string": f"token={token}".encode()})

    ticket = keys.ticket
    assert [opens(ticket), opens(ticket), opens("")] == [True, False, False]
    assert [opens(keys.token), opens(keys.token)] == [True, True]
    assert not opens(keys.token, "websocket")
    assert not opens(keys.token, path="/other")


# --- the command ---------------------------------------------------------------------------------
def test_what_is_wrong_with_the_file_is_told() -> None:
    ran = CliRunner().invoke(cli.app, ["app", "europe_1937", "--no-browser"])
    assert isinstance(ran.exception, UserError)
    assert "did you mean 'europe_1936'" in str(ran.exception)


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "nicegui", None)
    ran = CliRunner().invoke(cli.app, ["app", "--no-browser"])
    assert isinstance(ran.exception, UserError)
    assert "multipolar[app]" in str(ran.exception)


def test_scenarios_to_choose_from() -> None:
    assert choices(None) == list(shipped_scenarios())
    assert choices("mine.yaml")[:2] == ["mine.yaml", shipped_scenarios()[0]]
    assert choices(SMALL).count(SMALL) == 1

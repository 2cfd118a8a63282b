"""The dashboard in a real browser: what a person does with it, and that nothing leaves the machine.

Sessions, settings and the guard are tested without a browser in ``test_app_session.py``.
"""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sim.scenario import load_scenario
from tests.support_app import (
    HAS_CHROMIUM,
    MISSING,
    Served,
    browsing,
    button,
    opened,
    place_of,
    serving,
)

pytestmark = pytest.mark.skipif(not HAS_CHROMIUM, reason=MISSING)

SCENARIO = "russia_dprk_pact"
WEIGHT = "parameters.security.weight"


def test_a_walk_through_the_dashboard(tmp_path: Path) -> None:
    spec = load_scenario(SCENARIO)
    with serving(SCENARIO) as served, browsing() as browser:
        seen = browser()
        page = opened(seen, served.address)
        page.get_by_text("2021Q4").first.wait_for()

        # step, and the figures and the log follow
        before = page.locator(".mp-network").get_attribute("aria-label")
        button(page, "Step").click()
        page.get_by_text("quarter 1 of 22").wait_for()
        first = next(iter(spec.events.values()))
        page.get_by_text(first.title).first.wait_for()

        # play and pause, so slowly that a busy machine has half a minute to see it before the end
        page.get_by_label("Speed of play").click()
        page.get_by_role("option", name="slow").click()
        button(page, "Play").click()
        page.get_by_text(re.compile(r"quarter ([3-9]|1\d) of 22")).wait_for()
        button(page, "Pause").click()
        button(page, "Play").wait_for()
        at = page.locator(".mp-quarter").inner_text()
        time.sleep(0.6)
        assert page.locator(".mp-quarter").inner_text() == at
        assert before

        # a slider, by the keyboard: the run is made anew up to the same quarter
        row = page.locator(f'[data-key="{WEIGHT}"]')
        row.locator(".q-slider__track-container").focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.locator(".mp-chip").filter(has_text="security.weight 10 → 10.8").wait_for()
        assert page.locator(".mp-quarter").inner_text() == at

        # a number that cannot be is a message, and nothing changes
        chip = page.locator(".mp-chip").inner_text()
        page.locator(f'[data-key="{WEIGHT}"]').get_by_role("textbox").fill("-7")
        page.keyboard.press("Enter")
        page.locator(".mp-problem").filter(has_text="outside the bounds").wait_for()
        assert page.locator(".mp-chip").inner_text() == chip

        # a click on a state tells why it moved
        page.mouse.click(*place_of(page, "mp-network", "RUS"))
        page.locator(".mp-story h3").first.wait_for()
        assert "Russia" in page.locator(".mp-story").first.inner_text()
        page.locator("table.mp-parts").first.wait_for()
        choose(page, "Map")
        page.mouse.click(*place_of(page, "mp-map", "CHN"))
        page.get_by_role("combobox", name="State").and_(page.locator('[value="China"]')).wait_for()
        page.get_by_role("tab", name="Pacts").click()
        page.get_by_label("Search: Pacts").fill("Philippines")
        page.get_by_role("cell", name="Philippines").first.wait_for()
        page.get_by_role("tab", name="Organisations").click()
        page.get_by_role("cell", name="North Atlantic Treaty Organization").wait_for()
        page.get_by_role("tab", name="States").click()
        page.get_by_role("cell", name="Vietnam (VNM)").click()
        page.locator(".mp-story", has_text="Vietnam").first.wait_for()

        # export, and the file says what was set
        button(page, "Export").click()
        with page.expect_download() as download:
            button(page, "Download").click()
        file = tmp_path / "set.yaml"
        download.value.save_as(file)
        set_to = load_scenario(file).parameters["security.weight"].value
        assert set_to == pytest.approx(10.8)
        page.keyboard.press("Escape")

        # the verdict of the two arms as they are set, and a link that restores what is seen
        page.locator(".mp-verdict").filter(has_text="The treaty").wait_for()
        page.get_by_text("20 paired runs").wait_for()
        choose(page, "The answer through time")
        page.locator(".mp-map .scatterlayer .trace").first.wait_for()
        link = page.url
        assert "security.weight%3D10.8" in link
        restored = opened(browser(), link)
        restored.get_by_text(at, exact=True).first.wait_for()
        assert "security.weight 10 → 10.8" in restored.locator(".mp-chip").inner_text()
        restored.close()

        # many runs beside the page
        page.get_by_role("tab", name="Many runs").click()
        page.get_by_label("Runs", exact=True).fill("8")
        button(page, "Run").click()
        button(page, "Who is with whom").wait_for()
        assert "8 runs" in page.get_by_text("Effective number of poles").first.inner_text()
        button(page, "Who is with whom").click()
        page.locator(".q-dialog .heatmaplayer image").first.wait_for()
        page.keyboard.press("Escape")

        # and back to the start
        button(page, "Reset").click()
        page.get_by_text("quarter 0 of 22").wait_for()

        assert seen.complaints == []
        assert seen.asked
        assert seen.outside(served.address) == []
        served.stop()
    assert served.code == 130
    assert served.written == "Stopped.\n"


def choose(page: Any, name: str) -> None:
    """Turn the card of differences to another figure."""
    page.get_by_label("What the card shows").click()
    page.get_by_role("option", name=name).click()


def test_a_reader_finds_a_question_on_a_telephone() -> None:
    with serving() as served, browsing(390, 844) as browser:
        seen = browser()
        page = seen.page
        page.goto(served.address)
        asked = page.locator(".mp-ask")
        asked.first.wait_for()
        assert SCENARIO in asked.first.inner_text()  # the one with most arms
        page.get_by_label("Search the questions").fill("vietnam side")
        page.get_by_text("1 of ").wait_for()
        asked.click()
        button(page, "Step").wait_for()
        page.locator(".mp-right .textpoint").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        # an answer that was not held against chance is no finding yet, and does not look like one
        page.get_by_text("Not held against random choice yet").wait_for()
        assert page.locator(".mp-unheld").inner_text().startswith("The threat")
        page.goto(served.address.partition("?")[0] + "?scenario=../secret&seed=1")
        page.locator(".mp-problem").filter(has_text="no scenario").wait_for()
        page.goto(served.address.partition("?")[0] + f"?scenario={SCENARIO}&arm=nobody")
        page.locator(".mp-problem").filter(has_text="nobody").wait_for()
        assert seen.complaints == []


#: What there is at the start is frozen: to collect that every other second would take a processor.
_COUNTING = """
import gc, sys, threading, time, weakref
from sim.show.app import page, server
class Counted(page.Pair):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        weakref.finalize(self, lambda: print("dropped", file=sys.stderr, flush=True))
page.Pair = Counted
def collect():
    while True:
        time.sleep(0.3)
        gc.collect()
threading.Thread(target=collect, daemon=True).start()
def announce(address):
    gc.freeze()
    print(address, file=sys.stderr, flush=True)
server._PATIENCE = 10.0  # seconds that a tab may be away, not 20: the test waits for them
server.serve("europe_1936", browser=False, announce=announce)
"""


@pytest.fixture(scope="module")
def counted() -> Iterator[Served]:
    """A dashboard that tells when a session is dropped."""
    with serving(script=_COUNTING) as served:
        yield served


def test_each_tab_has_a_session_that_ends_with_it(counted: Served) -> None:
    served = counted
    with browsing() as browser:
        one, two = browser(), browser()
        first, second = opened(one, served.address), opened(two, served.address)
        button(first, "Step").click()
        first.get_by_text("quarter 1 of").wait_for()
        assert second.get_by_text("quarter 0 of").count() == 1
        for page in (first, second):
            assert page.locator(".mp-network .textpoint").count() == 17
        first.close()
        assert served.process.stderr is not None
        assert served.process.stderr.readline() == "dropped\n"
        button(second, "Step").click()
        second.get_by_text("quarter 1 of").wait_for()
        assert one.complaints == two.complaints == []


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/", {"Host": "rebound.example"}, 403),
        ("/", {"Origin": "http://elsewhere.example"}, 403),
        ("/_nicegui_ws/socket.io/?EIO=4&transport=polling", {"Origin": "http://else.example"}, 403),
        ("/scenarios/europe_1936.yaml", {}, 404),
        ("/..%2f..%2f..%2f..%2fetc/passwd", {}, 404),
        ("/", {"Cookie": ""}, 403),
        ("/", {"Cookie": "multipolar-1=guessed"}, 403),
        ("/?token=guessed", {"Cookie": ""}, 403),
        ("/?token=%C3%A9", {"Cookie": ""}, 403),
        ("/_nicegui_ws/socket.io/?EIO=4&transport=polling", {"Cookie": ""}, 403),
        ("/_nicegui/3/static/nothing.js", {"Cookie": ""}, 403),
    ],
)
def test_what_the_server_answers(
    address: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = asked(address, path, {"Cookie": entered(address)} | headers)
    assert answer.status == status
    assert "frame-ancestors 'none'" in (answer.getheader("content-security-policy") or "")


def asked(address: str, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 0, timeout=120)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def entered(address: str) -> str:
    """The cookie that the address with its token gives."""
    answer = asked(address, f"/?{urlsplit(address).query}", {})
    assert answer.status == 200
    cookie, *rules = (answer.getheader("set-cookie") or "").split("; ")
    assert {"HttpOnly", "SameSite=Strict"} <= set(rules)
    return cookie


@pytest.fixture
def address(counted: Served) -> str:
    return counted.address


def test_it_listens_on_the_loopback_address_only(address: str) -> None:
    port = f"{urlsplit(address).port:04X}"
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]
        if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"
    ]
    assert all(place.startswith("0100007F:") for place in listening)
    assert urlsplit(address).hostname == "127.0.0.1"

"""Broken and hostile input: texts like markup, files that are none, odd digits, Ctrl-C."""

from __future__ import annotations

import html
import io
import os
import re
import shlex
from contextlib import chdir
from pathlib import Path

import pytest
import rich.console
from rich.console import Console
from typer.testing import CliRunner, Result

from sim import cli, commands
from sim.errors import UserError
from sim.scenario import load_scenario
from sim.system.inputs import read_bytes, whole
from sim.system.terminal import Terminal, table
from tests.inline_scenario import TEXT

ODD = "[/bold] [red]x[/red] [link=file:///etc]y[/link] :bomb: $a_1$"
WIDE = {"COLUMNS": "500", "TERM": "dumb"}
EVIL = (
    TEXT.replace("title: six states", f"title: '{ODD}'\nquestion: 'why {ODD}'")
    .replace("title: A shock", f"title: 'shock {ODD}'")
    .replace("title: Made up", f"title: 'source {ODD}'")
    .replace("name: Alpha", f"name: 'state {ODD}'")
    .replace("note: made up for a test", f"note: 'note {ODD}'")
    .replace("calm: {events", f"calm: {{title: 'arm {ODD}', events")
    + f"""description: 'description {ODD}'
claims:
  one:
    text: 'claim {ODD}'
    metric: poles()
    arms: [base, calm]
    direction: higher
    horizon: 2023Q1
"""
)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A scenario with markup in each of its texts, in a folder with a name like that."""
    place = tmp_path / "[bold]b[" / "[red]x[-red].yaml"
    place.parent.mkdir()
    place.write_text(EVIL)
    return place


def called(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words), env=WIDE)


def printed(*words: str) -> str:
    ran = called(*words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.output


# --- texts are shown as they are -----------------------------------------------------------------
def test_markup_in_a_scenario_is_shown(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stream in (commands.out, commands.err):
        monkeypatch.setattr(stream, "_width", 500)
    file, saved = str(odd), str(tmp_path / "[i]out[")
    assert f"{file}: valid" in printed("validate", file)
    told = printed("run", file, "--runs", "2", "--quarters", "2", "--out", saved)
    assert told.count(ODD) >= 3  # title and question announced, title of the report
    assert f"Results: {saved}" in told
    told = printed(
        "compare", file, "--runs", "2", "--quarters", "2", "--full", "--out", f"{saved}c"
    )
    assert f"calm: arm {ODD}" in " ".join(told.split())  # a title is folded
    told = printed("claims", file, "--runs", "2", "--out", f"{saved}d")
    assert f"claim {ODD}" in told
    assert ODD in printed("explain", file, "--state", "CCC")
    assert ODD in printed("blocs", saved)
    assert f"{saved}p" in printed("plot", saved, "--kind", "pacts", "--out", f"{saved}p")
    assert f"Report: {saved}" in printed("report", saved, "--runs", "2")
    page = (Path(saved) / "report.html").read_text("utf-8")
    assert f"<title>{html.escape(ODD, quote=False)}" in page.replace("&#x27;", "'")
    assert "[red]x" in page


def test_markup_in_a_mistake_is_shown(odd: Path) -> None:
    odd.write_text(odd.read_text().replace("poles: [AAA, BBB]", "poles: ['[red]A[/red]']"))
    ran = called("validate", str(odd))
    assert ran.exit_code == 2
    assert "'[red]A[/red]'" in ran.output
    assert "[bold]b[" in ran.output
    assert "[bold]no[/bold]" in str(called("run", "[bold]no[/bold]").exception)


def test_a_terminal_obeys_no_text() -> None:
    stream = io.StringIO()
    console = Terminal(file=stream, width=200, force_terminal=True, color_system=None)
    grid = table("t \x1b[31m", ["[b]h[/b]"])
    grid.add_row("[red]x[/red] \u202eevil\u202c \x1b]0;title\x07")
    console.print(grid)
    console.print("a\x1b[2Jb \u2068c :bomb:", soft_wrap=True)
    said = stream.getvalue()
    assert "\x1b" not in said
    assert "\u202e" not in said
    for text in (
        r"t \x1b[31m",
        "[b]h[/b]",
        r"[red]x[/red] \u202eevil",
        r"a\x1b[2Jb \u2068c :bomb:",
    ):
        assert text in said


def test_tables_hold_no_markup_on_any_console() -> None:
    stream = io.StringIO()
    grid = table("[i]t[/i]", ["h"])
    grid.add_row("[red]x[/red]")
    Console(file=stream, width=80).print(grid)
    assert "[i]t[/i]" in stream.getvalue()
    assert "[red]x[/red]" in stream.getvalue()


@pytest.mark.parametrize(
    ("character", "code"),
    [(r"\u202e", "U+202E"), (r"\u2066", "U+2066"), (r"\u200b", "U+200B"), (r"\e", "U+001B"),
     (r"\0", "U+0000"), (r"\ufeff", "U+FEFF"), (r"\x9b", "U+009B")],
)  # fmt: skip
def test_characters_that_hide_or_turn_text_are_refused(
    tmp_path: Path, character: str, code: str
) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(TEXT.replace("title: six states", f'title: "a{character}b"'))
    ran = called("validate", str(place))
    assert ran.exit_code == 2
    assert f"s.yaml:3:8: the character {code} cannot be seen or turns text" in ran.output


def test_scripts_that_people_write_are_welcome(tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    titles = "Россия и 中国　می‌خواهم हिन्‍दी\u00a0é"
    place.write_text(TEXT.replace("title: six states", f"title: '{titles}'"), "utf-8")
    assert "valid" in printed("validate", str(place))


def test_a_code_that_looks_like_another_is_named(tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(TEXT.replace("  EEE: {name", "  \u0415EE: {name"), "utf-8")
    ran = called("validate", str(place))
    assert ran.exit_code == 2
    assert "expected a code of letters, digits and _, not 'ЕEE'" in ran.output
    assert "'Е' is CYRILLIC CAPITAL LETTER IE" in ran.output


# --- files and numbers ---------------------------------------------------------------------------
LONG = "x" * 3000


@pytest.mark.parametrize(
    "words",
    [
        ("validate", LONG), ("run", LONG), ("calibrate", LONG), ("blocs", LONG), ("plot", LONG),
        ("report", LONG), ("sweep", "--resume", LONG), ("sweep", "--design", LONG),
        ("discover", LONG, "--outcome", "poles() > 1"), ("schema", "--out", LONG),
    ],
)  # fmt: skip
def test_a_path_of_3000_letters(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ended(words, capsys)
    assert code == 2
    assert "Traceback" not in said
    assert 0 < len(said) < 400


def ended(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and words of the program with these arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["multipolar", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
    return int(left.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless", "huge"])
@pytest.mark.parametrize("command", ["validate", "calibrate", "sweep --design"])
def test_what_is_no_file_is_not_read(
    kind: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "input.yaml"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "huge":
        with place.open("wb") as file:
            file.truncate(3 * 2**30)  # no room is taken
    else:
        place = Path("/dev/zero")
    code, said = ended((*command.split(), str(place)), capsys)
    assert code == 2
    expected = {"folder": "a folder", "huge": "larger than 4 MB"}.get(kind, "a device or a pipe")
    assert expected in said, said


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 3) == b"1234"
    with pytest.raises(UserError, match=r"cannot read .*b: No such file"):
        read_bytes(tmp_path / "b", 3)
    with pytest.raises(UserError, match="null"):
        read_bytes(Path("a\0b"), 3)


@pytest.mark.parametrize("text", ["²", "1²", "٣", "१", "-1", "+1", "1.0", "", "1e3", "9" * 5000])
def test_numbers_are_of_ascii_digits(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    "words",
    [
        "--vary security.weight=2,4 --seed ²", "--vary security.weight=2,4 --runs ²:³",
        "--vary security.weight=2,4 --runs 0:99999999999",
        "--vary security.weight=2:4 --sample lhs:²",
        "--vary security.weight=2,4 --executor local:²", "--vary security.weight=2,4 --seed 1,,2",
        "--vary security.weight=2,4 --runs " + "9" * 5000,
    ],
)  # fmt: skip
def test_odd_digits_are_a_mistake(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = f"sweep synthetic --set synthetic.states=6 --metric poles() {words}"
    code, said = ended(tuple(shlex.split(asked)), capsys)
    assert code == 2
    assert "expected" in said or "more than" in said


@pytest.mark.parametrize("number", [".nan.9", ".nan", "-.inf", "nan", "1e999", "²", "0x1p3"])
@pytest.mark.parametrize("place", ["value: 5", "interval: [2, 9]"])
def test_targets_hold_finite_numbers(
    number: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = (
        "{title: t, scenario: synthetic, metric: poles(), value: 5, interval: [2, 9], source: s}"
    )
    target = target.replace(place, re.sub(r"\d", number, place, count=1))
    file = tmp_path / "t.yaml"
    file.write_text(
        f"format: 1\ntitle: t\nparameters: {{moves.create: {{}}}}\ntargets: {{one: {target}}}\n"
    )
    code, said = ended(("calibrate", str(file)), capsys)
    assert code == 2
    assert "t.yaml:4:" in said


@pytest.mark.parametrize(
    ("taboos", "said"),
    [
        ("{defence: -2.0}", "taboos.defence: -2 is outside the bounds 0 to 100"),
        ("{neutrality: 2.0}", "taboos.neutrality: unknown pact type; allowed: defaults, defence, "),
    ],
)
def test_a_taboo_is_a_reluctance(taboos: str, said: str, tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(TEXT.replace("taboos: {defence: 2.0}", f"taboos: {taboos}"))
    ran = called("validate", str(place))
    assert ran.exit_code == 2
    assert said in ran.output


# --- switches ------------------------------------------------------------------------------------
def test_on_leaves_an_entry_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(TEXT)
    assert load_scenario(place, overrides=["events.shock=on"]).events == load_scenario(place).events
    with pytest.raises(UserError, match="nothing of this name is inherited to keep"):
        load_scenario(place, overrides=["events.shok=on"])
    with chdir(tmp_path):
        told = printed(
            "sweep", "s.yaml", "--vary", "events.shock=on,off", "--metric", "poles()", "--runs",
            "2", "--quarters", "3", "--out", "sweep", "--executor", "local:1",
        )  # fmt: skip
    assert "4 of 4 runs" in told


# --- Ctrl-C --------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["run", "compare", "claims", "report", "explain", "sweep"])
def test_ctrl_c_ends_a_command_with_a_line(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(EVIL)
    with chdir(tmp_path):
        words = {
            "report": "report made --runs 2 --scenario s.yaml",
            "explain": "explain s.yaml --state CCC --runs 3",
            "sweep": "sweep s.yaml --vary security.weight=2,3 --metric poles() --executor local:1",
        }.get(command, f"{command} s.yaml --runs 3")
        if command == "report":
            printed("run", "s.yaml", "--runs", "2", "--no-figures", "--out", "made")

        def stopped(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        for where in ("sim.drivers.ensemble.wait", "sim.study.laboratory.engine.wait"):
            monkeypatch.setattr(where, stopped)
        ran = called(*shlex.split(words))
    assert ran.exit_code == 130
    assert isinstance(ran.exception, SystemExit)
    assert "Stopped" in ran.output
    assert "Traceback" not in ran.output


def test_rich_would_have_eaten_it() -> None:
    """What the tests above guard against is what a plain console does."""
    stream = io.StringIO()
    rich.console.Console(file=stream, width=80).print("[red]x[/red]")
    assert stream.getvalue() == "x\n"

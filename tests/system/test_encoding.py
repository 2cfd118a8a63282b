"""What is printed where the terminal or the pipe holds less than Unicode."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.system import encoding
from tests.inline_scenario import TEXT

ROOT = Path(__file__).resolve().parent.parent.parent
PLACES = {
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
WORLD = TEXT.replace("six states", '"Übung – Größe ≥ 3 → 中"').replace("Alpha", "Åland’s")


#: Commands one after the other in one process, whose start takes longer than most of them. Texts
#: of claims are in the register; of the scenarios that it names, two are enough, and so is one
#: round of random choice.
CALLS = """
import json, sys
from sim import cli
from sim.study import register
from sim.study.null import rates
from tests.support_loading import share_shipped

share_shipped()
rates.ROUNDS = 1
register.shipped_scenarios = lambda: ("compatriots_passports", "escalation")
for words in json.load(sys.stdin):
    sys.argv[1:], code = words, 0
    try:
        cli.main()
    except SystemExit as left:
        code = left.code or 0
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        stream.buffer.write(b"\\0%d\\0" % code)
        stream.flush()
"""


class Called(NamedTuple):
    """What a command said in a place."""

    returncode: int
    stdout: bytes
    stderr: bytes


def call(place: str, *commands: Sequence[str], folder: Path = ROOT) -> list[Called]:
    """What each command says where the process has the encoding of a place."""
    base = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", CALLS],
        input=json.dumps(commands).encode(),
        env={**base, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", **PLACES[place]},
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out, err = (stream.split(b"\0")[:-1] for stream in (done.stdout, done.stderr))
    assert len(out) == len(err) == 2 * len(commands)
    return [
        Called(int(code), told, said)
        for told, code, said in zip(out[::2], out[1::2], err[::2], strict=True)
    ]


def test_characters_have_forms_in_ascii() -> None:
    assert codecs.lookup_error("multipolar") is encoding._replace
    text = "Türkiye – 3 × 4 ≥ 1 → “x”… 中 \udce9 ß"
    assert text.encode("ascii", "multipolar") == (
        b'Turkiye - 3 x 4 >= 1 -> "x"... \\u4e2d \\udce9 ss'
    )


WORDS = (
    ("--help",),
    ("run", "--help"),
    ("list",),
    ("names",),
    ("names", "mechanisms"),
    ("names", "--markdown"),
    ("metrics",),
    ("metrics", "--markdown"),
    ("schema",),
    ("step",),
    ("compile", "--where"),
    ("validate", "world.yaml"),
    ("claims",),
)
JSON = (("metrics", "--json"), ("claims", "--json"))


MISTAKES = (("validate", "broken.yaml"), ("run", "Größe"), ("run", "world.yaml", "--ä"))
RUN = ("run", "world.yaml", "--runs", "4", "--quarters", "2")
#: All of it where files are opened in ASCII, too; where only the streams are, one picture.
RESULTS = {
    "ascii": (
        (*RUN, "--out", "one", "--no-figures"),
        ("blocs", "one"),
        ("plot", "one", "--format", "svg", "--kind", "pacts"),
        ("explain", "world.yaml", "--state", "CCC"),
        (*RUN, "--json", "--quiet", "--no-figures"),
    ),
    "C": (
        (*RUN, "--out", "one"),
        ("blocs", "one"),
        ("plot", "one", "--format", "svg"),
        ("explain", "world.yaml", "--state", "CCC"),
        ("report", "one"),
        (*RUN, "--json", "--quiet", "--no-figures"),
    ),
}
Printed = dict[str, dict[Sequence[str], Called]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each place, with a scenario and a broken one."""
    made = {place: tmp_path_factory.mktemp(place) for place in PLACES}
    for folder in made.values():
        (folder / "world.yaml").write_text(WORLD, "utf-8")
        broken = WORLD.replace("format: 1", "format: 1\nGröße: →")
        (folder / "broken.yaml").write_text(broken, "utf-8")
    return made


@pytest.fixture(scope="module")
def printed(folders: dict[str, Path]) -> Printed:
    """What every command prints in every place, in one process each."""
    words: dict[str, tuple[Sequence[str], ...]] = {"utf-8": JSON, "latin-1": (*WORDS, *JSON)}
    words |= {place: (*WORDS, *JSON, *MISTAKES, *made) for place, made in RESULTS.items()}
    return {
        place: dict(zip(asked, call(place, *asked, folder=folders[place]), strict=True))
        for place, asked in words.items()
    }


@pytest.mark.parametrize("place", [place for place in PLACES if place != "utf-8"])
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_every_command_prints_in_every_encoding(
    place: str, words: tuple[str, ...], printed: Printed
) -> None:
    done = printed[place][words]
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert b"Traceback" not in done.stderr
    if place != "latin-1":
        assert done.stdout.isascii()


@pytest.mark.parametrize("place", RESULTS)
def test_mistakes_are_told_in_every_encoding(place: str, printed: Printed) -> None:
    for words in MISTAKES:
        done = printed[place][words]
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr
        assert b"Gr" in done.stderr or b"--" in done.stderr


@pytest.mark.parametrize("words", JSON, ids=" ".join)
def test_json_is_the_same_in_every_encoding(words: tuple[str, ...], printed: Printed) -> None:
    texts = {
        place: told[words].stdout.decode(place.replace("C", "ascii"))
        for place, told in printed.items()
    }
    assert len({json.dumps(json.loads(text)) for text in texts.values()}) == 1


@pytest.mark.parametrize("place", RESULTS)
def test_results_are_told_in_every_encoding(
    place: str, printed: Printed, folders: dict[str, Path]
) -> None:
    *told, last = (printed[place][words] for words in RESULTS[place])
    for done in told:
        assert b"Traceback" not in done.stderr, done.stderr
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()
    assert json.loads(last.stdout)["title"] == "Übung – Größe ≥ 3 → 中"
    manifest = (folders[place] / "one" / "manifest.json").read_text("utf-8")
    assert "Übung – Größe ≥ 3 → 中" in manifest

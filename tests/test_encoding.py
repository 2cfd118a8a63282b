"""What is printed where the terminal or the pipe holds less than Unicode."""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import encoding
from tests.inline_scenario import TEXT

ROOT = Path(__file__).resolve().parent.parent
PLACES = {
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
WORLD = TEXT.replace("six states", '"Übung – Größe ≥ 3 → 中"').replace("Alpha", "Åland’s")


def call(place: str, *words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    base = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *words],
        env={**base, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", **PLACES[place]},
        cwd=folder,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD, "utf-8")
    return path


def test_characters_have_forms_in_ascii() -> None:
    assert codecs.lookup_error("multipolar") is encoding._replace
    text = "Türkiye – 3 × 4 ≥ 1 → “x”… 中 \udce9 ß"
    assert text.encode("ascii", "multipolar") == (
        b'Turkiye - 3 x 4 >= 1 -> "x"... \\u4e2d \\udce9 ss'
    )


@pytest.mark.parametrize("place", [place for place in PLACES if place != "utf-8"])
@pytest.mark.parametrize(
    "words",
    [
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
    ],
    ids=" ".join,
)
def test_every_command_prints_in_every_encoding(
    place: str, words: tuple[str, ...], world: Path
) -> None:
    done = call(place, *words, folder=world.parent)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    if place != "latin-1":
        assert done.stdout.isascii()


@pytest.mark.parametrize("place", ["ascii", "C"])
def test_mistakes_are_told_in_every_encoding(place: str, world: Path) -> None:
    world.write_text(WORLD.replace("format: 1", "format: 1\nGröße: →"), "utf-8")
    for words in (("validate", "world.yaml"), ("run", "Größe"), ("run", "world.yaml", "--ä")):
        done = call(place, *words, folder=world.parent)
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr
        assert b"Gr" in done.stderr or b"--" in done.stderr


@pytest.mark.parametrize("words", [("metrics", "--json"), ("claims", "--json")], ids=" ".join)
def test_json_is_the_same_in_every_encoding(words: tuple[str, ...]) -> None:
    found = {place: call(place, *words) for place in PLACES}
    texts = {
        place: done.stdout.decode(place.replace("C", "ascii")) for place, done in found.items()
    }
    assert len({json.dumps(json.loads(text)) for text in texts.values()}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("place", ["ascii", "C"])
def test_results_are_told_in_every_encoding(place: str, world: Path) -> None:
    run = ("run", "world.yaml", "--runs", "4", "--quarters", "2")
    for words in (
        (*run, "--out", "one"),
        ("blocs", "one"),
        ("plot", "one"),
        ("explain", "world.yaml", "--state", "CCC"),
        ("report", "one"),
    ):
        done = call(place, *words, folder=world.parent)
        assert b"Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout.isascii()
    done = call(place, *run, "--json", "--quiet", folder=world.parent)
    assert json.loads(done.stdout)["title"] == "Übung – Größe ≥ 3 → 中"
    manifest = (world.parent / "one" / "manifest.json").read_text("utf-8")
    assert "Übung – Größe ≥ 3 → 中" in manifest

"""The page: one HTML file with everything inside, which asks nothing of the network."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode, b85encode
from collections.abc import Iterator
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Final

from sim.show.report import annex, closing, middle, opening
from sim.show.report.pieces import items, paragraph, tag, text

if TYPE_CHECKING:
    from sim.show.report.content import ReportContent

MOST_BYTES: Final = 4_000_000
"""A report is smaller than this."""

_ANNEX: Final = "Annex: blocs, paths, reasons, arms, claims, every number with its source"

_FOOT: Final = (
    "Shares of runs are frequencies within the model, given this scenario and its ranges: they are "
    "not predictions. Made with multipolar; the figures are drawn by plotly.js (MIT licence), "
    "which is part of this file."
)


def render(content: ReportContent) -> str:
    """Return the report as one HTML page.

    All text of scenario and result is escaped, and a content security policy lets nothing run but
    the two scripts of the page and nothing be loaded at all.
    """
    numbers: Iterator[int] = count(1)
    first = opening.answer(content, numbers)
    parts = [
        ("full", "The runs in a paragraph", opening.in_full(content)),
        ("coalitions", "Coalitions", opening.coalitions(content, numbers)),
        ("time", "How the states move", opening.through_time(content, numbers)),
        ("why", "Why", middle.why(content)),
        ("whatif", "What if", middle.what_if(content, numbers)),
        ("claims", "Claims put to the test", middle.claims(content, numbers)),
        ("sensitivity", "What the outcome hangs on", middle.sensitivity(content)),
        ("assumptions", "Assumptions, sources and ranges", closing.assumptions(content)),
        ("reproduce", "How to get the same again", closing.reproduce(content)),
        ("robust", "Annex: what survives other models", annex.robust(content, numbers)),
    ]
    parts = [part for part in parts if part[2]]
    names = [name for name, *_ in parts]
    links = (tag("a", text(title), href=f"#{name}") for name, title, _ in parts)
    contents = tag("nav", tag("p", "Contents") + items(links, "ol"), aria_label="Contents")
    whole = contents + tag("div", "".join(html for *_, html in parts))
    behind = (
        f'<details id="annex"><summary>{text(_ANNEX)}</summary>'
        + tag("div", whole, class_="columns")
        + "</details>"
    )
    drawing, script = _plotly(), _file("page.js")
    head = (
        '<meta charset="utf-8">'
        '<meta name="generator" content="multipolar">'  # by which sim.system.files knows a report
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(_policy(drawing, script))}">'
        + tag("title", text(f"{content.title}: report of a simulation"))
        + f"<style>{_file('page.css')}</style>"
    )
    body = (
        tag("a", "Skip to the answer", href="#answer", class_="skip")
        + opening.header(content)
        + tag("main", first + opening.what_was_run(content, names) + behind)
        + tag("footer", paragraph(_FOOT))
        + _packed(drawing)
        + f"<script>{script}</script>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _policy(*scripts: str) -> str:
    """What the page may do: run these scripts, show what is inside it."""
    allowed = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _file(name: str) -> str:
    return (files("sim.show.report") / name).read_text("utf-8")


def _packed(script: str) -> str:
    """A script as gzip in letters; the page's own script unpacks it when a figure is drawn.

    Five letters hold four bytes, as in git's patches, with a comma for the sign that opens a tag.
    """
    packed = gzip.compress(script.encode(), 9, mtime=0)
    letters = b85encode(packed, pad=True).decode("ascii").replace("<", ",")
    size = len(packed)
    return f'<script type="application/gzip" id="plotly" data-size="{size}">{letters}</script>'


def _plotly() -> str:
    """Plotly's own script, as it comes in its package."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())

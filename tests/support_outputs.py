"""Every JSON that a command prints in a test is held against its schema.

With ``MULTIPOLAR_OUTPUTS=FOLDER`` it is kept there, too, for ``tools/outputs.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import sim.commands


def watch() -> None:
    """Check what is printed from now on; to be called before a command is imported."""
    plain = sim.commands.print_json

    def print_json(data: Any) -> None:
        name = printing(sys._getframe(1))
        if folder := os.environ.get("MULTIPOLAR_OUTPUTS"):
            _keep(Path(folder), name, data)
        else:
            check(name, data)
        plain(data)

    sim.commands.print_json = print_json


def printing(caller: FrameType) -> str:
    """The command that prints, by its file, and of theories which."""
    while caller.f_globals["__name__"] == "sim.commands" and caller.f_back:
        caller = caller.f_back
    name = str(caller.f_globals["__name__"]).rpartition(".")[2]
    return f"{name} {caller.f_locals['name']}" if name == "theory" else name


def check(name: str, data: Any) -> None:
    """Hold an output against the schema of its command."""
    problem = next(_validator(name).iter_errors(json.loads(json.dumps(data))), None)
    assert problem is None, (
        f"the JSON of `{name}` is not as docs/reference/outputs.md says, at {problem.json_path}: "
        f"{problem.message[:300]}. Where this is meant: make outputs, with another VERSION if a "
        "key is gone or has another type."
    )


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    from sim.show.dictionary import output_schema

    return Draft202012Validator(output_schema(name))


def _keep(folder: Path, name: str, data: Any) -> None:
    text = json.dumps(data)
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}@{mark}.json").write_text(text, "utf-8")

"""A world of a year on disk: a scenario file and a folder of compact tables beside it."""

from __future__ import annotations

from pathlib import Path

import yaml

from sim.errors import UserError
from sim.scenario.years.made_world import Made
from sim.system.files import check_file, write_text

_DIGITS = "%.5g"


def save_world(made: Made, path: Path, *, force: bool = False) -> Path:
    """Write the scenario to ``path`` and its tables to a folder beside it of the same name.

    Raises:
        UserError: the path is no .yaml file, or something is in the way or cannot be written.
    """
    if path.suffix not in {".yaml", ".yml"}:
        raise UserError(f"{path}: the file of a scenario ends in .yaml")
    folder = path.with_suffix("")
    files = {name: folder / f"{name}.csv" for name in made.frames}
    check_file(path, force=force)
    if not (force or path.exists()) and (there := [x for x in files.values() if x.exists()]):
        raise UserError(
            f"{there[0]} is in the way; choose another name, or replace it with --force"
        )
    for name, frame in made.frames.items():
        write_text(files[name], frame.to_csv(index=False, float_format=_DIGITS))
    places = {name: file.relative_to(path.parent).as_posix() for name, file in files.items()}
    text = yaml.safe_dump(
        made.mapping(places),
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=None,
    )
    return write_text(path, text)

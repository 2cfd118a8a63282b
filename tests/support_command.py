"""Whole commands in this process: starting one takes longer than most that it has to do.

What depends on the process itself (Ctrl-C, encodings, rules from outside, the first import) is
tested in processes of their own.
"""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from sim import cli
from sim.errors import Notice

ROOT = Path(__file__).resolve().parent.parent


def call(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, as ``multipolar WORDS``; an error that is no message rises."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", ["multipolar", *words]),
        patch.object(warnings, "formatwarning", warnings.formatwarning),
        patch.dict("os.environ", COLUMNS="80"),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default", Notice)
        warnings.showwarning = _show
        try:
            cli.main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _show(message: Warning | str, category: type[Warning], *rest: object) -> None:
    sys.stderr.write(warnings.formatwarning(message, category, *rest[:2]))  # type: ignore[arg-type]

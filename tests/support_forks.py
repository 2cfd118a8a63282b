"""Plain Python with its libraries loaded, from which processes of their own are forked.

A process has one set of rules, so that each command with rules from outside needs one of its own,
and libraries are most of what its start takes. Nothing of the package is loaded before the fork.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN = {"PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
SECONDS = 600
"""After which a process that does not end is ended."""

SERVER = """
import json, os, signal, sys, warnings
import mesa, networkx, numba, pandas, pyarrow.parquet, rich.table, scipy.stats, typer.testing, yaml

assert "sim" not in sys.modules
for line in sys.stdin:
    code, words, folder, given, seconds, files = json.loads(line)
    with warnings.catch_warnings(action="ignore"):  # of pyarrow's memory, whose thread minds forks
        child = os.fork()
    if child == 0:  # goes on at the end, as a process of its own
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
signal.alarm(seconds)
for stream, (path, how) in enumerate(files):
    os.dup2(os.open(path, how), stream)
os.chdir(folder)
os.environ.clear()
os.environ.update(given)
sys.argv = ["-c", *words]
exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
"""


@cache
def _server() -> subprocess.Popen[str]:
    """The process that is forked; it ends with this one."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **PLAIN, "OPENBLAS_NUM_THREADS": "1"},
    )
    atexit.register(server.kill)
    return server


def forked(code: str, *words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """What ``python -c CODE WORDS`` does in a folder, in plain Python."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        how = os.O_WRONLY | os.O_CREAT
        files = ((os.devnull, os.O_RDONLY), (str(out), how), (str(err), how))
        given = {**os.environ, **PLAIN, **env}
        asked = (code, words, str(folder), given, SECONDS, files)
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        ended = int(server.stdout.readline())
        return subprocess.CompletedProcess(words, ended, out.read_text(), err.read_text())

"""Targets: rules from outside, `--with RULE.py`, that are broken Python or declare the wrong things."""

from __future__ import annotations

import ast
import os
import re
import signal
import sys
import traceback
import warnings
from importlib import import_module
from pathlib import Path

from sim.errors import UserError
from tools.fuzz.bench import ROOT, Bench, Fault, Target, fault_of, target
from tools.fuzz.breaking import broken_text

VALUES = (
    "None", "3", "-1", "0.5", "'x'", "''", "()", "[]", "{}", "('x',)", "(1, 2)", "lambda: 1", "lambda *a: 1", "object()",
    "float('nan')", "1e999", "True", "b'x'", "int", "update", "'tension'", "('tension', 'trust')", "1 / 0", "undefined",
    "Ellipsis", "'home'", "'no such'", "{'a': 1}", "range(3)",
)  # fmt: skip


_VALUE = re.compile(r"(?:=\s*|\(|,\s+)([\w.\"'-]+|\([^()\n]*\))(?=[,)\n])")
"""What is assigned, or given to a call."""


def examples() -> list[str]:
    """Files of rules that are valid, from a page and a test, without the model that importing takes."""
    page = (ROOT / "docs/how-to/outside_rules.md").read_text("utf-8")
    tree = ast.parse((ROOT / "tests/rules/test_outside.py").read_text("utf-8"))
    own = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    found = [*re.findall(r"^```python\n# \w+\.py\n(.*?)^```", page, re.M | re.S), *own]
    found = [
        text for text in found if re.search("^(MECHANISM|TERM|MOVE|METRIC|FIGURE) = ", text, re.M)
    ]
    return [*found, found[0].partition("METRIC =")[0]]


def broken_python(bench: Bench, known: list[str]) -> str:
    """Python with a value, a name or a line that is another, or broken as any text."""
    rng = bench.rng
    text = rng.choice(known)
    if rng.random() < 0.25:
        return broken_text(rng, text, known)
    for _ in range(rng.choice([1, 1, 2])):
        lines = text.splitlines()
        at = rng.randrange(len(lines))
        match rng.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(rng.choice(known).splitlines()))
            case _:
                # the value of a keyword, or what is assigned
                spots = list(_VALUE.finditer(text))
                spot = rng.choice(spots or [re.match("(.*)", text)])
                lines = (
                    text[: spot.start(1)] + rng.choice(VALUES) + text[spot.end(1) :]
                ).splitlines()
        text = "\n".join(lines) + "\n"
    return text


@target
def rule() -> Target:
    """A file of rules as it is admitted beside those of the package."""
    from sim.rules import admission, outside
    from sim.rules import catalogue as names

    known = examples()
    mechanisms = list(zip(names.MECHANISMS.values(), names.MECHANISM_MODULES.values(), strict=True))
    moves = list(zip(names.MOVES.values(), names.MOVE_MODULES.values(), strict=True))
    terms = list(zip(names.TERMS.values(), names.TERM_MODULES.values(), strict=True))
    sizes = [len(table) for table in admission._TABLES]

    def run(bench: Bench) -> None:
        path = bench.write("rule.py", broken_python(bench, known))
        bench.lines = bench.python = True
        outside._PROCESS = outside._Process()
        try:
            outside.use_rules(path)
            admission.admitted(mechanisms, moves, terms)
        finally:
            for table, size in zip(admission._TABLES, sizes, strict=True):
                for name in list(table)[size:]:
                    del table[name]

    return run


COMMANDS = (
    "run synthetic --with rule.py --set synthetic.states=6 --runs 1 --quarters 1 --no-figures --out found",
    "compare synthetic --with rule.py --set synthetic.states=6 --metric strain() --metric honour(S0001) --runs 1 --quarters 1",
    "names all --with rule.py", "metrics --with rule.py", "step --with rule.py", "validate synthetic --with rule.py",
)  # fmt: skip


PLAYED = 0.1


@target
def ruled() -> Target:
    """A command with a broken rule, each in a process of its own that runs rules as plain Python."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    for slow in ("pandas", "pyarrow.parquet", "sim.cli"):  # imported once, for all copies
        import_module(slow)

    known = examples()

    def run(bench: Bench) -> None:
        bench.write("rule.py", broken_python(bench, known))
        command = bench.rng.choice(COMMANDS if bench.rng.random() < PLAYED else COMMANDS[2:])
        bench.say("command.txt", command)
        code, said = apart(command.split())
        if code not in (0, 2) or "Traceback" in said:
            bench.say("said.txt", said)
            last = (re.findall(r'File "[^"]*/sim/([^"]+)", line (\d+)', said) or [("", "")])[-1]
            raise Fault(
                f"code {code}: {said.strip().splitlines()[-1][:80] if said.strip() else ''} {':'.join(last)}"
            )
        if code == 2:
            bench.python = True
            raise UserError(said)
        if fault := fault_of(f"x{said}", lines=False, shown=True, python=True):
            raise Fault(fault)

    return run


def apart(words: list[str]) -> tuple[int, str]:
    """Exit code and what a command says on standard error, in a copy of this process."""
    if (child := os.fork()) == 0:
        handle = os.open("said", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(handle, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(60)
        warnings.resetwarnings()
        sys.argv = ["multipolar", *words]
        code = 1
        try:
            from sim.cli import main

            main()
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(left.code is not None)
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, Path("said").read_text("utf-8", "replace")

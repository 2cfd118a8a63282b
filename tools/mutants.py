"""Mutation testing of the rules: break one thing at a time and see whether a quick test notices.

    python -m tools.mutants --sample 100
    python -m tools.mutants --file sim/rules/observation.py
    python -m tools.mutants --sample 100 --tree OLDER_CHECKOUT --tests tests/rules/test_terms.py

Works on a copy of the tree and in plain Python, so that nothing is compiled anew; golden runs are
not among the tests. What is found is kept in a file of JSON lines, one a mutant, and a command that
was stopped goes on where it stopped.

Why not mutmut or cosmic-ray: mutmut passes over decorated functions, and every rule is one;
cosmic-ray has no swapped indices or sides, no min for max, no dropped term, and starts an
interpreter for each mutant, where here a fork shares the libraries.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"  # before numba is imported, here and in every fork

import hypothesis  # noqa: F401  (libraries that every fork shares)
import mesa  # noqa: F401
import numba  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
#: pytest without the plug-ins that only cost time here.
OPTIONS = """-x -q --tb=no -p no:cacheprovider -p no:nbmake -p no:xdist -o filterwarnings=
    -o addopts=--import-mode=importlib""".split()
FOLDERS = ("kernel", "rules/decisions", "rules/mechanisms", "rules/moves", "rules/terms")
#: Quick tests of decisions and kernel, those that find most first; no golden run is among them.
TESTS = """tests/rules/test_observation.py tests/kernel/test_frame.py tests/rules/test_accession.py tests/rules/test_moves.py
    tests/rules/test_assessment.py tests/rules/test_terms.py
    tests/kernel/test_warm.py tests/kernel/test_choice.py::test_alternatives_equal_the_reference""".split()
#: Quick tests of mechanisms: first those that name the mutated file, then all.
RULES = ["tests/rules/mechanisms/test_equations.py"]
#: Which of them looks at a file most closely, by a part of its path; tried before all others.
CLOSEST = {
    "terms/": "tests/rules/test_terms.py",
    "decisions/assessment": "tests/rules/test_assessment.py",
    "decisions/membership": "tests/rules/test_accession.py",
    "rules/moves/": "tests/rules/test_moves.py",
    "decisions/acts": "tests/rules/test_moves.py",
    "kernel/organise": "tests/rules/test_accession.py",
    "kernel/": "tests/rules/test_moves.py",
}
#: Calls that declare names and plausible ranges; what is in them is data, save the sign of a term.
DECLARATIONS = {"param", "state_field", "dyad_field", "collective_field", "Mechanism", "dataclass",
                "Move", "Act", "Change", "Said"}  # fmt: skip
PAIRS: dict[type, tuple[type, str]] = {
    ast.Add: (ast.Sub, "+ to -"),
    ast.Sub: (ast.Add, "- to +"),
    ast.Mult: (ast.Div, "* to /"),
    ast.Div: (ast.Mult, "/ to *"),
    ast.Lt: (ast.GtE, "< to >="),
    ast.LtE: (ast.Gt, "<= to >"),
    ast.Gt: (ast.LtE, "> to <="),
    ast.GtE: (ast.Lt, ">= to <"),
    ast.Eq: (ast.NotEq, "== to !="),
    ast.NotEq: (ast.Eq, "!= to =="),
    ast.And: (ast.Or, "and to or"),
    ast.Or: (ast.And, "or to and"),
    ast.BitAnd: (ast.BitOr, "& to |"),
    ast.BitOr: (ast.BitAnd, "| to &"),
    ast.In: (ast.NotIn, "in to not in"),
    ast.NotIn: (ast.In, "not in to in"),
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: the text between two places becomes another one."""

    file: str
    line: int
    what: str
    first: int
    last: int
    before: str
    after: str

    @property
    def key(self) -> str:
        return f"{self.file}:{self.first}-{self.last}:{self.what}"


class Finder(ast.NodeVisitor):
    """Every mutant of a module, by the syntax of its functions and of its bare constants."""

    def __init__(self, file: str, text: str, symmetric: set[str]) -> None:
        self.file, self.text, self.symmetric = file, text, symmetric
        self.lines = [0]
        for line in text.encode().splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.found: list[Mutant] = []

    def at(self, line: int, column: int) -> int:
        return self.lines[line - 1] + column

    def add(self, node: ast.expr | ast.stmt, what: str, new: ast.AST | str) -> None:
        first = self.at(node.lineno, node.col_offset)
        last = self.at(node.end_lineno or 0, node.end_col_offset or 0)
        before = self.text.encode()[first:last].decode()
        after = new if isinstance(new, str) else ast.unparse(new)
        if isinstance(node, ast.expr):
            after = f"({after})"
        self.found.append(Mutant(self.file, node.lineno, what, first, last, before, after))

    # declarations, annotations, docstrings and decorators are passed over

    def passed_over(self, _node: ast.AST) -> None:
        return

    visit_ClassDef = visit_Import = visit_ImportFrom = passed_over

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.add(node, "statement left out", "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in DECLARATIONS:
            return
        if name == "term":
            for keyword in node.keywords:
                if keyword.arg == "sign":
                    self.add(keyword.value, "sign of the term", f"-({ast.unparse(keyword.value)})")
            return
        if name in ("min", "max") and len(node.args) > 1:
            other = ast.Name("max" if name == "min" else "min")
            self.add(node, f"{name} to {other.id}", ast.Call(other, node.args, node.keywords))
        if name == "abs":
            self.add(node, "abs left out", node.args[0])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in PAIRS:
            op, what = PAIRS[type(node.op)]
            self.add(node, what, ast.BinOp(node.left, op(), node.right))
            if isinstance(node.op, ast.Add | ast.Sub):
                self.add(node, "term left out", node.left)
            elif isinstance(node.op, ast.Mult):
                self.add(node, "factor left out", node.left)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.USub | ast.Not):
            self.add(node, "sign turned", node.operand)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        op, what = PAIRS[type(node.op)]
        self.add(node, what, ast.BoolOp(op(), node.values))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1 and type(node.ops[0]) in PAIRS:
            op, what = PAIRS[type(node.ops[0])]
            self.add(node, what, ast.Compare(node.left, [op()], node.comparators))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.add(node, "branches swapped", ast.IfExp(node.test, node.orelse, node.body))
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        index = node.slice
        if isinstance(index, ast.Tuple) and isinstance(node.ctx, ast.Load):
            *rest, one, two = index.elts
            same = rest and ast.unparse(rest[0]) in self.symmetric
            if rest and not same and ast.unparse(one) != ast.unparse(two):
                swapped = ast.Subscript(node.value, ast.Tuple([*rest, two, one]), ast.Load())
                self.add(node, "indices swapped", swapped)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.add(node, "constant", str(not node.value))
        elif isinstance(node.value, float):
            new = {0.0: 1.0, 1.0: 0.0}.get(node.value, 1.5 * node.value)
            self.add(node, "constant", repr(new))

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], ast.Subscript):
            self.add(node, "statement left out", "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.add(node, "statement left out", "pass")
        if type(node.op) in PAIRS:
            op, what = PAIRS[type(node.op)]
            self.add(node, what.replace(" to ", "= to ") + "=",
                     ast.AugAssign(node.target, op(), node.value))  # fmt: skip
        self.generic_visit(node)

    def leave_out(self, node: ast.Continue | ast.Break) -> None:
        self.add(node, f"{ast.unparse(node)} left out", "pass")

    visit_Continue = visit_Break = leave_out


def mutants(tree: Path, only: list[str]) -> list[Mutant]:
    """All mutants of the rules, or of some files."""
    files = [f for folder in FOLDERS for f in sorted((tree / "sim" / folder).rglob("*.py"))]
    found, symmetric = [], symmetric_names(tree)
    for path in [tree / name for name in only] or files:
        text = path.read_text("utf-8")
        finder = Finder(path.relative_to(tree).as_posix(), text, symmetric)
        finder.visit(ast.parse(text))
        found += finder.found
    return found


def symmetric_names(tree: Path) -> set[str]:
    """Names of variables that have one value for both orders of a pair."""
    found = set()
    for path in (tree / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and "symmetric=True" in ast.unparse(node.value):
                found |= {ast.unparse(target) for target in node.targets}
    return found


def stages(mutant: Mutant, tests: list[str], rules: list[str]) -> list[list[str]]:
    """Arguments of pytest, one list after the other."""
    if "/mechanisms/" not in mutant.file:
        first = next((test for part, test in CLOSEST.items() if part in mutant.file), "")
        rest = [test for test in tests if test != first]
        return [[first], rest] if len(rest) < len(tests) else [tests]
    return [[*rules, "-k", Path(mutant.file).stem], rules]


def tried(tree: Path, mutant: Mutant, calls: list[list[str]], seconds: float) -> tuple[str, str]:
    """Whether the tests notice: ("caught", by which) or ("survived", "")."""
    path = tree / mutant.file
    whole = path.read_bytes()
    path.write_bytes(whole[: mutant.first] + mutant.after.encode() + whole[mutant.last :])
    try:
        for call in calls:
            code, said = played(tree, call, seconds)
            if code not in (0, 5):  # 5: nothing to try
                lines = [x for x in said.splitlines() if x.startswith(("FAILED", "ERROR"))]
                return "caught", (lines or said.splitlines()[-1:] or ["no end"])[0][:160]
    finally:
        path.write_bytes(whole)
    return "survived", ""


def played(tree: Path, tests: list[str], seconds: float = 3600.0) -> tuple[int, str]:
    """Exit code and output of pytest in a fork that imports the package from ``tree``; 9: no end."""
    said = tree / "said.txt"
    child = os.fork()
    if child == 0:
        with said.open("w") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        os.chdir(tree)
        os.environ["MULTIPOLAR_CACHE"] = str(tree / ".cache")
        sys.path[:] = [str(tree), *(x for x in sys.path if x not in ("", str(ROOT)))]
        code = 3
        try:
            code = int(pytest.main([*OPTIONS, *tests]))
        finally:
            sys.stdout.flush()
            os._exit(code)
    begun = time.perf_counter()
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), said.read_text("utf-8", "replace")
        if time.perf_counter() - begun > seconds:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return 9, ""
        time.sleep(0.02)


def copy_of(tree: Path, into: Path) -> Path:
    """A copy of what the tests need."""
    for name in ("sim", "tests", "benchmarks", "tools", "scenarios"):
        shutil.copytree(tree / name, into / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(tree / "pyproject.toml", into)
    return into


def kept(file: Path) -> dict[str, dict[str, object]]:
    """What an earlier command has found, by mutant."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {row["key"]: row for row in map(json.loads, lines)}


def results(
    chosen: list[Mutant], tree: Path, tests: list[str], rules: list[str], out: Path
) -> Iterator[dict[str, object]]:
    """Try every mutant that has not been tried yet; all that were chosen, one by one."""
    known = kept(out)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = copy_of(tree, Path(folder))
        begun = time.perf_counter()
        for call in (tests, rules):
            code, said = played(copy, call)
            if code:
                sys.exit(f"the tests fail without any mutation:\n{said[-2000:]}")
        whole = time.perf_counter() - begun
        sys.stdout.write(f"{len(chosen)} mutants; all tests take {whole:.0f} seconds\n")
        sys.dont_write_bytecode = True  # what is compiled by now is of unchanged files
        for number, mutant in enumerate(chosen, 1):
            row = known.get(mutant.key)
            if row is None:
                begun = time.perf_counter()
                calls = stages(mutant, tests, rules)
                verdict, by = tried(copy, mutant, calls, 60.0 + 5.0 * whole)
                row = {"key": mutant.key, "verdict": verdict, "by": by, **asdict(mutant)}
                row["seconds"] = round(time.perf_counter() - begun, 1)
                with out.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + "\n")
            sys.stdout.write(f"{number:4} {row['verdict']:8} {mutant.file}:{mutant.line} ")
            sys.stdout.write(f"{mutant.what}: {mutant.before!r}\n")
            sys.stdout.flush()
            yield row


def main() -> None:
    """Try a sample, say the share caught and list what survived."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sample", type=int, default=100, help="how many, 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", default=[], help="only this file, repeatable")
    parser.add_argument("--line", type=int, help="only this line")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout")
    parser.add_argument("--tests", nargs="+", default=TESTS)
    parser.add_argument("--rules", nargs="+", default=RULES, help="tests of mechanisms, by -k")
    parser.add_argument("--out", type=Path, default=Path("results/mutants.jsonl"))
    given = parser.parse_args()
    found = mutants(given.tree, given.file)
    if given.line:
        found = [mutant for mutant in found if mutant.line == given.line]
    random.Random(given.seed).shuffle(found)
    chosen = found[: given.sample] if given.sample else found
    given.out.parent.mkdir(parents=True, exist_ok=True)
    rows = list(results(chosen, given.tree, given.tests, given.rules, given.out))
    counts = Counter(row["verdict"] for row in rows)
    sys.stdout.write(f"\n{counts['caught']} of {len(rows)} caught")
    sys.stdout.write(f" ({counts['caught'] / max(1, len(rows)):.0%}), of {len(found)} possible\n")
    for row in rows:
        if row["verdict"] == "survived":
            sys.stdout.write(
                f"survived: {row['file']}:{row['line']} {row['what']}: {row['before']!r} -> "
                f"{row['after']!r}\n"
            )


if __name__ == "__main__":
    main()

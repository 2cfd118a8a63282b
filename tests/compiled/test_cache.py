"""Where compiled kernels are kept, what their names follow, and what of them is believed."""

from __future__ import annotations

import ast
import dis
import errno
import json
import json.decoder
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.blocs import search
from sim.compiled import kernel_cache
from sim.compiled.fingerprint import _codes, _steps, meaning
from sim.errors import Notice
from sim.rules import codegen

ROOT = Path(__file__).resolve().parent.parent.parent

DOOR = """
import json, sys, warnings
sys.path.insert(0, sys.argv[1])
from sim.compiled.jit import entry
import helper

@entry
def door(x):
    return helper.scaled(x)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    value = door(3.0)
hits = sum(door.stats.cache_hits.values())
print(json.dumps({"value": value, "hits": hits, "told": [str(w.message) for w in caught]}))
"""
HELPER = (
    "from sim.compiled.jit import njit\n\nFACTOR = 2.0\n\n\n"
    "@njit\ndef scaled(x):\n    return FACTOR * x\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and temporary folder."""
    for name in ("MULTIPOLAR_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "home"
    place.mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(kernel_cache, "_told", set())
    return place


@pytest.fixture
def helper(tmp_path: Path) -> Path:
    """A folder with a module that the compiled door calls."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "helper.py").write_text(HELPER)
    return folder


def environment(**changed: str) -> dict[str, str]:
    """That of a process which compiles, whatever the tests run in."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "0", **changed}


def start(
    folder: Path, *, before: list[str] | None = None, script: str = DOOR, **changed: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*(before or []), sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1", **changed),
    )


def ended(process: subprocess.Popen[str]) -> types.SimpleNamespace:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return types.SimpleNamespace(**json.loads(output))


def unprivileged(*, user: int | None = None) -> list[str]:
    """What runs a command without the powers of root, which void permissions."""
    if os.geteuid() != 0:
        if user is not None:
            pytest.skip("needs root to become another user")
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    if user is None:
        return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    # may read everything, as Python may lie in the folder of root, but write nothing
    read = "+dac_read_search"
    words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    words += [f"--inh-caps=-all,{read}", f"--ambient-caps={read}"]
    if subprocess.run([*words, sys.executable, "-c", ""], check=False).returncode:
        pytest.skip("cannot become another user here")
    return words


# --- places --------------------------------------------------------------------------------------


def test_the_home_comes_first(home: Path) -> None:
    assert kernel_cache.folder() == (home / ".cache/multipolar/kernels", "")


def test_a_chosen_folder_comes_before_the_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert kernel_cache.folder()[0] == home / ".cache/multipolar/kernels"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert kernel_cache.folder()[0] == tmp_path / "xdg/multipolar/kernels"
    monkeypatch.setenv("MULTIPOLAR_CACHE", "~/mine")
    assert kernel_cache.folder()[0] == home / "mine/kernels"


def test_a_user_without_a_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", nobody)
    where, _ = kernel_cache.folder()
    assert where == Path(os.environ["TMPDIR"]) / f"multipolar-{os.geteuid()}"
    assert where.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_a_folder_is_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("MULTIPOLAR_CACHE", str(home / "file"))
    where, refused = kernel_cache.folder()
    assert where is not None
    assert where.name == f"multipolar-{os.geteuid()}"
    assert "file/kernels: not a directory" in refused
    with pytest.warns(Notice, match=r"are kept in .*/multipolar-\d+ \("):
        kernel_cache.announce()


def test_where_no_place_can_be_written_a_word_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.warns(Notice, match="this process only .*read-only file system.*MULTIPOLAR_CACHE"):
        kernel_cache.announce()
    kernel_cache.write("name", b"data")
    assert kernel_cache.read("name") is None
    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    assert kernel_cache.folder()[0] is None


def test_the_current_folder_is_no_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    monkeypatch.chdir(home)
    assert [place.private for place in kernel_cache.places()] == [False]


def test_a_full_disk_is_passed_over_or_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.disk_usage

    def usage(path: Path) -> object:
        return real(path)._replace(free=1000) if path.is_relative_to(home) else real(path)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", usage)
        where, refused = kernel_cache.folder()
        assert where == Path(os.environ["TMPDIR"]) / f"multipolar-{os.geteuid()}"
        assert "less than 64 MB free" in refused

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.warns(Notice, match=r"cannot be kept in .*: no space left on device"):
        kernel_cache.write("name", b"data")
    assert not any((home / ".cache/multipolar/kernels").iterdir())


@pytest.mark.parametrize("user", [None, 65534])
def test_an_install_that_cannot_be_written(home: Path, helper: Path, user: int | None) -> None:
    before = unprivileged(user=user)
    home.chmod(0o555)
    for folder in (home.parent, *home.parent.parents[:2]):
        folder.chmod(0o755)
    Path(os.environ["TMPDIR"]).chmod(0o1777)
    private = Path(os.environ["TMPDIR"]) / f"multipolar-{user or os.geteuid()}"
    first, second = (ended(start(helper, before=before)) for _ in range(2))
    assert (first.value, first.hits, second.value, second.hits) == (6.0, 0, 6.0, 1)
    assert f"kept in {private}" in first.told[0]
    assert private.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(private)
    with (helper / "helper.py").open("a") as stream:
        stream.write(f"import tempfile\ntempfile.tempdir = {str(home)!r}\n")
    nowhere = ended(start(helper, before=before))
    assert nowhere.value == 6.0
    assert "this process only" in nowhere.told[0]
    assert not second.told


def test_what_root_compiled_into_an_image_serves_every_user(
    home: Path, helper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = unprivileged(user=65534)
    monkeypatch.setenv("MULTIPOLAR_CACHE", str(home.parent / "image"))
    assert ended(start(helper)).hits == 0
    assert ended(start(helper, before=before)).hits == 1


# --- trust ---------------------------------------------------------------------------------------


class Planted:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, ("planted",)


def planted(where: Path, name: str, *, owner: int = 0) -> Path:
    path = where / f"{name}.kernel"
    data = pickle.dumps(Planted())
    path.write_bytes(kernel_cache._seal(name, data) + data)
    path.chmod(0o644)
    if owner:
        os.chown(path, owner, owner)
    return path


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")
def test_what_another_user_planted_is_not_read(home: Path) -> None:
    where, _ = kernel_cache.folder()
    assert where is not None
    path = planted(where, "name")
    assert kernel_cache.read("name") is not None
    os.chown(path, 65534, 65534)
    assert kernel_cache.read("name") is None
    os.chown(path, os.geteuid(), -1)
    os.chown(where, 65534, 65534)
    assert kernel_cache.read("name") is None
    fallback, refused = kernel_cache.folder()
    assert fallback != where
    assert "belongs to another user (65534)" in refused


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_what_others_may_write_is_not_read(home: Path, mode: int) -> None:
    where, _ = kernel_cache.folder()
    assert where is not None
    path = planted(where, "name")
    where.chmod(mode)
    assert kernel_cache.read("name") is None
    assert f"is open to other users (mode {mode:o})" in kernel_cache.folder()[1]
    where.chmod(0o755)
    path.chmod(mode)
    assert kernel_cache.read("name") is None


def test_the_folder_under_the_temporary_files_is_private(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("MULTIPOLAR_CACHE", str(home / "file"))
    where = Path(os.environ["TMPDIR"]) / f"multipolar-{os.geteuid()}"
    where.mkdir(mode=0o755)
    assert kernel_cache.folder()[0] is None
    where.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    where.symlink_to(elsewhere)
    found, refused = kernel_cache.folder()
    assert found is None
    assert "is not a folder" in refused
    where.unlink()
    where.symlink_to(tmp_path / "dangling")
    assert kernel_cache.folder()[0] is None


def test_a_link_or_a_pipe_in_place_of_a_file_is_not_read(home: Path, tmp_path: Path) -> None:
    where, _ = kernel_cache.folder()
    assert where is not None
    planted(tmp_path, "name")
    (where / "name.kernel").symlink_to(tmp_path / "name.kernel")
    assert kernel_cache.read("name") is None
    (where / "name.kernel").unlink()
    os.mkfifo(where / "name.kernel")
    assert kernel_cache.read("name") is None


def test_a_damaged_file_is_as_none_and_is_mended(home: Path, helper: Path) -> None:
    assert ended(start(helper)).hits == 0
    (path,) = (home / ".cache/multipolar/kernels").iterdir()
    whole = path.read_bytes()
    assert kernel_cache.read(path.stem) is not None
    for damage in (0, 10, 40, -1):
        path.write_bytes(whole[:damage])
        assert kernel_cache.read(path.stem) is None, damage
    assert ended(start(helper)).hits == 0
    assert ended(start(helper)).hits == 1


def test_a_file_under_another_name_is_not_read(home: Path) -> None:
    kernel_cache.write("one", b"data")
    where, _ = kernel_cache.folder()
    assert where is not None
    shutil.copy(where / "one.kernel", where / "two.kernel")
    assert kernel_cache.read("one") == b"data"
    assert kernel_cache.read("two") is None


def test_generated_modules_are_not_run_from_disk(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a file is read or written")

    monkeypatch.setattr(Path, "open", forbidden)
    module = codegen._load("of_a_test", "def answer():\n    1 / 0\n")
    assert module.__name__ == "_multipolar_of_a_test"
    with pytest.raises(ZeroDivisionError) as raised:
        module.answer()
    assert str(raised.traceback[-1].statement).strip() == "1 / 0"


# --- names ---------------------------------------------------------------------------------------


def made(text: str, name: str = "f") -> Callable[..., object]:
    scope: dict[str, object] = {"__name__": "made"}
    exec(compile(text, "made", "exec"), scope)
    found = scope[name]
    assert callable(found)
    return found


BASE = "A = 1\ndef g(x):\n    return x * A\ndef f(x, y=2.0):\n    z = x + 1.5\n    return g(z) - y"


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + BASE,
        BASE.replace("    z", "    # why\n\n    z"),
        BASE.replace("    z", '    """Add."""\n    z').replace(
            "    return x", '    "g"\n    return x'
        ),
        BASE.replace("x + 1.5", "(\n        x\n        + 1.5)"),
        BASE.replace("(x, y=2.0)", "(x: float, y: float = 2.0) -> float"),
        "B = 3\ndef h(): pass\n" + BASE,
    ],
)
def test_words_beside_the_code_do_not_change_its_name(text: str) -> None:
    assert meaning(made(text)) == meaning(made(BASE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A = 1", "A = 2"),
        ("A = 1", "A = 1.0"),
        ("A = 1", "A = True"),
        ("A = 1", "A = (1,)"),
        ("1.5", "2.5"),
        ("2.0", "2.5"),
        ("x * A", "x / A"),
        ("x * A", "A * x"),
        ("g(z)", "abs(z)"),
        ("g(z)", "f(z)"),
    ],
)
def test_what_code_does_changes_its_name(old: str, new: str) -> None:
    assert meaning(made(BASE.replace(old, new))) != meaning(made(BASE))
    assert meaning(made(BASE), 1) != meaning(made(BASE), 2)


def test_values_reached_through_modules_closures_and_classes_count() -> None:
    def through_module(value: object) -> str:
        inner, outer = types.ModuleType("inner"), types.ModuleType("outer")
        inner.__dict__["ROW"] = value
        outer.__dict__["inner"] = inner
        function = made("def f(x):\n    return x[outer.inner.ROW]")
        function.__globals__["outer"] = outer  # type: ignore[attr-defined]
        return meaning(function)

    def through_closure(value: float) -> str:
        def inner(x: float) -> float:
            return x * value

        return meaning(inner)

    assert through_module(1) != through_module(2)
    assert through_module(made("def g(): return 1", "g")) != through_module(
        made("def g(): return 2", "g")
    )
    assert through_closure(1.0) != through_closure(2.0)
    many = "\n".join(f"    x += {k}.5" for k in range(400))
    long = f"def f(x):\n{many}\n    return x"
    assert meaning(made(long)) != meaning(made(long.replace("x += 399.5", "x += 398.5")))


@pytest.mark.parametrize("module", [ast, dis, json.decoder, shutil, statistics, search])
def test_any_code_can_be_followed(module: types.ModuleType) -> None:
    found = [getattr(value, "py_func", value) for value in vars(module).values()]
    functions = [value for value in found if isinstance(value, types.FunctionType)]
    assert len(functions) > 3
    for function in functions:
        for code in _codes(function.__code__):
            assert _steps(code) == _steps(code.replace(co_firstlineno=999))


NAMES = """
import json, sys
from pathlib import Path
import sim, sim.rules.mechanisms
if len(sys.argv) > 1:
    sim.rules.mechanisms.__path__.append(sys.argv[1])
from sim import kernel
from sim.kernel import identity
assert Path(sim.__file__).parent == Path.cwd() / "sim", sim.__file__
entries = vars(kernel.entries())
names = {name: entries[name]._cache.name for name in kernel.SIGNATURES}
print(json.dumps({"rules": identity.source_hash(), **names}))
"""


def names_of(folder: Path, *words: str, seed: str = "0") -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", NAMES, *words],
        cwd=folder,
        env=environment(PYTHONPATH=str(folder), PYTHONHASHSEED=seed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """The names of the kernels of this tree."""
    return names_of(ROOT)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a copy of the package."""
    shutil.copytree(
        ROOT / "sim", tmp_path / "sim"
    )  # with bytecode, which knows files by their ages
    return tmp_path


def changed(known: dict[str, str], found: dict[str, str]) -> set[str]:
    return {name for name in known if known[name] != found[name]}


class _Reworded(ast.NodeTransformer):
    """Other docstrings, and other texts where only people read them."""

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        if node.arg in {"meaning", "source", "unit", "claim"}:
            node.value = ast.Constant("other words")
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = "Other words."
        self.generic_visit(node)
        return node


def test_comments_layout_and_texts_cost_no_compilation(
    package: Path, known: dict[str, str]
) -> None:
    for folder in ("mechanisms", "decisions", "terms", "moves"):
        for path in (package / "sim/rules" / folder).rglob("*.py"):
            path.write_text(ast.unparse(_Reworded().visit(ast.parse(path.read_text("utf-8")))))
    with (package / "sim/compiled/mathx.py").open("a") as stream:
        stream.write("\n# a comment\n")
    assert changed(known, names_of(package, seed="7")) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "met"),
    [
        (
            "rules/sheet_algebra.py",
            "min(top + TILE_ROWS, whole)",
            "min(top + 2 * TILE_ROWS, whole)",
            {"settle", "simulate"},
        ),
        (
            "compiled/register_tiles.py",
            "builder.fadd(x[0], x[1])",
            "builder.fadd(x[1], x[0])",
            {"settle", "simulate"},
        ),
        (
            "rules/pair_variables.py",
            "\nDISTANCE = ",
            '\n_NEW = dyad_field("new", meaning="new")\nDISTANCE = ',
            None,
        ),
        ("compiled/mathx.py", "_LN2_LOW = 1.9", "_LN2_LOW = 1.8", {"turn", "simulate"}),
    ],
)
def test_a_changed_rule_has_other_kernels(
    package: Path, known: dict[str, str], file: str, old: str, new: str, met: set[str] | None
) -> None:
    path = package / "sim" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    facts = path.stat()
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)  # Python's own goes by the age
    found = changed(known, names_of(package))
    assert found >= (met or {"settle", "simulate", "begin", "turn", "alternatives"}) | {"rules"}


MECHANISM = """
from sim.rules.mechanisms import Mechanism
from sim.rules.pair_variables import TENSION
from sim.compiled.jit import njit


@njit
def update(w):
    for i in range(w.n):
        w.M[TENSION, i, i] = 0.0


MECHANISM = Mechanism(
    name="added", stage="organisations", claim="none", reads=(), writes=("tension",), update=update
)
"""


def test_a_mechanism_beside_the_package_has_other_kernels(
    tmp_path: Path, known: dict[str, str]
) -> None:
    room = tmp_path / "added_room"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "added.py").write_text(MECHANISM)
    first = names_of(ROOT, str(tmp_path))
    assert changed(known, first) >= {"rules", "settle", "simulate"}
    (room / "added.py").write_text(MECHANISM.replace("] = 0.0", "] = 1.0"))
    second = names_of(ROOT, str(tmp_path))
    assert changed(first, second) == {"rules", "settle", "simulate"}


def test_a_changed_rule_meets_no_stale_kernel(home: Path, helper: Path) -> None:
    first, again = ended(start(helper)), ended(start(helper))
    assert (first.value, first.hits, again.value, again.hits) == (6.0, 0, 6.0, 1)
    path = helper / "helper.py"
    facts = path.stat()
    path.write_text(HELPER.replace("2.0", "5.0"))  # as long, and as old
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert ended(start(helper)).value == 15.0
    path.write_text("# words\n" + HELPER)
    last = ended(start(helper))
    assert (last.value, last.hits) == (6.0, 1)
    assert ended(start(helper, NUMBA_BOUNDSCHECK="1")).hits == 0
    assert ended(start(helper, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")).hits == 0


ENTRIES = DOOR.replace(
    "    value = door(3.0)", "    with entries_only():\n        value = door(3.0)"
)
ENTRIES = ENTRIES.replace("import entry", "import entries_only, entry")
NO_CODE = "\ntry:\n    helper.scaled(3.0)\nexcept MemoryError:\n    sys.exit(0)\nsys.exit(1)\n"


def test_code_of_entry_points_alone_serves_as_any_other(home: Path, helper: Path) -> None:
    first = ended(start(helper, script=ENTRIES + NO_CODE))
    for script in (DOOR, ENTRIES):  # and what is there is taken, within and without
        again = ended(start(helper, script=script))
        assert (first.value, first.hits, again.value, again.hits) == (6.0, 0, 6.0, 1)


def test_two_processes_may_compile_at_once(home: Path, helper: Path) -> None:
    both = [start(helper) for _ in range(2)]
    assert [ended(process).value for process in both] == [6.0, 6.0]
    assert ended(start(helper)).hits == 1
    assert len(list((home / ".cache/multipolar/kernels").iterdir())) == 1


# --- old ones ------------------------------------------------------------------------------------


def test_old_kernels_are_pruned_and_those_in_use_are_not(home: Path) -> None:
    where, _ = kernel_cache.folder()
    assert where is not None
    former = where.parent / ("0123456789ab" * 2)
    former.mkdir()
    (former / "rules.py").write_text("")
    bystander = where / "notes.txt"
    bystander.write_text("mine")
    days = {f"rule-{k}": k for k in range(8)} | {"rare-1": 40, "gone-1": 100, "rule-x": 0.5}
    for name in days:
        kernel_cache.write(name, b"data")
    for name, age in days.items():
        used = time.time() - age * 86_400
        os.utime(where / f"{name}.kernel", (used, used))
    (where / "tmpabc.tmp").write_bytes(b"")
    for path, age in ((where / "tmpabc.tmp", 2), (former, 100)):
        os.utime(path, (time.time() - age * 86_400,) * 2)
    assert kernel_cache.read("rule-6") == b"data"  # in use again
    kernel_cache.write("new-1", b"data")
    left = {path.stem for path in where.glob("*.kernel")}
    assert left == {"new-1", "rare-1", "rule-0", "rule-x", "rule-6", "rule-1"}
    assert not (where / "tmpabc.tmp").exists()
    assert not former.exists()
    assert bystander.exists()


def command(*words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", *words],
        env=environment(**changed),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_where_and_clears(home: Path, tmp_path: Path) -> None:
    kernel_cache.write("rule-1", b"data")
    (home / ".cache/multipolar/notes.txt").write_text("mine")
    shown = command("compile", "--where")
    assert shown.returncode == 0
    assert f"{home}/.cache/multipolar/kernels: 1 files, 0.0 MB" in shown.stdout
    (tmp_path / "file").write_text("")
    refused = command("compile", "--where", MULTIPOLAR_CACHE=str(tmp_path / "file"))
    assert f"not to {tmp_path}/file/kernels: not a directory" in refused.stdout
    assert command("compile", "--clear").stdout == "Removed: 1 files of kernels\n"
    assert [path.name for path in (home / ".cache/multipolar").rglob("*") if path.is_file()] == [
        "notes.txt"
    ]


def test_no_folder_for_fonts_is_told_without_a_traceback() -> None:
    code = (
        "import tempfile; tempfile.tempdir = '/proc/none'; "
        "from sim import cli; from sim.show import plots; "
        "plots.load_drawing(); cli.app = lambda: __import__('matplotlib.figure'); cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(HOME="/proc/none", MPLCONFIGDIR="/proc/none"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "set the MPLCONFIGDIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_does_not_look_for_kernels() -> None:
    code = (
        "import sys; from sim.cli import app; app(['--help'], standalone_mode=False); "
        "late = {'sim.compiled.kernel_cache', 'sim.compiled.fingerprint', 'sim.rules.codegen'}; "
        "print((late | {'numba'}) & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("set()\n")

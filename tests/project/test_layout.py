"""The shape of the project: sizes, pages, links, pinned libraries, and what the wheel carries."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 500

# Put together here, so that this file does not hold what it forbids.
ADDRESSES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "registry" + ".npm",
    "debian" + ".org/debian",
    "anaconda" + ".org",
    "extra" + "-index-url",
    "index" + "-url =",
    "/simp" + "le/",
]


def tracked() -> list[Path]:
    """The files under version control, with new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def pins(name: str) -> dict[str, str]:
    """Package and version, with markers, of a file of pins."""
    found = {}
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if not line.startswith((" ", "#")):
            package, _, version = line.rstrip("\\ ").partition("==")
            found[package] = version
    return found


def test_modules_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "sim").rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long, f"split these; the limit is {LONGEST} lines: {long}"


@pytest.mark.parametrize(
    "name",
    [
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        "README.md",
        "docs/README.md",
        "docs/decisions.md",
        "sim/py.typed",
    ],
)
def test_page_exists(name: str) -> None:
    assert (ROOT / name).is_file()


def test_no_registry_address_is_committed() -> None:
    found = []
    for path in tracked():
        text = path.read_text("utf-8", errors="ignore").lower()
        found += [
            f"{path.relative_to(ROOT)}: {address}" for address in ADDRESSES if address in text
        ]
    assert not found, "\n".join(found)


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        broken += [
            f"{page.relative_to(ROOT)}: {target}"
            for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)
            if "://" not in target and not (page.parent / target).exists()
        ]
    assert not broken, "\n".join(broken)


def test_every_page_is_in_the_index() -> None:
    """A page in docs/ that nothing links to is not found by readers."""
    linked = set()
    for page in pages():
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf-8")):
            linked.add((page.parent / target).resolve())
    lost = [
        str(page.relative_to(ROOT))
        for page in pages()
        if page.is_relative_to(ROOT / "docs") and page.resolve() not in linked
    ]
    assert not lost, f"link these from docs/README.md: {lost}"


def test_every_scenario_has_its_page() -> None:
    folder = ROOT / "docs" / "scenarios"
    if not folder.is_dir():
        pytest.skip("there is no docs/scenarios")
    missing = [
        path.stem
        for path in sorted((ROOT / "scenarios").glob("*.yaml"))
        if not (folder / f"{path.stem}.md").is_file()
    ]
    assert not missing, f"scenarios without a page in docs/scenarios: {missing}"


def test_pins_agree() -> None:
    everything, run = pins("constraints.txt"), pins("requirements.txt")
    assert {name: everything.get(name) for name in run} == run


def test_pins_cover_the_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        found = {re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in requirements}
        return {name.lower().replace("_", "-") for name in found}

    assert names(project["dependencies"]) <= pins("requirements.txt").keys()
    extras = [item for group in project["optional-dependencies"].values() for item in group]
    assert names(extras) <= pins("constraints.txt").keys()


@pytest.mark.parametrize("name", ["constraints.txt", "requirements.txt"])
def test_pins_are_names_versions_and_hashes_only(name: str) -> None:
    pin = r"[a-z0-9][a-z0-9._-]*==[A-Za-z0-9.+!]+( ; [^\\]+)?( \\)?"
    digest = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    odd = [
        line
        for line in (ROOT / name).read_text("utf-8").splitlines()
        if not re.fullmatch(f"{pin}|{digest}", line)
    ]
    assert not odd


def test_version_is_one() -> None:
    package = re.search(r'^__version__ = "(.+)"$', (ROOT / "sim/__init__.py").read_text(), re.M)
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.M)
    assert package
    assert citation
    assert package[1] == citation[1]


def test_package_imports_without_the_slow_libraries() -> None:
    slow = "{'numba', 'pandas', 'matplotlib', 'mesa', 'scipy', 'numpy', 'pyarrow'}"
    code = f"import sys, sim; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_unknown_public_name_says_so() -> None:
    import sim

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sim.nonsense
    assert "load_scenario" in dir(sim)


def test_wheel_carries_types_and_scenarios(tmp_path: Path) -> None:
    code = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("multipolar-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {"sim/py.typed", "sim/scenario/outlines.json", "sim/scenario/distances.json"} <= held
    folder = ROOT / "scenarios"
    shipped = {f"sim/_scenarios/{p.relative_to(folder)}" for p in folder.rglob("*.yaml")}
    assert shipped <= held
    strays = {name.split("/")[0] for name in held} - {"sim"}
    assert all(name.endswith(".dist-info") for name in strays), strays

"""Targets: what the program has written itself and may be damaged: results, parts, stored arms."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import Any

from tools.fuzz.bench import Bench, Target, target
from tools.fuzz.breaking import broken_bytes, broken_file, broken_tree
from tools.fuzz.seeds import FULL

SEAL = 32
"""Bytes of the checksum that a stored arm begins with."""
GONE_ON = 0.1
"""Share of sweeps that are continued, too."""


def _contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def _sealed(files: dict[str, bytes], victim: str) -> None:
    """Give the manifest the checksum of what is there, so that the reader goes on to its content."""
    manifest = json.loads(files["manifest.json"])
    known = manifest.get("files", {}) if isinstance(manifest, dict) else {}
    if victim in known and isinstance(known[victim], dict):
        known[victim]["sha256"] = hashlib.sha256(files[victim]).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()


@target
def results() -> Target:
    """A saved run, comparison, claims, sweep, sensitivity, phase, calibration or hindcast, damaged."""
    from sim.study.calibrate import Settings, calibrate, read_targets
    from sim.study.hindcast import find_models
    from sim.study.hindcast import hindcast as look_back
    from tests.support_history import drawn
    from tests.support_saved import go_on, save_each, use

    root = Path("saved").resolve()
    root.mkdir()
    places = save_each(root)
    back = look_back(
        drawn(n=8, first=1960, last=1972), [1966], [2], models=find_models(["base_rate"]), draws=3
    )
    places["hindcast"] = back.save(root / "hindcast")
    folders = {kind: _contents(place) for kind, place in places.items()}
    beside = {name: (root / name).read_bytes() for name in ("six.yaml", "targets.yaml")}
    settings = Settings(population=10, generations=1)  # those of the saved one

    def run(bench: Bench) -> None:
        rng = bench.rng
        kind = rng.choice(list(folders))
        files = dict(folders[kind])
        victim = rng.choice([*files, *["manifest.json"] * 4])
        if victim.endswith(".json") and rng.random() < 0.7:
            files[victim] = json.dumps(broken_tree(rng, json.loads(files[victim]))).encode()
        else:
            files[victim] = broken_file(rng, files[victim], victim)
        if rng.random() < 0.7 and victim != "manifest.json":
            _sealed(files, victim)
        for name, data in beside.items():
            bench.write(name, data)
        for name, data in files.items():
            bench.write(f"{kind}/{name}", data)
        bench.given = {f"{kind}/{victim}": files[victim]}
        match rng.randrange(20):
            case 0:
                (bench.folder / kind / victim).unlink()
            case 1:
                (bench.folder / kind / victim).unlink()
                (bench.folder / kind / victim).mkdir()
        if kind == "calibration" and victim != "manifest.json":  # it is gone on with
            calibrate(
                read_targets(bench.folder / "targets.yaml"), bench.folder / kind, settings=settings
            )
        use(bench.folder / kind)
        if kind == "sweep" and rng.random() < GONE_ON:
            go_on(bench.folder / kind)

    return run


@target
def parts() -> Target:
    """Finished points of the laboratory: a part with other columns, types, rows, notes."""
    import numpy as np
    import pyarrow.parquet as pq

    from sim.study.laboratory.cases import Block, cases_of
    from sim.study.laboratory.parts import Parts
    from tools.fuzz.breaking import broken_table

    class Meter:
        columns, slice, about = ("a", "b"), 8, "a meter"

        def told(self, point: Any) -> str:
            return str(point)

    block = Block(Meter(), cases_of(np.arange(6.0).reshape(3, 2), [0, 1], 1))  # type: ignore[arg-type]
    measured = np.arange(12.0).reshape(6, 2), [(2, "failed")]

    def run(bench: Bench) -> None:
        rng = bench.rng
        kept = Parts(bench.folder / "evaluated")
        kept.keep(block, measured)
        path = bench.folder / "evaluated" / block.place
        if rng.random() < 0.3:
            data = broken_bytes(rng, path.read_bytes())
            bench.write(f"evaluated/{block.place}", data)
        else:
            table = pq.ParquetFile(path).read()
            notes = dict(table.schema.metadata)
            table = broken_table(rng, table) if rng.random() < 0.8 else table
            note = json.loads(notes[b"multipolar"])
            note = json.dumps(broken_tree(rng, note) if rng.random() < 0.4 else note).encode()
            pq.write_table(
                table.replace_schema_metadata({b"multipolar": note}), path, write_page_checksum=True
            )
            bench.say("part.parquet", path.read_bytes())
        found = kept.find(block)
        assert found is None or found[0].shape == (6, 2)

    return run


@target
def arms() -> Target:
    """The store of simulated arms: files cut, turned, with another table of contents, sealed or not."""
    from sim import run as simulate
    from sim.compiled import kernel_cache
    from sim.study.compare import compare

    simulate(FULL, runs=1, quarters=1)  # kernels are of the usual cache
    os.environ["MULTIPOLAR_CACHE"] = str(Path("cache").resolve())
    scenario = Path("full.yaml").resolve()
    scenario.write_text(FULL, "utf-8")
    asked: dict[str, Any] = {
        "arms": ("calm",),
        "metrics": ("poles()", "trust(CCC, AAA)"),
        "runs": 2,
        "quarters": 1,
    }
    compare(scenario, **asked)
    kept = {path.name: path.read_bytes() for path in Path("cache/arms").glob("*.arm")}

    def broken(bench: Bench, name: str, sealed: bytes) -> bytes:
        """Other bytes, or another table of contents with the right checksum."""
        if bench.rng.random() < 0.4:
            return broken_bytes(bench.rng, sealed)
        data = sealed[SEAL:]
        size = int.from_bytes(data[:8], "little")
        head = json.dumps(broken_tree(bench.rng, json.loads(data[8 : 8 + size]))).encode()
        head += b" " * (-len(head) % 8)
        data = len(head).to_bytes(8, "little") + head + data[8 + size :]
        return kernel_cache._seal(name.removesuffix(".arm"), data) + data

    def run(bench: Bench) -> None:
        victim = bench.rng.choice(list(kept))
        bench.write("full.yaml", FULL)
        for name, data in kept.items():
            bench.write(f"cache/arms/{name}", broken(bench, name, data) if name == victim else data)
        with warnings.catch_warnings():  # a right seal on other numbers is believed
            warnings.simplefilter("ignore", RuntimeWarning)
            compare(scenario, **asked).to_dict()

    return run

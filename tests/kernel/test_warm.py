"""Kernels are compiled ahead, and none is left out: each command would announce a wait for it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sim import blocs, kernel
from sim.kernel.warm import compile_all


def test_every_entry_point_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    doors = {name: lambda *_, name=name: called.append(name) for name in kernel.SIGNATURES}
    monkeypatch.setattr(kernel, "entries", lambda: SimpleNamespace(**doors))
    monkeypatch.setattr(blocs, "find_blocs", lambda _: called.append("find_blocs"))
    compile_all()
    assert sorted(called) == sorted([*kernel.SIGNATURES, "find_blocs"])

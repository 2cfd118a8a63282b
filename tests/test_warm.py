"""Kernels are compiled ahead, all of them, by two processes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sim import blocs, codegen, kernel
from sim.experiments import warm


def test_every_entry_point_is_compiled_by_one_of_two_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []
    doors = {name: lambda *_, name=name: called.append(name) for name in kernel.SIGNATURES}
    monkeypatch.setattr(kernel, "entries", lambda: SimpleNamespace(**doors))
    monkeypatch.setattr(blocs, "find_blocs", lambda _: called.append("find_blocs"))
    for part in (warm.WHOLE, warm.PARTS):
        warm.compile_part(part)
    assert sorted(called) == sorted([*kernel.SIGNATURES, "find_blocs"])


def test_what_fails_in_the_second_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codegen, "is_compiled", lambda: False)
    monkeypatch.setattr(warm, "cores", lambda: 2)
    monkeypatch.setattr(warm, "compile_part", lambda _: None)  # of no name that is found there
    with pytest.raises(AttributeError, match="lambda"):
        warm.compile_all()

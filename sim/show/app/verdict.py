"""What the question's answer is for the settings of the page: a few paired runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from sim.show.app.pair import Pair
from sim.show.app.work import Work
from sim.study.answer import Answer, ask, needed
from sim.study.arm_store import Arm
from sim.study.arms import simulate_arms
from sim.system.progress import Progress

RUNS: Final = 20
"""Paired runs behind the line: enough for a direction, and done while one reads the page."""


class Verdict(Work):
    """The answer of a pair of arms as they are set, by few runs.

    Attributes:
        answer: what came out, None until then.
        random: whether it is held against random choice, too, which takes ten times as long.

    Raises:
        ValueError: one arm is shown alone, which answers nothing.
    """

    def __init__(self, pair: Pair, *, runs: int = RUNS, after: Verdict | None = None) -> None:
        if pair.question is None:
            raise ValueError("one arm answers nothing")
        super().__init__(2 * runs)
        # what the page moves later must not move under the thread
        self._specs, self._question = pair.specs, replace(pair.question)
        self._seed, self._runs = pair.left.seed, runs
        self._kept: dict[str, Arm] = {} if after is None else after._kept
        self.random = after is not None
        self.answer: Answer | None = None if after is None else after.answer

    def _simulate(self) -> None:
        question = self._question
        if not self._kept:
            arms = {name: self._specs[name] for name in question.arms}
            found = simulate_arms(
                arms,
                dict.fromkeys(arms, needed(question)),
                runs=self._runs,
                seed=self._seed,
                jobs=self.jobs,
                progress=self._advance,
                kept=False,
            )
            self._kept = dict(zip(arms, found, strict=True))
        answer = ask(
            self._specs,
            question,
            runs=self._runs,
            seed=self._seed,
            jobs=self.jobs,
            kept=self._kept,
            random=self.random,
            watch=self._watched,
        )
        if not self.stopped:
            self.answer = answer

    @contextmanager
    def _watched(self, _what: str) -> Iterator[Progress]:
        yield self._advance

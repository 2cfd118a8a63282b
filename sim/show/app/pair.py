"""Two arms of a scenario on one clock: what is asked about, and the same world without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.blocs.indices import effective_poles
from sim.errors import UserError, shown
from sim.record.arrays import PACT_LEVELS
from sim.scenario import BASE_ARM, find_scenario, format_quarter, parse_quarter
from sim.show.app.link import ALONE, Link
from sim.show.app.session import Session
from sim.study.answer import Question, find_question

if TYPE_CHECKING:
    from sim.scenario import ScenarioSpec

_LEAST: Final = 0.02
"""A difference of alignment that is worth a row, of a range from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of two states, or of one, that is not the same in the two arms at the moment.

    Attributes:
        states: codes of the states.
        what: in words.
        here, there: as it is in either arm, in words.
        size: of numbers the difference, else 0.
    """

    states: tuple[str, ...]
    what: str
    here: str
    there: str
    size: float = 0.0


class Pair:
    """The two sessions of a page.

    Attributes:
        file: the scenario's file or shipped name.
        left: the arm that is asked about; its settings are those of the page.
        right: the arm without it, None where one arm is shown alone.
        question: what is asked of the two, None where there is no right one.

    Raises:
        UserError: there is no such scenario, arm, setting or run, or the file is malformed.
    """

    def __init__(self, file: str, *, arm: str = "", against: str = "") -> None:
        self.file = file
        self.right: Session | None = None
        self.question: Question | None = None
        self._specs: dict[str, ScenarioSpec] = {}
        other = against or (BASE_ARM if arm not in ("", BASE_ARM) else "")
        if ALONE not in (against, arm) and (not arm or arm != other):
            arms = (arm, other) if arm and other else None
            found = find_question(find_scenario(file), arms=arms)
            if found is not None:
                self._specs, self.question = found
        if self.question is None:
            self.left = Session(file, arm=arm or BASE_ARM)
            return
        with_it, without = self.question.arms
        self.left = Session(file, arm=with_it, spec=self._specs[with_it])
        self.right = Session(file, arm=without, spec=self._specs[without], told=False)

    @classmethod
    def of_link(cls, link: Link) -> Pair:
        """Return what a link asks for.

        Raises:
            UserError: there is no such arm, setting, run or quarter.
        """
        pair = cls(link.scenario, arm=link.arm, against=link.against)
        spec = pair.left.spec
        tick = parse_quarter(link.quarter) - spec.start if link.quarter else 0
        if not 0 <= tick <= spec.quarters:
            raise UserError(
                f"link: {shown(link.quarter)} is outside the clock, {format_quarter(spec.start)} "
                f"to {format_quarter(spec.start + spec.quarters)}"
            )
        if link.seed is not None or link.run is not None:
            pair.choose_run(seed=link.seed, run=link.run)
        if link.values:
            pair.set(dict(link.values))
        pair.seek(tick)
        return pair

    @property
    def link(self) -> Link:
        """The link to what is shown."""
        left, right = self.left, self.right
        return Link(
            self.file,
            left.base.arm,
            ALONE if right is None else right.base.arm,
            left.seed,
            left.run,
            left.quarter,
            left.values,
        )

    @property
    def specs(self) -> dict[str, ScenarioSpec]:
        """The arms as they are set, by name, with the base for whoever asks the question."""
        return self._specs | {one.base.arm: one.spec for one in self.sessions}

    @property
    def sessions(self) -> list[Session]:
        """Those that there are, the left one first."""
        return [self.left] if self.right is None else [self.left, self.right]

    # --- both at once ----------------------------------------------------------------------------
    def step(self) -> None:
        """Play one quarter in both."""
        for session in self.sessions:
            session.step()

    def seek(self, tick: int) -> None:
        """Go to a quarter in both."""
        for session in self.sessions:
            session.seek(tick)

    def choose_run(self, *, seed: int | None = None, run: int | None = None) -> None:
        """Take another run of both; runs of equal number share draws and luck.

        Raises:
            UserError: the seed or the number of the run is out of bounds.
        """
        for session in self.sessions:
            session.choose_run(seed=seed, run=run)

    def set(self, values: dict[str, float | None]) -> None:
        """Set numbers and switches in both, as far as the right arm has them.

        Raises:
            UserError: a value is not possible; nothing is changed then.
        """
        before: dict[str, float | None] = dict.fromkeys(values)
        before |= {key: x for key, x in self.left.values.items() if key in values}
        self.left.set(values)
        if self.right is None:
            return
        known = {key: x for key, x in values.items() if key in self.right.settings}
        try:
            if known:
                self.right.set(known)
        except UserError:
            self.left.set(before)
            raise

    def clear(self) -> None:
        """Take back all that was set."""
        for session in self.sessions:
            session.clear()

    # --- what differs ----------------------------------------------------------------------------
    def gaps(self, most: int = 12) -> list[Gap]:
        """Return what is not the same in the two arms now: poles, blocs, pacts, alignments.

        Args:
            most: alignments at most, the largest differences first.
        """
        left, right = self.left, self.right
        if right is None:
            return []
        found: list[Gap] = []
        poles = [
            float(effective_poles(session.moments[-1].labels, session.moments[-1].capability))
            for session in (left, right)
        ]
        if abs(poles[0] - poles[1]) >= _LEAST:
            here, there = (f"{x:.2f}" for x in poles)
            found.append(Gap((), "effective number of poles", here, there, poles[0] - poles[1]))
        cores = [session.cores for session in (left, right)]
        found += [
            Gap((code,), "bloc", here or "none", there or "none")
            for code, here, there in zip(left.codes, *cores, strict=True)
            if here != there
        ]
        levels = [session.dyads("pact_level").round().astype(int) for session in (left, right)]
        found += [
            Gap((left.codes[i], left.codes[j]), "pact", *(PACT_LEVELS[x[i, j]] for x in levels))
            for i, j in np.argwhere(np.triu(levels[0] != levels[1], 1))
        ]
        one, other = (np.triu(session.dyads("alignment"), 1) for session in (left, right))
        apart = one - other
        for at in np.argsort(-np.abs(apart), axis=None, kind="stable")[:most]:
            i, j = divmod(int(at), len(apart))
            if abs(apart[i, j]) < _LEAST:
                break
            found.append(
                Gap(
                    (left.codes[i], left.codes[j]),
                    "alignment",
                    f"{one[i, j]:+.2f}",
                    f"{other[i, j]:+.2f}",
                    float(apart[i, j]),
                )
            )
        return found

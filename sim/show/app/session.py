"""One person's session: a scenario, what was set against it, and one run of it, apart from a page.

Everything shown follows from the scenario, its arm, what was set, the seed, the run and the
quarter: whoever changes one of them gets the run anew, played up to the same quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.blocs import (
    bonds,
    canonical,
    find_blocs,
    leadership,
    match_labels,
    name_blocs,
    network,
)
from sim.blocs.indices import effective_poles
from sim.drivers import starts
from sim.drivers.ensemble import STATE_SERIES
from sim.drivers.model import MultipolarModel
from sim.drivers.replay import Replay
from sim.errors import UserError
from sim.record.arrays import PACT_LEVELS
from sim.rules import catalogue as names
from sim.scenario import (
    BASE_ARM,
    ScenarioSpec,
    find_scenario,
    format_quarter,
    load_scenario,
)
from sim.show.app.exported import overlay
from sim.show.app.log import EVERYBODY, Entry, entries
from sim.show.app.settings import Setting, as_overrides, catalogue
from sim.study.explain import Story, explain
from sim.types import Floats

type Labels = npt.NDArray[np.int64]

MAX_RUN = 999_999
MAX_SEED = 2**62


@dataclass(frozen=True, eq=False)
class Moment:
    """What is kept of each quarter.

    Attributes:
        labels: bloc of each state ``(N,)``; the same number is the same bloc in all quarters.
        capability, leading: ``(N,)``: by strength, and by what holds a bloc together.
        alignment: of each state with each axis state ``(N, A)``, 1 with itself.
        poles: effective number of poles.
        ranks: rank of the colour of each bloc by label, for blocs of two members or more.
    """

    labels: Labels
    capability: Floats
    leading: Floats
    alignment: Floats
    poles: float
    ranks: dict[int, int]


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation now: its name and members; and who of them was no member at the start."""

    name: str
    members: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a state: now, and at the start."""

    name: str
    meaning: str
    unit: str
    now: float
    start: float


class Session:
    """A scenario being played with.

    Attributes:
        file: the scenario's file or shipped name.
        base: the scenario with its arm, before anything was set.
        spec: the scenario as it is run.
        values: what was set, by key of a setting.
        seed, run: which run of which ensemble.
        model: the run; with the reasons of its moves, unless it is not to be told.
        moments: one for each quarter up to the present one.

    Raises:
        UserError: there is no such scenario or arm, or it is malformed.

    >>> session = Session("europe_1936")
    >>> session.step()
    >>> session.quarter, len(session.moments)
    ('1936Q2', 2)
    """

    def __init__(
        self,
        file: str,
        *,
        arm: str = BASE_ARM,
        spec: ScenarioSpec | None = None,
        told: bool = True,
    ) -> None:
        self.file = file
        self.base = spec or load_scenario(find_scenario(file), arm=arm)
        self._told = told
        self.spec = self.base
        self.values: dict[str, float] = {}
        self.seed = self.spec.ensemble.seed
        self.run = 0
        self._story: tuple[str, Story] | None = None
        self._play(self.spec, 0)

    # --- the run ---------------------------------------------------------------------------------
    @property
    def tick(self) -> int:
        """Quarters since the start."""
        return self.model.tick

    @property
    def quarter(self) -> str:
        """The present quarter."""
        return self.model.quarter

    @property
    def last(self) -> int:
        """The tick at which the scenario's clock ends."""
        return self.spec.quarters

    @property
    def ended(self) -> bool:
        """Whether the clock has run out."""
        return self.tick >= self.last

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the states in the order of all state axes."""
        return self.model.world.codes

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states in the same order."""
        return tuple(self.spec.states[code].name for code in self.codes)

    @property
    def axes(self) -> tuple[str, ...]:
        """The states with whom alignment is shown: the poles, or the two strongest."""
        if len(self.spec.poles) > 1:
            return self.spec.poles
        strongest = np.argsort(-self._states("capability"), kind="stable")
        ordered = [self.codes[i] for i in strongest]
        return tuple(dict.fromkeys((*self.spec.poles, *ordered)))[:2]

    def step(self) -> None:
        """Play one quarter; nothing happens at the end of the clock."""
        if not self.ended:
            self.model.step()
            self._story = None
            self.moments.append(self._moment())

    def seek(self, tick: int) -> None:
        """Go to a quarter, forwards by steps, backwards by playing the run anew."""
        tick = min(max(0, tick), self.last)
        if tick < self.tick:
            self._play(self.spec, tick)
        while self.tick < tick:
            self.step()

    def choose_run(self, *, seed: int | None = None, run: int | None = None) -> None:
        """Take another run, played up to the present quarter.

        Raises:
            UserError: the seed or the number of the run is out of bounds.
        """
        seed = self.seed if seed is None else seed
        run = self.run if run is None else run
        if not 0 <= seed <= MAX_SEED:
            raise UserError(f"seed: expected a whole number from 0 to 2^62, not {seed}")
        if not 0 <= run <= MAX_RUN:
            raise UserError(f"run: expected a whole number from 0 to {MAX_RUN}, not {run}")
        self.seed, self.run = seed, run
        self._play(self.spec, self.tick)

    def _play(self, spec: ScenarioSpec, tick: int) -> None:
        """Make the run anew and play it up to a quarter."""
        self.spec = spec
        self.model: MultipolarModel = (
            Replay(spec, EVERYBODY, seed=self.seed, run=self.run)
            if self._told
            else MultipolarModel(spec, seed=self.seed, run=self.run)
        )
        self._story = None
        self._at_start = self.model.V.copy()
        self._parts_at_start = self.model.B.copy()
        self.moments: list[Moment] = []
        self.moments.append(self._moment())
        while self.tick < min(tick, spec.quarters):
            self.step()

    # --- what is set -----------------------------------------------------------------------------
    @cached_property
    def settings(self) -> dict[str, Setting]:
        """All that can be set, by key."""
        return catalogue(self.base)

    @cached_property
    def drawn(self) -> dict[str, float]:
        """The value that this run has of each number that is drawn, by key."""
        world = self.model.world
        values = starts.draw(world, self.seed, self.run)
        return {
            number.key: float(value) for number, value in zip(world.uncertain, values, strict=True)
        }

    def set(self, values: dict[str, float | None]) -> None:
        """Set numbers and switches, None for as it was, and play the run anew to this quarter.

        Raises:
            UserError: a value is not possible; nothing is changed then.
        """
        unknown = [key for key in values if key not in self.settings]
        if unknown:
            raise UserError(f"this scenario has no {unknown[0]}")
        wanted = {key: x for key, x in {**self.values, **values}.items() if x is not None}
        self._load(wanted)

    def clear(self) -> None:
        """Take back all that was set."""
        self._load({})

    def _load(self, values: dict[str, float]) -> None:
        overrides = as_overrides(self.settings, values)
        spec = load_scenario(find_scenario(self.file), arm=self.base.arm, overrides=overrides)
        self.values = values
        self.__dict__.pop("drawn", None)
        self._play(spec, self.tick)

    @property
    def command(self) -> str:
        """The command line that runs what is set."""
        import shlex

        words = ["multipolar", "run", self.file]
        if self.base.arm != BASE_ARM:
            words += ["--arm", self.base.arm]
        if self.seed != self.base.ensemble.seed:
            words += ["--seed", str(self.seed)]
        for text in as_overrides(self.settings, self.values):
            words += ["--set", text]
        return shlex.join(words)

    def export(self) -> str:
        """What is set, as a scenario file, see :func:`sim.show.app.exported.overlay`."""
        name = find_scenario(self.file).name
        return overlay(self.base, name, self.settings, self.values, seed=self.seed)

    @property
    def export_name(self) -> str:
        """A name for that file."""
        return f"{Path(self.file).stem}_set.yaml"

    # --- what is seen ----------------------------------------------------------------------------
    def dyads(self, variable: str) -> Floats:
        """The present sheet ``(N, N)`` of a variable of pairs."""
        n = self.model.world.n
        return self.model.M[names.DYAD_FIELDS[variable].row, :n, :n].copy()

    def _states(self, variable: str) -> Floats:
        n = self.model.world.n
        return self.model.V[names.STATE_FIELDS[variable].row, :n].copy()

    def _moment(self) -> Moment:
        tie, capability = self.dyads("tie"), self._states("capability")
        labels = canonical(find_blocs(network(tie, capability)))
        ranks: dict[int, int] = {}
        if self.moments:
            before = self.moments[-1]
            labels = match_labels(before.labels, labels, capability)
            ranks = dict(before.ranks)
        axes = [self.model.world.index(code) for code in self.axes]
        alignment = self.dyads("alignment")
        np.fill_diagonal(alignment, 1.0)
        leading = leadership(labels, bonds(tie), capability)
        self._colour(ranks, labels, leading)
        return Moment(
            labels=labels,
            capability=capability,
            leading=leading,
            alignment=alignment[:, axes],
            poles=float(effective_poles(labels, capability)),
            ranks=ranks,
        )

    def _colour(self, ranks: dict[int, int], labels: Labels, leading: Floats) -> None:
        """Give new blocs a rank of colour: a pole's own, or the next after the poles'."""
        size = np.bincount(labels, minlength=len(labels))
        for label in [label for label in ranks if label >= len(size) or size[label] < 1]:
            del ranks[label]  # it is over; its colour may serve another one
        pole_rank = {code: at for at, code in enumerate(self.spec.poles)}
        cores = name_blocs(labels, leading)
        leaders_first = np.argsort(-leading, kind="stable")
        for label in dict.fromkeys(int(labels[i]) for i in leaders_first):
            if size[label] < 2 or label in ranks:
                continue
            core = self.codes[int(cores[labels == label][0])]
            taken = set(ranks.values())
            rank = pole_rank.get(core, -1)
            if rank < 0 or rank in taken:
                rank = len(pole_rank)
                while rank in taken:
                    rank += 1
            ranks[label] = rank

    @property
    def ranks(self) -> tuple[int, ...]:
        """Rank of the colour of each state's bloc now, -1 for a state on its own."""
        now = self.moments[-1]
        size = np.bincount(now.labels)
        return tuple(now.ranks[int(x)] if size[x] > 1 else -1 for x in now.labels)

    def blocs(self) -> list[tuple[str, tuple[str, ...], float, int]]:
        """The blocs now, the strongest first: core, members, capability share, rank of colour."""
        now = self.moments[-1]
        found = []
        for label, rank in now.ranks.items():
            inside = np.flatnonzero(now.labels == label)
            if len(inside) > 1:
                ordered = inside[np.argsort(-now.leading[inside], kind="stable")]
                members = tuple(self.codes[i] for i in ordered)
                share = float(now.capability[inside].sum() / now.capability.sum())
                found.append((members[0], members, share, rank))
        return sorted(found, key=lambda bloc: -bloc[2])

    @property
    def cores(self) -> list[str]:
        """Core of the bloc of each state now, empty for none."""
        home = {code: core for core, members, _, _ in self.blocs() for code in members}
        return [home.get(code, "") for code in self.codes]

    def log(self) -> list[Entry]:
        """What has happened up to now, in order: what the scenario dates, and the moves."""
        return entries(self.model)

    def moves_made(self) -> list[int]:
        """How many moves each state has made so far, refused offers left out."""
        moves = self.model.moves
        done = moves["mover"][moves["accepted"] == 1]
        return [int(x) for x in np.bincount(done, minlength=self.model.world.n)]

    def why(self, code: str) -> Story | None:
        """Why a state moved as it did up to now, from a replay of this run; None at the start."""
        if self.tick == 0:
            return None
        kept = self._story
        if kept is None or kept[0] != code:
            first, now = (format_quarter(self.spec.start + at) for at in (1, self.tick))
            story = explain(
                self.spec,
                state=code,
                when=f"{first}..{now}",
                run=self.run,
                runs=self.run + 1,
                seed=self.seed,
            )
            kept = self._story = (code, story)
        return kept[1]

    def variables(self, code: str) -> list[Variable]:
        """The variables of a state that runs record, now and at the start."""
        i = self.model.world.index(code)
        found = []
        for name in STATE_SERIES:
            field = names.STATE_FIELDS[name]
            now, start = float(self.model.V[field.row, i]), float(self._at_start[field.row, i])
            unit = "" if field.unit == "1" else field.unit
            found.append(Variable(name, field.meaning, unit, now, start))
        return found

    def pacts(self, code: str) -> dict[str, str]:
        """The level of each pact of a state, by the partner's name, the strongest first."""
        held = sorted(self.model.state(code).partners.items(), key=lambda item: -item[1])
        return {self.spec.states[other].name: PACT_LEVELS[level] for other, level in held}

    def pacts_held(self) -> list[tuple[str, str, int]]:
        """All pacts now: two states and the level, the deepest first."""
        level = self.dyads("pact_level").round().astype(int)
        held = [(self.codes[i], self.codes[j], int(level[i, j]))
                for i, j in np.argwhere(np.triu(level > 0, 1))]  # fmt: skip
        return sorted(held, key=lambda pact: -pact[2])

    def organisations(self) -> list[Body]:
        """The organisations with their members now, the largest first."""
        known = {it.id: it.name for it in self.spec.organisations.values()}
        found = []
        for k, (kind, name) in enumerate(self.model.world.collectives):
            if kind != "organisation":
                continue
            now, start = (self._in_it(parts[k]) for parts in (self.model.B, self._parts_at_start))
            new, gone = (tuple(code for code in one if code not in other)
                         for one, other in ((now, start), (start, now)))  # fmt: skip
            found.append(Body(known.get(name, name), now, new, gone))
        return sorted(found, key=lambda body: -len(body.members))

    def _in_it(self, parts: Floats) -> tuple[str, ...]:
        return tuple(code for code, part in zip(self.codes, parts, strict=False) if part > 0.5)

"""What a report says, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.show.plots.interactive import Figure

if TYPE_CHECKING:
    from sim.measure.summary import BlocReport, CoalitionReport
    from sim.study.answer import Answer
    from sim.study.claim_tests import ClaimsReport
    from sim.study.comparison import ArmComparison, Comparison, MetricEffect
    from sim.study.robust import Robust


@dataclass(frozen=True)
class Picture:
    """A figure: interactive, or an SVG file where that is all that it takes.

    Attributes:
        id: its name on the page.
        title: the finding, in a line.
        caption: what is shown, and how to read it.
        alt: what is to be seen, in words; of a figure without it, what the figure says itself.
        figure: in plotly's schema.
        svg: a drawing.
        small: whether several stand side by side.
    """

    id: str
    title: str
    caption: str = ""
    alt: str = ""
    figure: Figure | None = None
    svg: bytes = b""
    small: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that states took in some runs.

    Attributes:
        state: who decided, by its code.
        text: what it did, as a clause with its name.
        runs: share of the runs with this decision.
        times: mean number of times in those runs.
        first: median quarter of the first time.
        gain: mean change of the mover's utility, in logits.
        parts: (words, mean change) of the terms that weigh most, the heaviest first.
        partner_gain: mean change of the partner's utility; None if it was not asked.
    """

    state: str
    text: str
    runs: float
    times: float
    first: str
    gain: float
    parts: tuple[tuple[str, float], ...]
    partner_gain: float | None


@dataclass(frozen=True, slots=True)
class Fork:
    """A decision that goes with another ending.

    ``with_it`` and ``without`` are the shares of the runs with and without the decision that end
    with ``state`` in the bloc of ``core``; ``p`` is the chance of a difference as large if the two
    had nothing to do with one another, multiplied by the number of decisions looked at.
    """

    state: str
    core: str
    text: str
    runs: float
    with_it: float
    without: float
    p: float


@dataclass(frozen=True)
class Why:
    """The decisions that mattered.

    Attributes:
        choices: the most frequent ones of the focal states.
        forks: those that go with another ending.
        examined: how many pairs of decision and ending were looked at for forks.
        idle: how many others they took as often that gained them next to nothing.
        run: a run near the typical outcome that is told; None without the scenario.
        story: its weightiest decisions in sentences, in order of time.
        teller: name of the state whose decisions they are.
        unit: what the numbers mean.
    """

    choices: tuple[Choice, ...]
    forks: tuple[Fork, ...]
    examined: int
    idle: int
    run: int | None
    story: tuple[str, ...]
    teller: str
    unit: str


@dataclass(frozen=True, slots=True)
class Influence:
    """Rank correlation of a drawn number with an outcome over the runs."""

    outcome: str
    key: str
    rho: float


@dataclass(frozen=True)
class Sensitivity:
    """Which ranges the outcomes hang on.

    Attributes:
        found: influences beyond ``bar``, the strongest first.
        outcomes: those looked at, in words.
        bar: the |rho| that the largest of all numbers and outcomes exceeds by chance in 5%.
        largest: of each outcome, the largest |rho| found.
        numbers: how many numbers are drawn.
        runs: number of runs.
        table: rows of a saved analysis instead, with its column names first.
        note: where the table comes from.
    """

    found: tuple[Influence, ...] = ()
    outcomes: tuple[str, ...] = ()
    bar: float = 0.0
    largest: tuple[float, ...] = ()
    numbers: int = 0
    runs: int = 0
    table: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumed:
    """A number of the scenario or a parameter of the model."""

    key: str
    value: float
    low: float
    high: float
    source: str
    note: str


@dataclass(frozen=True)
class Source:
    """A source of numbers; ``numbers`` counts those that rest on it."""

    id: str
    title: str
    facts: str
    numbers: int


@dataclass(frozen=True)
class Assumptions:
    """The numbers that went in.

    Attributes:
        groups: numbers by the part of the scenario that they belong to.
        total, judged: how many numbers there are, and how many rest on judgement alone.
        hidden: how many are left out to keep the page small.
        sources: all that are used, those with most numbers first.
        events: (quarter, title, source) of what is put in at a date.
    """

    groups: Mapping[str, tuple[Assumed, ...]]
    total: int
    judged: int
    hidden: int
    sources: tuple[Source, ...]
    events: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class WhatIf:
    """What the arms change: the comparison, and where it comes from.

    Attributes:
        comparison: arms against the arm of the result.
        main: of the arms that claims are about, the one that moves the leading state most.
        origin: how it was made, in words.
        rows: of each arm, its clearest effects and the metrics in words.
        unaided: (state, state, level, expected number a run) of pacts that the scenario puts in and
            the main arm does not.
    """

    comparison: Comparison
    main: ArmComparison
    origin: str
    rows: tuple[tuple[ArmComparison, tuple[tuple[str, MetricEffect], ...]], ...]
    unaided: tuple[tuple[str, str, str, float], ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How to get the same again.

    Attributes:
        commands: (what it does, command).
        facts: (name, value): seed, identity, versions.
    """

    commands: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReportContent:
    """Everything that a report says.

    Attributes:
        title, question, description: of the scenario.
        arm: name and title of the arm, empty for the base.
        facts: (name, value) shown below the title.
        notices: what is left out, and why.
        answer: sentences.
        coalition: the coalition report.
        stability: how firm the blocs are: proofs, splits and mergers, rival definitions.
        names: of states by code.
        pictures: by section.
        why, whatif, claims, sensitivity, assumptions, robust: None where something lacks.
        claims_origin: how the claims were tested.
        recipe: how to reproduce.
        verdict: what the question's intervention changes; None where nothing was compared.
    """

    title: str
    question: str
    description: str
    arm: str
    facts: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    answer: tuple[str, ...]
    coalition: CoalitionReport
    stability: BlocReport
    names: Mapping[str, str]
    pictures: Mapping[str, tuple[Picture, ...]]
    why: Why
    recipe: Recipe
    whatif: WhatIf | None = None
    claims: ClaimsReport | None = None
    claims_origin: str = ""
    sensitivity: Sensitivity | None = None
    assumptions: Assumptions | None = None
    robust: Robust | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    verdict: Answer | None = None

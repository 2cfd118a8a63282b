"""The answer in one paragraph, made from the numbers by rules.

Each sentence stands only where its numbers are there, says how sure it is, and is silent about what
the runs do not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.measure.summary import hedging_series, percent, plural
from sim.scenario import BASE_ARM
from sim.show.report.decisions import leading_state
from sim.words import of_numbers
from sim.words.of_decisions import a_or_an, capital, listed, possessive, state_words
from sim.words.of_effects import change_words
from sim.words.of_metrics import metric_words

if TYPE_CHECKING:
    from sim.measure.summary import BlocReport, CoalitionReport
    from sim.record.results import Results
    from sim.show.report.content import Assumptions, WhatIf
    from sim.study.claim_tests import ClaimsReport
    from sim.study.comparison import ArmComparison, MetricEffect

SETTLED: Final = 0.9
"""Share of the runs from which a state counts as settled in its bloc."""

_NEARLY_ALL: Final = 0.95
_STILL: Final = 0.02  # of alignment: less is no change worth a word
_EFFECTS: Final = 2
_LEAST: Final = 0.01  # of the units of metrics, nearly all from 0 or -1 to 1: less is not told
_MOST: Final = 0.5
_ONCE: Final = 0.01  # in a hundred runs
_TESTED: Final = ("supported", "negligible", "contradicted", "undetermined")
_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def answer(
    results: Results,
    report: CoalitionReport,
    stability: BlocReport,
    whatif: WhatIf | None,
    claims: ClaimsReport | None,
    assumptions: Assumptions | None,
) -> tuple[str, ...]:
    """Return the sentences of the answer."""
    names = results.meta.state_names
    parts: list[str] = []
    if whatif is not None:
        parts += _effects(results, whatif, names)
    parts += _movements(results, report, names)
    parts += _blocs(report, names)
    parts += _turns(stability, names)
    if claims is not None and claims.verdicts:
        parts.append(_claims(claims))
    parts.append(_caution(results, assumptions))
    return tuple(parts)


def _blocs(report: CoalitionReport, names: Mapping[str, str]) -> Iterator[str]:
    """Which blocs the runs end in, and how firm that is."""
    if not report.blocs:
        yield f"No bloc has formed by {report.end}: the states stand alone."
        return
    described = [
        f"one of {plural(len(bloc.members), 'state')} around {state_words(bloc.core, names)} with "
        f"{of_numbers.share(bloc.share.end)} of capability"
        for bloc in report.blocs
    ]
    alone = len(report.unaligned)
    rest = (
        f"; {plural(alone, 'state')} {'stands' if alone == 1 else 'stand'} apart" if alone else ""
    )
    count = _count(len(report.blocs))
    blocs = "bloc" if len(report.blocs) == 1 else "blocs"
    yield f"By {report.end} the states stand in {count} {blocs}: {listed(described)}{rest}."
    if report.partitions == 1:
        yield "All runs end in exactly this division."
        return
    loose = sorted(
        (member.together, member.state, bloc.core)
        for bloc in report.blocs
        for member in bloc.members
        if member.together < SETTLED
    )
    often = f"{percent(report.frequency)} of the runs" if report.frequency else "no run"
    exact = f"exactly this division comes out in {often}"
    if not loose:
        yield (
            f"Though {exact}, every member is with its bloc's core in at least {SETTLED:.0%} of "
            "them; what differs is who else joins."
        )
        return
    members = sum(len(bloc.members) for bloc in report.blocs)
    together, state, core = loose[0]
    said = (
        "Its outline is firmer than its edges" if 2 * len(loose) < members else "It is not settled"
    )
    yield (
        f"{said}: {exact}, and {len(loose)} of the {members} members "
        f"are with their bloc's core in less than {SETTLED:.0%} of the runs, least of all "
        f"{state_words(state, names)} (with {state_words(core, names)} in {percent(together)})."
    )


def _turns(stability: BlocReport, names: Mapping[str, str]) -> Iterator[str]:
    """The most frequent split or merger, if it comes in most of the runs."""
    for event in stability.events[:1]:
        if event.runs < _MOST:
            return
        strong, weak = (state_words(core, names) for core in event.cores)
        what = (
            f"the bloc around {weak} merges with that around {strong}"
            if event.kind == "merger"
            else f"a part around {weak} splits from the bloc of {strong}"
        )
        yield f"In {percent(event.runs)} of the runs {what}, typically seen by {event.median}."


def _place(
    results: Results, report: CoalitionReport, code: str, names: Mapping[str, str]
) -> Iterator[str]:
    """Where the leading state ends: its bloc, and how evenly its ties are spread."""
    home = [(bloc, m) for bloc in report.blocs for m in bloc.members if m.state == code]
    name = capital(state_words(code, names))
    said = f"{name} ends in no bloc"
    for bloc, member in home:
        if bloc.core == code:
            said = f"{name} ends as the strongest state of a bloc of {len(bloc.members)}"
        else:
            share = percent(member.together)
            core = state_words(bloc.core, names)
            said = f"{name} ends in the bloc around {core} in {share} of the runs"
    hedging = hedging_series(results.record, code)
    if hedging is not None:
        start, end = (float(np.nanmedian(hedging[:, at])) for at in (0, -1))
        said += (
            f", with a hedging index of {end:.2f} after {start:.2f} at the start (0: ties with one "
            "pole alone, or none; 1: strong ties with all that offset one another)"
        )
    yield f"{said}."


def _movements(
    results: Results, report: CoalitionReport, names: Mapping[str, str]
) -> Iterator[str]:
    """How the alignment of the leading state with each pole moves, run by run."""
    record = results.record
    code = leading_state(record)
    if "alignment" not in record.dyad_fields:
        return
    moved, still = [], []
    for pole in record.poles:
        if (code, pole) not in record.dyads:
            continue
        series = record.dyad("alignment", code, pole)
        start, end = (float(np.median(series[:, at])) for at in (0, -1))
        change = series[:, -1] - series[:, 0]
        typical = float(np.median(change))
        if abs(typical) < _STILL:
            still.append(state_words(pole, names))
            continue
        way = "rises" if typical > 0 else "falls"
        share = float((change * np.sign(typical) > 0).mean())
        moved.append(
            f"with {state_words(pole, names)} it {way} from {start:.2f} to {end:.2f} "
            f"(in {_share_of_runs(share)})"
        )
    yield from _place(results, report, code, names)
    if not moved and not still:
        return
    span = f"between {results.quarters[0]} and {results.quarters[-1]}"
    of = f"{possessive(state_words(code, names))} alignment"
    where = "In the scenario as run" if results.meta.arm == BASE_ARM else "In the runs of this arm"
    if not moved:
        yield f"{where} {of} with {listed(still)} hardly moves {span}."
        return
    tail = f"; with {listed(still)} it hardly moves" if still else ""
    yield f"{where} {of} shifts {span}: {listed(moved)}{tail}."


def _effects(results: Results, whatif: WhatIf, names: Mapping[str, str]) -> Iterator[str]:
    """What the main counterfactual changes, and which arm moves the leading state most."""
    arm, found = whatif.main, whatif.comparison
    record = results.record
    lead = leading_state(record)
    clear = clearest(arm.metrics, lead, record.focal)
    reference = "as run" if results.meta.arm == BASE_ARM else f"in the arm {results.meta.arm}"
    about = f"“{arm.title}” (arm {arm.name}, {found.runs} paired runs)"
    if not clear:
        yield (
            f"Under the counterfactual {about} no measure of the focal states differs clearly by "
            f"{_LEAST} or more from the scenario {reference}."
        )
    else:
        yield (
            f"Under the counterfactual {about}, compared with the scenario {reference}, "
            f"{_listed_effects(clear, names)}."
        )
    for i, j, level, expected in whatif.unaided:
        often = f"some {100.0 * expected:.0f} times" if expected >= _ONCE else "less than once"
        both = f"{state_words(i, names)} and {state_words(j, names)}"
        yield (
            f"Left to themselves there, {both} would conclude "
            f"{a_or_an(level.replace('_', '-'))} pact {often} in 100 runs (the expected number)."
        )
    most = {it.name: _largest(it, lead) for it in found.arms}
    best = max(found.arms, key=lambda it: most[it.name])
    if best is not arm and most[best.name] > 0:
        effects = clearest(best.metrics, lead, (lead,), most=1)
        yield (
            f"Of the {len(found.arms)} arms that were tried, “{best.title}” ({best.name}) moves "
            f"{state_words(lead, names)} most: {_listed_effects(effects, names)}."
        )


def _listed_effects(found: Sequence[MetricEffect], names: Mapping[str, str]) -> str:
    return listed(
        [f"{metric_words(it.metric, names)} is {change_words(it.effect)}" for it in found]
    )


def _largest(arm: ArmComparison, state: str) -> float:
    """The largest change of one of a state's measures that is clear and of some size."""
    mine = clearest(arm.metrics, state, (state,))
    return max((abs(it.effect.difference) for it in mine), default=0.0)


def clearest(
    metrics: Sequence[MetricEffect], lead: str, focal: Sequence[str], most: int = _EFFECTS
) -> list[MetricEffect]:
    """Return the clear effects on the focal states that are of some size.

    Those on the leading state come first, then the others, each by size in standard deviations; of
    one quantity of one state only the largest is named.
    """

    def order(it: MetricEffect) -> tuple[bool, float]:
        return _subject(it.metric) != lead, -abs(it.effect.standardised or 0.0)

    large = [
        it
        for it in metrics
        if it.effect.clear
        and abs(it.effect.difference) >= _LEAST
        and _subject(it.metric) in focal
        and not it.metric.startswith("intensity(")
    ]
    chosen: dict[tuple[str, str], MetricEffect] = {}
    for it in sorted(large, key=order):
        chosen.setdefault((it.metric.partition("(")[0], _subject(it.metric)), it)
    return list(chosen.values())[:most]


def _subject(metric: str) -> str:
    """The state that a metric is about first: ``AAA`` of ``alignment(AAA, BBB)``."""
    return metric.partition("(")[2].partition(",")[0].rstrip(")").strip()


def _claims(claims: ClaimsReport) -> str:
    tested = [found for found in claims.verdicts if found.verdict in _TESTED]
    if not tested:
        return "None of the scenario's claims could be tested."
    against = [v.claim.id for v in tested if v.verdict == "contradicted"]
    named = f" ({listed(against[:4])})" if 0 < len(against) <= 4 else ""
    supported, undetermined = claims.count("supported"), claims.count("undetermined")
    return (
        f"Of the {plural(len(tested), 'claim')} of the documents that were tested, {supported} "
        f"{'is' if supported == 1 else 'are'} supported, {claims.count('negligible')} by less than "
        f"matters, {len(against)} contradicted{named} and "
        f"{undetermined} undetermined."
    )


def _caution(results: Results, assumptions: Assumptions | None) -> str:
    text = (
        f"All of this is what {plural(results.record.runs, 'run')} of a model say, each with its "
        "own draw of the uncertain numbers: effects and frequencies within the model, not "
        "predictions"
    )
    if assumptions is None or not assumptions.judged:
        return f"{text}."
    return (
        f"{text}; {assumptions.judged:,} of the {assumptions.total:,} numbers that it rests on are "
        "judgement."
    )


def _share_of_runs(share: float) -> str:
    if share == 1:
        return "every run"
    if share >= _NEARLY_ALL:
        return f"nearly every run, {percent(share)}"
    return f"{percent(share)} of the runs"


def _count(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)

"""``multipolar explain``: why a state did what it did, in one run or over many."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.commands import options, out, print_json, program, progress_bar, say, settings, warm
from sim.errors import UserError

if TYPE_CHECKING:
    from sim.drivers.replay import Decision
    from sim.study.explain import Story
    from sim.study.motives import Act, Motives

_FIGURES: Final = 12
_SHOWN_TERMS: Final = 3


@program.command()
def explain(
    file: options.File,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="Whose moves: a state's code or name (default: the first focal state "
            "that is no pole).",
        ),
    ] = None,
    when: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="A quarter [cyan]2024Q3[/cyan], a year [cyan]2024[/cyan], or "
            "[cyan]2024Q3..2025Q2[/cyan] (default: all the time).",
        ),
    ] = None,
    dyad: Annotated[
        str | None,
        typer.Option(metavar="A-B", help="Only the moves between two states."),
    ] = None,
    run: Annotated[
        int | None, typer.Option(metavar="K", help="Which run to tell (default: 0, the first).")
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000_000,
            help="Instead of one run: what most often decides each kind of move over so many runs.",
        ),
    ] = None,
    arm: options.Arm = "base",
    set_: options.Set = None,
    scope: options.Scope = None,
    seed: options.Seed = None,
    full: Annotated[bool, typer.Option("--full", help="Tell every move in order of time.")] = False,
    folder: Annotated[Path | None, options.folder("Draw the decisions of the run there.")] = None,
    force: options.Replace = False,
    fresh: options.Fresh = False,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Explain why a state did what it did.

    Replays a run and tells where a state stands and why, and which of its moves and of those
    towards it mattered: by what they changed for everybody, how much was reason and how much
    chance. With --full: every move with its terms of utility, its odds, and who was hurt.

    With --runs: the terms that most often decide each kind of move, over many runs.
    """
    from sim.scenario import find_scenario, load_scenario

    spec = load_scenario(find_scenario(file), arm=arm, overrides=settings(set_, scope))
    if state is None and dyad is None and spec.focal:
        state = next((code for code in spec.focal if code not in spec.poles), spec.focal[0])
    from sim.study.explain import ask, check_run
    from sim.study.explain import explain as explain_run
    from sim.study.motives import motives

    tell = runs is None or run is not None
    if folder is not None and not tell:
        raise UserError("--out draws decisions of one run: say which with --run")
    ask(spec, state=state, dyad=dyad, when=when)
    check_run(run or 0, runs or spec.ensemble.runs)
    warm(quiet=quiet)
    found: dict[str, Any] = {}
    if tell:
        with progress_bar("Replaying", quiet=quiet) as progress:
            story = explain_run(
                spec, state=state, dyad=dyad, when=when, run=run or 0, runs=runs, seed=seed,
                progress=progress,
            )  # fmt: skip
        found["story"] = story.to_dict()
        if not as_json:
            _print_story(story, full=full)
        if folder is not None:
            files = _draw(story, folder, force=force, quiet=quiet)
            found["figures"] = [str(path) for path in files]
    if runs is not None:
        from sim.study.arm_store import fresh as anew

        with anew(fresh), progress_bar("Running", quiet=quiet) as progress:
            table = motives(
                spec, state=state, dyad=dyad, when=when, runs=runs, seed=seed, jobs=jobs,
                progress=progress,
            )  # fmt: skip
        found["motives"] = table.to_dict()
        if not as_json:
            _print_motives(table)
    if as_json:
        print_json(found)


def _say(text: str, style: str = "") -> None:
    out.print(text, style=style, highlight=False)


def _print_story(story: Story, *, full: bool) -> None:
    from sim.study.explain import heading
    from sim.words.of_decisions import UNIT

    _say(story.title, "bold")
    _say(f"{heading(story)}.", "dim")
    for sentence in story.sentences() if full else story.in_short():
        _say(f"\n{sentence}")
    _say(f"\n{UNIT}", "dim")


def _print_motives(motives: Motives) -> None:
    from sim.measure.summary import percent, plural
    from sim.study.explain import in_words
    from sim.system.terminal import table

    whose = "-".join(motives.pair) or motives.state or ""
    whose += f", by {motives.state}" if motives.pair and motives.state else ""
    arm = "" if motives.arm == "base" else f", arm {motives.arm}"
    _say(f"{motives.title}{arm}", "bold")
    _say(
        f"{whose} {in_words(motives.start, motives.end)}, {plural(motives.runs, 'run')}, "
        f"seed {motives.seed}.",
        "dim",
    )
    if not motives.acts:
        _say("No move in any run.")
        return
    sides = [(name, "right") for name in ("done", "a run", "in runs", "refused")]
    rows = table(None, ("act", *sides, "decided by"))
    for act in motives.acts:
        refused = str(act.refused) if act.refused else ""
        rows.add_row(
            act.act,
            str(act.done),
            f"{act.per_run:.2f}",
            percent(act.runs),
            refused,
            _motives(act),
        )
    out.print(rows)
    _say(
        "In runs: the share of runs with any. Decided by: the term of utility that spoke most for "
        "each act done; chance, where none did. The share of a rare act rests on few cases.",
        "dim",
    )


def _motives(act: Act) -> str:
    from sim.measure.summary import percent

    shown = act.motives[:_SHOWN_TERMS]
    return ", ".join(f"{it.term.replace('_', ' ')} {percent(it.share)}" for it in shown)


def _draw(story: Story, folder: Path, *, force: bool, quiet: bool) -> list[Path]:
    """Draw the decisions of a story, the weightiest dozen if there are more; return the files."""
    from sim.show.plots.style import save_figure
    from sim.show.plots.waterfall import draw_waterfall

    def weight(decision: Decision) -> float:
        return sum(abs(part.change) for part in decision.mover.parts)

    chosen = sorted(story.decisions, key=lambda it: -weight(it))[:_FIGURES]
    files: list[Path] = []
    for decision in chosen:
        move = decision.move
        name = f"{decision.quarter}-{move.mover}-{move.partner}-{move.kind}-{decision.order}"
        place = folder / re.sub(r"[^\w-]+", "_", name)
        files += save_figure(draw_waterfall(story, decision), place, force=force)
    if not quiet:
        left_out = len(story.decisions) - len(chosen)
        rest = f", without the {left_out} slightest decisions" if left_out else ""
        said = f"Figures: {folder}{rest}" if files else "No decision to draw."
        say(said)
    return files

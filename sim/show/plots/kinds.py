"""The kinds of figures: one row a kind, from which the command, its help and the tests are made.

A new figure is one file with a function ``draw_<kind>(result, *, page=PAPER, **options)``, which
returns a matplotlib figure, and one row here. Files from outside the package
(:mod:`sim.rules.outside`) declare kinds of their own, ``FIGURE = Kind(...)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from sim.errors import UserError, hint, shown
from sim.rules import outside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.show.plots.style import Page


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure.

    Attributes:
        name: as ``--kind`` calls it.
        takes: the kind of result that it draws, one of :data:`sim.record.saved.KINDS`.
        drawing: module and function, imported when first used, or the function itself.
        help: what one sees, in a line.
        options: names of the options that the function takes beside ``page``.
        also: further kinds of result that it draws.
    """

    name: str
    takes: str
    drawing: str | Callable[..., Figure]
    help: str
    options: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def fits(self, result: str) -> bool:
        """Whether it draws this kind of result."""
        return result == self.takes or result in self.also

    def draw(self, result: Any, page: Page | None = None, **options: Any) -> Figure:
        """Draw a result; options that the kind does not take are left out.

        Raises:
            UserError: the result lacks what the figure shows.
        """
        from sim.show.plots.style import PAPER

        function: Any = self.drawing
        if isinstance(function, str):
            module, _, name = function.partition(":")
            function = getattr(import_module(module), name)
        wanted = {key: options[key] for key in self.options if options.get(key) is not None}
        figure: Figure = function(result, page=page or PAPER, **wanted)
        return figure


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "network",
            "run",
            "sim.show.plots.network:draw_network",
            "The states and their ties at the end, by bloc; pale where runs disagree.",
        ),
        Kind(
            "comembership",
            "run",
            "sim.show.plots.comembership:draw_comembership",
            "How often two states end in one bloc: a heat map, ordered by bloc.",
        ),
        Kind(
            "alluvial",
            "run",
            "sim.show.plots.alluvial:draw_alluvial",
            "How many states each bloc has through time, and who changes over.",
        ),
        Kind(
            "map",
            "run",
            "sim.show.plots.worldmap:draw_map",
            "The world by bloc: saturation is probability, hatching marks who hedges.",
        ),
        Kind(
            "dependence",
            "run",
            "sim.show.plots.dependence:draw_dependence",
            "On whom the focal states depend, and how that has changed (--state).",
            ("state",),
        ),
        Kind(
            "pacts",
            "run",
            "sim.show.plots.pacts:draw_pacts",
            "Which pairs have pacts in what part of the runs, through time (--state).",
            ("state",),
        ),
        Kind(
            "polarity",
            "run",
            "sim.show.plots.polarity:draw_polarity",
            "The effective number of poles and the blocs' shares through time, with bands.",
        ),
        Kind(
            "plane",
            "run",
            "sim.show.plots.alignment_plane:draw_plane",
            "Paths of focal states between two poles (--axes A,B, --state, --variable).",
            ("axes", "state", "variable"),
        ),
        Kind(
            "alignment",
            "run",
            "sim.show.plots.trajectories:draw_trajectories",
            "A variable of the focal states towards each pole through time (--variable).",
            ("variable",),
        ),
        Kind(
            "differences",
            "comparison",
            "sim.show.plots.differences:draw_differences",
            "What the arms change through time, with 95% intervals.",
        ),
        Kind(
            "forest",
            "claims",
            "sim.show.plots.forest:draw_forest",
            "The effect behind each claim with its interval, by verdict.",
        ),
        Kind(
            "robust",
            "robust",
            "sim.show.plots.robust:draw_robust",
            "Each answer of the engine beside null models and rival theories.",
        ),
        Kind(
            "posterior",
            "calibration",
            "sim.show.plots.posterior:draw_posterior",
            "What the targets say of each parameter, against its prior and default.",
        ),
        Kind(
            "fit",
            "calibration",
            "sim.show.plots.posterior:draw_fit",
            "How far the model lies from each target, as declared and calibrated.",
        ),
        Kind(
            "ranking",
            "sensitivity",
            "sim.show.plots.ranking:draw_ranking",
            "What findings depend on: shares of the variance, luck, and whether they survive.",
        ),
        Kind(
            "phase",
            "phase",
            "sim.show.plots.phase:draw_phase",
            "What comes out over two parameters, where it turns, and how surely; of a sweep over a "
            "grid, too (--variable 'METRIC > LEVEL', or partition).",
            ("variable",),
            ("sweep",),
        ),
        Kind(
            "response",
            "sweep",
            "sim.show.plots.response:draw_response",
            "What comes out over the one number of a sweep, with bands, a line for each arm or "
            "other choice (--variable METRIC).",
            ("variable",),
        ),
        Kind(
            "auc",
            "hindcast",
            "sim.show.plots.hindcast:draw_auc",
            "How well each model ranks onsets and endings of alliances, with 90% intervals.",
        ),
        Kind(
            "reliability",
            "hindcast",
            "sim.show.plots.hindcast:draw_reliability",
            "How often pairs were tied, by the probability that each model gave.",
        ),
    )
}


def all_kinds() -> dict[str, Kind]:
    """Return the kinds of the table and those of rules from outside.

    Raises:
        UserError: a file from outside is not valid.
    """
    found = dict(KINDS)
    if outside.sources():
        import_module("sim.rules.catalogue")  # which runs them
    for rule in outside.loaded():
        kind = rule.declared("FIGURE")
        if kind is None:
            continue
        if not isinstance(kind, Kind):
            raise rule.error("FIGURE", "write FIGURE = Kind(...), of sim.show.plots.kinds")
        if kind.name in found or kind.name == "all":
            raise rule.error("FIGURE", f"the name {shown(kind.name)} is taken; call it otherwise")
        if callable(drawing := kind.drawing) and "page" not in signature(drawing).parameters:
            raise rule.error(drawing.__name__, "takes (result, *, page) and the kind's options")
        found[kind.name] = kind
    return found


def find_kinds(names: Iterable[str], takes: str) -> list[Kind]:
    """Return the kinds of these names, all that fit for ``all``.

    Raises:
        UserError: there is no such kind, or it draws another kind of result.
    """
    known = all_kinds()
    fitting = [kind.name for kind in known.values() if kind.fits(takes)]
    found: dict[str, Kind] = {}
    for name in names:
        if name == "all":
            found |= {kind: known[kind] for kind in fitting}
        elif name not in known:
            fits = f"for this result there are {', '.join(fitting)}"
            raise UserError(f"{shown(name)} is not a kind of figure{hint(name, known)}; {fits}")
        elif not known[name].fits(takes):
            fits = f"this is a {takes}, for which there are {', '.join(fitting)}"
            raise UserError(f"{name} draws a saved {known[name].takes}; {fits}")
        else:
            found[name] = known[name]
    return list(found.values())


def plot(result: Any, kind: str, *, style: str = "paper", **options: Any) -> Axes:
    """Draw a result in a notebook and return the axes, the largest first of several.

    The figure belongs to pyplot, so a notebook shows it below the cell; ``axes.figure`` is the
    whole, ``axes.figure.axes`` has all panels.

    Args:
        result: results of a run, a comparison, tested claims.
        kind: a name of :data:`KINDS`.
        style: ``paper`` or ``slides``.
        options: of the kind, such as ``variable="trust"``.

    Raises:
        UserError: there is no such kind, style or option, or the result lacks what is to be shown.
    """
    from sim.record.saved import kind_of
    from sim.show.plots.style import find_page

    (found,) = find_kinds([kind], kind_of(result)) if kind != "all" else (None,)
    if found is None:
        raise UserError("draw one kind at a time: 'all' is for files")
    for name in options:
        if name not in found.options:
            takes = f"; it takes {', '.join(found.options) or 'none'}"
            raise UserError(f"{kind} has no option {shown(name)}{hint(name, found.options)}{takes}")
    return found.draw(result, replace(find_page(style), managed=True), **options).axes[0]

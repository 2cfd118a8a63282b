"""The figures that every result gets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.measure.summary import CoalitionReport
from sim.show.plots.comembership import draw_comembership
from sim.show.plots.network import draw_network
from sim.show.plots.style import FORMATS, coalitions, save_figure
from sim.show.plots.trajectories import draw_trajectories

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.record.results import Results


def draw_figures(results: Results, report: CoalitionReport | None = None) -> dict[str, Figure]:
    """Draw network, co-membership and alignment; by name.

    Without a recorded pair of focal state and pole there are no trajectories.
    """
    report = report or coalitions(results)
    record = results.record
    figures = {
        "network": draw_network(results, report),
        "comembership": draw_comembership(results, report),
    }
    pairs = {(code, pole) for code in record.focal for pole in record.poles}
    if pairs & set(record.dyads) and "alignment" in record.dyad_fields:
        figures["alignment"] = draw_trajectories(results, "alignment")
    return figures


def save_figures(
    results: Results,
    folder: Path | str,
    report: CoalitionReport | None = None,
    *,
    drawn: dict[str, Figure] | None = None,
    force: bool = False,
    formats: Iterable[str] = FORMATS,
) -> list[Path]:
    """Write the standard figures, or those given as ``drawn``; return the files.

    Raises:
        UserError: the files cannot be written, or others are there and no ``force``.
    """
    files: list[Path] = []
    for name, figure in (drawn or draw_figures(results, report)).items():
        files += save_figure(figure, Path(folder) / name, formats=formats, force=force)
    return files

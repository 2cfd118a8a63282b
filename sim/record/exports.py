"""Results as other programs want them: graphs, arrays with named axes, CSV, Stata.

Functions of results and nothing else; :class:`sim.record.results.Results` has them as methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sim.blocs import bonds, name_blocs
from sim.errors import UserError, hint, needed, shown
from sim.record.columns import Columns, to_frame
from sim.rules.catalogue import PARTS
from sim.system.files import refuse_file, write_text, written

if TYPE_CHECKING:
    import networkx as nx

    from sim.record.results import Results

type Run = int | Literal["mean"]

PACT: Final = 0.5
"""A pact is there from this level on; levels are whole in a run."""


def kept_tick(results: Results, quarter: str | int) -> int:
    """Return the position, among the ticks at which the network is kept, of a quarter.

    Args:
        results: of a run.
        quarter: its name, such as ``2026Q2``, or a position: -1 is the last.

    Raises:
        UserError: the network of that quarter is not kept.
    """
    kept = [results.quarters[tick] for tick in results.record.network_ticks]
    if isinstance(quarter, int) and -len(kept) <= quarter < len(kept):
        return quarter % len(kept)
    if quarter not in kept:
        raise UserError(
            f"quarter {shown(str(quarter))}: networks are kept of {', '.join(kept)}"
            f"{hint(str(quarter), kept)}"
        )
    return kept.index(str(quarter))


def chosen_runs(results: Results, run: Run) -> slice:
    """Return the runs that are meant, one of them or all.

    Raises:
        UserError: there is no such run.
    """
    count = results.record.runs
    if run == "mean":
        return slice(0, count)
    if not 0 <= run < count:
        raise UserError(f"run {run}: expected 'mean', or a number from 0 to {count - 1}")
    return slice(run, run + 1)


def network_of(results: Results, quarter: str | int = -1, run: Run = "mean") -> nx.Graph:
    """Return the network of ties of a quarter, of one run or as the mean over the runs.

    A node is a state, by its code, with its ``name``, ``pole``, every recorded variable of states,
    its bloc by the member that leads it (``bloc``, the most frequent one) and the share of runs
    with it (``bloc_share``). An edge has ``tie`` (signed, from which blocs are read), ``weight``
    (what of it binds, for programs that lay graphs out), ``level`` (bilateral pact, 0 to 3),
    ``pact`` (share of runs with one) and ``floor`` (commitment by shared organisations, 0 to 1).

    Raises:
        UserError: the quarter is not kept, or there is no such run.
    """
    import networkx as nx

    record, place, runs = results.record, kept_tick(results, quarter), chosen_runs(results, run)
    graph = nx.Graph(
        title=results.meta.title,
        arm=results.meta.arm,
        quarter=results.quarters[record.network_ticks[place]],
        runs=len(range(record.runs)[runs]),
        result=results.run_id,
    )
    _add_states(graph, results, place, runs)
    sheets = {
        name: np.asarray(getattr(record, name)[runs, place], np.float64)
        for name in ("tie", "level", "floor")
    }
    sheets["pact"] = (sheets["level"] > PACT).astype(np.float64)
    mean = {name: sheet.mean(axis=0) for name, sheet in sheets.items()}
    for i, a in enumerate(record.states):
        for j, b in enumerate(record.states[:i]):
            facts = {name: float(sheet[i, j]) for name, sheet in mean.items()}
            if any(facts.values()):
                graph.add_edge(b, a, weight=max(0.0, float(bonds(facts["tie"]))), **facts)
    return graph


def _add_states(graph: nx.Graph, results: Results, place: int, runs: slice) -> None:
    record, tick = results.record, results.record.network_ticks[place]
    core = name_blocs(results.bloc_labels[runs, place], results.leading[runs, place])
    values = {name: record.state(name)[runs, tick].mean(axis=0) for name in record.state_fields}
    for at, code in enumerate(record.states):
        found, count = np.unique(core[:, at], return_counts=True)
        graph.add_node(
            code,
            kind="state",
            name=results.meta.state_names.get(code, code),
            pole=code in record.poles,
            bloc=record.states[found[count.argmax()]],
            bloc_share=float(count.max() / count.sum()),
            **{name: float(value[at]) for name, value in values.items()},
        )


def pacts_of(results: Results, quarter: str | int = -1, run: Run = "mean") -> nx.Graph:
    """Return the obligations of a quarter: bilateral pacts, organisations, who is in them.

    Two states have an edge where a pact or an organisation binds them, with the attributes of
    :func:`network_of`; ``weight`` is the commitment by organisations or the pact level over three,
    whichever is more. An organisation is a node of ``kind`` ``organisation`` with an edge to each
    member, whose ``part`` and ``weight`` are 1 for a full member and less for a partner. Parts are
    known of the states whose pairs are recorded: ``record: {dyads: all}`` keeps everybody's.

    Raises:
        UserError: the quarter is not kept, or there is no such run.
    """
    graph = network_of(results, quarter, run)
    for a, b, facts in list(graph.edges(data=True)):
        if facts["level"] > 0.0 or facts["floor"] > 0.0:
            facts["weight"] = max(facts["floor"], facts["level"] / 3.0)
        else:
            graph.remove_edge(a, b)
    record, runs = results.record, chosen_runs(results, run)
    tick = record.network_ticks[kept_tick(results, quarter)]
    for (variable, body, code), series in zip(
        record.cells, np.moveaxis(record.cell_series[runs, tick], -1, 0), strict=True
    ):
        part = float(series.mean())
        if variable == PARTS["member"].name and code and part > 0.0:
            graph.add_node(body, kind="organisation", name=body)
            graph.add_edge(body, code, part=part, weight=part)
    return graph


def arrays_of(results: Results) -> Any:
    """Return everything but the moves as an ``xarray.Dataset`` with named axes.

    Variables of states are ``(run, quarter, state)``, those of recorded pairs ``pair_NAME (run,
    quarter, pair)`` with a pair as ``AAA>BBB``, cells of collectives ``collective (run, quarter,
    cell)``, and ``tie``, ``level``, ``floor`` and ``bloc`` along the quarters that are kept,
    ``kept``.

    Raises:
        UserError: xarray is not installed.
    """
    xr = needs_xarray()
    record = results.record
    states = {
        name: (("run", "quarter", "state"), record.state(name)) for name in record.state_fields
    }
    pairs = {
        f"pair_{name}": (("run", "quarter", "pair"), record.dyad_series[:, :, at])
        for at, name in enumerate(record.dyad_fields)
    }
    network = {
        name: (("run", "kept", "state", "partner"), np.asarray(getattr(record, name)))
        for name in ("tie", "level", "floor")
    }
    return xr.Dataset(
        {
            **states,
            **pairs,
            **network,
            "bloc": (("run", "kept", "state"), results.bloc_labels),
            "collective": (("run", "quarter", "cell"), np.asarray(record.cell_series)),
        },
        coords={
            "run": np.arange(record.runs),
            "quarter": results.quarters,
            "state": list(record.states),
            "partner": list(record.states),
            "pair": [f"{i}>{j}" for i, j in record.dyads],
            "kept": [results.quarters[tick] for tick in record.network_ticks],
            "cell": [":".join(filter(None, cell)) for cell in record.cells],
        },
        attrs={"title": results.meta.title, "arm": results.meta.arm, "result": results.run_id},
    )


def needs_xarray() -> Any:
    """Return the module xarray.

    Raises:
        UserError: it is not installed.
    """
    from importlib import import_module

    with needed("to_xarray needs xarray: pip install xarray"):
        return import_module("xarray")


# --- files ---------------------------------------------------------------------------------------
def write_tables(
    tables: Mapping[str, Iterable[Columns]], folder: Path, *, stata: bool, force: bool
) -> list[Path]:
    """Write tables that come in parts, each as ``NAME.csv`` or for Stata as ``NAME.dta``.

    CSV is UTF-8 with commas and decimal points, an empty cell where there is nothing, ``True`` and
    ``False``. Stata's files are of version 118 (Stata 14 and later), names as labelled values.

    Raises:
        UserError: a file is there, and no ``force``, or cannot be written.
    """
    import pandas as pd

    files = {name: folder / f"{name}.{'dta' if stata else 'csv'}" for name in tables}
    for path in files.values():
        refuse_file(path, force=force)
    for name, path in files.items():
        frames = map(to_frame, tables[name])
        with written(path) as scratch:
            if stata:
                whole = pd.concat(frames, ignore_index=True)
                flags = dict.fromkeys(whole.select_dtypes("bool").columns, "int8")
                whole.astype(flags).to_stata(scratch, write_index=False, version=118)
                continue
            for number, frame in enumerate(frames):
                part: dict[str, Any] = {"mode": "a" if number else "w", "header": number == 0}
                frame.to_csv(scratch, index=False, lineterminator="\n", **part)
    return list(files.values())


def write_graph(graph: nx.Graph, path: Path | str, *, force: bool = False) -> Path:
    """Write a graph for Gephi and others: ``.graphml``, ``.gexf`` or ``.net`` (Pajek).

    Raises:
        UserError: the ending says nothing of a format, or the file is there and no ``force``, or
            cannot be written.
    """
    import networkx as nx

    target = Path(path)
    texts: dict[str, Callable[[nx.Graph], Iterable[str]]] = {
        ".graphml": nx.generate_graphml,
        ".gexf": nx.generate_gexf,
        ".net": _pajek_lines,
    }
    if target.suffix not in texts:
        raise UserError(f"{target}: expected a name that ends in {', '.join(texts)}")
    refuse_file(target, force=force)
    return write_text(target, "\n".join(texts[target.suffix](graph)) + "\n")


def _pajek_lines(graph: nx.Graph) -> Iterator[str]:
    """Nodes and weights; Pajek has no place for other numbers of edges."""
    edges = {(a, b): facts["weight"] for a, b, facts in graph.edges(data=True)}
    return pajek_lines(graph, edges, "*Edges")


def pajek_lines(
    names: Iterable[str], edges: Mapping[tuple[str, str], float], kind: str = "*Arcs"
) -> Iterator[str]:
    """Yield the lines of a network in Pajek's format, an edge or arc for each pair."""
    places = {name: at for at, name in enumerate(names, 1)}
    yield f"*Vertices {len(places)}"
    yield from (f'{at} "{name}"' for name, at in places.items())
    yield kind
    yield from (f"{places[i]} {places[j]} {weight:.10g}" for (i, j), weight in edges.items())

"""Write the rooms of the package and what they import to docs/architecture.md, and draw them.

.venv/bin/python -m tools.architecture_page
"""

from __future__ import annotations

import ast
import importlib
import io
from pathlib import Path
from typing import Final

import networkx as nx
from matplotlib import pyplot as plt

from sim.system.files import write_bytes, write_text
from tools.marked import replaced
from tools.odd_page import table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "architecture.png"
BLOCK: Final = "rooms"
LOOSE: Final = {"errors", "types"}
"""Modules beside the rooms that everything may use; they are not drawn."""


def rooms() -> list[str]:
    """The rooms of the package in the order of the alphabet."""
    return sorted(path.parent.name for path in (ROOT / "sim").glob("*/__init__.py"))


def imports() -> nx.DiGraph:
    """Which room imports from which, with the number of modules that do."""
    found = nx.DiGraph()
    for room in rooms():
        found.add_node(room)
        for path in sorted((ROOT / "sim" / room).rglob("*.py")):
            named = set()
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                words = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                words += (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                )
                if words == ["sim"] and isinstance(node, ast.ImportFrom):
                    words = [f"sim.{alias.name}" for alias in node.names]
                named |= {word.split(".")[1] for word in words if word.startswith("sim.")}
            for other in named & set(rooms()) - {room}:
                count = found.get_edge_data(room, other, {"modules": 0})["modules"]
                found.add_edge(room, other, modules=count + 1)
    return found


def job(room: str) -> str:
    """What a room is for: the first sentence of its docstring."""
    said = importlib.import_module(f"sim.{room}").__doc__ or ""
    return " ".join(said.split("\n\n")[0].split()).removesuffix(".")


def block() -> str:
    """The table of rooms, those that use others before those that they use."""
    graph = imports()
    order = list(nx.lexicographical_topological_sort(graph))
    rows = (
        (f"`sim/{room}/`", job(room), ", ".join(f"`{to}`" for to in order if to in graph[room]))
        for room in order
    )
    return f"\n{table(('room', 'its job', 'imports from'), rows)}\n"


def levels(graph: nx.DiGraph) -> dict[str, int]:
    """How far above the ground a room stands: one above the highest that it imports from."""
    found: dict[str, int] = {}
    for room in reversed(list(nx.lexicographical_topological_sort(graph))):
        found[room] = 1 + max((found[to] for to in graph[room]), default=-1)
    return found


def draw() -> bytes:
    """A picture of the rooms: arrows lead to what is imported, those that follow from others left out."""
    graph = imports()
    level = levels(graph)
    rows = [[room for room in graph if level[room] == at] for at in range(max(level.values()) + 1)]
    place = {
        room: ((at + 0.5) * 10 / len(row), float(level[room]))
        for row in rows
        for at, room in enumerate(row)
    }
    figure, axes = plt.subplots(figsize=(7.5, 0.72 * len(rows)), layout="constrained")
    for one, other in nx.transitive_reduction(graph).edges:
        axes.annotate(
            "", place[other], place[one],
            arrowprops={"arrowstyle": "-|>", "color": "#7a8594", "shrinkA": 13, "shrinkB": 13,
                        "connectionstyle": "arc3,rad=0.08"},
        )  # fmt: skip
    for room, (x, y) in place.items():
        axes.text(x, y, f"{room}/", ha="center", va="center", fontsize=10,
                  bbox={"boxstyle": "round,pad=0.35", "fc": "#eaf1f8", "ec": "#35618f"})  # fmt: skip
    axes.set(xlim=(0, 10), ylim=(-0.6, len(rows) - 0.4))
    axes.axis("off")
    made = io.BytesIO()
    figure.savefig(made, dpi=130, format="png", metadata={"Software": None})
    plt.close(figure)
    return made.getvalue()


def main() -> None:
    """Write both."""
    write_text(PAGE, replaced(PAGE.read_text("utf-8"), BLOCK, block()))
    write_bytes(PICTURE, draw())


if __name__ == "__main__":
    main()

"""The block ``answer:`` of a scenario: which two arms and which metrics answer its question.

It says what is told, never what is simulated, and is left out of every hash. The metrics are read
by :mod:`sim.study.answer`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sim.errors import hint
from sim.scenario.quantity import Plain
from sim.scenario.reader import Log, Node
from sim.scenario.value_kinds import IDENTIFIER, ListOf, Member, Named, Struct, Text

_ASKED = Struct(
    {
        "metric": Member(Text(1_000), "What is measured, as `compare` does.", required=True),
        "name": Member(Text(100), "What it is called within a sentence."),
        "higher": Member(Text(100), "What is said where it rises: a verb and its object."),
        "lower": Member(Text(100), "What is said where it falls."),
        "smallest": Member(Plain(), "The smallest effect that matters; needs `why`."),
        "why": Member(Text(500), "Why a smaller effect does not matter."),
    }
)

ANSWER = Struct(
    {
        "arms": Member(
            ListOf(Text(100), 2, 2), "With what is asked about, then without it.", required=True
        ),
        "of": Member(Text(100), "What is asked about, as the subject of a sentence."),
        "metrics": Member(
            Named(_ASKED, IDENTIFIER, "a name of letters, digits, _ and -"),
            "Name: what answers, in order.",
        ),
    }
)


def read_answer(node: Node | None, arms: Collection[str], log: Log) -> dict[str, Any]:
    """Return the block as it is written, empty where there is none; mistakes go to the log.

    Args:
        node: the block.
        arms: the names of the arms, the base included.
        log: gets the problems.
    """
    if node is None:
        return {}
    listed = node.value["arms"].value if "arms" in node.value else []
    for item in listed:
        if item.value not in arms:
            log.value(item, "answer.arms", f"unknown arm '{item.value}'{hint(item.value, arms)}")
    if len({item.value for item in listed}) == 1:
        log.key(node, "answer.arms", "an arm is not held against itself; name two")
    for name, asked in node.value["metrics"].value.items() if "metrics" in node.value else ():
        if ("smallest" in asked.value) != ("why" in asked.value):
            message = "'smallest' and 'why' belong together: say both or neither"
            log.key(asked, f"answer.metrics.{name}", message)
        elif "smallest" in asked.value and asked.value["smallest"].value <= 0:
            key = f"answer.metrics.{name}.smallest"
            log.value(asked.value["smallest"], key, "expected a number above 0")
    found: dict[str, Any] = node.plain()
    return found

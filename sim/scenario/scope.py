"""Which states act: ``scope``, and the wider world that lies beneath a base world.

A base world knows its own states in detail and may name a file that has all others (``wider``).
Without a scope that file is not read, and nothing of a scenario changes. With one, the states that
it asks for are put beneath the scenario, with their pairs, pacts, trade and conflicts; the
scenario's own states always act, and what it says of them and between them holds:

* a table of the wider world speaks only of pairs with at least one added state;
* groups and organisations of the scenario also get the added states that belong to them; members
  of its own that a base world has too many or too few are put right by the wider world's list;
* what the scenario's states trade with the rest of the world is less by what they trade with the
  added states, and keeps a tenth at least; what added states trade with those that do not act is
  trade with the rest;
* distances are those of outlines (:mod:`sim.scenario.outlines`), with the source of the wider
world's block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sim.errors import hint, shown
from sim.scenario.outlines import distances
from sim.scenario.overlay import merge
from sim.scenario.reader import Layer, Log, Node, Part
from sim.scenario.spec import REST_OF_WORLD
from sim.scenario.value_kinds import IDENTIFIER, Kind, Schema
from sim.system.inputs import whole

ALL: Final = "all"
PREFIX: Final = "scope="
_EXPECTED: Final = "all, a number of states, or states and groups of them"
_LEFT: Final = 0.1
_SEPARATORS: Final = (">", "-")
_SHARES: Final = ("energy", "arms", "arms_stock", "finance")

type Wanted = str | int | tuple[str, ...]
"""``all``, how many of the strongest, or codes and names of groups."""
type Nodes = dict[str, Node]


class Scope(Kind):
    """``all``, a number of states, or a list of states and groups."""

    def check(self, node: Node, key: str, log: Log) -> bool:
        """Check the form; whether there are such states is seen when they are sought."""
        if wanted(node) is not None:
            return True
        log.value(node, key, f"expected {_EXPECTED}")
        return False

    def schema(self) -> Schema:
        """Return the three forms."""
        names = {"type": "array", "items": {"type": "string", "pattern": IDENTIFIER}}
        return {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 2}, names]}


def wanted(node: Node) -> Wanted | None:
    """Return what a scope asks for, or None if it is malformed; a text may be a list."""
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value > 1 else None
    listed = value.split(",") if isinstance(value, str) else node.plain()
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        return None
    names = tuple(name.strip() for name in listed if name.strip())
    return ALL if names == (ALL,) else names or None


def of_option(text: str) -> Node:
    """Return the scope that an override ``scope=...`` of the command line asks for."""
    written = text.removeprefix(PREFIX).strip()
    layer = Layer("command line", option=f"--scope {written}")
    number = whole(written)
    return Node(written if number is None else number, layer, 0, 0)


@dataclass(frozen=True)
class Wide:
    """The wider world of a base world.

    Attributes:
        root: tree of all states.
        world: tree of the base world that names it, without what extends that.
    """

    root: Node
    world: Node


def widen(root: Node, wide: Wide, scope: Node, log: Log) -> Node:
    """Return the tree of a scenario with the states that a scope asks for; none is changed."""
    own = frozenset(_children(root, "states"))
    chosen = _chosen(root, wide.root, scope, own, log)
    added = chosen - own
    return _Widening(root, wide, own, frozenset(added)).tree() if added else root


def _children(node: Node, *path: str) -> Nodes:
    """The named entries of a block, without its defaults; none where there is no such block."""
    for name in path:
        inner = node.value.get(name) if isinstance(node.value, dict) else None
        if inner is None:
            return {}
        node = inner
    if not isinstance(node.value, dict):
        return {}
    return {name: child for name, child in node.value.items() if name != "defaults"}


def _chosen(root: Node, wide: Node, scope: Node, own: frozenset[str], log: Log) -> set[str]:
    asked = wanted(scope)
    known = {**_children(wide, "states"), **_children(root, "states")}
    if asked is None or asked == ALL:
        return set(known)
    if isinstance(asked, int):
        strength = {code: _figure(node.value.get("capability")) for code, node in known.items()}
        order = sorted(known, key=lambda code: (code not in own, -strength[code], code))
        return set(order[: max(asked, len(own))])
    blocks = [_children(wide, "groups"), _children(root, "groups")]
    groups = {name for block in blocks for name in block}
    found: set[str] = set()
    for name in asked:
        if name in known:
            found.add(name)
        elif name in groups:
            found.update(code for x in blocks if name in x for code in _codes(x[name]))
        else:
            fix = hint(name, [*known, *groups])
            log.value(scope, "scope", f"no state or group {shown(name)}{fix}")
    return found & known.keys()


def _figure(node: Node | None) -> float:
    """The value of a number; zero where there is none."""
    value: Any = None if node is None else node.value
    if isinstance(value, dict):
        return _figure(value.get("value"))
    return float(value) if isinstance(value, int | float) else 0.0


def _scaled(node: Node, value: float) -> Node:
    """The number with another value; a range in units of the old one grows with it."""
    if not isinstance(node.value, dict):
        found = node.like(value)
        found.own = node.own
        return found
    factor = value / old if (old := _figure(node)) else 1.0
    inner = dict(node.value)
    inner["value"] = inner["value"].like(value)
    ends = inner["range"].value if "range" in inner else None
    if isinstance(ends, list):
        ends = [end.like(end.value * factor) for end in ends]
        inner["range"] = inner["range"].like(ends)
    found = node.like(inner)
    found.own = node.own
    return found


def _codes(node: Node) -> list[str]:
    """The names in a list."""
    return [item.value for item in node.value] if isinstance(node.value, list) else []


class _Widening:
    """The states that are added to a scenario, and its tree with them beneath."""

    def __init__(self, root: Node, wide: Wide, own: frozenset[str], added: frozenset[str]) -> None:
        self.root = root
        self.wide = wide.root
        self.world = wide.world
        self.own = own
        self.added = added
        self.acting = own | added
        self.below: Nodes = {}
        self.above: Nodes = dict(root.value)

    def tree(self) -> Node:
        """Return the scenario over what the wider world says of the added states."""
        states = _children(self.wide, "states")
        self._lay("states", {code: states[code] for code in sorted(self.added)})
        if "sources" in self.wide.value:
            self.below["sources"] = self.wide.value["sources"]
        groups = self._groups()
        self._relations(groups)
        self._trade()
        self._shares()
        self._listed()
        self._organisations(self.acting | set(groups) | set(_children(self.root, "groups")))
        return merge(self.wide.like(self.below), self.root.like(self.above))

    def _lay(self, block: str, entries: Nodes) -> None:
        """Put entries of a block of the wider world beneath, with the block's defaults."""
        if entries:
            node = self.wide.value[block]
            kept = {name: x for name, x in node.value.items() if name == "defaults"}
            self.below[block] = node.like({**kept, **entries})

    def _over(self, block: str, entries: Nodes) -> None:
        """Put entries into a block of the scenario, which stays as it is otherwise."""
        node = self.above.get(block)
        if node is not None and entries:
            found = node.like({**node.value, **entries})
            found.own = node.own
            self.above[block] = found

    def _groups(self) -> Nodes:
        """Groups get their added states; return those of the wider world that act."""
        found: Nodes = {}
        mine = _children(self.root, "groups")
        longer: Nodes = {}
        for name, node in _children(self.wide, "groups").items():
            acting = [item for item in node.value if item.value in self.acting]
            if acting:
                found[name] = node.like(Part(acting, len(node.value)))
            if name in mine and isinstance(mine[name].value, list):
                new = [item for item in acting if item.value in self.added]
                stated = mine[name].value
                longer[name] = mine[name].like(Part([*stated, *new], len(stated)))
        self._lay("groups", {name: node for name, node in found.items() if name not in mine})
        self._over("groups", longer)
        return found | {name: node for name, node in longer.items() if name in found}

    # --- pairs -----------------------------------------------------------------------------------
    def _relations(self, groups: Nodes) -> None:
        """Numbers of pairs with an added state; a group that also has others is split."""
        made: Nodes = {}
        found: Nodes = {}
        for name, block in _children(self.wide, "relations").items():
            lines: Nodes = {}
            for text, node in _children(block).items():
                for line in self._lines(text, groups, made):
                    lines.setdefault(line, node)
            if name == "distance":
                lines |= self._distances(block, lines)
            kept = {key: x for key, x in block.value.items() if key == "defaults"}
            found[name] = block.like({**kept, **lines})
        self._lay("relations", found)
        if made:
            node = self.below.get("groups", self.wide.like({}))
            self.below["groups"] = node.like({**node.value, **made})

    def _lines(self, text: str, groups: Nodes, made: Nodes) -> Iterator[str]:
        mark = next((mark for mark in _SEPARATORS if mark in text), None)
        if mark is None:
            raise ValueError(f"{text} names no pair")  # the tree is malformed, and is told as such
        left, right = text.split(mark)
        sides = [self._new(side, groups, made) for side in (left, right)]
        if sides[0] is not None and self._acts(right, groups):
            yield f"{sides[0]}{mark}{right}"
        both = left == right or (sides[0] == left and sides[1] == right)
        if sides[1] is not None and not both and self._acts(left, groups):
            yield f"{left}{mark}{sides[1]}"

    def _acts(self, side: str, groups: Nodes) -> bool:
        return side in self.acting or side in groups

    def _new(self, side: str, groups: Nodes, made: Nodes) -> str | None:
        """The added states that a side means: a code, or the name of a group of them."""
        if side in self.added:
            return side
        if side not in groups:
            return None
        members = groups[side].value
        new = [item for item in members if item.value in self.added]
        if len(new) == len(members):
            return side
        if not new:
            return None
        name = f"{side}_added"
        made[name] = groups[side].like(Part(new, members.stated))
        return name

    def _distances(self, block: Node, stated: Nodes) -> Nodes:
        """Distances of outlines, 1000 km, of pairs that have none."""
        codes = tuple(sorted(self.acting))
        km = distances(codes)
        mine = _children(self.root, "relations", "distance")
        found: Nodes = {}
        for i, one in enumerate(codes):
            for j, other in enumerate(codes[:i]):
                known = any(f"{a}-{b}" in x for a, b in ((one, other), (other, one))
                            for x in (stated, mine))  # fmt: skip
                if not known and not np.isnan(km[i, j]):
                    node = block.like(float(round(km[i, j] / 1000.0, 3)))
                    node.own = block.own
                    found[f"{other}-{one}"] = node
        return found

    # --- channels --------------------------------------------------------------------------------
    def _trade(self) -> None:
        """Flows with an added state; what they leave of trade with the rest of the world."""
        block = self.wide.value.get("channels")
        wide = _children(self.wide, "channels", "trade", "flows")
        mine = _children(self.root, "channels", "trade", "flows")
        if block is None or not wide:
            return
        rows: dict[str, Nodes] = {}
        rest: dict[tuple[str, str], list[Node]] = {}
        taken: dict[tuple[str, str], float] = {}
        for giver, row in wide.items():
            for taker, node in _children(row).items():
                if {giver, taker} <= self.acting:
                    if not {giver, taker} <= self.own:
                        rows.setdefault(giver, {})[taker] = node
                        for pair in ((giver, REST_OF_WORLD), (REST_OF_WORLD, taker)):
                            taken[pair] = taken.get(pair, 0.0) + _figure(node)
                elif giver in self.added:
                    rest.setdefault((giver, REST_OF_WORLD), []).append(node)
                elif taker in self.added:
                    rest.setdefault((REST_OF_WORLD, taker), []).append(node)
        for (giver, taker), nodes in rest.items():
            total = sum(map(_figure, nodes))
            rows.setdefault(giver, {})[taker] = _scaled(nodes[0], float(f"{total:.3g}"))
        self._put_rows("trade", "flows", rows)
        smaller = dict(mine)
        for (giver, taker), flow in taken.items():
            flow_now = _children(smaller[giver]).get(taker) if giver in smaller else None
            before = _figure(flow_now)
            if flow_now is not None and before > 0.0:
                left = float(f"{max(before - flow, _LEFT * before):.3g}")
                row = smaller[giver]
                smaller[giver] = row.like({**row.value, taker: _scaled(flow_now, left)})
                smaller[giver].own = row.own
        self._replace_rows("trade", "flows", smaller)

    def _shares(self) -> None:
        """Shares of pairs with an added state, in what the scenario's own leave of the whole."""
        for channel in _SHARES:
            rows: dict[str, Nodes] = {}
            mine = _children(self.root, "channels", channel, "shares")
            for holder, row in _children(self.wide, "channels", channel, "shares").items():
                new = {
                    giver: node
                    for giver, node in _children(row).items()
                    if {giver, holder} <= self.acting and not {giver, holder} <= self.own
                }
                said = _children(mine[holder]) if holder in mine else {}
                room = max(1.0 - sum(map(_figure, said.values())), 0.0)
                total = sum(map(_figure, new.values()))
                if new and room > 0.0:
                    if total > room:
                        new = {x: _scaled(y, _figure(y) * room / total) for x, y in new.items()}
                    rows[holder] = new
            self._put_rows(channel, "shares", rows)

    def _put_rows(self, channel: str, inner: str, rows: dict[str, Nodes]) -> None:
        if not rows:
            return
        block = self.wide.value["channels"]
        node = block.value[channel]
        listed = node.value[inner]
        content = listed.like({holder: listed.like(row) for holder, row in rows.items()})
        channels = self.below.get("channels", block.like({}))
        self.below["channels"] = channels.like(
            {**channels.value, channel: node.like({**node.value, inner: content})}
        )

    def _replace_rows(self, channel: str, inner: str, rows: Nodes) -> None:
        block = self.above.get("channels")
        node = None if block is None else block.value.get(channel)
        if node is None or inner not in node.value:
            return
        listed = node.value[inner].like({**node.value[inner].value, **rows})
        changed = node.like({**node.value, inner: listed})
        listed.own, changed.own = node.value[inner].own, node.own
        self._over("channels", {channel: changed})

    # --- entries with members --------------------------------------------------------------------
    def _listed(self) -> None:
        """Pacts and conflicts all of whose parties act, one of them added."""
        pacts = {
            name: node
            for name, node in _children(self.wide, "pacts").items()
            if self._is_new(_codes(node.value["members"]))
        }
        self._lay("pacts", pacts)
        found: Nodes = {}
        for name, node in _children(self.wide, "conflicts").items():
            if self._is_new(
                [code for side in node.value["parties"].value for code in _codes(side)]
            ):
                helped = node.value["supporters"]
                supporters = {
                    party: listed.like([x for x in listed.value if x.value in self.acting])
                    for party, listed in _children(helped).items()
                }
                found[name] = node.like({**node.value, "supporters": helped.like(supporters)})
                found[name].own = node.own
        self._lay("conflicts", found)

    def _is_new(self, codes: Iterable[str]) -> bool:
        listed = set(codes)
        return listed <= self.acting and not listed <= self.own

    def _organisations(self, known: frozenset[str] | set[str]) -> None:
        """Organisations with all their members that act; those that have none are gone.

        ``known`` are the states and groups that there are: charters admit no others.
        """
        mine = _children(self.root, "organisations")
        before = _children(self.world, "organisations")
        below: Nodes = {}
        above: Nodes = {}
        for name, node in _children(self.wide, "organisations").items():
            if name in before and name not in mine:
                continue  # the scenario has removed it
            listed = [x for x in node.value["members"].value if x.value in self.acting]
            whole = mine.get(name)
            if whole is not None and "members" not in whole.value:
                whole = None  # the scenario changes some of its numbers alone
            if whole is not None:
                was = set(_codes(before[name].value["members"])) if name in before else None
                listed = self._members(whole, listed, was)
                inner = {**whole.value, "members": whole.value["members"].like(listed)}
                above[name] = whole.like(inner)
                above[name].own = whole.own
            codes = {x.value for x in listed}
            if not codes or (name not in mine and len(codes) < 2):
                above.pop(name, None)
                self._drop(name)
                continue
            below[name] = self._partnered(node, listed, codes, whole)
            if (admits := node.value.get("open_to")) is not None:
                kept = [x for x in admits.value if x.value in known]
                below[name].value["open_to"] = admits.like(Part(kept, len(admits.value)))
        self._lay("organisations", below)
        self._over("organisations", above)

    def _members(self, node: Node, listed: list[Node], was: set[str] | None) -> list[Node]:
        """The scenario's members, added ones, and what the base world has wrong put right."""
        stated = node.value["members"].value
        codes = {x.value for x in listed}
        wrong = set() if was is None else (was & self.own) - codes
        lacking = codes - was if was is not None else set()
        kept = [x for x in stated if x.value not in wrong]
        have = {x.value for x in kept}
        new = [x for x in listed if x.value in self.added or x.value in lacking]
        return kept + [x for x in new if x.value not in have]

    def _partnered(
        self, node: Node, listed: list[Node], codes: set[str], mine: Node | None
    ) -> Node:
        """An organisation of the wider world with its members and partners that act."""
        content = {**node.value, "members": node.value["members"].like(listed)}
        block = node.value.get("partners")
        if block is not None:
            kept = {
                code: x
                for code, x in block.value.items()
                if code == "defaults"
                or (code in (self.acting if mine is None else self.added) and code not in codes)
            }
            content["partners"] = block.like(kept)
            content["partners"].own = block.own
            if kept.keys() <= {"defaults"}:
                del content["partners"]
        found = node.like(content)
        found.own = node.own
        return found

    def _drop(self, name: str) -> None:
        block = self.above.get("organisations")
        if block is not None and name in block.value:
            found = block.like({key: x for key, x in block.value.items() if key != name})
            found.own = block.own
            self.above["organisations"] = found

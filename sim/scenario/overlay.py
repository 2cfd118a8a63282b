"""How a scenario lies over the one that it extends, an arm over its scenario, ``--set`` over both.

Mappings merge, everything else replaces; ``off`` or nothing in place of a named entry removes it,
``on`` leaves it as it is.
Three rules keep the provenance true:

* the ``defaults`` of a block speak for the numbers written in the same file (arm, option), and for
  the numbers of later layers that give none themselves, never for numbers inherited from below;
  where two layers below give defaults, the upper one's count, be they of an outer block;
* a new ``value`` replaces the whole number, so it does not inherit the old one's source; a mapping
  without a value (``{range: 20%}``) amends the number below;
* the weights of a doctrine mix replace those below, for a mix is one choice.
"""

from __future__ import annotations

from sim.scenario.quantity import DEFAULTS
from sim.scenario.reader import Log, Node

DETAILS = frozenset(("source", "range", "confidence", "note"))
_NUMBER_DETAILS = DETAILS | {"at"}
VALUES = frozenset(("value", "add", "multiply"))
# named entries whose own source and note speak for the numbers inside them
_ENTRIES = frozenset(("pacts", "organisations", "conflicts", "doctrines", "events"))
# blocks in which only numbers take the defaults
_PLAIN_BLOCKS = frozenset(("states", "relations", "channels"))
_UNBOUND = frozenset(("arms", "answer", "claims", "sources"))

Defaults = dict[str, tuple[Node, str]]


def bind(layer: Node, base: Node | None, log: Log, outer: Defaults | None = None) -> None:
    """Tell every node of a layer the defaults in force where it was written.

    Args:
        layer: the root of the layer; its nodes are changed.
        base: the merged tree below it.
        log: gets the problems of the layer's defaults, which a later layer might hide.
        outer: defaults of the layer as a whole.
    """
    _bind(layer, base, {}, outer or {}, (), log)


def _bind(
    node: Node,
    base: Node | None,
    inherited: Defaults,
    own: Defaults,
    path: tuple[str, ...],
    log: Log,
) -> None:
    below: dict[str, Node] = {}
    if base is not None and isinstance(base.value, dict):
        below = base.value
        inherited = base.defaults
    key = ".".join(path)
    block = node.value.get("defaults")
    if block is not None and isinstance(block.value, dict):
        named = {name: (x, f"{key}.defaults") for name, x in block.value.items() if name in DETAILS}
        DEFAULTS.check(block, f"{key}.defaults", log)
        own = _over(own, named)
    if len(path) == 2 and path[0] in _ENTRIES:
        of_entry = {
            name: (node.value[name], key)
            for name in ("source", "confidence", "note")
            if name in node.value
        }
        own = _over(own, of_entry)
    here = _over(inherited, own)
    node.defaults = here
    node.own = own
    for name, child in node.value.items():
        if not isinstance(child.value, dict):
            child.defaults = _over(here, child.own)  # a cell of a table has its own
        elif path or name not in _UNBOUND:
            _bind(child, below.get(name), inherited, own, (*path, name), log)


def _over(lower: Defaults, upper: Defaults) -> Defaults:
    """Return the upper defaults over the lower ones; a new source drops the note of the old."""
    if not upper:
        return lower
    if "source" in upper:
        lower = {name: entry for name, entry in lower.items() if name == "range"}
    return {**lower, **upper}


def merge(base: Node, over: Node, path: tuple[str, ...] = ()) -> Node:
    """Return the tree of a layer over the tree below it; neither is changed.

    A removal of an entry that does not exist is left in the tree, for validation to report.
    """
    if not isinstance(over.value, dict):
        return over
    if not isinstance(base.value, dict):
        amends = (
            isinstance(base.value, int | float)
            and not isinstance(base.value, bool)
            and over.value
            and over.value.keys() <= _NUMBER_DETAILS
        )
        if not amends:
            return over
        merged = over.like({"value": base, **over.value})
        merged.defaults = base.defaults
        return merged
    if _replaces(over, path):
        return over
    children = dict(base.value)
    later_wins = _is_pair_block(path)
    for name, child in over.value.items():
        if _removes(child) and path:
            found = _named(children, name, later_wins)
            if found is not None and not (
                child.value is False and isinstance(children[found].value, bool)
            ):
                del children[found]
                continue
        if name not in children:
            children[name] = child
            continue
        if child.value is True and path and isinstance(children[name].value, dict):
            continue  # on: the entry as it is
        whole = name == "defaults" or path == ("arms",)
        # what only amends a number leaves it where it was said
        later = later_wins and not (
            isinstance(child.value, dict) and VALUES.isdisjoint(child.value)
        )
        below = children.pop(name) if later else children[name]
        children[name] = child if whole else merge(below, child, (*path, name))
    if over.own and path and path[0] in _PLAIN_BLOCKS:
        for name in children.keys() - over.value.keys():
            children[name] = _under(children[name], over.own)
    merged = over.like(children)
    if over.value.keys() <= _NUMBER_DETAILS and "value" in base.value:
        merged.defaults = base.defaults
    return merged


def _under(node: Node, own: Defaults) -> Node:
    """Return an inherited block with the defaults that later layers find there."""
    if not isinstance(node.value, dict) or not node.value.keys().isdisjoint(VALUES):
        return node
    block = node.like({name: _under(child, own) for name, child in node.value.items()})
    block.defaults = _over(node.defaults, own)
    block.sound = node.sound
    return block


def _replaces(over: Node, path: tuple[str, ...]) -> bool:
    if not over.value.keys().isdisjoint(VALUES) and path[:1] != ("claims",):
        return True
    return len(path) == 3 and path[0] == "states" and path[2] == "doctrine"


def _removes(node: Node) -> bool:
    return node.value is None or node.value is False


def _is_pair_block(path: tuple[str, ...]) -> bool:
    """Return whether the keys here are pairs or groups: those of a later layer hold."""
    if len(path) == 2:
        return path[0] == "relations"
    if len(path) == 3:
        return path[0] == "organisations" and path[2] == "partners"
    return len(path) == 4 and path[0] == "events" and path[2] == "effects"


def _named(children: dict[str, Node], name: str, pairs: bool) -> str | None:
    if name in children:
        return name
    left, dash, right = name.partition("-")
    turned = f"{right}-{left}"
    return turned if pairs and dash and turned in children else None

"""Loading: file, what it extends, an arm and overrides, into one checked specification."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim.errors import UserError, hint, shown
from sim.scenario.build import build
from sim.scenario.finding import Source, read_chain, read_source
from sim.scenario.names import among, meant
from sim.scenario.numbers import Cache, Numbers
from sim.scenario.overlay import bind, merge
from sim.scenario.overrides import read_override
from sim.scenario.reader import Layer, Log, Node
from sim.scenario.schema import CHANGEABLE, MAX_QUARTERS, SCOPE, Vocabulary, document, vocabulary
from sim.scenario.scope import PREFIX, Wide, of_option, widen
from sim.scenario.spec import BASE_ARM, ScenarioSpec
from sim.scenario.value_kinds import Named, Struct

_MAX_OVERRIDES = 200


def load_scenario(
    source: Source,
    *,
    arm: str = BASE_ARM,
    overrides: Sequence[str] = (),
    quarters: int | None = None,
) -> ScenarioSpec:
    """Return a scenario, or one arm of it, checked.

    Args:
        source: a file, the bare name of a shipped scenario, the text of one (more than one line)
            or a mapping of what a file would hold, in which a table may be a data frame.
        arm: name of an arm, ``base`` for none.
        overrides: ``key=value`` texts that lie over the file and the arm; their numbers are
            exact, with the source ``command_line``.
        quarters: length of the clock instead of the file's.

    Raises:
        UserError: there is no such file or arm.
        ScenarioError: the scenario is malformed; every problem is named with its place.
    """
    return Loader(source).load(arm, tuple(overrides), quarters)


def load_arms(
    source: Source,
    *,
    arms: Sequence[str] | None = None,
    overrides: Sequence[str] = (),
    quarters: int | None = None,
) -> dict[str, ScenarioSpec]:
    """Return the scenario (``base``) and its arms by name, all of them if ``arms`` is None.

    Raises:
        UserError: there is no such file or arm.
        ScenarioError: the scenario or an arm is malformed.
    """
    loader = Loader(source)
    names = (BASE_ARM, *loader.arm_names()) if arms is None else tuple(dict.fromkeys(arms))
    return {name: loader.load(name, tuple(overrides), quarters) for name in names}


def validate_scenario(source: Source, *, overrides: Sequence[str] = ()) -> ScenarioSpec:
    """Return the scenario with overrides after checking it and each of its arms.

    Raises:
        UserError: there is no such file.
        ScenarioError: the scenario or an arm is malformed; all problems are named.
    """
    return Loader(source).validate(tuple(overrides))


class Loader:
    """The merged tree of one file, from which its arms are made, with any overrides.

    Reading the files takes most of the time of loading; one loader gives any number of variants.

    Args:
        source: a file, the bare name of a shipped scenario, the text of one or a mapping.

    Raises:
        UserError: there is no such file.
    """

    def __init__(self, source: Source) -> None:
        self._log = Log()
        self._cache = Cache()
        self._words: Vocabulary = vocabulary()
        self._document: Struct = document(self._words)
        self._read = read_source(source, self._log)
        self._path = self._read.name
        self._plain = self._root = self._merged(self._read.roots)
        self._wide: dict[str, Node] = {}
        if self._read.scope is not None:
            self._root = self._widened(self._read.scope, self._log)

    def _merged(self, chain: Sequence[Node]) -> Node:
        """Return the tree of the layers of a chain."""
        root, *above = chain
        self._drop_shapeless(root, self._log)
        bind(root, None, self._log)
        for layer in above:
            self._drop_shapeless(layer, self._log)
            bind(layer, root, self._log)
            root = merge(root, layer)
        return root

    def _widened(self, scope: Node, log: Log) -> Node:
        """Return the tree with the states of a scope beneath it; read once for each scope."""
        key = str(scope.plain())
        if key in self._wide:
            return self._wide[key]
        wider = self._read.wider
        if wider is None:
            message = "nothing this scenario extends has more states (`wider`); leave the scope out"
            log.value(scope, "scope", message)
            return self._plain
        wide = Wide(
            self._merged(read_chain(wider.path, log)), self._merged(self._read.roots[: wider.roots])
        )
        before = len(log.problems)
        if not SCOPE.check(scope, "scope", log):
            return self._plain
        try:
            root = widen(self._plain, wide, scope, log)
        except (AttributeError, KeyError, TypeError, ValueError):  # of a tree that is malformed
            if not any(self._tells(tree, log) for tree in (wide.root, wide.world, self._plain)):
                raise
            return self._plain
        if len(log.problems) == before:
            self._wide[key] = root
        return root

    def _tells(self, tree: Node, log: Log) -> bool:
        """Whether a tree is malformed, which goes to the log."""
        before = len(log.problems)
        self._document.check(tree, "", log)
        return len(log.problems) > before

    def arm_names(self) -> tuple[str, ...]:
        """Return the names of the arms in the order of the file."""
        node = self._root.value.get("arms")
        return tuple(node.value) if node is not None and isinstance(node.value, dict) else ()

    def hash(self) -> str:
        """Return the SHA-256 of what the file means, with all that it extends and its arms.

        Titles, names, descriptions, the block that answers and claims have no part in it, nor has
        the file's own name: they change no value. The order of the events has.
        """
        text = json.dumps(_meaning(self._root.plain()), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def load(self, arm: str, overrides: tuple[str, ...], quarters: int | None) -> ScenarioSpec:
        """Return one arm with overrides, as :func:`load_scenario` does.

        Raises:
            UserError: there is no such arm.
            ScenarioError: the scenario is malformed; every problem is named with its place.
        """
        root, log = self._resolve(arm, overrides, quarters)
        spec = self._build(root, log, arm, overrides)
        log.stop(self._path)
        return spec

    def validate(self, overrides: tuple[str, ...] = ()) -> ScenarioSpec:
        """Return the scenario with overrides, after checking all arms too."""
        root, base = self._resolve(BASE_ARM, overrides, None)
        spec = self._build(root, base, BASE_ARM, overrides)
        found = Log()
        found.problems |= base.problems
        for arm in self.arm_names():
            if arm == BASE_ARM or f"arms.{arm}" in base.dropped:
                continue
            root, log = self._resolve(arm, overrides, None)
            log.dropped |= base.dropped
            self._build(root, log, arm, overrides)
            for problem, of_arm in log.problems.items():
                if of_arm:
                    found.problems[problem] = True
                elif not base.problems:  # otherwise it may only follow from what is noted there
                    message = f"{problem.message} (in arm '{arm}')"
                    found.problems[replace(problem, message=message)] = False
        found.stop(self._path)
        return spec

    def _build(self, root: Node, log: Log, arm: str, overrides: tuple[str, ...]) -> ScenarioSpec:
        self._document.check(root, "", log)
        return build(
            root,
            self._words,
            log,
            path=self._path,
            arm=arm,
            overrides=overrides,
            cache=self._cache,
        )

    def _resolve(
        self, arm: str, overrides: tuple[str, ...], quarters: int | None
    ) -> tuple[Node, Log]:
        """Return the tree of an arm with overrides, and a log for what is wrong with it."""
        log = Log()
        log.problems |= self._log.problems
        scopes = [text for text in overrides if text.startswith(PREFIX)]
        overrides = tuple(text for text in overrides if not text.startswith(PREFIX))
        root = self._widened(of_option(scopes[-1]), log) if scopes else self._root
        if arm != BASE_ARM:
            root = self._with_arm(root, arm, log)
        if len(overrides) > _MAX_OVERRIDES:
            raise UserError(f"more than {_MAX_OVERRIDES} overrides")
        for text in overrides:
            over = read_override(text, self._words, tuple(self._document.members), log)
            if over is not None:
                self._drop_shapeless(over, log)
                self._known_states(root, over, log)
                root = self._over(root, over, log)
        if quarters is not None:
            if not 1 <= quarters <= MAX_QUARTERS:
                raise UserError(f"quarters: {quarters} is outside 1 to {MAX_QUARTERS}")
            layer = Layer("command line", option=f"--quarters {quarters}")
            clock = Node({"quarters": Node(quarters, layer, 0, 0)}, layer, 0, 0)
            root = merge(root, Node({"clock": clock}, layer, 0, 0))
        return root, log

    def _with_arm(self, root: Node, arm: str, log: Log) -> Node:
        names = self.arm_names()
        if arm not in names:
            exist = f"it has {', '.join((BASE_ARM, *names))}" if names else "it has no arms"
            raise UserError(f"{self._path}: no arm {shown(arm)}{hint(arm, names)}; {exist}")
        node = root.value["arms"].value[arm]
        if not isinstance(node.value, dict):
            return root  # noted when the arms are checked
        shared = {name: child for name, child in node.value.items() if name in CHANGEABLE}
        over = node.like(shared)
        self._drop_shapeless(over, log)
        self._keep_states(root, over, log)
        bind(over, root, log)
        return merge(root, over)

    @staticmethod
    def _keep_states(root: Node, over: Node, log: Log) -> None:
        """Check that an arm has the states of the scenario: arms are compared state by state."""
        known = root.value.get("states")
        changed = over.value.get("states")
        if known is None or changed is None:
            return
        for name, child in list(changed.value.items()):
            adds = name not in known.value
            if name != "defaults" and adds and isinstance(child.value, dict):
                message = f"an arm cannot add a state{meant(name, _called(known))}"
                log.key(child, f"states.{name}", message)
            elif not adds and (child.value is None or child.value is False):
                log.key(child, f"states.{name}", "an arm cannot remove a state")
                del changed.value[name]

    @staticmethod
    def _known_states(root: Node, over: Node, log: Log) -> None:
        """Check that a number of a state, such as states.AAA.capability=1, has that state.

        Only ``states.AAA={...}``, which says all of a state at once, adds one.
        """
        known, changed = root.value.get("states"), over.value.get("states")
        if known is None or changed is None:
            return
        for name, child in changed.value.items():
            one = isinstance(child.value, dict) and len(child.value) == 1
            if one and name != "defaults" and name not in known.value:
                log.key(child, f"states.{name}", f"unknown state{among(name, _called(known))}")

    @staticmethod
    def _over(root: Node, over: Node, log: Log) -> Node:
        """Return the tree with an override, whose bare numbers are exact."""
        layer = over.layer
        outer = {
            "source": (Node(Numbers.COMMAND_LINE, layer, 0, 0), ""),
            "range": (Node("0%", layer, 0, 0), ""),
            "note": (Node(layer.option, layer, 0, 0), ""),
        }
        bind(over, root, log, outer)
        return merge(root, over)

    def _drop_shapeless(self, layer: Node, log: Log) -> None:
        """Take out blocks that are no mappings, which would hide all that they lie over."""
        for name, child in list(layer.value.items()):
            member = self._document.members.get(name)
            if member is None or isinstance(child.value, dict):
                continue
            if isinstance(member.kind, Struct | Named):
                member.kind.check(child, name, log)
                log.dropped.add(name)
                del layer.value[name]


def _called(states: Node) -> dict[str, str]:
    """Return the codes of a block of states with their names for people."""
    found = {}
    for code, node in states.value.items():
        name = node.value.get("name") if isinstance(node.value, dict) else None
        found[code] = name.value if name is not None and isinstance(name.value, str) else ""
    found.pop("defaults", None)
    return found


_WORDS = frozenset(("title", "question", "description", "name"))


def _meaning(tree: Any) -> Any:
    """A scenario, or an arm of it, without what only people read and where it was read."""
    if not isinstance(tree, dict):
        return tree
    found: dict[str, Any] = {}
    for block, entries in _wordless(tree).items():
        if isinstance(entries, dict):
            inner = _meaning if block == "arms" else _wordless
            found[block] = {key: inner(entry) for key, entry in entries.items()}
        else:
            found[block] = entries
    for block in ("answer", "claims", "extends"):
        found.pop(block, None)
    if "events" in found:
        found["events"] = list(found["events"].items())  # their order counts
    return found


def _wordless(entry: Any) -> Any:
    """An entry, such as a state or an event, without its title, name and description."""
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key not in _WORDS}

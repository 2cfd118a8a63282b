"""Numbers of a scenario in words, with the names that it gives its states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sim.words.of_decisions import possessive, state_words


def input_words(key: str, names: Mapping[str, str]) -> str:
    """Put the key of a number into words; one of an event, a doctrine or the model stays.

    >>> names = {"AAA": "Highland", "BBB": "Lowlands"}
    >>> input_words("states.AAA.ideal_point", names)
    "Highland's ideal point"
    >>> input_words("relations.tension.AAA>BBB", names)
    'tension of Highland towards the Lowlands'
    >>> input_words("channels.trade.flows.AAA.BBB", names)
    'trade from Highland to the Lowlands'
    >>> input_words("parameters.trust.prior", names)
    'parameters.trust.prior'
    """
    name = partial(state_words, state_names=names)

    match key.split("."):
        case ["states", code, *field]:
            return f"{possessive(name(code))} {_plain(' '.join(field))}"
        case ["relations", field, pair] if ">" in pair:
            one, _, other = pair.partition(">")
            return f"{_plain(field)} of {name(one)} towards {name(other)}"
        case ["relations", field, pair] if "-" in pair:
            one, _, other = pair.partition("-")
            return f"{_plain(field)} between {name(one)} and {name(other)}"
        case ["channels", channel, "flows", one, other]:
            return f"{_plain(channel)} from {name(one)} to {name(other)}"
        case ["channels", channel, "shares", one, other]:
            return f"{possessive(name(other))} share in the {_plain(channel)} of {name(one)}"
    return key


def _plain(field: str) -> str:
    return field.replace("_", " ")

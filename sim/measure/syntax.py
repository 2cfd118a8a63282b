"""The grammar of metrics: text to a small frozen tree whose nodes know their place.

    expression := product {("+" | "-") product}
    product    := factor {("*" | "/") factor}
    factor     := "-" factor | part ["@" window]
    part       := number | name "(" [word {"," word}] ")"        a quantity
                | function "(" expression {"," expression} ")"
                | "(" expression ")"
    window     := moment [".." moment]
    moment     := 2024Q3 | "start" | "end"

Functions are those of :data:`sim.measure.functions.FUNCTIONS`. The text is read by this parser
alone and never by Python's. What the names of quantities mean is not known here: see
:mod:`sim.measure.language`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sim.errors import Problem, UserError, hint, shown
from sim.measure.functions import FUNCTIONS
from sim.scenario import Quarter, parse_quarter

MAX_LENGTH: Final = 1_000
"""Characters of a metric."""
MAX_DEPTH: Final = 24
"""How deep parentheses, calls and signs may be nested."""
MAX_OPERATORS: Final = 100
"""Operators of a metric: trees lean to the left and are walked by recursion."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<date>[0-9]{4}Q[0-9]+)(?![A-Za-z0-9_])"
    r"|(?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?![A-Za-z0-9_])"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>\.\.|[-+*/(),@])"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a metric was written: the place of its first character, for messages."""

    file: str = "metric"
    line: int = 1
    column: int = 1


class MetricError(UserError):
    """A mistake in a metric; ``problem`` has its place, the name at fault and what is wrong."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the text of a metric, lines and columns counted from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Word:
    """An argument of a quantity: a state, a group, or a word such as a channel."""

    text: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Moment:
    """A quarter, or the start or the end of the clock (``quarter`` is None)."""

    text: str
    quarter: Quarter | None
    spot: Spot


@dataclass(frozen=True, slots=True)
class Window:
    """The quarters that a value is taken over: one, or all from ``first`` to ``last``."""

    first: Moment
    last: Moment

    def __str__(self) -> str:
        same = self.first.text == self.last.text
        return self.first.text if same else f"{self.first.text}..{self.last.text}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float
    spot: Spot


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity of states, pairs or the world."""

    name: str
    words: tuple[Word, ...]
    spot: Spot


@dataclass(frozen=True, slots=True)
class Call:
    """A function of expressions."""

    function: str
    arguments: tuple[Expression, ...]
    spot: Spot


@dataclass(frozen=True, slots=True)
class Timed:
    """An expression with the window of all in it that has none of its own."""

    inner: Expression
    window: Window
    spot: Spot


@dataclass(frozen=True, slots=True)
class Negation:
    """An expression with its sign turned."""

    operand: Expression
    spot: Spot


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and one of ``+ - * /`` between them."""

    operator: str
    left: Expression
    right: Expression
    spot: Spot


type Expression = Number | Value | Call | Timed | Negation | Operation


def parse(text: str, source: Source = Source()) -> Expression:
    """Return the tree of a metric; names are not looked up.

    Raises:
        MetricError: the text is not a metric, too long or too deep.
    """
    reader = _Reader(text, source)
    tree = reader.expression(0)
    reader.finish("expected an operator or the end of the metric")
    return tree


def parse_window(text: str, source: Source = Source("horizon")) -> Window:
    """Return the window that a text such as ``2024Q3..2026Q2`` or ``end`` means.

    Raises:
        MetricError: the text is not a window.
    """
    reader = _Reader(text, source)
    window = reader.window()
    reader.finish("expected the end of the horizon")
    return window


def complain(source: Source, spot: Spot, key: str, message: str) -> MetricError:
    """Return the error for what is wrong at a place of a metric."""
    line = source.line + spot.line - 1
    column = spot.column + (source.column - 1 if spot.line == 1 else 0)
    return MetricError(Problem(source.file, line, column, key, message))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    spot: Spot


def _tokens(text: str, source: Source) -> list[_Token]:
    if len(text) > MAX_LENGTH:
        raise complain(source, Spot(1, 1), "", f"longer than {MAX_LENGTH} characters")
    found: list[_Token] = []
    at, line, begin = 0, 1, 0
    while at < len(text):
        spot = Spot(line, at - begin + 1)
        match = _TOKEN.match(text, at)
        if match is None:
            wrong = re.compile(r"[0-9.][A-Za-z0-9_.]*|.", re.DOTALL).match(text, at)
            what = shown(wrong.group() if wrong else text[at])
            raise complain(source, spot, "", f"{what} is no name, number or operator")
        piece, kind = match.group(), str(match.lastgroup)
        if kind != "space":
            found.append(_Token(kind, piece, spot))
        line += piece.count("\n")
        if "\n" in piece:
            begin = at + piece.rindex("\n") + 1
        at = match.end()
    found.append(_Token("end", "", Spot(line, at - begin + 1)))
    return found


class _Reader:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, source: Source) -> None:
        self._source = source
        self._tokens = _tokens(text, source)
        self._at = 0
        self._operators = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _wrong(self, token: _Token, message: str) -> MetricError:
        end = token.kind == "end"
        found = "" if end else shown(token.text)[1:-1]
        return complain(self._source, token.spot, found, message + (" at the end" if end else ""))

    def _take(self) -> _Token:
        token = self._next
        if token.kind != "end":
            self._at += 1
        return token

    def _is(self, *marks: str) -> bool:
        return self._next.kind == "mark" and self._next.text in marks

    def _expect(self, mark: str, message: str) -> None:
        if not self._is(mark):
            raise self._wrong(self._next, message)
        self._take()

    def finish(self, message: str) -> None:
        """Check that nothing is left."""
        if self._next.kind != "end":
            raise self._wrong(self._next, message)

    def expression(self, depth: int) -> Expression:
        """Read sums of products."""
        return self._chain(("+", "-"), self._product, depth)

    def _product(self, depth: int) -> Expression:
        return self._chain(("*", "/"), self._factor, depth)

    def _chain(
        self, marks: tuple[str, ...], operand: Callable[[int], Expression], depth: int
    ) -> Expression:
        tree = operand(depth)
        while self._is(*marks):
            token = self._take()
            self._operators += 1
            if self._operators > MAX_OPERATORS:
                raise self._wrong(token, f"more than {MAX_OPERATORS} operators")
            tree = Operation(token.text, tree, operand(depth), token.spot)
        return tree

    def _factor(self, depth: int) -> Expression:
        token = self._next
        if depth >= MAX_DEPTH:
            raise self._wrong(token, f"nested deeper than {MAX_DEPTH}")
        if self._is("-"):
            self._take()
            return Negation(self._factor(depth + 1), token.spot)
        tree = self._part(depth)
        if self._is("@"):
            mark = self._take()
            if isinstance(tree, Number):
                raise self._wrong(mark, "a number has no date; '@' follows a quantity or ')'")
            tree = Timed(tree, self.window(), token.spot)
        return tree

    def _part(self, depth: int) -> Expression:
        token = self._take()
        if token.kind == "number":
            value = float(token.text)
            if value > 1e100:
                raise self._wrong(token, "too large a number")
            return Number(value, token.spot)
        if token.kind == "name":
            return self._named(token, depth)
        if token.kind == "mark" and token.text == "(":
            tree = self.expression(depth + 1)
            self._expect(")", "expected ')'")
            return tree
        if token.kind == "date":
            raise self._wrong(token, "a date stands after '@'")
        raise self._wrong(token, "expected a quantity, a function, a number or '('")

    def _named(self, name: _Token, depth: int) -> Expression:
        if not self._is("("):
            what = "function" if name.text in FUNCTIONS else "quantity"
            message = f"expected '(' after the name of a {what}, as in alignment(AAA, BBB)"
            raise self._wrong(name, message)
        self._take()
        if name.text in FUNCTIONS:
            return self._call(name, depth)
        words: list[Word] = []
        while not self._is(")"):
            if words:
                self._expect(",", "expected ',' or ')'")
            word = self._take()
            if word.kind != "name":
                message = "expected the name of a state or group, or a word"
                raise self._misspelt(name) or self._wrong(word, message)
            words.append(Word(word.text, word.spot))
            if self._is("("):
                message = f"stands inside '{name.text}', which takes states, groups and words only"
                raise self._misspelt(name) or self._wrong(word, message)
        self._take()
        return Value(name.text, tuple(words), name.spot)

    def _misspelt(self, name: _Token) -> MetricError | None:
        """The error for a name with numbers in its brackets that looks like a function's."""
        fix = hint(name.text, FUNCTIONS)
        return self._wrong(name, f"unknown function{fix}") if fix else None

    def _call(self, name: _Token, depth: int) -> Expression:
        arguments = [self.expression(depth + 1)]
        while self._is(","):
            self._take()
            arguments.append(self.expression(depth + 1))
        self._expect(")", "expected ',' or ')'")
        least, most = FUNCTIONS[name.text].counts
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            noun = "argument" if most == 1 else "arguments"
            raise self._wrong(name, f"takes {wanted} {noun}, not {len(arguments)}")
        return Call(name.text, tuple(arguments), name.spot)

    def window(self) -> Window:
        """Read a moment, or two with ``..`` between them."""
        first = last = self._moment()
        if self._is(".."):
            self._take()
            last = self._moment()
            if first.quarter is not None and last.quarter is not None:
                backwards = first.quarter > last.quarter
            else:
                backwards = first.text == "end" != last.text or last.text == "start" != first.text
            if backwards:
                message = f"the window ends before it begins ({first.text}..{last.text})"
                raise complain(self._source, first.spot, "", message)
        return Window(first, last)

    def _moment(self) -> Moment:
        token = self._take()
        if token.kind == "name" and token.text in ("start", "end"):
            return Moment(token.text, None, token.spot)
        if token.kind == "date":
            try:
                return Moment(token.text, parse_quarter(token.text), token.spot)
            except ValueError:
                raise self._wrong(token, "a year has quarters Q1 to Q4") from None
        raise self._wrong(token, "expected a quarter such as 2024Q3, 'start' or 'end'")

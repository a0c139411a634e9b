"""Ways to put a fault into the program while it runs, and to take it out again."""

from __future__ import annotations
import __future__

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import sympy as sp
from flint import arb
from forgetting import forget

from trajalign.numerics.compile import balls, elementary, program
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.functions import BY_NAME, row_of
from trajalign.verification.hypotheses import tails

Plant = Callable[[], AbstractContextManager[None]]


@contextmanager
def everywhere(old: Any, new: Any) -> Iterator[None]:
    """`new` wherever a module of the program knows `old`."""
    places = [
        (module, name)
        for key, module in list(sys.modules.items())
        if key.startswith("trajalign") and isinstance(module, ModuleType)
        for name, value in list(vars(module).items())
        if value is old
    ]
    for module, name in places:
        setattr(module, name, new)
    forget()
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, old)
        forget()


def changed(function: FunctionType, *changes: tuple[str, str]) -> Plant:
    """A function with pieces of its text changed. Raises LookupError where a piece is not there."""

    @contextmanager
    def plant() -> Iterator[None]:
        inner = inspect.unwrap(function)  # its arguments may be checked first
        text = textwrap.dedent(inspect.getsource(inner))
        for old, new in changes:
            if text.count(old) != 1:
                raise LookupError(f"{function.__name__} has {old!r} {text.count(old)} times")
            text = text.replace(old, new)
        scope: dict[str, Any] = {}
        flags = __future__.annotations.compiler_flag
        code = compile(text, "<planted>", "exec", flags=flags, dont_inherit=True)
        before = inner.__globals__[function.__name__]
        exec(code, inner.__globals__, scope)
        assert inner.__globals__[function.__name__] is before
        with everywhere(function, scope[function.__name__]):
            yield

    return plant


def other_method(kind: type, name: str, wrap: Callable[[Callable[..., Any]], Any]) -> Plant:
    """A method of a class through `wrap`, which gets the true one."""

    @contextmanager
    def plant() -> Iterator[None]:
        true = getattr(kind, name)
        setattr(kind, name, wrap(true))
        forget()
        try:
            yield
        finally:
            setattr(kind, name, true)
            forget()

    return plant


def not_negative_is_positive(true: Callable[..., Any]) -> Any:
    """What is nowhere negative is taken for positive."""

    def where_positive(self: Any, u: sp.Expr) -> None:
        if not u.is_nonnegative:
            true(self, u)

    return where_positive


def other_row(name: str, **changes: Any) -> Plant:
    """A row of the table of functions with something changed, as far as Taylor coefficients go."""
    row = replace(BY_NAME[name], **changes)
    new = MappingProxyType({**elementary.FUNCTIONS, row.kind: elementary.coefficients_of(row)})
    return lambda: everywhere(elementary.FUNCTIONS, new)


def other_condition(name: str, **changes: Any) -> Plant:
    """A row with something changed, wherever an expression is asked for its row."""
    row = replace(BY_NAME[name], **changes)

    def changed_row(e: sp.Expr) -> Any:
        return row if e.func is row.kind else row_of(e)

    return lambda: everywhere(row_of, changed_row)


class Wrapped:
    """A form at infinity of which something is answered otherwise."""

    def __init__(self, form: Any, **answers: Callable[..., Any]) -> None:
        self._form, self._answers = form, answers

    def __getattr__(self, name: str) -> Any:
        answer = self._answers.get(name)
        if answer is None:
            return getattr(self._form, name)
        return answer() if name == "limit" else answer


def other_tails(wrap: Callable[[Callable[..., Any], sp.Expr], Any]) -> Plant:
    """Forms at infinity through `wrap`, which gets the true function and the expression."""
    true = tails.tail
    return lambda: everywhere(true, lambda expression: wrap(true, expression))


def nan_is_infinite(true: Callable[..., Any], e: sp.Expr) -> Any:
    """erf of what no bound is known of is taken for 1."""
    true(e)

    def form_from(start: sp.Rational) -> Any:
        def saturated(u: sp.Expr) -> sp.Expr:
            try:
                known = true(u).enclosure(start).is_finite()
            except tails.NoTailError:
                known = True
            return sp.erf(u) if known else sp.S.One

        return true(e.replace(sp.erf, saturated))

    return Wrapped(
        true(e),
        sign=lambda start: form_from(start).sign(start),
        enclosure=lambda start: form_from(start).enclosure(start),
    )


def _at_start(e: sp.Expr, start: sp.Rational) -> arb:
    return balls.compile_balls(e, [Z])(arb(program.exact(start)))[0]


def sign_at_start(true: Callable[..., Any], e: sp.Expr) -> Any:
    def sign(start: sp.Rational) -> int:
        value = _at_start(e, start)
        return int(value > 0) - int(value < 0)

    return Wrapped(true(e), sign=sign)


def taken_for_monotone(true: Callable[..., Any], e: sp.Expr) -> Any:
    form = true(e)
    return Wrapped(form, enclosure=lambda start: _at_start(e, start).union(form.limit))


def limit_for_all(true: Callable[..., Any], e: sp.Expr) -> Any:
    form = true(e)
    return Wrapped(form, enclosure=lambda _: form.limit)


def from_twice_the_start(true: Callable[..., Any], e: sp.Expr) -> Any:
    form = true(e)
    return Wrapped(
        form,
        sign=lambda start: form.sign(2 * start),
        enclosure=lambda start: form.enclosure(2 * start),
    )


def wrong_rewriting(true: Callable[..., Any], e: sp.Expr) -> Any:
    return true(e.replace(sp.tanh, lambda u: (1 - sp.exp(-2 * u)) / (1 + 2 * sp.exp(-2 * u))))


def limit_rounded(true: Callable[..., Any], e: sp.Expr) -> Any:
    form = true(e)

    def limit() -> arb:
        return arb(float(form.limit)) if form.limit.is_finite() else form.limit

    return Wrapped(form, limit=limit)

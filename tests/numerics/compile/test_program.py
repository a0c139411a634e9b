"""Straight-line programs: exact constants, shared subexpressions, what depends on what."""

import pytest
import sympy as sp
from flint import fmpq

from trajalign.numerics.compile.program import compile_program, exact

X, Y = sp.symbols("x y", real=True)


def operations(program):
    return [line.operation for line in program.lines]


def test_rationals_are_exact():
    program = compile_program(X + sp.Rational(1, 3), [X])
    assert [line.value for line in program.lines if line.operation == "constant"] == [fmpq(1, 3)]
    assert exact(sp.Rational(-7, 5)) == fmpq(-7, 5)


@pytest.mark.parametrize("bad", [sp.Float(0.5) * X, sp.Symbol("foreign") + X, sp.gamma(X)], ids=str)
def test_floats_foreign_symbols_and_unknown_functions_are_refused(bad):
    with pytest.raises(TypeError, match="cannot compile"):
        compile_program(bad, [X])


def test_equal_subexpressions_are_computed_once():
    program = compile_program([sp.tanh(X) ** 2, sp.tanh(X) + sp.tanh(X) ** 2], [X])
    assert operations(program) == ["tanh", "multiply", "add"]
    assert program.outputs == (2, 3)


def test_a_line_refers_to_earlier_registers_only():
    e = sp.exp(X * Y) / (1 + sp.sqrt(X**2 + 1)) - sp.erf(Y) ** sp.Rational(5, 2) + X**7
    program = compile_program(e, [X, Y])
    for index, line in enumerate(program.lines):
        assert all(operand < program.register(index) for operand in line.operands)


def test_differences_and_signs():
    assert operations(compile_program(X - Y, [X, Y])) == ["subtract"]
    assert operations(compile_program(-X, [X])) == ["negate"]
    assert operations(compile_program(-X - Y, [X, Y])) == ["add", "negate"]


@pytest.mark.parametrize(("power", "products"), [(2, 1), (3, 2), (8, 3), (15, 6)])
def test_integer_powers_by_squaring(power, products):
    assert operations(compile_program(X**power, [X])) == ["multiply"] * products


def test_other_powers():
    assert operations(compile_program(X ** sp.Rational(3, 2), [X])) == ["sqrt", *["multiply"] * 2]
    assert operations(compile_program(X ** sp.Rational(1, 3), [X])) == ["power"]
    assert operations(compile_program(1 / X, [X])) == ["constant", "divide"]


def test_products_begin_with_what_is_fixed():
    program = compile_program(3 * X * Y**2, [X, Y], fixed=[Y])
    changing = program.needing([X])
    late = [i for i in range(len(program.lines)) if program.register(i) in changing]
    assert late == [len(program.lines) - 1]  # one product per step: x times 3y²


def test_what_depends_on_a_variable():
    program = compile_program([sp.tanh(X) + Y, sp.exp(Y)], [X, Y])
    assert program.needing([X]) == {0, 2, 3}  # x, tanh x, the sum
    assert program.needing([Y]) == {1, 3, 4}  # y, the sum, exp y

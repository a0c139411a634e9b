"""The functions of the table on arrays, by both engines; and what an engine lacks."""

from types import MappingProxyType

import numpy as np
import pytest
from function_checks import near, places, truth

from trajalign.numerics.compile import array_functions
from trajalign.numerics.compile.floats import compile_floats, double_precision
from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import parse_expression
from trajalign.theory.functions import BY_NAME, ROWS

ENGINES = ["numpy", "jax"]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_function_that_an_engine_has_is_the_function(engine: str) -> None:
    found = array_functions.array_functions(engine)
    assert {row.name for row in ROWS if row.typed} - set(found) <= {"erfi"}
    for name, function in found.items():
        row = BY_NAME[name]
        with double_precision(engine):
            values = np.asarray(function(np.array(places(row))))
        for x, value in zip(places(row), values, strict=True):
            assert near(value, truth(row)(x)), (name, x)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_function_that_an_engine_lacks_is_named_in_one_line(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {e: dict(array_functions.array_functions(e)) for e in ENGINES}
    del known[engine]["erf"]
    monkeypatch.setattr(array_functions, "array_functions", lambda e: MappingProxyType(known[e]))
    hint = "; numpy has it" if engine == "jax" else ""
    with pytest.raises(InputError, match=f"^{engine} has no function erf{hint}$"):
        compile_floats([parse_expression("z*erf(z)")], [False], engine=engine)

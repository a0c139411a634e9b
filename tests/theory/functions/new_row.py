"""A process in which the table of functions has one more row; what it prints is what came of it.

Only the text of the table is longer, by `ROW`. Nothing else is told of the function.
"""

import json
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any

TABLE = "trajalign.theory.functions.table"
ROW = r"""
ROWS += (
    Row(
        "ei",
        sp.Ei,
        slope=sp.exp(X) / X,
        aliases=("expi",),
        tower=1,
        nonzero=X,
        shape="",
        latex=r"\operatorname{Ei}",
        c="arb_hypgeom_ei",
        array="expi",
    ),
)
"""


class _Longer(SourceFileLoader):
    def get_code(self, fullname: str) -> Any:
        return compile(self.get_data(self.path).decode() + ROW, self.path, "exec")


class _Finder:
    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == TABLE else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Longer(name, spec.origin)
        return spec


def walked() -> Iterator[tuple[str, Any]]:
    """What each part of the program makes of the new function."""
    import function_checks
    from soundness.draws import Grammar, Random
    from soundness.trials import run_text

    from trajalign.appendix.mathml import mathml
    from trajalign.theory.derivation.latex import latex
    from trajalign.theory.derivation.serialization import expression_of, tree_of
    from trajalign.theory.errors import ExpressionError
    from trajalign.theory.expressions.parsing import Z, parse_expression
    from trajalign.theory.from_sympy import as_text
    from trajalign.theory.functions import BY_NAME
    from trajalign.theory.models import P
    from trajalign.theory.writing.plain_math import plain_math
    from trajalign.verification.hypotheses.analyticity import analytic_claims
    from trajalign.verification.hypotheses.tails import tail

    row = BY_NAME["ei"]
    yield "objections", [check(row) for check in function_checks.CHECKS]
    for what, wrong, checks in function_checks.falsified(row):
        for check in checks:
            yield f"refused: {what}, {check.__name__}", check(wrong)
    parsed = parse_expression("expi(1 + z**2)")
    yield "parsed", str(parsed)
    yield "read again", parse_expression(as_text(parsed)) == parsed
    yield "tree", tree_of(row.kind(P))
    yield "from the tree", expression_of(tree_of(row.kind(P))) == row.kind(P)
    yield "derivative", str(parsed.diff(Z))
    yield "analytic where", [str(claim.expression) for claim in analytic_claims(parsed)]
    yield "limit", tail(parse_expression("ei(2 + tanh(z))")).limit.str(15)
    for name, write in (("LaTeX", str), ("plain", plain_math), ("MathML", mathml)):
        yield name, write(latex(row.kind(P)))
    try:
        parse_expression("foo(z)")
    except ExpressionError as error:
        yield "help", str(error)
    found = run_text("values", "ei(1 + z**2)/3")
    yield "violations", [str(violation) for violation in found.found]
    yield "comparisons", sum(found.counts.values())
    yield "drawn", any("ei(" in Grammar(Random(n)).expression() for n in range(1500))


if __name__ == "__main__":
    sys.meta_path.insert(0, _Finder)
    json.dump(dict(walked()), sys.stdout)

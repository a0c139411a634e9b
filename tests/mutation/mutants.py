"""Which mutants there are: modules, the tests that mirror them, filters, seeded samples."""

from __future__ import annotations

import ast
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The tests that mirror each module, the fast ones first: the first failure ends a mutant's run.
_MODELS = (
    "tests/theory/models/test_reduced_maps.py",
    "tests/theory/models/test_linear_update.py",
    "tests/theory/models/test_sharpness.py",
    "tests/theory/models/test_new_model.py",
)
MODULES: dict[str, tuple[str, ...]] = {
    "theory/diagram/frozen_family.py": (
        "tests/theory/diagram/test_frozen_family.py",
        *_MODELS,
    ),
    "theory/models/base.py": (
        "tests/theory/models/test_base.py",
        *_MODELS,
    ),
    "theory/models/linear.py": (
        "tests/theory/models/test_linear.py",
        *_MODELS,
    ),
    "theory/models/neuron.py": (
        "tests/theory/models/test_neuron.py",
        *_MODELS,
    ),
    "theory/curve/first_order.py": (
        "tests/theory/curve/test_first_order.py",
        *_MODELS,
    ),
    "verification/hypotheses/assumptions.py": (
        "tests/verification/hypotheses/test_judging_assumptions.py",
        "tests/verification/hypotheses/test_assumptions.py",
        "tests/verification/hypotheses/test_a5.py",
        "tests/verification/hypotheses/test_witnesses.py",
        "tests/verification/hypotheses/test_z0_and_c.py",
    ),
    "verification/hypotheses/growth.py": ("tests/verification/hypotheses/test_growth.py",),
}

Position = tuple[int, int]  # line, from 1; column in characters, from 0


@dataclass(frozen=True, order=True)
class Mutant:
    """The `occurrence`-th place where an operator of cosmic-ray applies in a module."""

    operator: str  # such as "core/NumberReplacer"
    occurrence: int
    start: Position
    end: Position


def mutants(source: str) -> Iterator[Mutant]:
    """All mutants of a module that no rule leaves out. Needs cosmic-ray."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    silent = silent_regions(source)
    tree = get_ast(source)
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        if operator.arguments():  # these want variable names
            continue
        places = (
            place for node in ast_nodes(tree) for place in operator().mutation_positions(node)
        )
        for occurrence, (start, end) in enumerate(places):
            if not any(a <= start and end <= b for a, b in silent):
                yield Mutant(name, occurrence, start, end)


def mutated(source: str, mutant: Mutant) -> str:
    """The module's text with one mutation. Needs cosmic-ray."""
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    code = mutate_code(source, plugins.get_operator(mutant.operator)(), mutant.occurrence)
    assert isinstance(code, str)
    return code


def silent_regions(source: str) -> list[tuple[Position, Position]]:
    """Where a change cannot be seen: annotations, never evaluated here, and `@cache`, a speed-up.

    >>> silent_regions("from __future__ import annotations\\n@cache\\ndef f(x: int | None): ...")
    [((2, 0), (3, 0)), ((3, 9), (3, 19))]
    """
    lines, found = source.splitlines(), []

    def position(line: int, octets: int) -> Position:
        return line, len(lines[line - 1].encode()[:octets].decode())

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            for name in node.decorator_list:
                if isinstance(name, ast.Name) and name.id == "cache":
                    found.append(((name.lineno, 0), (name.lineno + 1, 0)))
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(part, ast.expr):
                end_line, end = part.end_lineno or 0, part.end_col_offset or 0
                found.append((position(part.lineno, part.col_offset), position(end_line, end)))
    return sorted(found)


def sampled(population: Iterable[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """`size` mutants (None: all) in an order that the seed fixes; a larger sample goes on."""
    ordered = sorted(population)
    random.Random(seed).shuffle(ordered)
    return ordered[:size]


@dataclass(frozen=True)
class Change:
    """What a mutation does to the text: the lines taken out and put in, as one line each."""

    before: str
    after: str


def change(source: str, mutated_source: str) -> Change:
    """The lines that differ; with the line below where one is taken out altogether.

    >>> change("a = 1\\nb = 2\\n", "a = 1\\nb = 3\\n")
    Change(before='b = 2', after='b = 3')
    """
    old, new, below = source.splitlines(), mutated_source.splitlines(), ""
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        below = old.pop()
        new.pop()
    if not "".join(new).strip():
        old, new = [*old, below], [below]
    return Change(*(" ".join("\n".join(lines).split()) for lines in (old, new)))


@dataclass(frozen=True)
class Explanation:
    """Why no test can kill some mutants of a line: those whose new text matches `to`."""

    module: str
    line: str
    to: str  # a regular expression for all of the new text
    why: str

    def covers(self, module: str, found: Change) -> bool:
        same = (module, found.before) == (self.module, self.line)
        return same and re.fullmatch(self.to, found.after) is not None


def explanations(text: str) -> list[Explanation]:
    """The explanations of survivors.toml."""
    return [Explanation(**entry) for entry in tomllib.loads(text).get("survivors", ())]


def chosen(names: Sequence[str]) -> list[str]:
    """The modules that the names mean, such as "linear" or "theory/series.py"; all for none."""
    return [m for m in MODULES if not names or {m, m.removesuffix(".py"), Path(m).stem} & {*names}]

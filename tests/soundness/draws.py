"""Seeded texts: expressions over every function that the parser takes, and responses."""

from __future__ import annotations

from random import Random

from trajalign.theory.functions import ROWS
from trajalign.theory.responses import ACTIVATIONS, LOSSES

_LENGTH = 170
_INNER = ("z", "z", "z", "z/2", "2*z", "z/3", "3*z/4", "z**2", "z**3", "z/10")
_SHIFTS = ("1/2", "1", "1/3", "2", "1/100", "5/4")
_CROSSING = ("z", "z-1/3", "z**2-1/2", "sin(2*z)", "tanh(z)-1/5", "cosh(z)-2", "z**3", "exp(z)-3")
_NUMBERS = ("1", "2", "3", "1/2", "1/3", "2/3", "1/10", "7/5", "pi", "1/7", "e", "0.3")
# Drawn below, each with arguments of its own; a function in addition to these is drawn too.
_NAMED = "abs exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc"


class Grammar:
    """Draws from one generator; general, bounded and positive expressions call each other."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def expression(self) -> str:
        """A text of a moderate length that contains z."""
        while True:
            kind = self.rng.choice([self.general, self.bounded, self.positive, self.special])
            text = kind(self.rng.choice([1, 2, 2, 3, 3]))
            if "z" in text and len(text) <= _LENGTH:
                return text

    def number(self) -> str:
        return self.rng.choice(_NUMBERS)

    def inner(self) -> str:
        if self.rng.random() < 0.12:
            return f"(z{self.rng.choice('+-')}{self.rng.choice(_SHIFTS)})"
        return self.rng.choice(_INNER)

    def general(self, depth: int) -> str:
        """Any sign, any growth."""
        if depth <= 0:
            return self.inner()
        g, b, p, d = self.general, self.bounded, self.positive, depth - 1
        choice = self.rng.randrange(20)
        match choice:
            case 0:
                return f"({g(d)} + {g(d)})"
            case 1:
                return f"({g(d)} - {b(d)})"
            case 2:
                return f"{b(d)}*({g(d)})"
            case 3:
                return f"({g(d)})/({p(d)})"
            case 4:
                return f"({g(d)})**{self.rng.choice([2, 3, 4])}"
            case 5:
                return f"{self.rng.choice(['sinh', 'asinh', 'asinh'])}({g(d - 1)})"
            case 6:
                return f"log({p(d)})"
            case 7:
                return f"sqrt({p(d)})"
            case 8:
                return f"({p(d)})**({self.rng.choice(['1/3', '-1/3', '3/2', '-1/2', '2/5'])})"
            case 9:
                return f"abs({g(d)})"
            case 10:
                return f"{self.number()}*({g(d)})"
            case 11:
                return f"({b(d)} + {self.window()}*({g(d)}))"
            case 12:
                return self.special(d)
            case 13:
                return f"acosh(1 + {p(d)})"
            case 14:
                return f"{self.rng.choice(['tan', 'atanh', 'asin', 'acos'])}({b(d)}*2/3)"
            case 15:
                return f"{self.inner()}*{b(d)}"
            case 16:
                return self.bounded(depth)
            case 17 | 18:
                return self.spelling(d)
        return self.positive(depth)

    def spelling(self, depth: int) -> str:
        """A function by another name, or one that is defined by others."""
        others = tuple(row.name for row in ROWS if row.typed and row.name not in _NAMED.split())
        names, argument = self.rng.choice(
            [
                (("log1p", "ln", "log2", "log10", "coth", "csch", "csc"), self.positive(depth)),
                (("arcsin", "arccos", "arctanh", "artanh"), f"{self.bounded(depth)}/2"),
                (("arccosh", "arcosh"), f"1 + {self.positive(depth)}"),
                (
                    ("arctan", "arcsinh", "arsinh", "expm1", "sec", "cot", *others),
                    self.bounded(depth),
                ),
                (("sinc", "sech", "expit", "sigmoid", "softplus", "fabs", "Abs"), self.inner()),
            ]
        )
        return f"{self.rng.choice(names)}({argument})"

    def bounded(self, depth: int) -> str:
        """Bounded on the real line, or nearly."""
        if depth <= 0:
            return self.rng.choice(["tanh(z)", "sin(z)", "atan(z)", "erf(z)", "z/sqrt(1+z**2)"])
        g, b, p, d = self.general, self.bounded, self.positive, depth - 1
        match self.rng.randrange(12):
            case 0 | 1 | 2:
                return f"{self.rng.choice(['tanh', 'erf', 'atan'])}({g(d)})"
            case 3:
                return f"{self.rng.choice(['sin', 'cos'])}({g(d)})"
            case 4:
                return f"{self.rng.choice(['erf', 'erfc', 'atan', 'tanh'])}(({p(d)})/({p(d)}))"
            case 5:
                return f"1/(1 + {p(d)})"
            case 6:
                power = self.rng.choice([1, 2, 3])
                return f"{self.rng.choice(['erf', 'atan', 'tanh'])}(z**{power}*{self.window()})"
            case 7:
                return f"{b(d)}*{b(d)}"
            case 8:
                return f"({b(d)} - {b(d)})/2"
            case 9:
                return f"{self.rng.choice(['asin', 'acos', 'atanh'])}({b(d)}/2)"
            case 10:
                return f"exp(-({p(d)}))"
        return f"{self.window()}*({g(d)})"

    def positive(self, depth: int) -> str:
        """Positive on the real line."""
        if depth <= 0:
            return self.rng.choice(["(1+z**2)", "cosh(z)", "exp(z)", "sqrt(1+z**2)", "(2+sin(z))"])
        g, b, p, d = self.general, self.bounded, self.positive, depth - 1
        match self.rng.randrange(10):
            case 0:
                return f"(1 + ({g(d)})**2)"
            case 1:
                return f"cosh({self.inner()})"
            case 2:
                return f"exp({b(d)})"
            case 3:
                return f"erfc({b(d)})"
            case 4:
                return f"sqrt({p(d)})"
            case 5:
                return f"log(1 + {p(d)})"
            case 6:
                return f"({p(d)} + {p(d)})"
            case 7:
                return f"{p(d)}*{p(d)}"
            case 8:
                return f"(abs({g(d)}) + {self.rng.choice(['1', '1/2', '1/100'])})"
        return self.window()

    def window(self) -> str:
        """What falls exponentially, or like a bump."""
        return self.rng.choice(
            [
                f"exp(-z**{self.rng.choice([2, 2, 4])}{self.rng.choice(['', '/2', '/5'])})",
                "exp(-z)",
                "exp(-2*z)",
                "1/cosh(z)",
                "1/cosh(z)**2",
                "(1-tanh(z)**2)",
                "1/(1+z**4)",
                "exp(-z/3)",
            ]
        )

    def special(self, depth: int) -> str:
        """0/0 at 0, differences that cancel, shifted pairs, functions nested in themselves."""
        u = self.rng.choice(["z", "z", "z/2", "2*z"])
        a = self.rng.choice(_SHIFTS)
        odd = self.rng.choice(["sinh", "tanh", "sin", "tan", "asinh", "atan", "erf"])
        k = self.rng.choice(["asinh", "tanh", "atan", "erf", "sin"])
        return self.rng.choice(
            [
                f"{odd}({u})/z",
                f"({odd}({u}) - {u})/z**3",
                f"(cosh({u}) - 1)/z**2",
                f"(1 - cos({u}))/z**2",
                f"(exp({u}) - 1)/z",
                f"({u}*cosh({u}) - sinh({u}))/z**3",
                f"log(sinh({u})/({u}))",
                f"log(cosh(z+{a})) - log(cosh(z-{a}))",
                f"tanh(z+{a}) + tanh(z-{a})",
                f"atan(z+{a}) - atan(z-{a})",
                f"exp(-(z-{a})**2) - exp(-(z+{a})**2)",
                f"{k}({k}({k}({u})))",
                f"asinh({k}({self.bounded(depth - 1)}))",
                f"log(1+log(1+log({self.positive(0)}+1)))",
                f"{self.inner()}*exp(-abs(z))",
                f"abs(z)*{odd}({u})",
                f"sqrt(({u})**2 + 1/10**{self.rng.choice([2, 6, 12])})",
                f"(exp(z)-exp(-z))/(exp(z)+exp(-z)+{self.rng.choice(['0', '1', '2'])})",
                f"z*{self.bounded(depth - 1)} - {self.positive(depth - 1)}",
                f"1/({odd}({u})**2 + {self.rng.choice(['1/1000', '1', '1/10'])})",
                f"1/({self.inner()} - {self.rng.choice(['1/3', '7/5'])})",
                f"acosh({self.rng.choice(['cosh(z)', '1+z**2', '2+sin(z)', 'z+2'])})",
                f"asin({self.rng.choice(['z/5', 'sin(z)', 'tanh(z)', 'z'])})",
                f"acos({self.rng.choice(['z', 'z/3', 'tanh(z)/2'])})",
                f"atanh({self.rng.choice(['z', 'z/3', 'tanh(z)/2'])})",
            ]
        )

    def kinked(self) -> str:
        """What has a kink, a pole or a cut on the real line, or only nearly has one."""
        u = self.rng.choice(_CROSSING)
        k, n = self.rng.choice([1, 1, 2, 3]), self.rng.choice([1, 2, 4, 6])
        kink = self.rng.choice(
            [
                f"abs({u})**{k}",
                f"sqrt(({u})**2)**{k}",
                f"(({u})**2)**({k}/3)",
                f"asin(sin({u}))**{k}",
                "asin(2*z/(1+z**2))",
                f"log({self.number()}+{self.bounded(0)})",
                f"acos(cos({u}))",
                f"asin({u}/2)",
                f"acosh(1+({u})**2)",
                f"sqrt(({u})**4+({u})**2)",
                f"sqrt(({u})**2+1/10**{n})",
                f"log(({u})**2+1/10**{n})",
                f"log(({u})+sqrt(({u})**2+1))",
                f"(({u})+sqrt(({u})**2+1/{k}))**({k}/3)",
                f"log(1+1/10**{n}+{self.bounded(1)})",
                f"1/(({u})**2+1/10**{n})",
                f"tan({self.bounded(1)}*3/2)",
                f"tanh({u})/({u})",
                self.general(2),
            ]
        )
        size = self.rng.choice(["", "1/100*", f"({u})*", f"({u})**{k}*", f"{self.window()}*"])
        return f"{self.bounded(1)} + {size}{kink}" if self.rng.random() < 0.6 else f"{size}{kink}"

    # Responses

    def loss(self) -> str:
        """A loss, most of them even and with many of the hypotheses."""
        base = self.rng.choice([*LOSSES.values(), "log(1+cosh(z))*2", "log(1+z**2)/2"])
        return self._perturbed(base, self._rescaled(base, 2), 4)

    def activation(self) -> str:
        """An activation, most of them odd and with many of the hypotheses."""
        base = self.rng.choice([*ACTIVATIONS.values(), "sin(z)", "asinh(z)", "tanh(z+z**3/10)"])
        return self._perturbed(base, self._rescaled(base, 1), 3)

    def _rescaled(self, base: str, power: int) -> str:
        from ast import Load, Name, NodeTransformer, fix_missing_locations, parse, unparse

        scale = self.rng.choice(["1/2", "2", "3", "3/2", "1/3"])
        inside = parse(f"z/({scale})", mode="eval").body

        class Replaced(NodeTransformer):
            def visit_Name(self, node: Name) -> object:
                return inside if node.id == "z" and isinstance(node.ctx, Load) else node

        tree = fix_missing_locations(Replaced().visit(parse(base, mode="eval")))
        return f"({scale})**{power}*({unparse(tree)})"

    def _perturbed(self, base: str, rescaled: str, power: int) -> str:
        size = self.rng.choice(["1/4", "1/10", "1/100", "1/1000", "1"])
        sign = self.rng.choice("+-")
        odd = self.rng.choice(["z", "tanh(z)", "sin(z)", "z/sqrt(1+z**2)"])
        match self.rng.randrange(8):
            case 0 | 1:
                return base
            case 2:
                return rescaled
            case 3:
                return f"{base} {sign} {size}*{odd}**{power}*{self._even()}"
            case 4:
                return f"{base} {sign} {size}*tanh(z)**{power}*(1-{self._even()})"
            case 5:
                return f"{base} {sign} {size}*z**{power}*exp(-z**2)*{self._even()}"
            case 6:
                return f"({base} + {rescaled})/2"
        return f"{base} {sign} {size}*z**{power + self.rng.choice([0, 0, 1])}*{self.window()}"

    def _even(self) -> str:
        """Even and bounded, or nearly."""
        f = self.rng.choice(["erf", "atan", "tanh", "erfc", "exp", "1/cosh", "cos"])
        return self.rng.choice(
            [
                f"{f}((1+z**2)/cosh(z))",
                f"{f}(z**2*exp(-z**2))",
                f"{f}(-z**2)" if f == "exp" else f"{f}(z**2)",
                f"{f}(-sqrt(1+z**2))",
                "1/(1+z**2)",
                "exp(-z**4)",
                "1/cosh(z)",
                f"{f}(1/(1+z**2))",
            ]
        )

import pytest
import sympy as sp

from trajalign.theory.curve.first_order import generic_h
from trajalign.theory.derivation.latex import broken_lines, latex, width_of
from trajalign.theory.derivation.notation import DETERMINANT, LAMBDA, TANH, TAU, TRACE, H, S
from trajalign.theory.derivation.serialization import derivative_at
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import ETA, PHI_SQUARED, P, Q, R, TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.theory.writing.macros import MACROS

r, w = R(P), PHI_SQUARED(P)
dr = sp.diff(r, P)
LINEAR = TwoLayerLinear(Loss.parse("log-cosh"))


def spelled(e: sp.Expr) -> str:
    """The LaTeX with the macros by their default meaning."""
    text = latex(e)
    for _ in range(3):
        for macro in sorted(MACROS, key=len, reverse=True):
            text = text.replace(f"\\{macro}", MACROS[macro])
    return text


# What a mathematician would write, by hand.
@pytest.mark.parametrize(
    ("e", "written"),
    [
        (1 - ETA * LAMBDA / 2, r"1 - \frac{\eta \lambda}{2}"),
        (LINEAR.generic().p_next, r"p \left(1 - \frac{2 r}{q} + \eta^{2} p^{2} r^{2}\right)"),
        (generic_h(LINEAR), r"-\frac{1}{2}\left(\frac{p r^{3}}{r'} + p^{2} r^{2}\right)"),
        (Q / (1 - ETA * w) ** 2, r"\frac{q}{(1 - \eta \varphi^{2})^{2}}"),
        (-r * w / (P * dr), r"-\frac{r \varphi^{2}}{p r'}"),
        ((1 + 2 * P * dr / r) ** 2, r"\left(1 + \frac{2 p r'}{r}\right)^{2}"),
        ((2 + P**2) / (4 * (1 + P**2) ** 2), r"\frac{2 + p^{2}}{4 (1 + p^{2})^{2}}"),
        (-1 / (2 * derivative_at(R, 2, sp.S.Zero)), r"-\frac{1}{2 r''(0)}"),
        (derivative_at(R, 4, sp.S.Zero), r"r^{(4)}(0)"),
        (sp.tanh(2 * P) ** 2, r"\tanh^{2}(2 p)"),
        (sp.log(sp.Abs(1 + P)), r"\ln(\left\lvert 1 + p\right\rvert)"),
        (R(-P), "r(-p)"),
        (R(2 * P) ** 2, "r(2 p)^{2}"),
        (sp.diff(r, P, 2) * dr**2, r"r'^{2} r''"),
        (w**2, r"\varphi^{4}"),
        (sp.sqrt(1 - ETA), r"\sqrt{1 - \eta}"),
        (-P - P**2, "-(p + p^{2})"),
        (P - Q, "p - q"),
        (sp.Rational(1, 2) + P, r"\frac{1}{2} + p"),
        (1 - Z**2 / 3 + 2 * Z**4 / 15, r"1 - \frac{z^{2}}{3} + \frac{2 z^{4}}{15}"),
        (1 - 8 * TANH(P) ** 2 + TANH(P) ** 4, "1 - 8 t^{2} + t^{4}"),
        (P * H[1](P) * dr * r, "p r r' h_{1}"),
        (sp.Derivative(H[1](P) * r, (P, 2)), "(r h_{1})''"),
        (derivative_at(R, 2, sp.S.Zero) ** 2, "r''(0)^{2}"),
        (sp.pi**2 * P, r"\pi^{2} p"),
    ],
    ids=str,
)
def test_formulas_are_written_as_by_hand(e: sp.Expr, written: str) -> None:
    assert spelled(e) == written


@pytest.mark.parametrize(
    "e",
    [
        1 / (1 + P / Q) + 1 / (1 + 1 / (1 + P / (1 + Q))),
        sp.exp(-P / 2) / (P / Q + 1) ** sp.Rational(3, 2),
        sp.sqrt(1 + P / Q) / (1 + sp.sqrt(P / Q)),
        sp.tanh(P / 2) / (R(P / Q) + sp.Rational(1, 3)),
    ],
)
def test_no_fraction_stands_in_a_fraction(e: sp.Expr) -> None:
    depth, levels = 0, []
    text = latex(e)
    for i, c in enumerate(text):
        if text.startswith(r"\frac", i):
            assert not levels, text
            levels.append((depth, 2))
        depth += (c == "{") - (c == "}")
        if c == "}" and levels and depth == levels[-1][0]:
            level, open_groups = levels.pop()
            if open_groups > 1:
                levels.append((level, open_groups - 1))


def test_a_sum_over_something_in_a_line_keeps_its_parentheses() -> None:
    assert latex(sp.exp((1 + P) / Q)) == r"e^{(1 + \taP)/\taQ}"
    assert latex(1 / (1 + (1 + P) / Q)) == r"\frac{1}{1 + (1 + \taP)/\taQ}"


def test_long_sums_are_broken_between_terms() -> None:
    e = sum((k * P**k * Q ** (20 - k) for k in range(2, 15)), sp.S.Zero)
    lines = broken_lines(e, 40)
    assert len(lines) > 1
    assert all(width_of(line) <= 40 for line in lines)
    assert "".join(lines).replace("{}", " ").split() == latex(e).split()


def test_a_wide_numerator_becomes_a_sum_in_parentheses() -> None:
    total = sum((P**k for k in range(1, 25)), sp.S.One)
    lines = broken_lines(total / (4 * dr**2), 40)
    assert lines[0].startswith(r"\frac{1}{4 \taR'^{2}}\bigl(1 +")
    assert lines[-1].endswith(r"\bigr)")


def test_a_number_below_a_wide_numerator_stays_below() -> None:
    total = sum((P**k for k in range(1, 25)), sp.S.One)
    lines = broken_lines(P**2 * total / (24 * dr**7), 40)
    assert lines[0].startswith(r"\frac{\taP^{2}}{24 \taR'^{7}}\bigl(1 +")


def test_of_several_sums_the_widest_is_broken() -> None:
    total = sum((P**k for k in range(1, 25)), sp.S.One)
    lines = broken_lines((1 - P) * total / Q, 40)
    assert lines[0].startswith(r"\frac{1 - \taP}{\taQ}\bigl(1 +")
    assert len(lines) > 2


def test_a_term_that_is_too_wide_itself_is_broken_too() -> None:
    total = sum((P**k for k in range(1, 25)), sp.S.One)
    lines = broken_lines((1 - total * ETA / Q) / 7 + Q, 40)
    assert len(lines) > 3
    assert all(width_of(line) <= 42 for line in lines)
    assert sum(line.count(r"\bigl(") for line in lines) == sum(
        line.count(r"\bigr)") for line in lines
    )


def test_short_formulas_stay_whole() -> None:
    assert broken_lines(1 + P, 40) == [latex(1 + P)]


def test_the_width_is_that_of_the_wider_half_of_a_fraction() -> None:
    assert width_of(r"\frac{abc}{d}") == width_of("abc") == 3


def test_a_characteristic_polynomial_falls_and_a_small_displacement_leads_its_product() -> None:
    assert spelled(DETERMINANT - TRACE * LAMBDA + LAMBDA**2) == r"\lambda^{2} - T \lambda + \Delta"
    assert spelled(P + TAU * S) == r"p + \tau S"


def test_a_function_with_its_argument_stands_last_in_a_product() -> None:
    assert spelled((1 + ETA) * R(2 * P)) == r"(1 + \eta) r(2 p)"

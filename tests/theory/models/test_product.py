"""The product's map against gradient descent on a network with a target, in exact fractions."""

import random
from fractions import Fraction

import pytest
import sympy as sp

from trajalign.theory.errors import InputError, NoWeightsError
from trajalign.theory.models import ETA, Loss, P, Product, Q, TwoLayerLinear, of
from trajalign.theory.models.product import evenly
from trajalign.theory.models.weights import has_weights, require_weights

ZHU = "(1 - z**2)**2/4"  # ℓ' = z³ − z, ℓ''(±1) = 2


def step(U, v, x, y, eta):
    """One step on ¼(1 − (xᵀUv − y)²)² by hand."""
    hidden = [sum(a * U[i][j] for i, a in enumerate(x)) for j in range(len(v))]
    residual = sum(h * w for h, w in zip(hidden, v, strict=True)) - y
    slope = residual**3 - residual
    rows = zip(U, x, strict=True)
    moved = [[u - eta * slope * a * w for u, w in zip(row, v, strict=True)] for row, a in rows]
    return moved, [w - eta * slope * h for h, w in zip(hidden, v, strict=True)]


def coordinates(U, v, x, y, minimum, eta):
    hidden = [sum(a * U[i][j] for i, a in enumerate(x)) for j in range(len(v))]
    f = sum(h * w for h, w in zip(hidden, v, strict=True))
    size = sum(h * h for h in hidden) + sum(w * w for w in v)
    return f - y - minimum, 2 / (eta * 2 * size)


@pytest.mark.parametrize(("minimum", "y"), [(1, Fraction(0)), (-1, Fraction(3, 7))])
def test_a_step_of_a_network_of_width_3_follows_the_map(minimum, y):
    model = Product(ZHU, minimum=minimum, target=sp.Rational(y))
    rng, x = random.Random(7), (Fraction(3, 5), Fraction(4, 5))
    for _ in range(3):
        U = [[Fraction(rng.randrange(-20, 20), 10) for _ in range(3)] for _ in x]
        v = [Fraction(rng.randrange(-20, 20), 10) for _ in range(3)]
        eta = Fraction(rng.randrange(1, 30), 100)
        before = coordinates(U, v, x, y, minimum, eta)
        after = coordinates(*step(U, v, x, y, eta), x, y, minimum, eta)
        place = {P: sp.Rational(before[0]), Q: sp.Rational(before[1]), ETA: sp.Rational(eta)}
        found = [e.subs(place) for e in (model.reduced.p_next, model.reduced.q_next)]
        assert found == [sp.Rational(number) for number in after]


def test_with_an_even_loss_and_no_target_it_is_the_linear_network():
    linear, product = TwoLayerLinear("log-cosh"), Product("log-cosh")
    assert product.generic() == linear.generic()
    assert evenly(product).response == linear.response
    assert evenly(Product("exp(z) - z")).name == "product"


def test_a_target_moves_the_minimum():
    shifted, target = Product("log(cosh(z - 1))"), Product("log(cosh(z))", target=1)
    assert shifted.generic() == target.generic()
    assert (shifted.settings, target.settings["target"]) == ({"minimum": "1"}, "1")


def test_the_small_parameter_is_that_of_the_loss_with_slope_1():
    model = Product(ZHU, minimum=1)
    assert model.small_parameter(ETA) == 4 * ETA**2
    assert model.step_size(sp.Integer(4)) == 1


def test_a_minimum_that_is_said_later_counts():
    model = of("product", "log(2*exp(z) + exp(-2*z))").with_options({"target": "1/2"})
    assert (model.origin, model.minimum) == (sp.Rational(1, 2), 0)
    other = Product(ZHU, minimum=1).with_options({"minimum": sp.Integer(-1)})
    assert (other.origin, other.response.text) == (-1, ZHU)
    with pytest.raises(InputError, match="no minimum at z = 1/3"):
        Product(ZHU, minimum="1/3")


def test_weights_bound_the_output_and_not_p():
    model, eta = Product(ZHU, minimum=1), sp.Rational(1, 10)
    # 2|f| ≤ S = 2/(η·2·q): at q = 1 |p + 1| ≤ 5.
    for p, known in ((4, True), (5, False), (-6, True), (-7, False)):
        assert has_weights(model, eta, sp.Integer(p), sp.Integer(1)) is known
    with pytest.raises(NoWeightsError, match=r"\|p \+ 1\| <= 5"):
        require_weights(model, eta, sp.Integer(5), sp.Integer(1))


def test_what_is_no_loss_is_refused():
    with pytest.raises(InputError):
        Product("tanh(")
    with pytest.raises(InputError, match="--depth does not belong to the product model"):
        of("product", "log-cosh", depth=2)
    assert isinstance(Product(Loss.parse("log-cosh")).response, Loss)

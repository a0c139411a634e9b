"""No failure of a library reaches the user: the inputs that brought one out, and what is right.

S(h) is (log cosh(z + h) − log cosh(z − h))/(2 tanh h), an odd soft clip; S(h) → tanh as h → 0.
"""

from pathlib import Path

import pytest
import sympy as sp
from calling import environment, one_line
from mpmath import mp

from trajalign import cli, exits
from trajalign.commands.figure import figure
from trajalign.numerics.diagram.cascade import cascade
from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear, slow_curve
from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.claims import Expansion
from trajalign.theory.models import ETA
from trajalign.verification.derivations.judging import check_appendix

PAIR = "(tanh(z+1)+tanh(z-1))/(2*(1-tanh(1)**2))"
LOSS = "(log(cosh(z+1))+log(cosh(z-1)))/(2*(1-tanh(1)**2))"


def clip(h: str) -> str:
    return f"(log(cosh(z+{h}))-log(cosh(z-{h})))/(2*tanh({h}))"


def h_one(phi, order: int) -> mp.mpf:  # type: ignore[no-untyped-def]
    """The limit's coefficient −1/r''(0) of the neuron, r = φφ'/z, from φ = z + c z³ + …"""
    cubic = mp.taylor(phi, 0, 3)[3]
    return -1 / (2 * 4 * cubic)


@pytest.mark.parametrize("h", ["1", "1e-3", "1e-9", "1e-22", "1e-30"])
def test_the_limits_coefficient_of_the_soft_clip(h: str) -> None:
    with mp.workdps(120):
        shift = mp.mpf(h)

        def phi(z: mp.mpf) -> mp.mpf:
            return (mp.log(mp.cosh(z + shift)) - mp.log(mp.cosh(z - shift))) / (2 * mp.tanh(shift))

        expected = h_one(phi, 3)
    found = slow_curve(SingleNeuron(Activation.parse(clip(h)))).h_at_zero
    assert float(sp.N(found, 30)) == pytest.approx(float(expected), rel=1e-12)
    if h == "1":
        assert float(expected) == pytest.approx(0.892912, abs=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize("h", ["1e-9", "1e-30"])
def test_the_cascade_of_the_clip_is_that_of_tanh(h: str) -> None:
    """S(h) differs from tanh by O(h²), and so do the values of q."""
    tanh = cascade(SingleNeuron(Activation.parse("tanh")), 2, digits=16)
    clipped = cascade(SingleNeuron(Activation.parse(clip(h))), 2, digits=16)
    for a, b in zip(tanh.flips, clipped.flips, strict=True):
        assert abs(float(a.q) - float(b.q)) < 1e-12


@pytest.mark.parametrize("text", [clip("1"), clip("1e-30"), PAIR])
def test_a_cobweb_is_drawn(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    call = ["cobweb", "neuron", "--q0", "4/5", "--activation", text, "-o", str(file)]
    figure.main(call, standalone_mode=False)
    assert file.read_text().count("<path") > 5


def test_the_loss_has_a_slow_curve() -> None:
    # r''(0) = ℓ⁗(0)/3, and h₁(0) = −1/(2 r''(0)) by the general formula
    found = slow_curve(TwoLayerLinear(Loss.parse(LOSS))).h_at_zero
    with mp.workdps(60):
        c = 2 * (1 - mp.tanh(1) ** 2)
        fourth = (
            24 * mp.taylor(lambda z: (mp.log(mp.cosh(z + 1)) + mp.log(mp.cosh(z - 1))) / c, 0, 4)[4]
        )
        expected = -1 / (2 * fourth / 3)
    assert float(sp.N(found, 30)) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "model",
    [
        SingleNeuron(Activation.parse(clip("1"))),
        SingleNeuron(Activation.parse(PAIR)),
        TwoLayerLinear(Loss.parse(LOSS)),
    ],
    ids=["clip", "pair", "loss"],
)
def test_every_line_of_the_derivation_checks(model: SingleNeuron | TwoLayerLinear) -> None:
    checked = check_appendix(appendix(model, 1))
    steps = {step.name: step for one in checked for step in one.derivation.steps}
    # The limit names the response's own coefficient, that of the slow curve.
    own = steps["limit-response"].claim
    assert isinstance(own, Expansion)
    coefficient = own.right.coeff(ETA, 1 / model.exponent if model.exponent != 1 else 1)
    assert float(sp.N(coefficient)) == pytest.approx(float(sp.N(slow_curve(model).h_at_zero)))


# The last guard ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        sp.polys.polyerrors.HeuristicGCDFailed("no luck"),
        RuntimeError("generator raised StopIteration"),
        TypeError("cannot compile nan (NaN)\nand more"),
        RecursionError("maximum recursion depth exceeded"),
        ZeroDivisionError("x" * 1000),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_unexpected_error_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> int:
        raise error

    monkeypatch.setattr(cli.commands, "main", fails)
    monkeypatch.delenv(cli.TRACEBACK, raising=False)
    assert cli.main() == exits.INTERNAL_ERROR == 70
    out, err = capsys.readouterr()
    line = one_line(err)
    assert out == ""
    assert "internal error" in line
    assert type(error).__name__ in line
    assert cli.TRACEBACK in line
    assert len(line) < 500
    monkeypatch.setenv(cli.TRACEBACK, "1")
    with pytest.raises(type(error)):
        cli.main()


def test_the_environment_of_the_tests_hides_nothing() -> None:
    assert cli.TRACEBACK not in environment()

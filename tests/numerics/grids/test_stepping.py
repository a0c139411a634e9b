"""The kernel that steps many orbits: chunks, slices, and what it asks of XLA."""

from dataclasses import replace

import numpy as np
import pytest

from trajalign.numerics.compile.floats import double_precision
from trajalign.numerics.grids import stepping
from trajalign.numerics.grids.stepping import Limits, compile_stepper, moving
from trajalign.theory.errors import UnresolvedError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss

ENGINES = ["numpy", "jax"]
MODEL = TwoLayerLinear(Loss.parse("log-cosh"))


def starts(count):
    p = np.linspace(0.1, 1, count)
    return np.full(count, 0.1), p, np.linspace(1.05, 1.3, count), np.full(count, 0.015)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("count", [1, 7, 8, 1000, 8193])
def test_chunks_and_their_padding_do_not_show(engine, count):
    """The last orbit of many is that orbit alone."""
    stepper = compile_stepper(MODEL, engine)
    arrays = starts(count)
    together = stepper.run(*arrays, 100)
    alone = stepper.run(*(a[-1:] for a in arrays), 100)
    for ours, theirs in zip(together, alone, strict=True):
        assert len(ours) == count
        assert ours[-1] == theirs[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_slices_do_not_show(engine, monkeypatch):
    """Some orbits cross in the first slice, some later; all converge, in different slices."""
    stepper = compile_stepper(MODEL, engine)
    whole = stepper.run(*starts(50), 5000)
    monkeypatch.setattr(stepping, "_SLICE", 97)
    sliced = stepper.run(*starts(50), 5000)
    for ours, theirs in zip(whole, sliced, strict=True):
        assert np.array_equal(ours, theirs)
    assert whole.crossing.min() < whole.crossing.max() < whole.steps.min() < 5000


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_steps_by_hand(engine):
    """η = 0.1, p = 1, u = 1.25, t = tanh 1: p' = p(1 + η²t²) − 2tu, u' = u(1 + η²t²) − 2η²pt."""
    state = compile_stepper(MODEL, engine).run(*(np.array([x]) for x in (0.1, 1.0, 1.25, 1e-9)), 1)
    t = np.tanh(1.0)
    assert state.p[0] == pytest.approx(1 + 0.01 * t**2 - 2.5 * t, rel=1e-14)
    assert state.u[0] == pytest.approx(1.25 * (1 + 0.01 * t**2) - 0.02 * t, rel=1e-14)
    assert (state.steps[0], state.aligned[0], state.crossing[0]) == (1, 1, 1)


def test_which_orbits_go_on():
    """Not those that converged, escaped, have u near 0 or below, or are not numbers."""
    limits = Limits(1e-10, 1e6, 1e-150)
    p = np.array([0.5, -0.5, 1e-11, 1e-11, 2e6, 0.5, 0.5, 0.5, np.nan, 0.5, np.inf])
    u = np.array([0.9, 1.2, 1.2, 0.9, 1.2, 0.0, 1e-151, -1.0, 1.2, np.nan, 1.2])
    assert list(np.flatnonzero(moving(np, p, u, limits))) == [0, 1, 2]


def test_compiler_options_that_are_unknown_are_left_out():
    """A later XLA may drop one."""
    known = stepping._accepted({"xla_no_such_option": 1, "xla_cpu_prefer_vector_width": 256})
    assert known == {"xla_cpu_prefer_vector_width": 256}


def test_jax_keeps_its_own_precision_outside():
    """The kernel's double precision is scoped: nothing changes for the rest of the program."""
    import jax.numpy as jnp

    compile_stepper(MODEL, "jax").run(*starts(8), 3)
    assert jnp.zeros(3).dtype == jnp.float32
    with double_precision("jax"):
        assert jnp.zeros(3).dtype == jnp.float64


EVERY = [
    *(TwoLayerLinear(Loss.parse(name)) for name in LOSSES),
    *(SingleNeuron(Activation.parse(name)) for name in ACTIVATIONS),
]


@pytest.mark.parametrize("model", EVERY, ids=lambda model: f"{model.name} {model.response.text}")
def test_both_engines_step_alike(model):
    """Hundreds of orbits, so that whole vectors are used, for every response of the catalogue."""
    scale = float(model.response.scale)
    eta, p, u, tolerance = starts(333)
    eta = eta / 4
    theirs, ours = (
        compile_stepper(model, engine).run(eta, p * scale, u, tolerance, 20) for engine in ENGINES
    )
    assert ours.p == pytest.approx(theirs.p, rel=1e-8, abs=1e-9 * scale)
    assert ours.u == pytest.approx(theirs.u, rel=1e-8)


@pytest.fixture
def fresh():
    compile_stepper.cache_clear()
    yield
    compile_stepper.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_options_that_make_jax_wrong_are_not_used(monkeypatch):
    """A stepper that is wrong in every lane but the first of eight, as one option once made it."""
    made, jitted = [], stepping._jitted

    def wrong_with_options(kernel, options, chunk):
        stepper = jitted(kernel, options, chunk)
        made.append(options)
        if not options:
            return stepper

        def advance(*arguments):
            state = stepping.State(*stepper._advance(*arguments))
            off = np.where(np.arange(len(state.p)) % 8 == 0, 0.0, 1e-6)
            return state._replace(p=np.asarray(state.p) + off)

        return replace(stepper, _advance=advance)

    monkeypatch.setattr(stepping, "_jitted", wrong_with_options)
    stepper = compile_stepper(MODEL, "jax")
    assert [bool(options) for options in made] == [True, False]
    assert stepper.run(*starts(64), 20).p == pytest.approx(
        compile_stepper(MODEL, "numpy").run(*starts(64), 20).p, rel=1e-9
    )


@pytest.mark.usefixtures("fresh")
def test_a_jax_that_is_wrong_throughout_is_refused(monkeypatch):
    monkeypatch.setattr(stepping, "_agrees", lambda *_: False)
    with pytest.raises(UnresolvedError, match="use NumPy"):
        compile_stepper(MODEL, "jax")

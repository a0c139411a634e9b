"""The public names of each room; a change here is a change for users."""

import importlib

import pytest

COUNTS = {"trajalign": 1, "theory": 59, "numerics": 48, "verification": 17}


def room(name):
    return importlib.import_module("trajalign" if name == "trajalign" else f"trajalign.{name}")


@pytest.mark.parametrize("name", COUNTS)
def test_every_public_name_exists_and_is_documented(name):
    module = room(name)
    assert module.__doc__
    for public in module.__all__:
        thing = getattr(module, public)
        if str(getattr(thing, "__module__", "")).startswith("trajalign"):
            assert thing.__doc__, public


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_the_number_of_public_names(name, count):
    assert len(set(room(name).__all__)) == count
    assert len(room(name).__all__) == count


def test_what_a_user_needs_is_there():
    theory, numerics, verification = (room(n) for n in ("theory", "numerics", "verification"))
    assert {"Loss", "Activation", "TwoLayerLinear", "SingleNeuron", "Model"} <= set(theory.__all__)
    assert {"curve_series", "curve_closed", "curve_generic", "exact_curve"} <= set(theory.__all__)
    assert {"bifurcation_diagram", "slow_curve", "long_times"} <= set(theory.__all__)
    assert {"iterate", "alignment_exponent", "cascade"} <= set(numerics.__all__)
    assert {"verify", "control", "Assumptions"} <= set(verification.__all__)

"""The public names of each room; a change here is a change for users."""

import importlib

import pytest

COUNTS = {"trajalign": 49, "theory": 59, "numerics": 50, "verification": 17}


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


SURFACE = {
    *("linear", "neuron", "Loss", "Activation", "Model", "TwoLayerLinear", "SingleNeuron"),
    *("verify", "hypotheses", "derive", "orbit", "figure", "Verdicts", "Derivation", "Figure"),
    *("product", "deep", "prove", "replay", "edge", "neighbours", "sweep", "plot_diagram"),
    *("Proved", "Edge", "Neighbours", "Sweep"),
    *("Verdict", "Outcome", "Evidence", "InputError", "__version__"),
    *("slow_curve", "SlowCurve", "curve_series", "CurveSeries", "curve_closed"),
    *("exact_curve", "ExactCurve", "bifurcation_diagram", "BifurcationDiagram", "cascade"),
    *("alignment_exponent", "fast_forward", "FastForward", "Orbit", "EnclosedOrbit"),
    *("grid", "linspace"),
}


def test_the_surface_is_frozen():
    """What a notebook has after `import trajalign as ta`; each name is loaded when it is used."""
    ta = room("trajalign")
    assert set(ta.__all__) == {*dir(ta), "__version__"} == SURFACE
    assert not hasattr(ta, "no_such_name")


def test_a_catalogue_name_stands_for_its_model():
    ta = room("trajalign")
    found = ta.verify("log-cosh", statements=["linear/reduced-map"], jobs=1)
    assert found["linear/reduced-map"] is found[-1]
    assert found["linear/reduced-map"].outcome is ta.Outcome.PASS
    with pytest.raises(KeyError):
        found["linear/limit"]  # not asked for


def test_verdicts_are_shown_as_the_terminal_shows_them():
    ta = room("trajalign")
    found = ta.hypotheses(ta.linear("log(1+z**2)/2"))  # not convex: A2 fails
    lines = repr(found).splitlines()
    row = next(line.split() for line in lines if line.split()[:1] == ["linear/A2"])
    assert row[1] == "fail"
    assert "witness" not in found["linear/A1"].reason
    assert '<span class="verdict fail">' in found._repr_html_()
    assert "linear/A2" in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda ta: ta.verify("log(cosh(z))"),
            "model = 'log(cosh(z))': need a model: linear('log(cosh(z))') of a loss",
        ),
        (lambda ta: ta.verify("log-cosh", statements=["limit"]), "statements: 'limit': known are"),
        (lambda ta: ta.verify("log-cosh", eta=float("nan")), "eta = nan"),
        (lambda ta: ta.verify("log-cosh", eta=5, jobs=1), "eta = 5: for log(cosh(z))"),
        (lambda ta: ta.verify("log-cosh", thorough="no"), "thorough = 'no': need True or False"),
        (lambda ta: ta.verify("log-cosh", jobs=0), "jobs = 0: need at least one process"),
        (lambda ta: ta.verify("log-cosh", statements=[1]), "statements[0] = 1: need a text"),
        (lambda ta: ta.slow_curve("no such"), "model = 'no such': need a model: linear('no such')"),
        (lambda ta: ta.slow_curve(3), "model = 3: need a model, such as linear(...)"),
        (lambda ta: ta.product("log-cosh", target="a"), "target"),
        (lambda ta: ta.deep("log-cosh", depth=2.5), "depth = 2.5: need an integer"),
        (lambda ta: ta.linear("z**2", normalise=1), "normalise = 1: need True or False"),
        (lambda ta: ta.prove("log-cosh", eta0=0), "eta0 = 0: need a positive number"),
        (lambda ta: ta.prove("log-cosh", eta0=2), "eta0 = 2: need epsilon < 1, but it is 4"),
        (
            lambda ta: ta.prove("log-cosh", q0=(0.5, 0.8)),
            "q0 = (0.5, 0.8): need A,B with c < A < B < 1, and c is 0.73",
        ),
        (lambda ta: ta.prove("log-cosh", q0=0.8), "q0 = 0.8: need a sequence"),
        (lambda ta: ta.prove("log-cosh", q0=(1, 2, 3)), "q0: need 2 values, not 3"),
        (lambda ta: ta.prove("log-cosh", p0=(2, 1)), "p0 = (2, 1): need A,B with 0 < A < B"),
        (lambda ta: ta.replay("no-such-file"), "file = no-such-file: No such file"),
        (lambda ta: ta.edge(3), "objective = 3: need a text, a SymPy expression"),
        (lambda ta: ta.edge("x*y", at=[1, 2]), "at = [1, 2]: need a mapping"),
        (lambda ta: ta.edge("log(cosh(x*y))", at={"x": 1}), "at: y is missing"),
        (lambda ta: ta.edge("a*x**2", along=("a", [1])), "along = a=1: a ladder needs several"),
        (lambda ta: ta.neighbours("nobody"), "source = 'nobody': known are"),
        (lambda ta: ta.sweep("log-cosh", 0.1, 0, 1), "p0[0] = 0: need p0 != 0"),
        (lambda ta: ta.plot_diagram("tanh", [[1], [1, 2]]), "runs[0]: need as many p as q"),
        (lambda ta: ta.plot_diagram("tanh", ax="here"), "ax = 'here': need Matplotlib axes"),
        (lambda ta: ta.linear("log(cosh(x*y))"), "x, y"),
        (lambda ta: ta.neuron(3.5j), "3.5"),
        (lambda ta: ta.orbit("tanh", "1/100", 0, "4/5"), "p0"),
        (lambda ta: ta.orbit("tanh", "1/100", "1/2", "4/5", digits="many"), "digits = 'many'"),
        (lambda ta: ta.figure("pie", "tanh"), "kind = 'pie': known are bifurcation"),
        (lambda ta: ta.figure("cascade", "tanh", eta=0.1), "eta goes with bifurcation"),
        (lambda ta: ta.figure("cobweb", "tanh", colour="red"), "colour is no option"),
        (lambda ta: ta.figure("cobweb", "tanh", p0=0), "p0 = 0"),
        (lambda ta: ta.derive("tanh", order=7), "order = 7"),
        (lambda ta: ta.derive(ta.linear("z**2/2")), "z**2/2"),
    ],
)
def test_bad_input_is_one_line(call, told):
    ta = room("trajalign")
    with pytest.raises(ta.InputError) as caught:
        call(ta)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_figure_and_a_derivation_show_themselves(tmp_path):
    ta = room("trajalign")
    figure = ta.figure("cobweb", "tanh", p0=0.4, q0="9/10")
    assert repr(figure).startswith("Cobweb of the half map")
    assert figure._repr_svg_().startswith("<?xml")
    figure.save(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_what_a_user_needs_is_there():
    theory, numerics, verification = (room(n) for n in ("theory", "numerics", "verification"))
    assert {"Loss", "Activation", "TwoLayerLinear", "SingleNeuron", "Model"} <= set(theory.__all__)
    assert {"curve_series", "curve_closed", "curve_generic", "exact_curve"} <= set(theory.__all__)
    assert {"bifurcation_diagram", "slow_curve", "long_times"} <= set(theory.__all__)
    assert {"iterate", "alignment_exponent", "cascade"} <= set(numerics.__all__)
    assert {"verify", "control", "Assumptions"} <= set(verification.__all__)

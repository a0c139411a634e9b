"""What a study found, in words."""

from dataclasses import replace

import pytest

from trajalign.report.account import account, account_of_protocol
from trajalign.studies.judging import Finding, Judgement, Run
from trajalign.studies.many_points import Fit
from trajalign.studies.protocol import load_protocol
from trajalign.studies.protocol_judging import Hovering, ProtocolJudgement, ProtocolRun
from trajalign.studies.saturation import Saturation
from trajalign.studies.study import load_study

NEAR, FAR = Fit(0.002, 0.01), Fit(0.03, 0.04)
FITS = {"effective": NEAR, "one_point": FAR, "unshifted": Fit(0.004, 0.01)}
MANY = {**FITS, "other_loss": Fit(0.001, 0.01)}
RUN = Run({"scale": 3.5, "seed": 51}, "edge", 0.01, 0.002, 60, 250, 1.0, None, MANY)
OFF = replace(RUN, diagrams={**MANY, "effective": FAR})


def told(name, *runs):
    found = account(load_study(name), Judgement(runs, ()))
    return found.on, " ".join(found.aligns), " ".join(found.does_not)


@pytest.fixture(autouse=True)
def _needs_data():
    pytest.importorskip("sklearn")


def test_it_says_on_what():
    on, _, _ = told("digits", RUN)
    assert on == (
        "Networks of three layers, width 64, activation tanh, on 100 images of the digits 3 and 8, "
        "loss log-cosh, η = 1/20; 12 runs."
    )


@pytest.mark.parametrize("name", ["toy", "square-loss", "wine", "breast-cancer", "saturation"])
def test_every_kind_of_data_has_words(name):
    on, _, _ = told(name, RUN)
    assert "{" not in on
    assert on.endswith(" runs.")


def test_runs_on_their_own_diagram_align_and_other_diagrams_do_not():
    _, aligns, does_not = told("digits", RUN, RUN)
    assert aligns.startswith("On 2 of 2 runs at the edge, q follows Q₀(p; w)")
    assert "at most 0.002 in its median and at most 0.01 in 95 % of its steps" in aligns
    assert "r(p) of one point is 15 times as far" in does_not
    assert "Q₀(p; 0), without the rest w is 2 times as far" in does_not
    assert "Q₀ of another loss, pseudo-huber is 0.5 times as far" in does_not  # told as it is
    assert "further from Q₀(p; w)" not in does_not


def test_a_run_off_its_diagram_is_not_said_to_align():
    _, aligns, does_not = told("digits", RUN, OFF)
    assert aligns.startswith("On 1 of 2 runs")
    assert "at most 0.002" in aligns  # of the run that does
    assert "On 1 run of 2 at the edge, q is further from Q₀(p; w) than asked" in does_not
    _, aligns, does_not = told("digits", OFF)
    assert aligns == ""


def test_runs_of_one_point():
    one = replace(RUN, diagrams=None, worst=0.013)
    _, aligns, does_not = told("toy", one, replace(one, worst=0.5), replace(one, outcome="flow"))
    assert aligns == (
        "On 1 of 2 runs at the edge, q follows r(p): from step 80 on |q/r(p) − 1| is at most 0.013."
    )
    assert does_not == (
        "On 1 run of 2 at the edge, q is further from r(p) than asked (0.02): up to 0.5. "
        "1 of 3 runs: never at the edge."
    )


def test_what_is_no_number_does_not_align():
    _, aligns, does_not = told("toy", replace(RUN, diagrams=None, worst=float("nan")))
    assert aligns == ""
    assert does_not.endswith("further from r(p) than asked (0.02).")


def test_nothing_at_the_edge():
    gone = [replace(RUN, outcome=name) for name in ("left", "diverged", "diverged")]
    _, aligns, does_not = told("square-loss", *gone)
    assert aligns == ""
    assert does_not == (
        "Nothing is at the edge when the transient is over. 1 of 3 runs: at the edge, but no "
        "longer when the transient is over. 2 of 3 runs: flown away."
    )


def test_every_criterion_that_is_not_met_is_named():
    findings = (
        Finding("edge_runs", 1, 1, "pass"),
        Finding("spread", 0.005, 0.25, "fail"),
        Finding("sharpness", 0.1, None, "undecided"),
        Finding("wrong_diagrams", 0, 2, "fail"),
    )
    run = replace(RUN, diagrams=None)
    found = account(load_study("toy"), Judgement((run,), findings))
    assert found.does_not == (
        "Not met: spread of q/r(p) − 1 over the runs, 0.25 where at most 0.005 was asked.",
        "Not decided, for want of something to measure: final sharpness against 2/η (at most 0.1).",
        "Not met: wrong diagrams that would pass as well, 2 where at most 0 was asked.",
    )
    assert account(load_study("toy"), Judgement((run,), findings[:1])).does_not == ()


def test_a_run_without_a_step_to_compare_is_not_called_far_off():
    nothing = replace(RUN, diagrams=dict.fromkeys(MANY, Fit(None, None)))
    _, aligns, does_not = told("digits", nothing)
    assert aligns == ""
    assert does_not.startswith("On 1 run of 1 at the edge no step is compared")
    assert "further" not in does_not


def test_where_other_diagrams_have_no_number_none_is_told():
    other = dict.fromkeys(MANY, Fit(float("inf"), float("inf")))
    _, _, does_not = told("digits", replace(RUN, diagrams=other | {"effective": NEAR}))
    assert does_not == ""


END = Saturation(0.01, 0.0101, 0.2, 1.2, 0.0104, None, 30.0, True, True)


def ended(*ends):
    runs = (replace(RUN, diagrams=None, saturation=end) for end in ends)
    return told("saturation", *runs)[1:]


def test_the_final_sharpness():
    aligns, does_not = ended(END, replace(END, of_flow=False, of_law=False))
    assert aligns == (
        "The final sharpness: of 1 run the averaged flow from step 100 tells 2 − ηλ to within "
        "0.01 of itself. The final sharpness: of 1 run the law of the edge at the end tells 2 − ηλ "
        "to within 0.04 of itself."
    )
    assert does_not.startswith("Of 1 run the final sharpness is not judged")


def test_a_prediction_that_failed_is_no_success():
    aligns, does_not = ended(replace(END, flow=None, law=0.09))
    assert aligns == ""
    assert does_not == (
        "The final sharpness: of 1 run the averaged flow from step 100 is off 2 − ηλ by more than "
        "0.05 of itself. The final sharpness: of 1 run the law of the edge at the end is off "
        "2 − ηλ by more than 0.05 of itself, up to 8."
    )


def protocol_run(data_set, met):
    here = Hovering(10.0, 30, 1.0, 1.0)
    return ProtocolRun(data_set, 0.6, 0.1, 0.2, here, 1.0, 0.5, 0.1, 1.5, here, met)


def test_a_protocol():
    protocol = load_protocol("three-step-sizes")
    every = ("sharpens", "hovers", "falls", "flow_goes_past")
    names = [one.name for one in protocol.data_sets]
    runs = tuple(protocol_run(n, every if n == "wine" else every[:3]) for n in names)
    findings = (Finding("data_sets", 4, 1, "fail"), Finding("controls", 0, 0, "pass"))
    found = account_of_protocol(protocol, ProtocolJudgement(runs, (), findings))
    assert found.on.startswith(
        "Networks of three layers, width 32, activation tanh, on 6 data sets"
    )
    (aligns,) = found.aligns
    assert aligns == (
        "At every step size the sharpness rises to 2/η and stays there, the loss falls, the flow "
        "goes past: wine."
    )
    assert found.does_not[0] == ("On digits 3/8: the flow does not go past (at 1 of 1 step sizes).")
    assert found.does_not[-2:] == (
        "Not met: data sets that show it, 1 where at least 4 was asked.",
        "Whether q follows a diagram is not asked.",
    )

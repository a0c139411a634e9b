"""A study in words: on what, what aligns, and what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import experiment_output, protocol_output
from ..studies.criteria import DiagramCriteria, SaturationCriteria
from ..studies.judging import DIVERGED, EDGE, FLOWED, LEFT, Finding, Judgement, Run
from ..studies.many_points import EFFECTIVE, ONE_POINT, OTHER_LOSS, UNSHIFTED, Fit
from ..studies.protocol import Protocol
from ..studies.protocol_judging import FALLS, HOVERS, PASSED, SHARPENS, ProtocolJudgement
from ..studies.saturation import Saturation
from ..studies.study import FAIL, PASS, Study

_LAYERS = {2: "two", 3: "three", 4: "four", 5: "five"}
_DATA = {
    "one-point": "one data point of {inputs} numbers, target {target:g}",
    "gaussian": "{count} random points of {inputs} numbers",
    "digits": "{count} images of the digits {first} and {second}",
    "breast-cancer": "{count} points of scikit-learn's breast cancer data",
    "wine": "{count} of scikit-learn's wines",
}
_OTHERWISE = {
    FLOWED: "never at the edge",
    LEFT: "at the edge, but no longer when the transient is over",
    DIVERGED: "flown away",
}


_MISSING = {
    SHARPENS: "the sharpness starts above or does not reach 2/η",
    HOVERS: "it does not stay there",
    FALLS: "the loss does not fall",
    PASSED: "the flow does not go past",
}


@dataclass(frozen=True)
class Account:
    """What a study found, in sentences: `on` what, what `aligns`, and what `does_not`, which names
    every criterion that is not met."""

    on: str
    aligns: tuple[str, ...]
    does_not: tuple[str, ...]


def account(study: Study, judgement: Judgement) -> Account:
    """Of a study, by the bounds that it was to meet."""
    edge = [run for run in judgement.runs if run.outcome == EDGE]
    asked, aligns, does_not = study.criteria, list[str](), list[str]()
    if not edge:
        does_not.append("Nothing is at the edge when the transient is over.")
    elif asked.diagram is not None:
        other = study.parameters["criteria"]["diagram"]["other_loss"]
        aligns += _on_diagram(edge, asked.diagram)
        does_not += _off_diagram(edge, asked.diagram, other)
    elif asked.alignment is not None:
        aligns += _on_curve(edge, asked.alignment, asked.transient)
        does_not += _off_curve(edge, asked.alignment)
    if asked.saturation is not None:
        ended = [run.saturation for run in judgement.runs if run.saturation is not None]
        for told, holds in _predictions(ended, asked.saturation):
            (aligns if holds else does_not).append(told)
        does_not += _not_predicted(ended)
    does_not += _elsewhere(judgement.runs)
    does_not += _not_met(judgement.findings, experiment_output.WORDS, experiment_output.AT_LEAST)
    return Account(_on(study), tuple(aligns), tuple(does_not))


def account_of_protocol(protocol: Protocol, judgement: ProtocolJudgement) -> Account:
    """Of a protocol: there it is the sharpness that is held to 2/η."""
    names = [one.name for one in protocol.data_sets]
    shown = [name for name in names if judgement.shown(name)]
    loss = protocol.parameters["protocol"]["loss"]
    on = (
        f"{_network(protocol.depth, protocol.width, protocol.activation)} on {len(names)} data "
        f"sets, one seed each, loss {loss}, {len(protocol.fractions)} step sizes each."
    )
    all_of_it = "the sharpness rises to 2/η and stays there, the loss falls, the flow goes past"
    aligns = [f"At every step size {all_of_it}: {_listed(shown)}."] if shown else []
    does_not = [_missed(name, judgement) for name in names if name not in shown]
    does_not += _not_met(judgement.findings, protocol_output.WORDS, protocol_output.AT_LEAST)
    does_not.append("Whether q follows a diagram is not asked.")
    return Account(on, tuple(aligns), tuple(does_not))


def _missed(name: str, judgement: ProtocolJudgement) -> str:
    """In words what is missing on a data set at one step size or more."""
    runs = [run for run in judgement.runs if run.data_set == name]
    told = [
        f"{words} (at {off} of {len(runs)} step sizes)"
        for what, words in _MISSING.items()
        if (off := sum(what not in run.met for run in runs))
    ]
    return f"On {name}: {_listed(told)}."


def _not_met(
    findings: Sequence[Finding], words: Mapping[str, str], at_least: Sequence[str]
) -> Iterator[str]:
    for one in findings:
        what = words[one.name].replace("2/eta", "2/η").replace(" - 1", " − 1")
        bound = f"at {'least' if one.name in at_least else 'most'} {one.asked:g}"
        if one.measured is None and one.verdict != PASS:
            yield f"Not decided, for want of something to measure: {what} ({bound})."
        elif one.verdict == FAIL:
            yield f"Not met: {what}, {one.measured:.3g} where {bound} was asked."


def _on(study: Study) -> str:
    of, given, descent = study.task.network, study.parameters["data"], study.parameters["descent"]
    network, data = _network(of.depth, of.width, of.activation), _DATA[given["kind"]]
    return (
        f"{network} on {data.format(**given)}, loss {descent['loss']}, "
        f"η = {descent['step_size']}; {_runs(len(study.starts))}."
    )


def _network(depth: int, width: int, activation: str) -> str:
    layers = _LAYERS.get(depth, str(depth))
    return f"Networks of {layers} layers, width {width}, activation {activation},"


def _on_diagram(edge: Sequence[Run], asked: DiagramCriteria) -> Iterator[str]:
    fits = [run.diagrams[EFFECTIVE] for run in edge if run.diagrams is not None]
    good = [fit for fit in fits if fit.meets(asked)]
    if good:
        median, most = (max(getattr(fit, n) for fit in good) for n in ("median", "most"))
        yield (
            f"On {len(good)} of {_runs(len(edge))} at the edge, q follows Q₀(p; w), the diagram of "
            f"all data points at once: until a run passes the edge or ends, |q/Q₀ − 1| is at most "
            f"{median:.2g} in its median and at most {most:.2g} in 95 % of its steps."
        )


def _off_diagram(edge: Sequence[Run], asked: DiagramCriteria, other: str) -> Iterator[str]:
    runs = [run.diagrams for run in edge if run.diagrams is not None]
    own_fits: list[Fit] = [fits[EFFECTIVE] for fits in runs]
    unknown = sum(fit.median is None for fit in own_fits)
    off = sum(not fit.meets(asked) for fit in own_fits) - unknown
    if off:
        yield (
            f"On {_runs(off)} of {len(edge)} at the edge, q is further from Q₀(p; w) than asked "
            f"(median {asked.median:g}, 95 % of the steps {asked.most:g})."
        )
    if unknown:
        yield (
            f"On {_runs(unknown)} of {len(edge)} at the edge no step is compared: a second "
            "eigenvalue of the kernel is too near."
        )
    own = _middle(runs, EFFECTIVE)
    names = {ONE_POINT: "r(p) of one point", UNSHIFTED: "Q₀(p; 0), without the rest w"}
    names[OTHER_LOSS] = f"Q₀ of another loss, {other}"
    if own is not None and own > 0:
        told = [
            f"{words} is {middle / own:.2g} times as far"
            for name, words in names.items()
            if (middle := _middle(runs, name)) is not None
        ]
        if told:
            yield f"With other diagrams: {_listed(told)} (medians over the runs)."


def _middle(runs: Sequence[Mapping[str, Any]], name: str) -> float | None:
    known = [fits[name].median for fits in runs if fits[name].median is not None]
    middle = float(np.median(known)) if known else float("nan")
    return middle if np.isfinite(middle) else None


def _on_curve(edge: Sequence[Run], bound: float, transient: int) -> Iterator[str]:
    good = [run.worst for run in edge if run.worst <= bound]
    if good:
        yield (
            f"On {len(good)} of {_runs(len(edge))} at the edge, q follows r(p): from step "
            f"{transient} on |q/r(p) − 1| is at most {max(good):.2g}."
        )


def _off_curve(edge: Sequence[Run], bound: float) -> Iterator[str]:
    off = [run.worst for run in edge if not run.worst <= bound]
    if off:
        worst = f": up to {max(off):.2g}" if np.isfinite(off).all() else ""
        yield (
            f"On {_runs(len(off))} of {len(edge)} at the edge, q is further from r(p) than asked "
            f"({bound:g}){worst}."
        )


def _predictions(
    ended: Sequence[Saturation], asked: SaturationCriteria
) -> Iterator[tuple[str, bool]]:
    """What is told of the final sharpness, and whether it is right."""
    flow = f"the averaged flow from step {asked.start}"
    for name, judged, bound, words in (
        ("flow", [run for run in ended if run.of_flow], asked.flow, flow),
        ("law", [run for run in ended if run.of_law], asked.law, "the law of the edge at the end"),
    ):
        if not judged or bound is None:
            continue
        misses = [run.misses(name) for run in judged]
        right = [miss for miss in misses if miss <= bound]
        if right:
            told = f"of {_runs(len(right))} {words} tells 2 − ηλ to within {max(right):.2g}"
            yield f"The final sharpness: {told} of itself.", True
        if wrong := [miss for miss in misses if not miss <= bound]:
            told = f"of {_runs(len(wrong))} {words} is off 2 − ηλ by more than {bound:g} of itself"
            worst = f", up to {max(wrong):.2g}" if np.isfinite(wrong).all() else ""
            yield f"The final sharpness: {told}{worst}.", False


def _not_predicted(ended: Sequence[Saturation]) -> Iterator[str]:
    left = sum(not (run.of_flow or run.of_law) for run in ended)
    if left:
        yield (
            f"Of {_runs(left)} the final sharpness is not judged: not steady at the end, never at "
            "the edge, with a second direction there, or not predicted."
        )


def _elsewhere(runs: Sequence[Run]) -> Iterator[str]:
    for outcome, count in Counter(run.outcome for run in runs).items():
        if outcome in _OTHERWISE:
            yield f"{count} of {_runs(len(runs))}: {_OTHERWISE[outcome]}."


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), words[-1]])

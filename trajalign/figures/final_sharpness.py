"""The final sharpness of a study's runs: predicted against measured."""

from __future__ import annotations

from ..numerics.networks import Trajectories
from ..studies.criteria import SaturationCriteria
from ..studies.saturation import Predictions, Saturation, saturations
from ..studies.study import Study
from .picture import BOUND, MEASURED, ORBIT, REFERENCE, Curve, Picture


def final_picture(
    study: Study, asked: SaturationCriteria, recorded: Trajectories, predictions: Predictions
) -> Picture:
    """The gap 2 − ηλ of the judged runs at the end, predicted over measured, on logarithmic axes:
    by the averaged flow and by the law, with the line where they agree and what is asked for."""
    ends = saturations(study, asked, recorded, predictions)
    flow, law = _points(ends, "flow"), _points(ends, "law")
    sizes = [value for x, y in (*flow, *law) for value in (x, y)] or [1e-3, 1.0]
    low, high = 0.7 * min(sizes), 1.4 * max(sizes)
    agree = Curve("equal", REFERENCE, (low, high), (low, high))
    bounds = [
        Curve("asked for", BOUND, (low, high), (part * low, part * high))
        for part in (1 + asked.flow, 1 - asked.flow)
    ]
    curves = [agree, *bounds, _curve("averaged flow", MEASURED, flow)]
    if asked.law is not None:
        curves.append(_curve("law of the edge", ORBIT, law))
    return Picture(
        "network-final-sharpness",
        f"The final gap 2 − ηλ of {len(ends)} runs, where it is judged: {study.title}",
        r"measured $2 - \eta\lambda$",
        r"predicted $2 - \eta\lambda$",
        tuple(curves),
        log="xy",
        x_range=(low, high),
        y_range=(low, high),
    )


def _points(ends: tuple[Saturation, ...], name: str) -> list[tuple[float, float]]:
    """Only what a logarithmic axis has."""
    pairs = [
        (end.measured or 0.0, getattr(end, name) or 0.0)
        for end in ends
        if getattr(end, f"of_{name}")
    ]
    return [(x, y) for x, y in pairs if x > 0 and y > 0]


def _curve(name: str, look: str, points: list[tuple[float, float]]) -> Curve:
    return Curve(name, look, tuple(x for x, _ in points), tuple(y for _, y in points))

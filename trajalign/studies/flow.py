"""Gradient flow from where the runs of a study start, for comparison with the descent."""

from __future__ import annotations

from dataclasses import replace

from ..numerics.networks import Schedule
from .study import Drawn, Study


def gradient_flow(study: Study) -> Study | None:
    """The study with steps `refinement` times smaller and as many times more of them; None without
    a refinement. Of each scale (of each y, for the toy model) only the first run.

    Euler's method: its steps are small enough while η times the sharpness stays well below
    2·`refinement`. Step t of the study corresponds to step t·`refinement` here.
    """
    many = study.refinement
    if many is None:
        return None
    first = [rows[0] for _, rows in study.groups()]
    old = study.schedule
    descent = {**study.parameters["descent"], "refinement": many}
    return replace(
        study,
        task=replace(study.task, step_size=study.task.step_size / many),
        weights=tuple(layer[first] for layer in study.weights),
        starts=tuple(study.starts[i] for i in first),
        schedule=Schedule(many * old.steps, many * old.every, many * old.sharpness_every),
        parameters={**study.parameters, "descent": descent},
        criteria=replace(study.criteria, saturation=None),  # nothing to predict
        drawn=Drawn(),
    )

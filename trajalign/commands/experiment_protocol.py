"""`trajalign experiment` of a protocol: run, judged, kept and drawn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from .. import __version__, protocol_output
from ..figures.drawing import draw
from ..figures.picture import Picture
from ..figures.protocol import protocol_picture
from ..files import make_folder, write, write_together
from ..numerics.extras import JAX, require
from ..studies.protocol import load_protocol
from ..studies.protocol_judging import judge_protocol
from ..studies.protocol_runs import run_protocol
from ..studies.study import PASS
from ..terminal import Output, progress_bar


def run_protocol_file(
    name: str, folder: str | None, file_format: str, json_file: str | None
) -> int:
    """The exit status of `trajalign experiment NAME` where NAME is a protocol: 0 if all criteria
    are met, else 1."""
    protocol = load_protocol(name)
    require(JAX, "networks")
    place = None if folder is None else make_folder(Path(folder), "-o")
    begin = time.perf_counter()
    with progress_bar("runs") as progress:
        outcome = run_protocol(protocol, place, progress)
    judgement = judge_protocol(protocol, outcome.tracks)
    report = protocol_output.as_json(protocol, outcome, judgement, __version__)
    if place is not None:
        files: dict[Path, str | bytes] = {place / "report.json": report}
        pictures = (protocol_picture(protocol, outcome.tracks),)
        write_together(files | drawn(place, pictures, file_format))
    if json_file is not None:
        write(json_file, report)
    if json_file != "-":
        seconds = time.perf_counter() - begin
        protocol_output.show(Output(), protocol, judgement, seconds)
    return 0 if judgement.verdict == PASS else 1


def drawn(folder: Path, pictures: Sequence[Picture], file_format: str) -> dict[Path, str | bytes]:
    """The files of figures in a folder, each drawn and as CSV."""
    files: dict[Path, str | bytes] = {}
    for picture in pictures:
        files[folder / f"{picture.kind}.{file_format}"] = draw(picture, file_format)
        files[folder / f"{picture.kind}.csv"] = picture.csv()
    return files

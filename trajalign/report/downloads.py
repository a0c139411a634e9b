"""Files within a page: data that a link hands to whoever follows it."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import dataclass, replace

from .. import __version__, verdict_output
from ..figures.picture import Picture
from ..files import dump
from .gathered import Content, Response

_TYPES = {"json": "application/json", "csv": "text/csv", "zip": "application/zip"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: two runs write the same


@dataclass(frozen=True)
class Download:
    """A file by its name, with what it is in a few words, as a data: URI."""

    name: str
    about: str
    uri: str

    @property
    def size(self) -> str:
        """About how many bytes it has."""
        count = len(self.uri.partition(",")[2]) * 3 / 4
        return f"{count / 1000:.0f} kB" if count >= 1000 else "less than 1 kB"


def download(name: str, about: str, text: str) -> Download:
    """A text as a file.

    >>> download("a.csv", "a table", "x").uri
    'data:text/csv;charset=utf-8;base64,eA=='
    """
    return _coded(name, about, text.encode(), ";charset=utf-8")


def _coded(name: str, about: str, content: bytes, more: str = "") -> Download:
    kind = _TYPES[name.rpartition(".")[2]]
    coded = base64.b64encode(content).decode()
    return Download(name, about, f"data:{kind}{more};base64,{coded}")


def of_all(content: Content) -> Download:
    """What `trajalign verify --json` writes, without the seconds, which no two runs share."""
    verdicts = [replace(verdict, seconds=0.0) for verdict in content.verdicts]
    text = verdict_output.verdicts_as_json(verdicts, __version__, content.controls or ())
    return download("verify.json", "all verdicts, as verify --json has them (seconds left 0)", text)


def certificate_of(response: Response, stem: str) -> Download | None:
    """The certificate, where it holds a proof or a refutation."""
    found = response.hypotheses.certificate
    if not any(part["proved"] or part["refuted"] for part in found["responses"]):
        return None
    about = "certificate of the hypotheses, for assumptions --replay"
    return download(f"{stem}-certificate.json", about, dump(found))


def derivations_of(response: Response, stem: str) -> Download | None:
    """What `trajalign derive --format json` writes."""
    text = response.proofs.stored
    about = "derivations, for derive --check"
    return download(f"{stem}-derivations.json", about, text) if text else None


def project_of(response: Response, stem: str) -> Download | None:
    """What `trajalign derive --coq` writes, in a folder of its own, where Coq was asked."""
    if not response.proofs.project:
        return None
    packed, folder = io.BytesIO(), f"{stem}-coq"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in response.proofs.project.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    about = "Coq project of the derivations, for check --kernel or make"
    return _coded(f"{folder}.zip", about, packed.getvalue())


def data_of(picture: Picture, stem: str) -> Download:
    """The numbers behind a figure."""
    return download(f"{stem}-{picture.kind}.csv", "data", picture.csv())

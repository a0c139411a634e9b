"""The works that derivations may cite, and their entries in BibTeX."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import InputError

REFERENCES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "song2023": {
            "kind": "inproceedings",
            "author": "Minhak Song and Chulhee Yun",
            "title": "Trajectory Alignment: Understanding the Edge of Stability Phenomenon "
            "via Bifurcation Theory",
            "booktitle": "Advances in Neural Information Processing Systems",
            "year": "2023",
            "note": "arXiv:2307.04204",
        },
        "chen2023": {
            "kind": "inproceedings",
            "author": "Lei Chen and Joan Bruna",
            "title": "Beyond the Edge of Stability via Two-step Gradient Updates",
            "booktitle": "International Conference on Machine Learning",
            "year": "2023",
            "note": "arXiv:2206.04172",
        },
        "zhu2023": {
            "kind": "inproceedings",
            "author": "Xingyu Zhu and Zixuan Wang and Xiang Wang and Mo Zhou and Rong Ge",
            "title": "Understanding Edge-of-Stability Training Dynamics with a Minimalist Example",
            "booktitle": "International Conference on Learning Representations",
            "year": "2023",
            "note": "arXiv:2210.03294",
        },
        "kuznetsov2004": {
            "kind": "book",
            "author": "Yuri A. Kuznetsov",
            "title": "Elements of Applied Bifurcation Theory",
            "publisher": "Springer",
            "edition": "Third",
            "year": "2004",
        },
        "meurer2017": {
            "kind": "article",
            "author": "Aaron Meurer and Christopher P. Smith and Mateusz Paprocki and others",
            "title": "SymPy: symbolic computing in Python",
            "journal": "PeerJ Computer Science",
            "volume": "3",
            "pages": "e103",
            "year": "2017",
        },
        "johansson2017": {
            "kind": "article",
            "author": "Fredrik Johansson",
            "title": "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic",
            "journal": "IEEE Transactions on Computers",
            "volume": "66",
            "number": "8",
            "pages": "1281--1292",
            "year": "2017",
        },
    }
)


def require_reference(key: str) -> None:
    """Raises InputError for a key that is not known."""
    if key not in REFERENCES:
        raise InputError(f"{key!r} is no reference; known are {', '.join(REFERENCES)}")


def bibtex(key: str) -> str:
    """One entry; the title's capitals are kept.

    >>> print(bibtex("kuznetsov2004").splitlines()[0])
    @book{kuznetsov2004,
    """
    fields = dict(REFERENCES[key])
    kind = fields.pop("kind")
    fields["title"] = f"{{{fields['title']}}}"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"]) + "\n"


def plain(key: str) -> str:
    """One entry as a line of plain text.

    >>> plain("kuznetsov2004")
    'Yuri A. Kuznetsov. Elements of Applied Bifurcation Theory. Third edition, Springer, 2004.'
    """
    fields = dict(REFERENCES[key])
    *first, last = fields["author"].split(" and ")
    authors = f"{', '.join(first)}{' et al' if last == 'others' else f' and {last}'}"
    where = fields.get("booktitle") or fields.get("journal") or fields.get("publisher", "")
    if "edition" in fields:
        where = f"{fields['edition']} edition, {where}"
    if "volume" in fields:
        where += f" {fields['volume']}" + (f"({fields['number']})" if "number" in fields else "")
    if "pages" in fields:
        where += f", {fields['pages'].replace('--', '–')}"
    authors = authors.removeprefix(" and ")
    note = f", {fields['note']}" if "note" in fields else ""
    return f"{authors}. {fields['title']}. {where}, {fields['year']}{note}."

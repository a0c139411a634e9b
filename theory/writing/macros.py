"""The LaTeX macros of the project's texts with their default meaning, which a user may override."""

from __future__ import annotations

from types import MappingProxyType

MACROS = MappingProxyType(
    {
        "taH": "h",  # with an index; the others are symbols of theory/derivation/notation.py
        "taP": "p",
        "taQ": "q",
        "taEta": r"\eta",
        "taEps": r"\varepsilon",
        "taSharp": r"\lambda",
        "taR": "r",
        "taPhi": r"\varphi",
        "taEll": r"\ell",
    }
)

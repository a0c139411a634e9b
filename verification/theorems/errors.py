"""What is not proved."""

from __future__ import annotations

from ...theory.errors import InputError


class NotProvedError(InputError):
    """A lemma that the balls do not confirm: it may be true for smaller ε or smaller boxes."""

"""What tests need of Coq: whether it must be there."""

import os
import shutil

import pytest

WANTED_IN_CI = os.environ.get("CI") == "true"  # there a missing Coq fails, and skips nothing


def has_coq() -> bool:
    """Whether what needs Coq is to be tried."""
    return WANTED_IN_CI or shutil.which("coqc") is not None


needs_coq = pytest.mark.skipif(not has_coq(), reason="coqc is not installed")

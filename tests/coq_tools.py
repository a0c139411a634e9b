"""What tests need of Coq: whether it must be there."""

import os
import shutil

import pytest

WANTED_IN_CI = os.environ.get("CI") == "true"  # there a missing Coq fails, and skips nothing
needs_coq = pytest.mark.skipif(
    not WANTED_IN_CI and shutil.which("coqc") is None, reason="coqc is not installed"
)

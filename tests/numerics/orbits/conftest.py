"""What the tests of orbits share."""

import pytest
from zoo import BY_NAME

from trajalign.numerics.orbits.loops import compile_loop


@pytest.fixture(scope="module")
def loop_of():
    """Each map is compiled once."""
    found = {}

    def look_up(name):
        if name not in found:
            found[name] = compile_loop(BY_NAME[name].model)
        return found[name]

    return look_up

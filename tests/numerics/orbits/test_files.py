"""Orbits on disk: whatever happens to the process, the orbit that comes out is the same."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from trajalign.numerics.orbits.files import OrbitFile, OrbitFileError, load_orbit
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

LOOP = compile_loop(TwoLayerLinear(Loss.parse("langevin")))  # its precision rises on the way
ETA, START = sp.Rational(1, 40), (sp.Rational(7, 20), sp.Rational(4, 5))
STOPS = Stops(8000, sp.Rational(1, 10**25))
ABOUT = {"eta": str(ETA), "digits": "50", "response": "langevin"}


def run(path=None, *, interval=0.0, stop_after=None, every=3):
    def progress(now):
        if stop_after is not None and now.step > stop_after:
            raise KeyboardInterrupt

    keeper = None if path is None else OrbitFile(path, ABOUT, interval=interval)
    return iterate(LOOP, ETA, START, STOPS, every=every, progress=progress, keeper=keeper)


@pytest.fixture(scope="module")
def uninterrupted():
    return run()


@pytest.mark.parametrize("every", [1, 3, 1000])
@pytest.mark.parametrize("interval", [0.0, 1000.0])
def test_an_interrupted_orbit_goes_on_bit_for_bit(tmp_path, every, interval):
    path, reached = tmp_path / "orbit", []
    for stop_after in (0, 1500, 1600, 4000):
        with pytest.raises(KeyboardInterrupt):
            run(path, stop_after=stop_after, every=every, interval=interval)
        partial, _ = load_orbit(path)
        assert partial.outcome == "unfinished"
        reached.append(partial.steps)
    assert reached == sorted(reached)
    assert reached[-1] > 3000
    whole = run(path, every=every)
    assert whole == run(every=every)
    assert load_orbit(path) == (whole, ABOUT)


def test_a_finished_orbit_is_read_and_not_run_again(tmp_path, uninterrupted):
    path = tmp_path / "orbit"
    run(path)
    assert run(path, stop_after=-1) == uninterrupted  # no step is taken, or it would be interrupted


VICTIM = """
import sys
sys.path.insert(0, sys.argv[1])
import test_files as t
from pathlib import Path
def tell(now): print(now.step, flush=True)
keeper = t.OrbitFile(Path(sys.argv[2]), t.ABOUT, interval=float(sys.argv[3]))
t.iterate(t.LOOP, t.ETA, t.START, t.STOPS, every=3, progress=tell, keeper=keeper)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
@pytest.mark.parametrize("kills", [(1, 3, 2)], ids=str)
def test_kill_minus_9_loses_at_most_what_came_after_the_last_save(tmp_path, kills, uninterrupted):
    path, here = tmp_path / "orbit", Path(__file__).parent
    for lines in kills:
        command = [sys.executable, "-c", VICTIM, str(here), str(path), "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
            told = [int(victim.stdout.readline()) for _ in range(lines)]
            victim.kill()
        # Every stretch but the last one told of has been saved before that was told.
        if len(told) > 1:
            assert load_orbit(path)[0].steps >= told[-2] - 2
    assert run(path) == uninterrupted


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_named(tmp_path, share):
    path = tmp_path / "orbit"
    run(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    for use in (lambda: load_orbit(path), lambda: run(path)):
        with pytest.raises(OrbitFileError, match="orbit") as caught:
            use()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert path.stat().st_size == int(share * len(whole))


def test_an_overwritten_page_is_named(tmp_path):
    path = tmp_path / "orbit"
    run(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"x" * 6000)
    with pytest.raises(OrbitFileError, match="damaged"):
        load_orbit(path)


def test_a_foreign_file_is_named_and_left_alone(tmp_path):
    text, database = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("not an orbit " * 100)
    with sqlite3.connect(database) as other:
        other.execute("CREATE TABLE about (name, value)")
    other.close()
    for path in (text, database):
        before = path.read_bytes()
        with pytest.raises(OrbitFileError, match="not an orbit"):
            run(path)
        assert path.read_bytes() == before


def test_a_file_about_another_orbit_is_named(tmp_path):
    path = tmp_path / "orbit"
    OrbitFile(path, ABOUT | {"eta": "1/41"})
    with pytest.raises(OrbitFileError, match="another orbit: its eta is 1/41, not 1/40"):
        run(path)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(OrbitFileError, match="no such file"):
        load_orbit(tmp_path / "none")
    with pytest.raises(OrbitFileError, match="cannot be used"):
        run(tmp_path / "no" / "such" / "folder")
    OrbitFile(tmp_path / "new", ABOUT)
    with pytest.raises(OrbitFileError, match="has not begun"):
        load_orbit(tmp_path / "new")

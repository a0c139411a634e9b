"""The pytest plugin, seen from a user's project."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from trajalign import pytest_plugin
from trajalign.verification.measuring.effort import EFFORTS
from trajalign.verification.testing.conformance import MARK

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "tests" / "example_project"

CHECKED = """
    from trajalign.theory import Loss
    from trajalign.verification.testing.conformance import parametrize_with_checks

    @parametrize_with_checks([Loss.parse("{loss}")], expected_failures={failures})
    def test_it(model, check):
        check(model)
"""


def run_checks(pytester, *arguments, loss, failures=None):
    pytester.makepyfile(CHECKED.format(loss=loss, failures=failures))
    return pytester.runpytest("--strict-markers", "-p", "no:cacheprovider", *arguments)


def test_it_is_registered_by_entry_point(pytestconfig):
    assert pytestconfig.pluginmanager.get_plugin("trajalign") is pytest_plugin
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert declared["entry-points"]["pytest11"] == {"trajalign": pytest_plugin.__name__}


def test_it_imports_nothing_heavy():
    program = "import sys, trajalign.pytest_plugin; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"sympy", "flint", "numpy", "hypothesis"}.isdisjoint(done.stdout.split())


def test_profiles_and_marker_are_those_of_the_checks(pytestconfig):
    assert pytest_plugin._MARK == MARK
    parser = pytest.Parser(_ispytest=True)
    pytest_plugin.pytest_addoption(parser)
    assert set(parser.getgroup("trajalign").options[0].attrs()["choices"]) == set(EFFORTS)


@pytest.mark.parametrize("profile", EFFORTS)
def test_the_header_names_the_profile(pytester, profile):
    result = pytester.runpytest("--trajalign-profile", profile)
    result.stdout.fnmatch_lines([f"trajalign: profile {profile};*seeds*"])


def test_an_unknown_profile_is_refused(pytester):
    result = pytester.runpytest("--trajalign-profile", "sloppy")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*invalid choice: 'sloppy'*"])


def test_the_profile_reaches_the_checks(pytester):
    pytester.makepyfile(
        """
        from trajalign.theory import Loss
        from trajalign.verification.testing.conformance import parametrize_with_checks

        @parametrize_with_checks([Loss.parse("log-cosh")])
        def test_it(model, check):
            assert check.profile.name == "thorough"
        """
    )
    chosen = ("-k", "A1", "-p", "no:cacheprovider")
    pytester.runpytest("--trajalign-profile", "thorough", *chosen).assert_outcomes(passed=1)
    pytester.runpytest(*chosen).assert_outcomes(failed=1)


def test_a_good_loss_passes_and_a_bad_one_fails_with_its_witness(pytester):
    assert run_checks(pytester, "-k", "A1", loss="log-cosh").ret == 0
    result = run_checks(pytester, "-k", "A1", loss="cosh(z) - 1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*linear/A1 fails for cosh(z) - 1*", "*witness: *", "*again: *"])


def test_a_failure_that_is_expected_must_happen(pytester):
    failures = {"linear/A1": "sinh(z)/z grows"}
    result = run_checks(pytester, "-k", "A1", loss="cosh(z) - 1", failures=failures)
    result.assert_outcomes(xfailed=1)
    result = run_checks(pytester, "-k", "A1", loss="log-cosh", failures=failures)
    result.assert_outcomes(failed=1)


def test_a_function_without_the_decorator_is_left_alone(pytester):
    pytester.makepyfile("def test_it():\n    assert True")
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_each_test_stands_alone_in_two_processes(pytester):
    result = run_checks(pytester, "-n", "2", "-k", "A1 or A4", loss="cosh(z) - 1")
    result.assert_outcomes(failed=2)


def test_the_example_project_from_outside(tmp_path):
    project = shutil.copytree(EXAMPLE, tmp_path / "example")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 xfailed" in done.stdout
    # The same project with an activation that is not bounded.
    page = project / "test_my_responses.py"
    page.write_text(page.read_text(encoding="utf-8").replace("(3/2)", "(5/4)"), encoding="utf-8")
    chosen = [*command, "-k", "A5"]
    done = subprocess.run(chosen, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert "neuron/A5 fails" in done.stdout

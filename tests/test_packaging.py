"""What is shipped: an sdist, a wheel built from it, and that wheel in a fresh environment."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("theory", "numerics", "verification")

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Without the variables through which this interpreter's modules could leak in.
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )


def succeed(*command: str | Path, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel built from it, made from a copy of the sources."""
    folder = tmp_path_factory.mktemp("packaging")
    source, out = folder / "source", folder / "dist"
    ignored = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, source, symlinks=True, ignore=ignored)
    # Without --wheel and --sdist, `build` makes the wheel from the sdist.
    succeed(sys.executable, "-m", "build", "--outdir", out, source, cwd=folder)
    return out


def wheel_in(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def modules(names: list[str]) -> set[PurePosixPath]:
    return {PurePosixPath(name) for name in names if name.endswith((".py", "py.typed"))}


def expected_modules() -> set[PurePosixPath]:
    package = ROOT / "trajalign"
    found = {PurePosixPath("trajalign/py.typed")}
    for folder in (package, *(package / room for room in ROOMS)):  # which are links
        found |= {
            PurePosixPath("trajalign", path.relative_to(package)) for path in folder.rglob("*.py")
        }
    return found


def test_wheel_holds_the_package_and_nothing_else(dist: Path) -> None:
    with zipfile.ZipFile(wheel_in(dist)) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(n).decode() for n in names if n.endswith("info/METADATA"))
    tops = {name.split("/")[0] for name in names}
    (info,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops == {"trajalign", info}
    assert modules(names) == expected_modules()
    assert f"{info}/licenses/LICENSE" in names
    assert "License-Expression: MIT" in metadata

    # The sdist has files where the working tree has links.
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    assert all(member.isfile() or member.isdir() for member in members)
    inside = [member.name.split("/", 1)[1] for member in members if "/" in member.name]
    assert expected_modules() <= modules(inside)
    assert {"pyproject.toml", "README.md", "LICENSE"} <= set(inside)


# One test, because each process of a parallel run would make an environment of its own.
def test_wheel_works_in_a_fresh_environment(dist: Path, tmp_path: Path) -> None:
    env = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    python, script = env / "python", env / "trajalign"
    succeed(sys.executable, "-m", "venv", env.parent, cwd=elsewhere)
    pip = (python, "-m", "pip", "install", "--quiet", "--no-compile")
    succeed(*pip, wheel_in(dist), cwd=elsewhere)

    for room in ROOMS:
        done = run(python, "-c", f"import {room}", cwd=elsewhere)
        assert "ModuleNotFoundError" in done.stderr, done
        succeed(python, "-c", f"import trajalign.{room}", cwd=elsewhere)

    shown = succeed(python, "-m", "pip", "show", "trajalign", cwd=elsewhere).splitlines()
    (version,) = (line.split()[1] for line in shown if line.startswith("Version:"))
    assert version in succeed(script, "--version", cwd=elsewhere)

    label = "linear/limit"
    arguments = ("verify", "linear", "--loss", "log-cosh", "--statement", label, "--json", "-")
    results = json.loads(succeed(script, *arguments, cwd=elsewhere))["results"]
    (limit,) = (result for result in results if result["label"] == label)
    assert limit["verdict"] == "pass"
    assert limit["quantities"]["coefficient"]["exact"] == "3/4"

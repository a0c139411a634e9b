"""The habits of the code base: style, types, the direction of imports, light start, clean text."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from repo_review.processor import process

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("theory", "numerics", "verification", "trajalign")  # each may import what stands left

# Written in parts, so that this file does not contain what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home|Users|work|farm|tmp/bash)" + r"[/_]")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "."), id="ruff-check"),
        pytest.param(("ruff", "format", "--check", "."), id="ruff-format"),
        pytest.param(("mypy",), id="mypy", marks=pytest.mark.thorough),
    ],
)
def test_tool_is_content(command: tuple[str, ...]) -> None:
    done = run(sys.executable, "-m", *command)
    assert done.returncode == 0, done.stdout + done.stderr


def forbidden_imports(source: str, room: str, depth: int = 0) -> list[str]:
    """The imports of one module of a room that are absolute, too deep, or lead to the right.

    `depth` is the number of folders between the room and the module.
    """
    allowed = ROOMS[: ROOMS.index(room)]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
            found += [name for name in names if name in ROOMS]
        elif isinstance(node, ast.ImportFrom):
            first = (node.module or "").split(".")[0]
            targets = [first] if first else [alias.name for alias in node.names]
            shown = "." * node.level + (node.module or "")
            if node.level == 0 and first in ROOMS:
                found.append(shown)
            if node.level == depth + 2 and not set(targets) <= set(allowed):
                found.append(shown)
            if node.level > depth + 2:
                found.append(shown)
    return found


MODULES = [
    pytest.param(path, room, id=path.relative_to(ROOT).as_posix())
    for room in ROOMS[:-1]
    for path in sorted((ROOT / room).rglob("*.py"))
]


@pytest.mark.parametrize(("path", "room"), MODULES)
def test_imports_lead_to_the_left(path: Path, room: str) -> None:
    depth = len(path.relative_to(ROOT / room).parts) - 1
    assert forbidden_imports(path.read_text(encoding="utf-8"), room, depth) == []


@pytest.mark.parametrize(
    ("source", "room"),
    [
        ("from ..numerics.orbits import iterate", "theory"),
        ("from .. import verification", "numerics"),
        ("def f():\n    from ..verification import runner", "numerics"),
        ("from .. import output", "verification"),
        ("from ..cli import main", "verification"),
        ("from trajalign.theory import models", "numerics"),
        ("import trajalign.numerics.orbits.recorded as o", "theory"),
        ("import theory.models", "verification"),
        ("from ...trajalign import theory", "verification"),
    ],
)
def test_wrong_direction_is_seen(source: str, room: str) -> None:
    assert forbidden_imports(source, room)


@pytest.mark.parametrize(
    "source",
    [
        "from ..theory import models",
        "from .orbits import iterate",
        "import sympy",
        "from . import a",
    ],
)
def test_right_direction_is_not_blamed(source: str) -> None:
    assert forbidden_imports(source, "numerics") == []


def imported(path: Path, package: tuple[str, ...]) -> set[tuple[str, ...]]:
    """What a module of a package imports relatively, as paths from the root of all packages."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = (*base, *(node.module or "").split(".")) if node.module else base
            found |= {(*module, alias.name) for alias in node.names}
    return found


def import_graph(root: Path, depth: int | None = None) -> dict[str, set[str]]:
    """Which modules under a folder import which, where it matters not when; or, with a depth, which
    folders (and modules that lie in none)."""
    paths = [p for p in root.rglob("*.py") if not any(f.is_symlink() for f in p.parents)]
    names = {p.relative_to(root).with_suffix("").parts: p for p in paths}
    names = {n[:-1] if n[-1] == "__init__" else n: p for n, p in names.items()}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        package = name if path.name == "__init__.py" else name[:-1]
        targets = {t if t in names else t[:-1] for t in imported(path, package)} & names.keys()
        here = ".".join(name[:depth])
        graph.setdefault(here, set()).update({".".join(t[:depth]) for t in targets} - {here})
    return graph


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("depth", [1, None], ids=["folders", "modules"])
def test_no_circle(room: str, depth: int | None) -> None:
    TopologicalSorter(import_graph(ROOT / room, depth)).prepare()  # raises CycleError for a circle


@pytest.mark.parametrize("depth", [1, None], ids=["folders", "modules"])
def test_a_circle_is_seen(depth: int | None, tmp_path: Path) -> None:
    for name, text in {
        "a/one": "def f():\n    from ..b import two",
        "b/two": "from ..a.one import f",
        "c": "from .b.two import f",
    }.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CycleError):
        TopologicalSorter(import_graph(tmp_path, depth)).prepare()


def test_rooms_are_reached_through_links() -> None:
    for room in ROOMS[:-1]:
        link = ROOT / "trajalign" / room
        assert link.is_symlink()
        assert link.readlink() == Path("..", room)


def test_importing_the_package_is_light() -> None:
    program = "import sys, trajalign; print(*{name.split('.')[0] for name in sys.modules})"
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "trajalign" in loaded
    assert loaded.isdisjoint({"sympy", "flint", "scipy", "numpy", "mpmath", "rich", "click"})


def text_files() -> list[Path]:
    """What git tracks or would track; every file but the hidden ones where there is no git."""
    listing = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listing.returncode == 0:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        paths = [
            p for p in ROOT.rglob("*") if not any(n[0] == "." for n in p.parts[len(ROOT.parts) :])
        ]
    return [p for p in paths if p.is_file() and not p.is_symlink()]


def machine_paths(text: str) -> list[str]:
    """Lines that name an absolute path of a machine."""
    return [line for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_no_file_names_a_path_of_a_machine() -> None:
    found = {}
    for path in text_files():
        try:
            lines = machine_paths(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # not a text file
        if lines:
            found[path.relative_to(ROOT).as_posix()] = lines
    assert not found


def test_a_path_of_a_machine_is_seen() -> None:
    for start in ("root", "home", "tmp/bash_jobs"):
        assert machine_paths(f'open("/{start}/notes.txt")')
    assert machine_paths("file:///" + "Users/someone")
    assert not machine_paths(
        "verification/running/trials.py, docs/home/index, https://a.org/works/"
    )


# The repository as a whole ----------------------------------------------------------------------


def failing_checks(root: Path) -> dict[str, str]:
    """The checks of sp-repo-review that fail, with what they say; those switched off are left out.

    Which are, and why, stands in pyproject.toml.
    """
    return {r.name: r.err_msg for r in process(root).results if r.result is False}


def test_repository_review_is_content() -> None:
    assert failing_checks(ROOT) == {}


def test_what_the_repository_review_asks_for_is_seen(tmp_path: Path) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    twin = text.replace("xfail_strict = true\n", "").replace('    "PY007",', "    # ")
    (tmp_path / "pyproject.toml").write_text(twin, encoding="utf-8")
    assert {"PP305", "PY007", "PY002"} <= failing_checks(tmp_path).keys()


def test_every_check_that_is_switched_off_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = tomllib.loads(text)["tool"]["repo-review"]["ignore"]
    for name in ignored:
        (line,) = (line for line in text.splitlines() if f'"{name}"' in line)
        assert len(line.partition("# ")[2]) > 20
    failing = {r.name for r in process(ROOT, ignore={"none"}).results if r.result is False}
    assert failing == set(ignored)  # none is switched off that would pass

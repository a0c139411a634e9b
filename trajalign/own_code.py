"""Models of a user's own, from a Python file that a command names: my_model.py:MyModel.

The file is run, by nothing but its name on the command line, and that is told on stderr.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import MISSING, fields
from hashlib import sha256
from inspect import Parameter, isabstract, signature
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

from .exits import notice
from .numerics.pools import do_first
from .theory import models
from .theory.errors import InputError
from .theory.models import ETA, Model, P, ParameterSpace, Q, ReducedModel
from .theory.responses import Activation, Loss

_PLACE = re.compile(r"(?P<file>.*\.py)(?::(?P<name>\w*))?", re.DOTALL)
_MODULE = "trajalign_own_"
_NAME = re.compile(r"[\w-]+", re.ASCII)
_WORDS: dict[type[Model], str] = {}  # how the commands' user named them


class OwnCodeError(InputError):
    """A file that cannot be run, or has no model such as commands take."""


def is_own(text: str) -> bool:
    """Whether a text names a model of a file, such as my_model.py:MyModel."""
    return _PLACE.fullmatch(text) is not None


def word(model: Model) -> str:
    """What names the model on the command line: the file and the class, or its own name."""
    return _WORDS.get(type(model), model.name)


def model_of(text: str) -> type[Model]:
    """The model that FILE.py:CLASS names; FILE.py alone will do where it has one.

    Runs the file, once in a process, and tells so on stderr. Raises OwnCodeError, in one line.
    """
    place = _PLACE.fullmatch(text)
    if place is None:
        raise OwnCodeError(f"{text[:60]!r}: need FILE.py:CLASS")
    file = place["file"]
    module = _run(Path(file), file)
    found = _chosen(module, place["name"] or "", file)
    _require_complete(found, f"{file}: {found.__name__}")
    _WORDS[found] = text
    do_first(_import_quietly, str(Path(file).resolve()))
    return found


def function_of(text: str) -> tuple[Callable[..., Any], tuple[str, ...]]:
    """The function that FILE.py:FUNCTION names, and the names of its parameters.

    Runs the file, as `model_of` does. Raises OwnCodeError, in one line.
    """
    place = _PLACE.fullmatch(text)
    if place is None or not place["name"]:
        raise OwnCodeError(f"{text[:60]!r}: need FILE.py:FUNCTION")
    file, name = place["file"], place["name"]
    found = getattr(_run(Path(file), file), name, None)
    if not callable(found):
        raise OwnCodeError(f"{file}: it has no function {name}")
    needed = [p for p in signature(found).parameters.values() if p.default is Parameter.empty]
    plain = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    if not needed or any(p.kind not in plain for p in needed):
        raise OwnCodeError(f"{file}: {name} has to take its parameters one by one, as {name}(x, y)")
    return found, tuple(p.name for p in needed)


def source(model: Model) -> str:
    """The file of a model and the SHA-256 of what stands in it; "" for a model of no file."""
    module = sys.modules.get(type(model).__module__)
    if not type(model).__module__.startswith(_MODULE) or module is None or not module.__file__:
        return ""
    path = Path(module.__file__)
    return f"{path.name}, SHA-256 {sha256(path.read_bytes()).hexdigest()}"


def _import_quietly(path: str) -> None:
    """In a process that helps: what the file prints has been seen."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        import_file(path)


def import_file(path: str) -> ModuleType:
    """The module of a file, run if it has not been in this process; classes are found by it again
    when a process is handed one. Raises whatever its code raises."""
    name = _module_name(path)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # for a name that ends in .py there is one
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = str(Path(path).parent)
    if folder not in sys.path:
        sys.path.append(folder)  # last: a file there is not to hide a library
    sys.modules[name] = module
    try:
        with redirect_stdout(sys.stderr):  # stdout is for what the command writes
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _module_name(path: str) -> str:
    return f"{_MODULE}{sha256(path.encode()).hexdigest()[:16]}"


def blamed(error: BaseException) -> str:
    """Where in a file that was run here an error arose, and what it was; "" if in none."""
    text = "".join(traceback.format_exception(error))  # that of another process is in it as text
    places = []
    for name, module in sys.modules.items():
        if name.startswith(_MODULE) and (file := getattr(module, "__file__", None)):
            places += [(found.end(), found[1], file) for found in _lines(text, file)]
    if not places:
        return ""
    _, line, file = max(places)
    return f"{Path(file).name}, line {line}: {_said(error)}"


def _lines(text: str, file: str) -> list[re.Match[str]]:
    return list(re.finditer(rf'File "{re.escape(file)}", line (\d+)', text))


def _said(error: BaseException) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:200]}" if said else type(error).__name__


def _run(path: Path, file: str) -> ModuleType:
    if not path.is_file():
        what = "it is not a file" if path.exists() else "there is no such file"
        raise OwnCodeError(f"{file}: {what}")
    resolved = str(path.resolve())
    if _module_name(resolved) not in sys.modules:
        notice(f"runs the code of {file}")
    try:
        return import_file(resolved)
    except SyntaxError as error:
        where = Path(error.filename or file).name
        raise OwnCodeError(f"{where}, line {error.lineno}: {error.msg}") from None
    except (Exception, SystemExit) as error:
        raise OwnCodeError(f"{file}{_where(error, resolved)}: {_said(error)}") from None


def _where(error: BaseException, file: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f", line {lines[-1]}" if lines else ""


def _chosen(module: ModuleType, name: str, file: str) -> type[Model]:
    own = {
        key: thing
        for key, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, Model)
        if thing.__module__ == module.__name__
    }
    known = ", ".join(own) or "none"
    if not name and len(own) == 1:
        return next(iter(own.values()))
    if not name:
        raise OwnCodeError(f"{file}: say which of its models, as {file}:CLASS; it has {known}")
    if name not in vars(module):
        raise OwnCodeError(f"{file}: it has no class {name}; its models are {known}")
    thing = vars(module)[name]
    if isinstance(thing, type) and issubclass(thing, Model) and thing is not Model:
        return thing  # imported into the file, and asked for by its name
    if name not in own:
        raise OwnCodeError(
            f"{file}: {name} is no subclass of trajalign.theory.Model; its models are {known}"
        )
    return own[name]


def _require_complete(model: type[Model], told: str) -> None:
    """Refuse what would fail later, and elsewhere: the class, and what its methods return."""
    lacks = sorted(getattr(model, "__abstractmethods__", ())) if isabstract(model) else []
    if not hasattr(model, "name"):
        lacks = ["name", *lacks]
    if lacks:
        raise OwnCodeError(f"{told} lacks {', '.join(lacks)}")
    name: Any = model.name
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise OwnCodeError(f"{told}: its name has to be of letters, digits, - and _")
    if model.name in models.names():
        raise OwnCodeError(
            f"{told}: its name, {model.name}, is that of a built-in model; give it another"
        )
    known = {"response", *(option.field for option in model.options)}
    given = (f for f in fields(model) if f.init and f.name not in known)
    bare = [f.name for f in given if f.default is MISSING and f.default_factory is MISSING]
    if bare:
        raise OwnCodeError(f"{told}: its field {bare[0]} needs a default")
    kind: Any = model.kind
    if not (isinstance(kind, type) and issubclass(kind, Loss | Activation)):
        raise OwnCodeError(f"{told}: its kind has to be Loss or Activation, as kind = Loss")
    try:
        _require_usable(model, told)
    except InputError:
        raise
    except Exception as error:  # a user's method raises what it likes
        raise OwnCodeError(blamed(error) or f"{told}: {_said(error)}") from None


def _require_usable(model: type[Model], told: str) -> None:
    tried = model(model.kind.parse(next(iter(model.kind.catalogue))))
    if not (isinstance(tried.exponent, sp.Rational) and tried.exponent > 0):
        raise OwnCodeError(f"{told}: its exponent has to be a positive sp.Rational")
    made: list[tuple[str, Any, type]] = [
        ("generic", tried.generic(), ReducedModel),
        ("parameter_space", tried.parameter_space(), ParameterSpace),
    ]
    for method, value, wanted in made:
        if not isinstance(value, wanted):
            got = type(value).__name__
            raise OwnCodeError(f"{told}: {method}() has to return a {wanted.__name__}, not {got}")
    reduced, allowed = made[0][1], {P, Q, ETA}
    for field in fields(ReducedModel):
        e = sp.sympify(getattr(reduced, field.name))
        if foreign := sorted(str(s) for s in e.free_symbols - allowed):
            raise OwnCodeError(
                f"{told}: {field.name} of generic() has the symbol {foreign[0]}, which is none of "
                "P, Q and ETA of trajalign.theory"
            )

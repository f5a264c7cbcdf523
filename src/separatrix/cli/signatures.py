"""Signatures: the parameters of a class or function with their documentation, without importing its module.

The estimators import scikit-learn and SciPy, which takes longer than showing a help text should.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Documented:
    """One parameter.

    Attributes
    ----------
    default : object
        Its default value; None if it has none, or none that is written as a literal.
    kind : str
        Its type in the docstring.
    sentence : str
        What it does: the first sentence in the docstring.
    """

    default: Any
    kind: str
    sentence: str


@cache
def documented(module: str, name: str) -> dict[str, Documented]:
    """Return the parameters of a class or a function of Separatrix, by name.

    Parameters
    ----------
    module : str
        Such as ``"estimators.classifier"``.
    name : str
        A class or function with a numpydoc docstring, at the top level of the module.

    Examples
    --------
    >>> parameter = documented("estimators.classifier", "MLPClassifier")["max_iter"]
    >>> parameter.default, parameter.kind
    (200, 'int, default=200')
    """
    *folders, file = module.split(".")
    source = files("separatrix").joinpath(*folders, f"{file}.py").read_text(encoding="utf-8")
    found = next(each for each in ast.parse(source).body if getattr(each, "name", None) == name)
    assert isinstance(found, ast.ClassDef | ast.FunctionDef)
    function = found
    if isinstance(found, ast.ClassDef):
        function = next(each for each in found.body if getattr(each, "name", None) == "__init__")  # type: ignore[assignment]
    assert isinstance(function, ast.FunctionDef)
    sentences = _sentences(ast.get_docstring(found) or "")
    return {
        name: Documented(default, *sentences[name])
        for name, default in _defaults(function.args).items()
        if name in sentences
    }


def _defaults(arguments: ast.arguments) -> dict[str, Any]:
    """Return the default of each argument."""
    positional = [each.arg for each in arguments.args]
    first = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*[None] * first, *arguments.defaults, *arguments.kw_defaults]
    names = [*positional, *(each.arg for each in arguments.kwonlyargs)]
    return {name: _literal(default) for name, default in zip(names, defaults, strict=True)}


def _literal(default: ast.expr | None) -> Any:
    try:
        return None if default is None else ast.literal_eval(default)
    except ValueError:
        return None


def _sentences(docstring: str) -> dict[str, tuple[str, str]]:
    """Return the type and the first sentence of every parameter in a numpydoc docstring."""
    text = inspect.cleandoc(docstring)
    section = text.partition("\nParameters\n----------\n")[2].partition("\n\n")[0]
    found: dict[str, tuple[str, str]] = {}
    for entry in re.split(r"\n(?=\w)", section):
        header, *lines = entry.splitlines()
        names, _, kind = header.partition(" : ")
        sentence = " ".join(line.strip() for line in lines).partition(". ")[0].rstrip(".")
        plain = re.sub(r"([`'\"]+)([\w.=()-]+)\1", r"\2", sentence)
        found |= dict.fromkeys(names.split(", "), (kind, plain))
    return found

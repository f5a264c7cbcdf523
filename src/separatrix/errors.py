"""Exceptions. Each has one sentence that says what is wrong and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SeparatrixError(Exception):
    """Base of all errors that a user can correct; the command line turns them into exit code 2."""


class ParameterError(SeparatrixError, ValueError):
    """A parameter breaks its rule.

    Parameters
    ----------
    parameter : str
        The parameter, as Python spells it.
    problem : str
        The rule, the value received and the cure; with the parameter before it, one sentence.

    Examples
    --------
    >>> raise ParameterError("alpha", "must be 0 or more, got -1; raise it.")
    Traceback (most recent call last):
    ...
    separatrix.errors.ParameterError: alpha must be 0 or more, got -1; raise it.
    """

    def __init__(self, parameter: str, problem: str) -> None:
        super().__init__(parameter, problem)
        self.parameter, self.problem = parameter, problem

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.parameter} {self.problem}"


class DataError(SeparatrixError, ValueError):
    """A table, a column or a value cannot be used."""


class ModelFileError(SeparatrixError, ValueError):
    """A model file is damaged, of another kind, or of a newer format."""


class OutputError(SeparatrixError, OSError):
    """A result cannot be written to the given path."""


class WorkerError(SeparatrixError, RuntimeError):
    """Worker processes failed: they were lost repeatedly, or could not compile."""


def did_you_mean(name: object, options: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest of `options`, or an empty string.

    Examples
    --------
    >>> did_you_mean("outcom", ["age", "outcome"])
    " Did you mean 'outcome'?"
    >>> did_you_mean("zzz", ["age", "outcome"])
    ''
    """
    nearest = difflib.get_close_matches(str(name), list(options), n=1, cutoff=0.6)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""

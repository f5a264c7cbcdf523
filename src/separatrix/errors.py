"""Exceptions. Each has one sentence that says what is wrong and what to do."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path


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


class TableWarning(UserWarning):
    """Columns of a table are left out or unclear, or not as in training."""


FAULTS_CURE = (
    "The fitted model has two methods for such a table: model.check_table(X) counts all that cannot be used, "
    "and model.readable_table(X) returns the table with missing values in its place."
)
"""How an error on the cells of a table ends; a command names its option instead."""


_PACKAGE = str(Path(__file__).parent)

_WRAPPERS = (("sklearn", "base.py"), ("callback", "_callback_support.py"))
"""Folder and name of the files of scikit-learn that `fit` is called through."""


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line outside of the package that called it, however many calls there are between."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _is_inside(frame.f_code.co_filename):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _is_inside(file: str) -> bool:
    """Return whether a file is of the package, or has scikit-learn's wrapper around `fit`."""
    return file.startswith(_PACKAGE) or Path(file).parts[-2:] in _WRAPPERS


def did_you_mean(name: object, options: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest of `options`, or an empty string if none is near.

    Near is a name that begins with `name`, or one that few changes turn into it, at most one for three
    characters: inserted, removed, replaced or swapped characters. Upper and lower case do not count, nor
    does an ending such as ``.csv`` that both names have.

    Examples
    --------
    >>> did_you_mean("outcom", ["age", "outcome"])
    " Did you mean 'outcome'?"
    >>> did_you_mean("target", ["age", "outcome"]), did_you_mean("nope.csv", ["splice.csv"])
    ('', '')
    """
    wanted = str(name)
    listed = [option for option in options if option != wanted]
    beginning = [option for option in listed if len(wanted) > 2 and option.lower().startswith(wanted.lower())]
    compared = [(*_without_ending(wanted.lower(), option.lower()), option) for option in listed]
    changes = [(_n_changes(one, other), _most_changes(one), option) for one, other, option in compared]
    near = sorted(((n, option) for n, most, option in changes if n <= most), key=lambda pair: pair[0])
    guesses = [*beginning, *(option for _, option in near)]
    return f" Did you mean '{guesses[0]}'?" if guesses else ""


def _without_ending(one: str, other: str) -> tuple[str, str]:
    """Return two names without the ending that both have after a point."""
    ending = one[one.rindex(".") :] if "." in one else ""
    if not ending or not other.endswith(ending):
        return one, other
    return one.removesuffix(ending), other.removesuffix(ending)


def _most_changes(name: str) -> int:
    """Return how many changes a typing error may have."""
    return max(1, min(3, len(name) // 3)) if len(name) > 1 else 0


def _n_changes(one: str, other: str) -> int:
    """Return how many changes turn one text into another (Damerau 1964; no change of what was swapped)."""
    two_above: list[int] = []
    above = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            changes = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sign != wanted))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == wanted:
                changes = min(changes, two_above[j - 2] + 1)
            row.append(changes)
        two_above, above = above, row
    return above[-1]

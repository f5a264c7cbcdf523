"""Playground: a page in one file where a network learns, for a browser, a class or a notebook.

The package can be called: ``sx.playground(X, y)`` returns the page as a `Page`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from separatrix.playground.page import Page
from separatrix.playground.start import Start, start_from, start_of_model, start_of_table, start_of_toy

__all__ = ["Page", "Start", "playground", "start_from", "start_of_model", "start_of_table", "start_of_toy"]


def playground(*data: Any, name: str = "") -> Page:
    """Return the playground as a page: a network learns on data before your eyes.

    The page is one file that needs no network connection. In a notebook it is shown as the result of a cell.

    Parameters
    ----------
    *data
        Nothing, for the first experiment of the page; the name of an artificial data set, such as "spiral";
        `X` and `y`; or a fitted estimator or `Model`, `X` and `y`: then its network and its weights are on
        the screen (of an ensemble, those of the network with the largest weight). `X` has shape
        (n_rows, n_columns), as an array, a pandas or Polars frame or a mapping of names to columns; `y` has
        shape (n_rows,). Of more than 20 000 rows the page holds a sample.
    name : str
        What the page calls the data.

    Returns
    -------
    Page

    Raises
    ------
    ParameterError
        If the arguments are none of these, or the model cannot be shown: more than 500 inputs, 6 hidden
        layers, or 256 units in one.
    DataError
        If the columns do not fit together.

    Examples
    --------
    >>> page = playground([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["no", "yes", "yes"])
    >>> page
    <Page 'your data', 3 rows>
    """
    return Page(start_from(data, name))


class _Callable(ModuleType):
    """A module that can be called, as an import of the package sets `separatrix.playground` to the module."""

    def __call__(self, *data: Any, name: str = "") -> Page:
        return playground(*data, name=name)


_Callable.__call__.__doc__ = playground.__doc__
sys.modules[__name__].__class__ = _Callable

"""Reported: the method `report` of all estimators."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

from separatrix.data.given_tables import given_table
from separatrix.data.table import split_target

if TYPE_CHECKING:
    from separatrix.report import Report


class Reported:
    """An estimator that can be judged and explained on a page."""

    def report(self, X: Any, y: Any, *, train: tuple[Any, Any] | None = None, **options: Any) -> Report:
        """Judge and explain the fitted model on rows that it was not trained on.

        Parameters
        ----------
        X, y : rows and targets
            Test rows. As for `fit_table`, `y` may name the column of a table that has the targets.
        train : tuple of (X, y), optional
            The training rows: a straight line and gradient boosting are fitted on them, to compare with.
        **options
            As for `separatrix.Report.from_estimator`: `target`, `source`, `cost`, `trees` and others.

        Returns
        -------
        Report
            ``.save("report.html")`` writes it as a page.
        """
        from separatrix.report import Report  # only here: matplotlib is slow to import

        if isinstance(y, str | Integral):
            options = {"target": str(y), **options}
        rows = None if train is None else _split(*train)
        return Report.from_estimator(self, *_split(X, y), train=rows, **options)


def _split(X: Any, y: Any) -> tuple[Any, Any]:
    """Return rows and their targets, which `y` may name as a column."""
    return split_target(given_table(X), str(y)) if isinstance(y, str | Integral) else (X, y)

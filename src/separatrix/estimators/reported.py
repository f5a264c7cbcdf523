"""Reported: the method `report` of all estimators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from separatrix.report import Report


class Reported:
    """An estimator that can be judged and explained on a page."""

    def report(self, X: Any, y: Any, *, train: tuple[Any, Any] | None = None, **options: Any) -> Report:
        """Judge and explain the fitted model on rows that it was not trained on.

        Parameters
        ----------
        X, y : rows and targets
            Test rows.
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

        return Report.from_estimator(self, X, y, train=train, **options)

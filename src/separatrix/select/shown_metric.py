"""Shown metrics: what a score of scikit-learn's is called by people, and with which sign."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS = {
    "log_loss": "log-loss",
    "brier_score": "Brier score",
    "r2": "R²",
    "f1": "F1",
    "roc_auc": "ROC AUC",
}


@dataclass(frozen=True)
class ShownMetric:
    """A score as it is shown: in words, and with the sign that its name turned.

    Attributes
    ----------
    name : str
        Such as "log-loss".
    sign : {-1, 1}
        Factor from a score to the number that is shown.
    """

    name: str
    sign: int

    @property
    def label(self) -> str:
        """Return the name, and the direction where lower is better."""
        return self.name if self.sign > 0 else f"{self.name}, lower is better"

    @property
    def mean_label(self) -> str:
        """Return the label of its mean over folds."""
        return self.label if "mean" in self.name else f"mean {self.label}"


def shown_metric(metric: str) -> ShownMetric:
    """Return how scikit-learn's score of that name is shown.

    Examples
    --------
    >>> shown_metric("neg_log_loss").label
    'log-loss, lower is better'
    >>> shown_metric("balanced_accuracy").label
    'balanced accuracy'
    """
    bare = metric.removeprefix("neg_")
    return ShownMetric(_WORDS.get(bare, bare.replace("_", " ")), 1 if bare == metric else -1)

from __future__ import annotations

import pytest

from separatrix.select.shown_metric import shown_metric


@pytest.mark.parametrize(
    ("metric", "label", "sign"),
    [
        ("neg_log_loss", "log-loss, lower is better", -1),
        ("neg_root_mean_squared_error", "root mean squared error, lower is better", -1),
        ("roc_auc", "ROC AUC", 1),
        ("balanced_accuracy", "balanced accuracy", 1),
    ],
)
def test_metrics_have_words(metric: str, label: str, sign: int) -> None:
    shown = shown_metric(metric)
    assert (shown.label, shown.sign) == (label, sign)

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from separatrix.report.decisions import out_of_fold


def test_a_sample_has_rows_of_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.report.decisions.MAX_ROWS", 100)
    y = np.array(["a"] * 297 + ["b"] * 100 + ["rare"] * 3)
    X = np.random.RandomState(0).normal(size=(400, 2))
    labels, proba = out_of_fold(LogisticRegression().fit(X, y), X, y)
    assert proba.shape == (len(labels), 3)
    assert 100 <= len(labels) <= 106
    assert (labels == "rare").sum() == 3
    assert (labels == "b").mean() == pytest.approx(0.25, abs=0.03)

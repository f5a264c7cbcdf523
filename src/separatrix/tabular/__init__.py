"""Tabular estimators: an ensemble of small networks on raw tables, chosen by out-of-fold predictions."""

from __future__ import annotations

from separatrix.tabular.classifier import TabularClassifier
from separatrix.tabular.regressor import TabularRegressor

__all__ = ["TabularClassifier", "TabularRegressor"]

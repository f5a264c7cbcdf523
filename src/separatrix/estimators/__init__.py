"""Multilayer perceptrons with scikit-learn's interface."""

from separatrix.estimators.classifier import MLPClassifier
from separatrix.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]

"""Arrays and numbers that judge a model: reports with intervals, comparisons, baselines; no drawing."""

from __future__ import annotations

from .auc import auc_difference, auc_interval
from .baselines import Baseline, baseline_predictions, baseline_probabilities
from .classification import (
    ClassificationReport,
    ClassRow,
    MultilabelReport,
    classification_report,
    multilabel_report,
)
from .comparison import Comparison, PairedTest, compare_classifiers, compare_regressors
from .ensemble_selection import EnsembleSelection, select_ensemble
from .intervals import Interval, f1_interval, mean_interval, proportion_interval
from .regression import RegressionReport, TargetRow, regression_report

__all__ = [
    "Baseline",
    "ClassRow",
    "ClassificationReport",
    "Comparison",
    "EnsembleSelection",
    "Interval",
    "MultilabelReport",
    "PairedTest",
    "RegressionReport",
    "TargetRow",
    "auc_difference",
    "auc_interval",
    "baseline_predictions",
    "baseline_probabilities",
    "classification_report",
    "compare_classifiers",
    "compare_regressors",
    "f1_interval",
    "mean_interval",
    "multilabel_report",
    "proportion_interval",
    "regression_report",
    "select_ensemble",
]

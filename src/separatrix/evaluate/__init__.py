"""Arrays and numbers that judge a model: reports with intervals, comparisons, baselines; no drawing."""

from __future__ import annotations

from separatrix.evaluate.assessment import Assessment, assess, assess_classifier, assess_regressor
from separatrix.evaluate.auc import auc_difference, auc_interval
from separatrix.evaluate.baseline_models import TrainingTable, table_baselines
from separatrix.evaluate.baselines import Baseline, baseline_predictions, baseline_probabilities
from separatrix.evaluate.calibration import CalibrationBin, calibration_bins, fitted_decision
from separatrix.evaluate.classification import (
    ClassificationReport,
    ClassRow,
    MultilabelReport,
    classification_report,
    multilabel_report,
)
from separatrix.evaluate.comparison import Comparison, PairedTest, compare_classifiers, compare_regressors
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import Interval, f1_interval, mean_interval, proportion_interval
from separatrix.evaluate.regression import RegressionReport, TargetRow, regression_report
from separatrix.evaluate.thresholds import Cut, Thresholds, threshold_table

__all__ = [
    "Assessment",
    "Baseline",
    "CalibrationBin",
    "ClassRow",
    "ClassificationReport",
    "Comparison",
    "Cost",
    "Cut",
    "Interval",
    "MultilabelReport",
    "PairedTest",
    "RegressionReport",
    "TargetRow",
    "Thresholds",
    "TrainingTable",
    "assess",
    "assess_classifier",
    "assess_regressor",
    "auc_difference",
    "auc_interval",
    "baseline_predictions",
    "baseline_probabilities",
    "calibration_bins",
    "classification_report",
    "compare_classifiers",
    "compare_regressors",
    "f1_interval",
    "fitted_decision",
    "mean_interval",
    "multilabel_report",
    "proportion_interval",
    "regression_report",
    "table_baselines",
    "threshold_table",
]

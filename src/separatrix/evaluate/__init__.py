"""Arrays and numbers that judge a model: reports with intervals, comparisons, baselines; no drawing."""

from __future__ import annotations

from .auc import auc_difference, auc_interval
from .baselines import Baseline, baseline_predictions, baseline_probabilities
from .candidates import Candidates, LossCurve
from .classification import (
    ClassificationReport,
    ClassRow,
    MultilabelReport,
    classification_report,
    multilabel_report,
)
from .comparison import Comparison, PairedTest, compare_classifiers, compare_regressors
from .corrected_test import CorrectedTest, corrected_standard_error, corrected_t_test
from .ensemble_selection import EnsembleSelection, select_ensemble
from .intervals import Interval, f1_interval, mean_interval, proportion_interval
from .regression import RegressionReport, TargetRow, regression_report
from .selection import Verdict, select
from .selection_bias import SelectionBias, selection_bias

__all__ = [
    "Baseline",
    "Candidates",
    "ClassRow",
    "ClassificationReport",
    "Comparison",
    "CorrectedTest",
    "EnsembleSelection",
    "Interval",
    "LossCurve",
    "MultilabelReport",
    "PairedTest",
    "RegressionReport",
    "SelectionBias",
    "TargetRow",
    "Verdict",
    "auc_difference",
    "auc_interval",
    "baseline_predictions",
    "baseline_probabilities",
    "classification_report",
    "compare_classifiers",
    "compare_regressors",
    "corrected_standard_error",
    "corrected_t_test",
    "f1_interval",
    "mean_interval",
    "multilabel_report",
    "proportion_interval",
    "regression_report",
    "select",
    "select_ensemble",
    "selection_bias",
]

"""Reports: a model judged beside baselines, explained and shown on one page."""

from __future__ import annotations

from separatrix.report.columns import ColumnFacts
from separatrix.report.cross_validation import CrossAssessment, Folding, cross_assess
from separatrix.report.dependence import Dependence, partial_dependence
from separatrix.report.importance import ColumnImportance, Importance, permutation_importance
from separatrix.report.judging import assess_estimator
from separatrix.report.report import Report
from separatrix.report.subject import Subject

__all__ = [
    "ColumnFacts",
    "ColumnImportance",
    "CrossAssessment",
    "Dependence",
    "Folding",
    "Importance",
    "Report",
    "Subject",
    "assess_estimator",
    "cross_assess",
    "partial_dependence",
    "permutation_importance",
]

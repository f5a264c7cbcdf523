"""Reports: a model judged beside baselines, explained and shown on one page."""

from __future__ import annotations

from separatrix.report.judging import CrossAssessment, assess_estimator, cross_assess
from separatrix.report.subject import Subject

__all__ = ["CrossAssessment", "Subject", "assess_estimator", "cross_assess"]

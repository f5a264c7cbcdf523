"""Which of many candidates: corrected tests, selection bias, ensembles, and a verdict in words."""

from __future__ import annotations

from separatrix.select.candidates import Candidates, LossCurve
from separatrix.select.corrected_ttest import CorrectedTest, corrected_standard_error, corrected_t_test
from separatrix.select.ensemble_selection import EnsembleSelection, select_by_scores, select_ensemble
from separatrix.select.selection import select
from separatrix.select.selection_bias import SelectionBias, selection_bias
from separatrix.select.verdict import Verdict
from separatrix.select.verdict_text import verdict_parts, verdict_text

__all__ = [
    "Candidates",
    "CorrectedTest",
    "EnsembleSelection",
    "LossCurve",
    "SelectionBias",
    "Verdict",
    "corrected_standard_error",
    "corrected_t_test",
    "select",
    "select_by_scores",
    "select_ensemble",
    "selection_bias",
    "verdict_parts",
    "verdict_text",
]

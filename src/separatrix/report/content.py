"""Content: everything that is said about a model on the page of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.baselines import DUMMY, LINES
from separatrix.evaluate.calibration import CalibrationBin
from separatrix.evaluate.classification import ClassificationReport
from separatrix.evaluate.thresholds import Thresholds
from separatrix.report.columns import ColumnFacts
from separatrix.report.dependence import Dependence
from separatrix.report.importance import Importance
from separatrix.report.learning import LearningCurves
from separatrix.report.rows import ShownRows

Array = NDArray[Any]
Curve = tuple[Array, Array]


@dataclass(frozen=True, eq=False, repr=False)
class Content:
    """What a report holds.

    Attributes
    ----------
    target, source : str
        The target's name, and where the rows are from (may be empty).
    classes : ndarray or None
        None for numbers.
    kind : {"network", "linear model", "ensemble", "model"}
    model : str
        The model in a few words.
    n_train : int or None
        Training rows, if they are known: the baselines are fitted on them.
    n_trained : int or None
        Rows that the model says it was trained on.
    n_shared : int
        Rows that judge, and have the same cells as a training row.
    columns : tuple of ColumnFacts
    assessment : Assessment
        Scores with intervals, beside the baselines, and the comparisons.
    truth, answers : ndarray
        Codes of classes or numbers, and what the model answers, for each test row.
    roc, precision_recall : dict of str to (x, y)
        Curves of two classes: the model's first.
    calibration : dict of str to list of CalibrationBin
    thresholds : Thresholds or None
        For two classes.
    threshold : float or None
        The cut that the model has kept.
    learning : LearningCurves or None
    importance : Importance
    dependence : tuple of Dependence
        Of the most important columns.
    rows : ShownRows
    advice : tuple of str
        What to try next.
    model_file : str or None
    """

    target: str
    source: str
    classes: Array | None
    kind: str
    model: str
    n_train: int | None
    n_trained: int | None
    n_shared: int
    columns: tuple[ColumnFacts, ...]
    assessment: Assessment
    truth: Array
    answers: Array
    roc: Mapping[str, Curve]
    precision_recall: Mapping[str, Curve]
    calibration: Mapping[str, Sequence[CalibrationBin]]
    thresholds: Thresholds | None
    threshold: float | None
    learning: LearningCurves | None
    importance: Importance
    dependence: tuple[Dependence, ...]
    rows: ShownRows
    advice: tuple[str, ...]
    model_file: str | None

    @property
    def positive(self) -> int:
        """The index of the positive one of two classes."""
        report = self.assessment.model
        return report.positive if isinstance(report, ClassificationReport) else 1

    @property
    def positive_label(self) -> str:
        """The name of the positive one of two classes; empty for numbers."""
        return "" if self.classes is None else str(self.classes[self.positive])

    @property
    def verdict(self) -> str:
        """Whether the model is better than its baselines and, if costs were given, what a row costs."""
        sentences = (verdict_sentence(self.assessment), self.assessment.cost_verdict)
        return " ".join(sentence for sentence in sentences if sentence)


def verdict_sentence(assessment: Assessment) -> str:
    """Return in one sentence which baselines a model is better than.

    Examples
    --------
    >>> from separatrix.evaluate import Baseline, assess_classifier
    >>> sure, flat = [[0.9, 0.1], [0.1, 0.9]] * 20, Baseline([[0.5, 0.5]] * 40)
    >>> print(verdict_sentence(assess_classifier([0, 1] * 20, sure, [0, 1], {"dummy": flat})))
    The network is better than a guess.
    """
    names = {
        DUMMY: "a guess",
        **dict.fromkeys(LINES, "a straight line"),
    }
    by_outcome: dict[str, list[str]] = {}
    for each in assessment.comparisons:
        by_outcome.setdefault(each.outcome, []).append(names.get(each.names[1], each.names[1]))
    words = {
        "worse": "worse than {}",
        "no better": "no better than {}",
        "looks better": "not clearly better than {}",
        "better": "better than {}",
        "too few rows": "judged on too few rows to compare it with {}",
    }
    parts = [text.format(_and(by_outcome[key])) for key, text in words.items() if key in by_outcome]
    if not parts:
        return f"The {assessment.name} was not compared with others."
    return f"The {assessment.name} is {'; it is '.join(parts)}."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

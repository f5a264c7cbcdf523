"""Judging: a fitted model beside a linear model, gradient boosting and a guess, on test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.labels import Labels
from separatrix.errors import ParameterError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.assessment import Assessment, assess_classifier, assess_regressor
from separatrix.evaluate.baseline_models import TrainingTable, table_baselines
from separatrix.evaluate.baselines import Baseline
from separatrix.evaluate.classification import classification_report
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import FloatArray
from separatrix.evaluate.regression import regression_report
from separatrix.report.fold_scores import AnyReport
from separatrix.report.subject import Subject, class_weight_of, is_linear_baseline

Array = NDArray[Any]
ClassWeight = Mapping[Any, float] | str | None


def assess_estimator(
    model: Any,
    X_train: Any,
    y_train: Any,
    X: Any,
    y: Any,
    *,
    target: str = "y",
    sample_weight: Any = None,
    class_weight: ClassWeight = None,
    trees: bool = True,
    cost: Cost | None = None,
) -> Assessment:
    """Judge any fitted model on test rows, beside baselines that are fitted on the same training rows.

    Parameters
    ----------
    model : Model, Ensemble or fitted estimator
        With one target.
    X_train, y_train : rows and targets
        Data frame, Table or array; the baselines are fitted on them.
    X, y : rows and targets
        Test rows.
    target : str, default="y"
        Name of the target.
    sample_weight : array-like of shape (n_train_rows,), optional
        Weights of the training rows: the baselines are weighted, too.
    class_weight : dict or 'balanced', optional
        As the model was trained with; by default what the model says of itself. The AUC then decides.
    trees : bool, default=True
        Whether gradient boosting is one of the baselines.
    cost : Cost, optional
        Of two classes: what wrong answers cost. It is judged, too; where the model keeps a cut, the baselines
        cut where it is cheapest on training rows.

    Raises
    ------
    DataError
        If the rows do not fit the model.
    ParameterError
        If the model has several targets.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> model = LogisticRegression(C=1e-3, max_iter=9999).fit(X[:300], y[:300])
    >>> found = assess_estimator(model, X[:300], y[:300], X[300:], y[300:], trees=False)
    >>> list(found.reports)
    ['model', 'logistic regression', 'dummy']
    """
    subject = Subject.of(model, X, y, target)
    rows = Subject.of(model, X_train, y_train, target)
    baselines, is_weighted = subject_baselines(
        subject, rows, sample_weight, class_weight, trees=trees, cost=cost
    )
    return assess_subject(subject, subject.answers(), baselines, target, is_weighted=is_weighted, cost=cost)


def subject_baselines(
    subject: Subject,
    rows: Subject,
    sample_weight: Any = None,
    class_weight: ClassWeight = None,
    *,
    trees: bool = True,
    cost: Cost | None = None,
) -> tuple[dict[str, Baseline], bool]:
    """Return the baselines of a model, fitted on its training rows, and whether classes are weighted."""
    training, is_weighted = training_table(subject, rows, sample_weight, class_weight)
    baselines = table_baselines(
        training,
        subject.table,
        trees=trees,
        line=not is_linear_baseline(subject.model),
        rule=AnswerRule.of_model(subject.how, cost, is_weighted=is_weighted),
    )
    return baselines, is_weighted


def assess_subject(
    subject: Subject,
    answers: Array,
    baselines: Mapping[str, Baseline],
    target: str,
    *,
    is_weighted: bool = False,
    cost: Cost | None = None,
) -> Assessment:
    """Return the assessment of answers beside those of baselines."""
    if subject.classes is None:
        if cost is not None:
            raise ParameterError("cost", "needs classes, and the task is regression; leave it out.")
        found = assess_regressor(subject.y, answers, baselines, target=target, name=subject.kind)
    else:
        found = assess_classifier(
            subject.labels,
            answers,
            subject.classes,
            baselines,
            name=subject.kind,
            is_weighted=is_weighted,
            decision=subject.how,
            cost=cost,
        )
    return replace(found, notes=line_notes(subject.model))


def report_of(subject: Subject, answers: Baseline, cost: Cost | None = None) -> AnyReport:
    """Return the report of the answers of one model, without a comparison."""
    if subject.classes is None:
        return regression_report(subject.y, answers.predictions)
    return classification_report(
        subject.labels,
        answers.predictions,
        subject.classes,
        threshold=answers.threshold,
        positive=subject.how.positive,
        cost=cost,
    )


def line_notes(model: Any) -> tuple[str, ...]:
    """Return why no linear baseline is beside a model that is one itself, as a sentence, if it is."""
    if not is_linear_baseline(model):
        return ()
    return ("The model is a straight line itself, so that no other one is beside it.",)


def training_table(
    subject: Subject, rows: Subject, sample_weight: Any, class_weight: ClassWeight
) -> tuple[TrainingTable, bool]:
    """Return what baselines are fitted on, and whether classes are weighted."""
    weight: FloatArray | None = None if sample_weight is None else np.asarray(sample_weight, np.float64)
    class_weight = class_weight_of(subject.model) if class_weight is None else class_weight
    n_classes = None if subject.classes is None else len(subject.classes)
    if subject.classes is None or class_weight is None:
        return TrainingTable(rows.table, rows.y, n_classes, weight), False
    counts = np.bincount(rows.y, minlength=len(subject.classes))
    of_class = Labels(subject.classes).weights(class_weight, counts)
    assert of_class is not None
    of_row = of_class[rows.y]
    return TrainingTable(rows.table, rows.y, n_classes, of_row if weight is None else weight * of_row), True

"""Judging: a fitted model beside a line, gradient boosting and a guess; on test rows or by folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from separatrix import check
from separatrix.data.labels import Labels
from separatrix.decision import Decision
from separatrix.errors import DataError
from separatrix.evaluate.assessment import Assessment, assess_classifier, assess_regressor
from separatrix.evaluate.auc import auc_influence
from separatrix.evaluate.baseline_models import TrainingTable, table_baselines
from separatrix.evaluate.baselines import Baseline
from separatrix.evaluate.comparison import PairedTest, comparison
from separatrix.evaluate.intervals import FloatArray
from separatrix.report.folds import every_fold_has_all_classes, fault_notes, fitted_on, fold_splits
from separatrix.report.subject import Subject, class_weight_of
from separatrix.select.corrected_ttest import corrected_t_test
from separatrix.text import plural

Array = NDArray[Any]
ClassWeight = Mapping[Any, float] | str | None

FEW_ROWS = 1000
"""Smaller tables are judged by repeated cross-validation: a quarter of them would say too little."""

N_FOLDS = 5


@dataclass(frozen=True)
class CrossAssessment:
    """A model judged by cross-validation.

    Attributes
    ----------
    assessment : Assessment
        Its comparisons use the corrected t-test over all folds; its reports are of the first repeat, in which
        each row is predicted once by a model that was not trained on it.
    answers : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Probabilities, or numbers, of the first repeat.
    subject : Subject
        All rows, with the models of the first repeat.
    baselines : dict of str to Baseline
        Their answers in the first repeat.
    """

    assessment: Assessment
    answers: Array
    subject: Subject
    baselines: Mapping[str, Baseline]


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
    training, is_weighted = training_table(subject, rows, sample_weight, class_weight)
    baselines = table_baselines(training, subject.table, trees=trees)
    return assess_subject(subject, subject.answers(), baselines, target, is_weighted=is_weighted)


def assess_subject(
    subject: Subject,
    answers: Array,
    baselines: Mapping[str, Baseline],
    target: str,
    *,
    is_weighted: bool = False,
) -> Assessment:
    """Return the assessment of answers beside those of baselines."""
    if subject.classes is None:
        return assess_regressor(subject.y, answers, baselines, target=target, name=subject.kind)
    return assess_classifier(
        subject.labels,
        answers,
        subject.classes,
        baselines,
        name=subject.kind,
        is_weighted=is_weighted,
        threshold=subject.threshold,
    )


def cross_assess(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    decision: Decision | None = None,
    target: str = "y",
    class_weight: ClassWeight = None,
    trees: bool = True,
    n_splits: int = N_FOLDS,
    n_repeats: int = 2,
    random_state: int = 0,
    on_fit: Callable[[int, int], object] | None = None,
) -> CrossAssessment:
    """Judge an estimator by repeated cross-validation: clones of it are fitted, beside the same baselines.

    The clones judge what the estimator does with a table like this one. The difference from a baseline is
    tested with the corrected t-test of Nadeau and Bengio.

    Parameters
    ----------
    estimator : estimator, fitted or not
        `MLPClassifier`, `TabularClassifier`, their regressors, or one of scikit-learn.
    X, y : rows and targets
        All rows.
    groups : array-like of shape (n_rows,), optional
        Rows of one group are in the same fold, also in the folds of an estimator that draws its own.
    decision : Decision, optional
        How the probabilities are calibrated, and the threshold.
    target, class_weight, trees
        As for `assess_estimator`.
    n_splits, n_repeats : int
        Folds, and how often they are drawn.
    random_state : int, default=0
        Seed of the folds.
    on_fit : callable, optional
        Called with the number of fits done, and of all, after each.

    Raises
    ------
    DataError
        If there are fewer rows or groups than folds, a class has one row only, or `groups` has another number
        of values than there are rows.
    """
    check.integer("n_splits", n_splits, 2)
    check.integer("n_repeats", n_repeats, 1)
    subject = replace(Subject.of(estimator, X, y, target, is_fitted=False), decision=decision)
    whole, is_weighted = training_table(subject, subject, None, class_weight)
    group = None if groups is None else _group_numbers(groups, subject.n_rows)
    splits = fold_splits(subject, n_splits, n_repeats, random_state, group)
    n_folds = len(splits) // n_repeats
    by_auc = is_weighted and every_fold_has_all_classes(subject, splits)
    models: list[Any] = []
    faults: list[str] = []
    unconverged: list[str] = []
    first: dict[str, Array] = {}
    scores: dict[str, list[float]] = {}
    for number, (train, test) in enumerate(splits):
        own_groups = None if group is None else group[train]
        model, fault = fitted_on(clone(estimator), subject.take(train), own_groups)
        faults.append(fault)
        part = replace(subject.take(test), model=model)
        found = table_baselines(whole.take(train), part.table, trees=trees)
        others = {name: baseline.predictions for name, baseline in found.items()}
        unconverged += [name for name, baseline in found.items() if not baseline.converged]
        for name, values in {subject.kind: part.answers(), **others}.items():
            scores.setdefault(name, []).append(_score(part, values, by_auc=by_auc))
            if number < n_folds:
                whole_table = first.setdefault(name, np.zeros((subject.n_rows, *values.shape[1:])))
                whole_table[test] = values
        if number < n_folds:
            models.append(model)
        if on_fit is not None:
            on_fit(number + 1, len(splits))
    fold = np.zeros(subject.n_rows, np.intp)
    for number, (_, test) in enumerate(splits[:n_folds]):
        fold[test] = number
    answers = first.pop(subject.kind)
    baselines = {name: Baseline(values, name not in unconverged) for name, values in first.items()}
    assessment = assess_subject(subject, answers, baselines, target, is_weighted=is_weighted)
    sizes = [[len(rows) for rows in side] for side in zip(*splits, strict=True)]
    tests = tuple(
        _comparison(subject, scores, name, sizes, assessment.comparisons[number].others, by_auc)
        for number, name in enumerate(baselines)
    )
    times = f", drawn {n_repeats} times" if n_repeats > 1 else ""
    without = "it" if group is None else "a row of its group"
    rows = (
        f"{n_folds} folds{times}: each of {plural(subject.n_rows, 'row')} is predicted without training on "
        f"{without}"
    )
    notes = tuple(fault_notes(faults, subject.kind))
    judged = replace(assessment, comparisons=tests, rows=rows, notes=notes)
    return CrossAssessment(judged, answers, replace(subject, folds=tuple(models), fold=fold), baselines)


def _group_numbers(groups: Any, n_rows: int) -> Array:
    """Return the number of each row's group."""
    numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
    if numbers.shape != (n_rows,):
        raise DataError(f"groups must have one value for each of {n_rows} rows, got shape {numbers.shape}.")
    return np.asarray(numbers)


def repeats_for(n_rows: int) -> int:
    """Return how often the folds of a table are drawn: more often the fewer rows there are.

    Examples
    --------
    >>> [repeats_for(n) for n in (100, 300, 900)]
    [4, 2, 1]
    """
    return 4 if n_rows <= 150 else 2 if n_rows <= 500 else 1


def _comparison(
    subject: Subject,
    scores: Mapping[str, list[float]],
    name: str,
    sizes: list[list[int]],
    others: tuple[PairedTest, ...],
    by_auc: bool,
) -> Any:
    """Return the comparison with a baseline by the corrected t-test over the folds."""
    own, other = np.array(scores[subject.kind]), np.array(scores[name])
    test = corrected_t_test(own, other, *sizes)
    metric = "mean squared error" if subject.classes is None else "ROC AUC" if by_auc else "log-loss"
    sign = 1.0 if by_auc else -1.0
    primary = PairedTest(
        metric,
        "corrected t, folds",
        sign * float(own.mean()),
        sign * float(other.mean()),
        test.difference,
        test.p_value,
    )
    return comparison((f"the {subject.kind}", name), primary, others, subject.n_rows)


def _score(subject: Subject, answers: Array, *, by_auc: bool) -> float:
    """Return the score of a fold, higher is better: minus the mean loss, or the AUC."""
    if by_auc:
        return auc_influence(subject.y, answers)[0]
    return -float(subject.losses(answers).mean())


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

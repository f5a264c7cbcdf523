"""Cross-validation: an estimator judged by clones of it, each on a fold that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from separatrix import check
from separatrix.decision import Decision
from separatrix.errors import DataError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.assessment import Assessment
from separatrix.evaluate.baseline_models import TrainingTable, table_baselines
from separatrix.evaluate.baselines import DUMMY, Baseline
from separatrix.evaluate.comparison import COST, Comparison, PairedTest, comparison
from separatrix.evaluate.cost import Cost
from separatrix.report.fold_scores import AnyReport, over_folds, scores_of
from separatrix.report.folds import Split, every_fold_has_all_classes, fault_notes, fitted_on, fold_splits
from separatrix.report.judging import ClassWeight, assess_subject, report_of, training_table
from separatrix.report.subject import Subject, is_linear_baseline
from separatrix.select.corrected_ttest import corrected_t_test
from separatrix.text import plural

Array = NDArray[Any]

N_FOLDS = 5


@dataclass(frozen=True)
class CrossAssessment:
    """A model judged by cross-validation.

    Attributes
    ----------
    assessment : Assessment
        Its scores are means over all folds. Their intervals are the wider ones of the corrected intervals of
        Nadeau and Bengio and those of the pooled rows; comparisons use the corrected t-test. Confusion
        matrices, precision, recall and F1 are of the first repeat, in which each row is predicted once by a
        model that was not trained on it.
    answers : ndarray of shape (n_rows, n_classes) or (n_rows,)
        Probabilities, or numbers, of the first repeat.
    subject : Subject
        All rows, with the models of the first repeat.
    baselines : dict of str to Baseline
        Their answers in the first repeat.
    n_fits : int
        How often the estimator was trained.
    seconds : float
        How long it took, with the baselines.
    """

    assessment: Assessment
    answers: Array
    subject: Subject
    baselines: Mapping[str, Baseline]
    n_fits: int
    seconds: float


@dataclass(frozen=True)
class Folding:
    """How an estimator is judged by cross-validation.

    Attributes
    ----------
    n_splits, n_repeats : int
        Folds, and how often they are drawn.
    random_state : int
        Seed of the folds.
    splits : sequence of (training rows, test rows), optional
        Folds that were drawn already, repeat after repeat, instead.
    seeds : sequence of int, optional
        The `random_state` of the estimator in each fold; by default its own.
    """

    n_splits: int = N_FOLDS
    n_repeats: int = 2
    random_state: int = 0
    splits: Sequence[Split] | None = None
    seeds: Sequence[int] | Array | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        check.integer("n_splits", self.n_splits, 2)
        check.integer("n_repeats", self.n_repeats, 1)

    def drawn(self, subject: Subject, groups: Array | None) -> list[Split]:
        """Return training and test rows of each fold."""
        if self.splits is not None:
            return list(self.splits)
        return fold_splits(subject, self.n_splits, self.n_repeats, self.random_state, groups)

    def seeded(self, estimator: Any, number: int) -> Any:
        """Return a clone of an estimator for a fold."""
        copied = clone(estimator)
        if "compare" in copied.get_params():  # of a tabular estimator: other models are trained here
            copied.set_params(compare=False)
        return copied if self.seeds is None else copied.set_params(random_state=int(self.seeds[number]))


@dataclass(frozen=True)
class _Fold:
    """What a model and the baselines answer for the test rows of a fold."""

    test: Array
    model: Any
    fault: str
    answers: Array
    baselines: Mapping[str, Baseline]


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
    cost: Cost | None = None,
    folding: Folding | None = None,
    on_fit: Callable[[int, int], object] | None = None,
) -> CrossAssessment:
    """Judge an estimator by repeated cross-validation: clones of it are fitted, beside the same baselines.

    The clones judge what the estimator does with a table like this one. Scores have the corrected intervals
    of Nadeau and Bengio, or those of the pooled rows where these are wider, and the difference from a
    baseline is tested with the corrected t-test.

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
    cost : Cost, optional
        Of two classes: what wrong answers cost. It is judged, too; if `decision` has a threshold, the
        baselines cut where it is cheapest on the rows of the first repeat.
    folding : Folding, optional
        How the folds are drawn; by default 5, twice.
    on_fit : callable, optional
        Called with the number of fits done, and of all, after each.

    Raises
    ------
    DataError
        If there are fewer rows or groups than folds, a class has one row only, or `groups` has another number
        of values than there are rows.
    KeyboardInterrupt
        At Ctrl-C: there are no scores without the trainings of all folds.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52 (2003).
    """
    started = perf_counter()
    folding = folding or Folding()
    subject = Subject.of(estimator, X, y, target, is_fitted=False)
    subject = replace(subject, decision=decision or subject.how)
    whole, is_weighted = training_table(subject, subject, None, class_weight)
    group = None if groups is None else _group_numbers(groups, subject.n_rows)
    splits = folding.drawn(subject, group)
    n_folds = len(splits) // folding.n_repeats
    folds: list[_Fold] = []
    for number, split in enumerate(splits):
        copied = folding.seeded(estimator, number)
        rule = AnswerRule.of_model(subject.how, is_weighted=is_weighted)
        fold = _fold(copied, subject, whole, split, group, trees=trees, rule=rule)
        folds.append(fold if number < n_folds else replace(fold, model=None))
        if on_fit is not None:
            on_fit(number + 1, len(splits))
    first = folds[:n_folds]
    answers = _pooled(subject.n_rows, [(fold.test, fold.answers) for fold in first])
    baselines = _pooled_baselines(subject, folds, n_folds, cost)

    pooled = assess_subject(subject, answers, baselines, target, is_weighted=is_weighted, cost=cost)
    of_folds = [_reports_of_fold(subject, fold, baselines, cost) for fold in folds]
    sizes = [[len(rows) for rows in side] for side in zip(*splits, strict=True)]
    judged = replace(
        pooled,
        reports={
            name: over_folds(report, [reports[name] for reports in of_folds], *sizes)
            for name, report in pooled.reports.items()
        },
        comparisons=_comparisons(subject, folds, of_folds, sizes, by_auc=pooled.decided_by == "ROC AUC"),
        rows=_rows_text(subject, n_folds, folding.n_repeats, has_groups=group is not None),
        notes=(*pooled.notes, *fault_notes([fold.fault for fold in folds], subject.kind)),
    )
    of_row = np.zeros(subject.n_rows, np.intp)
    for number, fold in enumerate(first):
        of_row[fold.test] = number
    models = tuple(fold.model for fold in first)
    crossed = replace(subject, folds=models, fold=of_row)
    return CrossAssessment(judged, answers, crossed, baselines, len(folds), perf_counter() - started)


def _fold(
    estimator: Any,
    subject: Subject,
    whole: TrainingTable,
    split: Split,
    groups: Array | None,
    *,
    trees: bool,
    rule: AnswerRule,
) -> _Fold:
    """Train an estimator and the baselines on a fold, and predict its test rows."""
    train, test = split
    model, fault = fitted_on(estimator, subject.take(train), None if groups is None else groups[train])
    part = replace(subject.take(test), model=model)
    line = not is_linear_baseline(estimator)
    baselines = table_baselines(whole.take(train), part.table, trees=trees, line=line, rule=rule)
    return _Fold(test, model, fault, part.answers(), baselines)


def _pooled_baselines(
    subject: Subject, folds: Sequence[_Fold], n_folds: int, cost: Cost | None
) -> dict[str, Baseline]:
    """Return what the baselines answer in the first repeat, each with its cut.

    Costs choose the cut on the rows that have chosen the model's: each predicted by a model that was not
    trained on it.
    """
    rule = AnswerRule.of_model(subject.how, cost)
    found = {}
    for name in folds[0].baselines:
        parts = [(fold.test, fold.baselines[name].predictions) for fold in folds[:n_folds]]
        answers = _pooled(subject.n_rows, parts)
        own = rule.of_constant() if name == DUMMY else rule
        cut = None
        if subject.classes is not None:
            cut = own.decide(subject.y, answers, subject.classes).threshold
        found[name] = Baseline(answers, all(fold.baselines[name].converged for fold in folds), cut)
    return found


def _reports_of_fold(
    subject: Subject, fold: _Fold, baselines: Mapping[str, Baseline], cost: Cost | None
) -> dict[str, AnyReport]:
    """Return the reports of a fold's test rows, with the cuts of the baselines over all rows."""
    rows = subject.take(fold.test)
    cut = {name: replace(each, threshold=baselines[name].threshold) for name, each in fold.baselines.items()}
    judged = {subject.kind: Baseline(fold.answers, threshold=subject.how.threshold), **cut}
    return {name: report_of(rows, answers, cost) for name, answers in judged.items()}


def _pooled(n_rows: int, answers: Sequence[tuple[Array, Array]]) -> Array:
    """Return the answers of all folds of a repeat, in the order of the rows."""
    pooled = np.zeros((n_rows, *answers[0][1].shape[1:]))
    for rows, values in answers:
        pooled[rows] = values
    return pooled


def _rows_text(subject: Subject, n_folds: int, n_repeats: int, *, has_groups: bool) -> str:
    times = f", drawn {n_repeats} times" if n_repeats > 1 else ""
    without = "a row of its group" if has_groups else "it"
    return (
        f"{n_folds} folds{times}: each of {plural(subject.n_rows, 'row')} is predicted without training on "
        f"{without}"
    )


def _comparisons(
    subject: Subject,
    folds: Sequence[_Fold],
    of_folds: Sequence[Mapping[str, AnyReport]],
    sizes: list[list[int]],
    *,
    by_auc: bool,
) -> tuple[Comparison, ...]:
    """Return the comparisons with the baselines by the corrected t-test over the folds."""
    is_everywhere = every_fold_has_all_classes(subject, [(fold.test, fold.test) for fold in folds])
    metrics = ["mean squared error", "MAE"]
    if subject.classes is not None:
        metrics = ["ROC AUC", "log-loss"] if by_auc and is_everywhere else ["log-loss", "ROC AUC"]
        metrics.insert(1, "accuracy")
        metrics.append(COST)

    def test(metric: str, name: str) -> PairedTest | None:
        own, other = (
            scores_of(metric, [reports[each] for reports in of_folds]) for each in (subject.kind, name)
        )
        if own is None or other is None:
            return None
        sign = 1.0 if metric in ("ROC AUC", "accuracy") else -1.0
        found = corrected_t_test(sign * own, sign * other, *sizes)
        means = float(own.mean()), float(other.mean())
        return PairedTest(metric, "corrected t, folds", *means, found.difference, found.p_value)

    found: list[Comparison] = []
    for name in folds[0].baselines:
        primary, *others = (test(metric, name) for metric in metrics)
        assert primary is not None
        known = tuple(other for other in others if other is not None)
        found.append(comparison((f"the {subject.kind}", name), primary, known, subject.n_rows))
    return tuple(found)


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

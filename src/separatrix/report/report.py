"""Report: a model judged beside baselines, explained, and written as one page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from separatrix.ensemble import AnyModel
from separatrix.ensemble_parts import members_text
from separatrix.errors import OutputError
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.baselines import DUMMY, Baseline
from separatrix.evaluate.calibration import CalibrationBin, calibration_bins
from separatrix.evaluate.classification import RARE
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.thresholds import Thresholds, threshold_table
from separatrix.files import atomic_write, check_writable
from separatrix.report.advice import TrainingFacts, advice
from separatrix.report.columns import column_facts
from separatrix.report.content import Content, Curve
from separatrix.report.cross_validation import CrossAssessment
from separatrix.report.dependence import source_dependence
from separatrix.report.given_rows import judged_rows, n_shared_rows, rows_notes, trained_rows
from separatrix.report.importance import permutation_importance, sampled_rows
from separatrix.report.judging import ClassWeight, assess_subject, subject_baselines
from separatrix.report.learning import LearningCurves
from separatrix.report.rows import outstanding_rows
from separatrix.report.subject import Subject

Array = NDArray[Any]

N_DEPENDENCES = 6
MOST_CLASSES = 5  # with a curve of calibration
CURVE_POINTS = 200
TRAINING_ROWS = 5000  # from which the training loss is computed


@dataclass(frozen=True, eq=False, repr=False)
class Report(Content):
    """A model judged and explained; `save` writes it as one page. Its values are those of `Content`.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> X = X[["mean radius", "mean texture"]]
    >>> model = LogisticRegression().fit(X[:300], y[:300])
    >>> report = Report.from_estimator(model, X[300:], y[300:], train=(X[:300], y[:300]), trees=False)
    >>> report.importance.groups[0].name, report.thresholds.n_rows
    ('mean radius', 269)
    """

    @classmethod
    def from_estimator(
        cls,
        model: Any,
        X: Any = None,
        y: Any = None,
        *,
        train: tuple[Any, Any] | None = None,
        target: str | None = None,
        source: str = "",
        class_weight: ClassWeight = None,
        cost: Cost | Mapping[str, float] | None = None,
        trees: bool = True,
        folds: CrossAssessment | None = None,
        model_file: str | os.PathLike[str] | None = None,
        notes: Sequence[str] = (),
        random_state: int = 0,
    ) -> Report:
        """Judge and explain a fitted model.

        Parameters
        ----------
        model : Model, Ensemble or fitted estimator
            With one target: of this package, or any of scikit-learn.
        X, y : rows and targets
            Rows that the model was not trained on: a data frame, a Table or an array.
        train : tuple of (X, y), optional
            The training rows. The baselines are fitted on them; without them the only baseline is a guess, if
            the model knows its classes' fractions.
        target : str, optional
            Name of the target; by default the model's.
        source : str, default=""
            Where the rows are from.
        class_weight : dict or 'balanced', optional
            As the model was trained with; by default what it says of itself.
        cost : Cost or mapping, optional
            Of two classes: what a miss and a false alarm cost, such as ``{"fn": 10, "fp": 1}``.
        trees : bool, default=True
            Whether gradient boosting is a baseline.
        folds : CrossAssessment, optional
            Of `cross_assess`: the model is then judged by it, and `X` and `y` are not needed.
        model_file : path-like, optional
            The file of the model, for the lines that use it.
        notes : sequence of str, optional
            Sentences about the rows that judge, to be shown beside the verdict.
        random_state : int, default=0
            Seed of samples and shuffles.

        Raises
        ------
        DataError
            If the rows do not fit the model.
        ParameterError
            If the model has several targets, or a cost breaks its rule.
        """
        name = str(target or _target_name(model) or getattr(y, "name", None) or "y")
        training, n_shared = None, 0
        costs = cost if cost is None or isinstance(cost, Cost) else Cost.from_mapping(cost)
        if folds is not None:
            subject, answers, baselines = folds.subject, folds.answers, folds.baselines
            assessment, training = folds.assessment, folds.subject
        else:
            X, y, left_out = judged_rows(model, X, y, name)
            notes = (*left_out, *notes)
            subject = Subject.of(model, X, y, name)
            answers = subject.answers()
            if train is not None:
                train = judged_rows(model, *train, name)[:2]
                training = Subject.of(model, *train, name)
                n_shared = n_shared_rows(subject, training, X, train[0])
                notes = (
                    *notes,
                    *rows_notes(subject.n_rows, training.n_rows, trained_rows(model), n_shared),
                )
                baselines, is_weighted = subject_baselines(
                    subject, training, class_weight=class_weight, trees=trees, cost=costs
                )
            else:
                baselines, is_weighted = _guess(model, subject, costs), False
            assessment = assess_subject(
                subject, answers, baselines, name, is_weighted=is_weighted, cost=costs
            )
        assessment = replace(assessment, notes=(*assessment.notes, *notes))
        importance = permutation_importance(subject, random_state=random_state)
        first = [group.columns[0] for group in importance.groups]
        clear = [group.columns[0] for group in importance.groups if group.is_clear][:N_DEPENDENCES]
        loss = None if training is None or folds is not None else _training_loss(training)
        names = {subject.kind: answers, **{n: b.predictions for n, b in baselines.items() if n != DUMMY}}
        return cls(
            target=name,
            source=source,
            classes=subject.classes,
            kind=subject.kind,
            model=model_text(model),
            n_train=None if training is None else training.n_rows,
            n_trained=trained_rows(model),
            n_shared=n_shared,
            columns=column_facts((training or subject).table, model),
            assessment=assessment,
            truth=subject.y,
            answers=answers,
            roc=_roc(subject, names),
            precision_recall=_precision_recall(subject, names),
            calibration=_calibration(subject, answers),
            thresholds=_thresholds(subject, answers, costs),
            threshold=subject.threshold,
            learning=LearningCurves.of(model),
            importance=importance,
            dependence=tuple(source_dependence(subject, name, random_state=random_state) for name in clear),
            rows=outstanding_rows(subject, answers, first),
            advice=advice(assessment, TrainingFacts.of(model, subject.kind, loss)),
            model_file=None if model_file is None else str(model_file),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers, without curves and rows, as values that JSON can hold."""
        return {
            "target": self.target,
            "model": self.model,
            "verdict": self.verdict,
            "assessment": self.assessment.to_dict(),
            "importance": self.importance.to_dict(),
            "thresholds": None if self.thresholds is None else self.thresholds.to_dict(),
            "advice": list(self.advice),
        }

    def to_html(self) -> str:
        """Return the page: HTML that holds its pictures and needs no network."""
        from separatrix.report.page import page  # only here: matplotlib is slow to import

        return page(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; an existing file is replaced as a whole, or not at all.

        Parameters
        ----------
        path : path-like
            Must end in `.html` or `.htm`.

        Raises
        ------
        OutputError
            If the name has another ending, or the file cannot be written.
        """
        target = Path(path)
        check_report_path(target)
        content = self.to_html()
        with atomic_write(target) as temporary:
            temporary.write_text(content, encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, for notebooks."""
        style = "width:100%;height:720px;border:1px solid #8884;border-radius:6px"
        return f'<iframe srcdoc="{escape(self.to_html())}" style="{style}" sandbox=""></iframe>'

    def __repr__(self) -> str:
        """Return the verdict, the scores and the most important columns as text."""
        important = ", ".join(g.name for g in self.importance.groups if g.is_clear) or "none clearly"
        lines = [self.verdict, *(each.verdict for each in self.assessment.comparisons), *self.advice]
        return "\n".join([*lines, "", str(self.assessment.model), "", f"Columns that matter: {important}."])


def check_report_path(path: Path) -> None:
    """Raise an `OutputError` for a report that cannot be written, or whose name has another ending."""
    if path.suffix.lower() not in (".html", ".htm"):
        better = path.with_suffix(".html") if path.name else "report.html"
        raise OutputError(f"cannot write '{path}': a report ends in .html; name it '{better}'.")
    check_writable(path)


def model_text(model: Any) -> str:
    """Return a model in a few words."""
    value = model
    if not isinstance(model, AnyModel) and hasattr(model, "to_model"):
        value = model.to_model()
    if not isinstance(value, AnyModel):
        return type(model).__name__
    networks = getattr(value, "models", None)
    if networks is None:
        return f"a network {value.network}, {value.n_parameters:,} parameters"  # type: ignore[union-attr]
    return f"an ensemble of {members_text(networks)}, {value.n_parameters:,} parameters in all"


def _target_name(model: Any) -> str | None:
    name = getattr(model, "target_name", None) or getattr(model, "target_name_", None)
    return name if isinstance(name, str) else None


def _guess(model: Any, subject: Subject, cost: Cost | None) -> dict[str, Baseline]:
    """Return the guess that the statistics of the training target allow."""
    statistics = (getattr(model, "training", None) or {}).get("target")
    if not isinstance(statistics, dict):
        return {}
    if subject.classes is None:
        return {DUMMY: Baseline(np.full(subject.n_rows, float(statistics["mean"])))}
    counts = np.asarray(statistics["class_counts"], float)
    cut = AnswerRule.of_model(subject.how, cost).of_constant().threshold
    return {DUMMY: Baseline(np.tile(counts / counts.sum(), (subject.n_rows, 1)), threshold=cut)}


def _training_loss(training: Subject) -> float:
    rows = sampled_rows(training, TRAINING_ROWS, np.random.RandomState(0))
    part = training.take(rows)
    return float(part.losses(part.answers()).mean())


def _is_binary(subject: Subject) -> bool:
    return subject.classes is not None and len(subject.classes) == 2 and len(np.unique(subject.y)) == 2


def _thinned(x: Array, y: Array) -> Curve:
    keep = np.unique(np.linspace(0, len(x) - 1, min(len(x), CURVE_POINTS)).round().astype(np.intp))
    return x[keep], y[keep]


def _roc(subject: Subject, answers: Mapping[str, Array]) -> dict[str, Curve]:
    if not _is_binary(subject):
        return {}
    positive = subject.how.positive
    return {
        name: _thinned(*roc_curve(subject.y == positive, values[:, positive])[:2])
        for name, values in answers.items()
    }


def _precision_recall(subject: Subject, answers: Mapping[str, Array]) -> dict[str, Curve]:
    if not _is_binary(subject):
        return {}
    found, positive = {}, subject.how.positive
    for name, values in answers.items():
        precision, recall, _ = precision_recall_curve(subject.y == positive, values[:, positive])
        found[name] = _thinned(recall, precision)
    return found


def _calibration(subject: Subject, answers: Array) -> dict[str, Sequence[CalibrationBin]]:
    if subject.classes is None:
        return {}
    shown = [subject.how.positive]
    if len(subject.classes) > 2:
        n_rows = np.bincount(subject.y, minlength=len(subject.classes))
        most = np.argsort(-n_rows, kind="stable")[:MOST_CLASSES]
        shown = sorted(int(code) for code in most if n_rows[code])
    found: dict[str, Sequence[CalibrationBin]] = {}
    for code in shown:
        is_positive = subject.y == code
        is_rare = bool(is_positive.mean() < RARE)
        n_bins = max(2, min(10, int(is_positive.sum()) // 5 if is_rare else subject.n_rows // 15))
        bins = calibration_bins(is_positive, answers[:, code], n_bins=n_bins, is_rare=is_rare)
        found[str(subject.classes[code])] = bins
    return found


def _thresholds(subject: Subject, answers: Array, cost: Cost | None) -> Thresholds | None:
    if not _is_binary(subject) or subject.classes is None:
        return None
    positive = subject.how.positive
    label = subject.classes.tolist()[positive]
    return threshold_table(
        subject.labels, answers[:, positive], label=label, cost=cost, kept=subject.threshold
    )

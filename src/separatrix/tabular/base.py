"""The tabular estimators' shared part: from a table to an ensemble of networks.

The flow: read the columns, fit the codes, train every network of the recipe on folds, choose the ensemble by
out-of-fold predictions, keep the chosen networks.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from time import monotonic
from typing import Any, ClassVar, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from separatrix import check
from separatrix.data.column import Column, as_numbers, is_text
from separatrix.data.column_values import as_column
from separatrix.data.frames import columns_of, table_from_frame
from separatrix.data.schema import AppliedTable, Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table
from separatrix.engine import ENGINES
from separatrix.ensemble import Ensemble
from separatrix.errors import DataError, ParameterError, warn
from separatrix.estimators.reported import Reported
from separatrix.estimators.training_rows import unchanged_on_error
from separatrix.evaluate.baseline_models import TrainingTable
from separatrix.network import Network
from separatrix.tabular import recipe
from separatrix.tabular.candidates import Candidates, Part
from separatrix.tabular.ensemble_fitting import TableFitting
from separatrix.tabular.evidence import Evidence
from separatrix.tabular.features import Features, check_cells
from separatrix.tabular.line import LINE_ALONE, Line, constant_line, fit_line, share_of_line
from separatrix.tabular.parallel import Work, collect
from separatrix.tabular.progress import Ending, Follower, OnProgress
from separatrix.tabular.report import TabularReport
from separatrix.tabular.rows import Rows, check_target, n_folds_of
from separatrix.tabular.training import Job, Member, Split, Target

Array = NDArray[Any]

FEW_ROWS = 1000
"""Up to this number of rows, predictions are computed in double precision."""


class BaseTabular(Reported, TableFitting, BaseEstimator):
    """What `TabularClassifier` and `TabularRegressor` share."""

    presets: str
    cv: Any
    time_limit: float | None
    random_state: Any
    n_jobs: int | None
    engine: str
    verbose: bool
    compare: bool

    _metric: ClassVar[str]
    stop_: Ending
    n_features_in_: int
    feature_names_in_: Array
    ensemble_: Ensemble
    oof_: Array
    counts_: Array
    oof_score_: float
    line_share_: float
    report_: TabularReport
    _in_double: Ensemble
    _schema: Schema | None
    _n_folds: int

    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, groups: Any = None) -> Self:
        """Train the networks and choose the ensemble.

        Parameters
        ----------
        X : data frame, Table or array-like of shape (n_samples, n_features)
            Numbers, text and missing values.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row, 0 or more. A row whose weight is a small whole number counts as so many equal
            rows.
        groups : array-like of shape (n_samples,), optional
            Rows of one group are in the same fold.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If a parameter breaks its rule.
        DataError, ValueError
            If the data cannot be trained on.

        Warns
        -----
        UserWarning
            If `time_limit` or Ctrl-C ended the training before all networks were trained; if there are fewer
            rows, rows of a class, or groups than folds.
        """
        return self._fit(X, y, sample_weight, groups, self._on_progress)

    def _fit(self, X: Any, y: Any, sample_weight: Any, groups: Any, on_progress: OnProgress | None) -> Self:
        with unchanged_on_error(self):
            return self._fit_rows(X, y, sample_weight, groups, on_progress)

    def _fit_rows(
        self, X: Any, y: Any, sample_weight: Any, groups: Any, on_progress: OnProgress | None
    ) -> Self:
        self.check_parameters()
        columns = self._columns(X, reset=True)
        n_rows = len(next(iter(columns.values())))
        for name, column in columns.items():
            if not is_text(column):
                as_numbers(column, name)  # an error names the row as it is in the table
        check_target(y)
        y = self._read_target(y, n_rows)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, np.empty((n_rows, 1)), dtype=np.float64, ensure_non_negative=True
            )
        class_weight = self._class_weights(y)
        random_state = check_random_state(self.random_state)
        splits = self._given_splits(y, groups, random_state)
        kept = Rows.of(columns, y, sample_weight, splits)
        columns = {name: column[kept.rows] for name, column in columns.items()}
        y, weight, splits = y[kept.rows], kept.weight, kept.splits
        if class_weight is not None:
            weight = class_weight[kept.rows] * (1.0 if weight is None else weight)
        if len(y) < 2:
            raise DataError(
                "the table must have 2 different rows or more of a weight above 0 to learn from, got "
                f"n_samples = {len(y)}."
            )
        if self._n_classes == 1:
            return self._keep_one_class(n_rows)
        if splits is None:
            self._warn_of_few(y)
        features = Features.fit(columns, weight, self._schema)
        if not features.has_features:
            raise DataError("no column has a value; there is nothing to learn from.")
        target = self._target(y, weight)
        y = self._centred(y)
        jobs = list(self._jobs(features, y, splits, random_state))
        follow: Callable[[Member], object] | None = None
        if on_progress is not None:

            def score(answers: Array, rows: Array) -> float:
                w = None if weight is None else weight[rows]
                counts = self._counts(answers, y[rows], w)
                return self._score(np.tensordot(counts / counts.sum(), answers, 1), y[rows], w)

            follow = Follower(on_progress, self._metric, score, len(jobs), self._n_folds)
        fit_line = self._line_fit(features, target, y, splits, random_state)
        line, members = self._train(jobs, features, target, fit_line, follow)
        parts = self._choose(members, line, features, y, weight)
        known = kept.places >= 0
        evidence = Evidence(
            rows=TrainingTable(self._table_of(columns), y, self._n_classes, weight),
            numbers=kept.rows,
            folds=self._folds(y, self._n_splits(), 0) if splits is None else splits,
            oof=self.oof_.reshape(len(y), -1),
            parts=parts,
            line=None if line is None or np.isinf(line.penalty) else line.answers,
            answer=self._answers,
            losses=self._losses,
            schema=self._schema,
        )
        self.report_ = evidence.report(self.stop_, compare=self.compare)
        oof = np.full((n_rows, *self.oof_.shape[1:]), np.nan)
        oof[known] = self._uncentred(self.oof_)[kept.places[known]]
        self.oof_ = oof
        return self

    def _predictions(self, X: Any) -> Array:
        """Return the ensemble's probabilities or numbers.

        Those of few rows are computed in double precision: in single precision the last digits of a matrix
        product depend on the order of its rows.
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        n_rows = len(next(iter(columns.values())))
        if self._n_classes == 1:
            return np.ones((n_rows, 1))
        rows = X if isinstance(X, AppliedTable) else dict(columns)
        return (self._in_double if n_rows <= FEW_ROWS else self.ensemble_)(rows)

    @property
    def metric(self) -> str:
        """What `oof_score` is: "log-loss" or "RMSE"."""
        return self._metric

    def to_model(self) -> Ensemble:
        """Return the ensemble, a frozen value that predicts and can be saved.

        Raises
        ------
        DataError
            If the estimator was fitted on a single class.
        """
        check_is_fitted(self)
        if self._n_classes == 1:
            raise DataError(
                "y must have at least two classes for a model, and the estimator was fitted on one only; fit "
                "it on rows of another class, too."
            )
        return self.ensemble_

    @property
    def configurations(self) -> tuple[recipe.Configuration, ...]:
        """That of each network that is trained on many rows, if `cv` is no splitter."""
        n_folds = int(self.cv if isinstance(self.cv, Integral) else recipe.PRESETS[self.presets][1])
        many, of_classes = recipe.ROWS_FOR_MORE, is_classifier(self)
        return n_folds * recipe.configurations(self.presets, many, of_classes=of_classes)

    @property
    def _on_progress(self) -> OnProgress | None:
        return print if self.verbose else None

    # What a classifier and a regressor do each in its own way.

    @abstractmethod
    def _read_target(self, y: Any, n_rows: int) -> Array:
        """Check `y` and learn its classes; return class numbers or numbers."""

    @abstractmethod
    def _class_weights(self, y: Array) -> Array | None:
        """Return the weight of the class of each row; None if all are equal."""

    @abstractmethod
    def _target(self, y: Array, weight: Array | None) -> Target:
        """Return what the networks learn."""

    def _centred(self, y: Array) -> Array:
        """Return class numbers as they are; numbers less their mean, for the digits of single precision."""
        return y

    def _uncentred(self, answers: Array) -> Array:
        """Return probabilities as they are; numbers with their mean."""
        return answers

    @abstractmethod
    def _folds(self, y: Array, n_folds: int, seed: int) -> Sequence[Split]:
        """Return training and held-out rows of each fold, drawn at random."""

    @abstractmethod
    def _group_folds(self, y: Array, groups: Any, n_folds: int, seed: int) -> Sequence[Split]:
        """Return training and held-out rows of each fold, no group in both."""

    @abstractmethod
    def _answers(self, z: Array, network: Network) -> Array:
        """Return a network's outputs as probabilities or centred numbers."""

    @abstractmethod
    def _counts(self, answers: Array, y: Array, weight: Array | None) -> Array:
        """Return how often each candidate counts; `answers` has shape (n_candidates, n_rows, n_outputs)."""

    @property
    @abstractmethod
    def _n_classes(self) -> int | None:
        """Number of classes; None for numbers."""

    @abstractmethod
    def _losses(self, answers: Array, y: Array) -> Array:
        """Return the loss of each row; the ensemble is chosen by their mean."""

    @abstractmethod
    def _score(self, answers: Array, y: Array, weight: Array | None) -> float:
        """Return the loss of predictions of shape (n_rows, n_outputs), in the unit of `_metric`."""

    @abstractmethod
    def _finish(
        self,
        parts: Sequence[Part],
        oof: Array,
        y: Array,
        weight: Array | None,
    ) -> Ensemble:
        """Return the ensemble of networks and weights."""

    # Fit.

    def check_parameters(self) -> None:
        """Raise a `ParameterError` for a parameter that breaks its rule."""
        check.choice("presets", self.presets, recipe.PRESETS)
        check.choice("engine", self.engine, ENGINES)
        check.boolean("verbose", self.verbose)
        check.boolean("compare", self.compare)
        n_jobs: object = self.n_jobs
        is_number = isinstance(n_jobs, Integral) and not isinstance(n_jobs, bool)
        if n_jobs is not None and (not is_number or n_jobs == 0):
            raise ParameterError(
                "n_jobs",
                f"must be -1, for all cores, or a number of networks, got {n_jobs!r}.",
            )
        if isinstance(self.cv, Integral):
            check.integer("cv", self.cv, 2)
        if self.time_limit is not None:
            check.number("time_limit", self.time_limit, 0.0, open_low=True)

    def _columns(self, X: Any, *, reset: bool) -> Mapping[str, Column]:
        """Return the columns of a table or array, and check their names against those of the training."""
        given = None if isinstance(X, list) and reset else columns_of(X)
        if given is not None:
            if not reset:
                return X.columns if isinstance(X, Table) else Table(dict(given)).columns
            table = X if isinstance(X, Table) else _table(X)
            if not isinstance(table, AppliedTable):
                table = learn_schema(table).require_used().apply(table)
            applied = table
            self._schema = applied.schema
            names = [decision.name for decision in applied.schema.columns]
            self.n_features_in_, self.feature_names_in_ = len(names), np.array(names, dtype=object)
            return applied.columns
        array = validate_data(self, X, dtype=None, ensure_all_finite=False, reset=reset)
        if reset:
            self._schema = None
            self.__dict__.pop("feature_names_in_", None)
        names = getattr(self, "feature_names_in_", [f"x{j + 1}" for j in range(array.shape[1])])
        for name, column in zip(names, array.T, strict=True):
            check_cells(column, name)
        return {name: as_column(column, name) for name, column in zip(names, array.T, strict=True)}

    def _table_of(self, columns: dict[str, Column]) -> Table:
        """Return training columns as a table that says how they were made."""
        return Table(columns) if self._schema is None else AppliedTable(columns, schema=self._schema)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags

    def _given_splits(self, y: Array, groups: Any, random_state: RandomState) -> list[Split] | None:
        """Return the folds of all configurations; None if each draws its own."""
        if self.cv is not None and not isinstance(self.cv, Integral):
            splitter = check_cv(self.cv, y, classifier=is_classifier(self))
            return list(splitter.split(np.zeros((len(y), 1)), y, groups))
        if groups is None:
            return None
        seed = int(random_state.randint(2**31 - 1))
        n_folds = n_folds_of(groups, len(y), self._n_splits())
        return list(self._group_folds(y, groups, n_folds, seed))

    def _warn_of_few(self, y: Array) -> None:
        """Warn of fewer rows than folds."""
        if len(y) < self._n_splits():
            warn(f"the rows are split into {len(y)} folds, not {self._n_splits()}, as {len(y)} rows differ.")

    def _n_splits(self) -> int:
        return recipe.PRESETS[self.presets][1] if self.cv is None else int(self.cv)

    def _jobs(
        self, features: Features, y: Array, given: list[Split] | None, random_state: RandomState
    ) -> Iterator[Job]:
        chosen = recipe.configurations(self.presets, len(y), of_classes=is_classifier(self))
        for configuration, settings in enumerate(filter(features.has_inputs_of, chosen)):
            seed = int(random_state.randint(2**31 - 1))
            splits = self._folds(y, self._n_splits(), seed) if given is None else given
            self._n_folds = len(splits)
            for fold, split in enumerate(splits):
                seed = int(random_state.randint(2**31 - 1))
                number = configuration * len(splits) + fold
                yield Job(number, configuration, fold, settings, split, seed)

    def _keep_one_class(self, n_rows: int) -> Self:
        """Return the estimator without networks: the one class of the training rows is certain."""
        for name in ("ensemble_", "_in_double", "report_"):
            self.__dict__.pop(name, None)
        self.oof_, self.counts_ = np.ones((n_rows, 1)), np.zeros((0, 0), np.intp)
        self.oof_score_ = self.line_share_ = 0.0
        self.stop_ = Ending("finished", "The training rows have one class; no network was trained.")
        return self

    def _train(
        self,
        jobs: Sequence[Job],
        features: Features,
        target: Target,
        fit_line: Callable[[], Line | None],
        follow: Callable[[Member], object] | None,
    ) -> tuple[Line | None, list[Member]]:
        """Return the linear model and the members that were trained before the time was up or Ctrl-C came.

        After Ctrl-C there is one of them at least; a second Ctrl-C raises.
        """
        deadline = None if self.time_limit is None else monotonic() + self.time_limit

        def has_time(job: Job) -> bool:
            """Return whether a job may begin: those of the first configuration always may."""
            return job.number < self._n_folds or deadline is None or monotonic() < deadline

        members: list[Member] = []
        work, is_interrupted = Work(features, target, self._answers, self.engine), False
        try:
            line = fit_line()
        except KeyboardInterrupt:
            line, is_interrupted = None, True
        else:
            members, is_interrupted = collect(jobs, work, self.n_jobs, has_time, follow)
        if is_interrupted and not members and line is None:
            line = constant_line(features, target, self._answers)
        n_whole = sum(member.is_whole for member in members)
        made_of = Candidates.of(members, self._n_folds).made_of(self._n_folds) if is_interrupted else ""
        if not members and line is not None:
            made_of = str(line)
        self.stop_ = Ending.of(n_whole, len(jobs), None if is_interrupted else self.time_limit, made_of)
        if self.stop_.reason != "finished":
            warn(self.stop_.message)
        return line, members

    def _line_fit(
        self,
        features: Features,
        target: Target,
        y: Array,
        splits: list[Split] | None,
        random_state: RandomState,
    ) -> Callable[[], Line | None]:
        """Return what fits the linear model, None where there is none."""
        seed = int(random_state.randint(2**31 - 1))
        folds = self._folds(y, self._n_splits(), seed) if splits is None else splits

        def losses(answers: Array, rows: Array) -> Array:
            return self._losses(answers, y[rows])

        return lambda: fit_line(features, target, folds, self._answers, losses)

    def _choose(
        self,
        members: Sequence[Member],
        line: Line | None,
        features: Features,
        y: Array,
        weight: Array | None,
    ) -> list[Part]:
        """Choose the ensemble among the configurations whose folds were all trained; return its networks."""
        candidates = Candidates.of(members, self._n_folds)
        if candidates.groups:
            parts, oof, covered = self._mixed(candidates, line, features, y, weight)
        else:
            assert line is not None
            parts, oof, covered = [line.part(features, 1.0)], line.answers, np.arange(len(y))
            self.line_share_, self.counts_ = 1.0, np.zeros((0, 0), np.intp)
        kept = (y[covered], None if weight is None else weight[covered])
        self.oof_ = np.full((len(y), oof.shape[1]), np.nan)
        self.oof_[covered] = oof
        self.oof_score_ = self._score(oof, *kept)
        ensemble = self._finish(parts, oof, *kept)
        trained = [
            replace(model, training=part.training) for model, part in zip(ensemble.models, parts, strict=True)
        ]
        self.ensemble_ = replace(ensemble, models=trained)
        models = [replace(model, theta=model.theta.astype(np.float64)) for model in self.ensemble_.models]
        self._in_double = replace(self.ensemble_, models=models)
        return parts

    def _mixed(
        self,
        candidates: Candidates,
        line: Line | None,
        features: Features,
        y: Array,
        weight: Array | None,
    ) -> tuple[list[Part], Array, Array]:
        """Return the networks of the ensemble and the line, and what they predict for which rows."""
        covered, answers = candidates.covered, candidates.answers()
        kept = (y[covered], None if weight is None else weight[covered])
        counts = self._counts(answers.reshape(-1, *answers.shape[2:]), *kept).reshape(answers.shape[:2])
        n_means = recipe.n_means(len(covered), of_classes=is_classifier(self))
        parts, oof = candidates.mixed(counts, features, self._answers, n_means)
        self.line_share_, self.counts_ = 0.0, counts
        if line is not None:
            straight = line.answers[covered]
            losses = (self._losses(straight, kept[0]), self._losses(oof, kept[0]))
            share = share_of_line(*losses, kept[1])
            mixed = (1 - share) * oof + share * straight
            if share_of_line(losses[0], self._losses(mixed, kept[0]), kept[1]) > LINE_ALONE:
                share, mixed = 1.0, straight
            self.line_share_, oof = share, mixed
            parts = [replace(part, share=part.share * (1 - share)) for part in parts if share < 1]
            parts += [line.part(features, share)] if share else []
        return parts, oof, covered


def _table(X: Any) -> Table:
    """Return a data frame, or a mapping of names to columns, as a table."""
    return Table(dict(X)) if isinstance(X, Mapping) else table_from_frame(X)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV

from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.train import TrainingProgress

Rows = tuple[np.ndarray, np.ndarray]
TEN_EPOCHS: dict[str, Any] = {
    "tol": 10.0,
    "n_iter_no_change": 8,
    "hidden_layer_sizes": (4,),
    "random_state": 0,
}


class Witness:
    """A callback of scikit-learn's protocol that keeps its arguments."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.calls: list[str] = []
        self.arguments: list[dict[str, Any]] = []
        self.stop_at = stop_at

    def setup(self, estimator: Any, context: Any) -> None:
        self.calls.append("setup")

    def teardown(self, estimator: Any, context: Any) -> None:
        self.calls.append("teardown")

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        self.calls.append(f"begin {context.task_name}")

    def on_fit_task_end(
        self,
        estimator: Any,
        context: Any,
        *,
        X: Any = None,
        y: Any = None,
        metadata: Any = None,
        fitted_estimator: Any = None,
    ) -> bool:
        self.calls.append(f"end {context.task_name}")
        self.arguments.append({"X": X, "y": y, "metadata": metadata, "fitted": fitted_estimator})
        return self.calls.count("end epoch") == self.stop_at


def test_callbacks_are_called_at_begin_and_end_of_every_epoch(engine: str, rows: Rows) -> None:
    X, y = rows
    witness = Witness()
    clf = MLPClassifier(**TEN_EPOCHS, max_iter=10, engine=engine).set_callbacks(witness)
    clf.fit(X, y, sample_weight=np.ones(120))
    epochs = ["begin epoch", "end epoch"] * 10
    assert witness.calls == ["setup", "begin fit", *epochs, "end fit", "teardown"]
    fitted = [given["fitted"] for given in witness.arguments]
    assert np.array_equal(fitted[-2].theta_, clf.theta_)
    assert not np.array_equal(fitted[0].predict_proba(X), clf.predict_proba(X))
    assert np.array_equal(witness.arguments[0]["X"], X)
    assert witness.arguments[0]["metadata"]["sample_weight"].sum() == 120


def test_a_training_that_ends_early_ends_its_tasks(rows: Rows) -> None:
    witness = Witness()
    MLPClassifier(**TEN_EPOCHS).set_callbacks(witness).fit(*rows)
    assert witness.calls.count("begin epoch") == witness.calls.count("end epoch") == 11
    assert witness.arguments[10]["fitted"] is None


def test_a_callback_can_end_the_training(engine: str, rows: Rows) -> None:
    clf = MLPClassifier(**TEN_EPOCHS, engine=engine).set_callbacks(Witness(stop_at=4)).fit(*rows)
    assert (clf.stop_.reason, clf.n_iter_) == ("callback", 4)


def test_callbacks_are_torn_down_after_a_failed_fit(rows: Rows) -> None:
    witness = Witness()
    X, y = rows

    def fail(event: TrainingProgress) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        MLPClassifier(**TEN_EPOCHS).set_callbacks(witness, fail).fit(X, y)
    assert witness.calls[-1] == "teardown"


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_callable_takes_progress_and_can_stop_training(engine: str, rows: Rows, solver: str) -> None:
    X, y = rows
    epochs: list[int] = []

    def stop_after_three(event: TrainingProgress) -> bool:
        epochs.append(event.epoch)
        return event.epoch == 3

    stop_after_three.every_epoch = True  # type: ignore[attr-defined]
    settings = {**TEN_EPOCHS, "tol": 0.0, "solver": solver, "engine": engine}
    clf = clone(MLPClassifier(**settings).set_callbacks(stop_after_three)).fit(X, y)
    assert epochs == [1, 2, 3]
    assert clf.stop_.reason == "callback"


def test_callbacks_can_be_removed(rows: Rows) -> None:
    witness = Witness()
    MLPClassifier(**TEN_EPOCHS).set_callbacks(witness).set_callbacks().fit(*rows)
    assert witness.calls == []


@pytest.mark.parametrize("wrong", [ProgressBar, 3, None])
def test_an_object_that_is_no_callback_is_an_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="FitCallback protocol"):
        MLPClassifier().set_callbacks(wrong)


def test_scikit_learns_scoring_monitor(rows: Rows) -> None:
    X, y = rows
    monitor = ScoringMonitor(scoring="accuracy")
    clf = MLPClassifier(**TEN_EPOCHS, max_iter=10).set_callbacks(monitor).fit(X, y)
    log = monitor.get_logs()
    scores = [row["accuracy"] for row in log.data if row["task_name"] == "epoch"]
    assert len(scores) == 10
    assert scores[-1] == clf.score(X, y)


def test_scikit_learns_progress_bar(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    MLPRegressor(**TEN_EPOCHS, max_iter=10).set_callbacks(ProgressBar()).fit(*rows)
    assert "MLPRegressor - fit" in capsys.readouterr().out


def test_a_progress_bar_over_a_grid(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    grid = GridSearchCV(MLPClassifier(**TEN_EPOCHS), {"alpha": [0.1, 1.0]}, cv=2).set_callbacks(ProgressBar())
    grid.fit(*rows)
    assert "MLPClassifier - fit" in capsys.readouterr().out


def test_verbose_writes_scikit_learns_lines(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    clf = MLPClassifier(**TEN_EPOCHS, verbose=True, early_stopping=True).fit(*rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Iteration 1, loss = {clf.loss_curve_[0]:.8f}"
    assert lines[-1] == f"Validation score: {clf.validation_scores_[-1]:f}"
    assert len(lines) == 20
